"""Bringing a patient's doses in: the file, its columns, what holds of it, what was read."""

from http import HTTPStatus
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import kept, progress
from access.policies import RECORD
from access.progress import shows_progress
from access.signed_in import SignedInRequest
from ledger.models import FileFormat, ImportedFile
from patients.models import Patient
from patients.presenters import banner
from titration import actions, importing, waiting
from titration.forms.imports import ColumnsForm, ConfirmForm, FileForm
from titration.forms.reading_bundle import DECIDING, read_in
from titration.forms.reading_in import COLUMNS, NAMING, OPENING, Reading, ReadingIn
from titration.importing import FileProblem
from titration.models import WaitingFile
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters import imports as presenter
from titration.tables import TablesRefused, is_tables, read_tables
from titration.views.attempts import attempt, status_of
from titration.views.observations import patient_for
from titration.wording.imports import ENCODINGS


@require_http_methods(["GET", "HEAD", "POST"])
@shows_progress
def import_new(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Choose the file. It is opened at once, and waits for a day if it can be."""
    found, now = patient_for(request, patient, RECORD), timezone.now()
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        given = form.cleaned_data["file"]
        content = given.read()
        try:
            if is_tables(content):
                read_tables(BytesIO(content))
            else:
                read_in(found, content, {})
        except FileProblem as problem:
            form.add_error("file", presenter.problem_words(problem))
        except TablesRefused as refused:
            form.add_error("file", refused.message)
        else:
            waiting.keep(found.clinic, found, request.user, given.name, content, now)
            return redirect("import-columns", found.pk)
    context = {
        "banner": banner(found),
        "patient": found,
        "form": form,
        "file": waiting.waiting(found, request.user, now).defer("content").first(),
    }
    status = 422 if form.errors else 200
    return render(request, "titration/import_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@shows_progress
def import_columns(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Say how the file is opened, and what each of its columns holds."""
    found, file = file_for(request, patient)
    if is_tables(bytes(file.content)):
        return redirect("import-record", found.pk)
    if request.method == "POST" and request.POST.get("do") == OPENING:
        return reopened(request, found, file)
    if importing.format_of(bytes(file.content)) == importing.FHIR:
        return redirect("import-read-back", found.pk)
    read = ReadingIn(found, bytes(file.content), said_of(request, file, COLUMNS))
    form = read.columns
    if request.method == "POST" and form:
        form = ColumnsForm(request.POST, sheet=form.sheet, header=form.header)
        if form.is_valid():
            waiting.remember(found.clinic, importing.header_key(form.header), form.roles)
            say(file, COLUMNS, form.data)
            return redirect("import-read-back", found.pk)
    context = {
        **page_of(found, file, read),
        "opening": read.opening,
        "encodings": [(ENCODINGS[c], lines) for c, lines in read.opened.encodings],
        "form": form,
        "columns": presenter.column_rows(form) if form else [],
    }
    status = 422 if form and form.errors else 200
    return render(request, "titration/import_columns.html", context, status=status)


def reopened(request: SignedInRequest, patient: Patient, file: WaitingFile) -> HttpResponse:
    """Open the file as it is said to be: what was said of its columns may be of others."""
    names = ("encoding", "separator", "sheet", "header")
    before = file.choices.get(OPENING, {})
    answers = {
        name: request.POST[name].replace("\x00", "") for name in names if name in request.POST
    }
    if answers.get("sheet", "") != before.get("sheet", answers.get("sheet", "")):
        answers.pop("header", None)  # it was a row of another sheet
    try:
        ReadingIn(patient, bytes(file.content), {OPENING: answers})
    except FileProblem as problem:
        messages.error(request, presenter.problem_words(problem))
    else:
        file.choices = {OPENING: answers}
        waiting.keep_choices(file)
    return redirect("import-columns", patient.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@shows_progress
def import_read_back(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Every row as it would read back; what its words mean is asked, and then it is recorded."""
    if done := recorded_before(request, patient):
        return done
    found, file = file_for(request, patient)
    if is_tables(bytes(file.content)):
        return redirect("import-record", found.pk)
    if request.method == "POST" and (about := request.POST.get("do", "")) in (NAMING, DECIDING):
        say(file, about, request.POST)
        return redirect("import-read-back", found.pk)
    read = read_in(found, bytes(file.content), said_of(request, file, NAMING, DECIDING))
    if read.read is None:
        return redirect("import-columns", found.pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    is_confirmed = form.is_bound and form.is_valid() and is_as_read_back(form, file)
    if is_confirmed and read.is_said and (done := brought_in(request, found, file, read, form)):
        return done
    back = read_back(request, found, read, form)
    context = {
        **page_of(found, file, read),
        "form": form,
        "naming": read.naming,
        "deciding": getattr(read, "deciding", None),
        "has_columns": isinstance(read, ReadingIn),
        "read": back,
        "digest": waiting.read_as(file),
        "seen": read.seen,
    }
    status = status_of(form) if form.errors else 200
    return render(request, "titration/import_read_back.html", context, status=status)


def recorded_before(request: SignedInRequest, patient: UUID) -> HttpResponse | None:
    """The answer to a confirmation that was sent before: the file waits no longer."""
    form = ConfirmForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return None
    submission = form.cleaned_data["submission"]
    files = ImportedFile.objects.filter(entry__submission=submission, entry__patient=patient)
    done = files.filter(entry__recorded_by=request.user).select_related("entry__clinic").first()
    if done is None:
        return None
    found = patient_for(request, patient, RECORD)
    messages.success(request, presenter.done_words(done, submission))
    return redirect("patient", found.pk)


def is_as_read_back(form: ConfirmForm, file: WaitingFile) -> bool:
    """Whether the page that is confirmed showed this file, read by these answers."""
    if form.cleaned_data["read"] == waiting.read_as(file):
        return True
    form.status = HTTPStatus.CONFLICT
    form.add_error(None, another_file_words())
    return False


def another_file_words() -> str:
    return _(
        "The file, or what was said of it, is another one than on the page that you confirmed. "
        "Read it again, then bring it in."
    )


def read_back(
    request: SignedInRequest, patient: Patient, read: Reading, form: ConfirmForm
) -> presenter.ReadBack:
    """The rows of the page that is asked for, judged by the rules as they stand now."""
    assert read.read is not None  # noqa: S101 - asked before
    try:
        found = read.judged(patient.clinic.local(timezone.now()).date())
    except RuleBroken as rule:
        form.add_error(None, rule.message)
        found = []
    first = first_asked(request)
    return presenter.read_back(read.headings, read.read, read.marks, read.steps, found, first=first)


def first_asked(request: SignedInRequest) -> int:
    """From which row on they are shown."""
    first = request.GET.get("first", "")
    return int(first) if first.isascii() and first.isdigit() and len(first) < 6 else 0


def brought_in(
    request: SignedInRequest,
    patient: Patient,
    file: WaitingFile,
    read: Reading,
    form: ConfirmForm,
) -> HttpResponse | None:
    """Record what was read; none when a rule refused it, and then the form says which."""
    asked: dict[str, Any] = {
        "patient": patient,
        "file": read.file_text(file.name, bytes(file.content)),
        "steps": tuple(read.steps),
        "seen": form.cleaned_data["seen"],
        "by": request.user,
    }
    try:
        done = attempt(form, actions.import_steps, **asked)
    except ChangedMeanwhile:
        form.status = HTTPStatus.CONFLICT
        form.add_error(
            None, _("Something was recorded meanwhile. Read the rows again, then bring them in.")
        )
        return None
    if done is None:
        return None
    waiting.drop(file)
    messages.success(request, presenter.done_words(done, form.cleaned_data["submission"]))
    return redirect("patient", patient.pk)


@require_safe
def import_progress(request: SignedInRequest) -> JsonResponse:
    """How far the answer is that the browser waits for. It is asked again and again, and tells of
    nobody: no access event is written."""
    request.access_event = None  # type: ignore[attr-defined]
    done, total = progress.read(request)
    return JsonResponse({"done": done, "total": total})


@require_POST
def import_put_aside(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Drop the file that waits; nothing of it was recorded."""
    found, file = file_for(request, patient)
    file.delete()
    messages.success(request, _("The file is dropped. Nothing of it was recorded."))
    return redirect("patient", found.pk)


def file_for(request: SignedInRequest, patient: UUID) -> tuple[Patient, WaitingFile]:
    """The patient, and the file of the person that waits for them: 404 where none does; 403."""
    found = patient_for(request, patient, RECORD)
    return found, get_object_or_404(waiting.waiting(found, request.user, timezone.now()))


def said_of(request: SignedInRequest, file: WaitingFile, *forms: str) -> dict[str, Any]:
    """The answers given of the file; those of one of these forms that was sent while signed out
    come back."""
    given_back = kept.give_back(request)
    if given_back is None or (about := given_back.get("do")) not in forms:
        return file.choices
    return {**file.choices, about: given_back}


def say(file: WaitingFile, about: str, answers: Any) -> None:
    """Keep the answers of a form, as they were sent."""
    skipped = {"csrfmiddlewaretoken", "do", "submission"}
    file.choices[about] = {
        name: answers[name].replace("\x00", "")  # which PostgreSQL keeps in no text
        for name in answers
        if name not in skipped and "\x00" not in name
    }
    waiting.keep_choices(file)


def page_of(patient: Patient, file: WaitingFile, read: Reading) -> dict[str, Any]:
    """What every page of an import shows."""
    content = bytes(file.content)
    facts = presenter.file_facts(
        name=file.name,
        kind=str(FileFormat(importing.format_of(content)).label),
        digest=file.sha256,
        **read.facts,
    )
    # A form that carries a submission is kept for whoever is signed out while they fill it in.
    submission = uuid4()
    return {
        "banner": banner(patient),
        "patient": patient,
        "facts": facts,
        "submission": submission,
    }
