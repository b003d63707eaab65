"""A patient's history as a file to hand on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind
from access.policies import EXPORT_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.moments import Moment
from patients.models import Patient
from titration.exports import history
from titration.exports.contents import A4, LETTER, WHOLE, Contents
from titration.exports.context_csv import context_csv_file
from titration.exports.csv import csv_file
from titration.exports.fhir import fhir_file
from titration.exports.handover import handover_file
from titration.exports.pdf import TooLong, pdf_file
from titration.forms.letter import LetterForm
from titration.presenters.exports import export_page, titles_in_order
from titration.tables import write_files

Write = Callable[[history.PatientRecord], bytes]
PDF, CSV = ("application/pdf", "pdf"), ("text/csv; charset=utf-8", "csv")
FHIR = ("application/fhir+json", "fhir.json")


@require_safe
@never_cache
def patient_export(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Choosing what the letter contains, and the other files; `?regimen=` ticks some regimens."""
    found, _chosen = _opened(request, patient, AccessKind.VIEW)
    now = found.clinic.local(timezone.now())
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    form = LetterForm(request.GET, titles_in_order(found, moment))
    return _page(request, found, form, now, moment)


@require_safe
@never_cache
def patient_pdf(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The history as a PDF, of what the form of the page above chose; without that, the whole."""
    found, _chosen = _opened(request, patient, AccessKind.EXPORT)
    now = found.clinic.local(timezone.now())
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    form = LetterForm(request.GET, titles_in_order(found, moment))
    if not form.is_valid():
        return _page(request, found, form, now, moment, status=422)
    try:
        return _file(request, found, pdf_file, PDF, now, moment, contents=form.contents)
    except TooLong as error:
        form.add_error(None, str(error))
        return _page(request, found, form, now, moment, status=422)


@require_safe
@never_cache
def patient_handover(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The handover letter, one page; `?paper=us-letter` for that paper."""
    paper = LETTER if request.GET.get("paper") == LETTER else A4
    return _export(
        request, patient, handover_file, PDF, name="handover", contents=Contents(paper=paper)
    )


@require_safe
@never_cache
def patient_csv(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The history as CSV; `?regimen=<uuid>` limits it to one regimen, or several."""
    return _export(request, patient, csv_file, CSV)


@require_safe
@never_cache
def patient_context_csv(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The context, every text of it, as CSV."""
    return _export(request, patient, context_csv_file, CSV, name="context")


@require_safe
@never_cache
def patient_tables(request: SignedInRequest, patient: UUID) -> FileResponse:
    """The whole record as tables, in a zip. It is always of every regimen."""
    found, _chosen = _opened(request, patient, AccessKind.EXPORT)
    now = timezone.now()
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    # Made whole before it is sent: beyond this size it waits on disk, in a file without a name.
    file = SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 - the answer closes it
    try:
        write_files(file, found, by=request.user, now=now, moment=moment)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = _attached(found, "dose-tables", "zip", now, moment)
    return FileResponse(file, content_type="application/zip", headers=headers)


@require_safe
@never_cache
def patient_fhir(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The history as a FHIR R4 Bundle; `?regimen=<uuid>` limits it to one regimen, or several."""
    return _export(request, patient, fhir_file, FHIR)


def _export(
    request: SignedInRequest,
    patient: UUID,
    write: Write,
    kind: tuple[str, str],
    *,
    name: str = "dose-history",
    contents: Contents = WHOLE,
) -> HttpResponse:
    """A file of the whole record, or of the regimens that the address names."""
    found, regimens = _opened(request, patient, AccessKind.EXPORT)
    now = timezone.now()
    moment = moments.known(request.GET.get("known"), found.clinic, now)
    contents = replace(contents, regimens=regimens or None)
    return _file(request, found, write, kind, now, moment, contents=contents, name=name)


def _opened(
    request: SignedInRequest, patient: UUID, kind: AccessKind
) -> tuple[Patient, frozenset[UUID]]:
    """The patient and the regimens that the address names; the access event is written."""
    patients = Patient.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(patients, pk=patient)
    check(request.user, found.clinic, EXPORT_CHARTS)
    regimens = _named_regimens(request, found)
    audit.saw(request, kind, [found.pk], found.clinic)
    return found, regimens


def _named_regimens(request: SignedInRequest, patient: Patient) -> frozenset[UUID]:
    """The regimens that the address names; 404 when one is not the patient's."""
    try:
        named = frozenset(map(UUID, filter(None, request.GET.getlist("regimen"))))
    except ValueError:
        raise Http404 from None
    if named and patient.regimens.filter(pk__in=named).count() != len(named):
        raise Http404
    return named


def _page(
    request: SignedInRequest,
    patient: Patient,
    form: LetterForm,
    now: datetime,
    moment: Moment | None,
    status: int = 200,
) -> HttpResponse:
    page = export_page(patient, form, now, moment)
    return render(request, "titration/export.html", page, status=status)


def _file(
    request: SignedInRequest,
    patient: Patient,
    write: Write,
    kind: tuple[str, str],
    now: datetime,
    moment: Moment | None,
    *,
    contents: Contents = WHOLE,
    name: str = "dose-history",
) -> HttpResponse:
    """The file, written whole before any of it is sent; its name names nobody."""
    content_type, ending = kind
    read = history.read(patient, by=request.user, now=now, moment=moment)
    record = history.chosen(read, contents)
    if contents.is_part:
        name += "-part"
    return HttpResponse(
        write(record),
        content_type=content_type,
        headers=_attached(patient, name, ending, now, moment),
    )


def _attached(
    patient: Patient, name: str, ending: str, now: datetime, moment: Moment | None
) -> dict[str, str]:
    """The name of a file, which is seen on desks and in mails: it names nobody."""
    name = f"{name}-{str(patient.pk)[:8]}-{patient.clinic.local(now):%Y-%m-%d}"
    if moment:
        name += f"-not-todays-as-known-{moment.at:%Y-%m-%d}"
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
