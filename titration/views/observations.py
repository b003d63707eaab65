"""How the patient was: the table of it, a sheet of measures to record, one observation again."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from access import audit, kept
from access.policies import MANAGE_CATALOGUE, RECORD, VIEW_CHARTS, allows, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.models import Retraction
from ledger.moments import Moment
from ledger.writing import (
    AlreadySuperseded,
    SubmissionConflict,
    check_not_erased,
    newest_number_of,
)
from patients.models import Patient
from patients.presenters import banner, not_today
from titration import actions
from titration.actions import EffectText, ObservationText
from titration.forms.observations import (
    ObservationCorrectionForm,
    ObservedForm,
    ObservedRetractionForm,
    Sheet,
    ValueForm,
    value_initial,
)
from titration.forms.span import SpanForm
from titration.forms.submission import SubmissionForm
from titration.forms.when import effective_initial
from titration.models import MeasureVersion, Observation
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters.observed import (
    EffectRow,
    effect_rows,
    newer_cards,
    observed_rows,
    series_words,
    text_rows,
)
from titration.presenters.regimen import titles_of
from titration.presenters.texts import TextCard
from titration.reading import observed
from titration.views.attempts import attempt, read_anew, sent_before
from titration.views.recording import with_another_row, withhold
from titration.views.regimens import kind_of


def patient_for(request: SignedInRequest, pk: UUID, action: str) -> Patient:
    """The patient with the clinic; the access event is written. 404, 403."""
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=pk)
    check(request.user, found.clinic, action)
    if action == RECORD:
        check_not_erased(found.pk)
    audit.saw(request, kind_of(request), [found.pk], found.clinic)
    if action == RECORD:
        moments.refuse(request.GET.get("known"))
    return found


def page_of(request: SignedInRequest, patient: Patient, url: str) -> dict[str, Any]:
    """What every page of what was observed shows, as known at the moment that is asked for."""
    now = patient.clinic.local(timezone.now())
    moment = moments.known(request.GET.get("known"), patient.clinic, now)
    person = banner(patient, today=(moment.at if moment else now).date(), moment=moment)
    is_open = moment is None and not person.is_erased
    return {
        "banner": person,
        "patient": patient,
        "moment": moment,
        "not_today": not_today(moment, url),
        "may_record": is_open and allows(request.user, patient.clinic, RECORD),
    }


def number_of(moment: Moment | None) -> int | None:
    return moment.number if moment else None


@require_safe
def observation_list(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Side effects, and a page of the observations by day or by one measure."""
    found = patient_for(request, patient, VIEW_CHARTS)
    context = page_of(request, found, reverse("observation-list", args=[found.pk]))
    known, query = (
        number_of(context["moment"]),
        context["moment"].query if context["moment"] else "",
    )
    form = SpanForm(request.GET)
    measures = observed.measures_of(found.pk, known)
    chosen = request.GET.get("measure", "")
    measure = next((key for key, _name in measures if str(key) == chosen), None)
    shown, older = observed.page(
        found.pk,
        known,
        measure=measure,
        since=form.span.since,
        until=form.span.until,
        before=observed.Mark.read(request.GET.get("before", "")),
    )
    context |= {
        "form": form,
        "measures": [(str(key), name, key == measure) for key, name in measures],
        "is_narrowed": measure is not None or not form.span.is_open,
        "rows": observed_rows(shown, query),
        "effects": effect_rows(
            observed.effects(found.pk, known), titles_of(found.pk, known), query
        ),
        "older_url": _other_page(request, before=str(older)) if older else "",
        "newer_url": _other_page(request) if "before" in request.GET else "",
    }
    return render(request, "titration/observation_list.html", context)


def effects_of(patient: Patient, known: int | None, query: str) -> list[EffectRow]:
    """The side effects of a patient; two queries."""
    return effect_rows(observed.effects(patient.pk, known), titles_of(patient.pk, known), query)


def _other_page(request: SignedInRequest, **named: str) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    for name, value in named.items():
        query[name] = value
    return f"?{query.urlencode()}"


