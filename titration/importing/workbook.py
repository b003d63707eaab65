"""A spreadsheet in the format of Excel and LibreOffice (XLSX, ECMA-376) as sheets of cells.

What people see is what is read: days as days, by the format of the cell and in either system of
counting them. Where the cell does not hold what is seen, or nobody can say what it holds (merged
cells, a formula without its value), the cell says so. ADR 0026 says why this is not a library's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from titration.importing.grid import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    FileProblem,
    Line,
    Opened,
    Sheet,
    cell_of,
)
from titration.importing.numbers import BUILT_IN, UNKNOWN, shown
from titration.importing.package import Package

_MOST_SHEETS, _MOST_MERGED, _MOST_IN_MERGED = 50, 1000, 50_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def open_workbook(content: bytes) -> Opened:
    """The sheets of a spreadsheet, hidden ones too. Raises FileProblem."""
    package = Package(content)
    main = _main(package)
    book = _Book()
    package.parse(main, book.start)
    if not book.sheets:
        raise FileProblem("not_a_spreadsheet")
    relations = package.relations(main)
    for kind, path in _kinds(relations):
        if kind == "styles" and package.has(path):
            package.parse(path, book.style)
        elif kind == "sharedStrings" and package.has(path):
            strings = _Strings(book)
            package.parse(path, strings.start, strings.end, strings.data)
    sheets: list[Sheet] = []
    unopened: list[str] = []
    for name, relation, is_hidden in book.sheets:
        path = relations.get(relation, "")
        if len(sheets) < _MOST_SHEETS and "worksheets" in path and package.has(path):
            cells = _Cells(book)
            package.parse(path, cells.start, cells.end, cells.data)
            hidden = frozenset(cells.hidden_columns)
            sheets.append(Sheet(name[:200], tuple(cells.lines()), is_hidden, hidden))
        else:
            unopened.append(name[:200])
    if not sheets:
        raise FileProblem("not_a_spreadsheet")
    return Opened(tuple(sheets), unopened=tuple(unopened))


def _main(package: Package) -> str:
    if not package.has("xl/workbook.xml"):
        found = [path for path in package.relations("").values() if path.endswith("workbook.xml")]
        if not found or not package.has(found[0]):
            raise FileProblem("not_a_spreadsheet")
        return found[0]
    return "xl/workbook.xml"


def _kinds(relations: dict[str, str]) -> Iterator[tuple[str, str]]:
    for path in relations.values():
        yield path.rpartition("/")[2].removesuffix(".xml"), path


class _Book:
    """What the workbook and its styles say: sheets, the system of days, formats of numbers."""

    def __init__(self) -> None:
        self.is_1904 = False
        self.sheets: list[tuple[str, str, bool]] = []
        self.strings: list[str] = []
        self._codes: dict[int, str] = dict(BUILT_IN)
        self.struck_strings: set[int] = set()
        self._formats: list[tuple[int, int]] = []
        self._fonts = 0
        self._struck_fonts: set[int] = set()
        self._part = ""

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")
        elif element == "sheet":
            is_hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), attributes.get("id", ""), is_hidden))

    def style(self, element: str, attributes: dict[str, str]) -> None:
        if element == "numFmt":
            self._codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif element in ("fonts", "fills", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            self._part = element
        elif element == "font" and self._part == "fonts":
            self._fonts += 1
        elif element == "strike" and self._part == "fonts" and _is_on(attributes):
            self._struck_fonts.add(self._fonts - 1)
        elif element == "xf" and self._part == "cellXfs":
            number, font = attributes.get("numFmtId"), attributes.get("fontId")
            self._formats.append((_whole(number), _whole(font)))

    def code(self, style: str | None) -> str:
        """The format of a cell's number, by its style."""
        place = _whole(style)
        if place >= len(self._formats):
            return ""
        return self._codes.get(self._formats[place][0], UNKNOWN)

    def is_struck(self, style: str | None) -> bool:
        """Whether a cell of this style is struck through."""
        place = _whole(style)
        return place < len(self._formats) and self._formats[place][1] in self._struck_fonts


class _Strings:
    """The texts that cells share; how a text is pronounced is left out."""

    def __init__(self, book: _Book) -> None:
        self._strings, self._struck = book.strings, book.struck_strings
        self._is_text = self._is_spoken = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "si":
            self._strings.append("")
        elif element == "strike" and _is_on(attributes):
            self._struck.add(len(self._strings) - 1)
        self._is_spoken |= element == "rPh"
        self._is_text = element == "t" and not self._is_spoken

    def end(self, element: str) -> None:
        self._is_spoken &= element != "rPh"
        self._is_text = False

    def data(self, text: str) -> None:
        if self._is_text and self._strings and len(self._strings[-1]) <= LONGEST_CELL:
            self._strings[-1] += text


@dataclass(slots=True)
class _Raw:
    """A cell while it is read."""

    row: int
    column: int
    kind: str
    style: str | None
    value: str = ""
    is_formula: bool = False
    is_struck: bool = False


