"""How the patient was, in the PDF history: side effects, then measurements and scores."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Retraction
from titration import wording
from titration.exports.listing import ListedRow, Listing
from titration.presenters.log import moment_words, or_erased, withdrawal_words
from titration.presenters.observed import (
    choices_details,
    effect_details,
    place_words,
    remarks_details,
    value_words,
)
from titration.reading.observed import Effect, Observed

Text = Observed | Effect


def observed_listings(
    texts: Sequence[Text],
    shown: Sequence[Text],
    withdrawals: Mapping[UUID, Retraction],
    titles: Mapping[UUID, str],
    clinic: Clinic,
) -> list[Listing]:
    """The texts `shown`, of all `texts` of the patient, the newest moment first.

    `withdrawals` are by the line that they withdraw, `titles` those of the regimens.
    """
    lines: dict[UUID, list[Text]] = {}
    for text in sorted(texts, key=lambda text: text.number):
        lines.setdefault(text.line, []).append(text)
    later = {text.entry: after for line in lines.values() for text, after in pairwise(line)}

    def rows(
        of_kind: Iterable[Text], cells: Callable[[Any, list[str]], list[str]]
    ) -> list[ListedRow]:
        ordered = sorted(of_kind, key=lambda text: text.order, reverse=True)
        return [
            _row(text, later.get(text.entry), withdrawals.get(text.line), clinic, cells)
            for text in ordered
        ]

    def effect_cells(effect: Effect, more: list[str]) -> list[str]:
        return ["\n".join([*_lines(effect_details(effect, titles)), *more])]

    return [
        Listing(
            _("Side effects and signs of withdrawal, newest first"),
            [_("When"), _("As written"), _("Recorded")],
            [1, 4, 1.6],
            rows((text for text in shown if isinstance(text, Effect)), effect_cells),
        ),
        Listing(
            _("Measurements and scores, newest first"),
            [_("When"), _("Measure"), _("As written"), _("Measured by"), _("Recorded")],
            [1, 2, 1.8, 1.2, 1.6],
            rows((text for text in shown if isinstance(text, Observed)), _Scores().cells),
        ),
    ]


class _Scores:
    """Writes measurements; what can be chosen of stands beside a measure the first time alone."""

    def __init__(self) -> None:
        self._told: set[tuple[str, ...]] = set()

    def cells(self, observed: Observed, more: list[str]) -> list[str]:
        measure = [observed.name, place_words(observed)]
        if (choices := (observed.name, *observed.choices)) not in self._told:
            self._told.add(choices)
            measure += _lines(choices_details(observed))
        return [
            "\n".join(filter(None, measure)),
            "\n".join([value_words(observed), *_lines(remarks_details(observed)), *more]),
            or_erased(observed.measured_by),
        ]


def _lines(details: Iterable[tuple[str, str]]) -> list[str]:
    return [_("%(term)s: %(words)s") % {"term": term, "words": words} for term, words in details]


def _row(
    text: Text,
    later: Text | None,
    withdrawal: Retraction | None,
    clinic: Clinic,
    cells: Callable[[Any, list[str]], list[str]],
) -> ListedRow:
    error, more = "", []
    if withdrawal is not None:
        error = withdrawal_words(withdrawal, clinic)
    elif later is not None and later.correction_reason == "":
        more = [_("A later entry says that it ended.")]  # that is no error of this one
    elif later is not None:
        error = _("a later entry took its place")
    recorded = "\n".join(
        [
            text.recorded_by_name,
            moment_words(text.recorded_at, clinic),
            _("entry %(number)s") % {"number": f"{text.number:,}"},
        ]
    )
    when = wording.effective_words(text.effective)
    return ListedRow([when, *cells(text, more), recorded], error)
