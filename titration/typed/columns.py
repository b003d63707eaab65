"""What the columns of a pasted table hold: by their headings, or by every cell in them."""

from collections.abc import Sequence

from titration.typed.amounts import read_amount
from titration.typed.doses import read_dose
from titration.typed.headings import COUNTED, Heading
from titration.typed.labels import read_label, without_duration
from titration.typed.problems import NotUnderstood

UNKNOWN = Heading("")


def columns_of(
    headings: Sequence[Heading],
    rows: Sequence[Sequence[str]],
    *,
    slots: Sequence[str] = (),
    unit: str = "",
) -> list[Heading]:
    """What each column holds. A column without a heading is known by its cells, or not at all.

    Columns of figures without headings take `slots` in order, when there are as many.
    """
    width = max([len(headings), *(len(row) for row in rows)])
    columns = [*headings, *[UNKNOWN] * (width - len(headings))]
    held = [
        _held([row[n] for row in rows if n < len(row) and row[n].strip()], unit)
        for n in range(width)
    ]
    bare = [n for n, column in enumerate(columns) if column == UNKNOWN]
    has_headings = any(heading.role for heading in headings)
    has_start = any(column.role in ("start", *COUNTED) for column in columns)
    has_dose = any(column.role in ("dose", "slots") for column in columns)
    of_start = [n for n in bare if held[n] == "start"]
    if len(of_start) == 1 and not has_start:
        columns[of_start[0]] = Heading("start")
    of_dose = [n for n in bare if held[n] == "dose"]
    if len(of_dose) == 1 and not has_dose:
        columns[of_dose[0]] = Heading("dose")
    if has_headings:
        return columns
    figures = [n for n in bare if held[n] == "figures"]
    for place, n in enumerate(figures):
        named = len(figures) == len(slots) and not of_dose
        columns[n] = Heading("slots", (slots[place],)) if named else Heading("unnamed")
    text = [n for n in bare if held[n] == "text"]
    if len(text) == 1 and (of_dose or (figures and len(figures) == len(slots))):
        columns[text[0]] = Heading("words")
    return columns


def lacks_cells(cells: Sequence[str], columns: Sequence[Heading], how: str) -> bool:
    """Whether nobody can say which cell of a row is blank, or that the last ones are.

    A gap may be any cell's. Below "Morning, Bedtime" a line of one amount may be meant for both:
    spreadsheets write the blank cells of amounts too.
    """
    if how == "spaces":
        return len(cells) != len(columns)
    lacking = columns[len(cells) :] if how in ("tab", "comma") else ()
    return any(column.role in ("slots", "weekday", "dose") for column in lacking)


def each_once(columns: list[Heading]) -> list[Heading]:
    """The columns, of which a second for the same thing is not known to be that."""
    seen: set[str] = set()
    for n, column in enumerate(columns):
        keys = set(column.slots) or {column.role} & {"dose", "timing", "until"}
        if keys & seen:
            columns[n] = Heading("unknown")
        seen |= keys
    return columns


def _held(cells: Sequence[str], unit: str) -> str:
    """What all cells of a column are: "start", "figures", "dose", "text" without figures, or ""."""
    if not cells:
        return ""
    if all(_is_start(cell) for cell in cells):
        return "start"
    kinds = [_kind(cell, unit) for cell in cells]
    if "figures" in kinds and set(kinds) <= {"figures", "stop"}:
        return "figures"
    if "dose" in kinds:
        return "dose"
    if not any(sign.isdigit() for cell in cells for sign in cell) and "stop" not in kinds:
        return "text"
    return ""


def _is_start(cell: str) -> bool:
    try:
        return bool(read_label(cell))
    except NotUnderstood as problem:
        # A date with two readings is still in a column of dates.
        return problem.code in ("date_ambiguous", "year_two_digits", "year_missing", "date_none")


def _kind(cell: str, unit: str) -> str:
    try:
        read_amount(cell, unit=unit or "mg")
        return "figures"
    except NotUnderstood as problem:
        if problem.code == "slots_unnamed":
            return "dose"
    kind = read_dose(without_duration(cell)[1], unit=unit).kind
    return "stop" if kind == "stop" else "dose" if kind else ""
