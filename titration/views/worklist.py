"""The first page: what waits in the clinic, and what was recorded of late."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind, Clinic, Role
from access.policies import VIEW_CHARTS, allows_anywhere, clinics_of
from access.signed_in import SignedInRequest
from titration.presenters import worklist as presenter
from titration.presenters.filters import filters_of, scope_of
from titration.presenters.worklist_rows import words_of


@require_safe
def worklist(request: SignedInRequest) -> HttpResponse:
    """What is true now; for a person without charts, what their role is for."""
    user = request.user
    if not allows_anywhere(user, VIEW_CHARTS):
        return _without_charts(request)
    asked = presenter.Asked.read(request.GET.dict())
    now = timezone.now()
    clinics = Clinic.objects.in_bulk(clinics_of(user, VIEW_CHARTS))
    scope, people = scope_of(asked, user, clinics, now)
    if asked.topic:
        sections, recent = [presenter.section_of(asked, scope, asked.topic)], []
    else:
        sections, recent = presenter.front_page(asked, scope), presenter.recent_keys(user)
    _seen(request, sections, recent, clinics)
    sections, recorded = words_of(sections, recent, clinics, now, user)
    context = {
        "filters": filters_of(asked, user, clinics, people),
        "section": sections[0],
        "sections": [section for section in sections if section.rows],
        "empty": [section for section in sections if not section.rows],
        "recorded": recorded,
    }
    template = "titration/worklist_section.html" if asked.topic else "titration/worklist.html"
    return render(request, template, context)


def _seen(
    request: SignedInRequest,
    sections: list[presenter.Section],
    recent: list[presenter.Recent],
    clinics: Mapping[int, Clinic],
) -> None:
    patients = [row.patient_id for section in sections for row in section.found]
    patients += [key.patient for key in recent]
    only = next(iter(clinics)) if len(clinics) == 1 else None
    audit.saw(request, AccessKind.LIST, patients, only)


def _without_charts(request: SignedInRequest) -> HttpResponse:
    roles = {role for held in request.user.roles_by_clinic.values() for role in held}
    context = {
        "is_administrator": Role.ADMINISTRATOR in roles,
        "is_auditor": Role.AUDITOR in roles,
    }
    return render(request, "titration/worklist_without_charts.html", context)
