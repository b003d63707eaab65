"""Bringing in somebody who is new to a clinic, by a file that says who they are."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access import audit, kept
from access.policies import RECORD, check, check_anywhere
from access.progress import shows_progress
from access.signed_in import SignedInRequest
from ledger.models import Entry, FileFormat
from ledger.writing import LedgerError
from patients import actions as people
from patients import search
from patients.forms import NewPatientForm
from patients.views.shared import telling, with_alike
from titration import actions, waiting
from titration.forms.newcomers import (
    NewcomerFileForm,
    NewcomerRecordForm,
    identity_said,
    known_in,
    newcomer_in,
    typed_again,
)
from titration.forms.reading_bundle import bundle_headings
from titration.importing import FileProblem, FileRead
from titration.models import WaitingFile
from titration.presenters import brought, newcomers
from titration.presenters import imports as presenter
from titration.tables import ReadTables, TablesRefused, is_tables
from titration.views.attempts import attempt, status_of
from titration.views.imports import another_file_words, first_asked, is_as_read_back
from titration.views.observations import patient_for
from titration.views.regimens import kind_of


@require_http_methods(["GET", "HEAD", "POST"])
@shows_progress
def newcomer_new(request: SignedInRequest) -> HttpResponse:
    """Choose the file. Of somebody whom the clinic knows by its identity it waits for them."""
    check_anywhere(request.user, RECORD)
    now = timezone.now()
    form = NewcomerFileForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), by=request.user
    )
    if form.is_bound and form.is_valid() and form.clinic:
        given, clinic = form.cleaned_data["file"], form.clinic
        content = given.read()
        try:
            known = known_in(clinic, newcomer_in(content, clinic))
        except FileProblem as problem:
            form.add_error("file", presenter.problem_words(problem))
        except TablesRefused as refused:
            form.add_error("file", refused.message)
        else:
            found = patient_for(request, known, RECORD) if known else None
            waiting.keep(clinic, found, request.user, given.name, content, now)
            if found is None:
                return redirect("newcomer-read-back")
            messages.info(request, _("The patient of the file is with the clinic already."))
            return redirect("import-columns", found.pk)
    file = waiting.waiting(None, request.user, now).defer("content").first()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "file": file}
    return render(request, "titration/newcomer_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@shows_progress
def newcomer_read_back(request: SignedInRequest) -> HttpResponse:
    """Who the patient would be, who may be the same person, and what would come in."""
    if done := added_before(request):
        return done
    file = file_for(request)
    try:
        read = newcomer_in(bytes(file.content), file.clinic)
    except FileProblem as problem:
        messages.error(request, presenter.problem_words(problem))
    except TablesRefused as refused:
        messages.error(request, refused.message)
    else:
        if isinstance(read, ReadTables):
            return whole_record(request, file, read)
        return person_first(request, file, read)
    return redirect("newcomer-new")


def whole_record(request: SignedInRequest, file: WaitingFile, read: ReadTables) -> HttpResponse:
    """The patient and all that the file says of them, in one write."""
    data = request.POST if request.method == "POST" else None
    form = NewcomerRecordForm(data, clinic=file.clinic, by=request.user)
    form.alike = search.alike(file.clinic, actions.identity_in(read))
    audit.saw(request, kind_of(request), form.alike, file.clinic)
    is_confirmed = form.is_bound and form.is_valid() and is_as_read_back(form, file)
    if is_confirmed and (done := recorded(request, file, read, form)):
        return done
    context = {
        **page_of(file),
        **with_alike(form),
        "person": brought.details_of(read),
        "said": brought.contents_of(read),
    }
    status = status_of(form) if form.errors else HTTPStatus.OK
    return render(request, "titration/newcomer_record.html", context, status=status)


def recorded(
    request: SignedInRequest, file: WaitingFile, read: ReadTables, form: NewcomerRecordForm
) -> HttpResponse | None:
    """Record what the file says; none when something refused it, and then the form says what."""
    try:
        done = attempt(
            form,
            actions.import_record,
            clinic=file.clinic,
            read=read,
            name=file.name,
            responsible=form.cleaned_data["responsible"],
            others=tuple(form.cleaned_data["others"]),
            by=request.user,
        )
    except people.ProbableDuplicate as duplicate:
        form.ask_about(duplicate.patients)
        return None
    except LedgerError as refused:
        form.add_error(None, str(refused))
        return None
    if done is None:
        return None
    waiting.drop(file)
    is_new = done.entry.submission == form.cleaned_data["submission"]
    messages.success(request, brought.done_words(done, is_new=is_new))
    return redirect("patient", done.entry.patient)


def person_first(request: SignedInRequest, file: WaitingFile, read: FileRead) -> HttpResponse:
    """The patient as the file says; what it holds of doses then waits for them."""
    person = read.person
    assert person is not None  # noqa: S101 - it was one when it was taken in
    asked: dict[str, Any] = {"by": request.user, "clinic": file.clinic}
    if request.method == "POST":
        form = NewPatientForm(request.POST, **asked)
    else:
        form = NewPatientForm(kept.give_back(request), initial=typed_again(person), **asked)
        identity = identity_said(person)
        form.alike = search.alike(file.clinic, identity) if identity else []
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        if request.POST.get("read") != waiting.read_as(file):
            status = HTTPStatus.CONFLICT
            form.add_error(None, another_file_words())
        else:
            with telling(form):
                version = people.add_patient(**form.asked(), by=request.user)
                waiting.give(file, version.patient)
                return added(request, version.entry, _("Recorded as entry %(number)s."))
    audit.saw(request, kind_of(request), form.alike, file.clinic)
    context = {
        **page_of(file),
        **with_alike(form),
        "person": newcomers.details_of(person),
        "has_died": bool(person.died),
        "read": presenter.read_back(
            bundle_headings(), read, (), (), (), first=first_asked(request)
        ),
    }
    status = HTTPStatus.CONFLICT if form.overtaken_by else status
    return render(request, "titration/newcomer_person.html", context, status=status)


def added_before(request: SignedInRequest) -> HttpResponse | None:
    """The answer to a form that was sent before: the file waits for nobody new any longer."""
    try:
        submission = UUID(request.POST.get("submission", ""))
    except ValueError:
        return None
    entries = Entry.objects.filter(submission=submission, recorded_by=request.user)
    first = entries.filter(patient__isnull=False).order_by("number").first()
    if first is None:
        return None
    return added(request, first, _("Recorded before, by entry %(number)s. Nothing was added."))


def added(request: SignedInRequest, entry: Entry, words: str) -> HttpResponse:
    """Go on to the patient who was added: to the file, if one waits for them."""
    assert entry.patient is not None  # noqa: S101 - asked before
    patient = patient_for(request, entry.patient, RECORD)
    messages.success(request, words % {"number": f"{entry.number:,}"})
    waits = waiting.waiting(patient, request.user, timezone.now()).exists()
    return redirect("import-columns" if waits else "patient", patient.pk)


@require_POST
def newcomer_known(request: SignedInRequest) -> HttpResponse:
    """The person of the file is a patient of the clinic: it waits for them from here on."""
    file = file_for(request)
    try:
        key = UUID(request.POST.get("patient", ""))
    except ValueError:
        raise BadRequest from None
    found = patient_for(request, key, RECORD)
    if found.clinic_id != file.clinic_id:
        raise Http404
    waiting.give(file, found)
    return redirect("import-columns", found.pk)


@require_POST
def newcomer_put_aside(request: SignedInRequest) -> HttpResponse:
    """Drop the file that waits; nothing of it was recorded."""
    file_for(request).delete()
    messages.success(request, _("The file is dropped. Nothing of it was recorded."))
    return redirect("patient-list")


def file_for(request: SignedInRequest) -> WaitingFile:
    """The file of the person that waits for somebody new: 404 where none does; 403."""
    check_anywhere(request.user, RECORD)
    files = waiting.waiting(None, request.user, timezone.now()).select_related("clinic")
    file = get_object_or_404(files)
    check(request.user, file.clinic, RECORD)
    return file


def page_of(file: WaitingFile) -> dict[str, Any]:
    """What every page of the file shows."""
    is_record = is_tables(bytes(file.content))
    kind = FileFormat.LEDGER_CSV if is_record else FileFormat.FHIR
    facts = presenter.file_facts(name=file.name, kind=str(kind.label), digest=file.sha256)
    return {"facts": facts, "digest": waiting.read_as(file), "clinic": file.clinic}