@require_http_methods(["GET", "HEAD", "POST"])
def observation_new(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """A sheet of the clinic's measures: what is written on it is recorded, all or nothing."""
    found = patient_for(request, patient, RECORD)
    typed = request.POST or kept.give_back(request)
    now = found.clinic.local(timezone.now())
    added = str(typed.get("add_row", "")) if typed else ""
    if typed and added:
        typed = with_another_row(typed)
    initial = {"seen": newest_number_of(found.pk)}
    form = ObservedForm(typed, initial=initial, clinic=found.clinic, now=now)
    versions = sheet_versions(found, typed)
    sheet = Sheet(versions, typed)
    is_written = request.method == "POST" and not added and all([form.is_valid(), sheet.is_valid()])
    if added:
        withhold(form, *sheet.forms)
    newer: list[TextCard] = []
    if is_written:
        texts = texts_of_sheet(form, sheet.filled)
        try:
            if record_sheet(request, found, form, sheet.filled, texts):
                return redirect("observation-list", found.pk)
        except ChangedMeanwhile:
            newer = meanwhile(form, found, texts)
    context = page_of(request, found, "") | {
        "form": form,
        "newer": newer,
        "sheet": sheet,
        "added": added,
        "may_change_list": allows(request.user, found.clinic, MANAGE_CATALOGUE),
        "back": reverse("observation-list", args=[found.pk]),
    }
    return render(request, "titration/observation_new.html", context, status=form.status)


def sheet_versions(patient: Patient, typed) -> list[MeasureVersion]:
    """The measures of a sheet: as they were when its page was made, which the form names."""
    versions = MeasureVersion.objects.filter(measure__clinic=patient.clinic_id)
    versions = versions.select_related("measure")
    if typed is not None and (seen := typed.getlist("version")):
        keys = [UUID(key) for key in seen if _is_uuid(key)]
        return sorted(versions.filter(pk__in=keys), key=lambda version: keys.index(version.pk))
    return list(versions.newest().filter(in_use=True).order_by("entry__number"))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def texts_of_sheet(form: ObservedForm, filled: list[ValueForm]) -> tuple[ObservationText, ...]:
    """What is written on the sheet, once it is valid."""
    measured_by = form.cleaned_data["measured_by"]
    assert form.effective is not None  # noqa: S101 - a valid form has one
    return tuple(row.text(form.effective, measured_by, is_new=True) for row in filled)


def record_sheet(
    request: SignedInRequest,
    patient: Patient,
    form: ObservedForm,
    filled: list[ValueForm],
    texts: tuple[ObservationText, ...],
) -> bool:
    """Whether what was written is recorded; else the form or the row says why not."""
    said = {"patient": patient, "observations": texts, "by": request.user}
    said["seen"] = form.cleaned_data["seen"]
    try:
        recorded = attempt(form, actions.record_observations, **said)
    except actions.OneRefused as refused:
        filled[refused.position].break_rule(refused)
        return False
    if recorded:
        words = ngettext(
            "%(count)s value is recorded.", "%(count)s values are recorded.", len(texts)
        )
        messages.success(request, words % {"count": len(texts)})
    return bool(recorded)


def meanwhile(
    form: SubmissionForm, patient: Patient, texts: Sequence[ObservationText | EffectText]
) -> list[TextCard]:
    """What was recorded of the same while the page was open; sent again, the form adds to it."""
    form.status, seen = HTTPStatus.CONFLICT, form.cleaned_data["seen"]
    read_anew(form, seen=newest_number_of(patient.pk))
    return newer_of(patient, texts, seen)


def newer_of(
    patient: Patient, texts: Sequence[ObservationText | EffectText], seen: int | None
) -> list[TextCard]:
    """What was recorded of the same after the entry `seen`, where the page knew one."""
    found = actions.newer_alike(patient, texts, seen) if seen is not None else []
    return newer_cards(found, patient.clinic, titles_of(patient.pk)) if found else []


@require_safe
def observation(request: SignedInRequest, observation: UUID) -> HttpResponse:
    """Every text of an observation, newest first."""
    whose = patient_of(request, Observation, observation=observation)
    found = patient_for(request, whose, VIEW_CHARTS)
    context = page_of(request, found, reverse("observation", args=[observation]))
    texts = observed.observation_texts(observation, number_of(context["moment"]))
    context |= {
        **line_of(found, texts, context["moment"]),
        "heading": series_words(texts[-1]) if texts else "",
        "line": observation,
        "is_effect": False,
    }
    return render(request, "titration/observed.html", context)


def patient_of(request: SignedInRequest, model: Any, **line: UUID) -> UUID:
    """Whose a line is, of a clinic that the person sees; 404."""
    visible = Patient.objects.visible_to(request.user)
    whose = model.objects.filter(patient__in=visible, **line).values_list("patient", flat=True)
    found = whose.first()
    if found is None:
        raise Http404
    return found


def line_of(patient: Patient, texts: list, moment: Moment | None) -> dict[str, Any]:
    """The texts of a line as the page shows them. Raises NoSuchMoment before the first one."""
    if not texts:
        raise moments.NoSuchMoment(_("This was not recorded yet at that moment. Type a later day."))
    withdrawals = Retraction.objects.filter(entry__subject=texts[0].line)
    withdrawal = withdrawals.up_to(number_of(moment)).select_related("entry").first()
    titles = titles_of(patient.pk, number_of(moment))
    return {
        "rows": text_rows(texts, patient.clinic, titles, withdrawal),
        "is_withdrawn": withdrawal is not None,
        "back": reverse("observation-list", args=[patient.pk]) + (moment.query if moment else ""),
    }


def text_to_record(request: SignedInRequest, model: Any, **line: UUID) -> Any:
    """The text of a line that the person's form was opened on; else the newest. 404, 403."""
    patient_for(request, patient_of(request, model, **line), RECORD)
    texts = model.objects.filter(**line).select_related("entry", "patient__clinic")
    by_age = list(texts.order_by("-entry__number"))
    opened_on = request.POST.get("entry", "")
    return next((text for text in by_age if str(text.pk) == opened_on), by_age[0])


@require_http_methods(["GET", "HEAD", "POST"])
def observation_correct(request: SignedInRequest, observation: UUID) -> HttpResponse:
    """Type an observation again; the old text stays, entered in error."""
    found = text_to_record(request, Observation, observation=observation)
    clinic = found.patient.clinic
    typed = request.POST or kept.give_back(request)
    initial = {
        **effective_initial(found.effective, clinic.zone),
        "measured_by": found.measured_by or "",
        "entry": found.pk,
    }
    now = clinic.local(timezone.now())
    form = ObservationCorrectionForm(typed, initial=initial, clinic=clinic, now=now)
    catalogue = MeasureVersion.objects.newest().get(measure=found.measure_id)
    value = ValueForm(
        typed, initial=value_initial(found), prefix="value", catalogue=catalogue, words=found
    )
    context: dict[str, Any] = {"form": form, "value": value}
    if request.method == "POST" and all([form.is_valid(), value.is_valid()]):
        try:
            if correct(request, found, form, value):
                messages.success(request, _("The correction is recorded."))
                return redirect("observation", observation)
        except AlreadySuperseded as conflict:
            context |= overtaken(form, found, conflict, observed.observation_texts(observation))
    context |= page_of(request, found.patient, "") | {
        "heading": found.name,
        "back": reverse("observation", args=[observation]),
    }
    return render(request, "titration/observation_correct.html", context, status=form.status)


def correct(
    request: SignedInRequest, found: Observation, form: ObservationCorrectionForm, value: ValueForm
) -> bool:
    """Whether the correction is recorded; else the form or the value says why not."""
    assert form.effective is not None  # noqa: S101 - a valid form has one
    text = value.text(form.effective, form.cleaned_data["measured_by"], is_new=False)
    said = {"observation": found, "text": text, "by": request.user}
    said["correction_reason"] = form.cleaned_data["correction_reason"]
    try:
        return bool(actions.correct_observation(submission=form.cleaned_data["submission"], **said))
    except RuleBroken as rule:
        in_value = rule.field in value.fields or isinstance(rule, actions.BeyondBounds)
        (value if in_value else form).break_rule(rule)
    except SubmissionConflict as conflict:
        sent_before(form, conflict)
    return False


def overtaken(form: Any, read: Any, conflict: AlreadySuperseded, texts: list) -> dict[str, Any]:
    """Somebody was first: what was read and theirs side by side; the form keeps what was typed."""
    form.status = HTTPStatus.CONFLICT
    patient = read.patient
    titles = titles_of(patient.pk)
    withdrawals = Retraction.objects.filter(entry=conflict.entry).select_related("entry")
    rows = text_rows(texts, patient.clinic, titles, withdrawals.first())
    if conflict.entry.kind == Retraction.KIND:
        return {"withdrawn": rows[0]}
    read_anew(form, entry=texts[-1].entry)
    place = next(n for n, text in enumerate(reversed(texts)) if text.entry == read.pk)
    return {"read": rows[place], "theirs": rows[0]}


@require_http_methods(["GET", "HEAD", "POST"])
def observation_retract(request: SignedInRequest, observation: UUID) -> HttpResponse:
    """Withdraw an observation as entered in error."""
    found = text_to_record(request, Observation, observation=observation)
    texts = observed.observation_texts(observation)
    return retract(request, found, texts, series_words(texts[-1]), "observation")


def retract(
    request: SignedInRequest, found: Any, texts: list, heading: str, page: str
) -> HttpResponse:
    """The page that withdraws a line, and what it records."""
    typed = request.POST or kept.give_back(request)
    form = ObservedRetractionForm(typed, initial={"entry": found.pk})
    context: dict[str, Any] = {"form": form, "heading": heading}
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "reason_text")}
        try:
            if attempt(form, actions.retract_observed, record=found, by=request.user, **said):
                words = _("Withdrawn as entered in error. The entry stays legible.")
                messages.success(request, words)
                return redirect("observation-list", found.patient_id)
        except AlreadySuperseded as conflict:
            context |= overtaken(form, found, conflict, texts)
    newest = next(text for text in texts if text.entry == found.pk)
    shown = text_rows([newest], found.patient.clinic, titles_of(found.patient_id), None)
    context |= page_of(request, found.patient, "") | {
        "row": shown[0],
        "back": reverse(page, args=[texts[0].line]),
    }
    return render(request, "titration/observed_retract.html", context, status=form.status)
