"""Writes of plans: sign a version, and record what becomes of a plan beside its versions."""

from dataclasses import asdict
from uuid import UUID

from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from access.policies import SIGN, check
from ledger import canonical
from ledger.models import Entry
from ledger.writing import Asking, Log, check_newest, check_not_erased, verb, writing
from patients.models import PatientCard
from titration import planning, policies, projection, wording
from titration.actions.shared import check_regimen_stands, check_seen
from titration.models import (
    Plan,
    PlanDraft,
    PlanEvent,
    PlanEventKind,
    PlannedRow,
    PlanVersion,
    Regimen,
    Review,
    rows_of,
)
from titration.planning import PlanText
from titration.policies import RuleBroken
from titration.reading import logged, planned


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
        _take_draft(draft, regimen, revision, revises)
        logs = planned.plan_logs([regimen.pk])[regimen.pk]
        history = logged.history(regimen)
        plan = revises.subject if revises else draft
        check_can_sign(regimen, plan, logs, history)
        policies.check_plan(text)
        _check_rows(plan, text, logs)
        check_seen(newest_number(regimen, history, logs), seen)
        version = _version(log, draft, regimen, revises, text)
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


def check_can_sign(
    regimen: Regimen,
    plan: UUID,
    logs: tuple[planned.PlanLog, ...],
    history: logged.History,
) -> None:
    """What keeps any version of this plan from being signed: pages ask it early. RuleBroken."""
    check_regimen_stands(regimen)
    policies.check_present(_card(regimen))
    policies.check_no_open_plan([log for log in logs if log.plan != plan], history)
    for log in logs:
        if log.plan == plan:
            policies.check_not_ended(log.standing(history))


def _check_rows(plan: UUID, text: PlanText, logs: tuple[planned.PlanLog, ...]) -> None:
    """No row is one of another plan, and the days that reviews gave to rows keep their order."""
    rows = [row.row for row in text.rows]
    foreign = PlannedRow.objects.filter(row__in=rows).exclude(version__plan=plan)
    taken = set(foreign.values_list("row", flat=True))
    if taken:
        place = next(place for place, row in enumerate(rows) if row in taken)
        raise RuleBroken(
            None,
            _(
                "Row %(row)s belongs to another plan. Take it out of the draft and write it "
                "anew as a row of its own."
            )
            % {"row": place + 1},
        )
    opened = next((log.opened for log in logs if log.plan == plan), {})
    problems = planning.check_order(text.rows, opened)
    if problems:
        raise RuleBroken(None, wording.plan_problem_words(problems[0]))


def newest_number(
    regimen: Regimen, history: logged.History, logs: tuple[planned.PlanLog, ...]
) -> int:
    """The number of the newest entry that bears on a regimen's plans.

    Its log, its text, its plans, and every text of the reviews that ever opened a row of one.
    """
    reviews = Review.objects.filter(regimen=regimen)
    opening = reviews.filter(opens_row__isnull=False).values("review")
    opened = reviews.filter(review__in=opening).aggregate(newest=Max("entry__number"))
    plans = max((log.last_number for log in logs), default=0)
    return max(logged.newest_number(regimen, history), plans, opened["newest"] or 0)


def text_digest(text: PlanText) -> str:
    """A digest over what a plan says: the same for the same plan, read anew."""
    return canonical.digest("plan-text/1", asdict(text))


def rebase_draft(*, draft: PlanDraft, onto: PlanVersion, by: User) -> None:
    """Let a draft revise a newer version of its plan, all that is typed in it kept.

    Raises DraftChanged when it was saved, signed or discarded after `draft` was read.
    """
    check(by, draft.clinic, SIGN)
    same = PlanDraft.objects.filter(
        pk=draft.pk, revision=draft.revision, revises__plan=onto.plan_id
    )
    now = timezone.now()
    if not same.update(revises=onto, revision=F("revision") + 1, saved_by=by, saved_at=now):
        raise DraftChanged


def _take_draft(draft: UUID, regimen: Regimen, revision: int, revises: Entry | None) -> None:
    """Take the draft as it was read: of this regimen, at this revision, revising this version."""
    same = PlanDraft.objects.filter(
        pk=draft, regimen=regimen, revision=revision, revises=revises.pk if revises else None
    )
    deleted, _rows = same.delete()
    if not deleted:
        raise DraftChanged


def _card(regimen: Regimen) -> PatientCard:
    cards = PatientCard.objects.select_related("version__entry")
    try:
        return cards.get(pk=regimen.patient_id)
    except PatientCard.DoesNotExist:
        check_not_erased(regimen.patient_id)
        raise


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
        check_regimen_stands(regimen)
        logs = planned.plan_logs([regimen.pk])[regimen.pk]
        history = logged.history(regimen)
        check_seen(newest_number(regimen, history, logs), seen)
        of_plan = next(each for each in logs if each.plan == plan.pk)
        ended = planned.ended_by(_card(regimen).version)
        policies.check_plan_event(of_plan.standing(history, ended), kind)
        if kind in (PlanEventKind.WITHDRAWN, PlanEventKind.PAUSED) and not reason_text.strip():
            raise RuleBroken("reason_text", _("Write the reason in your own words."))
        event = PlanEvent(plan=plan, kind=kind, reason_text=reason_text)
        log.add(event, subject=plan.pk, patient=regimen.patient_id)
        log.flush()
        projection.refresh([regimen])
        return event
