"""Pages that link two records of one person, and withdraw such a link; neither record changes."""

from dataclasses import replace
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import audit, kept, policies, veiled
from access.models import AccessKind
from access.signed_in import SignedInRequest
from ledger import moments, writing
from patients import actions, linked, presenters, search
from patients.forms import FindForm, SamePersonForm, UnlinkForm
from patients.models import Patient, PatientVersion, SamePerson
from patients.presenters import same_person as presenter
from patients.views.shared import reach


@require_safe
def same_person_list(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """The other records of a patient, and every link that there was."""
    person = reach(request, patient, policies.VIEW_CHARTS)
    named = SamePerson.objects.filter(patient=person).values_list("other", flat=True)
    audit.saw(request, AccessKind.VIEW, [person.pk, *linked.others(person.pk), *named])
    moment = moments.known(request.GET.get("known"), person.clinic, timezone.now())
    banner = presenters.banner(person, moment=moment)
    is_open = moment is None and not banner.is_erased
    may_record = is_open and policies.allows(request.user, person.clinic, policies.RECORD)
    context = {
        "banner": banner,
        "not_today": presenters.not_today(moment, reverse("same-person-list", args=[person.pk])),
        "patient": person,
        "may_record": may_record,
        "links": presenter.links_of(person, moment, may_record=may_record),
    }
    return render(request, "patients/same_person_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def same_person_new(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Find the other record, then compare the two and link them: `?other=` names it."""
    person = reach(request, patient, policies.RECORD)
    if "other" in request.GET:
        return _compare(request, person)
    if request.method == "POST":
        found = {"find": veiled.veil(" ".join(request.POST.get("q", "").split()))}
        return redirect(f"{request.path}?{urlencode(found)}")
    return _find(request, person)


def _find(request: SignedInRequest, person: Patient) -> HttpResponse:
    """Records that are alike, or those that a text finds, each with a link to be compared."""
    text = veiled.read(request.GET.get("find", ""))
    version = _newest(person)
    if text:
        today = timezone.localdate(timezone=person.clinic.zone)
        found = search.find(text, clinics=[person.clinic_id], today=today).patients
    else:
        found = search.alike(person.clinic, version.identity)
    but = {person.pk, *linked.others(person.pk)}
    shown = [key for key in found if key not in but]
    kind = AccessKind.SEARCH if text else AccessKind.LIST
    audit.saw(request, kind, [person.pk, *but, *shown], clinic=person.clinic)
    rows = [
        replace(row, url=f"{request.path}?{urlencode({'other': str(row.patient)})}")
        for row in presenters.rows(shown)
    ]
    context = {
        "banner": presenters.banner(person),
        "patient": person,
        "form": FindForm(initial={"q": text}),
        "text": text,
        "body": presenters.table_body(rows),
    }
    return render(request, "patients/same_person_find.html", context)


def _compare(request: SignedInRequest, person: Patient) -> HttpResponse:
    """Both identities side by side; they are linked by the answer to this page."""
    other = _other(request, person)
    is_sent = request.method == "POST"
    kind = AccessKind.WRITE if is_sent else AccessKind.VIEW
    audit.saw(request, kind, [person.pk, *linked.others(person.pk), other.pk], person.clinic)
    data = request.POST if is_sent else kept.give_back(request)
    mine, theirs = _newest(person), _newest(other)
    seen = {"mine": mine.pk, "theirs": theirs.pk}
    form = SamePersonForm(data, patient=person, other=other, **seen)
    if is_sent and form.is_valid():
        try:
            actions.link_records(by=request.user, **form.asked())
        except policies.RuleBroken as rule:
            form.break_rule(rule)
        except actions.LinkedAlready as error:
            form.refuse(presenter.linked_already_words(error.link, person))
        except writing.AlreadySuperseded:
            mine, theirs = _newest(person), _newest(other)
            form.refuse(
                _(
                    "Not yet linked: the details of one of the two were changed while you "
                    "compared them. Compare them as they are now, and send this again."
                ),
                mine=mine.pk,
                theirs=theirs.pk,
                submission=uuid4(),
            )
        except writing.SubmissionConflict as error:
            form.refuse(_sent_before_words(error), submission=uuid4())
        else:
            messages.success(request, _("The two records are linked. Neither was changed."))
            return redirect("same-person-list", person.pk)
    banner = presenters.banner(person)
    [row] = presenters.rows([other.pk])
    context = {
        "banner": banner,
        "patient": person,
        "other": row,
        "form": form,
        "compared": presenter.side_by_side(mine, theirs),
        "is_linked": other.pk in linked.others(person.pk),
    }
    return render(request, "patients/same_person_new.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def same_person_retract(request: SignedInRequest, link: UUID) -> HttpResponse:
    """Withdraw a link: each of the two stands by itself again."""
    visible = Patient.objects.visible_to(request.user)
    links = SamePerson.objects.filter(line=link, patient__in=visible).select_related("entry")
    found = get_object_or_404(links)
    person = reach(request, found.patient_id, policies.RECORD)
    is_sent = request.method == "POST"
    kind = AccessKind.WRITE if is_sent else AccessKind.VIEW
    shown = [person.pk, *linked.others(person.pk), found.other_id]
    audit.saw(request, kind, shown, person.clinic)
    form = UnlinkForm(request.POST if is_sent else kept.give_back(request))
    if is_sent and form.is_valid():
        try:
            submission = form.cleaned_data["submission"]
            actions.unlink_records(link=found, by=request.user, submission=submission)
        except (writing.AlreadySuperseded, writing.SubmissionConflict) as error:
            words = _("Withdrawn already by %(name)s, entry %(number)s. Nothing was recorded anew.")
            said = {"name": error.entry.recorded_by_name, "number": f"{error.entry.number:,}"}
            form.refuse(words % said)
        else:
            messages.success(request, _("The link is withdrawn. It stays legible."))
            return redirect("same-person-list", person.pk)
    [row] = presenters.rows([found.other_id])
    context = {
        "banner": presenters.banner(person),
        "patient": person,
        "other": row,
        "form": form,
        "is_standing": linked.standing().filter(pk=found.pk).exists(),
    }
    return render(request, "patients/same_person_retract.html", context, status=form.status)


def _other(request: SignedInRequest, person: Patient) -> Patient:
    """The other record, of the same clinic and not erased. 404, PatientErased."""
    try:
        key = UUID(request.GET["other"])
    except ValueError:
        raise Http404 from None
    others = Patient.objects.visible_to(request.user).filter(clinic=person.clinic)
    other = get_object_or_404(others.exclude(pk=person.pk), pk=key)
    writing.check_not_erased(other.pk)
    return other


def _newest(patient: Patient) -> PatientVersion:
    return PatientVersion.objects.newest().select_related("entry").get(patient=patient)


def _sent_before_words(error: writing.SubmissionConflict) -> str:
    return _(
        "This form was sent before with other content, which entry %(number)s holds. "
        "Send it again to record what it says now."
    ) % {"number": f"{error.entry.number:,}"}
