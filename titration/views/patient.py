"""All of a patient's regimens, and putting down what was carried to them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from access import addresses, audit
from access.models import AccessKind
from access.policies import VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments
from patients.models import Patient
from titration import carry
from titration.forms.span import SpanForm
from titration.presenters.patient import patient_page


@require_safe
def patient(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Where each regimen of the patient stands today, or stood as known at a moment.

    `?from=` and `?to=` draw a range of days, and `?table=all` says all of it in words.
    """
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=patient)
    check(request.user, found.clinic, VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [found.pk], found.clinic)
    now = found.clinic.local(timezone.now())
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    page = patient_page(
        found,
        request.user,
        now,
        carry.carried(request),
        moment,
        span=SpanForm(request.GET),
        is_whole_table=request.GET.get("table") == "all",
    )
    return render(request, "titration/patient.html", page)


@require_POST
def carry_put_down(request: SignedInRequest) -> HttpResponse:
    """Carry nothing any longer; back to the page that asked."""
    carry.put_down(request)
    return redirect(addresses.of_ours(request.POST.get("next", "")) or "/")
