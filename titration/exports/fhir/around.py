"""What the resources of one patient's record need beside their own rows.

Read once for a patient, in a number of queries that does not grow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _

from access.models import Clinic
from ledger.models import Entry, Retraction
from titration.exports.fhir.terms import (
    Json,
    filled,
    identifier,
    refer,
)
from titration.exports.history import PatientRecord, notice
from titration.fhir import TERMINOLOGY, system
from titration.models import Review
from titration.reading import issued, logged
from titration.reading.issued import Issued
from titration.reading.logged import StepText

DEMONSTRATION = _("Demonstration: invented person")


class Made(NamedTuple):
    """A resource, the number of the entry that recorded it, and what its provenance says.

    `line` is the identity that corrections share, `author` who decided, where somebody else than
    who typed it, `why` the reason of a correction as typed; None where that was erased.
    """

    resource: Json
    number: int | None = None
    line: UUID | None = None
    author: Json | None = None
    why: str | None = ""

    @property
    def reference(self) -> str:
        return f"{self.resource['resourceType']}/{self.resource['id']}"


class People:
    """The persons that resources refer to, each once: users, and prescribers known by name."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.names: dict[UUID, str] = {}

    def person(self, user: int | None, name: str) -> Json:
        """A reference to a person by the name as it was written then; a prescriber from outside,
        who is no user, by it alone."""
        said = f"person {user} {name}" if user else f"named {name}"
        key = uuid5(self.clinic.uuid, said)
        self.names[key] = name
        return refer("Practitioner", key, name)

    def resources(self, meta: Json) -> Iterator[Json]:
        for key, name in self.names.items():
            made = {"resourceType": "Practitioner", "id": str(key), "meta": meta}
            yield filled({**made, "name": [{"text": name}]})


@dataclass(frozen=True)
class Around:
    """The record, with the entries of the patient by number and what the log says step by step."""

    record: PatientRecord
    entries: Mapping[int, Entry]
    withdrawals: Mapping[UUID, Retraction]
    texts: Mapping[UUID, StepText]
    copies: Mapping[UUID, tuple[Issued, ...]]
    reviews: Sequence[Review]
    people: People = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", People(self.clinic))

    @property
    def clinic(self) -> Clinic:
        return self.record.patient.clinic

    @property
    def patient(self) -> Json:
        return refer("Patient", self.record.patient.pk)

    @property
    def organization(self) -> Json:
        return refer("Organization", self.clinic.uuid, self.clinic.name)

    def local(self, moment: datetime) -> datetime:
        return self.clinic.local(moment)

    def recorder(self, number: int) -> Json:
        """Who typed what an entry recorded."""
        entry = self.entries[number]
        return self.people.person(entry.recorded_by_id, entry.recorded_by_name)

    def recorded_at(self, number: int) -> datetime:
        return self.local(self.entries[number].recorded_at)

    @cached_property
    def meta(self) -> Json:
        """What every resource says: that this is not today's record, that the person is invented.

        A resource is often kept apart from the bundle in which it came.
        """
        tags, security = [], []
        if self.record.moment:
            told = notice(self.record.moment)
            tags = [{"system": system("record"), "code": "not-todays", "display": told}]
        if self.clinic.is_demo:
            listed, label = f"{TERMINOLOGY}/v3-ActReason", str(DEMONSTRATION)
            security = [{"system": listed, "code": "HTEST", "display": label}]
        return filled({"tag": tags, "security": security})

    def of_regimen(self, regimen: UUID) -> Json:
        """What ties together everything that is written of one regimen."""
        return identifier("regimen", regimen)


def read_around(record: PatientRecord) -> Around:
    """Read what the resources of a record need beside it, up to the same entry."""
    return next(read_arounds([record]))


def read_arounds(records: Sequence[PatientRecord]) -> Iterator[Around]:
    """As `read_around`, of records up to one entry; the number of queries does not grow."""
    patients, known = [record.patient.pk for record in records], records[0].number
    clinic = records[0].patient.clinic
    entries = Entry.objects.filter(clinic=clinic, patient__in=patients, number__lte=known)
    entries_of = _by_patient(
        entries.select_related("came_from__file", "transfer", "arrival").order_by("number")
    )
    withdrawn = Retraction.objects.up_to(known).filter(entry__patient__in=patients)
    withdrawn_of: dict[UUID | None, dict[UUID, Retraction]] = {}
    for row in withdrawn.select_related("entry"):
        withdrawn_of.setdefault(row.entry.patient, {})[row.entry.subject] = row
    regimens = [regimen for record in records for regimen in record.regimens]
    keys = [regimen.version.regimen_id for regimen in regimens]
    plans = [log.plan for regimen in regimens for log in regimen.plans]
    texts = logged.step_texts([s.entry for r in regimens for s in r.history.records], known)
    copies = issued.all_issues(plans, known)
    reviews = Review.objects.up_to(known).filter(regimen__in=keys).select_related("entry")
    reviews_of: dict[UUID | None, list[Review]] = {}
    for review in reviews.order_by("entry__number"):
        reviews_of.setdefault(review.entry.patient, []).append(review)
    for record in records:
        patient = record.patient.pk
        steps = [step.entry for r in record.regimens for step in r.history.records]
        yield Around(
            record,
            entries={entry.number: entry for entry in entries_of[patient]},
            withdrawals=withdrawn_of.get(patient, {}),
            texts={step: texts[step] for step in steps},
            copies={log.plan: copies[log.plan] for r in record.regimens for log in r.plans},
            reviews=reviews_of.get(patient, []),
        )


def _by_patient(entries: Iterable[Entry]) -> dict[UUID | None, list[Entry]]:
    found: dict[UUID | None, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.patient, []).append(entry)
    return found
