"""What the record says of a regimen, as far as rules and lists go by it.

A write reads it before its lock. Under the lock it asks whether anything was recorded of the
patient meanwhile (`as_it_stands`), and what it then adds is added here in memory (`Facts.after`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import compress
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from access.composed import Composed
from ledger.models import Entry, Retraction
from ledger.writing import Log
from patients import transferred
from patients.identity import Life
from patients.models import PatientStatus
from titration.intake import Report
from titration.models import (
    DoseStep,
    IntakeReport,
    Plan,
    PumpEvent,
    Regimen,
    RegimenVersion,
    Review,
    RowRecorded,
)
from titration.planning import Event, Link
from titration.pump import Pump
from titration.reading import logged, planned, pumped, reported
from titration.reading.logged import History, histories, histories_of
from titration.reading.planned import PlanLog
from titration.reading.withdrawn import withdrawing
from titration.worklist import Booked, Text


class Version(NamedTuple):
    """The newest text of a regimen: its entry, and what lists say of it."""

    entry: UUID
    number: int
    recorded_at: datetime
    time_zone: str
    responsible: int
    medicine: UUID
    is_retracted: bool


class Person(NamedTuple):
    """The patient by their newest text: what `Life` says, and whether they died, left or are here.

    `number` is the entry of that text; `handed_on`, of who is not here, the last entry by which
    another clinic accepted the record.
    """

    is_erased: bool
    birth_date: date | None
    status: str
    status_on: date | None
    number: int
    handed_on: int = 0

    @property
    def life(self) -> Life:
        return Life(self.birth_date, self.status_on if self.status == PatientStatus.DIED else None)

    @property
    def ended(self) -> Event | None:
        """That the patient died or left."""
        return planned.end_of(self.number, self.status, self.status_on)


class StepFacts(NamedTuple):
    """What the timeline does not carry of one text of a step."""

    decided_by: int | None
    recorded_by: int
    recorded_at: datetime
    time_zone: str
    confirmed: UUID | None = None
    disputed: int | None = None
    disputed_at: datetime | None = None

    @property
    def on(self) -> date:
        """The day on which it was typed."""
        return day_of(self.recorded_at, self.time_zone)

    @property
    def is_open(self) -> bool:
        """Whether it waits for its prescriber, who neither typed nor confirmed it, or for whoever

        corrects or withdraws it, since it was disputed.
        """
        is_settled = self.decided_by in (None, self.recorded_by) and self.disputed is None
        return self.confirmed is None and not is_settled

    @property
    def text(self) -> Text:
        """What lists say of it while it is open."""
        return Text(
            on=self.on,
            waits_for=None if self.decided_by == self.recorded_by else self.decided_by,
            disputed=self.disputed,
            disputed_on=day_of(self.disputed_at, self.time_zone) if self.disputed_at else None,
        )


@dataclass(frozen=True)
class Facts:
    """Everything of one regimen; `steps` by the entry of their texts, of every text of the log.

    `as_of` is the number of the patient's newest entry when it was read. No rule of a new step and
    no list asks for the doses of steps that stand as they were first written: `has_doses` says
    whether the log has those too.
    """

    regimen: Regimen
    version: Version
    person: Person
    log: History
    steps: Mapping[UUID, StepFacts]
    plans: tuple[PlanLog, ...]
    reviews: tuple[Booked, ...]
    reports: tuple[Report, ...]
    pump: Pump
    as_of: int
    has_doses: bool

    @property
    def newest_number(self) -> int:
        """As `reading.newest_number`."""
        gone = 0 if self.person.status == PatientStatus.HERE else self.person.number
        return max(self.log.last_number, self.version.number, gone)

    def after(self, step: DoseStep, link: RowRecorded | None = None) -> "Facts":
        """The same once this step was added, from a planned row where there is a link to one."""
        entry = step.entry
        added = StepFacts(
            step.decided_by_id, entry.recorded_by_id, entry.recorded_at, entry.time_zone
        )
        return replace(
            self,
            log=self.log.after(step),
            steps={**self.steps, entry.pk: added},
            plans=tuple(_linked(plan, link) for plan in self.plans) if link else self.plans,
        )


def _linked(plan: PlanLog, link: RowRecorded) -> PlanLog:
    if all(version.entry != link.version_id for version in plan.versions):
        return plan
    return replace(plan, links=(*plan.links, Link(link.row, link.step, link.entry.number)))


def day_of(moment: datetime, zone: str) -> date:
    """The day of a moment by the clocks of a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def read(regimen: Regimen, *, with_doses: bool = False) -> Facts:
    """What the record says now, for a write that is about to add a step.

    With doses where it corrects one: whether its dose is another, a plan asks.
    """
    return _read([regimen], with_doses=with_doses)[regimen.pk]


