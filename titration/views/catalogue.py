"""A clinic's lists: medicines, measures, words for dose calendars.

Administrators change them, those who work with them read them. The three differ in what is typed
and said of an item, and in nothing else: `Catalogue` holds that, and one set of pages serves all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import kept, policies
from access.models import Clinic, User
from access.signed_in import SignedInRequest
from ledger.models import Entry, Record, RecordQuerySet
from ledger.writing import AlreadySuperseded
from titration import actions
from titration.forms.calendar_texts import CalendarTextForm, calendar_text_initial
from titration.forms.catalogue import CatalogueForm
from titration.forms.measures import MeasureForm, measure_initial
from titration.forms.medicines import MedicineForm, medicine_initial
from titration.models import CalendarTextVersion, MeasureVersion, MedicineVersion
from titration.policies import RuleBroken
from titration.presenters.calendar_texts import calendar_text_row
from titration.presenters.catalogue import CatalogueRow, catalogue_lists
from titration.presenters.measures import measure_row
from titration.presenters.medicines import medicine_row
from titration.views.attempts import attempt, read_anew


@dataclass(frozen=True)
class Catalogue:
    """What one list keeps, how an item of it is shown, typed and written, and what its pages say.

    `versions` are its records: their kind names its addresses and the template of its form.
    """

    versions: type[Record]
    row: Callable[[Any], CatalogueRow]
    form: type[CatalogueForm]
    initial: Callable[[Any], dict[str, object]]
    add: Callable[..., Record]
    revise: Callable[..., Record]
    title: Promise
    to_add: Promise
    note: Promise
    empty: Promise
    empty_for_readers: Promise

    @property
    def name(self) -> str:
        return self.versions.KIND

    @property
    def item(self) -> str:
        """The field of a version, and the argument of an action, that is the item."""
        return self.versions.AGREES["subject"]

    @property
    def items(self) -> Any:
        """The model of the items."""
        return self.versions._meta.get_field(self.item).related_model

    @property
    def url(self) -> str:
        return reverse(f"{self.name}-list")

    def shown(self) -> RecordQuerySet:
        """The versions with what `row` needs of them."""
        return self.versions.objects.select_related("entry", f"{self.item}__clinic")

    def versions_of(self, item: UUID) -> list[Any]:
        """Newest first."""
        return list(self.shown().filter(**{self.item: item}).order_by("-entry__number"))


MEDICINES = Catalogue(
    versions=MedicineVersion,
    row=medicine_row,
    form=MedicineForm,
    initial=medicine_initial,
    add=actions.add_medicine,
    revise=actions.revise_medicine,
    title=gettext_lazy("Medicines"),
    to_add=gettext_lazy("Add a medicine"),
    note=gettext_lazy(
        "The list holds names, forms, routes, units, strengths and products. It holds no doses."
    ),
    empty=gettext_lazy(
        "No medicine is on the list yet. Regimens are opened for medicines of this list."
    ),
    empty_for_readers=gettext_lazy(
        "No medicine is on the list yet. An administrator of the clinic puts medicines on it."
    ),
)
MEASURES = Catalogue(
    versions=MeasureVersion,
    row=measure_row,
    form=MeasureForm,
    initial=measure_initial,
    add=actions.add_measure,
    revise=actions.revise_measure,
    title=gettext_lazy("Measures"),
    to_add=gettext_lazy("Add a measure"),
    note=gettext_lazy(
        "What was observed keeps the words, the unit and the choices of its measure as they were "
        "when it was written."
    ),
    empty=gettext_lazy(
        "No measure is on the list yet. Observations are written by the measures of this list."
    ),
    empty_for_readers=gettext_lazy(
        "No measure is on the list yet. An administrator of the clinic puts measures on it."
    ),
)
CALENDAR_TEXTS = Catalogue(
    versions=CalendarTextVersion,
    row=calendar_text_row,
    form=CalendarTextForm,
    initial=calendar_text_initial,
    add=actions.add_calendar_text,
    revise=actions.revise_calendar_text,
    title=gettext_lazy("Words for dose calendars"),
    to_add=gettext_lazy("Add a language"),
    note=gettext_lazy(
        "Doses stand on calendars as they were signed. What has no word here stands in English."
    ),
    empty=gettext_lazy(
        "No words are approved yet. Calendars are in English, without a text of the clinic."
    ),
    empty_for_readers=gettext_lazy(
        "No words are approved yet. An administrator of the clinic writes them."
    ),
)


def pages(prefix: str, catalogue: Catalogue) -> list[URLPattern]:
    """The addresses of a list: itself, a new item, an item, and a change of it."""
    of, name = {"catalogue": catalogue}, catalogue.name
    return [
        path(f"{prefix}/", catalogue_list, of, name=f"{name}-list"),
        path(f"{prefix}/new/", item_new, of, name=f"{name}-new"),
        path(f"{prefix}/<uuid:item>/", item, of, name=name),
        path(f"{prefix}/<uuid:item>/edit/", item_edit, of, name=f"{name}-edit"),
    ]


@require_safe
def catalogue_list(request: SignedInRequest, catalogue: Catalogue) -> HttpResponse:
    """A list as the person's clinics have it."""
    policies.check_anywhere(request.user, policies.VIEW_CATALOGUE)
    clinics = _clinics_where(request.user, policies.VIEW_CATALOGUE)
    may_change = policies.clinics_of(request.user, policies.MANAGE_CATALOGUE)
    newest = catalogue.shown().newest().filter(entry__clinic__in=clinics)
    rows = [(version.entry.clinic_id, catalogue.row(version)) for version in newest]
    context = {
        "catalogue": catalogue,
        "lists": catalogue_lists(clinics, rows, may_change),
        "may_change": bool(may_change),
        "others": [each for each in (MEDICINES, MEASURES, CALENDAR_TEXTS) if each != catalogue],
    }
    return render(request, "titration/catalogue_list.html", context)


