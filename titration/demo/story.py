"""What a patient's story is made of, and short ways to write a dose down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from patients.identity import Identity, Standing
from titration.demo.people import LIND, OSEI
from titration.dosing import SLOTS, Amount, Component, Timing, parse_figures
from titration.models import (
    ChangeReason,
    ContactHow,
    Direction,
    Indication,
    IssuedAs,
    IssuedHow,
    PlanEnd,
    Purpose,
    Reached,
    ReceivedHow,
    Reporter,
    Route,
    StepKind,
    StopReason,
)
from titration.planning import Row
from titration.timeline import Effective

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


@dataclass(frozen=True)
class Calendar:
    """Days counted from the Monday of this week, so that visits fall on working days."""

    today: date

    def day(self, week: int, weekday: int = MONDAY) -> date:
        """The weekday of the week that is `week` weeks after this one (before it: negative)."""
        monday = self.today - timedelta(days=self.today.weekday())
        return monday + timedelta(weeks=week, days=weekday)

    def at(self, week: int, weekday: int, clock: str) -> datetime:
        """A moment on the clinic's wall clock, naive."""
        return datetime.combine(self.day(week, weekday), time.fromisoformat(clock))

    def month(self, months_ago: int) -> Effective:
        """A month known only as such."""
        months = self.today.year * 12 + self.today.month - 1 - months_ago
        return Effective(date(months // 12, months % 12 + 1, 1), "month")

    def year(self, years_ago: int) -> Effective:
        """A year known only as such."""
        return Effective(date(self.today.year - years_ago, 1, 1), "year")


@dataclass(frozen=True)
class Withdrawn:
    """A step turned out to be an error and was withdrawn, by whom and why."""

    recorded: datetime
    reason: str
    reason_text: str = ""
    by: str = LIND


@dataclass(frozen=True)
class Corrected:
    """A step was corrected by another text of it."""

    why: str
    step: "Step"


@dataclass(frozen=True)
class Step:
    """One entry of a dose log and what became of it. Moments are naive, on the clinic's clock.

    `moment` is from when it holds: a day, a moment of a day, or a month or year known as such.
    `decided_by` is the key of a person of the clinic or, for a prescriber from outside, the name
    as written. `confirmed` is none while the prescriber has not confirmed it. `row` is the
    place, from 0, of the row of the course's plan that it is recorded from.
    """

    recorded: datetime
    moment: date | datetime | Effective
    components: tuple[Component, ...] = ()
    kind: str = StepKind.DOSE
    reason: str = ChangeReason.STEP_UP
    reason_text: str = ""
    note: str = ""
    decided_by: str = OSEI
    received: str = ReceivedHow.IN_PERSON
    document_on: date | None = None
    by: str = LIND
    confirmed: datetime | None = None
    withdrawn: Withdrawn | None = None
    corrected: Corrected | None = None
    row: int | None = None


@dataclass(frozen=True)
class PumpRead:
    """An event of the pump that gives the course; the text names no medicine."""

    recorded: datetime
    moment: date | datetime
    kind: str
    said: dict[str, Any]
    by: str = LIND


@dataclass(frozen=True)
class Copied:
    """The version was given to the patient; `told` is when they heard that it no longer holds."""

    recorded: datetime
    issued_as: str = IssuedAs.CALENDAR
    how: str = IssuedHow.HANDED
    to_whom: str = ""
    told: datetime | None = None
    by: str = LIND


@dataclass(frozen=True)
class Happened:
    """Something recorded of a plan beside its versions: one of planning.EVENTS, and why."""

    recorded: datetime
    kind: str
    why: str = ""


@dataclass(frozen=True)
class Planned:
    """One signed version, what happened to it, and the version that revised it."""

    signed: datetime
    rows: Sequence[Row]
    purpose: str = Purpose.TITRATION
    end: str = PlanEnd.CONTINUE
    review_on: date | None = None
    if_missed: str = ""
    if_unwell: str = ""
    note: str = ""
    slots: tuple[str, ...] = ()
    by: str = OSEI
    copies: Sequence[Copied] = ()
    happened: Sequence[Happened] = ()
    revised: "Planned | None" = None


@dataclass(frozen=True)
class Typed:
    """A plan that somebody has begun to type: for each row when, the dose, and words beside it."""

    saved: datetime
    purpose: str
    rows: Sequence[tuple[str, str, str]]
    by: str = LIND


@dataclass(frozen=True)
class Reviewed:
    """A review that was booked. When it was done it may open a row of the plan, by its place."""

    booked: datetime
    on: date
    what_for: str
    whose: str = OSEI
    done: datetime | None = None
    outcome: str = ""
    opens: int | None = None
    opens_on: date | None = None
    by: str = LIND


@dataclass(frozen=True)
class Said:
    """What was reported of the intake. `told` is the prescriber who was told that day, by key."""

    recorded: datetime
    what: str
    from_on: date
    until_on: date | None = None
    taken: str = ""
    slots: str = ""
    reporter: str = Reporter.PATIENT
    reporter_name: str = ""
    told: str = ""
    note: str = ""
    by: str = LIND


@dataclass(frozen=True)
class Spoken:
    """A contact with the patient or about them, recorded when it was over.

    `course` is the place, from 0, of the regimen that it is about, and `answers` that of the
    earlier contact whose call back it answers.
    """

    recorded: datetime
    how: str = ContactHow.TELEPHONE
    direction: str = Direction.IN
    reached: str = Reached.REACHED
    with_whom: str = ""
    said: str = ""
    told: str = ""
    course: int | None = None
    call_back: date | None = None
    call_back_for: str = ""
    answers: int | None = None
    is_last_try: bool = False
    by: str = LIND


@dataclass(frozen=True)
class Course:
    """A regimen, its log, and the plans and reviews of it."""

    opened: datetime
    medicine: str
    indication: Indication
    steps: Sequence[Step]
    route: Route = Route.ORAL
    unit: str = "mg"
    form: str = "tablet"
    indication_text: str = ""
    supplied_by: str = ""
    responsible: str = OSEI
    by: str = LIND
    plan: Planned | None = None
    draft: Typed | None = None
    reviews: Sequence[Reviewed] = ()
    said: Sequence[Said] = ()
    pump: Sequence[PumpRead] = ()


@dataclass(frozen=True)
class Felt:
    """A side effect, or a sign of withdrawal, as it was told.

    `course` is the place, from 0, of the course it was told beside. `ended` is when its end was
    recorded, and the end; without one it goes on unless `ends` says that nothing is known.
    """

    symptom: str
    began: date | Effective
    kind: str = "side-effect"
    words: str = ""
    severity: str = "not-stated"
    course: int | None = None
    said_by: str = ""
    ends: str = "continuing"
    ended: tuple[datetime, Effective] | None = None


@dataclass(frozen=True)
class Seen:
    """What was measured, rated or told, recorded together: (name of the measure, its value)."""

    recorded: datetime
    moment: date | datetime
    values: Sequence[tuple[str, dict[str, Any]]] = ()
    felt: Sequence[Felt] = ()
    measured_by: str = ""
    note: str = ""
    by: str = LIND


@dataclass(frozen=True)
class Story:
    """A patient of the clinic: who, since when, what was written for them, and how it ended.

    `telephone` is a number kept for drama: it rings nowhere.
    """

    arrived: datetime
    identity: Identity
    courses: Sequence[Course] = ()
    ended: tuple[datetime, Standing] | None = None
    seen: Sequence[Seen] = ()
    by: str = LIND
    telephone: str = ""
    spoken: Sequence[Spoken] = ()


def planned(start: date | str, *components: Component, kind: str = "dose", words: str = "") -> Row:
    """A planned row: on a date, or "2 weeks" after the row before, or after a "review"."""
    said: dict[str, Any] = {"row": uuid4(), "kind": kind, "components": components, "words": words}
    if isinstance(start, date):
        return Row(start="on", on=start, **said)
    if start == "review":
        return Row(start="review", **said)
    count, unit = start.split()
    return Row(start="after", count=int(count), unit=unit.removesuffix("s"), **said)


def amount(text: str, unit: str = "mg") -> Amount:
    """ "25 to 50" -> the written range in the unit."""
    low, high = parse_figures(text)
    return Amount(low, high, unit)


def at_slots(unit: str = "mg", strengths: str = "", **amounts: str) -> tuple[Component, ...]:
    """A part for each named slot of the day, in the order of the day."""
    return tuple(
        Component(amount(amounts[slot], unit), Timing("slot", slot=slot), strengths=strengths)
        for slot in SLOTS
        if slot in amounts
    )


def times_a_day(times: int, text: str, unit: str = "mg", **beside) -> tuple[Component, ...]:
    """The same amount so many times a day."""
    return (Component(amount(text, unit), Timing("times", times=times), **beside),)


def each_weekday(slot: str, text: str, *weekdays: int, unit: str = "mg") -> Component:
    """An amount on named weekdays (MONDAY is 0) at a slot of the day."""
    days = tuple(day + 1 for day in weekdays)
    return Component(amount(text, unit), Timing("slot", slot=slot, weekdays=days))


def per_24_hours(text: str, unit: str = "microgram", **beside) -> tuple[Component, ...]:
    """One continuous rate."""
    return (Component(amount(text, unit), Timing("continuous", rate_per="24 hours"), **beside),)


def rate_window(start: str, end: str, text: str, unit: str = "microgram") -> Component:
    """A rate per hour that holds for a part of the day."""
    window = time.fromisoformat(start), time.fromisoformat(end)
    timing = Timing("continuous", rate_per="hour", window_from=window[0], window_to=window[1])
    return Component(amount(text, unit), timing)


def injected(text: str, volume: str, concentration: str) -> tuple[Component, ...]:
    """One injection: micrograms, with the volume in mL and the micrograms per mL typed beside."""
    return (
        Component(
            amount(text, "microgram"),
            Timing("once"),
            volume=Decimal(volume),
            concentration=Decimal(concentration),
            concentration_unit="microgram",
        ),
    )


def withheld(recorded: datetime, moment: date | datetime, reason: StopReason, **rest) -> Step:
    """From this moment the patient takes none."""
    return Step(recorded, moment, kind=StepKind.WITHHOLD, reason=reason, **rest)


def stopped(recorded: datetime, moment: date | datetime, reason: StopReason, **rest) -> Step:
    """From this moment the medicine is over."""
    return Step(recorded, moment, kind=StepKind.STOP, reason=reason, **rest)
