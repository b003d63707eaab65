"""Handing over the regimens that somebody is responsible for, some or all of them."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from access import audit, kept
from access.models import AccessKind, Clinic, User
from access.policies import SIGN, check_anywhere, clinics_of
from access.signed_in import SignedInRequest
from titration import actions
from titration.forms.handover import ALL, HandoverForm
from titration.models import RegimenCard, Review
from titration.policies import ChangedMeanwhile
from titration.presenters import handover as presenter
from titration.presenters.handover import Whose
from titration.views.attempts import attempt, read_anew


@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: SignedInRequest) -> HttpResponse:
    """The list of a prescriber's regimens; what is chosen of them is read back, then recorded."""
    check_anywhere(request.user, SIGN)
    clinics = Clinic.objects.filter(pk__in=clinics_of(request.user, SIGN)).order_by("name", "pk")
    whose = whose_of(request, list(clinics))
    form = HandoverForm(request.POST or kept.give_back(request), takers=whose.takers)
    if request.method == "POST" and form.is_valid():
        return read_back(request, whose, form)
    cards = actions.responsible_for(whose.clinic, whose.person)
    page = presenter.page_of(cards, mark(request))
    reviews = reviews_of(whose)
    patients = [*page.patients, *(review.regimen.patient_id for review in reviews)]
    audit.saw(request, AccessKind.LIST, patients, whose.clinic)
    context = {
        "reviews": presenter.review_rows(reviews),
        "clinics": clinics if len(clinics) > 1 else [],
        "whose": whose,
        "form": form,
        "page": page,
        "rows": presenter.rows_of(page.cards, form.ticked),
        "first_url": url_of(whose) if page.has_earlier else "",
        "later_url": url_of(whose, after=page.later) if page.later else "",
    }
    return render(request, "titration/handover.html", context, status=form.status)


def read_back(request: SignedInRequest, whose: Whose, form: HandoverForm) -> HttpResponse:
    """What was chosen in full words, to be confirmed; and once it is, what is recorded."""
    cards, missing, is_other = chosen_of(whose, form)
    if form.cleaned_data["is_read"] and not missing and not is_other:
        audit.saw(request, AccessKind.WRITE, [card.patient_id for card in cards], whose.clinic)
        try:
            if done := record(request, whose, form, cards):
                return done
        except ChangedMeanwhile:
            cards, missing, is_other = chosen_of(whose, form)
    if form.cleaned_data["is_read"]:
        form.status = form.status if form.errors else HTTPStatus.CONFLICT
    if not hasattr(request, "access_event"):
        patients = [card.patient_id for card in cards[: presenter.NAMED]]
        audit.saw(request, AccessKind.LIST, patients, whose.clinic)
    read_anew(form, total=presenter.total_of(theirs(whose))[1])
    to = whose.takers[int(form.cleaned_data["to"])]
    context = {
        "whose": whose,
        "form": form,
        "read": presenter.read_back(whose, to, cards, missing=missing, is_other=is_other),
        "to": to,
        "ticked": [] if form.cleaned_data["which"] == ALL else [card.pk for card in cards],
        "back": url_of(whose),
    }
    return render(request, "titration/handover_read_back.html", context, status=form.status)


def record(
    request: SignedInRequest, whose: Whose, form: HandoverForm, cards: list[RegimenCard]
) -> HttpResponse | None:
    """Hand them over; none when a rule refused it, and then the form says which."""
    to = User.objects.get(pk=form.cleaned_data["to"])
    asked = {"clinic": whose.clinic, "of": whose.person, "to": to, "by": request.user}
    regimens = tuple(sorted(card.pk for card in cards))
    if not attempt(form, actions.hand_over, regimens=regimens, **asked):
        return None
    words = ngettext(
        "%(count)s regimen is handed over to %(name)s.",
        "%(count)s regimens are handed over to %(name)s.",
        len(cards),
    )
    messages.success(request, words % {"count": f"{len(cards):,}", "name": to.name})
    return redirect(url_of(whose))


def chosen_of(whose: Whose, form: HandoverForm) -> tuple[list[RegimenCard], int, bool]:
    """What was chosen and is theirs, by their patients' names; how many of it are not any more.

    Where all were chosen: whether they are others than the person read.
    """
    cards = theirs(whose).order_by("patient__card__sort_name", "patient", "pk")
    cards = cards.select_related("version")
    if form.cleaned_data["which"] == ALL:
        total = presenter.total_of(theirs(whose))[1]
        return list(cards), 0, total != form.cleaned_data["total"]
    ticked = form.cleaned_data["regimens"]
    found = list(cards.filter(pk__in=ticked))
    return found, len(ticked) - len(found), False


def theirs(whose: Whose) -> QuerySet[RegimenCard]:
    """The standing regimens that the person is responsible for."""
    return actions.responsible_for(whose.clinic, whose.person)


def reviews_of(whose: Whose) -> list[Review]:
    """The first reviews that are booked with the person for the regimens of others."""
    reviews = actions.reviews_elsewhere(whose.clinic, whose.person)
    related = reviews.select_related("regimen__card__version").order_by("review_on", "review")
    return list(related[: presenter.NAMED])


def whose_of(request: SignedInRequest, clinics: list[Clinic]) -> Whose:
    """Whose regimens the address asks for: the reader's own without a word."""
    by_key = {str(clinic.pk): clinic for clinic in clinics}
    clinic = by_key.get(request.GET.get("clinic", "")) or clinics[0]
    present, former = presenter.people_of(clinic)
    asked = request.GET.get("of", "")
    person: User = request.user
    if asked.isascii() and asked.isdigit() and asked != str(person.pk):
        keys = {str(key): key for key in (*present, *former)}
        if asked not in keys:
            raise Http404(_("The clinic has no such prescriber."))
        person = User.objects.get(pk=keys[asked])
    return Whose(clinic, person, present, former)


def url_of(whose: Whose, after: UUID | None = None) -> str:
    """The address of somebody's list, or of its page after a regimen."""
    query = {"clinic": str(whose.clinic.pk), "of": str(whose.person.pk)}
    if after is not None:
        query["after"] = str(after)
    return f"{reverse('handover')}?{urlencode(query)}"


def mark(request: SignedInRequest) -> UUID | None:
    """The regimen after which the page begins; none for what names none."""
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None
