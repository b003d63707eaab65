"""The regimens of a responsible prescriber, to be handed over, as finished strings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic, User
from patients import presenters as patients
from titration import listed
from titration.models import RegimenCard, Review, ReviewStatus
from titration.presenters.regimen import title_of
from titration.presenters.reviews import heading_words

PAGE, NAMED = 50, 100
_ORDER = ("patient__card__sort_name", "patient", "pk")


@dataclass(frozen=True)
class Whose:
    """Whose regimens they are, in which clinic; `present` prescribe there, `former` no longer do.

    Both by id, with their names.
    """

    clinic: Clinic
    person: User
    present: Mapping[int, str]
    former: Mapping[int, str]

    @property
    def takers(self) -> dict[int, str]:
        """Who may take over."""
        return {user: name for user, name in self.present.items() if user != self.person.pk}

    @property
    def is_former(self) -> bool:
        return self.person.pk not in self.present


def people_of(clinic: Clinic) -> tuple[dict[int, str], dict[int, str]]:
    """Who prescribes in a clinic, and who belonged to it and does not, by id with their names."""
    present, former = listed.prescribers([clinic.pk])
    return dict(present.get(clinic.pk, ())), dict(former.get(clinic.pk, ()))


@dataclass(frozen=True)
class Row:
    """One regimen: of whom it is, and what."""

    regimen: UUID
    patient: str
    patient_url: str
    number: str
    title: str
    url: str
    is_ticked: bool = False


@dataclass(frozen=True)
class Page:
    """Some of the regimens in order of their patients' names; `total` names all of them.

    `later` is the mark of the page after it, and none where there is none.
    """

    cards: Sequence[RegimenCard]
    count: int
    total: str
    has_earlier: bool
    later: UUID | None

    @property
    def patients(self) -> list[UUID]:
        return [card.patient_id for card in self.cards]


def page_of(cards: QuerySet[RegimenCard], after: UUID | None) -> Page:
    """The page after a regimen, the first one where that is none or not among them."""
    ordered = cards.order_by(*_ORDER).select_related("version")
    mark = cards.filter(pk=after).values_list(*_ORDER).first() if after else None
    if mark is not None:
        name, patient, regimen = mark
        ordered = (
            ordered.filter(patient__card__sort_name=name, patient=patient, pk__gt=regimen)
            | ordered.filter(patient__card__sort_name=name, patient__gt=patient)
            | ordered.filter(patient__card__sort_name__gt=name)
        )
    found = list(ordered[: PAGE + 1])
    count, total = total_of(cards)
    return Page(
        cards=found[:PAGE],
        count=count,
        total=total,
        has_earlier=mark is not None,
        later=found[PAGE - 1].pk if len(found) > PAGE else None,
    )


def total_of(cards: QuerySet[RegimenCard]) -> tuple[int, str]:
    """How many there are, and what names this list of them: one more or fewer is another.

    Whoever becomes responsible for a regimen does so by a new text of it, so by a later entry.
    """
    found = cards.aggregate(count=Count("pk"), newest=Max("version__entry__number"))
    return found["count"], f"{found['count']}-{found['newest'] or 0}"


def rows_of(cards: Iterable[RegimenCard], ticked: Collection[str] = ()) -> list[Row]:
    """What is shown of each, in their order; `ticked` are those chosen before."""
    cards = list(cards)
    people = {row.patient: row for row in patients.rows([card.patient_id for card in cards])}
    found = []
    for card in cards:
        person = people[card.patient_id]
        found.append(
            Row(
                regimen=card.pk,
                patient=person.name,
                patient_url=person.url,
                number=person.record_number or person.nhs_number,
                title=title_of(card.version),
                url=reverse("regimen", args=[card.pk]),
                is_ticked=str(card.pk) in ticked,
            )
        )
    return found


@dataclass(frozen=True)
class ReviewRow:
    """A review booked with somebody for another prescriber's regimen."""

    patient: str
    title: str
    words: str
    url: str


def review_rows(reviews: Iterable[Review]) -> list[ReviewRow]:
    """Those reviews in their order. Needs their regimens' cards and versions."""
    found = list(reviews)
    people = {row.patient: row.name for row in patients.rows([r.regimen.patient_id for r in found])}
    return [
        ReviewRow(
            patient=people[review.regimen.patient_id],
            title=title_of(review.regimen.card.version),
            words=heading_words(review),
            url=reverse("review", args=[review.review]),
        )
        for review in found
    ]


@dataclass(frozen=True)
class ReadBack:
    """What is handed over, in words, with the first of the regimens; `more` says how many besides.

    `left_out` is set where some of what was chosen is theirs no longer.
    """

    sentence: str
    reviews: str
    rows: Sequence[Row]
    more: str
    left_out: str


def read_back(
    whose: Whose, to: str, cards: Sequence[RegimenCard], *, missing: int, is_other: bool
) -> ReadBack:
    """`missing` of what was ticked are theirs no longer; `is_other`: all are others than read."""
    keys = [card.pk for card in cards]
    people = len({card.patient_id for card in cards})
    booked = Review.objects.newest().filter(
        regimen__in=keys, whose=whose.person, status=ReviewStatus.BOOKED
    )
    said = {
        "regimens": _counted(len(keys)),
        "patients": ngettext("%(count)s patient", "%(count)s patients", people)
        % {"count": f"{people:,}"},
        "of": whose.person.name,
        "to": to,
        "clinic": whose.clinic.name,
    }
    reviews, more = booked.count(), len(keys) - NAMED
    return ReadBack(
        sentence=_(
            "%(regimens)s of %(patients)s at %(clinic)s: the responsible prescriber is %(of)s now, "
            "and %(to)s from then on."
        )
        % said,
        reviews=_reviews(reviews, said),
        rows=rows_of(cards[:NAMED]),
        more=_("and %(regimens)s more") % {"regimens": _counted(more)} if more > 0 else "",
        left_out=_left_out(missing, is_other=is_other, name=whose.person.name),
    )


def _counted(count: int) -> str:
    return ngettext("%(count)s regimen", "%(count)s regimens", count) % {"count": f"{count:,}"}


def _reviews(count: int, said: Mapping[str, str]) -> str:
    if not count:
        return _("No review of these regimens is booked with %(of)s.") % said
    words = ngettext(
        "%(count)s review that is booked with %(of)s passes to %(to)s as well.",
        "%(count)s reviews that are booked with %(of)s pass to %(to)s as well.",
        count,
    )
    return words % {**said, "count": f"{count:,}"}


def _left_out(missing: int, *, is_other: bool, name: str) -> str:
    if is_other:
        return _(
            "The regimens of %(name)s have changed since you read the list. This is the list now."
        ) % {"name": name}
    if not missing:
        return ""
    words = ngettext(
        "%(count)s regimen that you ticked is no longer of %(name)s and is left out. "
        "The others are as you ticked them.",
        "%(count)s regimens that you ticked are no longer of %(name)s and are left out. "
        "The others are as you ticked them.",
        missing,
    )
    return words % {"count": f"{missing:,}", "name": name}
