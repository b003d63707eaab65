"""Handing a patient to another clinic: what the one offers, and what the other answers."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import audit, kept
from access.models import AccessKind
from access.policies import RECORD, VIEW_CHARTS, allows, check, check_anywhere, clinics_of
from access.signed_in import SignedInRequest
from ledger import moments
from ledger.writing import AlreadySuperseded
from patients import presenters as people
from patients import transferred
from patients.actions import ProbableDuplicate
from patients.models import Arrival, Patient, Transfer, TransferEvent
from titration import actions
from titration.forms.submission import SubmissionForm
from titration.forms.transfers import AcceptForm, DeclineForm, OfferForm, TakeBackForm
from titration.policies import ChangedMeanwhile
from titration.presenters import transfers as presenter
from titration.views.attempts import attempt, read_anew, status_of
from titration.views.observations import patient_for
from titration.views.regimens import kind_of

# In the clinic that offers


@require_safe
def transfer_list(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Where a patient's record came from, and every offer of them to another clinic."""
    person = patient_for(request, patient, VIEW_CHARTS)
    url = reverse("transfer-list", args=[person.pk])
    moment = moments.known(request.GET.get("known"), person.clinic, timezone.now())
    banner = people.banner(person, moment=moment)
    is_open = moment is None and not banner.is_erased
    may_record = is_open and allows(request.user, person.clinic, RECORD)
    moves = presenter.moves_of(person, request.user, moment, may_record=may_record)
    context = {
        "banner": banner,
        "not_today": people.not_today(moment, url),
        "patient": person,
        "may_offer": may_record and not banner.ended and not moves.waits,
        "moves": moves,
    }
    return render(request, "titration/transfer_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_new(request: SignedInRequest, patient: UUID) -> HttpResponse:
    """Offer a patient to another clinic of the server."""
    person = patient_for(request, patient, RECORD)
    form = OfferForm(_data(request), clinic=person.clinic, by=request.user)
    if request.method == "POST" and form.is_valid():
        asked = form.asked()
        if attempt(form, actions.offer_patient, patient=person, by=request.user, **asked):
            words = _("Offered to %(clinic)s. Until it accepts, this clinic remains responsible.")
            messages.success(request, words % {"clinic": asked["to"].name})
            return redirect("transfer-list", person.pk)
    return _page(request, "titration/transfer_new.html", form, person)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_retract(request: SignedInRequest, transfer: UUID) -> HttpResponse:
    """Take back an offer that was not accepted."""
    offers = _offers().filter(patient__in=Patient.objects.visible_to(request.user))
    found = get_object_or_404(offers, transfer=transfer)
    person = patient_for(request, found.patient_id, RECORD)
    form = TakeBackForm(_data(request))
    if request.method == "POST" and form.is_valid():
        said = {"reason_text": form.cleaned_data["reason_text"]}
        try:
            if attempt(form, actions.take_back_offer, offer=found, by=request.user, **said):
                messages.success(request, _("The offer is taken back."))
                return redirect("transfer-list", person.pk)
        except AlreadySuperseded:
            _too_late(form, found)
    return _page(request, "titration/transfer_retract.html", form, person, offer=found)


# In the clinic that it is offered to


@require_safe
def offer_list(request: SignedInRequest) -> HttpResponse:
    """The patients whom other clinics offer to the person's own, and whom nobody answered for."""
    check_anywhere(request.user, RECORD)
    offers = transferred.waiting().filter(to__in=clinics_of(request.user, RECORD))
    found = list(offers.select_related("entry__clinic", "patient__clinic").order_by("entry"))
    for clinic in {offer.patient.clinic_id for offer in found}:
        shown = [offer.patient_id for offer in found if offer.patient.clinic_id == clinic]
        audit.saw(request, AccessKind.LIST, shown, clinic)
    return render(request, "titration/offer_list.html", {"offers": presenter.offer_rows(found)})


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: SignedInRequest, offer: UUID) -> HttpResponse:
    """What is offered, and whom it may be here already; it is accepted by the answer to this."""
    found = _offer_to(request, offer)
    alike = presenter.alike_here(found)
    form = AcceptForm(_data(request), clinic=found.to, by=request.user, alike=alike)
    if request.method == "POST":
        _saw(request, found, alike)
        if form.is_valid() and (done := _accepted(request, found, form)):
            return done
    if over := presenter.over_words(found):
        return _over(request, found, form, over)
    if request.method != "POST":
        _saw(request, found, alike)
    page = presenter.offer_page(found, found.patient.clinic.local(timezone.now()))
    if form.status == HTTPStatus.CONFLICT:
        read_anew(form, seen=page.seen, alike=" ".join(map(str, alike)), is_compared="")
    form.initial["seen"] = page.seen
    context = {
        "offer": found,
        "form": form,
        "page": page,
        "banner": page.banner,
        "alike": people.table_body(people.rows(alike)),
    }
    status = status_of(form) if form.errors else HTTPStatus.OK
    return render(request, "titration/offer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def offer_decline(request: SignedInRequest, offer: UUID) -> HttpResponse:
    """Decline an offer: the clinic that made it remains responsible."""
    found = _offer_to(request, offer)
    form = DeclineForm(_data(request))
    if request.method == "POST" and form.is_valid():
        audit.saw(request, AccessKind.WRITE, [found.patient_id], found.patient.clinic)
        said = {"says": form.cleaned_data["says"]}
        try:
            if attempt(form, actions.decline_patient, offer=found, by=request.user, **said):
                messages.success(request, _("Declined. The other clinic remains responsible."))
                return redirect("offer-list")
        except AlreadySuperseded:
            form.status = HTTPStatus.CONFLICT
    if over := presenter.over_words(found):
        return _over(request, found, form, over)
    _saw(request, found, [])
    [row] = presenter.offer_rows([found])
    context = {"offer": found, "row": row, "form": form}
    status = status_of(form) if form.errors else HTTPStatus.OK
    return render(request, "titration/offer_decline.html", context, status=status)


def _accepted(request: SignedInRequest, offer: Transfer, form: AcceptForm) -> HttpResponse | None:
    """Accept it; none where that was refused, and then the form says why."""
    try:
        done = attempt(form, actions.accept_patient, offer=offer, by=request.user, **form.asked())
    except ChangedMeanwhile:
        words = _(
            "Not yet accepted: the record there has more than your page showed. Read it as it is "
            "now, then accept."
        )
    except ProbableDuplicate:
        words = _(
            "Not yet accepted: somebody here may be the same person, and your page did not show "
            "them. Compare them, then accept."
        )
    except AlreadySuperseded:
        words = ""
    else:
        return _welcome(request, offer) if done else None
    form.status = HTTPStatus.CONFLICT
    if words:
        form.add_error(None, words)
    return None


def _welcome(request: SignedInRequest, offer: Transfer) -> HttpResponse:
    """The new record; where somebody here is alike, the page that links them with it."""
    arrival = Arrival.objects.select_related("patient__clinic").get(transfer=offer.transfer)
    patient = arrival.patient
    words = _("Accepted: this clinic is responsible. The whole record came in.")
    messages.success(request, words)
    alike = [key for key in presenter.alike_here(offer) if key != patient.pk]
    return redirect("same-person-new" if alike else "patient", patient.pk)


def _over(
    request: SignedInRequest, offer: Transfer, form: SubmissionForm, words: str
) -> HttpResponse:
    """An offer that waits no longer: nothing of the patient, and what was typed."""
    arrival = Arrival.objects.filter(transfer=offer.transfer).first()
    context = {
        "words": words,
        "typed": form.data.get("says", "") if form.is_bound else "",
        "arrived": arrival.patient_id if arrival else "",
    }
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, "titration/offer_over.html", context, status=status)


