"""Sheets of cells, as text, out of a table or a spreadsheet; and why a file cannot be read."""

from dataclasses import dataclass, field

from titration.planning.checks import HIDDEN

MOST_BYTES = 5 * 2**20
MOST_UNPACKED = 50 * 2**20
MOST_ELEMENTS = 2_000_000
MOST_ROWS = 5000
MOST_COLUMNS = 100
LONGEST_CELL = 2000


class FileProblem(ValueError):
    """A file that cannot be read: `code` says why (wording.import_words), `about` names what."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.about = about


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, as text; days and times as ISO 8601 writes them.

    `problem` is the code of what makes it unclear what the cell shows or holds.
    """

    text: str = ""
    problem: str = ""


def cell_of(text: str) -> Cell:
    """A cell of a text; one that would show otherwise than it is, or is too long, says so."""
    text = text.strip()
    if len(text) > LONGEST_CELL:
        return Cell(text[:LONGEST_CELL], "cell_too_long")
    return Cell(text, "cell_signs" if HIDDEN.search(text) else "")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet: its number as the file counts them, and its cells."""

    row: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        return not any(cell.text or cell.problem for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its rows that are not blank. A table has one, without a name.

    `hidden` are the places of the columns that it does not show, from 0.
    """

    name: str = ""
    lines: tuple[Line, ...] = ()
    is_hidden: bool = False
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file once opened, and how: `encoding` and `separator` of a table, with those to choose
    from where more than one may be meant (`encodings`: the code, and lines of the text in it).
    `unopened` are the names of sheets that are not read: too many, or of no cells.
    """

    sheets: tuple[Sheet, ...]
    encoding: str = ""
    separator: str = ""
    encodings: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    unopened: tuple[str, ...] = ()
