"""A clinic's medicine list: administrators change it, those who work with it read it."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import kept, policies
from access.models import Clinic
from access.signed_in import SignedInRequest
from ledger.models import Entry
from ledger.writing import AlreadySuperseded
from titration import actions
from titration.forms.medicines import MedicineForm, medicine_initial
from titration.models import Medicine, MedicineVersion
from titration.presenters.medicines import catalogue, medicine_row
from titration.views.attempts import attempt, read_anew


@require_safe
def medicine_list(request: SignedInRequest) -> HttpResponse:
    """The medicine lists of the person's clinics."""
    policies.check_anywhere(request.user, policies.VIEW_CATALOGUE)
    clinics = clinics_where(request.user, policies.VIEW_CATALOGUE)
    versions = MedicineVersion.objects.newest().filter(medicine__clinic__in=clinics)
    context = {
        "lists": catalogue(clinics, versions.select_related("entry", "medicine__clinic")),
        "may_change": policies.allows_anywhere(request.user, policies.MANAGE_CATALOGUE),
    }
    return render(request, "titration/medicine_list.html", context)


@require_safe
def medicine(request: SignedInRequest, medicine: UUID) -> HttpResponse:
    """What the list says of a medicine, and every earlier version of it."""
    found = visible_medicine(request, medicine, policies.VIEW_CATALOGUE)
    context = {
        "medicine": found,
        "rows": [medicine_row(version) for version in versions_of(found)],
        "may_change": policies.allows(request.user, found.clinic, policies.MANAGE_CATALOGUE),
    }
    return render(request, "titration/medicine_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def medicine_new(request: SignedInRequest) -> HttpResponse:
    """Put a medicine on a clinic's list."""
    policies.check_anywhere(request.user, policies.MANAGE_CATALOGUE)
    clinics = clinics_where(request.user, policies.MANAGE_CATALOGUE)
    form = MedicineForm(request.POST or kept.give_back(request), clinics=clinics)
    if request.method == "POST" and form.is_valid():
        version = attempt(
            form,
            actions.add_medicine,
            clinic=form.chosen_clinic,
            text=form.text(),
            by=request.user,
        )
        if version:
            return recorded(request, version)
    return render(request, "titration/medicine_form.html", {"form": form}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def medicine_edit(request: SignedInRequest, medicine: UUID) -> HttpResponse:
    """Change what the list says of a medicine: a new version over the one that was read."""
    found = visible_medicine(request, medicine, policies.MANAGE_CATALOGUE)
    newest = versions_of(found)[0]
    typed = request.POST or kept.give_back(request)
    form = MedicineForm(typed, clinics=[found.clinic], initial=medicine_initial(newest))
    context = {"form": form, "medicine": found, "name": newest.name}
    if request.method == "POST" and form.is_valid():
        seen = get_object_or_404(Entry, subject=found.pk, pk=form.cleaned_data["entry"])
        asked = {"medicine": found, "seen": seen, "text": form.text(), "by": request.user}
        try:
            version = attempt(form, actions.revise_medicine, **asked)
        except AlreadySuperseded:
            form.status = HTTPStatus.CONFLICT
            read_anew(form, entry=newest.pk)
            read = MedicineVersion.objects.select_related("entry").get(entry=seen)
            context |= {"read": medicine_row(read), "theirs": medicine_row(newest)}
        else:
            if version:
                return recorded(request, version)
    return render(request, "titration/medicine_form.html", context, status=form.status)


def clinics_where(user, action: str) -> list[Clinic]:
    """The clinics where a role of the person grants the action, by name."""
    return list(Clinic.objects.filter(pk__in=policies.clinics_of(user, action)).order_by("name"))


def visible_medicine(request: SignedInRequest, medicine: UUID, action: str) -> Medicine:
    """The medicine with its clinic: 404 outside the person's clinics, 403 without the role."""
    visible = Medicine.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=medicine)
    policies.check(request.user, found.clinic, action)
    return found


def versions_of(medicine: Medicine) -> list[MedicineVersion]:
    """Every version, newest first."""
    versions = medicine.versions.select_related("entry", "medicine__clinic")
    return list(versions.order_by("-entry__number"))


def recorded(request: SignedInRequest, version: MedicineVersion) -> HttpResponse:
    words = _("%(name)s is on the list as entry %(number)s.")
    messages.success(request, words % {"name": version.name, "number": f"{version.entry.number:,}"})
    return redirect("medicine", medicine=version.medicine_id)