def as_it_stands(known: Facts, log: Log) -> Facts:
    """Under the lock: the same, or read again where something was recorded of the patient since.

    Raises PatientErased.
    """
    is_so_still = log.newest_number_of(known.regimen.patient_id) == known.as_of
    return known if is_so_still else read(known.regimen, with_doses=known.has_doses)


def read_all(regimens: Iterable[Regimen]) -> dict[UUID, Facts]:
    """By regimen; the number of queries does not grow. For lists, which show no dose."""
    return _read(list(regimens), with_doses=False)


def _logs(
    regimens: Sequence[UUID], rows: Iterable[Sequence[Any]], *, with_doses: bool
) -> Mapping[UUID, History]:
    """The logs; with doses, or only where a line was corrected: whether its dose was, a plan asks.

    `rows` are of logged.COLUMNS.
    """
    if with_doses:
        return histories_of(regimens, rows, logged.parts(regimens))
    logs = histories_of(regimens, rows)
    corrected = [
        key
        for key, log in logs.items()
        if len({record.step for record in log.records}) < len(log.records)
    ]
    return logs | histories(corrected) if corrected else logs


def _read(regimens: Sequence[Regimen], *, with_doses: bool) -> dict[UUID, Facts]:
    keys = [regimen.pk for regimen in regimens]
    # The patients first: what is recorded while the rest is read has a number above their newest.
    known = _known(keys)
    rows = list(_steps(keys))
    logs = _logs(keys, [row[:_OF_LOG] for row in rows], with_doses=with_doses)
    steps = {entry: StepFacts(*said) for entry, *said in (row[_OF_LOG:] for row in rows)}
    there = {name: [key for key in keys if name in known[key].existing] for name in _EXISTING}
    plans = planned.plan_logs(there["plans"])
    reviews = _reviews(there["reviews"]) if there["reviews"] else {}
    pumps = pumped.pump_logs(there["pump"]) if there["pump"] else {}
    reports = reported.reports(there["reports"]) if there["reports"] else {}
    return {
        regimen.pk: Facts(
            regimen=regimen,
            version=known[regimen.pk].version,
            person=known[regimen.pk].person,
            log=logs[regimen.pk],
            steps=steps,
            plans=plans.get(regimen.pk, ()),
            reviews=tuple(reviews.get(regimen.pk, ())),
            reports=reports.get(regimen.pk, ()),
            pump=pumps[regimen.pk].pump if regimen.pk in pumps else NO_PUMP,
            as_of=known[regimen.pk].newest,
            has_doses=with_doses,
        )
        for regimen in regimens
    }


NO_PUMP = pumped.PumpLog().pump

# Which of these a regimen has at all, so that nothing is asked of those without.
_EXISTING = {
    "plans": Exists(Plan.objects.filter(regimen=OuterRef("regimen"))),
    "reviews": Exists(Review.objects.filter(regimen=OuterRef("regimen"))),
    "pump": Exists(PumpEvent.objects.filter(regimen=OuterRef("regimen"))),
    "reports": Exists(IntakeReport.objects.filter(regimen=OuterRef("regimen"))),
}


