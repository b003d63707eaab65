"""What was recorded since the reader's last visit, or since a day: for who takes over."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from access import audit, presence
from access.models import AccessKind, Clinic
from access.policies import EXPORT_CHARTS, VIEW_CHARTS, check_anywhere, clinics_of
from access.signed_in import SignedInRequest
from titration import changes as read
from titration.exports.changes import pdf_file
from titration.forms.changes import ChangesForm
from titration.presenters import changes as presenter
from titration.presenters.changes import Asked, Sheet

PAGE, PRINTED = 20, 100
FIRST_VISIT = timedelta(days=7)


@require_safe
def changes(request: SignedInRequest) -> HttpResponse:
    """The sheet on screen, by patient in pages."""
    form = form_of(request, VIEW_CHARTS, timezone.now())
    context: dict[str, object] = {"form": form, "query": request.GET.urlencode()}
    if form.is_valid():
        sheet = sheet_of(request, form, AccessKind.LIST, PAGE)
        context |= {
            "sheet": sheet,
            "labels": presenter.labels(),
            "earlier_url": page_url(request, sheet.earlier) if sheet.has_earlier else "",
            "later_url": page_url(request, sheet.later) if sheet.later else "",
        }
    return render(request, "titration/changes.html", context)


@require_safe
@never_cache
def changes_pdf(request: SignedInRequest) -> HttpResponse:
    """The same as a PDF; of as many patients as one file holds, and it says when there are more."""
    form = form_of(request, EXPORT_CHARTS, timezone.now())
    if not form.is_valid():
        return redirect(f"{reverse('changes')}?{request.GET.urlencode()}")
    if form.cleaned_data["patient"] is None:
        presence.check_lately(request)
    sheet = sheet_of(request, form, AccessKind.EXPORT, PRINTED)
    at = form.chosen.local(form.now)
    name = f"changes-{at:%Y-%m-%d}"
    return HttpResponse(
        pdf_file(sheet, form.chosen, at),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def form_of(request: SignedInRequest, action: str, now: datetime) -> ChangesForm:
    """What the address asks for, of the clinics where the person may see it."""
    check_anywhere(request.user, action)
    clinics = Clinic.objects.filter(pk__in=clinics_of(request.user, action)).order_by("name", "pk")
    return ChangesForm(request.GET, clinics=list(clinics), user=request.user, now=now)


def sheet_of(request: SignedInRequest, form: ChangesForm, kind: AccessKind, size: int) -> Sheet:
    """A page of the sheet: the patients first, then the access event, then what is told."""
    asked = asked_of(request, form)
    mine = request.user if asked.is_mine else None
    found = read.patients_of(asked.span, patient=asked.patient, mine=mine)
    pages = presenter.page_of(found, mark(request.GET.get("after", "")), size)
    audit.saw(request, kind, pages.patients, form.chosen)
    told = read.changes_of(asked.span, {patient: found[patient] for patient in pages.patients})
    return presenter.sheet(asked, pages, told)


def asked_of(request: SignedInRequest, form: ChangesForm) -> Asked:
    """Since when, and of whom: without a moment, since the person's last visit."""
    since, why = form.since, "chosen"
    if since is None:
        since, why = read.last_visit(request.user, form.chosen, form.now), "visit"
    if since is None:
        since, why = form.now - FIRST_VISIT, "first"
    patient = form.cleaned_data["patient"]
    return Asked(
        span=read.span_of(form.chosen, since, is_bounded=patient is None),
        why=why,
        by=request.user,
        now=form.now,
        is_mine=form.cleaned_data["mine"],
        patient=patient,
    )


def mark(text: str) -> UUID | None:
    """The patient after whom a page begins; none for what names nobody."""
    try:
        return UUID(text)
    except ValueError:
        return None


def page_url(request: SignedInRequest, after: UUID | None) -> str:
    """The address of the page after a patient, or of the first one."""
    query = request.GET.copy()
    query.pop("after", None)
    if after is not None:
        query["after"] = str(after)
    return f"{reverse('changes')}?{query.urlencode()}"
