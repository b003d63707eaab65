"""A clinic's measures: administrators change the list, those who work with it read it."""

from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import kept, policies
from access.models import Clinic
from access.signed_in import SignedInRequest
from ledger.models import Entry
from ledger.writing import AlreadySuperseded
from titration import actions
from titration.forms.measures import MeasureForm, measure_initial
from titration.models import Measure, MeasureVersion
from titration.policies import RuleBroken
from titration.presenters.measures import measure_lists, measure_row
from titration.views.attempts import attempt, read_anew
from titration.views.medicines import clinics_where


@require_safe
def measure_list(request: SignedInRequest) -> HttpResponse:
    """The measures of the person's clinics."""
    policies.check_anywhere(request.user, policies.VIEW_CATALOGUE)
    clinics = clinics_where(request.user, policies.VIEW_CATALOGUE)
    versions = MeasureVersion.objects.newest().filter(measure__clinic__in=clinics)
    may_change = policies.clinics_of(request.user, policies.MANAGE_CATALOGUE)
    read = versions.select_related("entry", "measure__clinic")
    context = {"lists": measure_lists(clinics, read, may_change), "may_change": bool(may_change)}
    return render(request, "titration/measure_list.html", context)


@require_safe
def measure(request: SignedInRequest, measure: UUID) -> HttpResponse:
    """What the list says of a measure, and every earlier version of it."""
    found = visible_measure(request, measure, policies.VIEW_CATALOGUE)
    context = {
        "measure": found,
        "rows": [measure_row(version) for version in versions_of(found)],
        "may_change": policies.allows(request.user, found.clinic, policies.MANAGE_CATALOGUE),
    }
    return render(request, "titration/measure_detail.html", context)


@require_POST
def measure_starting_list(request: SignedInRequest) -> HttpResponse:
    """Put the starting list on a clinic's list, but for the names that it has."""
    policies.check_anywhere(request.user, policies.MANAGE_CATALOGUE)
    managed = policies.clinics_of(request.user, policies.MANAGE_CATALOGUE)
    asked = request.POST.get("clinic", "")
    clinic = get_object_or_404(
        Clinic.objects.filter(pk__in=managed), pk=asked if asked.isdecimal() else 0
    )
    said = {"clinic": clinic, "texts": actions.STARTING_LIST, "by": request.user}
    try:
        actions.add_measures(submission=uuid4(), **said)
        messages.success(request, _("The starting list is on the clinic's list. Change it freely."))
    except RuleBroken as rule:
        messages.info(request, rule.message)
    return redirect("measure-list")


@require_http_methods(["GET", "HEAD", "POST"])
def measure_new(request: SignedInRequest) -> HttpResponse:
    """Put a measure on a clinic's list."""
    policies.check_anywhere(request.user, policies.MANAGE_CATALOGUE)
    clinics = clinics_where(request.user, policies.MANAGE_CATALOGUE)
    form = MeasureForm(request.POST or kept.give_back(request), clinics=clinics)
    if request.method == "POST" and form.is_valid():
        asked = {"clinic": form.chosen_clinic, "text": form.text(), "by": request.user}
        version = attempt(form, actions.add_measure, **asked)
        if version:
            return recorded(request, version)
    return render(request, "titration/measure_form.html", {"form": form}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_edit(request: SignedInRequest, measure: UUID) -> HttpResponse:
    """Change what the list says of a measure: a new version over the one that was read."""
    found = visible_measure(request, measure, policies.MANAGE_CATALOGUE)
    newest = versions_of(found)[0]
    typed = request.POST or kept.give_back(request)
    form = MeasureForm(typed, clinics=[found.clinic], initial=measure_initial(newest))
    context = {"form": form, "measure": found, "name": newest.name}
    if request.method == "POST" and form.is_valid():
        seen = get_object_or_404(Entry, subject=found.pk, pk=form.cleaned_data["entry"])
        asked = {"measure": found, "seen": seen, "text": form.text(), "by": request.user}
        try:
            version = attempt(form, actions.revise_measure, **asked)
        except AlreadySuperseded:
            form.status = HTTPStatus.CONFLICT
            read_anew(form, entry=newest.pk)
            read = next(each for each in versions_of(found) if each.pk == seen.pk)
            context |= {"read": measure_row(read), "theirs": measure_row(newest)}
        else:
            if version:
                return recorded(request, version)
    return render(request, "titration/measure_form.html", context, status=form.status)


def visible_measure(request: SignedInRequest, measure: UUID, action: str) -> Measure:
    """The measure with its clinic: 404 outside the person's clinics, 403 without the role."""
    visible = Measure.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=measure)
    policies.check(request.user, found.clinic, action)
    return found


def versions_of(measure: Measure) -> list[MeasureVersion]:
    """Every version, newest first."""
    versions = measure.versions.select_related("entry", "measure__clinic")
    return list(versions.order_by("-entry__number"))


def recorded(request: SignedInRequest, version: MeasureVersion) -> HttpResponse:
    words = _("%(name)s is on the list as entry %(number)s.")
    messages.success(request, words % {"name": version.name, "number": f"{version.entry.number:,}"})
    return redirect("measure", measure=version.measure_id)
