"""The rows of a dose calendar: a row a step or a row a day, each time of day in its own column.

Every amount stands as it was written. Only an amount that is taken at a time of day, each day that
the row is about, stands in a column by itself; anything else is written out in full words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from titration import dosing, planning, wording
from titration.dosing import Component, Timing
from titration.exports.plan_copy import DAYS, Options, PlanCopy
from titration.planning import PlanText, Row
from titration.planning.days import Day, LaidDays, laid_days


@dataclass(frozen=True)
class Line:
    """A dose, or what else stands in a row, which looks like less. `ticks` is how many boxes there
    are to tick; what `is_typed` stands as it was, and may be a dose in words."""

    text: str
    detail: str = ""
    ticks: int = 0
    is_typed: bool = False
    is_dose: bool = True


@dataclass(frozen=True)
class CalendarRow:
    """One row. `slots` are the lines by time of day; without them `lines` go across all columns.

    `label` is the code of a label to print instead: that there is no dose, or that it stops.
    """

    on: date | None
    slots: dict[str, list[Line]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    besides: list[Line] = field(default_factory=list)
    label: str = ""
    start: str = ""
    is_once: bool = False


@dataclass(frozen=True)
class Table:
    """The rows of one table with the times of day that have columns, in the order of the day."""

    kind: str
    rows: list[CalendarRow]
    slots: list[str]

    @property
    def has_besides(self) -> bool:
        """Whether there is a column beside the times of day.

        Also where there is but one, so that words which go across do not stand below its name.
        """
        is_across = len(self.slots) == 1 and any(row.lines for row in self.rows)
        return is_across or any(row.slots and row.besides for row in self.rows)


@dataclass(frozen=True)
class Laid:
    """The tables of a calendar; `last` is the last day of one with a row a day."""

    tables: list[Table]
    last: date | None = None
    is_empty: bool = False


def laid(copy: PlanCopy, options: Options) -> Laid:
    """The rows of a plan's newest version. `is_empty` when no day could be laid out as asked."""
    text = copy.version.text
    if options.rows != DAYS or options.first is None:
        return Laid([_steps(text, copy.dates, 0)])
    found = laid_days(text, copy.dates, options.first)
    if not found.days:
        return Laid([], is_empty=True)
    tables = [_days(text, found)]
    if found.rest < len(text.rows):
        tables.append(_steps(text, copy.dates, found.rest))
    return Laid(tables, found.days[-1].on)


def in_full_words(table: Table) -> bool:
    """Whether anything of the table is written in the words of this service, not in its labels."""
    return any(
        row.lines or row.besides or row.start or any(line.detail for line in _all(row))
        for row in table.rows
    )


def _all(row: CalendarRow) -> list[Line]:
    return [*row.lines, *row.besides, *(line for lines in row.slots.values() for line in lines)]


def _steps(text: PlanText, dates: Sequence[date | None], first: int) -> Table:
    rows = [
        _step(row, day)
        for row, day in zip(text.rows[first:], dates[first:], strict=True)
    ]  # fmt: skip
    return Table("steps", rows, _columns(text, rows))


def _step(row: Row, day: date | None) -> CalendarRow:
    start = ""
    if day is None and row.start != "review":
        start = wording.start_words(row, None)
    typed = [_remark(row.words)] if row.words else []
    if row.kind == "stop":
        return CalendarRow(day, besides=typed, label="stop", start=start)
    if row.kind == "words":
        return CalendarRow(day, lines=typed, start=start)
    parts = planning.anchored(row.components, day)
    regular = [part for part in parts if not part.as_needed]
    if row.kind == "dose" and regular and all(map(_is_in_column, regular)):
        needed = [Line(wording.component_words(part)) for part in parts if part.as_needed]
        return CalendarRow(day, _in_columns(regular), besides=[*needed, *typed], start=start)
    lines = [_line(part, with_ticks=False) for part in parts]
    if day is None and any("anchor_missing" in dosing.check_component(p) for p in parts):
        lines.append(Line(_("counted from the day on which this row starts")))
    is_once = row.kind == "single"
    return CalendarRow(day, lines=[*lines, *typed], start=start, is_once=is_once)


