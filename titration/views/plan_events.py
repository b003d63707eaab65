"""What becomes of a plan beside its versions: paused, goes on, withdrawn, completed; dates move."""

from dataclasses import replace
from http import HTTPStatus
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import audit, kept
from access.policies import SIGN, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.writing import check_not_erased
from patients.presenters import banner
from titration import actions, planning, policies
from titration.actions.drafts import begin_draft, revision_of
from titration.forms.signing import LATER, STAY, EventForm
from titration.models import Plan, PlanDraft, PlanEvent, PlanEventKind, PlanVersion
from titration.planning import PlanText
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters.plan_events import event_page, review_words
from titration.reading import logged, planned
from titration.reading.planned import PlanLog
from titration.views.attempts import attempt, read_anew, status_of
from titration.views.plans import log_of
from titration.views.regimens import kind_of


@require_http_methods(["GET", "HEAD", "POST"])
def plan_event(request: SignedInRequest, plan: UUID, kind: str) -> HttpResponse:
    """One page that says how the plan stands, asks for the reason, and records it.

    Where the dates that remain are to move, they move in a draft, which waits for a signature.
    """
    found = plan_to_sign(request, plan)
    if request.method == "POST":
        form = EventForm(request.POST, kind=kind)
        answer = recorded(request, found, kind, form) if form.is_valid() else None
        if answer is not None:
            return answer
        return page(request, found, kind, form)
    log = log_of(found)
    if not fits(found, log, kind):
        messages.error(
            request,
            _("That does not fit how the plan stands now. It stands as it is said below."),
        )
        return redirect("plan", found.pk)
    dates = LATER if request.GET.get("dates") == LATER else STAY
    initial = {"dates": dates, "seen": newest_of(found)}
    form = EventForm(kept.give_back(request), kind=kind, initial=initial)
    return page(request, found, kind, form)


def plan_to_sign(request: SignedInRequest, pk: UUID) -> Plan:
    """The plan when the person may sign it; the access event is written."""
    plans = Plan.objects.visible_to(request.user).select_related(
        "clinic", "regimen__clinic", "regimen__patient", "regimen__card__version"
    )
    found = get_object_or_404(plans, pk=pk)
    check(request.user, found.clinic, SIGN)
    check_not_erased(found.regimen.patient_id)
    audit.saw(request, kind_of(request), [found.regimen.patient_id], found.clinic)
    moments.refuse(request.GET.get("known"))
    return found


def fits(plan: Plan, log: PlanLog, kind: str) -> bool:
    """Whether this can be recorded of the plan as it stands now."""
    history = logged.history(plan.regimen)
    standing = log.standing(history, planned.ended(plan.regimen.patient_id))
    is_retracted = plan.regimen.card.is_retracted
    return not is_retracted and kind in policies.EVENTS_OF_STATE.get(standing.state, set())


def newest_of(plan: Plan) -> int:
    """The number of the newest entry that bears on the plan."""
    logs = planned.plan_logs([plan.regimen_id])[plan.regimen_id]
    return actions.newest_number(plan.regimen, logged.history(plan.regimen), logs)


def page(
    request: SignedInRequest, plan: Plan, kind: str, form: EventForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The form beside how the plan stands and the rows that remain."""
    if status == HTTPStatus.OK and form.errors:
        status = status_of(form)
    now = plan.clinic.local(timezone.now())
    person = banner(plan.regimen.patient)
    history = logged.history(plan.regimen)
    context = event_page(plan, log_of(plan), history, kind, now, person.name)
    context |= {"form": form, "banner": person}
    return render(request, "titration/plan_event.html", context, status=status)


def recorded(
    request: SignedInRequest, plan: Plan, kind: str, form: EventForm
) -> HttpResponse | None:
    """Where to go once all that was asked for is done; none when the form says why it is not."""
    by = form.moves_by
    try:
        if by is None:
            event = record(request, plan, kind, form)
            return None if event is None else redirect("plan", plan.pk)
        text = moved_text(plan, by)
        if kind == PlanEventKind.PAUSED:
            event = record(request, plan, kind, form)
            if event is None:
                return None
            if log_of(plan).newest.number > event.entry.number:  # sent again, and signed since
                return redirect("plan", plan.pk)
        else:
            check_as_read(plan, kind, form.cleaned_data["seen"] or 0)
        draft = moved_draft(request, plan, text, form.cleaned_data["submission"])
    except ChangedMeanwhile:
        read_anew(form, seen=newest_of(plan))
        form.status = HTTPStatus.CONFLICT
        form.add_error(
            None, _("Something was recorded meanwhile. Read again how the plan stands, then send.")
        )
        return None
    except RuleBroken as rule:
        form.break_rule(rule)
        return None
    messages.info(request, _("The dates are moved in this draft. They hold once it is signed."))
    if stays := review_words(log_of(plan)):
        messages.info(request, stays)
    return redirect("plan-sign", draft.pk)


def record(request: SignedInRequest, plan: Plan, kind: str, form: EventForm) -> PlanEvent | None:
    """The event, recorded; none when a rule refused it, and then the form says which."""
    event = attempt(
        form,
        actions.record_plan_event,
        plan=plan,
        kind=kind,
        reason_text=form.cleaned_data["reason_text"],
        seen=form.cleaned_data["seen"] or 0,
        by=request.user,
    )
    if event is not None:
        messages.success(request, _("Recorded."))
    return event


def check_as_read(plan: Plan, kind: str, seen: int) -> None:
    """What the action asks of an event, asked of one that is only drafted as another version."""
    if newest_of(plan) > seen:
        raise ChangedMeanwhile
    if not fits(plan, log_of(plan), kind):
        raise RuleBroken(None, _("That does not fit how the plan stands now."))


def moved_text(plan: Plan, by: int) -> PlanText:
    """The newest version with the rows that remain `by` days later. RuleBroken where none move."""
    log = log_of(plan)
    text = log.newest.text
    carried = log.carried(logged.history(plan.regimen).live)
    place = planning.first_open(carried, plan.clinic.local(timezone.now()).date())
    days = [each.planned_on for each in carried]
    try:
        rows = planning.move_dates(text.rows, days, place, by)
    except OverflowError:
        raise RuleBroken("days", _("The dates would pass the end of the calendar.")) from None
    if rows == text.rows:
        raise RuleBroken("dates", _("No row that remains has a date that could move."))
    return replace(text, rows=rows)


def moved_draft(
    request: SignedInRequest, plan: Plan, text: PlanText, submission: UUID
) -> PlanDraft:
    """A draft of the next version that says this; the same one for the same form."""
    return begin_draft(
        regimen=plan.regimen,
        document=revision_of(text, plan.regimen.card.version.unit),
        by=request.user,
        submission=uuid5(submission, "moved"),
        revises=PlanVersion.objects.get(pk=log_of(plan).newest.entry),
    )
