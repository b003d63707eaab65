"""Writes of copies: a version was given out, and who has it was told that it no longer holds."""

from dataclasses import asdict
from datetime import date
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.models import Retraction, RetractionReason
from ledger.writing import Asking, check_newest, verb, writing
from patients.models import PatientCard
from titration.actions.plans import newest_number
from titration.actions.shared import check_regimen_stands, check_seen, retract, today_of
from titration.models import (
    CalendarShape,
    IssuedAs,
    IssuedHow,
    IssueTold,
    Plan,
    PlanIssue,
    PlanVersion,
)
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import issued, logged, planned
from titration.reading.issued import UNWRITTEN, Written


@verb
def issue_plan(
    *,
    plan: Plan,
    version: UUID,
    issued_on: date,
    issued_as: str,
    how: str,
    to_whom: str,
    seen: int,
    written: Written = UNWRITTEN,
    by: User,
    submission: Asking,
):
    """Record that a version was given out. Returns the PlanIssue; its entry's subject names it.

    `version` is the entry of the newest version, `written` how its file was, and `seen` as in
    sign_plan. Raises ChangedMeanwhile, and RuleBroken for a plan that is not open, or a day, a way
    or a writing that do not fit.
    """
    regimen = plan.regimen
    check(by, plan.clinic, RECORD)
    with writing(plan.clinic, by=by, submission=submission) as log:
        log.check_not_erased(regimen.patient_id)
        check_regimen_stands(regimen)
        logs = planned.plan_logs([regimen.pk])[regimen.pk]
        history = logged.history(regimen)
        of_plan = next(each for each in logs if each.plan == plan.pk)
        check_seen(newest_number(regimen, history, logs), seen)
        if of_plan.newest.entry != version:
            raise ChangedMeanwhile
        card = PatientCard.objects.select_related("version__entry").get(pk=regimen.patient_id)
        standing = of_plan.standing(history, planned.ended_by(card.version))
        if words := issued.refusal(of_plan, standing, history.live):
            raise RuleBroken(None, words)
        _check_day(issued_on, of_plan.newest.signed_on, today_of(log))
        _check_how(how, issued_as)
        _check_written(written, issued_as, plan.clinic_id)
        issue = PlanIssue(
            version=PlanVersion.objects.get(pk=version),
            issued_on=issued_on,
            issued_as=issued_as,
            how=how,
            to_whom=to_whom,
            **asdict(written),
        )
        return log.add(issue, subject=uuid4(), patient=regimen.patient_id)


@verb
def tell_issue(
    *, issue: PlanIssue, told_on: date, how: str, to_whom: str, by: User, submission: Asking
):
    """Record that who has a copy was told that it no longer holds. Returns the IssueTold.

    Raises RuleBroken for a copy that holds, or whose telling is recorded already.
    """
    plan = issue.version.plan
    regimen = plan.regimen
    check(by, plan.clinic, RECORD)
    with writing(plan.clinic, by=by, submission=submission) as log:
        log.check_not_erased(regimen.patient_id)
        check_newest(issue.entry)
        if IssueTold.objects.filter(issue=issue).exists():
            raise RuleBroken(None, _("Of this copy the telling is recorded already."))
        logs = planned.plan_logs([regimen.pk])[regimen.pk]
        of_plan = next(each for each in logs if each.plan == plan.pk)
        copies = {copy.entry: copy for copy in issued.issues([plan.pk])[plan.pk]}
        card = PatientCard.objects.select_related("version__entry").get(pk=regimen.patient_id)
        history = logged.history(regimen)
        standing = of_plan.standing(history, planned.ended_by(card.version))
        is_retracted = Retraction.objects.filter(entry__subject=regimen.pk).exists()
        if not issued.is_outdated(
            copies[issue.pk], of_plan, standing, history.live, is_retracted=is_retracted
        ):
            raise RuleBroken(None, _("This copy says what holds. There is nothing to tell."))
        _check_day(told_on, issue.issued_on, today_of(log))
        if how not in IssuedHow.values:
            raise RuleBroken("how", _("Choose how from the list."))
        told = IssueTold(issue=issue, told_on=told_on, how=how, to_whom=to_whom)
        return log.add(told, subject=issue.entry.subject, patient=regimen.patient_id)


@verb
def retract_issue(
    *, issue: PlanIssue, reason: RetractionReason, reason_text: str, by: User, submission: Asking
):
    """Withdraw a copy that was recorded in error: nobody has it. Returns the Retraction.

    Raises AlreadySuperseded where it is withdrawn already.
    """
    regimen = issue.version.plan.regimen
    check(by, issue.version.plan.clinic, RECORD)
    with writing(issue.version.plan.clinic, by=by, submission=submission) as log:
        log.check_not_erased(regimen.patient_id)
        check_newest(issue.entry)
        return retract(log, regimen, issue.entry.subject, reason, reason_text)


def _check_day(on: date, first: date, today: date) -> None:
    if on > today:
        raise RuleBroken("on", _("This day has not come yet. Check the date."))
    if on < first:
        raise RuleBroken("on", _("On this day there was no such copy yet. Check the date."))


def _check_how(how: str, issued_as: str) -> None:
    if how not in IssuedHow.values:
        raise RuleBroken("how", _("Choose how from the list."))
    if issued_as not in IssuedAs.values:
        raise RuleBroken("issued_as", _("Choose what was given out from the list."))
    if how == IssuedHow.READ_OUT and issued_as != IssuedAs.WORDS:
        raise RuleBroken("how", _("Only words are read out. Choose “in words”, or another way."))


def _check_written(written: Written, issued_as: str, clinic: int) -> None:
    """A calendar has a shape and a language that the clinic has; a calendar file has neither."""
    if issued_as != IssuedAs.CALENDAR and (written.shape or written.language or written.first_on):
        raise RuleBroken("rows", _("Only a dose calendar has rows and a language."))
    if issued_as != IssuedAs.ICAL and (written.names or written.alarm):
        raise RuleBroken("names", _("Only a calendar file has titles and reminders."))
    if (written.shape == CalendarShape.DAYS) != (written.first_on is not None):
        raise RuleBroken("from_day", _("Write the first day of the calendar."))
    offered = {text.language for text in issued.calendar_texts(clinic)}
    if written.language and written.language not in offered:
        raise RuleBroken("language", _("Choose a language from the list."))
