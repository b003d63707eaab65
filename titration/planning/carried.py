"""What became of each planned row: the step that was recorded from it, and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from titration.dosing import Component
from titration.planning.dates import anchored, laid_dates
from titration.planning.shapes import Row
from titration.timeline import DOSE, RESUME, SINGLE, STOP, StepRecord

KIND_OF_STEP = {"dose": DOSE, "single": SINGLE, "stop": STOP}


@dataclass(frozen=True, slots=True)
class Link:
    """The line of a dose step was recorded from this row, said so by the entry `number`."""

    row: UUID
    step: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Carried:
    """A row beside what was recorded from it; `step` is none while nothing is.

    `days` are from the planned day to the recorded one, negative when it was recorded for an
    earlier day, none where either day is not known. `is_changed` says that another dose was
    recorded than the row has. `passed_on` is the first day from which what was recorded of a later
    row holds.
    """

    row: Row
    planned_on: date | None
    step: StepRecord | None = None
    days: int | None = None
    is_changed: bool = False
    passed_on: date | None = None

    @property
    def open_until(self) -> date | None:
        """The day from which it is not to be recorded any more; none where it stays so.

        What was recorded of a later row takes the place of this one, from the day on which it
        holds: one that was recorded ahead leaves time for a row that is planned before it.
        """
        is_late = self.passed_on and self.planned_on and self.planned_on >= self.passed_on
        return date.min if self.step is not None or is_late else self.passed_on

    def is_open(self, today: date) -> bool:
        """Whether it is still to be recorded, on a day of the clinic."""
        return self.open_until is None or today < self.open_until


def carried_rows(
    rows: Sequence[Row],
    links: Iterable[Link],
    live: Sequence[StepRecord],
    opened: Mapping[UUID, date] | None = None,
) -> tuple[Carried, ...]:
    """Each row in order with the step that stands for it.

    A step that was withdrawn does not count, and of several for one row the last to be linked.
    """
    standing = {step.step: step for step in live}
    steps: dict[UUID, StepRecord] = {}
    for link in sorted(links, key=lambda link: link.number):
        if link.step in standing:
            steps[link.row] = standing[link.step]
    days = laid_dates(rows, opened)
    found: list[Carried] = []
    passed_on: date | None = None
    for row, day in reversed(list(zip(rows, days, strict=True))):
        step = steps.get(row.row)
        found.append(_carried(row, day, step, passed_on))
        if step is not None:
            passed_on = min(step.effective.on, passed_on or date.max)
    return tuple(reversed(found))


def _carried(
    row: Row, day: date | None, step: StepRecord | None, passed_on: date | None
) -> Carried:
    if step is None:
        return Carried(row, day, passed_on=passed_on)
    is_dated = day is not None and step.effective.precision == "day"
    return Carried(
        row=row,
        planned_on=day,
        step=step,
        days=(step.effective.on - day).days if is_dated and day else None,
        is_changed=not is_as_planned(row, step, day),
        passed_on=passed_on,
    )


def is_as_planned(row: Row, step: StepRecord, planned_on: date | None = None) -> bool:
    """Whether the recorded step says what the row says, whatever its day.

    A pattern of days that the row does not date may be counted from the planned day or from the
    recorded one. A row of words only is met by any step.
    """
    if row.kind == "words":
        return True
    kind = DOSE if step.kind == RESUME else step.kind
    if kind != KIND_OF_STEP[row.kind]:
        return False
    recorded = set(step.components)
    return any(
        set(anchored(row.components, day)) == recorded
        for day in (planned_on, step.effective.on)
        if day is not None
    )


def open_rows(carried: Sequence[Carried], today: date) -> tuple[Carried, ...]:
    """The rows that are still to be recorded, on a day of the clinic; those passed over are not."""
    return tuple(each for each in carried if each.is_open(today))


def first_open(carried: Sequence[Carried], today: date) -> int:
    """The place of the first row that is still to be recorded; the length where none is."""
    return next((n for n, each in enumerate(carried) if each.is_open(today)), len(carried))


def expected_before(carried: Sequence[Carried], row: UUID) -> Row | None:
    """The row whose dose the plan expects to hold until this one starts; none for the first.

    Rows of words only say no dose, and single doses end nothing: both are passed over.
    """
    earlier: Row | None = None
    for each in carried:
        if each.row.row == row:
            return earlier
        if each.row.kind in ("dose", "stop"):
            earlier = each.row
    return None


def same_dose(one: Iterable[Component], other: Iterable[Component]) -> bool:
    """Whether two doses are one, whatever day their patterns of days are counted from."""
    return {_unanchored(part) for part in one} == {_unanchored(part) for part in other}


def _unanchored(part: Component) -> Component:
    return replace(part, timing=replace(part.timing, anchor=None))
