"""Writes of intake reports: record some, correct one, withdraw one. They change no dose."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.models import RetractionReason
from ledger.writing import Asking, Log, check_newest, verb, writing
from patients.models import PatientCard
from titration import policies, projection
from titration.actions.shared import card_of, check_regimen_stands, retract, today_of
from titration.models import Intake, IntakeReport, PlanVersion, Regimen, Reporter, slots_of
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import reported


@dataclass(frozen=True)
class IntakeText:
    """What one report says, as the IntakeReport model has it."""

    what: str
    from_on: date
    until_on: date | None
    reporter: str
    reported_on: date
    reporter_name: str = ""
    slots: str = ""
    version: PlanVersion | None = None
    taken: str = ""
    told: User | None = None
    told_name: str = ""
    told_on: date | None = None
    note: str = ""

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that it tells of."""
        return self.from_on, self.until_on or self.reported_on


@verb
def record_intake(
    *,
    regimen: Regimen,
    reports: tuple[IntakeText, ...],
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Record what was reported of a regimen's intake, all of it or nothing.

    Returns the IntakeReport of the first. Reports that stand already stay beside these. `seen` is
    the newest entry of the patient that the person's page knew: ChangedMeanwhile when one of the
    same days was recorded since, so that two people do not record one report.
    """
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_regimen_stands(regimen)
        days = [text.days for text in reports]
        if seen is not None and reported.newer_of_days(regimen.pk, days, seen):
            raise ChangedMeanwhile
        made = add_reports(log, regimen, reports)
        log.flush()
        projection.refresh([regimen])
        return made[0]


def add_reports(log: Log, regimen: Regimen, reports: Iterable[IntakeText]) -> list[IntakeReport]:
    """Add reports to an open write, which flushes and refreshes. Raises RuleBroken."""
    reports = list(reports)
    if not reports:
        raise RuleBroken(None, _("Nothing is typed here to be recorded."))
    for text in reports:
        check_report(regimen, text, today_of(log))
    return [_add(log, IntakeReport(regimen=regimen), text) for text in reports]


@verb
def correct_intake(
    *,
    report: IntakeReport,
    text: IntakeText,
    correction_reason: str,
    by: User,
    submission: Asking,
):
    """Correct a report by a new entry over `report`, the newest text of its line.

    AlreadySuperseded when somebody corrected or withdrew it first.
    """
    regimen = report.regimen
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(report.entry)
        if not correction_reason.strip():
            raise RuleBroken("correction_reason", _("Write why the entry is corrected."))
        check_report(regimen, text, today_of(log), report)
        corrected = IntakeReport(
            regimen=regimen, report=report.report, correction_reason=correction_reason
        )
        _add(log, corrected, text, report)
        log.flush()
        projection.refresh([regimen])
        return corrected


@verb
def retract_intake(
    *,
    report: IntakeReport,
    reason: RetractionReason,
    reason_text: str,
    by: User,
    submission: Asking,
):
    """Withdraw a report, with its corrections, as entered in error. Returns the Retraction."""
    regimen = report.regimen
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(report.entry)
        retraction = retract(log, regimen, report.report, reason, reason_text)
        log.flush()
        projection.refresh([regimen])
        return retraction


def _add(
    log: Log, report: IntakeReport, text: IntakeText, before: IntakeReport | None = None
) -> IntakeReport:
    for part in fields(IntakeText):
        setattr(report, part.name, getattr(text, part.name))
    if report.correction_reason is None:
        report.correction_reason = ""
    return log.add(
        report,
        subject=report.report,
        patient=report.regimen.patient_id,
        supersedes=before.entry if before else None,
    )


def check_report(
    regimen: Regimen, text: IntakeText, today: date, before: IntakeReport | None = None
) -> None:
    """Every rule of a report: asked early by forms, and under the lock. Raises RuleBroken.

    Who was told stays named in a correction (`before`) although their membership may have ended.
    """
    if text.what not in Intake.values:
        raise RuleBroken("what", _("Choose what was reported."))
    if text.reporter not in Reporter.values:
        raise RuleBroken("reporter", _("Choose who reported it."))
    _check_days(text, today, card_of(regimen.patient_id))
    if text.what == Intake.DIFFERENT and not text.taken.strip():
        raise RuleBroken("taken", _("Write what was taken instead, as it was reported."))
    if text.what != Intake.DIFFERENT and text.taken.strip():
        raise RuleBroken(
            "taken", _("Write what was taken only where something else was. Use the note.")
        )
    if text.what != Intake.MISSED and text.slots:
        raise RuleBroken("slots", _("Times of day go with what was missed."))
    try:
        slots_of(text.slots)
    except ValueError:
        raise RuleBroken("slots", _("Choose times of day from the list.")) from None
    _check_plan(regimen, text)
    _check_told(regimen, text, today, before)


def _check_days(text: IntakeText, today: date, card: PatientCard) -> None:
    if text.reported_on > today:
        raise RuleBroken("reported_on", _("This day has not come yet."))
    if text.from_on > text.reported_on:
        raise RuleBroken("from_on", _("This is after the day on which it was reported."))
    if text.until_on is not None and text.until_on < text.from_on:
        raise RuleBroken("until_on", _("This is before the first day of the report."))
    if text.until_on is not None and text.until_on > text.reported_on:
        raise RuleBroken("until_on", _("This is after the day on which it was reported."))
    policies.check_day(text.from_on, today, card, "from_on")
    policies.check_day(text.until_on or text.from_on, today, card, "until_on")


def _check_plan(regimen: Regimen, text: IntakeText) -> None:
    if text.what != Intake.AS_PLANNED:
        if text.version is not None:
            raise RuleBroken("what", _("Only intake by a written plan names one."))
        return
    if text.version is None or text.version.plan.regimen_id != regimen.pk:
        raise RuleBroken("what", _("No written plan of this medicine is signed to be taken by."))


def _check_told(
    regimen: Regimen, text: IntakeText, today: date, before: IntakeReport | None
) -> None:
    if not text.told_name:
        if text.told is not None or text.told_on is not None:
            raise RuleBroken("told", _("Choose which prescriber was told."))
        return
    if text.told_on is None:
        raise RuleBroken("told_on", _("Write the day on which the prescriber was told."))
    if text.told_on > today:
        raise RuleBroken("told_on", _("This day has not come yet."))
    if text.told_on < text.from_on:
        raise RuleBroken("told_on", _("This is before the first day of the report."))
    if before is None or text.told != before.told:
        policies.check_prescribes_at(text.told, regimen.clinic, "told")
