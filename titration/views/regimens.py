"""Opening a regimen, changing its text, reading its versions, withdrawing it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import audit, kept
from access.models import AccessKind
from access.policies import RECORD, VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.models import Entry, Retraction, RetractionReason
from ledger.moments import Moment
from ledger.writing import AlreadySuperseded, check_not_erased
from patients.models import Patient
from patients.presenters import banner, not_today
from titration import actions, carry
from titration.forms.regimens import MedicineChoice, RegimenForm
from titration.forms.steps import RetractionForm
from titration.models import DoseStep, MedicineVersion, Regimen, RegimenVersion
from titration.policies import ChangedMeanwhile
from titration.presenters.log import log_rows
from titration.presenters.pumps import pump_rows
from titration.presenters.regimen import title_of
from titration.presenters.versions import version_row
from titration.reading import logged, pumped
from titration.views.attempts import attempt, read_anew

CARRIED = frozenset({RetractionReason.WRONG_PATIENT, RetractionReason.WRONG_MEDICINE})


@require_http_methods(["GET", "HEAD", "POST"])
def regimen_new(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Open a regimen: the medicine is chosen first, so that the form offers what the list has."""
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=patient)
    check(request.user, found.clinic, RECORD)
    check_not_erased(found.pk)
    audit.saw(request, kind_of(request), [found.pk], found.clinic)
    moments.refuse(request.GET.get("known"))
    choice = medicine_choice(request, found)
    back = reverse("patient", args=[found.pk])
    context = {"banner": banner(found), "choice": choice, "back": back}
    if choice.chosen is None:
        return render(request, "titration/regimen_medicine.html", context)
    typed = request.POST or kept.give_back(request)
    form = RegimenForm(typed, patient=found, medicine=choice.chosen, by=request.user)
    if request.method == "POST" and form.is_valid():
        version = attempt(form, actions.open_regimen, patient=found, **form.asked(request.user))
        if version:
            messages.success(request, _("The regimen is open. No dose step is recorded yet."))
            return redirect("regimen", version.regimen_id)
    context |= {"form": form}
    return render(request, "titration/regimen_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def regimen_edit(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Change a regimen's text: a new version over the one that was read."""
    found = regimen_for(request, regimen, RECORD)
    if found.card.is_retracted and request.method != "POST":
        return withdrawn_already(request, found)
    newest = versions_of(found)[0]
    is_fixed = actions.is_fixed(found)
    choice = medicine_choice(request, found.patient, newest, is_fixed)
    context = page_of(found) | {"choice": choice, "is_fixed": is_fixed}
    if choice.chosen is None:
        return render(request, "titration/regimen_medicine.html", context)
    form = RegimenForm(
        request.POST or kept.give_back(request),
        patient=found.patient,
        medicine=choice.chosen,
        by=request.user,
        before=newest,
    )
    form.fields["route"].disabled = is_fixed
    if request.method == "POST" and form.is_valid():
        conflict = revise(request, found, form)
        if conflict is None:
            return redirect("regimen", found.pk)
        context |= conflict
    context |= {"form": form}
    return render(request, "titration/regimen_form.html", context, status=form.status)


def revise(request: SignedInRequest, regimen: Regimen, form: RegimenForm) -> dict | None:
    """Record the typed text; none when it is recorded, else what the page adds to say why not."""
    seen = get_object_or_404(Entry, subject=regimen.pk, pk=form.cleaned_data["entry"])
    asked = form.asked(request.user)
    try:
        if attempt(form, actions.revise_regimen, regimen=regimen, seen=seen, **asked):
            messages.success(request, _("The change is recorded."))
            return None
    except AlreadySuperseded as conflict:
        form.status = HTTPStatus.CONFLICT
        if conflict.entry.kind == Retraction.KIND:
            form.add_error(None, withdrawn_words(conflict.entry))
            return {}
        versions = versions_of(regimen)
        read_anew(form, entry=versions[0].pk)
        read = next(version for version in versions if version.pk == seen.pk)
        return {
            "read": version_row(read, regimen.clinic),
            "theirs": version_row(versions[0], regimen.clinic),
        }
    return {}


@require_safe
def regimen_history(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Every version of a regimen's text."""
    found = regimen_for(request, regimen, VIEW_CHARTS)
    moment = moments.known(request.GET.get("known"), found.clinic, timezone.now())
    known = moment.number if moment else None
    rows = [version_row(version, found.clinic) for version in versions_of(found, known)]
    context = page_of(found, moment) | {"rows": rows}
    return render(request, "titration/regimen_history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def regimen_retract(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Withdraw a regimen with every live step, after reading back what that is."""
    found = regimen_for(request, regimen, RECORD)
    if found.card.is_retracted and request.method != "POST":
        return withdrawn_already(request, found)
    history, events = logged.history(found), pumped.pump_log(found.pk)
    last = max(logged.newest_number(found, history), events.last_number)
    typed = request.POST or kept.give_back(request)
    form = RetractionForm(typed, initial={"seen": last})
    if request.method == "POST" and form.is_valid():
        try:
            said = {name: form.cleaned_data[name] for name in ("reason", "reason_text", "seen")}
            retraction = attempt(
                form, actions.retract_regimen, regimen=found, by=request.user, **said
            )
            if retraction:
                return withdrawn(request, retraction)
        except ChangedMeanwhile:
            form.status = HTTPStatus.CONFLICT
            read_anew(form, seen=last)
            form.add_error(None, _("Something was recorded meanwhile. Read again what stands."))
    now = found.clinic.local(timezone.now())
    context = {
        "form": form,
        "rows": log_rows(history, found.clinic, now, history.live),
        "events": [row for row in pump_rows(events, found.clinic) if row.is_live],
    }
    context |= page_of(found)
    return render(request, "titration/regimen_retract.html", context, status=form.status)


def withdrawn(request: SignedInRequest, retraction: Retraction) -> HttpResponse:
    """Where to go on: to another patient or another medicine when that was wrong.

    Said by what the write withdrew, so that the same form sent again leads to the same page.
    """
    messages.success(request, _("Withdrawn as entered in error. Every entry stays legible."))
    lines = Entry.objects.filter(
        clinic=retraction.entry.clinic_id, submission=retraction.entry.submission
    )
    steps = DoseStep.objects.newest().filter(step__in=lines.values("subject"))
    if retraction.reason in CARRIED:
        carry.put(request, steps)
    if retraction.reason == RetractionReason.WRONG_PATIENT and steps:
        messages.info(request, _("You carry its dose steps: open the patient they belong to."))
        return redirect("patient-list")
    return redirect("patient", retraction.entry.patient)


def withdrawn_words(entry: Entry) -> str:
    return _(
        "%(name)s withdrew this regimen as entered in error, in entry %(number)s. "
        "Nothing of yours is recorded."
    ) % {"name": entry.recorded_by_name, "number": f"{entry.number:,}"}


def withdrawn_already(request: SignedInRequest, regimen: Regimen) -> HttpResponse:
    messages.error(request, _("This regimen was withdrawn as entered in error before."))
    return redirect("regimen", regimen.pk)


def medicine_choice(
    request: SignedInRequest,
    patient: Patient,
    before: RegimenVersion | None = None,
    is_fixed: bool = False,
) -> MedicineChoice:
    """The medicine that the request names, else that of the version to change, which may stay."""
    offered = Q(in_use=True)
    if before:
        mine = Q(medicine=before.medicine_id)
        offered = mine if is_fixed else offered | mine
    medicines = MedicineVersion.objects.newest().filter(offered, medicine__clinic=patient.clinic_id)
    named: Mapping[str, str] = request.POST if request.method == "POST" else request.GET
    if before and (is_fixed or "medicine" not in named):
        named = {"medicine": str(before.medicine_id)}
    return MedicineChoice(
        named if "medicine" in named else None, medicines=medicines.select_related("medicine")
    )


def regimen_for(request: SignedInRequest, pk: UUID, action: str) -> Regimen:
    """The regimen when the person may do this with it; the access event is written."""
    visible = Regimen.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related("clinic", "patient", "card__version"), pk=pk)
    check(request.user, found.clinic, action)
    if action == RECORD:
        check_not_erased(found.patient_id)
    audit.saw(request, kind_of(request), [found.patient_id], found.clinic)
    if action == RECORD:
        moments.refuse(request.GET.get("known"))
    return found


def chosen_regimen(request: SignedInRequest, patient: Patient) -> Regimen | None:
    """The regimen that the address names, if it names one; 404 when it is not the patient's."""
    chosen = request.GET.get("regimen")
    if not chosen:
        return None
    try:
        regimens = patient.regimens.select_related("card__version")
        return get_object_or_404(regimens, pk=UUID(chosen))
    except ValueError:
        raise Http404 from None


def kind_of(request: SignedInRequest) -> AccessKind:
    """What a page with a form does to the patient's record."""
    return AccessKind.WRITE if request.method == "POST" else AccessKind.VIEW


def versions_of(regimen: Regimen, known: int | None = None) -> list[RegimenVersion]:
    """Every version, newest first, as known at an entry number."""
    versions = regimen.versions.up_to(known).select_related("entry", "responsible")
    return list(versions.order_by("-entry__number"))


def page_of(regimen: Regimen, moment: Moment | None = None) -> dict[str, Any]:
    """What every page of a regimen shows above its own content."""
    version, _is_retracted = logged.text_of(regimen, moment.number if moment else None)
    return {
        "banner": banner(regimen.patient, moment=moment),
        "not_today": not_today(moment, reverse("regimen-history", args=[regimen.pk])),
        "regimen": regimen,
        "title": title_of(version),
        "back": reverse("regimen", args=[regimen.pk]) + (moment.query if moment else ""),
    }
