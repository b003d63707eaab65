"""Rows of a pasted table as rows of a draft: what was typed goes into the cells as it stands.

What was not understood goes into a cell where it cannot be understood either, so that it is marked
there too.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from titration import typed
from titration.document.reading import reads_as_start
from titration.document.shape import new_row
from titration.typed import Interval, NotUnderstood, Table

_OF_START = {
    *("date_ambiguous", "date_none", "date_unknown", "weekday_disagrees", "year_missing"),
    *("year_two_digits", "interval_range", "interval_unknown", "interval_zero", "start_unknown"),
    "length_unclear",
}

# Of cells that no column takes: whatever else stands in the row, such a cell stands nowhere yet.
_LEFT_OUT = {"column_unknown", "slot_unclear", "slots_unnamed"}


def pasted_rows(
    table: Table, *, unit: str, date_words: Callable[[date], str]
) -> list[dict[str, Any]]:
    """The rows of the table, each with an identity of its own. `unit` is that of the draft."""
    return [_row(row, table, unit, date_words) for row in table.rows]


def _row(
    row: typed.Row, table: Table, unit: str, date_words: Callable[[date], str]
) -> dict[str, Any]:
    when = _when(row, date_words)
    dose = [dose_with_unit(row.dose, table.unit_of("dose", unit), unit)] if row.dose.strip() else []
    placed = {when, row.dose, row.words, *(text for _slot, text in row.amounts)}
    for mark in row.marks:
        if not mark.text.strip() or mark.text == row.source:
            continue
        if mark.problem in _LEFT_OUT or mark.text not in placed:
            # Beside what was read it could be read as one more part of the dose.
            dose.append(f"? {mark.text}")
            placed.add(mark.text)
    amounts = {slot: with_unit(text, table.unit_of(slot, unit), unit) for slot, text in row.amounts}
    if not (when or dose or row.words or amounts):
        dose = [f"? {row.source}"]
    return {
        **new_row(),
        "when": when,
        "amounts": amounts,
        "dose": "\n".join(dose),
        "words": row.words,
    }


def _when(row: typed.Row, date_words: Callable[[date], str]) -> str:
    if isinstance(row.start, Interval):
        return f"{row.start.count} {row.start.unit}{'s' if row.start.count > 1 else ''}"
    if row.start is not None:
        return date_words(row.start)
    text = next((mark.text for mark in row.marks if mark.problem in _OF_START), "")
    return f"? {text}" if reads_as_start(text) else text


def with_unit(text: str, heading: str, unit: str) -> str:
    """The amount with the unit that its heading names, where the draft's columns have another."""
    if heading == unit:
        return text
    try:
        typed.read_amount(text)
    except NotUnderstood as problem:
        return f"{text} {heading}" if problem.code == "unit_missing" else text
    return text


def dose_with_unit(text: str, heading: str, unit: str) -> str:
    """The dose with the unit that its heading names, where the draft has another for bare figures.

    Where it is not clear how it would be written, it is written so that it is marked.
    """
    bare = typed.read_dose(text)
    if heading == unit or bare.problem != "unit_missing" or bare.at is None:
        return text
    written = f"{text[: bare.at[1]]} {heading}{text[bare.at[1] :]}"
    same = typed.read_dose(text, unit=heading) == typed.read_dose(written, unit=unit)
    return written if same else f"{text}\n({heading})"
