"""Rows to the pure plans: every signed version of a regimen's plans and what was recorded of them.

As known at an entry number, or with every entry. The number of queries does not grow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from access.composed import Composed
from ledger.models import FIRST_AT, FIRST_ZONE
from patients.models import PatientStatus, PatientVersion
from titration import intake, planning, timeline
from titration.dosing import Component
from titration.intake import Report
from titration.models import (
    COMPONENT_FIELDS,
    PlanEvent,
    PlannedComponent,
    PlannedRow,
    PlanVersion,
    Review,
    RowRecorded,
    written_component,
)
from titration.planning import Carried, Event, Link, PlanText, Row, Standing
from titration.reading import reported
from titration.reading.logged import History, up_to
from titration.timeline import StepRecord


@dataclass(frozen=True)
class SignedVersion:
    """One signed version: what it says, and who signed it when; `signed_on` in the clinic's zone.

    `entry` and `number` name its ledger entry; `version` counts from 1. One that was brought in
    from elsewhere was signed when it was there, by nobody of this clinic: `signed_by` is None.
    """

    entry: UUID
    number: int
    version: int
    text: PlanText
    signed_by: int | None
    signed_by_name: str
    signed_at: datetime
    signed_on: date


@dataclass(frozen=True)
class RecordedEvent:
    """Something recorded of a plan beside its versions: one of planning.EVENTS."""

    number: int
    kind: str
    reason_text: str | None
    by_name: str
    at: datetime
    on: date


@dataclass(frozen=True)
class PlanLog:
    """Everything known of one plan. `opened` are the days from which reviews opened its rows.

    `differs` are the reports of intake that do not agree with it, of days since it was signed.
    `followed_by` is the number of the first version of another plan of the regimen that was signed
    after the newest of this one; `back` that of the last entry by which the patient was here again,
    after the record had said that they died or left.
    """

    plan: UUID
    regimen: UUID
    versions: tuple[SignedVersion, ...]
    events: tuple[RecordedEvent, ...] = ()
    links: tuple[Link, ...] = ()
    opened: Mapping[UUID, date] = field(default_factory=dict)
    followed_by: int | None = None
    back: int | None = None
    differs: tuple[Event, ...] = ()

    @property
    def newest(self) -> SignedVersion:
        return self.versions[-1]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the newest version."""
        return self.newest.text.rows

    @property
    def answered(self) -> int:
        """The number of the last entry by which a prescriber signed it or let it go on."""
        went_on = [event.number for event in self.events if event.kind == "continued"]
        return max([self.newest.number, *went_on])

    @property
    def last_number(self) -> int:
        """The number of the newest entry of the plan."""
        numbers = [event.number for event in self.events]
        numbers += [link.number for link in self.links]
        numbers += [event.number for event in self.differs]
        return max([self.newest.number, *numbers])

    def standing(self, log: History, ended: Event | None = None) -> Standing:
        """How the plan stands beside the log of its regimen; see planning.standing."""
        signed = [Event(v.number, "signed", v.signed_on) for v in self.versions]
        events = [Event(e.number, e.kind, e.on) for e in self.events]
        told = [*signed, *events, *self.differs]
        stood: tuple[StepRecord, ...] = ()
        if log.is_mended:
            stood = timeline.live_steps(log.records, log.withdrawals, self.answered)
        return planning.standing(
            told,
            log.live,
            self.links,
            ended,
            self.followed_by,
            self.back,
            stood,
            log.withdrawals,
        )

    def carried(self, live: Sequence[StepRecord]) -> tuple[Carried, ...]:
        """The rows of the newest version beside what was recorded from them."""
        return planning.carried_rows(self.rows, self.links, live, self.opened)


def ended_by(version: PatientVersion) -> Event | None:
    """That the patient died or left, by this version of what is known of them."""
    return end_of(version.entry.number, version.status, version.status_on)


def end_of(number: int, status: str, on: date | None) -> Event | None:
    """That the patient died or left, by what an entry says of whether they are here."""
    return None if status == PatientStatus.HERE or on is None else Event(number, status, on)


def ended(patient: UUID, known: int | None = None) -> Event | None:
    """That the patient died or left, as known at an entry number; one query."""
    versions = PatientVersion.objects.newest(known).filter(patient=patient)
    version = versions.select_related("entry").first()
    return ended_by(version) if version else None


