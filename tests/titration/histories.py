"""Histories of dose steps for property tests: written, corrected, withdrawn, in any order.

Moments lie close together, around the end of summer time, so that they often coincide.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from titration.dosing import Component
from titration.timeline import (
    DOSE,
    RESUME,
    SINGLE,
    STOP,
    WITHHOLD,
    Effective,
    StepRecord,
    Withdrawal,
)

ZONE = ZoneInfo("Europe/London")
KINDS = (DOSE, DOSE, RESUME, WITHHOLD, STOP, SINGLE)

days = st.dates(date(2026, 10, 20), date(2026, 11, 4))
clock_times = st.sampled_from([time(0), time(0, 30), time(1), time(1, 30), time(9), time(23, 59)])


@dataclass(frozen=True)
class Told:
    """A history as it was told: every text and every withdrawal, in order of their entries."""

    entries: tuple[StepRecord | Withdrawal, ...]

    @property
    def records(self) -> list[StepRecord]:
        return [entry for entry in self.entries if isinstance(entry, StepRecord)]

    @property
    def withdrawals(self) -> list[Withdrawal]:
        return [entry for entry in self.entries if isinstance(entry, Withdrawal)]


@st.composite
def timed(draw: Callable[..., Any]) -> Effective:
    """A clock time of a day, with the offset that it had; both are tried when it came twice."""
    on, clock = draw(days), draw(clock_times)
    local = datetime.combine(on, clock, ZONE).replace(fold=draw(st.integers(0, 1)))
    offset = local.utcoffset() or timedelta()
    return Effective(on, "day", clock, int(offset.total_seconds() // 60))


effectives = st.one_of(
    st.builds(Effective, days),
    timed(),
    st.builds(Effective, st.sampled_from([date(2026, 10, 1), date(2026, 11, 1)]), st.just("month")),
    st.builds(Effective, st.sampled_from([date(2026, 1, 1), date(2027, 1, 1)]), st.just("year")),
)

no_doses: st.SearchStrategy[tuple[Component, ...]] = st.just(())

presents = st.integers(0, 20 * 24 * 60).map(
    lambda minutes: (datetime(2026, 10, 18, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(
        ZONE
    )
)


@st.composite
def histories(
    draw: Callable[..., Any],
    doses: st.SearchStrategy[tuple[Component, ...]] = no_doses,
    moments: st.SearchStrategy[Effective] = effectives,
    kinds: Sequence[str] = KINDS,
    most: int = 14,
) -> Told:
    """Up to `most` entries; numbers have gaps, for the ledger also counts others' entries."""
    entries: list[StepRecord | Withdrawal] = []
    standing: list[UUID] = []
    number = 0
    for _ in range(draw(st.integers(0, most))):
        number += draw(st.integers(1, 3))
        entry = UUID(int=number)
        deed = draw(st.sampled_from(["write", "write", "correct", "withdraw"]))
        line = draw(st.sampled_from(standing)) if standing and deed != "write" else entry
        if deed == "withdraw" and standing:
            standing.remove(line)
            entries.append(Withdrawal(line, number))
            continue
        if line not in standing:
            standing.append(line)
        kind = draw(st.sampled_from(kinds))
        components = () if kind in (WITHHOLD, STOP) else draw(doses)
        entries.append(StepRecord(entry, number, line, kind, draw(moments), components))
    return Told(tuple(entries))


# The model: everything the long way round.


def happens(effective: Effective) -> datetime | None:
    """The instant of a clock time; none when only a day, a month or a year is known."""
    if effective.time is None:
        return None
    return datetime.combine(effective.on, effective.time, UTC) - timedelta(minutes=effective.offset)


def is_earlier(one: Effective, other: Effective) -> bool | None:
    """Whether one moment stands before another; none when they stand level."""
    if one.on != other.on:
        return one.on < other.on
    if one.precision != other.precision:
        return ["year", "month", "day"].index(one.precision) < ["year", "month", "day"].index(
            other.precision
        )
    first, second = happens(one), happens(other)
    if first is None or second is None:
        return None if first is second else first is None
    return None if first == second else first < second


def stands_before(one: StepRecord, other: StepRecord) -> bool:
    """Whether one line stands before another that was begun after it."""
    return is_earlier(one.effective, other.effective) is not False


def tell(told: Told, known: int | None = None) -> list[StepRecord]:
    """What stands after the entries up to one, told one after the other."""
    lines: dict[UUID, StepRecord] = {}
    for entry in told.entries:
        if known is not None and entry.number > known:
            break
        if isinstance(entry, StepRecord):
            lines[entry.step] = entry
        else:
            del lines[entry.step]
    return in_order(lines.values())


def in_order(records: Iterable[StepRecord]) -> list[StepRecord]:
    """Texts in order of their moments, given in the order in which their lines were begun."""
    ordered: list[StepRecord] = []
    for record in records:
        place = 0
        while place < len(ordered) and stands_before(ordered[place], record):
            place += 1
        ordered.insert(place, record)
    return ordered
