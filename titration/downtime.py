"""What a clinic needs on paper for the day the server is down: every regimen that is open.

One state of the record: the newest entry is read first, and nothing after it is. First whose
regimens they are (`patients_of`), so that the access event is written before anything of them is
read; then what is known of some of them at a time (`read`), in as many queries however many.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from access.models import Clinic
from ledger.models import Entry, Head, Retraction
from ledger.moments import Moment
from patients.context import ALLERGIES
from patients.models import ContextVersion, PatientStatus, PatientVersion
from titration import timeline
from titration.models import RegimenCard, RegimenVersion, Review, ReviewStatus
from titration.reading import issued, logged, planned
from titration.reading.issued import Issued
from titration.reading.logged import History
from titration.reading.planned import PlanLog


@dataclass(frozen=True)
class UpTo:
    """The newest entry of a clinic, and `now`, the clinic's aware local time of reading it.

    `recorded_at` is none where nothing is recorded yet.
    """

    clinic: Clinic
    number: int
    digest: str
    recorded_at: datetime | None
    now: datetime

    @property
    def moment(self) -> Moment:
        return Moment(self.number, self.digest, self.now, str(self.number))


def up_to(clinic: Clinic, now: datetime) -> UpTo:
    head = Head.objects.filter(clinic=clinic).first() or Head(clinic=clinic)
    return UpTo(clinic, head.number, head.digest, head.recorded_at, clinic.local(now))


def patients_of(known: UpTo) -> list[UUID]:
    """The patients who have an open regimen, by name; a few more where something changes meanwhile.

    What lists show is of now, and may be newer than the entry: so is everybody of whom something
    was recorded after it.
    """
    cards = RegimenCard.objects.filter(clinic=known.clinic)
    is_open = Q(is_retracted=False, patient__card__version__status=PatientStatus.HERE) & (
        ~Q(state=timeline.STOPPED) | Q(next_on__isnull=False)
    )
    ordered = ("patient__card__sort_name", "patient")
    found = dict(cards.filter(is_open).order_by(*ordered).values_list("patient", ordered[0]))
    later = Entry.objects.filter(clinic=known.clinic, number__gt=known.number)
    changed = cards.filter(patient__in=later.exclude(patient=None).values("patient"))
    found |= dict(changed.exclude(patient__card=None).values_list("patient", ordered[0]))
    return sorted(found, key=lambda patient: (found[patient], patient))


@dataclass(frozen=True)
class OpenRegimen:
    """A regimen that is open: its text, log, signed plans, the copies of them and booked reviews.

    `present` is the plan that is not over.
    """

    version: RegimenVersion
    history: History
    plans: Sequence[PlanLog]
    present: PlanLog | None
    copies: Mapping[UUID, Sequence[Issued]]
    reviews: Sequence[Review]


@dataclass(frozen=True)
class Person:
    """Somebody with open regimens, which are in the order of pages; what is known of allergies."""

    version: PatientVersion
    allergies: ContextVersion | None
    regimens: Sequence[OpenRegimen]


def read(known: UpTo, patients: Sequence[UUID]) -> list[Person]:
    """What is known of these patients, in their order; those without an open regimen are left out.

    So are those who died, left, or were erased.
    """
    number = known.number
    people = PatientVersion.objects.newest(number).filter(
        patient__in=patients, status=PatientStatus.HERE, family_name__isnull=False
    )
    by_patient = {version.patient_id: version for version in people.select_related("entry")}
    allergies = ContextVersion.objects.newest(number).filter(
        patient__in=by_patient, topic=ALLERGIES
    )
    told = {version.patient_id: version for version in allergies}
    regimens = _regimens(known, list(by_patient))
    return [
        Person(by_patient[patient], told.get(patient), regimens[patient])
        for patient in patients
        if patient in by_patient and patient in regimens
    ]


def _regimens(known: UpTo, patients: Sequence[UUID]) -> dict[UUID, list[OpenRegimen]]:
    """By patient: their open regimens."""
    number = known.number
    withdrawals = Retraction.objects.up_to(number).filter(entry__subject=OuterRef("regimen"))
    versions = RegimenVersion.objects.newest(number).filter(
        ~Exists(withdrawals), regimen__patient__in=patients
    )
    texts = {version.regimen_id: version for version in versions.select_related("regimen")}
    logs = logged.histories(texts, number)
    texts = {key: text for key, text in texts.items() if _is_open(logs[key], known.now)}
    plans = planned.plan_logs(texts, number)
    copies = issued.issues([log.plan for of_it in plans.values() for log in of_it], number)
    reviews = _reviews(texts, number)
    found: dict[UUID, list[OpenRegimen]] = {}
    for key, version in texts.items():
        regimen = OpenRegimen(
            version=version,
            history=logs[key],
            plans=plans[key],
            present=planned.present_plan(plans[key], logs[key]),
            copies={log.plan: copies[log.plan] for log in plans[key]},
            reviews=reviews.get(key, ()),
        )
        found.setdefault(version.regimen.patient_id, []).append(regimen)
    return found


def _is_open(log: History, now: datetime) -> bool:
    """Not stopped, or to be taken again from a later day on."""
    return timeline.state_of(log.in_force(now)) != timeline.STOPPED or bool(log.upcoming(now))


def _reviews(regimens: Iterable[UUID], number: int) -> dict[UUID, list[Review]]:
    """By regimen: the reviews that are booked, the earliest first."""
    withdrawals = Retraction.objects.up_to(number).filter(entry__subject=OuterRef("review"))
    booked: Any = Review.objects.newest(number).filter(
        ~Exists(withdrawals), regimen__in=list(regimens), status=ReviewStatus.BOOKED
    )
    found: dict[UUID, list[Review]] = {}
    for review in booked.order_by("review_on", "entry__number"):
        found.setdefault(review.regimen_id, []).append(review)
    return found
