"""How the patient was, in the PDF history: side effects, then measurements and scores."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Retraction
from titration import wording
from titration.exports.listing import ListedRow, Listing
from titration.observed import Effect, Observed
from titration.presenters.log import moment_words, withdrawal_words
from titration.presenters.observed import details_of

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

    def rows(of_kind: Iterable[Text]) -> list[ListedRow]:
        ordered = sorted(of_kind, key=lambda text: text.order, reverse=True)
        return [_row(text, later.get(text.entry), withdrawals, titles, clinic) for text in ordered]

    columns, shares = [_("When"), _("As written"), _("Recorded")], [1, 4, 1.6]
    return [
        Listing(
            _("Side effects and signs of withdrawal, newest first"),
            columns,
            shares,
            rows(text for text in shown if isinstance(text, Effect)),
        ),
        Listing(
            _("Measurements and scores, newest first"),
            columns,
            shares,
            rows(text for text in shown if isinstance(text, Observed)),
        ),
    ]


def _row(
    text: Text,
    later: Text | None,
    withdrawals: Mapping[UUID, Retraction],
    titles: Mapping[UUID, str],
    clinic: Clinic,
) -> ListedRow:
    says = details_of(text, titles)
    lines = [_("%(term)s: %(words)s") % {"term": term, "words": words} for term, words in says]
    error = ""
    if text.line in withdrawals:
        error = withdrawal_words(withdrawals[text.line], clinic)
    elif later is not None and later.correction_reason == "":
        lines.append(_("A later entry says that it ended."))  # that is no error of this one
    elif later is not None:
        error = _("a later entry took its place")
    recorded = "\n".join(
        [
            text.recorded_by_name,
            moment_words(text.recorded_at, clinic),
            _("entry %(number)s") % {"number": f"{text.number:,}"},
        ]
    )
    return ListedRow([wording.effective_words(text.effective), "\n".join(lines), recorded], error)
