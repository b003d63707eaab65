"""The timeline page of a regimen."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind
from access.policies import VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments
from titration import reading
from titration.models import Regimen
from titration.presenters.regimen import regimen_page
from titration.presenters.regimen_plans import EXISTING


@require_safe
def regimen(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Where the patient stands, the plan, the chart and the log.

    `?log=all` shows the whole log, `?plan=all` every row of a long plan, and `?versions=1` draws
    the versions of plans that no longer hold.
    """
    regimens = Regimen.objects.visible_to(request.user)
    found = get_object_or_404(
        regimens.select_related("clinic", "patient", "card__version").annotate(**EXISTING),
        pk=regimen,
    )
    check(request.user, found.clinic, VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [found.patient_id], found.clinic)
    now = timezone.now()
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    page = regimen_page(
        found,
        reading.history(found, moment.number if moment else None),
        request.user,
        found.clinic.local(now),
        is_whole_log=request.GET.get("log") == "all",
        is_whole_plan=request.GET.get("plan") == "all",
        with_versions=request.GET.get("versions") == "1",
        moment=moment,
    )
    return render(request, "titration/regimen.html", page)
