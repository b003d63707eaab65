"""The page of a signed plan, and of its earlier versions."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind
from access.policies import VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.moments import Moment, NoSuchMoment
from titration import planned, reading
from titration.models import Plan, PlanDraft
from titration.planned import PlanLog, SignedVersion
from titration.presenters.plan import plan_page


@require_safe
def plan(request: SignedInRequest, plan: UUID) -> HttpResponse:
    """A plan in full words: its newest version, or `?version=`; `?compare=` puts one beside it.

    The address of a draft that nobody signed yet leads on to where it is written.
    """
    plans = Plan.objects.visible_to(request.user).select_related(
        "clinic", "regimen__clinic", "regimen__patient"
    )
    found = plans.filter(pk=plan).first()
    if found is None:
        draft = get_object_or_404(PlanDraft.objects.visible_to(request.user), pk=plan)
        return redirect("plan-edit", draft.pk)
    check(request.user, found.clinic, VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [found.regimen.patient_id], found.clinic)
    now = timezone.now()
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    log = log_of(found, moment)
    page = plan_page(
        found,
        log,
        reading.history(found.regimen, moment.number if moment else None),
        request.user,
        found.clinic.local(now),
        shown=chosen(request, "version", log) or log.newest,
        compared=chosen(request, "compare", log),
        moment=moment,
    )
    return render(request, "titration/plan.html", page)


def log_of(plan: Plan, moment: Moment | None = None) -> PlanLog:
    """Everything known of the plan. Raises NoSuchMoment where it was not signed by then."""
    log = planned.plan_log(plan.pk, plan.regimen_id, moment.number if moment else None)
    if log is None:
        raise NoSuchMoment(_("This plan was not signed yet at that moment. Type a later day."))
    return log


def chosen(request: SignedInRequest, name: str, log: PlanLog) -> SignedVersion | None:
    """The version that the address names; none where it names none, 404 where there is no such."""
    number = request.GET.get(name)
    if not number:
        return None
    found = next((each for each in log.versions if str(each.version) == number), None)
    if found is None:
        raise Http404
    return found
