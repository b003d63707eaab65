"""The contacts with a patient: reading them, recording one, correcting it, withdrawing it."""

from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import kept
from access.policies import RECORD, VIEW_CHARTS, allows
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.models import Retraction
from ledger.moments import Moment
from ledger.writing import AlreadySuperseded, newest_number_of
from patients.models import Patient
from patients.presenters import banner, not_today
from titration import actions
from titration.forms.contacts import ContactCorrectionForm, ContactForm, contact_initial
from titration.forms.steps import RetractionForm
from titration.models import Contact, Regimen, RegimenVersion
from titration.policies import ChangedMeanwhile
from titration.presenters.contacts import call_lines, contact_cards
from titration.presenters.log import LIVE
from titration.presenters.regimen import title_of
from titration.presenters.texts import TextCard
from titration.reading import contacted
from titration.reading.contacted import Contacted
from titration.reading.together import recorded_together
from titration.views.attempts import attempt, read_anew
from titration.views.observations import patient_for

# What a link may choose beforehand: never a text.
PRESETS = ("answers", "regimen", "how", "direction", "reached")


@require_safe
def contact_list(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Every contact with the patient, and the call backs that wait."""
    found = patient_for(request, patient, VIEW_CHARTS)
    moment = moments.known(request.GET.get("known"), found.clinic, timezone.now())
    may_record = moment is None and allows(request.user, found.clinic, RECORD)
    texts = contacted.contacts([found.pk], moment.number if moment else None)
    context = page_of(found, moment)
    context |= {
        "cards": cards_of(found, texts, moment, may_record=may_record),
        "calls": call_lines(texts, found.pk, may_record=may_record),
        "not_today": not_today(moment, reverse("contact-list", args=[found.pk])),
        "may_record": may_record and not context["banner"].is_erased,
    }
    return render(request, "titration/contact_list.html", context)


@require_safe
def contact(request: SignedInRequest, contact: UUID) -> HttpResponse:
    """Every text of one contact, the newest first."""
    line = texts_of(request, contact)
    found = patient_for(request, line[-1].patient_id, VIEW_CHARTS)
    moment = moments.known(request.GET.get("known"), found.clinic, timezone.now())
    may_record = moment is None and allows(request.user, found.clinic, RECORD)
    texts = contacted.contacts([found.pk], moment.number if moment else None)
    cards = cards_of(found, texts, moment, may_record=may_record)
    cards = [card for card in cards if card.line == contact]
    if not cards:
        raise Http404
    context = page_of(found, moment) | {
        "cards": cards,
        "not_today": not_today(moment, reverse("contact", args=[contact])),
        "is_line": True,
    }
    return render(request, "titration/contact_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Record a contact. `?answers=` chooses the call back, `?regimen=` the medicine, and so on."""
    found = patient_for(request, patient, RECORD)
    initial = {name: request.GET[name] for name in PRESETS if name in request.GET}
    form = ContactForm(
        request.POST or kept.give_back(request),
        **asks_of(request, found),
        initial={"seen": newest_number_of(found.pk), **initial},
    )
    newer: list[TextCard] = []
    if request.method == "POST" and form.is_valid():
        said = {"patient": found, "text": form.text, "by": request.user}
        try:
            if attempt(form, actions.record_contact, seen=form.cleaned_data["seen"], **said):
                messages.success(request, _("The contact is recorded."))
                return redirect("contact-list", found.pk)
        except ChangedMeanwhile:
            form.status, seen = HTTPStatus.CONFLICT, form.cleaned_data["seen"]
            read_anew(form, seen=newest_number_of(found.pk))
            newer = newer_cards(found, form.text.effective.on, seen)
    context = page_of(found) | {"form": form, "newer": newer}
    return render(request, "titration/contact_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_correct(request: SignedInRequest, contact: UUID) -> HttpResponse:
    """Type a contact again; the old text stays, entered in error."""
    read = _read(request, texts_of(request, contact))
    found = patient_for(request, read.patient_id, RECORD)
    form = ContactCorrectionForm(
        request.POST or kept.give_back(request),
        **asks_of(request, found, read),
        initial=contact_initial(read, found.clinic.zone),
    )
    theirs: TextCard | None = None
    if request.method == "POST" and form.is_valid():
        said = {
            "contact": read,
            "text": form.text,
            "correction_reason": form.cleaned_data["correction_reason"],
            "by": request.user,
        }
        try:
            if attempt(form, actions.correct_contact, **said):
                messages.success(request, _("The contact is corrected."))
                return redirect("contact", contact)
        except AlreadySuperseded:
            theirs = _overtaken(form, found, contact)
    context = page_of(found) | {"form": form, "read": _card_of(found, read), "theirs": theirs}
    return render(request, "titration/contact_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_retract(request: SignedInRequest, contact: UUID) -> HttpResponse:
    """Withdraw a contact as entered in error; a call back that it answered waits again."""
    read = _read(request, texts_of(request, contact))
    found = patient_for(request, read.patient_id, RECORD)
    form = RetractionForm(request.POST or kept.give_back(request), initial={"entry": read.pk})
    theirs: TextCard | None = None
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("reason", "reason_text")}
        try:
            if attempt(form, actions.retract_contact, contact=read, by=request.user, **said):
                messages.success(
                    request, _("Withdrawn as entered in error. The entry stays legible.")
                )
                return redirect("contact-list", found.pk)
        except AlreadySuperseded:
            theirs = _overtaken(form, found, contact)
    context = page_of(found) | {
        "form": form,
        "read": _card_of(found, read),
        "theirs": theirs,
        "can_go_on": theirs is None or theirs.status == LIVE,
    }
    return render(request, "titration/text_retract.html", context, status=form.status)


def page_of(patient: Patient, moment: Moment | None = None) -> dict[str, Any]:
    """What every page of a patient's contacts shows above its own content."""
    query = moment.query if moment else ""
    return {
        "banner": banner(patient, moment=moment),
        "patient": patient,
        "back": reverse("contact-list", args=[patient.pk]) + query,
    }


def texts_of(request: SignedInRequest, contact: UUID) -> list[Contact]:
    """Every text of a line of a clinic that the person sees, oldest first."""
    contacts = Contact.objects.filter(
        contact=contact, patient__in=Patient.objects.visible_to(request.user)
    )
    related = contacts.select_related("entry", "whose", "call_back_by", "patient__clinic")
    found = list(related.order_by("entry__number"))
    if not found:
        raise Http404
    return found


def _read(request: SignedInRequest, texts: list[Contact]) -> Contact:
    """The text that the person's form was opened on, when it names one; else the newest."""
    opened_on = request.POST.get("entry", "")
    return next((text for text in texts if str(text.pk) == opened_on), texts[-1])


def newer_cards(patient: Patient, on: date, seen: int | None) -> list[TextCard]:
    """The contacts of a day that were recorded after the entry `seen`, where the page knew one."""
    if seen is None:
        return []
    newer = {text.entry for text in contacted.newer_of_day(patient.pk, on, seen)}
    if not newer:
        return []
    cards = cards_of(patient, contacted.contacts([patient.pk]))
    return [card for card in cards if card.entry in newer]


def asks_of(request: SignedInRequest, patient: Patient, read: Contact | None = None) -> dict:
    """What the form of a contact needs: the clinic's day, the medicines, the open call backs.

    For a correction also who and what is named in the text that was `read`.
    """
    live = contacted.standing(contacted.contacts([patient.pk]))
    own = read.contact if read else None
    others = [text for text in live if text.contact != own]
    calls = contacted.open_calls(others)
    if read is not None and read.answers and read.answers not in {c.contact for c in calls}:
        calls = (*calls, *(text for text in others if text.contact == read.answers))
    regimens = Regimen.objects.filter(patient=patient).select_related("card__version")
    kept_regimen = read.regimen_id if read else None
    return {
        "clinic": patient.clinic,
        "by": request.user,
        "today": patient.clinic.local(timezone.now()).date(),
        "regimens": [r for r in regimens if not r.card.is_retracted or r.pk == kept_regimen],
        "calls": calls,
        "named": [person for person in (read.whose, read.call_back_by) if person] if read else [],
    }


def cards_of(
    patient: Patient,
    texts: tuple[Contacted, ...],
    moment: Moment | None = None,
    *,
    may_record: bool = False,
) -> list[TextCard]:
    """Every contact, the latest first."""
    shown = sorted(texts, key=lambda text: text.order, reverse=True)
    return contact_cards(
        texts,
        shown,
        patient.clinic,
        titles_of(patient, moment),
        _withdrawals(texts),
        together=recorded_together(
            patient.pk, (text.submission for text in texts), moment.number if moment else None
        ),
        may_record=may_record,
        query=moment.query if moment else "",
    )


def titles_of(patient: Patient, moment: Moment | None = None) -> dict[UUID, str]:
    """The patient's regimens by what they are called."""
    versions = RegimenVersion.objects.newest(moment.number if moment else None)
    found = versions.filter(regimen__patient=patient)
    return {version.regimen_id: title_of(version) for version in found}


def _withdrawals(texts: tuple[Contacted, ...]) -> dict[UUID, Retraction]:
    lines = {text.contact for text in texts if text.withdrawn is not None}
    if not lines:
        return {}
    found = Retraction.objects.filter(entry__subject__in=lines).select_related("entry")
    return {retraction.entry.subject: retraction for retraction in found}


def _card_of(patient: Patient, text: Contact) -> TextCard:
    cards = cards_of(patient, contacted.contacts([patient.pk]))
    return next(card for card in cards if card.entry == text.pk)


def _overtaken(
    form: ContactCorrectionForm | RetractionForm, patient: Patient, contact: UUID
) -> TextCard:
    """Somebody was first: the form, as typed, can be sent again over what they recorded."""
    form.status = HTTPStatus.CONFLICT
    texts = [t for t in contacted.contacts([patient.pk]) if t.contact == contact]
    read_anew(form, entry=texts[-1].entry)
    cards = cards_of(patient, contacted.contacts([patient.pk]))
    return next(card for card in cards if card.entry == texts[-1].entry)
