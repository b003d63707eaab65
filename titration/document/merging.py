"""Two texts of one draft side by side, and the one that a person makes of them, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from titration.document.pasting import dose_with_unit, with_unit
from titration.document.shape import HEAD, Document, is_blank, tidy

THEIRS, MINE = "theirs", "mine"


@dataclass(frozen=True, slots=True)
class Pair:
    """One row as each of two people has it, by its identity; none where they do not have it.

    `place` and `place_theirs` count from 1, and are 0 where there is no such row.
    """

    key: str
    mine: dict[str, Any] | None
    theirs: dict[str, Any] | None
    place: int = 0
    place_theirs: int = 0

    @property
    def is_same(self) -> bool:
        return self.mine == self.theirs


def compared(mine: Document, theirs: Document) -> tuple[Pair, ...]:
    """Every row of either: in my order, each row that only they have after the one before it."""
    ours = {row["row"]: (place, row) for place, row in enumerate(_rows(mine), start=1)}
    known = {row["row"]: (place, row) for place, row in enumerate(_rows(theirs), start=1)}
    order = list(ours)
    before = ""
    for key in known:
        if key not in ours:
            order.insert(order.index(before) + 1 if before else 0, key)
        before = key
    pairs = []
    for key in order:
        place, row = ours.get(key, (0, None))
        place_theirs, row_theirs = known.get(key, (0, None))
        pairs.append(Pair(key, row, row_theirs, place, place_theirs))
    return tuple(pairs)


def heads_apart(mine: Document, theirs: Document) -> tuple[str, ...]:
    """The parts of the head that the two have differently."""
    return tuple(name for name in HEAD if mine[name] != theirs[name])


def merged(mine: Document, theirs: Document, chosen: Mapping[str, str]) -> Document:
    """The text with what was chosen of each row (by its identity) and each part of the head.

    Where nothing is chosen the two are the same: otherwise KeyError. A row of the text whose unit
    for bare figures was not chosen keeps it: it is written out. Raises TooLong.
    """
    sides = {MINE: mine, THEIRS: theirs}
    head = {name: mine[name] for name in HEAD}
    head |= {name: sides[chosen[name]][name] for name in heads_apart(mine, theirs)}
    rows = []
    for pair in compared(mine, theirs):
        row = pair.mine
        if not pair.is_same:
            side = chosen[pair.key]
            row = {MINE: pair.mine, THEIRS: pair.theirs}[side]
            if row and sides[side]["unit"]:
                row = _in_unit(row, sides[side]["unit"], head["unit"])
        if row is not None:
            rows.append(row)
    slots = list(dict.fromkeys([*theirs["slots"], *mine["slots"]]))
    return tidy({**mine, **head, "slots": slots, "rows": rows})


def _in_unit(row: dict[str, Any], unit: str, chosen: str) -> dict[str, Any]:
    """The row of a draft in one unit, as it is written in a draft of the chosen one."""
    amounts = {slot: with_unit(text, unit, chosen) for slot, text in row["amounts"].items()}
    return {**row, "amounts": amounts, "dose": dose_with_unit(row["dose"], unit, chosen)}


def _rows(document: Document) -> list[dict[str, Any]]:
    return [row for row in document["rows"] if not is_blank(row)]
