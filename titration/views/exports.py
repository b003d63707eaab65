"""A patient's history as a file to hand on."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind
from access.policies import EXPORT_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments
from patients.models import Patient
from titration.exports import history
from titration.exports.context_csv import context_csv_file
from titration.exports.csv import csv_file
from titration.exports.pdf import pdf_file
from titration.views.regimens import chosen_regimen


@require_safe
@never_cache
def patient_pdf(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The history as a PDF; `?regimen=<uuid>` limits it to one regimen."""
    return _export(request, patient, pdf_file, "application/pdf", "pdf")


@require_safe
@never_cache
def patient_csv(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The history as CSV; `?regimen=<uuid>` limits it to one regimen."""
    return _export(request, patient, csv_file, "text/csv; charset=utf-8", "csv")


@require_safe
@never_cache
def patient_context_csv(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The context, every text of it, as CSV."""
    csv = "text/csv; charset=utf-8"
    return _export(request, patient, context_csv_file, csv, "csv", name="context")


def _export(
    request: SignedInRequest,
    patient: UUID,
    write: Callable[[history.PatientRecord], bytes],
    content_type: str,
    ending: str,
    *,
    name: str = "dose-history",
) -> HttpResponse:
    patients = Patient.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(patients, pk=patient)
    check(request.user, found.clinic, EXPORT_CHARTS)
    chosen = chosen_regimen(request, found)
    audit.saw(request, AccessKind.EXPORT, [found.pk], found.clinic)
    now = timezone.now()
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    regimen = chosen.pk if chosen else None
    record = history.read(found, by=request.user, now=now, regimen=regimen, moment=moment)
    # A file name is seen on desks and in mails: it names nobody.
    name = f"{name}-{str(found.pk)[:8]}-{record.at:%Y-%m-%d}"
    if moment:
        name += f"-not-todays-as-known-{moment.at:%Y-%m-%d}"
    return HttpResponse(
        write(record),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )
