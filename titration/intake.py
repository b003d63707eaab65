"""What was reported of the intake, as pure rows: which reports stand, and which differ.

Pure: standard library only. Nothing is inferred of days that no report names, and of two reports
of one day both stand. `titration.reading.reported` reads the rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from titration.dosing import SLOTS, Component

AS_INSTRUCTED, AS_PLANNED = "as-instructed", "as-planned"
MISSED, DIFFERENT, STOPPED = "missed", "different", "stopped"

Slot = str | time
"""One of dosing.SLOTS, or a clock time."""


@dataclass(frozen=True, slots=True)
class Report:
    """One text of a report. `entry` and `number` name its ledger entry, `report` its line.

    It tells of the days `from_on` to `until_on`, both included; without an end it was still so on
    the day `reported_on`. `slots` (dosing.SLOTS and clock times) were missed; none where whole
    days were. `version` counts the version of the plan that it was taken by. Texts are None where
    they were erased. `recorded_on` is the clinic's day; `withdrawn` the entry that withdrew the
    line. Of a standing report `said_since` is the entry since which its line says the same days
    and the same intake, `said_on` the day of that entry.
    """

    entry: UUID
    number: int
    report: UUID
    regimen: UUID
    what: str
    from_on: date
    until_on: date | None
    slots: tuple[Slot, ...]
    version: int | None
    taken: str | None
    reporter: str
    reporter_name: str | None
    reported_on: date
    told_name: str
    told_on: date | None
    note: str | None
    correction_reason: str | None
    by_name: str
    at: datetime
    recorded_on: date
    submission: UUID
    withdrawn: int | None = None
    said_since: int = field(default=0, compare=False)
    said_on: date = field(default=date.min, compare=False)

    @property
    def last_on(self) -> date:
        """The last day that the report tells of: of one without an end, when it was reported."""
        return self.until_on or self.reported_on

    @property
    def is_differing(self) -> bool:
        """Whether it says that whole days went otherwise than was instructed.

        Missed times of day within a day that was otherwise taken are shown and nothing more (ADR
        0023): one forgotten tablet does not hold a plan.
        """
        return self.what in (DIFFERENT, STOPPED) or (self.what == MISSED and not self.slots)

    @property
    def says(self) -> tuple:
        """What of it differs or agrees: a correction of anything else changes nothing of that."""
        return self.what, self.from_on, self.until_on, self.slots, self.taken


def standing(texts: Iterable[Report]) -> tuple[Report, ...]:
    """The newest text of each line that is not withdrawn, by its days, then as recorded."""
    lines: dict[UUID, list[Report]] = {}
    for text in sorted(texts, key=lambda text: text.number):
        lines.setdefault(text.report, []).append(text)
    found = [_dated(line) for line in lines.values() if line[-1].withdrawn is None]
    return tuple(sorted(found, key=lambda text: (text.from_on, text.last_on, text.number)))


def _dated(line: list[Report]) -> Report:
    newest = first = line[-1]
    for text in reversed(line):
        if text.says != newest.says:
            break
        first = text
    return replace(newest, said_since=first.number, said_on=first.recorded_on)


def slot_code(slot: Slot) -> str:
    """A slot as a record writes it: "morning", "21:30"."""
    return slot if isinstance(slot, str) else f"{slot:%H:%M}"


def slots_of_dose(components: Iterable[Component]) -> tuple[Slot, ...]:
    """The slots and clock times at which a dose is taken, in the order of the day.

    Slots come first, then clock times: which of the two is the earlier nobody wrote.
    """
    timings = [component.timing for component in components]
    slots = {t.slot for t in timings if t.kind == "slot"}
    clocks = {t.clock for t in timings if t.kind == "clock" and t.clock is not None}
    return (*(slot for slot in SLOTS if slot in slots), *sorted(clocks))


@dataclass(frozen=True, slots=True)
class Day:
    """A day as the grid of days has it: what somebody ticked and typed beside it.

    `offered` are the times of day of its instruction, which are all of the dose where `is_whole`;
    `missed` those that were ticked. `is_none` says that nothing was taken on that day, `taken` what
    was taken instead. `has_instruction` unless none held on that day; `is_off` where one held by
    which no dose comes on it, so that none could be missed.
    """

    on: date
    offered: tuple[Slot, ...] = ()
    missed: tuple[Slot, ...] = ()
    is_none: bool = False
    taken: str = ""
    has_instruction: bool = True
    is_off: bool = False
    is_whole: bool = False

    @property
    def is_blank(self) -> bool:
        return not (self.missed or self.is_none or self.taken)

    @property
    def misses_all(self) -> bool:
        """Whether every part of the dose was missed, ticked in one box or in each."""
        return self.is_none or (self.is_whole and self.missed == self.offered != ())


@dataclass(frozen=True, slots=True)
class Run:
    """Days on end of which the same is said."""

    what: str
    from_on: date
    until_on: date
    slots: tuple[Slot, ...] = ()
    taken: str = ""


def runs(days: Iterable[Day], *, others_as_instructed: bool) -> tuple[Run, ...]:
    """What the grid says, equal days on end as one, by first day.

    Of a day that was left blank nothing is said, unless somebody said that all others were taken as
    instructed; and then only of one on which an instruction held.
    """
    found: list[Run] = []
    open_runs: dict[str, Run] = {}
    for day in sorted(days, key=lambda day: day.on):
        told = {run.what: run for run in _of_day(day, others_as_instructed=others_as_instructed)}
        for what, run in list(open_runs.items()):
            same = told.get(what)
            if same and run.until_on + timedelta(days=1) == day.on and _same(run, same):
                open_runs[what] = replace(run, until_on=day.on)
                del told[what]
            else:
                found.append(open_runs.pop(what))
        open_runs |= told
    found += open_runs.values()
    return tuple(sorted(found, key=lambda run: (run.from_on, run.what)))


def _of_day(day: Day, *, others_as_instructed: bool) -> Iterator[Run]:
    if day.is_blank:
        if others_as_instructed and day.has_instruction:
            yield Run(AS_INSTRUCTED, day.on, day.on)
        return
    if day.misses_all:
        yield Run(MISSED, day.on, day.on)
    elif day.missed:
        yield Run(MISSED, day.on, day.on, day.missed)
    if day.taken:
        yield Run(DIFFERENT, day.on, day.on, taken=day.taken)


def _same(run: Run, other: Run) -> bool:
    return (run.slots, run.taken) == (other.slots, other.taken)
