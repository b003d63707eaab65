"""A pasted plan: the rows of a spreadsheet, a table or a letter, as typed, with what is not clear.

Every line of the source is in one row. A blank cell stays blank, a nought stays a nought, and
what was not understood is kept as it stands, with a mark.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from titration.dosing import Component, Timing
from titration.typed.amounts import is_bare, read_amount
from titration.typed.columns import columns_of, each_once, lacks_cells
from titration.typed.dates import Interval, read_date, read_interval
from titration.typed.doses import Read, checked, read_dose
from titration.typed.headings import COUNTED, Heading, heading_of, is_header
from titration.typed.labels import Label, after_sign, read_label, without_duration, without_label
from titration.typed.problems import NotUnderstood
from titration.typed.splitting import Record, Split, split, steps_of
from titration.typed.starts import starts

LONGEST = 100_000
MOST_ROWS = 1000

_SLASHED = re.compile(r"(?P<figures>[0-9.]+(?:\s*/\s*[0-9.]+){2,})(?P<unit>\s*[^\W0-9]+)?")
_YEAR = re.compile(r"[0-9]{4}")
_NUMBERED = re.compile(r"(?P<number>[0-9]{1,3})[.)]\s+")
_BULLET = re.compile(r"[•‣▪·*–—-]\s+")
_DOT = re.compile(r"[•‣▪·*]\s+")
_THEN = re.compile(r"(?:and\s+)?then[\s,:]+(?!nothing|stop)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was not understood: a problem code, and the text that it is about.

    about   "start" when it concerns only when the row starts, "dose" when the row's dose may
            lack something
    """

    problem: str
    text: str
    about: str = "dose"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a pasted plan.

    source   its text as pasted; `line` is the number of its first line, from 1
    start    a date, or how long after the row before; none when that is not written or not clear
    amounts  what is typed for each time of day: a slot of SLOTS, or a clock time "08:00"
    dose     what is typed as a dose in words
    words    what is typed beside the dose
    marks    what was not understood of it
    """

    source: str
    line: int
    start: date | Interval | None = None
    amounts: tuple[tuple[str, str], ...] = ()
    dose: str = ""
    words: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A pasted plan: its rows, and of the line of headings, when there is one, what it says.

    slots   the times of day that have a column, in the order of the columns
    units   the unit that a heading names for a time of day, or for "dose"
    header  the line of headings as pasted; `marks` are about its cells, or about the whole
    """

    rows: tuple[Row, ...] = ()
    slots: tuple[str, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    header: str = ""
    marks: tuple[Mark, ...] = ()

    def unit_of(self, key: str, unit: str = "") -> str:
        """The unit of bare figures for a time of day or for "dose": the heading's, or `unit`."""
        return dict(self.units).get(key, unit)


def read_table(text: str, *, slots: Sequence[str] = (), unit: str = "") -> Table:
    """Read a pasted plan, of up to a thousand rows; never raises.

    `slots` names the times of day of figures that stand without headings, in their order; `unit`
    is that of bare figures.
    """
    if len(text) > LONGEST:
        return Table(marks=(Mark("paste_too_long", ""),))
    parted = split(text, is_header)
    records, header = list(parted.records), None
    if not records:
        return Table(marks=(Mark("nothing_typed", ""),))
    if len(records) > MOST_ROWS:
        return Table(marks=(Mark("paste_too_long", ""),))
    if parted.how == "lines":
        return _Paste(unit, tuple(slots)).of_lines(records)
    if is_header(records[0].cells):
        header = records.pop(0)
    return _Paste(unit, tuple(slots)).of_columns(parted, header, records)


def read_row(row: Row, table: Table, *, unit: str = "") -> Read:
    """Read what a row of a table is typed to be: its times of day, or its dose. Never raises.

    A row with a mark about its dose is not read: what was not understood may be part of it.
    """
    for mark in row.marks:
        if mark.about == "dose":
            return Read("", problem=mark.problem)
    if not row.amounts:
        return read_dose(row.dose, unit=table.unit_of("dose", unit))
    return read_slots(row.amounts, unit=unit, units=dict(table.units))


def read_slots(
    amounts: Sequence[tuple[str, str]], *, unit: str = "", units: Mapping[str, str] | None = None
) -> Read:
    """Read what is typed for several times of day as one dose; a blank one is not taken.

    `amounts` pairs a slot of SLOTS or a clock time "08:00" with its typed text; bare figures
    take the unit that `units` names for it, or `unit`. Never raises.
    """
    components, found_units, has_bare, named = [], set(), False, units or {}
    try:
        for key, text in amounts:
            if text.strip():
                amount = read_amount(text, unit=named.get(key, unit))
                components.append(Component(amount, _timing(key)))
                found_units.add(amount.unit)
                has_bare |= key not in named and is_bare(text)
        if not components:
            return Read("", problem="nothing_typed")
        if has_bare and len(found_units) > 1:
            return Read("", problem="unit_missing")
        return checked(components)
    except NotUnderstood as problem:
        return Read("", problem=problem.code)


def _timing(key: str) -> Timing:
    if key[:1].isdigit():
        return Timing("clock", clock=time.fromisoformat(key))
    return Timing("slot", slot=key)


@dataclass(slots=True)
class _Draft:
    """A row while its cells are read."""

    record: Record
    label: Label = field(default_factory=Label)
    amounts: list[tuple[str, str]] = field(default_factory=list)
    dose: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    lasts: Interval | None = None
    marks: list[Mark] = field(default_factory=list)

    @property
    def is_stop(self) -> bool:
        """Whether it stops for good: "stop for 2 weeks" would not."""
        return self.lasts is None and read_dose(" ".join(self.dose)).kind == "stop"


@dataclass(slots=True)
class _Paste:
    """Reads the records of one paste."""

    unit: str
    slots: tuple[str, ...]
    units: dict[str, str] = field(default_factory=dict)

    def of_columns(self, parted: Split, header: Record | None, records: list[Record]) -> Table:
        """A table with cells; without headings its columns are known by what they hold."""
        rows = [record.cells for record in records]
        headings = [heading_of(cell) for cell in header.cells] if header else []
        columns = each_once(columns_of(headings, rows, slots=self.slots, unit=self.unit))
        for column in columns:
            if column.unit and column.role != "weekday":
                keys = column.slots if column.role == "slots" else ("dose",)
                self.units |= dict.fromkeys(keys, column.unit)
        marks = (
            [
                Mark("slot_unclear" if heading.role == "unclear" else "column_unknown", cell)
                for cell, heading, column in zip(header.cells, headings, columns, strict=False)
                if heading.role in ("unknown", "unclear") or column.role == "unknown"
            ]
            if header
            else []
        )
        if not records:
            marks.append(Mark("nothing_typed", ""))
        drafts = [self._cells(record, columns, parted.how) for record in records]
        seen = dict.fromkeys(
            slot for column in columns if column.role == "slots" for slot in column.slots
        )
        return Table(
            self._rows(drafts),
            tuple(seen),
            tuple(self.units.items()),
            header.source if header else "",
            tuple(marks),
        )

    def of_lines(self, lines: list[Record]) -> Table:
        """Lines of a letter: when it starts, and the dose."""
        header = lines.pop(0) if heading_of(lines[0].cells[0]).role == "dose" else None
        records = [step for line in lines for step in steps_of(line)]
        numbers = [_NUMBERED.match(record.cells[0]) for record in records]
        # "2. 5 mg" may be a figure with a space in it: a list counts from 1 in every line.
        is_list = len(records) > 1 and all(
            number and int(number["number"]) == n for n, number in enumerate(numbers, start=1)
        )
        # "- 5 mg" may be less by so much: dashes are those of a list when every dose has one.
        is_dashed = all(
            _BULLET.match(record.cells[0]) or not any(map(str.isdigit, record.cells[0]))
            for record in records
        )
        drafts = []
        for record, number in zip(records, numbers, strict=True):
            written = record.cells[0]
            if is_list and number:
                written = written[number.end() :]
            elif bullet := (_BULLET if is_dashed else _DOT).match(written):
                written = written[bullet.end() :]
            drafts.append(self._line(record, written))
        used = any(draft.amounts for draft in drafts)
        source = header.source if header else ""
        return Table(self._rows(drafts), self.slots if used else (), header=source)

    def _line(self, record: Record, written: str) -> _Draft:
        draft = _Draft(record)
        if _SLASHED.fullmatch(written) and not _YEAR.search(written):
            self._take_dose(draft, written)
            return draft
        try:
            draft.label, rest = without_label(written)
            if draft.label.lasts:
                draft.lasts = draft.label.lasts
        except NotUnderstood as problem:
            # A date that cannot be read, and a sign after it: the dose beside it still can.
            at = problem.at or (0, 0)
            behind = after_sign(written, at[1]) if problem.at else None
            if behind is None or written[: at[0]].strip():
                draft.marks.append(Mark(problem.code, written))
                draft.dose.append(written)
                return draft
            draft.marks.append(Mark(problem.code, written[slice(*at)], "start"))
            rest = behind
        if then := _THEN.match(rest):
            rest = rest[then.end() :]
        if rest.strip():
            self._take_dose(draft, rest.strip())
        return draft

    def _cells(self, record: Record, columns: Sequence[Heading], how: str) -> _Draft:
        draft = _Draft(record)
        if lacks_cells(record.cells, columns, how):
            draft.marks.append(Mark("column_unknown", record.source))
            return draft
        for n, cell in enumerate(record.cells):
            if cell.strip():
                self._cell(draft, columns[n] if n < len(columns) else Heading(""), cell)
        if draft.amounts and draft.dose and draft.dose != ["stop"]:
            draft.marks.append(Mark("timing_clash", " ".join(draft.dose)))
        return draft

    def _cell(self, draft: _Draft, column: Heading, cell: str) -> None:
        match column.role:
            case role if role in COUNTED or role in ("start", "until", "after", "lasts"):
                self._take_start(draft, column.role, cell)
            case "dose":
                self._take_dose(draft, cell)
            case "weekday":
                self._take_weekday(draft, cell, column)
            case "timing":
                draft.dose.append(cell)
            case "words":
                draft.words.append(cell)
            case "slots" if len(column.slots) > 1:
                self._take_dose(draft, cell, column.slots)
            case "slots":
                draft.amounts.append((column.slots[0], cell))
            case "number":
                if not re.fullmatch(r"#?[0-9]{1,4}[.)]?", cell.strip()):
                    draft.marks.append(Mark("column_unknown", cell))
            case "unclear":
                draft.marks.append(Mark("slot_unclear", cell))
            case "unnamed":
                draft.marks.append(Mark("slots_unnamed", cell))
            case _:
                draft.marks.append(Mark("column_unknown", cell))

    def _take_weekday(self, draft: _Draft, cell: str, column: Heading) -> None:
        """An amount below the name of a weekday is of that day each week, and nothing else is."""
        [name] = column.slots
        amount = cell.strip()
        try:
            read_amount(amount, unit="" if column.unit else self.unit)
        except NotUnderstood as problem:
            if problem.code == "unit_missing" and column.unit:
                amount = f"{amount} {column.unit}"
            else:
                draft.marks.append(Mark(problem.code, cell))
        if draft.dose:
            draft.dose[-1] += ";"
        draft.dose.append(f"{amount} every {name.capitalize()}")

    def _take_start(self, draft: _Draft, role: str, cell: str) -> None:
        try:
            if role == "until":
                label = Label(until=read_date(cell))
            elif role in ("after", "lasts"):
                interval = _interval(cell)
                label = Label(after=interval) if role == "after" else Label(lasts=interval)
            else:
                label = _numbered(cell, role) if role in COUNTED else _start_label(cell)
            draft.label = _joined(draft.label, label)
            draft.lasts = draft.label.lasts
        except NotUnderstood as problem:
            # Below "To" may stand a dose, as below "From" the one before it.
            is_other = role == "until" and problem.code == "date_unknown"
            code, about = ("column_unknown", "dose") if is_other else (problem.code, "start")
            draft.marks.append(Mark(code, cell, about))

    def _take_dose(self, draft: _Draft, cell: str, slots: Sequence[str] = ()) -> None:
        lasts, written = without_duration(cell)
        if lasts:
            if draft.lasts and draft.lasts != lasts:
                draft.marks.append(Mark("labels_disagree", cell, "start"))
            draft.lasts = draft.lasts or lasts
        slots = slots or self.slots
        found = _SLASHED.fullmatch(written.strip())
        if found and slots:
            figures = [figure.strip() for figure in found["figures"].split("/")]
            if len(figures) == len(slots):
                unit = found["unit"] or ""
                draft.amounts += [
                    (slot, figure + unit) for slot, figure in zip(slots, figures, strict=True)
                ]
                return
        draft.dose.append(written.strip())

    def _rows(self, drafts: list[_Draft]) -> tuple[Row, ...]:
        for draft in drafts:
            self._check(draft)
        found, problems = starts([draft.label for draft in drafts], [d.lasts for d in drafts])
        for n, problem in problems:
            if problem == "last_duration" and drafts[n].is_stop:
                continue
            drafts[n].marks.append(Mark(problem, drafts[n].record.source, "start"))
        return tuple(
            Row(
                draft.record.source,
                draft.record.line,
                start,
                tuple(draft.amounts),
                " ".join(draft.dose),
                "\n".join(draft.words),
                tuple(draft.marks),
            )
            for draft, start in zip(drafts, found, strict=True)
        )

    def _check(self, draft: _Draft) -> None:
        """Mark what is typed as a dose or an amount and is none."""
        stops = [(key, text) for key, text in draft.amounts if read_dose(text).kind == "stop"]
        if stops and len(stops) == len(draft.amounts) == 1 and not draft.dose:
            draft.amounts, draft.dose = [], [stops[0][1]]
        if draft.amounts:
            self._check_amounts(draft)
        if draft.dose:
            written = " ".join(draft.dose)
            read = read_dose(written, unit=self.units.get("dose", self.unit))
            if read.problem and not any(mark.text == written for mark in draft.marks):
                draft.marks.append(Mark(read.problem, written))
        elif not (draft.amounts or draft.words or draft.marks):
            draft.marks.append(Mark("nothing_typed", draft.record.source))

    def _check_amounts(self, draft: _Draft) -> None:
        read = read_slots(draft.amounts, unit=self.unit, units=self.units)
        if not read.problem:
            return
        count = len(draft.marks)
        for key, text in draft.amounts:
            try:
                read_amount(text, unit=self.units.get(key, self.unit))
            except NotUnderstood as problem:
                draft.marks.append(Mark(problem.code, text))
        if len(draft.marks) == count:
            draft.marks.append(Mark(read.problem, "/".join(text for _key, text in draft.amounts)))


def _interval(cell: str) -> Interval:
    return read_interval(re.sub(r"^for\s+", "", cell.strip(), flags=re.IGNORECASE))


def _numbered(cell: str, role: str) -> Label:
    """A cell below "Day" or "Days": a figure alone below "Days" may say how long the row lasts."""
    kind = COUNTED[role]
    label = read_label(cell, bare=kind)
    if role != kind and label.kind and not label.last and kind not in cell.lower():
        raise NotUnderstood("length_unclear")
    return label


def _start_label(cell: str) -> Label:
    """A cell of a column of starts: "1 week" is after the row before, as in a draft's own cell."""
    try:
        return read_label(cell)
    except NotUnderstood as no_label:
        try:
            return Label(after=read_interval(cell))
        except NotUnderstood:
            raise no_label from None


def _joined(first: Label, second: Label) -> Label:
    """Two labels of one row as one. Raises NotUnderstood when both say the same thing."""
    values = {}
    for name in Label.__slots__:
        one, other = getattr(first, name), getattr(second, name)
        if one and other and one != other:
            raise NotUnderstood("labels_disagree")
        values[name] = one or other
    return Label(**values)
