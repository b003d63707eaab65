"""What a document says: a plan where every cell is understood, a problem wherever one is not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any
from uuid import UUID

from titration import dosing, planning, typed
from titration.document.shape import CELLS, Document, is_blank, is_clock
from titration.dosing import Amount, Component, Timing
from titration.planning import PlanText, Row
from titration.typed import NotUnderstood

REVIEW = re.compile(r"(?:after\s+)?(?:an?\s+|the\s+(?:next\s+)?)?review", re.IGNORECASE | re.ASCII)
_COUNTED = re.compile(r"\b(?:day|week|month)s?\b", re.IGNORECASE | re.ASCII)
_CELL_OF_PROBLEM = {
    **dict.fromkeys(
        (
            *(
                "date_bounds",
                "date_missing",
                "dates_not_rising",
                "first_row_undated",
                "interval_bounds",
            ),
            *("interval_missing", "start_extra", "start_unknown"),
        ),
        "when",
    ),
    "words_missing": "words",
    "words_signs": "words",
    "purpose_unknown": "purpose",
    "end_unknown": "end",
    "stop_missing": "end",
    "review_date_unused": "review",
    "review_bounds": "review",
    "text_signs": "note",
}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What was not understood, or keeps the plan from being signed, and where.

    `row` is the row's identity and `cell` one of CELLS or a time of day; without a row, `cell` is
    one of WHOLE. `code` is of planning, typed or dosing PROBLEMS, or of AMOUNT_ERRORS; `text` is
    the piece of what was typed that it is about, where there is one.
    """

    row: UUID | None
    cell: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as far as it was understood: what is not has no kind, no start or no components.

    `day` is the day on which it starts, where that is known. `number` counts from 1 and is 0 for a
    row with nothing in it, which is left out.
    """

    row: Row
    number: int
    day: date | None
    problems: tuple[CellProblem, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A document once read: the plan where every cell was understood, its rows, every problem."""

    text: PlanText | None
    rows: tuple[ReadRow, ...]
    problems: tuple[CellProblem, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing keeps the plan from being signed."""
        return self.text is not None and not self.problems


def reading_of(document: Document) -> Reading:
    """Read a document once, for all that is said of it."""
    text, rows, whole = _read(document)
    return Reading(text, rows, (*whole, *(problem for row in rows for problem in row.problems)))


def read(document: Document) -> tuple[PlanText | None, tuple[CellProblem, ...]]:
    """What the plan says, and every problem of it, the whole first, then row by row.

    There is a text when every cell was understood: what check_plan refuses is among the problems.
    """
    reading = reading_of(document)
    return reading.text, reading.problems


def read_rows(document: Document) -> tuple[ReadRow, ...]:
    """Every row as far as it was understood, in order."""
    return _read(document)[1]


def part_of(key: str, amount: Amount) -> Component:
    """The part of a dose that an amount in the column of a time of day is."""
    if is_clock(key):
        return Component(amount, Timing("clock", clock=time.fromisoformat(key)))
    return Component(amount, Timing("slot", slot=key))


def _read(
    document: Document,
) -> tuple[PlanText | None, tuple[ReadRow, ...], tuple[CellProblem, ...]]:
    slots, unit = document["slots"], document["unit"]
    written = [row for row in document["rows"] if not is_blank(row)]
    found = [_read_row(row, slots, unit) for row in written]
    review_on, whole = _review(document["review"])
    text = PlanText(
        purpose=document["purpose"],
        rows=tuple(row for row, _problems in found),
        end=document["end"],
        review_on=review_on,
        if_missed=document["if_missed"],
        if_unwell=document["if_unwell"],
        note=document["note"],
        slots=tuple(slot for slot in slots if slot in dosing.SLOTS),
    )
    problems = [problems for _row, problems in found]
    is_understood = not whole and not any(problems)
    for problem in planning.check_plan(text):
        cell = _CELL_OF_PROBLEM.get(problem.code, "dose" if problem.row is not None else "rows")
        if problem.row is None:
            whole.append(CellProblem(None, cell, problem.code))
        elif not _is_said(problems[problem.row], cell):
            row = text.rows[problem.row].row
            problems[problem.row].append(CellProblem(row, cell, problem.code))
    rows, number = [], 0
    days = planning.laid_dates(text.rows)
    for row in document["rows"]:
        if is_blank(row):
            rows.append(ReadRow(Row(UUID(row["row"]), "", ""), 0, None, ()))
            continue
        rows.append(ReadRow(text.rows[number], number + 1, days[number], tuple(problems[number])))
        number += 1
    return (text if is_understood else None), tuple(rows), tuple(whole)


def _is_said(problems: Iterable[CellProblem], cell: str) -> bool:
    """Whether a problem of the cell is said already: of the dose, also one of a time of day."""
    of_dose = cell == "dose"
    return any(p.cell == cell or (of_dose and p.cell not in CELLS) for p in problems)


def _review(text: str) -> tuple[date | None, list[CellProblem]]:
    if not text.strip():
        return None, []
    try:
        return typed.read_date(text), []
    except NotUnderstood as problem:
        return None, [CellProblem(None, "review", problem.code, text.strip())]


def _read_row(
    row: Mapping[str, Any], slots: Sequence[str], unit: str
) -> tuple[Row, list[CellProblem]]:
    identity = UUID(row["row"])
    problems: list[CellProblem] = []
    read = Row(identity, "", "", words=row["words"] if row["words"].strip() else "")
    try:
        read = _with_start(read, row["when"])
    except NotUnderstood as problem:
        problems.append(CellProblem(identity, "when", problem.code, row["when"].strip()))
    parts: list[Component] = []
    for slot in slots:
        text = row["amounts"].get(slot, "")
        if not text.strip():
            continue
        try:
            parts.append(part_of(slot, typed.read_amount(text, unit=unit)))
        except NotUnderstood as problem:
            problems.append(CellProblem(identity, slot, problem.code, text.strip()))
    dose = typed.read_dose(row["dose"], unit=unit) if row["dose"].strip() else None
    if dose is not None and dose.problem:
        about = row["dose"][slice(*dose.at)] if dose.at else row["dose"]
        problems.append(CellProblem(identity, "dose", dose.problem, about.strip()))
    if any(problem.cell != "when" for problem in problems):
        return read, problems
    kind, components = _dose_of(parts, dose, read.words)
    return replace(read, kind=kind, components=components), problems


def _dose_of(
    parts: Sequence[Component], dose: typed.Read | None, words: str
) -> tuple[str, tuple[Component, ...]]:
    """The kind of a row whose cells were all understood, and its dose."""
    components = (*parts, *(dose.components if dose else ()))
    if dose is not None and dose.kind == "stop":
        return "stop", components
    if components:
        is_single = all(part.timing.kind == "once" for part in components)
        return ("single" if is_single else "dose"), components
    return ("words" if words else ""), ()


def reads_as_start(text: str) -> bool:
    """Whether the cell that says when a row starts would be understood with this in it."""
    try:
        return bool(_with_start(Row(UUID(int=0), "", ""), text).start)
    except NotUnderstood:
        return False


def _with_start(row: Row, text: str) -> Row:
    """The row with its start as typed; without one where nothing is typed. Raises NotUnderstood."""
    plain = text.strip()
    if not plain:
        return row
    if REVIEW.fullmatch(plain):
        return replace(row, start="review")
    try:
        return replace(row, start="on", on=typed.read_date(plain))
    except NotUnderstood as no_date:
        try:
            interval = typed.read_interval(plain)
        except NotUnderstood as no_interval:
            raise (no_interval if _COUNTED.search(plain) else no_date) from None
    return replace(row, start="after", count=interval.count, unit=interval.unit)
