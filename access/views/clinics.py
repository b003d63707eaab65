"""A clinic's details, and the acts of its administration."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import actions, kept, policies
from access.actions.clinics import seen_of
from access.forms.people import ClinicForm
from access.models import Act, Clinic
from access.presenters import people as presenters
from access.signed_in import SignedInRequest
from access.views.acting import Page, carried_out

ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def clinic(request: SignedInRequest, clinic: UUID) -> HttpResponse:
    """What the clinic is called, how it is reached, and which clock it goes by."""
    visible = Clinic.objects.filter(pk__in=list(request.user.roles_by_clinic))
    found = get_object_or_404(visible, uuid=clinic)
    policies.check(request.user, found, policies.MANAGE_PEOPLE)
    initial = {
        "seen": seen_of(found),
        "name": found.name,
        "telephone": found.telephone,
        "time_zone": found.time_zone,
    }
    form = ClinicForm(request.POST or kept.give_back(request), initial=initial)
    page = Page(_("Details of the clinic"), _("Change them"), reverse("person-list"), _("Changed."))
    return carried_out(request, form, actions.revise_clinic, page, clinic=found)


@require_safe
def acts(request: SignedInRequest) -> HttpResponse:
    """Who did what to whom in administering the clinics, the newest first."""
    policies.check_anywhere(request.user, policies.VIEW_AUDIT)
    found = Act.objects.filter(clinic__in=policies.clinics_of(request.user, policies.VIEW_AUDIT))
    query = request.GET.copy()
    before, person = (_number(query.get(name, "")) for name in ("before", "person"))
    if person:
        found = found.filter(person=person)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.select_related("clinic").order_by("-pk")[: ON_A_PAGE + 1])
    older_url = newer_url = ""
    if len(rows) > ON_A_PAGE:
        query["before"] = str(rows[ON_A_PAGE - 1].pk)
        older_url = f"?{query.urlencode()}"
    if before:
        del query["before"]
        newer_url = f"?{query.urlencode()}"
    may_manage = policies.allows_anywhere(request.user, policies.MANAGE_PEOPLE)
    context = {
        "lines": presenters.act_lines(rows[:ON_A_PAGE], with_links=may_manage),
        "is_of_one": bool(person),
        "older_url": older_url,
        "newer_url": newer_url,
    }
    return render(request, "access/acts.html", context)


def _number(text: str) -> int:
    """A number that a key may be; 0 for anything else."""
    return int(text) if len(text) < 19 and text.isascii() and text.isdecimal() else 0
