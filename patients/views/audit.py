"""Who saw whom: the audit of a clinic, its file, and the list of one patient."""

from uuid import UUID

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from access import audit as events
from access import policies, presence, search
from access.models import AccessKind, Clinic
from access.search import Found, Mark, Search
from access.signed_in import SignedInRequest
from patients.audit import named_by
from patients.exports import access_csv
from patients.forms.audit import AuditForm, NumberForm
from patients.models import Patient
from patients.presenters import audit as presenters
from patients.presenters import rows


@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: SignedInRequest) -> HttpResponse:
    """The access events of a clinic; what is sent is the number of a patient to look for."""
    form = _asked(request)
    if request.method == "POST":
        return _of_number(request, form)
    clinic = form.chosen
    found = _page(request, form.search()) if form.is_valid() else Found([])
    named = named_by(found.events, clinic)
    shown = presenters.named_on(found.events, named, form.asked_patient)
    patients = [patient for of_event in shown.values() for patient in of_event]
    kind = AccessKind.SEARCH if form.has_changed() else AccessKind.LIST
    events.saw(request, kind, patients, clinic)
    context = {
        **_context(request, form),
        **presenters.page_urls(found, request.GET),
        "lines": presenters.lines(found.events, clinic, named, shown, form.asked_patient),
    }
    return render(request, "patients/audit.html", context)


@require_safe
@never_cache
def audit_csv(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """All that the same address without `export.csv` finds, as a file, made while it is sent."""
    form = _asked(request)
    if not form.is_valid():
        return redirect(f"{reverse('audit')}?{request.GET.urlencode()}")
    asked = form.search()
    if asked.patient is None:
        presence.check_lately(request)
    events.saw(
        request, AccessKind.EXPORT, [asked.patient] if asked.patient else [], clinic=form.chosen
    )
    today = form.chosen.local(timezone.now())
    return StreamingHttpResponse(
        access_csv(asked, form.chosen),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="access-{today:%Y-%m-%d}.csv"'},
    )


@require_safe
def patient_access(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Who saw a patient, and who was refused."""
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    person = get_object_or_404(visible, pk=patient)
    clinic = person.clinic
    policies.check(request.user, clinic, policies.VIEW_ACCESS)
    events.saw(request, AccessKind.VIEW, [person.pk], clinic)
    asked = Search(clinic=clinic.pk, patient=person.pk, with_typing=False)
    found = _page(request, asked)
    with_chart = policies.allows(request.user, clinic, policies.VIEW_CHARTS)
    context = {
        **presenters.page_urls(found, request.GET),
        "banner": presenters.whose(person, with_chart=with_chart),
        "patient": person,
        "with_chart": with_chart,
        "asks_of_a_moment": "known" in request.GET,
        "lines": [presenters.line(event, clinic) for event in found.events],
    }
    return render(request, "patients/access.html", context)


def _asked(request: SignedInRequest) -> AuditForm:
    """What the address asks for, of the clinics whose audit is open to the person."""
    policies.check_anywhere(request.user, policies.VIEW_AUDIT)
    clinics = Clinic.objects.filter(pk__in=policies.clinics_of(request.user, policies.VIEW_AUDIT))
    return AuditForm(request.GET, clinics=list(clinics.order_by("name", "pk")))


def _page(request: SignedInRequest, asked: Search) -> Found:
    """The page that the address names by its mark, the newest without one."""
    before, after = (Mark.read(request.GET.get(name, "")) for name in ("before", "after"))
    return search.find(asked, before, after)


def _of_number(request: SignedInRequest, form: AuditForm) -> HttpResponse:
    """The events of the patient with a typed number: at an address that holds no number."""
    number = NumberForm(request.POST, clinic=form.chosen)
    number.is_valid()
    events.saw(request, AccessKind.SEARCH, number.found, form.chosen)
    if len(number.found) == 1:
        query: QueryDict = request.GET.copy()
        for name in ("before", "after", "event"):
            query.pop(name, None)
        query["patient"] = str(number.found[0])
        return redirect(f"{reverse('audit')}?{query.urlencode()}")
    context = {**_context(request, form), "number": number, "alike": rows(number.found)}
    return render(request, "patients/audit.html", context)


def _context(request: SignedInRequest, form: AuditForm) -> dict[str, object]:
    return {
        "query": request.GET.urlencode(),
        "patients": rows([form.asked_patient]) if form.asked_patient else [],
        "form": form,
        "clinic": form.chosen,
        "number": NumberForm(clinic=form.chosen),
        "wholeness": presenters.wholeness(form.chosen),
    }
