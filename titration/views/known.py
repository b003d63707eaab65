"""Choosing a moment of the record, and comparing what was known then with today."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind
from access.policies import VIEW_CHARTS, check
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.moments import Moment, NoSuchMoment
from patients.models import Patient
from patients.presenters import banner, not_today
from titration.forms.known import RECORD, KnownForm, known_initial
from titration.models import Regimen
from titration.presenters.compared import compared
from titration.presenters.regimen import title_of
from titration.views.regimens import chosen_regimen

# No step of a record is dated outside these; the form of the page takes no other either.
FIRST_YEAR, LAST_YEAR = 1900, 2999


@require_safe
def patient_known(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """`?known=` compares that moment with today, about the day `about`; a form chooses both.

    `?regimen=<uuid>` limits it to one regimen.
    """
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=patient)
    check(request.user, found.clinic, VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [found.pk], found.clinic)
    regimen = chosen_regimen(request, found)
    if "year" in request.GET:
        form = KnownForm(request.GET)
        if leads_to := address_of(form, found, regimen):
            return redirect(leads_to)
        return show(request, found, regimen, form, status=422)
    moment = moments.known(request.GET.get("known"), found.clinic, timezone.now())
    about = day_about(request, moment)
    initial = known_initial(moment, about) if moment and about else {}
    form = KnownForm(initial={**initial, "regimen": regimen.pk if regimen else None})
    return show(request, found, regimen, form, moment, about)


def show(
    request: SignedInRequest,
    patient: Patient,
    regimen: Regimen | None,
    form: KnownForm,
    moment: Moment | None = None,
    about: date | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form, and below it the comparison once there is a moment."""
    context: dict[str, object] = {
        "banner": banner(patient),
        "not_today": not_today(moment, reverse("patient", args=[patient.pk])),
        "patient": patient,
        "form": form,
        "regimen": regimen,
        "title": title_of(regimen.card.version) if regimen else "",
    }
    if moment and about:
        chosen = regimen.pk if regimen else None
        context |= {"comparison": compared(patient, moment, about, timezone.now(), chosen)}
    return render(request, "titration/known.html", context, status=status)


def address_of(form: KnownForm, patient: Patient, regimen: Regimen | None) -> str:
    """Where the typed moment is shown; "" when it is none, and then the form says why."""
    if not form.is_valid():
        return ""
    try:
        moments.known(form.known, patient.clinic, timezone.now())
    except NoSuchMoment as error:
        form.add_error("day", str(error))
        return ""
    asked = {"known": form.known}
    if form.cleaned_data["show"] == RECORD:
        name, key = ("regimen", regimen.pk) if regimen else ("patient", patient.pk)
        return f"{reverse(name, args=[key])}?{urlencode(asked)}"
    if about := form.cleaned_data["about"]:
        asked["about"] = about.isoformat()
    if regimen:
        asked["regimen"] = str(regimen.pk)
    return f"{reverse('patient-known', args=[patient.pk])}?{urlencode(asked)}"


def day_about(request: SignedInRequest, moment: Moment | None) -> date | None:
    """The day that is compared: `about` of the address, if a record can hold, else the moment's."""
    if moment is None:
        return None
    try:
        about = date.fromisoformat(request.GET.get("about", ""))
    except ValueError:
        return moment.at.date()
    return about if FIRST_YEAR <= about.year <= LAST_YEAR else moment.at.date()
