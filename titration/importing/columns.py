"""What the columns of a sheet hold, as a person matched them, and its rows read by that.

A row is read whole or marked: at each cell that was not understood, with the code that says why.
Nothing is filled in: a blank cell says nothing, and a row without a dose, a day or a kind that
needs none is marked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from titration import dosing, typed
from titration.dosing import Component
from titration.importing.grid import Line, Opened, Sheet
from titration.importing.moments import Days, is_ambiguous, read_day, read_moment
from titration.importing.shape import (
    FileRead,
    First,
    Mark,
    Place,
    ReadRow,
    StepSaid,
    Tell,
    silent,
)
from titration.timeline import DOSE, RESUME, SINGLE, STOP, WITHHOLD
from titration.typed import NotUnderstood
from titration.typed.headings import heading_of
from titration.typed.vocabulary import SPACES, UNITS_REFUSED, unit_of

ROLES = (
    *("from", "time", "kind", "dose", "amount", "unit", "timing", *dosing.SLOTS),
    *("medicine", "route", "decided_by", "received", "document_on", "reason", "note"),
    *("recorded_by", "recorded_at"),
)
_OF_HEADING = {"start": "from", "dose": "dose", "timing": "timing", "words": "note"}
_KINDS = {
    "dose": DOSE,
    "withhold": WITHHOLD,
    "withheld": WITHHOLD,
    "resume": RESUME,
    "resumed": RESUME,
    "stop": STOP,
    "stopped": STOP,
    "single": SINGLE,
    "single dose": SINGLE,
}
_LEADING_ROWS = 10
_WORDS = re.compile(r"[A-Za-zµμ]+")


@dataclass(frozen=True, slots=True)
class Matching:
    """How a sheet is to be read: its row of headings, the role of each column ("" is left out),
    how it writes days in figures, and the unit of figures that have none ("" where none is said).
    """

    header: int
    roles: tuple[str, ...]
    order: str = ""
    unit: str = ""

    def columns(self, role: str) -> list[int]:
        return [n for n, each in enumerate(self.roles) if each == role]


def sheet_of(opened: Opened, place: int | None = None) -> Sheet | None:
    """The sheet of this place, or the first that is not hidden."""
    if place is not None and place < len(opened.sheets):
        return opened.sheets[place]
    shown = [sheet for sheet in opened.sheets if not sheet.is_hidden]
    return next(iter([*shown, *opened.sheets]), None)


def other_sheets(opened: Opened, sheet: Sheet | None) -> tuple[str, ...]:
    """The names of the sheets of a file beside one, in the order in which they are kept."""
    others = (each.name for each in opened.sheets if each is not sheet and each.lines)
    return (*others, *opened.unopened)


def header_rows(sheet: Sheet | None) -> list[Line]:
    """The rows that can be that of the headings: among the first ones, with two cells or more."""
    first = sheet.lines[:_LEADING_ROWS] if sheet else ()
    return [line for line in first if sum(bool(cell.text) for cell in line.cells) > 1]


def header_of(sheet: Sheet | None, row: int | None = None) -> Line | None:
    """The row of headings, or the first that can be it."""
    return next((line for line in header_rows(sheet) if row in (None, line.row)), None)


def roles_of(header: Line) -> tuple[str, ...]:
    """What headings say of their columns by their words alone; each role at most once."""
    found: list[str] = []
    for cell in header.cells:
        role = _role(cell.text)
        found.append("" if role in found else role)
    return tuple(found)


def _role(heading: str) -> str:
    plain = "_".join(heading.lower().split())
    if plain in ROLES:
        return plain
    known = heading_of(heading)
    if known.role == "slots" and len(known.slots) == 1 and known.slots[0] in dosing.SLOTS:
        return known.slots[0]
    return _OF_HEADING.get(known.role, "")


def asks_for_order(sheet: Sheet, matching: Matching) -> list[str]:
    """The days in figures of the sheet that have two readings, up to three; as they stand."""
    columns = [*matching.columns("from"), *matching.columns("document_on")]
    cells = (
        line.cells[n].text
        for line in sheet.lines
        if line.row > matching.header
        for n in columns
        if n < len(line.cells)
    )
    return list(dict.fromkeys(text for text in cells if is_ambiguous(text)))[:3]


def read_sheet(
    sheet: Sheet,
    matching: Matching,
    zone: ZoneInfo,
    tell: Tell = silent,
) -> FileRead:
    """Read every row below the headings, of one sheet; `tell` is told of each. Never raises."""
    marks = unmatched(sheet, matching)
    header = header_of(sheet, matching.header)
    if header is None or marks:
        return FileRead(marks=marks)
    reader = _Reader(sheet, header, matching, Days(zone, matching.order))
    rows = []
    below = [line for line in sheet.lines if line.row > header.row]
    for done, line in enumerate(below, 1):
        rows.append(reader.row(line))
        tell(done, len(below))
    is_read = [bool(role) for role in matching.roles]
    is_read += [False] * (len(header.cells) - len(is_read))
    left_out = tuple(
        cell.text
        for n, cell in enumerate(header.cells)
        if not is_read[n] and any(n < len(row.cells) and row.cells[n] for row in rows)
    )
    hidden = (n for n in sorted(sheet.hidden) if n < len(header.cells) and is_read[n])
    return FileRead(
        tuple(rows),
        columns_left_out=left_out,
        columns_hidden=tuple(header.cells[n].text for n in hidden),
        rows_above=tuple(
            (line.row, ", ".join(cell.text for cell in line.cells if cell.text))
            for line in sheet.lines
            if line.row < header.row
        ),
    )


def unmatched(sheet: Sheet, matching: Matching) -> tuple[Mark, ...]:
    """What keeps a sheet from being read at all: what it or its columns lack, or say twice."""
    header = header_of(sheet, matching.header)
    if header is None or any(cell.text and _is_date(cell.text) for cell in header.cells):
        return (Mark(Place(sheet.name, matching.header), "headings_missing"),)
    place = Place(sheet.name, header.row)
    roles = [role for role in matching.roles if role]
    codes = ["role_twice"] if len(set(roles)) < len(roles) else []
    if "from" not in roles:
        codes.append("no_from")
    if not {"dose", "amount", *dosing.SLOTS} & set(roles):
        codes.append("no_dose")
    if not any(line.row > header.row for line in sheet.lines):
        codes.append("no_rows")
    return tuple(Mark(place, code) for code in codes)


def _is_date(text: str) -> bool:
    try:
        typed.read_date(text)
    except NotUnderstood as problem:
        return problem.code == "date_ambiguous"
    return True


def _names_unit(heading: str) -> bool:
    words = _WORDS.findall(heading)
    return any(unit_of(word) or word.lower() in UNITS_REFUSED for word in words)


class _Reader:
    """Reads the rows of one sheet."""

    def __init__(self, sheet: Sheet, header: Line, matching: Matching, days: Days) -> None:
        self.sheet, self.matching, self.days = sheet, matching, days
        self.headings = [cell.text for cell in header.cells]
        self.places = {role: n for n, role in enumerate(matching.roles) if role}

    def row(self, line: Line) -> ReadRow:
        texts = tuple(cell.text for cell in line.cells)
        marks = list(self._unclear(line))
        said = first = None
        if not marks:
            row = _Row(self, line)
            said, first = row.said(), row.first()
            marks = row.marks
        place = Place(self.sheet.name, line.row)
        return ReadRow(place, texts, None if marks else said, tuple(marks), first)

    def _unclear(self, line: Line) -> Iterator[Mark]:
        """Cells of matched columns of which it is unclear what they hold, and cells of none."""
        for n, cell in enumerate(line.cells):
            if n >= len(self.headings) and cell.text:
                yield Mark(Place(self.sheet.name, line.row), "cell_beyond", cell.text)
            elif cell.problem and n < len(self.matching.roles) and self.matching.roles[n]:
                yield Mark(self.place(line, n), cell.problem, cell.text)

    def place(self, line: Line, column: int) -> Place:
        return Place(self.sheet.name, line.row, self.headings[column])

    def unit(self, role: str) -> str:
        """The unit of bare figures in a column: that of its heading, or the one that was said.

        A heading that names a unit in a way that is not read, such as "Morning (mcg)", has none.
        """
        n = self.places.get(role)
        if n is None:
            return self.matching.unit
        heading = self.headings[n]
        own = heading_of(heading).unit
        return own if own or _names_unit(heading) else self.matching.unit


class _Row:
    """Reads one row, and marks what of it was not understood."""

    def __init__(self, of: _Reader, line: Line) -> None:
        self.of, self.line = of, line
        self.marks: list[Mark] = []

    def cell(self, role: str) -> str:
        n = self.of.places.get(role)
        return self.line.cells[n].text if n is not None and n < len(self.line.cells) else ""

    def figure(self, role: str) -> str:
        """A cell that holds a figure, its spaces plain.

        Behind "1,000" a no-break space tells pages of ours, where the comma parts thousands. In a
        file from anywhere it tells nothing, and the comma may be a decimal one.
        """
        return self.cell(role).translate(SPACES)

    def mark(self, role: str, code: str) -> None:
        n = self.of.places.get(role)
        place = Place(self.of.sheet.name, self.line.row)
        if n is not None:
            place = self.of.place(self.line, n)
        self.marks.append(Mark(place, code, self.cell(role)))

    def said(self) -> StepSaid | None:
        effective = document_on = None
        try:
            effective = read_moment(self.cell("from"), self.cell("time"), self.of.days)
        except NotUnderstood as problem:
            is_clock = problem.code.startswith("time_") and "time" in self.of.places
            self.mark("time" if is_clock else "from", problem.code)
        if self.cell("document_on"):
            try:
                document_on = read_day(self.cell("document_on"), self.of.days)
            except NotUnderstood as problem:
                self.mark("document_on", problem.code)
        kind, components = self._dose()
        if self.marks or effective is None:
            return None
        medicine = [self.cell(role) for role in ("medicine", "route") if self.cell(role)]
        return StepSaid(
            kind=kind,
            effective=effective,
            components=components,
            medicine=", ".join(medicine),
            decided_by=self.cell("decided_by"),
            received_how=self.cell("received"),
            document_on=document_on,
            reason=self.cell("reason"),
            note=self.cell("note"),
        )

    def first(self) -> First | None:
        by, at = self.cell("recorded_by"), self.cell("recorded_at")
        if not by and not at:
            return None
        if len(by) > 150:
            self.mark("recorded_by", "cell_too_long")
        moment = None
        if at:
            try:
                moment = self._moment(at)
            except NotUnderstood as problem:
                self.mark("recorded_at", problem.code)
        zone = self.of.days.zone.key if moment else ""
        return First(recorded_by=by, recorded_at=moment, time_zone=zone)

    def _moment(self, text: str) -> datetime:
        """When a row was recorded first, which has a clock time."""
        read = read_moment(text, "", self.of.days)
        if read.time is None:
            raise NotUnderstood("time_missing")
        return datetime.combine(read.on, read.time, self.of.days.zone)

    def _dose(self) -> tuple[str, tuple[Component, ...]]:
        """The kind of the step and its dose; marks what was not understood, or disagrees."""
        kind = ""
        if written := self.cell("kind"):
            kind = _KINDS.get(" ".join(written.lower().split()).rstrip("."), "")
            if not kind:
                self.mark("kind", "kind_unknown")
                return "", ()
        role, read = self._read()
        if kind in (WITHHOLD, STOP) and read is None:
            return kind, ()
        if read is None:
            self.mark(role, "dose_missing")
        elif read.problem:
            self.mark(role, read.problem)
        elif read.kind == "stop":
            if kind not in ("", STOP):
                self.mark(role, "kind_disagrees")
            return STOP, ()
        elif kind in (WITHHOLD, STOP):
            self.mark(role, "dose_beside_none")
        elif kind and (kind == SINGLE) != (read.kind == "single"):
            self.mark(role, "kind_disagrees")
        else:
            return kind or read.kind, read.components
        return "", ()

    def _read(self) -> tuple[str, typed.Read | None]:
        """The column that a dose stands in and what was read of it; none where nothing stands."""
        found: list[tuple[str, typed.Read]] = []
        slots = [(slot, self.figure(slot)) for slot in dosing.SLOTS if self.cell(slot)]
        if slots:
            units = {slot: unit for slot, _text in slots if (unit := self.of.unit(slot))}
            found.append((slots[0][0], typed.read_slots(slots, units=units)))
        if text := self.figure("dose"):
            found.append(("dose", typed.read_dose(text, unit=self.of.unit("dose"))))
        if amount := self.figure("amount"):
            unit, timing = self.cell("unit"), self.cell("timing")
            text = " ".join(part for part in (amount, unit, timing) if part)
            found.append(("amount", typed.read_dose(text, unit=self.of.unit("amount"))))
        elif self.cell("timing") and not found:
            found.append(("amount", typed.Read("", problem="amount_missing")))
        if len(found) > 1:
            return found[1][0], typed.Read("", problem="dose_twice")
        if found:
            return found[0]
        role = next((r for r in ("dose", "amount", *dosing.SLOTS) if r in self.of.places), "dose")
        return role, None


def header_key(header: Line) -> str:
    """The headings of a sheet as one text, by which their matching is remembered."""
    return "\x1f".join(" ".join(cell.text.lower().split()) for cell in header.cells)


def remembered(roles: Sequence[str]) -> tuple[str, ...]:
    """Roles that were kept, without those that are none any more."""
    return tuple(role if role in ROLES else "" for role in roles)


def by_name(read: FileRead) -> Mapping[str, list[str]]:
    """The medicines and the deciders that the rows name, each once, as they are written."""
    said = [row.said for row in read.rows if row.said]
    return {
        "medicine": list(dict.fromkeys(each.medicine for each in said)),
        "decided_by": list(dict.fromkeys(each.decided_by for each in said)),
    }
