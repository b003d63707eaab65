"""The first page: what waits in the clinic, and what was recorded of late."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from access import audit
from access.models import AccessKind, Clinic, Role, User
from access.policies import RECORD, VIEW_CHARTS, allows_anywhere, clinics_of
from access.signed_in import SignedInRequest
from ledger import pages, reread
from ledger.reread import Made
from patients import transferred
from titration import listed
from titration.presenters import worklist as presenter
from titration.presenters.filters import People, filters_of, scope_of
from titration.presenters.worklist import Asked, Recent, Section
from titration.presenters.worklist_rows import words_of


@require_safe
def worklist(request: SignedInRequest) -> HttpResponse:
    """What is true now; for a person without charts, what their role is for.

    Read in two parts: of whom it is, for the access event, and then what it says of them.
    """
    user, now = request.user, timezone.now()
    if not allows_anywhere(user, VIEW_CHARTS):
        return _without_charts(request)
    asked, back = Asked.read(request.GET.dict()), request.get_full_path()
    found, rows = reread.remembered(
        ("worklist", asked, user.pk, tuple(user.open_memberships)),
        now,
        lambda: _find(asked, user, now),
    )
    _seen(request, found)
    template = "titration/worklist_section.html" if asked.topic else "titration/worklist.html"
    return pages.answer(
        request, template, (asked, back, rows), now, lambda: _page(asked, user, now, found, back)
    )


class _Found(NamedTuple):
    """Whose rows the page shows, and what they are narrowed by; `hold` is how long they may be.

    `former` are by clinic those who prescribe there no longer; `offers` is how many patients other
    clinics offer.
    """

    sections: Sequence[Section]
    recent: Sequence[Recent]
    clinics: Mapping[int, Clinic]
    people: People
    former: People
    hold: reread.Hold
    offers: int = 0


def _find(asked: Asked, user: User, now: datetime) -> Made[_Found]:
    clinics = Clinic.objects.in_bulk(clinics_of(user, VIEW_CHARTS))
    scope, people = scope_of(asked, user, clinics, now)
    hold = reread.hold(now, is_clocked=listed.has_roles_for_hours(clinics, now))
    if asked.topic:
        sections = [presenter.section_of(asked, scope, asked.topic)]
        return Made(_Found(sections, [], clinics, people, scope.former, hold), hold)
    sections = presenter.front_page(asked, scope)
    offers = transferred.waiting().filter(to__in=clinics_of(user, RECORD)).count()
    recent = presenter.recent_keys(user)
    return Made(_Found(sections, recent, clinics, people, scope.former, hold, offers), hold)


def _page(
    asked: Asked, user: User, now: datetime, found: _Found, back: str
) -> Made[dict[str, Any]]:
    said = words_of(found.sections, found.recent, found.clinics, found.former, now, user)
    context = {
        "filters": filters_of(asked, user, found.clinics, found.people),
        "section": said.sections[0],
        "sections": [section for section in said.sections if section.rows],
        "empty": [section for section in said.sections if not section.rows],
        "recorded": said.recorded,
        "offers": found.offers,
        "back": back,
    }
    return Made(context, reread.hold(now, is_clocked=True) if said.is_clocked else found.hold)


def _seen(request: SignedInRequest, found: _Found) -> None:
    patients = [row.patient_id for section in found.sections for row in section.found]
    patients += [key.patient for key in found.recent]
    only = next(iter(found.clinics)) if len(found.clinics) == 1 else None
    audit.saw(request, AccessKind.LIST, patients, only)


def _without_charts(request: SignedInRequest) -> HttpResponse:
    roles = {role for held in request.user.roles_by_clinic.values() for role in held}
    context = {
        "is_administrator": Role.ADMINISTRATOR in roles,
        "is_auditor": Role.AUDITOR in roles,
    }
    return render(request, "titration/worklist_without_charts.html", context)