class _Known(NamedTuple):
    """Of a regimen its text and which of _EXISTING it has; its patient, and the number of the
    patient's newest entry."""

    newest: int
    person: Person
    version: Version
    existing: frozenset[str]


def _known(regimens: Sequence[UUID]) -> dict[UUID, _Known]:
    """By regimen; of patients who are here, as most are, nothing more is asked."""
    known: dict[UUID, _Known] = {}
    gone: dict[UUID, list[UUID]] = {}
    for key, patient, newest, name, *row in _columns(regimens):
        person = Person(name is None, *row[:_OF_PERSON])
        version = Version._make(row[_OF_PERSON : -len(_EXISTING)])
        existing = frozenset(compress(_EXISTING, row[-len(_EXISTING) :]))
        known[key] = _Known(newest, person, version, existing)
        if person.ended:
            gone.setdefault(patient, []).append(key)
    for patient, acceptance in (transferred.accepted(list(gone)) if gone else {}).items():
        for key in gone[patient]:
            person = known[key].person._replace(handed_on=acceptance.entry.number)
            known[key] = known[key]._replace(person=person)
    return known


_PERSON = ("birth_date", "status", "status_on", "entry__number")
_OF_PERSON = len(_PERSON)


@Composed
def _columns(regimens: Sequence[UUID]) -> QuerySet:
    """Of each regimen: its patient, the number of the patient's newest entry, their name, which an
    erasure takes, and the columns of Person after it; those of Version; whether it has each of
    _EXISTING."""
    patient = "regimen__patient"
    entries = Entry.objects.filter(patient=OuterRef(patient)).order_by("-number")
    withdrawal = Retraction.objects.filter(entry__subject=OuterRef("regimen"))
    # A row without its entry is no text of theirs: the first of these has it looked for.
    entry = f"{patient}__versions__entry"
    is_newest = {f"{entry}__number__gt": 0, f"{entry}__superseded_by": None}
    versions = RegimenVersion.objects.newest().filter(regimen__in=regimens, **is_newest)
    return versions.annotate(
        newest=Subquery(entries.values("number")[:1]), withdrawn=Exists(withdrawal), **_EXISTING
    ).values_list(
        *("regimen_id", patient, "newest", f"{patient}__versions__family_name"),
        *(f"{patient}__versions__{name}" for name in _PERSON),
        *("entry_id", "entry__number", "entry__recorded_at", "entry__time_zone"),
        *("responsible_id", "medicine_id", "withdrawn", *_EXISTING),
    )


_OF_LOG = len(logged.COLUMNS)


@Composed
def _steps(regimens: Sequence[UUID]) -> QuerySet:
    """Of each text of a step: the columns of the log, its entry, and the columns of StepFacts."""
    return logged.steps(regimens).values_list(
        *logged.COLUMNS,
        *("pk", "decided_by", "entry__recorded_by", "entry__recorded_at", "entry__time_zone"),
        *("confirmation__pk", "dispute__entry__number", "dispute__entry__recorded_at"),
    )


def _reviews(regimens: Sequence[UUID]) -> dict[UUID, list[Booked]]:
    """By regimen, the newest text of each review that was not withdrawn, in order of entry."""
    standing = Review.objects.newest().filter(~Exists(withdrawing("review")))
    reviews = standing.filter(regimen__in=regimens)
    found: dict[UUID, list[Booked]] = {}
    said = ("review", "entry__number", "status", "review_on", "whose_id")
    for regimen, at, zone, review, number, *others in reviews.order_by("entry__number").values_list(
        "regimen_id", "entry__recorded_at", "entry__time_zone", *said
    ):
        booked = Booked(review, number, day_of(at, zone), *others)
        found.setdefault(regimen, []).append(booked)
    return found
