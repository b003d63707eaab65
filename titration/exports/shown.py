"""Which texts of a record a letter shows, by what was chosen.

Texts that no longer stand are there unless they were left out; the texts of a line are always read
whole, so that one which is shown says what became of it.
"""

from datetime import date, datetime
from uuid import UUID

from titration import intake
from titration.exports.contents import CONTACTS, INTAKE, OBSERVED, PLANS, PUMP, Contents
from titration.exports.history import PatientRecord, RegimenRecord
from titration.intake import Report
from titration.presenters.log import ordered
from titration.reading import contacted, observed
from titration.reading.contacted import Contacted
from titration.reading.logged import History
from titration.reading.observed import Effect, Observed
from titration.reading.pumped import PumpEntry
from titration.timeline import Effective, StepRecord


def shown_steps(history: History, record: PatientRecord) -> list[StepRecord]:
    """The texts of a dose log, newest first; of a range also what held when it begins."""
    contents = record.contents
    live = {step.entry for step in history.live}
    before = _held_before(history, record)
    return [
        step
        for step in ordered(history)
        if (contents.with_corrections or step.entry in live)
        and (contents.holds(step.effective) or step.entry == before)
    ]


def _held_before(history: History, record: PatientRecord) -> UUID | None:
    """The instruction that held on the first day of the range."""
    since = record.contents.since
    if since is None or since > record.now.date():
        return None
    first = datetime(since.year, since.month, since.day, tzinfo=record.now.tzinfo)
    step = history.in_force(first)
    return step.entry if step else None


def shown_reports(regimen: RegimenRecord, contents: Contents) -> list[Report]:
    """The reports of a regimen's intake."""
    texts = regimen.reports if contents.with_corrections else intake.standing(regimen.reports)
    return [text for text in texts if contents.holds_days(text.from_on, text.last_on)]


def shown_pump(regimen: RegimenRecord, contents: Contents) -> list[PumpEntry]:
    """The events of a regimen's pump."""
    return [
        entry
        for entry in regimen.pump.entries
        if (contents.with_corrections or entry.is_live)
        and contents.holds(entry.record.text.effective)
    ]


def shown_contacts(record: PatientRecord) -> list[Contacted]:
    """The contacts with the patient; where regimens were chosen, those about no other one."""
    contents = record.contents
    texts = record.contacts if contents.with_corrections else contacted.standing(record.contacts)
    return [
        text
        for text in texts
        if _is_about(text.regimen, contents) and contents.holds(text.effective)
    ]


def shown_observed(record: PatientRecord) -> list[Observed | Effect]:
    """How the patient was; where regimens were chosen, without side effects beside another one."""
    contents = record.contents
    texts = record.observed if contents.with_corrections else observed.standing(record.observed)
    return [text for text in texts if _is_of(text, contents)]


def _is_of(text: Observed | Effect, contents: Contents) -> bool:
    if isinstance(text, Observed):
        return contents.holds(text.effective)
    last = Effective(date.max) if text.is_continuing else text.ended
    return _is_about(text.regimen, contents) and contents.holds(text.effective, last)


def _is_about(regimen: UUID | None, contents: Contents) -> bool:
    chosen = contents.regimens
    return chosen is None or regimen is None or regimen in chosen


def count_of(record: PatientRecord) -> int:
    """How many rows the tables of a letter have in all, but for those of the context."""
    contents = record.contents
    count = 0
    for each in record.regimens:
        count += len(shown_steps(each.history, record))
        if contents.has(PLANS):
            rows = sum(len(log.rows) for log in each.plans)
            count += rows + len(each.reviews)
        if contents.has(PUMP):
            count += len(shown_pump(each, contents))
        if contents.has(INTAKE):
            count += len(shown_reports(each, contents))
    if contents.has(CONTACTS):
        count += len(shown_contacts(record))
    if contents.has(OBSERVED):
        count += len(shown_observed(record))
    return count
