"""What a patient's story is made of, and short ways to write a dose down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from patients.identity import Identity, Standing
from titration.demo.people import LIND, OSEI
from titration.dosing import SLOTS, Amount, Component, Timing, parse_figures
from titration.models import ChangeReason, Indication, ReceivedHow, Route, StepKind, StopReason
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
    as written. `confirmed` is none while the prescriber has not confirmed it.
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


@dataclass(frozen=True)
class Course:
    """A regimen and its log."""

    opened: datetime
    medicine: str
    indication: Indication
    steps: Sequence[Step]
    route: Route = Route.ORAL
    unit: str = "mg"
    form: str = "tablet"
    indication_text: str = ""
    responsible: str = OSEI
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
    by: str = LIND
    telephone: str = ""


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
