"""Writing access events: on their own, committed before what they speak of is shown."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest

from access.models import AccessedPatient, AccessEvent, AccessKind, Clinic, User


def saw(
    request: HttpRequest,
    kind: AccessKind,
    patients: Iterable[UUID] = (),
    clinic: Clinic | int | None = None,
    by: User | AnonymousUser | None = None,
) -> AccessEvent:
    """Write the access event of this request and mark the request as accounted for.

    Views that show patients' data call it once the patients are known and before their data is
    read; the middleware writes the event of every other request. `clinic` is a clinic or its id;
    none where a list spans several. `by` is who asked, where the request no longer tells.
    """
    match = request.resolver_match
    user = by or getattr(request, "user", None)
    event = AccessEvent(
        user_id=user.pk if user is not None and user.is_authenticated else None,
        clinic_id=clinic.pk if isinstance(clinic, Clinic) else clinic,
        kind=kind,
        route=(match.view_name or match.route)[:100] if match else "",
        method=(request.method or "")[:10],
    )
    with transaction.atomic():
        event.save(force_insert=True)
        AccessedPatient.objects.bulk_create(
            AccessedPatient(event=event, patient=patient) for patient in dict.fromkeys(patients)
        )
    request.access_event = event  # type: ignore[attr-defined]
    return event
