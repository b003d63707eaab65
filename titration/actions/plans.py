"""Writes of plans: sign a version, and record what becomes of a plan beside its versions."""

from uuid import UUID

from django.utils.translation import gettext as _

from access.models import User
from access.policies import SIGN, check
from ledger.models import Entry
from ledger.writing import Asking, Log, check_newest, verb, writing
from patients.models import PatientCard
from titration import planned, policies, projection, reading
from titration.actions.shared import check_regimen_stands
from titration.models import (
    Plan,
    PlanDraft,
    PlanEvent,
    PlanEventKind,
    PlanVersion,
    Regimen,
    rows_of,
)
from titration.planning import PlanText
from titration.policies import ChangedMeanwhile, RuleBroken


class DraftChanged(Exception):
    """The draft was saved, signed or discarded after it was read."""


@verb
def sign_plan(
    *,
    draft: UUID,
    regimen: Regimen,
    revision: int,
    revises: Entry | None,
    text: PlanText,
    seen: int,
    by: User,
    submission: Asking,
):
    """Sign a draft: the first version of a plan, or the one that revises `revises`.

    `text` is what the signer read, of the draft at `revision`, and `seen` the newest number of the
    regimen's log and plans that the page showed. The draft is gone afterwards. Returns the
    PlanVersion. Raises DraftChanged, ChangedMeanwhile, AlreadySuperseded when another revision of
    the same version was signed first, and RuleBroken.
    """
    check(by, regimen.clinic, SIGN)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        if revises is not None:
            check_newest(revises)
        _take_draft(draft, revision)
        check_regimen_stands(regimen)
        policies.check_present(_card(regimen))
        policies.check_plan(text)
        logs = planned.plan_logs([regimen.pk])[regimen.pk]
        history = reading.history(regimen)
        if newest_number(regimen, history, logs) > seen:
            raise ChangedMeanwhile
        version = _version(log, draft, regimen, revises, text)
        if revises is None:
            policies.check_no_open_plan(logs, history.live)
        log.add(
            version,
            subject=version.plan_id,
            patient=regimen.patient_id,
            supersedes=revises,
            children=[*version.rows, *version.parts],
        )
        log.flush()
        projection.refresh([regimen])
        return version


def newest_number(
    regimen: Regimen, history: reading.History, logs: tuple[planned.PlanLog, ...]
) -> int:
    """The number of the newest entry that bears on a regimen's plans: its log, text and plans."""
    return max(reading.newest_number(regimen, history), *(log.last_number for log in logs), 0)


def _take_draft(draft: UUID, revision: int) -> None:
    deleted, _rows = PlanDraft.objects.filter(pk=draft, revision=revision).delete()
    if not deleted:
        raise DraftChanged


def _card(regimen: Regimen) -> PatientCard:
    return PatientCard.objects.select_related("version__entry").get(pk=regimen.patient_id)


def _version(
    log: Log, draft: UUID, regimen: Regimen, revises: Entry | None, text: PlanText
) -> PlanVersion:
    if revises is None:
        plan, number = Plan(id=draft, clinic=regimen.clinic, regimen=regimen), 1
        log.create(plan)
    else:
        before = PlanVersion.objects.select_related("plan").get(
            pk=revises.pk, plan__regimen=regimen
        )
        plan, number = before.plan, before.version + 1
    version = PlanVersion(
        plan=plan,
        version=number,
        purpose=text.purpose,
        end=text.end,
        review_on=text.review_on,
        slots=",".join(text.slots),
        if_missed=text.if_missed,
        if_unwell=text.if_unwell,
        note=text.note,
    )
    rows_of(version, text.rows)
    return version


@verb
def record_plan_event(
    *, plan: Plan, kind: str, reason_text: str, seen: int, by: User, submission: Asking
):
    """Pause a plan, let it go on, withdraw it (with a reason) or complete it. Returns a PlanEvent.

    `seen` is as in sign_plan. Raises ChangedMeanwhile, and RuleBroken for what does not fit how
    the plan stands.
    """
    regimen = plan.regimen
    check(by, plan.clinic, SIGN)
    with writing(plan.clinic, by=by, submission=submission) as log:
        logs = planned.plan_logs([regimen.pk])[regimen.pk]
        history = reading.history(regimen)
        if newest_number(regimen, history, logs) > seen:
            raise ChangedMeanwhile
        of_plan = next(each for each in logs if each.plan == plan.pk)
        ended = planned.ended_by(_card(regimen).version)
        policies.check_plan_event(of_plan.standing(history.live, ended), kind)
        if kind in (PlanEventKind.WITHDRAWN, PlanEventKind.PAUSED) and not reason_text.strip():
            raise RuleBroken("reason_text", _("Write the reason in your own words."))
        event = PlanEvent(plan=plan, kind=kind, reason_text=reason_text)
        log.add(event, subject=plan.pk, patient=regimen.patient_id)
        log.flush()
        projection.refresh([regimen])
        return event
