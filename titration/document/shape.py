"""The shape of a draft's document: anything that is sent, tidied to it, within its limits."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from titration import dosing, planning

Document = dict[str, Any]

HEAD = ("purpose", "unit", "end", "review", "if_missed", "if_unwell", "note")
CELLS = ("when", "dose", "words")
WHOLE = ("purpose", "end", "rows", "review", "note")
"""Cells of a problem that is not of one row: a part of the head, or the rows together."""

MOST_LENGTH = {
    **dict.fromkeys(("purpose", "unit", "end"), 20),
    **dict.fromkeys(("review", "when", "amount"), 100),
    **dict.fromkeys(("if_missed", "if_unwell", "note", "dose", "words"), 4000),
}
LONGEST = 400_000
"""Characters of a whole document: ten times what a full plan in its words has."""
MOST_UNDO = 20

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


class TooLong(ValueError):
    """More text or more rows than a draft holds; `cell` names what is too long."""

    def __init__(self, cell: str) -> None:
        super().__init__(cell)
        self.cell = cell


def blank(*, purpose: str = "", unit: str = "", slots: Iterable[str] = ()) -> Document:
    """A document into which nothing is typed yet, with one empty row."""
    return tidy({"purpose": purpose, "unit": unit, "slots": list(slots), "rows": [{}]})


def tidy(given: object) -> Document:
    """Anything as a document of the shape above: what is typed as it is, whatever else left out.

    Rows without an identity, or with that of a row before, get one. Raises TooLong.
    """
    source = given if isinstance(given, dict) else {}
    slots = _slots(source.get("slots"))
    rows, seen = [], set[str]()
    written = source.get("rows")
    given_rows = written if isinstance(written, list) else []
    if len(given_rows) > planning.MOST_ROWS:
        raise TooLong("rows")
    for each in given_rows:
        row = _tidy_row(each)
        if row["row"] in seen:
            row["row"] = str(uuid4())
        seen.add(row["row"])
        rows.append(row)
    undo = source.get("undo")
    document: Document = {
        **{name: _text(source.get(name), name) for name in HEAD},
        "slots": slots,
        "rows": rows or [new_row()],
        "undo": _undo(undo[-MOST_UNDO:]) if isinstance(undo, list) else [],
    }
    # A column in which something stands is never hidden.
    filled = {slot for row in rows for slot, text in row["amounts"].items() if text.strip()}
    document["slots"] += [slot for slot in _in_order(filled) if slot not in slots]
    _check_length(document)
    return document


def new_row(row: str = "") -> dict[str, Any]:
    """An empty row, with an identity of its own unless given."""
    return {"row": row or str(uuid4()), "when": "", "amounts": {}, "dose": "", "words": ""}


def is_blank(row: Mapping[str, Any]) -> bool:
    """Whether nothing is typed into a row: it is left out when the draft is read."""
    cells = [*(row[cell] for cell in CELLS), *row["amounts"].values()]
    return not any(text.strip() for text in cells)


def is_slot(key: object) -> bool:
    """Whether this is a time of day that can have a column: a slot of the day or a clock time."""
    return isinstance(key, str) and (key in dosing.SLOTS or is_clock(key))


def is_clock(key: str) -> bool:
    """Whether a time of day is a clock time: "08:00"."""
    return _CLOCK.fullmatch(key) is not None


def _tidy_row(given: object) -> dict[str, Any]:
    source = given if isinstance(given, dict) else {}
    written = source.get("amounts")
    amounts = written if isinstance(written, dict) else {}
    identity = _identity(source.get("row"))
    cells: dict[str, Any] = {cell: _text(source.get(cell), cell) for cell in CELLS}
    found = {slot: _text(amounts[slot], "amount") for slot in amounts if is_slot(slot)}
    row: dict[str, Any] = {**new_row(identity), **cells}
    return {**row, "amounts": {slot: found[slot] for slot in _in_order(found) if found[slot]}}


def _identity(given: object) -> str:
    """The identity of a row as it is written; nothing for what is none."""
    try:
        return str(UUID(str(given)))
    except ValueError:
        return ""


def _slots(given: object) -> list[str]:
    keys = given if isinstance(given, list) else []
    return list(dict.fromkeys(key for key in keys if is_slot(key)))[:12]


def _in_order(slots: Iterable[str]) -> list[str]:
    """Times of day: the slots in the order of the day, then clock times."""
    order = {slot: f" {place}" for place, slot in enumerate(dosing.SLOTS)}
    return sorted(slots, key=lambda slot: order.get(slot, slot))


def _text(value: object, cell: str) -> str:
    text = value.replace("\r\n", "\n").replace("\x00", "") if isinstance(value, str) else ""
    text = text.encode("utf-8", "replace").decode()  # half a sign is none that can be kept
    if len(text) > MOST_LENGTH[cell]:
        raise TooLong(cell)
    return text


def _undo(given: Sequence[object]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in given:
        if not isinstance(each, dict):
            continue
        place, when = each.get("place"), each.get("when")
        if isinstance(when, dict) and len(when) <= planning.MOST_ROWS:
            rows = {_identity(row): _text(text, "when") for row, text in when.items()}
            found.append({"when": {row: text for row, text in rows.items() if row}})
        elif isinstance(each.get("rows"), list):
            found.append({"rows": [_tidy_row(row) for row in each["rows"][: planning.MOST_ROWS]]})
        elif isinstance(place, int) and 0 <= place <= planning.MOST_ROWS and "row" in each:
            found.append({"place": place, "row": _tidy_row(each["row"])})
    return found


def _check_length(document: Document) -> None:
    if sum(map(len, _texts(document))) > LONGEST:
        raise TooLong("rows")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
