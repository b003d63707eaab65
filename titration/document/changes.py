"""What the buttons of the grid do to a document. No dose is ever touched."""

from typing import Any
from uuid import uuid4

from titration import typed
from titration.document.reading import REVIEW
from titration.document.shape import MOST_UNDO, Document, is_blank, new_row, tidy


def laid(document: Document, first: str, every: str) -> Document:
    """The rows laid on dates: the first on a typed date, each other a typed interval after.

    Later rows that wait for a review stay as typed, and no cell but that of the start is touched:
    what was typed there comes back with `undone`. Raises NotUnderstood for the date or interval.
    """
    typed.read_date(first)
    typed.read_interval(every)
    rows: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    for row in document["rows"]:
        if is_blank(row) or (before and REVIEW.fullmatch(row["when"].strip())):
            rows.append(row)
            continue
        rows.append({**row, "when": (every if before else first).strip()})
        before[row["row"]] = row["when"]
    return _remembering({**document, "rows": rows}, {"when": before})


def inserted(document: Document, place: int, row: dict[str, Any] | None = None) -> Document:
    """With a row, an empty one unless given, at a place. Raises TooLong."""
    rows = list(document["rows"])
    rows.insert(place, row or new_row())
    return tidy({**document, "rows": rows})


def copied(document: Document, place: int) -> Document:
    """With a copy of a row after it, cell by cell, under an identity of its own. Raises TooLong."""
    row = document["rows"][place]
    copy = {**row, "row": str(uuid4()), "amounts": dict(row["amounts"])}
    return inserted(document, place + 1, copy)


def moved(document: Document, place: int, to: int) -> Document:
    """With a row at another place; a place that does not exist leaves all as it is."""
    rows = list(document["rows"])
    if not 0 <= to < len(rows):
        return document
    rows.insert(to, rows.pop(place))
    return {**document, "rows": rows}


def removed(document: Document, place: int) -> Document:
    """Without a row, which `undone` brings back."""
    rows = list(document["rows"])
    row = rows.pop(place)
    after = {**document, "rows": rows or [new_row()]}
    return after if is_blank(row) else _remembering(after, {"place": place, "row": row})


def replaced(document: Document, rows: list[dict[str, Any]], *, at: int | None = None) -> Document:
    """With these rows put in at a place, or, without one, instead of all that are there.

    `undone` brings back what was there. Raises TooLong.
    """
    before = document["rows"]
    after = rows if at is None else [*before[:at], *rows, *before[at:]]
    kept = [row for row in after if not is_blank(row)]
    # One step holds all rows already: with the steps before it, a draft would grow too long.
    return tidy({**document, "rows": kept, "undo": [{"rows": before}]})


def undone(document: Document) -> Document:
    """With what the last button took away or replaced put back."""
    if not document["undo"]:
        return document
    *earlier, last = document["undo"]
    rows = [dict(row) for row in document["rows"]]
    if "when" in last:
        for row in rows:
            row["when"] = last["when"].get(row["row"], row["when"])
    elif "rows" in last:
        rows = last["rows"]
    elif last["row"]["row"] not in {row["row"] for row in rows}:
        if len(rows) == 1 and is_blank(rows[0]):
            rows = []
        rows.insert(last["place"], last["row"])
    return tidy({**document, "rows": rows, "undo": earlier})


def _remembering(document: Document, step: dict[str, Any]) -> Document:
    return {**document, "undo": [*document["undo"], step][-MOST_UNDO:]}
