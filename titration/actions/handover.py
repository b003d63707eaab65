"""Handing regimens over from one responsible prescriber to another, many in one write."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic, User
from access.policies import SIGN, check
from ledger.writing import Asking, Log, verb, writing
from patients.models import Patient
from titration import policies, projection
from titration.models import RegimenCard, RegimenVersion, Review, ReviewStatus
from titration.policies import ChangedMeanwhile, RuleBroken


def responsible_for(clinic: Clinic, prescriber: User) -> QuerySet[RegimenCard]:
    """The standing regimens of a clinic that a prescriber is responsible for."""
    return RegimenCard.objects.filter(
        clinic=clinic, version__responsible=prescriber, is_retracted=False
    )


def reviews_elsewhere(clinic: Clinic, prescriber: User) -> QuerySet[Review]:
    """Reviews booked with a prescriber for regimens that somebody else is responsible for.

    They do not pass on with the prescriber's own regimens: each is booked anew with somebody else.
    """
    booked = Review.objects.newest().filter(
        regimen__clinic=clinic,
        regimen__card__is_retracted=False,
        whose=prescriber,
        status=ReviewStatus.BOOKED,
    )
    return booked.exclude(regimen__card__version__responsible=prescriber)


def left_to_hand_over(user: User, clinic: Clinic) -> str:
    """What keeps a prescriber from leaving a clinic, in words; "" for nothing."""
    page = f"{reverse('handover')}?clinic={clinic.pk}&of={user.pk}"
    regimens, reviews = (
        responsible_for(clinic, user).count(),
        reviews_elsewhere(clinic, user).count(),
    )
    said = {"name": user.name, "clinic": clinic.name, "page": page}
    left = []
    if regimens:
        words = ngettext(
            "%(name)s is the responsible prescriber of %(count)s regimen at %(clinic)s. A "
            "prescriber of the clinic hands it over first, on the page %(page)s.",
            "%(name)s is the responsible prescriber of %(count)s regimens at %(clinic)s. A "
            "prescriber of the clinic hands them over first, on the page %(page)s.",
            regimens,
        )
        left.append(words % {**said, "count": f"{regimens:,}"})
    if reviews:
        words = ngettext(
            "%(count)s review of another prescriber's regimen is booked with %(name)s at "
            "%(clinic)s. It is booked with somebody else first; the page %(page)s leads to it.",
            "%(count)s reviews of other prescribers' regimens are booked with %(name)s at "
            "%(clinic)s. They are booked with somebody else first; the page %(page)s leads to "
            "them.",
            reviews,
        )
        left.append(words % {**said, "count": f"{reviews:,}"})
    return " ".join(left)


@verb
def hand_over(
    *,
    clinic: Clinic,
    regimens: tuple[UUID, ...],
    of: User,
    to: User,
    by: User,
    submission: Asking,
):
    """Make `to` responsible for these regimens of `of`, and for the reviews booked with them.

    Returns the RegimenVersion of the first. Raises ChangedMeanwhile when one of them is no longer
    theirs, and nothing is handed over then.
    """
    check(by, clinic, SIGN)
    with writing(clinic, by=by, submission=submission) as log:
        if not regimens:
            raise RuleBroken("regimens", _("Tick at least one regimen to hand over."))
        if to == of:
            raise RuleBroken("to", _("Choose another prescriber to hand over to."))
        policies.check_prescribes_at(to, clinic, "to")
        cards = responsible_for(clinic, of).filter(pk__in=regimens)
        found = {
            card.pk: card for card in cards.select_related("regimen__clinic", "version__entry")
        }
        if set(found) != set(regimens):
            raise ChangedMeanwhile
        reviews = _booked(regimens, of)
        log.check_many(
            (card.patient_id for card in found.values()),
            [*(card.version.entry for card in found.values()), *(r.entry for r in reviews)],
        )
        return _hand(log, [found[key] for key in regimens], reviews, to)[0]


def take_over(log: Log, patient: Patient, to: User) -> None:
    """Make `to` responsible for every regimen of a patient who arrived, and for their reviews."""
    cards = RegimenCard.objects.filter(patient=patient, is_retracted=False)
    found = list(cards.select_related("regimen__clinic", "version__entry").order_by("pk"))
    _hand(log, found, _booked(card.pk for card in found), to)


def _hand(
    log: Log, cards: Sequence[RegimenCard], reviews: Iterable[Review], to: User
) -> list[RegimenVersion]:
    versions = [_handed(log, card, to) for card in cards]
    for review in reviews:
        _hand_review(log, review, to)
    log.flush()
    projection.refresh([card.regimen for card in cards])
    return versions


def _handed(log: Log, card: RegimenCard, to: User) -> RegimenVersion:
    """The regimen's text as it is, but for who is responsible."""
    before = card.version
    written = {
        field.attname: getattr(before, field.attname)
        for field in RegimenVersion._meta.concrete_fields
        if field.name not in ("entry", "salt", "sealed", "responsible")
    }
    version = RegimenVersion(**written | {"responsible": to, "responsible_name": to.name})
    patient = card.patient_id
    return log.add(version, subject=card.pk, patient=patient, supersedes=before.entry)


def _booked(regimens: Iterable[UUID], of: User | None = None) -> list[Review]:
    """The reviews booked for these regimens; with `of`, only those booked with them."""
    booked = Review.objects.newest().filter(regimen__in=list(regimens), status=ReviewStatus.BOOKED)
    if of is not None:
        booked = booked.filter(whose=of)
    return list(booked.select_related("entry", "regimen").order_by("entry__number"))


def _hand_review(log: Log, review: Review, to: User) -> None:
    handed = Review(
        review=review.review,
        regimen=review.regimen,
        status=review.status,
        review_on=review.review_on,
        what_for=review.what_for,
        whose=to,
        whose_name=to.name,
        outcome=review.outcome,
    )
    patient = review.regimen.patient_id
    log.add(handed, subject=review.review, patient=patient, supersedes=review.entry)
