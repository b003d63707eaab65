"""The timeline page of a regimen."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from access import audit
from access.composed import Joined
from access.models import AccessKind
from access.policies import VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments, pages, reread
from ledger.reread import Made
from titration import listed, timeline
from titration.models import Regimen
from titration.presenters.regimen import regimen_page
from titration.presenters.regimen_plans import EXISTING
from titration.reached import place_of_regimen
from titration.reading import logged

# With everything that the page needs read beside it.
_regimen = Joined(Regimen, "clinic", "patient", "card", "card__version", **EXISTING)


@require_safe
def regimen(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Where the patient stands, the plan, the chart and the log.

    `?log=all` shows the whole log, `?plan=all` every row of a long plan, and `?versions=1` draws
    the versions of plans that no longer hold.
    """
    patient, clinic = place_of_regimen(regimen, request.user)
    check(request.user, clinic, VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [patient], clinic)
    now = clinic.local(timezone.now())
    moment = moments.known(request.GET.get("known"), clinic, now)
    asked = {
        "is_whole_log": request.GET.get("log") == "all",
        "is_whole_plan": request.GET.get("plan") == "all",
        "with_versions": request.GET.get("versions") == "1",
    }

    def page() -> Made[dict[str, Any]]:
        found: Regimen = _regimen(regimen)
        history = logged.history(found, moment.number if moment else None)
        hold = reread.hold(now, is_clocked=timeline.has_clock_times(history.records))
        at = clinic.local(hold.since)
        context = regimen_page(found, history, request.user, at, **asked, moment=moment)
        if context["may_stand_for_others"] and listed.has_roles_for_hours([clinic.pk], now):
            hold = reread.hold(now, is_clocked=True)
        return Made(context, hold)

    key = (regimen, moment, *asked.values())
    return pages.answer(request, "titration/regimen.html", key, now, page)
