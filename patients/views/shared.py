"""How a page of a patient is reached, and from which entry down a history is shown."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from access import policies
from access.signed_in import SignedInRequest
from ledger import writing
from patients.models import Patient


def reach(request: SignedInRequest, patient: UUID, action: str) -> Patient:
    """The patient, for somebody who may do this: 404 outside their clinics, 403 inside."""
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    person = get_object_or_404(visible, pk=patient)
    policies.check(request.user, person.clinic, action)
    if action == policies.RECORD:
        writing.check_not_erased(person.pk)
    return person


def before_number(request: SignedInRequest) -> int | None:
    """The number of the entry below which a page of a history begins; None for the newest."""
    before = request.GET.get("before", "")
    # What a number column holds.
    return int(before) if len(before) < 19 and before.isascii() and before.isdecimal() else None
