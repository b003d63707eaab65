"""What the entries of a pump say on a changes sheet."""

from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic
from titration import wording
from titration.changes import Key
from titration.models import PumpEventKind
from titration.presenters.changed.line import Line, recorded_cell, stacked
from titration.presenters.log import quoted, withdrawal_reason
from titration.presenters.pumps import pump_facts
from titration.pump import PumpText
from titration.reading.pumped import PumpEntry, PumpLog


def pump_texts(log: PumpLog, line: UUID) -> list[PumpEntry]:
    """Every text of an event, oldest first; none where the line is of something else."""
    texts = [entry for entry in log.entries if entry.record.event == line]
    return sorted(texts, key=lambda entry: entry.record.number)


def pump_line(log: PumpLog, clinic: Clinic, key: Key) -> Line:
    """An event that was recorded, corrected or withdrawn."""
    texts = pump_texts(log, key.subject)
    entry = next((text for text in texts if text.record.entry == key.entry), None)
    before = [text for text in texts if text.record.number < key.number]
    if entry is None:
        withdrawal = texts[-1].withdrawn_by
        assert withdrawal is not None  # noqa: S101 - the entry is its own
        return Line(
            numbers=(key.number,),
            what=_("Pump event withdrawn as entered in error"),
            before=_words(before[-1].record.text),
            now=_("It counts no longer."),
            decided=withdrawal_reason(withdrawal),
            recorded=_recorded(withdrawal.entry, clinic),
        )
    later = [text.record.number for text in texts if text.record.number > key.number]
    return Line(
        numbers=(key.number,),
        what=_("Pump event corrected") if before else _("Pump event"),
        before=_words(before[-1].record.text) if before else "",
        now=_words(entry.record.text),
        decided=quoted(entry.record.text.correction_reason),
        recorded=_recorded(entry.entry, clinic),
        error=_error(entry, later),
    )


def _words(text: PumpText) -> str:
    """An event with everything that it says, a line each."""
    heading = _("%(event)s, %(moment)s") % {
        "event": PumpEventKind(text.kind).label,
        "moment": wording.effective_words(text.effective),
    }
    facts = (
        _("%(term)s: %(words)s") % {"term": term, "words": words}
        for term, words in pump_facts(text)
    )
    return stacked([heading, *facts])


def _recorded(entry, clinic: Clinic) -> str:
    return recorded_cell(entry.recorded_by_name, entry.recorded_at, entry.number, clinic)


def _error(entry: PumpEntry, later: list[int]) -> str:
    if later:
        return _("Corrected by entry %(number)s") % {"number": f"{min(later):,}"}
    if entry.withdrawn_by is not None:
        number = f"{entry.withdrawn_by.entry.number:,}"
        return _("Withdrawn by entry %(number)s") % {"number": number}
    return ""