def plan_logs(
    regimens: Iterable[UUID], known: int | None = None
) -> dict[UUID, tuple[PlanLog, ...]]:
    """The plans of several regimens, in the order of their signing; in seven queries or one."""
    regimens = list(regimens)
    found: dict[UUID, tuple[PlanLog, ...]] = dict.fromkeys(regimens, ())
    versions = _versions(regimens, known)
    if not versions:
        return found
    by_plan: dict[UUID, list[_Version]] = {}
    for version in versions:
        by_plan.setdefault(version.plan, []).append(version)
    texts = _texts(versions)
    events = _by_plan(_events(list(by_plan), known))
    links = _by_plan(_links(list(by_plan), known))
    opened = _opened(regimens, known)
    reports = reported.reports(regimens, known)
    for plan, signed in by_plan.items():
        regimen = signed[0].regimen
        log = PlanLog(
            plan=plan,
            regimen=regimen,
            versions=tuple(_signed(version, texts[version.entry]) for version in signed),
            events=tuple(events.get(plan, ())),
            links=tuple(links.get(plan, ())),
            opened=opened.get(regimen, {}),
            followed_by=_followed_by(signed[-1], versions),
            back=signed[-1].back,
            differs=differs(_day_of(signed[0].signed_at, signed[0].time_zone), reports[regimen]),
        )
        found[regimen] = (*found[regimen], log)
    return found


def plan_log(plan: UUID, regimen: UUID, known: int | None = None) -> PlanLog | None:
    """One plan of a regimen; none when it was not signed yet at that entry number."""
    logs = plan_logs([regimen], known)[regimen]
    return next((log for log in logs if log.plan == plan), None)


def present_plan(
    plans: Sequence[PlanLog], log: History, ended: Event | None = None
) -> PlanLog | None:
    """The plan that is not over, of which a regimen has one at most."""
    return next((plan for plan in reversed(plans) if not plan.standing(log, ended).is_over), None)


class _Version(NamedTuple):
    """A signed version without its rows, and its entry."""

    plan: UUID
    regimen: UUID
    version: int
    purpose: str
    end: str
    review_on: date | None
    slots: str
    if_missed: str | None
    if_unwell: str | None
    note: str | None
    entry: UUID
    number: int
    signed_by: int | None
    signed_by_name: str
    signed_at: datetime
    time_zone: str
    back: int | None


@Composed
def _version_columns(regimens: Sequence[UUID], known: int | None = None) -> QuerySet:
    """The columns of _Version, in the order of their signing."""
    of_patient = PatientVersion.objects.filter(patient=OuterRef("plan__regimen__patient"))
    back = of_patient.up_to(known).filter(
        ~Q(entry__supersedes__patientversion__status=PatientStatus.HERE),
        status=PatientStatus.HERE,
        entry__supersedes__isnull=False,
    )
    versions = PlanVersion.objects.up_to(known).filter(plan__regimen__in=regimens)
    return versions.order_by("entry__number").values_list(
        *("plan_id", "plan__regimen_id", "version", "purpose", "end", "review_on", "slots"),
        *("if_missed", "if_unwell", "note", "entry_id", "entry__number"),
        Case(When(entry__came_from=None, then="entry__recorded_by_id")),
        *("entry__recorded_by_name", FIRST_AT, FIRST_ZONE),
        Subquery(back.order_by("-entry__number").values("entry__number")[:1]),
    )


@Composed
def _row_columns(versions: Sequence[UUID]) -> QuerySet:
    """Each row: its version and place, then the columns of planning.Row but its components."""
    rows = PlannedRow.objects.filter(version__in=versions).order_by("position")
    return rows.values_list(
        *("version_id", "position", "row", "kind", "start", "starts_on", "count", "unit", "words")
    )


@Composed
def _component_columns(versions: Sequence[UUID]) -> QuerySet:
    """Each part of a row's dose: the version and place of the row, COMPONENT_FIELDS."""
    parts = PlannedComponent.objects.filter(version__in=versions).order_by("position")
    return parts.values_list("version_id", "of_row", *COMPONENT_FIELDS)


def _versions(regimens: Sequence[UUID], known: int | None) -> list[_Version]:
    return list(map(_Version._make, _version_columns(regimens, *up_to(known))))


def _followed_by(newest: _Version, versions: Sequence[_Version]) -> int | None:
    """The first version of another plan of its regimen after this one; they are in order."""
    later = (v for v in versions if v.regimen == newest.regimen and v.number > newest.number)
    return next((version.number for version in later if version.plan != newest.plan), None)


def differs(signed_on: date, reports: Iterable[Report]) -> tuple[Event, ...]:
    """The standing reports that differ, of days since a plan was first signed."""
    return tuple(
        Event(report.said_since, "differs", report.said_on)
        for report in intake.standing(reports)
        if report.is_differing and report.last_on >= signed_on
    )