@dataclass(slots=True)
class _Cells:
    """Reads the cells of one sheet, row by row, within bounds."""

    book: _Book
    found: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    row: int = 0
    column: int = 0
    is_hidden: bool = False
    hidden_columns: set[int] = field(default_factory=set)
    raw: _Raw | None = None
    is_value: bool = False
    is_spoken: bool = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        match element:
            case "col" if _is_hidden(attributes, "width"):
                columns = range(_whole(attributes.get("min")), _whole(attributes.get("max")) + 1)
                self.hidden_columns.update(n - 1 for n in columns[:MOST_COLUMNS] if n)
            case "row":
                self.row = _whole(attributes.get("r")) or self.row + 1
                self.column = 0
                self.is_hidden = _is_hidden(attributes, "ht")
            case "c":
                place = _reference(attributes.get("r", ""))
                self.row, self.column = place or (self.row, self.column + 1)
                kind, style = attributes.get("t", "n"), attributes.get("s")
                is_struck = self.book.is_struck(style)
                self.raw = _Raw(self.row, self.column, kind, style, is_struck=is_struck)
            case "strike" if self.raw and _is_on(attributes):
                self.raw.is_struck = True
            case "f" if self.raw:
                self.raw.is_formula = True
            case "rPh":
                self.is_spoken = True
            case "v" | "t" if self.raw and not self.is_spoken:
                self.is_value = True
            case "mergeCell":
                first, _colon, last = attributes.get("ref", "").partition(":")
                ends = _reference(first), _reference(last or first)
                if ends[0] and ends[1]:
                    self.merged.append((*ends[0], *ends[1]))
                if len(self.merged) > _MOST_MERGED:
                    raise FileProblem("too_many_merged")

    def data(self, text: str) -> None:
        if self.is_value and self.raw and len(self.raw.value) <= LONGEST_CELL:
            self.raw.value += text

    def end(self, element: str) -> None:
        if element in ("v", "t"):
            self.is_value = False
        elif element == "rPh":
            self.is_spoken = False
        elif element == "c" and self.raw:
            self._take(self.raw)
            self.raw = None

    def _take(self, raw: _Raw) -> None:
        cell = _cell(raw, self.book)
        if not (cell.text or cell.problem):
            return
        if self.is_hidden or raw.is_struck:
            cell = Cell(cell.text, cell.problem or ("row_hidden" if self.is_hidden else "struck"))
        if raw.column > MOST_COLUMNS:
            raise FileProblem("too_many_columns")
        if raw.row not in self.found and len(self.found) > MOST_ROWS:
            raise FileProblem("too_many_rows")
        self.found.setdefault(raw.row, {})[raw.column] = cell

    def lines(self) -> Iterator[Line]:
        """The rows that hold something, in their order; merged cells say that they are."""
        left_over = _MOST_IN_MERGED
        for top, left, bottom, right in self.merged:
            columns = range(left, min(right, MOST_COLUMNS) + 1)
            for row in [row for row in self.found if top <= row <= bottom]:
                left_over -= len(columns)
                if left_over < 0:
                    raise FileProblem("too_many_merged")
                cells = self.found[row]
                for column in columns:
                    cells[column] = Cell(cells.get(column, Cell()).text, "merged")
        for row in sorted(self.found):
            cells = self.found[row]
            last = max(cells)
            yield Line(row, tuple(cells.get(n, Cell()) for n in range(1, last + 1)))


def _cell(raw: _Raw, book: _Book) -> Cell:
    value = raw.value
    if raw.is_formula and not value and raw.kind != "str":
        return Cell("", "formula_without_value")
    match raw.kind:
        case "s":
            place = _whole(value)
            raw.is_struck |= place in book.struck_strings
            known = value.strip() == str(place) and place < len(book.strings)
            return cell_of(book.strings[place]) if known else Cell(value, "cell_unclear")
        case "inlineStr" | "str":
            return cell_of(value)
        case "b":
            return Cell("TRUE" if value.strip() == "1" else "FALSE")
        case "e":
            return Cell(value, "cell_error")
        case "d":
            return cell_of(value.replace("T", " "))
    return shown(value.strip(), book.code(raw.style), is_1904=book.is_1904) if value else Cell()


def _reference(text: str) -> tuple[int, int] | None:
    """The row and the column of a reference such as "B12", both from 1."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Whether a row or a column is not shown: hidden, or drawn down to nothing."""
    is_flat = re.fullmatch(r"0+(?:\.0*)?", attributes.get(size, ""), re.ASCII) is not None
    return attributes.get("hidden") in ("1", "true") or is_flat


def _is_on(attributes: dict[str, str]) -> bool:
    """Whether an element that switches something on does so."""
    return attributes.get("val", "1") not in ("0", "false")


def _whole(text: str | None) -> int:
    """A whole number of a file, 0 for what is none."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
