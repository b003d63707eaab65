"""What was learned of how the patient was after a moment, as sentences of the comparison."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Retraction
from titration.presenters.changed.observed import said_words
from titration.presenters.log import quoted, withdrawal_reason
from titration.reading import observed
from titration.reading.observed import Effect, Observed


@dataclass(frozen=True)
class Since:
    """One entry: its number and time, a sentence, and (term, description) of what it says."""

    number: int
    at: datetime
    sentence: str
    details: list[tuple[str, str]]


def observed_since(patient: UUID, known: int) -> list[Since]:
    """What the entries after number `known` say, in their order; three queries."""
    lines: dict[UUID, list[Observed | Effect]] = {}
    for text in observed.texts_of([patient]):
        lines.setdefault(text.line, []).append(text)
    found = [since for texts in lines.values() for since in _of_line(texts, known)]
    withdrawals = Retraction.objects.filter(entry__subject__in=lines, entry__number__gt=known)
    for withdrawal in withdrawals.select_related("entry"):
        entry = withdrawal.entry
        sentence = _("%(name)s withdrew as entered in error: %(reason)s.") % {
            "name": entry.recorded_by_name,
            "reason": withdrawal_reason(withdrawal),
        }
        said = said_words(lines[entry.subject][-1])
        found.append(Since(entry.number, entry.recorded_at, sentence, [(_("It said"), said)]))
    return sorted(found, key=lambda since: since.number)


def _of_line(texts: list[Observed | Effect], known: int) -> Iterator[Since]:
    for place, text in enumerate(texts):
        if text.number <= known:
            continue
        if place == 0:
            words = _("%(name)s recorded how the patient was.")
        elif text.correction_reason:
            words = _("%(name)s corrected what was written: %(reason)s.")
        else:
            words = _("%(name)s recorded that it ended.")
        sentence = words % {
            "name": text.recorded_by_name,
            "reason": quoted(text.correction_reason),
        }
        details = [(_("It says"), said_words(text))]
        if place:
            details.insert(0, (_("It said"), said_words(texts[place - 1])))
        yield Since(text.number, text.recorded_at, sentence, details)