def _texts(versions: Sequence[_Version]) -> dict[UUID, PlanText]:
    """By entry: what each version says. Equal parts, of which a plan has many, are made once."""
    keys = [version.entry for version in versions]
    parts: dict[tuple[UUID, int], list[Component]] = {}
    made: dict[tuple, Component] = {}
    for version, of_row, *values in _component_columns(keys):
        columns = tuple(values)
        part = made.get(columns)
        if part is None:
            part = made[columns] = written_component(columns)
        parts.setdefault((version, of_row), []).append(part)
    rows: dict[UUID, list[Row]] = {}
    for version, position, row, kind, start, on, count, unit, words in _row_columns(keys):
        components = tuple(parts.get((version, position), ()))
        written = Row(row, kind, start, on, count, unit, components, words or "")
        rows.setdefault(version, []).append(written)
    return {version.entry: text_of(version, rows.get(version.entry, [])) for version in versions}


def text_of(version: _Version | PlanVersion, rows: Sequence[Row]) -> PlanText:
    """What a version says, with its rows."""
    return PlanText(
        purpose=version.purpose,
        rows=tuple(rows),
        end=version.end,
        review_on=version.review_on,
        if_missed=version.if_missed or "",
        if_unwell=version.if_unwell or "",
        note=version.note or "",
        slots=tuple(filter(None, version.slots.split(","))),
    )


def _signed(version: _Version, text: PlanText) -> SignedVersion:
    return SignedVersion(
        entry=version.entry,
        number=version.number,
        version=version.version,
        text=text,
        signed_by=version.signed_by,
        signed_by_name=version.signed_by_name,
        signed_at=version.signed_at,
        signed_on=_day_of(version.signed_at, version.time_zone),
    )


def _day_of(at: datetime, time_zone: str) -> date:
    return at.astimezone(ZoneInfo(time_zone)).date()


def _by_plan(rows: Iterable[tuple[UUID, object]]) -> dict[UUID, list]:
    """The second of each pair, in lists by the first; `rows` are in order of the first."""
    return {plan: [row for _plan, row in pairs] for plan, pairs in groupby(rows, lambda r: r[0])}


@Composed
def _event_columns(plans: Sequence[UUID], known: int | None = None) -> QuerySet:
    """Each event: its plan, then the columns of RecordedEvent, with the zone for its day."""
    events = PlanEvent.objects.up_to(known).filter(plan__in=plans)
    return events.order_by("plan", "entry__number").values_list(
        *("plan_id", "entry__number", "kind", "reason_text", "entry__recorded_by_name"),
        *(FIRST_AT, FIRST_ZONE),
    )


def _events(plans: Sequence[UUID], known: int | None) -> Iterable[tuple[UUID, RecordedEvent]]:
    for plan, number, kind, reason_text, by_name, at, zone in _event_columns(plans, *up_to(known)):
        yield plan, RecordedEvent(number, kind, reason_text, by_name, at, _day_of(at, zone))


@Composed
def _link_columns(plans: Sequence[UUID], until: int | None = None) -> QuerySet:
    """Each link: its plan, then the columns of planning.Link."""
    links = RowRecorded.objects.up_to(until).filter(version__plan__in=plans)
    return links.order_by("version__plan_id", "entry__number").values_list(
        "version__plan_id", "row", "step", "entry__number"
    )


def _links(plans: Sequence[UUID], known: int | None) -> Iterable[tuple[UUID, Link]]:
    # The entry after the step's own, of one write with it: known as soon as the step is.
    until = None if known is None else known + 1
    for plan, row, step, number in _link_columns(plans, *up_to(until)):
        yield plan, Link(row, step, number)


@Composed
def _opening_columns(regimens: Sequence[UUID], known: int | None = None) -> QuerySet:
    """Of each review that opened a row: its regimen, the row and the day."""
    reviews = Review.objects.newest(known).filter(regimen__in=regimens, opens_row__isnull=False)
    return reviews.order_by("entry__number").values_list("regimen_id", "opens_row", "opens_on")


def _opened(regimens: Sequence[UUID], known: int | None) -> dict[UUID, dict[UUID, date]]:
    """By regimen: the days from which reviews opened planned rows, by row; the newest counts."""
    opened: dict[UUID, dict[UUID, date]] = {}
    for regimen, row, on in _opening_columns(regimens, *up_to(known)):
        opened.setdefault(regimen, {})[row] = on
    return opened
