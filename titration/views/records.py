"""Bringing a patient's whole record in from the tables of another Dose Ledger."""

from http import HTTPStatus
from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.progress import shows_progress
from access.signed_in import SignedInRequest
from ledger.models import FileFormat
from ledger.writing import LedgerError
from patients.models import Patient
from patients.presenters import banner
from titration import actions, waiting
from titration.forms.records import RecordForm
from titration.models import WaitingFile
from titration.presenters import brought
from titration.presenters.imports import file_facts
from titration.tables import ReadTables, TablesRefused, is_tables, read_tables
from titration.views.attempts import attempt, status_of
from titration.views.imports import file_for, is_as_read_back


@require_http_methods(["GET", "HEAD", "POST"])
@shows_progress
def import_record(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """What the file says of whom, read back beside the patient; then it is recorded whole."""
    found, file = file_for(request, patient)
    content = bytes(file.content)
    if not is_tables(content):
        return redirect("import-columns", found.pk)
    try:
        read = read_tables(BytesIO(content))
    except TablesRefused as refused:
        messages.error(request, refused.message)
        return redirect("import-new", found.pk)
    data = request.POST if request.method == "POST" else None
    is_another = actions.patient_here(found.clinic, read) != found.pk
    form = RecordForm(data, clinic=found.clinic, by=request.user, is_another=is_another)
    is_confirmed = form.is_bound and form.is_valid() and is_as_read_back(form, file)
    if is_confirmed and (done := brought_in(request, found, file, read, form)):
        return done
    facts = file_facts(
        name=file.name,
        kind=str(FileFormat.LEDGER_CSV.label),
        digest=file.sha256,
    )
    context = {
        "banner": banner(found),
        "patient": found,
        "facts": facts,
        "said": brought.facts_of(read),
        "compared": brought.beside(found, read),
        "is_another": is_another,
        "digest": waiting.read_as(file),
        "form": form,
    }
    status = status_of(form) if form.errors else HTTPStatus.OK
    return render(request, "titration/import_record.html", context, status=status)


def brought_in(
    request: SignedInRequest,
    patient: Patient,
    file: WaitingFile,
    read: ReadTables,
    form: RecordForm,
) -> HttpResponse | None:
    """Record what the file says; none when a rule refused it, and then the form says which."""
    try:
        done = attempt(
            form,
            actions.import_record,
            clinic=patient.clinic,
            read=read,
            name=file.name,
            responsible=form.cleaned_data["responsible"],
            into=patient,
            by=request.user,
        )
    except LedgerError as refused:
        form.add_error(None, str(refused))
        return None
    if done is None:
        return None
    waiting.drop(file)
    is_new = done.entry.submission == form.cleaned_data["submission"]
    messages.success(request, brought.done_words(done, is_new=is_new))
    return redirect("patient", patient.pk)
