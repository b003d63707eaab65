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
    recorded than the row has.
    """

    row: Row
    planned_on: date | None
    step: StepRecord | None = None
    days: int | None = None
    is_changed: bool = False


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
    return tuple(
        _carried(row, day, steps.get(row.row)) for row, day in zip(rows, days, strict=True)
    )


def _carried(row: Row, day: date | None, step: StepRecord | None) -> Carried:
    if step is None:
        return Carried(row, day)
    is_dated = day is not None and step.effective.precision == "day"
    return Carried(
        row=row,
        planned_on=day,
        step=step,
        days=(step.effective.on - day).days if is_dated and day else None,
        is_changed=not is_as_planned(row, step, day),
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


def open_rows(carried: Sequence[Carried]) -> tuple[Carried, ...]:
    """The rows that are still to be recorded: those after the last one that was.

    A row that was passed over is not: what was recorded after it took its place.
    """
    last = max((place for place, row in enumerate(carried) if row.step is not None), default=-1)
    return tuple(carried[last + 1 :])


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
