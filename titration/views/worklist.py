"""The first page: what waits for the person, and what was recorded of late."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind, Clinic, Role
from access.policies import CONFIRM, VIEW_CHARTS, allows_anywhere, clinics_of
from access.signed_in import SignedInRequest
from titration.presenters.worklist import recent_keys, waiting_page, worklist_rows


@require_safe
def worklist(request: SignedInRequest) -> HttpResponse:
    """What is true now; for a person without charts, what their role is for."""
    user = request.user
    if not allows_anywhere(user, VIEW_CHARTS):
        roles = {role for held in user.roles_by_clinic.values() for role in held}
        context: dict[str, object] = {
            "is_administrator": Role.ADMINISTRATOR in roles,
            "is_auditor": Role.AUDITOR in roles,
        }
        return render(request, "titration/worklist_without_charts.html", context)
    waiting = waiting_page(user, request.GET.get("after", ""), request.GET.get("before", ""))
    recent = recent_keys(user)
    patients = [*(key.patient for key in waiting.keys), *(key.patient for key in recent)]
    clinics = Clinic.objects.in_bulk(clinics_of(user, VIEW_CHARTS))
    audit.saw(
        request, AccessKind.LIST, patients, next(iter(clinics)) if len(clinics) == 1 else None
    )
    awaiting, recorded = worklist_rows(waiting.keys, recent, clinics, timezone.now())
    context = {
        "confirms": allows_anywhere(user, CONFIRM),
        "waiting": waiting,
        "awaiting": awaiting,
        "recorded": recorded,
    }
    return render(request, "titration/worklist.html", context)