def _is_in_column(part: Component) -> bool:
    """Whether the amount by itself says what is taken at its time of day, every day."""
    return _is_at_slot(part) and part.timing.is_every_day


def _is_at_slot(part: Component) -> bool:
    is_one = part.amount is not None and part.amount.high is None
    return part.timing.kind == "slot" and is_one and not part.as_needed


def _days(text: PlanText, found: LaidDays) -> Table:
    begun: set[int] = set()
    rows = []
    for day in found.days:
        rows.append(_day(text.rows, day, is_first=day.row not in begun))
        begun.update([day.row] if day.row is not None else [])
    return Table("days", rows, _columns(text, rows))


def _day(rows: Sequence[Row], day: Day, *, is_first: bool) -> CalendarRow:
    besides = [_line(part) for place in day.singles for part in rows[place].components]
    beside = [*([day.row] if day.row is not None and is_first else []), *day.singles]
    besides += [_remark(rows[place].words) for place in beside if rows[place].words]
    parts = [_on_a_day_on(part) for part in day.parts]
    regular = [part for part in parts if not part.as_needed]
    needed = [Line(wording.component_words(part)) for part in parts if part.as_needed]
    if regular and all(map(_is_at_slot, regular)):
        slots = _in_columns([_of_the_day(part) for part in regular], with_ticks=True)
        return CalendarRow(day.on, slots, besides=[*needed, *besides])
    lines = [_line(part) for part in regular]
    lines += [*needed, *besides]
    label = "" if day.parts or day.singles else "none-day"
    return CalendarRow(day.on, lines=lines, label=label)


def _of_the_day(part: Component) -> Component:
    """A part of a dose on one of its days, whose pattern of days is said by the day."""
    return replace(part, timing=Timing("slot", slot=part.timing.slot))


def _on_a_day_on(part: Component) -> Component:
    """A part of a dose on one of several days on; the rows of the days off say that there is none.

    A dose of one day in so many keeps its words ("once a week on MONDAY"): it would read as daily.
    """
    if part.timing.days_on is None:
        return part
    return replace(part, timing=replace(part.timing, period=1, days_on=None, anchor=None))


def _in_columns(parts: Iterable[Component], *, with_ticks: bool = False) -> dict[str, list[Line]]:
    slots: dict[str, list[Line]] = {}
    for part in parts:
        [line] = wording.dosage_lines([part])
        ticks = _ticks(part) if with_ticks else 0
        slots.setdefault(part.timing.slot, []).append(Line(line.amount, line.detail, ticks))
    return slots


def _remark(words: str) -> Line:
    """What the prescriber wrote beside a dose, or instead of one."""
    return Line(words, is_typed=True, is_dose=False)


def _line(part: Component, *, with_ticks: bool = True) -> Line:
    """A part in full words; one in words only as it was typed, since a calendar has no totals."""
    if part.is_words and part.instruction:
        return Line(part.instruction, is_typed=True)
    return Line(wording.component_words(part), ticks=_ticks(part) if with_ticks else 0)


def _ticks(part: Component) -> int:
    """How many times the part comes on one of its days; none where that is not said, or it is 0."""
    timing = part.timing
    if part.as_needed or timing.kind == "continuous" or part.amount is None:
        return 0
    if part.amount.low == 0 and part.amount.high is None:
        return 0
    if timing.kind != "times":
        return 1
    if timing.period_unit == "hour":
        fewest, most = dosing.times_per_day(timing) or (0, 0)
    else:
        fewest, most = timing.times or 0, timing.times_to or timing.times or 0
    return fewest if fewest == most else 0


def _columns(text: PlanText, rows: Iterable[CalendarRow]) -> list[str]:
    """The times of day that the rows have columns of, and those the plan was written in."""
    used = {slot for row in rows for slot in row.slots}
    return [slot for slot in dosing.SLOTS if slot in used | set(text.slots)] if used else []
