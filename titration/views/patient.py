"""All of a patient's regimens, and putting down what was carried to them."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from access import addresses, audit
from access.composed import Joined
from access.models import AccessKind
from access.policies import VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments, pages, reread
from ledger.reread import Made
from patients.models import Patient
from titration import carry, timeline
from titration.forms.span import SpanForm
from titration.presenters.patient import everything_of, patient_page
from titration.reached import place_of_patient

# With the clinic, which says what day it is.
_patient = Joined(Patient, "clinic")


@require_safe
def patient(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Where each regimen of the patient stands today, or stood as known at a moment.

    `?from=` and `?to=` draw a range of days, and `?table=all` says all of it in words.
    """
    _patient_id, clinic = place_of_patient(patient, request.user)
    check(request.user, clinic, VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [patient], clinic)
    now = clinic.local(timezone.now())
    moment = moments.known(request.GET.get("known"), clinic, now)

    def page() -> Made[dict[str, Any]]:
        found: Patient = _patient(patient)
        read = everything_of(found, moment.number if moment else None)
        hold = reread.hold(now, is_clocked=timeline.has_clock_times(read.records))
        context = patient_page(
            found,
            read,
            request.user,
            clinic.local(hold.since),
            carry.carried(request),
            moment,
            span=SpanForm(request.GET),
            is_whole_table=request.GET.get("table") == "all",
        )
        return Made(context, hold)

    key = (patient, moment, request.GET.urlencode(), carry.held_in(request))
    return pages.answer(request, "titration/patient.html", key, now, page)


@require_POST
def carry_put_down(request: SignedInRequest) -> HttpResponse:
    """Carry nothing any longer; back to the page that asked."""
    carry.put_down(request)
    return redirect(addresses.of_ours(request.POST.get("next", "")) or "/")
