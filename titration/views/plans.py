"""The page of a signed plan, and of its earlier versions."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access import audit
from access.composed import Joined
from access.models import AccessKind
from access.policies import VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments, pages, reread
from ledger.moments import Moment, NoSuchMoment
from ledger.reread import Made
from titration.models import Plan, PlanDraft
from titration.presenters.plan import plan_page
from titration.reached import place_of_plan
from titration.reading import logged, planned
from titration.reading.planned import PlanLog, SignedVersion

# With everything that the page needs read beside it.
_plan = Joined(
    Plan,
    *("clinic", "regimen", "regimen__clinic", "regimen__patient"),
    *("regimen__card", "regimen__card__version"),
)


@require_safe
def plan(request: SignedInRequest, plan: UUID) -> HttpResponse:
    """A plan in full words: its newest version, or `?version=`; `?compare=` puts one beside it.

    The address of a draft that nobody signed yet leads on to where it is written.
    """
    place = place_of_plan(plan, request.user)
    if place is None:
        draft = get_object_or_404(PlanDraft.objects.visible_to(request.user), pk=plan)
        return redirect("plan-edit", draft.pk)
    check(request.user, place.clinic, VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [place.patient], place.clinic)
    now = place.clinic.local(timezone.now())
    moment = moments.known(request.GET.get("known"), place.clinic, now)
    version, compared = request.GET.get("version"), request.GET.get("compare")

    def page() -> Made[dict[str, Any]]:
        found: Plan = _plan(plan)
        log, hold = log_of(found, moment), reread.hold(now)
        context = plan_page(
            found,
            log,
            logged.history(found.regimen, moment.number if moment else None),
            request.user,
            place.clinic.local(hold.since),
            shown=chosen(version, log) or log.newest,
            compared=chosen(compared, log),
            moment=moment,
        )
        return Made(context, hold)

    key = (plan, moment, version, compared)
    return pages.answer(request, "titration/plan.html", key, now, page)


def log_of(plan: Plan, moment: Moment | None = None) -> PlanLog:
    """Everything known of the plan. Raises NoSuchMoment where it was not signed by then."""
    log = planned.plan_log(plan.pk, plan.regimen_id, moment.number if moment else None)
    if log is None:
        raise NoSuchMoment(_("This plan was not signed yet at that moment. Type a later day."))
    return log


def chosen(number: str | None, log: PlanLog) -> SignedVersion | None:
    """The version that the address names; none where it names none, 404 where there is no such."""
    if not number:
        return None
    found = next((each for each in log.versions if str(each.version) == number), None)
    if found is None:
        raise Http404
    return found
