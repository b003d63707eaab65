"""Pages for finding patients, adding them, changing what is known of them, and its history."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import audit, kept, policies, veiled
from access.models import AccessKind
from access.signed_in import SignedInRequest
from ledger import moments, pages, reread
from ledger.moments import Moment
from ledger.reread import Made
from patients import actions, presenters, search, wording
from patients.forms import NewPatientForm, RevisionForm
from patients.models import Patient, PatientCard, PatientVersion
from patients.views.shared import before_number, reach, telling, with_alike


@require_http_methods(["GET", "HEAD", "POST"])
def patient_list(request: SignedInRequest) -> HttpResponse:
    """Patients by name, or those that match; an exact number goes straight to its patient.

    What is searched for is sent, and then stands in the address veiled: names stay out of it. An
    address with a plain `q`, which nothing here makes, is read as well.
    """
    policies.check_anywhere(request.user, policies.VIEW_CHARTS)
    if request.method == "POST":
        return redirect(presenters.search_url(request.POST.get("q", "")))
    clinics = policies.clinics_of(request.user, policies.VIEW_CHARTS)
    found = search.find(
        veiled.read(request.GET.get("find", "")) or request.GET.get("q", ""),
        clinics=clinics,
        today=timezone.localdate(),
        before=_key(request.GET.get("before", "")),
        after=_key(request.GET.get("after", "")),
    )
    kind = AccessKind.SEARCH if found.wanted.text else AccessKind.LIST
    audit.saw(request, kind, found.patients, clinic=clinics[0] if len(clinics) == 1 else None)
    if found.by_number and len(found.patients) == 1:
        return redirect("patient", found.patients[0])
    now = timezone.now()

    def page() -> Made[dict[str, Any]]:
        listing = presenters.listing(found, spans_clinics=len(clinics) > 1)
        may_record = policies.allows_anywhere(request.user, policies.RECORD)
        return Made({"listing": listing, "may_record": may_record}, reread.hold(now))

    text = found.wanted.text
    return pages.answer(request, "patients/list.html", found.key, now, page, search_text=text)


@require_http_methods(["GET", "HEAD", "POST"])
def patient_new(request: SignedInRequest) -> HttpResponse:
    """Add a patient; those who may be the same person are shown first."""
    policies.check_anywhere(request.user, policies.RECORD)
    if request.method != "POST":
        form = NewPatientForm(kept.give_back(request), by=request.user)
        return render(request, "patients/new.html", {"form": form})
    form = NewPatientForm(request.POST, by=request.user)
    if form.is_valid():
        with telling(form):
            version = actions.add_patient(by=request.user, **form.asked())
            audit.saw(request, AccessKind.WRITE, [version.patient_id], clinic=form.clinic)
            return _recorded(request, version)
    audit.saw(request, AccessKind.WRITE, form.alike, clinic=form.clinic)
    status = 409 if form.overtaken_by else 200
    return render(request, "patients/new.html", with_alike(form), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def patient_edit(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Record a new version of what is known of a patient: changed, died, left, or back."""
    person = reach(request, patient, policies.RECORD)
    if request.method != "POST":
        audit.saw(request, AccessKind.VIEW, [person.pk], clinic=person.clinic)
        form = RevisionForm(kept.give_back(request), patient=person, version=_newest(person))
        return render(request, "patients/edit.html", _revision(form))
    form = RevisionForm(request.POST, patient=person)
    version = None
    if form.is_valid():
        with telling(form):
            version = actions.revise_patient(by=request.user, **form.asked())
    audit.saw(request, AccessKind.WRITE, [person.pk, *form.alike], clinic=person.clinic)
    if version is not None:
        return _recorded(request, version)
    status = 409 if form.overtaken_by else 200
    return render(request, "patients/edit.html", _revision(form), status=status)


@require_safe
def patient_history(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Every version of what was known of a patient, the newest first."""
    person = reach(request, patient, policies.VIEW_CHARTS)
    audit.saw(request, AccessKind.VIEW, [person.pk], clinic=person.clinic)
    moment = moments.known(request.GET.get("known"), person.clinic, timezone.now())
    may_record = policies.allows(request.user, person.clinic, policies.RECORD)
    banner = presenters.banner(person, moment=moment)
    context = {
        "banner": banner,
        "not_today": presenters.not_today(moment, reverse("patient-history", args=[person.pk])),
        "patient": person,
        "may_record": may_record and moment is None and not banner.is_erased,
        **_versions(person, before_number(request), moment),
    }
    return render(request, "patients/history.html", context)


def _versions(person: Patient, before: int | None, moment: Moment | None) -> dict[str, object]:
    """One page of what was known of a patient, up to a moment; from below the entry `before`."""
    versions = person.versions.up_to(moment.number if moment else None).select_related("entry")
    versions = versions.order_by("-entry__number")
    if before is not None:
        versions = versions.filter(entry__number__lt=before)
    page = list(versions[: search.PAGE + 1])
    older: dict[str, str | int] = {}
    if len(page) > search.PAGE:
        older = {"before": page[search.PAGE - 1].entry.number}
        older |= {"known": moment.text} if moment else {}
    address = reverse("patient-history", args=[person.pk])
    return {
        "versions": presenters.versions(page)[: search.PAGE],
        "newer_url": address + (moment.query if moment else "") if before is not None else "",
        "older_url": f"?{urlencode(older)}" if older else "",
    }


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _newest(patient: Patient) -> PatientVersion:
    return PatientCard.objects.select_related("version__entry").get(pk=patient.pk).version


def _recorded(request: SignedInRequest, version: PatientVersion) -> HttpResponse:
    number = version.entry.number
    messages.success(request, _("Recorded as entry %(number)d.") % {"number": number})
    return redirect("patient", version.patient_id)


def _revision(form: RevisionForm) -> dict[str, object]:
    context = {
        **with_alike(form),
        "banner": presenters.banner(form.patient),
        "patient": form.patient,
    }
    link = reverse("same-person-new", args=[form.patient.pk])
    context["links"] = [
        (wording.same_record_words(row.name, row.born), f"{link}?other={row.patient}")
        for row in context.pop("rows")
    ]
    if form.overtaken_by is None:
        return context
    newest = _newest(form.patient)
    form.renew(seen=newest.pk, submission=uuid4())
    return {
        **context,
        "theirs": presenters.versions([newest])[0],
        "compared": presenters.compared(newest, form.typed_version()),
    }