@require_safe
def item(request: SignedInRequest, catalogue: Catalogue, item: UUID) -> HttpResponse:
    """What the list says of an item, and every earlier version of it."""
    found = _visible(request, catalogue, item, policies.VIEW_CATALOGUE)
    context = {
        "catalogue": catalogue,
        "clinic": found.clinic,
        "change": reverse(f"{catalogue.name}-edit", args=[item]),
        "rows": [catalogue.row(version) for version in catalogue.versions_of(item)],
        "may_change": policies.allows(request.user, found.clinic, policies.MANAGE_CATALOGUE),
    }
    return render(request, "titration/catalogue_item.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def item_new(request: SignedInRequest, catalogue: Catalogue) -> HttpResponse:
    """Put an item on a clinic's list."""
    policies.check_anywhere(request.user, policies.MANAGE_CATALOGUE)
    clinics = _clinics_where(request.user, policies.MANAGE_CATALOGUE)
    form = catalogue.form(request.POST or kept.give_back(request), clinics=clinics)
    if request.method == "POST" and form.is_valid():
        asked = {"clinic": form.chosen_clinic, "by": request.user, **form.asked()}
        if version := attempt(form, catalogue.add, **asked):
            return _recorded(request, catalogue, version)
    shown = {"heading": catalogue.to_add, "back": catalogue.url}
    return _form_page(request, catalogue, form, **shown)


@require_http_methods(["GET", "HEAD", "POST"])
def item_edit(request: SignedInRequest, catalogue: Catalogue, item: UUID) -> HttpResponse:
    """Change what the list says of an item: a new version over the one that was read."""
    found = _visible(request, catalogue, item, policies.MANAGE_CATALOGUE)
    versions = catalogue.versions_of(item)
    newest = versions[0]
    typed = request.POST or kept.give_back(request)
    form = catalogue.form(typed, clinics=[found.clinic], initial=catalogue.initial(newest))
    shown = {
        "changed": True,
        "heading": _("Change %(name)s") % {"name": catalogue.row(newest).name},
        "back": reverse(catalogue.name, args=[item]),
    }
    if request.method == "POST" and form.is_valid():
        seen = get_object_or_404(Entry, subject=found.pk, pk=form.cleaned_data["entry"])
        asked = {catalogue.item: found, "seen": seen, "by": request.user, **form.asked()}
        try:
            version = attempt(form, catalogue.revise, **asked)
        except AlreadySuperseded:
            form.status = HTTPStatus.CONFLICT
            read_anew(form, entry=newest.pk)
            read = next(each for each in versions if each.pk == seen.pk)
            shown |= {"read": catalogue.row(read), "theirs": catalogue.row(newest)}
        else:
            if version:
                return _recorded(request, catalogue, version)
    return _form_page(request, catalogue, form, **shown)


@require_POST
def measure_starting_list(request: SignedInRequest) -> HttpResponse:
    """Put the starting list on a clinic's list of measures, but for the names that it has."""
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


def _form_page(
    request: SignedInRequest, catalogue: Catalogue, form: CatalogueForm, **shown: object
) -> HttpResponse:
    twin = reverse(catalogue.name, args=[form.twin]) if form.twin else None
    context = {"catalogue": catalogue, "form": form, "twin": twin, **shown}
    template = f"titration/{catalogue.name.replace('-', '_')}_form.html"
    return render(request, template, context, status=form.status)


def _clinics_where(user: User, action: str) -> list[Clinic]:
    """The clinics where a role of the person grants the action, by name."""
    return list(Clinic.objects.filter(pk__in=policies.clinics_of(user, action)).order_by("name"))


def _visible(request: SignedInRequest, catalogue: Catalogue, item: UUID, action: str) -> Any:
    """The item with its clinic: 404 outside the person's clinics, 403 without the role."""
    visible = catalogue.items.objects.visible_to(request.user).select_related("clinic")
    found = get_object_or_404(visible, pk=item)
    policies.check(request.user, found.clinic, action)
    return found


def _recorded(request: SignedInRequest, catalogue: Catalogue, version: Any) -> HttpResponse:
    words = _("%(name)s is on the list as entry %(number)s.")
    row = catalogue.row(version)
    messages.success(request, words % {"name": row.name, "number": row.number})
    return redirect(row.url)