def _offer_to(request: SignedInRequest, transfer: UUID) -> Transfer:
    """An offer, for who records in the clinic that it was made to. 404, 403, PatientErased."""
    offers = _offers().filter(to__in=list(request.user.roles_by_clinic))
    found = get_object_or_404(offers, transfer=transfer)
    check(request.user, found.to, RECORD)
    moments.refuse(request.GET.get("known"))
    return found


def _offers():
    offers = Transfer.objects.filter(event=TransferEvent.OFFERED)
    return offers.select_related("entry__clinic", "patient__clinic", "to", "responsible")


def _saw(request: SignedInRequest, offer: Transfer, alike: list[UUID]) -> None:
    """Of the other clinic its patient, and of this one those who are alike."""
    if alike:
        audit.saw(request, kind_of(request), alike, offer.to)
    audit.saw(request, kind_of(request), [offer.patient_id], offer.patient.clinic)


def _too_late(form: TakeBackForm, offer: Transfer) -> None:
    form.status = HTTPStatus.CONFLICT
    form.add_error(None, presenter.over_words(offer))


def _data(request: SignedInRequest) -> Any:
    return request.POST if request.method == "POST" else kept.give_back(request)


def _page(
    request: SignedInRequest, template: str, form: SubmissionForm, person: Patient, **more: object
) -> HttpResponse:
    status = status_of(form) if form.errors else HTTPStatus.OK
    context = {"banner": people.banner(person), "patient": person, "form": form, **more}
    return render(request, template, context, status=status)
