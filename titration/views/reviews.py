"""Booking a review of a regimen, and recording what became of it."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import kept
from access.policies import RECORD, SIGN, allows
from access.signed_in import SignedInRequest
from ledger.writing import AlreadySuperseded, newest_number_of
from titration import actions
from titration.forms.reviews import BookingForm, OutcomeForm
from titration.models import Regimen, Review, ReviewStatus
from titration.policies import ChangedMeanwhile
from titration.presenters.reviews import review_lines
from titration.views.attempts import attempt, read_anew
from titration.views.regimens import page_of, regimen_for


@require_http_methods(["GET", "HEAD", "POST"])
def review_new(request: SignedInRequest, regimen: UUID) -> HttpResponse:
    """Book a review."""
    found = regimen_for(request, regimen, RECORD)
    typed = request.POST or kept.give_back(request)
    initial = {"seen": newest_number_of(found.patient_id)}
    form = BookingForm(typed, initial=initial, regimen=found, by=request.user)
    if request.method == "POST" and form.is_valid():
        said = {"regimen": found, "text": form.text, "by": request.user}
        try:
            if attempt(form, actions.book_review, seen=form.cleaned_data["seen"], **said):
                messages.success(request, _("The review is booked."))
                return redirect("regimen", found.pk)
        except ChangedMeanwhile:
            _booked_meanwhile(form, found)
    today = found.clinic.local(timezone.now()).date()
    lines = [
        line for each in booked_of(found) for line in review_lines([each], found.clinic, today)
    ]
    context = page_of(found) | {"form": form, "booked": lines}
    return render(request, "titration/review_form.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SignedInRequest, review: UUID) -> HttpResponse:
    """Every text of a review, and what became of it: done, missed, rebooked or cancelled."""
    texts = texts_of(request, review)
    newest = texts[-1]
    found = regimen_for(request, newest.regimen_id, RECORD)
    signs = allows(request.user, found.clinic, SIGN)
    form = OutcomeForm(
        request.POST or kept.give_back(request),
        regimen=found,
        by=request.user,
        review=newest,
        waiting=actions.waiting_rows(found, newest) if signs else (),
        signs=signs,
    )
    if request.method == "POST" and form.is_valid():
        read = next((t for t in texts if t.pk == form.cleaned_data["entry"]), None)
        if read is None:
            raise Http404
        said = {"review": read, "text": form.text, "by": request.user}
        try:
            if attempt(form, actions.update_review, **said):
                messages.success(request, _("The review is recorded."))
                return redirect("regimen", found.pk)
        except AlreadySuperseded:
            texts = texts_of(request, review)
            overtaken(form, texts[-1])
    today = found.clinic.local(timezone.now()).date()
    context = page_of(found) | {"form": form, "lines": review_lines(texts, found.clinic, today)}
    return render(request, "titration/review_form.html", context, status=form.status)


def _booked_meanwhile(form: BookingForm, regimen: Regimen) -> None:
    """Somebody booked one while the page was open: it is shown; sent again, both are booked."""
    form.status = HTTPStatus.CONFLICT
    read_anew(form, seen=newest_number_of(regimen.patient_id))
    form.add_error(
        None,
        _(
            "Not yet booked: a review of this medicine was booked while you were writing. It "
            "stands below. Send yours again to book it beside that one."
        ),
    )


def overtaken(form: OutcomeForm, newest: Review) -> None:
    """Somebody was first: theirs stands above the form, which keeps what was typed."""
    form.status = HTTPStatus.CONFLICT
    read_anew(form, entry=newest.pk)
    form.add_error(
        None,
        _(
            "%(name)s recorded something of this review first. It stands above; nothing of "
            "yours is recorded yet."
        )
        % {"name": newest.entry.recorded_by_name},
    )


def texts_of(request: SignedInRequest, review: UUID) -> list[Review]:
    """Every text of a line of a clinic that the person sees, oldest first."""
    reviews = Review.objects.filter(
        review=review, regimen__in=Regimen.objects.visible_to(request.user)
    )
    found = list(reviews.select_related("entry", "whose").order_by("entry__number"))
    if not found:
        raise Http404
    return found


def booked_of(regimen: Regimen) -> list[Review]:
    """The reviews of a regimen that are booked, the next one first."""
    booked = Review.objects.newest().filter(regimen=regimen, status=ReviewStatus.BOOKED)
    return list(booked.select_related("entry").order_by("review_on", "entry__number"))
