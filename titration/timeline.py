"""The order of dose steps in time: which are live, what holds when, and as known at which entry.

Pure: standard library only. Rows become `StepRecord`s in reading.logged; nothing here reads a clock
or a database, so the present moment is always an argument.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from uuid import UUID

from titration.dosing import Component

PRECISION_RANK = {"year": 0, "month": 1, "day": 2}

DOSE, WITHHOLD, RESUME, STOP, SINGLE = "dose", "withhold", "resume", "stop", "single"
GIVING = frozenset({DOSE, RESUME})

NOTHING, TAKING, WITHHELD, STOPPED = "nothing", "taking", "withheld", "stopped"
STATE_AFTER = {DOSE: TAKING, RESUME: TAKING, WITHHOLD: WITHHELD, STOP: STOPPED}
# What an instruction may follow; a dose, and a single dose, may follow anything.
FOLLOWS = {WITHHOLD: {TAKING}, RESUME: {WITHHELD}, STOP: {TAKING, WITHHELD}}


@dataclass(frozen=True, slots=True)
class Effective:
    """From when an instruction holds: a date in the clinic's zone, known to the day, month or year.

    `on` is the first day of the interval. `time` and its UTC `offset` (minutes) come together and
    only with day precision.
    """

    on: date
    precision: str = "day"
    time: dt.time | None = None
    offset: int | None = None

    def __post_init__(self) -> None:
        if self.precision not in PRECISION_RANK:
            raise ValueError(f"precision {self.precision!r} is none of day, month, year")
        if (self.time is None) != (self.offset is None):
            raise ValueError("a clock time and its UTC offset come together")
        if self.time is not None and self.precision != "day":
            raise ValueError("only a day has a clock time")
        if self.precision != "day" and self.on.day != 1:
            raise ValueError("a month is kept by its first day")
        if self.precision == "year" and self.on.month != 1:
            raise ValueError("a year is kept by its first day")

    @property
    def order(self) -> tuple[date, int, int, datetime | None]:
        """Start of the interval, coarser first, untimed first, then the instant of a clock time."""
        is_timed = self.time is not None
        instant = self.instant if is_timed else None
        return self.on, PRECISION_RANK[self.precision], int(is_timed), instant

    @property
    def starts(self) -> datetime:
        """Wall-clock start of the interval in the clinic's zone, naive."""
        return datetime.combine(self.on, self.time or dt.time.min)

    @property
    def instant(self) -> datetime:
        """`starts` in UTC, naive; still on the clinic's clock where no clock time is kept."""
        return self.starts - timedelta(minutes=self.offset or 0)

    def is_same_moment(self, other: "Effective") -> bool:
        """Both known to the day (or the minute) and equal: two instructions cannot share it."""
        return (
            self.on == other.on
            and self.precision == other.precision == "day"
            and self.order == other.order
        )

    def has_come(self, now: datetime) -> bool:
        """Whether the moment has begun at `now`, the clinic's aware local time."""
        if self.time is None:
            return self.on <= now.date()
        return self.instant <= now.replace(tzinfo=None) - (now.utcoffset() or timedelta())

    def comes_on(self, zone: dt.tzinfo) -> date:
        """The day in a clinic's zone on which it comes, by whatever clock it was written."""
        if self.time is None:
            return self.on
        return self.instant.replace(tzinfo=dt.UTC).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One entry of the dose log as the timeline needs it.

    `entry` and `number` name the ledger entry; `step` is the line that corrections share. Of a live
    step, `said_since` is the number since which its line has this kind, moment and dose, where an
    earlier text than this one said them already.
    """

    entry: UUID
    number: int
    step: UUID
    kind: str
    effective: Effective
    components: tuple[Component, ...] = ()
    said_since: int | None = field(default=None, compare=False)

    @property
    def says(self) -> tuple[str, Effective, tuple[Component, ...]]:
        return self.kind, self.effective, self.components

    @property
    def said_by(self) -> int:
        """The number of the entry that first said, of a live step, what its line says now."""
        return self.said_since or self.number

    @property
    def order(self) -> tuple[date, int, int, datetime | None, int]:
        return (*self.effective.order, self.number)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A line withdrawn as entered in error by the entry `number`."""

    step: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time under one instruction, open at the end when nothing came after."""

    start: Effective
    end: Effective | None
    state: str
    step: StepRecord


def live_steps(
    records: Iterable[StepRecord],
    withdrawals: Iterable[Withdrawal] = (),
    known: int | None = None,
) -> tuple[StepRecord, ...]:
    """The steps that stand, in order of their moments, as known at entry number `known`.

    Of each line the newest text counts; a withdrawn line does not count at all. Of two steps for
    one month or year, the line that was begun first stands first: a correction keeps its place.
    """
    gone = {w.step for w in withdrawals if known is None or w.number <= known}
    lines: dict[UUID, tuple[int, StepRecord]] = {}  # by which entry begun, and the newest text
    for record in sorted(records, key=attrgetter("number")):
        if (known is not None and record.number > known) or record.step in gone:
            continue
        begun, present = lines.get(record.step, (record.number, None))
        if present is not None and record.says == present.says:
            record = replace(record, said_since=present.said_by)
        lines[record.step] = begun, record
    in_order = sorted(lines.values(), key=lambda line: (*line[1].effective.order, line[0]))
    return tuple(record for _begun, record in in_order)


def instructions(live: Iterable[StepRecord]) -> tuple[StepRecord, ...]:
    """The steps that hold until the next one: all but single doses."""
    return tuple(step for step in live if step.kind != SINGLE)


def single_doses(live: Iterable[StepRecord]) -> tuple[StepRecord, ...]:
    """The markers: single doses, which end nothing."""
    return tuple(step for step in live if step.kind == SINGLE)


def segments(live: Iterable[StepRecord]) -> tuple[Segment, ...]:
    """Stretches between instructions, in order; `live` is ordered as `live_steps` gives it."""
    steps = instructions(live)
    ends: Sequence[Effective | None] = [step.effective for step in steps[1:]] + [None]
    return tuple(
        Segment(step.effective, end, STATE_AFTER[step.kind], step)
        for step, end in zip(steps, ends, strict=False)
    )


def in_force(live: Iterable[StepRecord], now: datetime) -> StepRecord | None:
    """The last instruction whose moment has come at `now` (clinic's aware local time)."""
    come = [step for step in instructions(live) if step.effective.has_come(now)]
    return come[-1] if come else None


def upcoming(live: Iterable[StepRecord], now: datetime) -> tuple[StepRecord, ...]:
    """Recorded steps whose moment is still ahead, soonest first."""
    return tuple(step for step in live if not step.effective.has_come(now))


def before(
    live: Iterable[StepRecord], moment: Effective, apart_from: UUID | None = None
) -> StepRecord | None:
    """The instruction that a step at `moment` follows: of the same month or year, the last.

    The line `apart_from` is left out: the one that is corrected, which keeps its place among its
    equals.
    """
    earlier, place = None, moment.order
    for step in live:
        order = step.effective.order
        if order > place:
            break
        if step.step == apart_from:
            if order == place:
                break
        elif step.kind != SINGLE:
            earlier = step
    return earlier


def instead_of(live: Sequence[StepRecord], line: UUID) -> StepRecord | None:
    """The instruction that holds in place of a live one once that is withdrawn."""
    step = next((step for step in instructions(live) if step.step == line), None)
    return before(live, step.effective, line) if step else None


def has_clock_times(records: Iterable[StepRecord]) -> bool:
    """Whether a moment of these is known to the minute."""
    return any(record.effective.time is not None for record in records)


def state_of(step: StepRecord | None) -> str:
    """What an instruction leaves the regimen in; nothing when there is none."""
    return NOTHING if step is None else STATE_AFTER[step.kind]


def fits(kind: str, state: str) -> bool:
    """Whether a step of this kind can follow a regimen in this state: only what is withheld can be
    resumed, only what is taken withheld, and nothing stopped twice."""
    return kind not in FOLLOWS or state in FOLLOWS[kind]


def restarts(live: Iterable[StepRecord]) -> tuple[StepRecord, ...]:
    """The resumptions of what was stopped, not withheld: the stop would end by itself.

    `live` is in order. What does not fit (a withhold of what is stopped) changes nothing.
    """
    found, state = [], NOTHING
    for step in instructions(live):
        if step.kind == RESUME and state == STOPPED:
            found.append(step)
        if step.kind in GIVING or fits(step.kind, state):
            state = STATE_AFTER[step.kind]
    return tuple(found)


def holder_of_moment(
    live: Iterable[StepRecord], moment: Effective, kind: str, apart_from: UUID | None = None
) -> StepRecord | None:
    """The live step that already stands at the same moment, if any.

    Single doses only collide with single doses: a loading dose may share the day of a first step.
    """
    for step in live:
        if (
            (step.kind == SINGLE) == (kind == SINGLE)
            and step.effective.is_same_moment(moment)
            and step.step != apart_from
        ):
            return step
    return None
