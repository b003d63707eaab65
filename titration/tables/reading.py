"""A zip of tables read back: every file as it was declared, every cell as a value of its column.

Nothing that the file claims is believed: what is unpacked is bounded whatever its headers say, and
the first thing that does not fit stops the reading. No database is asked.
"""

import csv
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from access import progress
from access.policies import RuleBroken
from patients.exports import from_text
from titration.importing import Place
from titration.tables.columns import Column
from titration.tables.declared import TABLES, Table
from titration.tables.files import DICTIONARY, MANIFEST, README
from titration.tables.manifest import FORM
from titration.tables.words import codes_of
from titration.wording import place_words

MOST_UNPACKED = 64 * 2**20
MOST_ENTRIES = 20_000
MOST_ROWS = 10 * MOST_ENTRIES

Values = dict[str, Any]

_SAID = ("clinic", "patient", "exported_by", "created")
"""What is kept of what the file says of itself."""


class TablesRefused(RuleBroken):
    """The file is not what it says it is, or breaks a rule; `place` says where."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        if place is not None:
            said = {"place": place_words(place), "problem": message}
            message = _("%(place)s: %(problem)s") % said
        super().__init__(None, message)


@dataclass(frozen=True)
class ReadTables:
    """What a zip says: of itself, and in the rows of each table, whose first row is row 2.

    `sha256` is over its bytes.
    """

    said: Mapping[str, str]
    tables: Mapping[str, list[Values]]
    sha256: str

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(map(len, self.tables.values()))


def is_tables(content: bytes) -> bool:
    """Whether it looks like a zip of tables; whether it is one is found out by reading it."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            return {MANIFEST, "entries.csv"} <= set(archive.namelist())
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def read_tables(file: IO[bytes]) -> ReadTables:
    """Read a zip of tables. Raises TablesRefused with what is wrong and where."""
    digest = sha256()
    while block := file.read(2**20):
        digest.update(block)
    try:
        with ZipFile(file) as archive:
            members = _members(archive)
            unpacked = _Unpacking(archive, MOST_UNPACKED)
            for name in (README, DICTIONARY):
                unpacked.read(members[name])  # which finds what was damaged on the way
            package = _package(unpacked.read(members[MANIFEST]))
            tables = {}
            for done, name in enumerate(TABLES):
                progress.tell(done, len(TABLES))
                content = unpacked.read(members[f"{name}.csv"])
                tables[name] = _rows(TABLES[name], content, package)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as broken:
        raise TablesRefused(_("The file is not a zip, or was damaged on the way.")) from broken
    said = {name: package[name] for name in _SAID}
    return ReadTables(said, tables, digest.hexdigest())


def _members(archive: ZipFile) -> dict[str, ZipInfo]:
    """The members by name: those that we write and no others, each once."""
    expected = {README, DICTIONARY, MANIFEST, *(f"{name}.csv" for name in TABLES)}
    infos = archive.infolist()
    names = [info.filename for info in infos]
    for name in expected:
        if names.count(name) != 1:
            raise TablesRefused(
                _("The zip holds no file of this name, or more than one."), Place(name)
            )
    for name in names:
        if name not in expected:
            raise TablesRefused(
                _("The zip holds a file that does not belong in it."), Place(name[:100])
            )
    if any(info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in infos):
        raise BadZipFile  # we pack in no other way, and others set memory aside by a claim
    return dict(zip(names, infos, strict=True))


class _Unpacking:
    """Unpacks members up to a size in all, whatever they say of themselves."""

    def __init__(self, archive: ZipFile, most: int) -> None:
        self.archive = archive
        self.left = most

    def read(self, member: ZipInfo) -> bytes:
        with self.archive.open(member) as unpacked:
            content = unpacked.read(self.left + 1)
        self.left -= len(content)
        if self.left < 0:
            raise TablesRefused(
                _("Unpacked, the zip holds more than %(most)s MB. It was not read further.")
                % {"most": MOST_UNPACKED // 2**20}
            )
        return content


def _package(content: bytes) -> dict[str, Any]:
    """The data package, whose every table is declared as we, or an older version, declare it."""
    place = Place(MANIFEST)
    try:
        package = json.loads(content)
        declared = {each["name"]: each for each in package["resources"]}
        fields = {
            name: [field["name"] for field in each["schema"]["fields"]]
            for name, each in declared.items()
        }
    except (ValueError, KeyError, TypeError, RecursionError):
        raise TablesRefused(_("This file cannot be read."), place) from None
    if package.get("form") != FORM:
        raise TablesRefused(
            _("The tables are of a form that this version does not read: %(form)s.")
            % {"form": str(package.get("form"))[:100]},
            place,
        )
    if package.get("is_erased") is not False or package.get("known_at") is not None:
        raise TablesRefused(
            _(
                "Only the record of today of somebody who was not erased is brought in. Export it "
                "again without an earlier moment."
            ),
            place,
        )
    if not all(isinstance(package.get(name), str) for name in _SAID):
        raise TablesRefused(_("This file cannot be read."), place)
    if fields.keys() != TABLES.keys() or not all(
        _are_columns(names, TABLES[name]) for name, names in fields.items()
    ):
        raise TablesRefused(_("It declares other tables or columns than there are."), place)
    return package


def _are_columns(names: list[str], table: Table) -> bool:
    """Whether these are the table's columns in their order, but for some that may be empty.

    An older version did not have those yet.
    """
    return names == [c.name for c in table.columns if c.is_needed or c.name in names]


def _rows(table: Table, content: bytes, package: Mapping[str, Any]) -> list[Values]:
    name = f"{table.name}.csv"
    [claimed] = [each for each in package["resources"] if each["name"] == table.name]
    if claimed.get("hash") != f"sha256:{sha256(content).hexdigest()}":
        raise TablesRefused(
            _("This file is not as it was exported: its digest is another than declared."),
            Place(name),
        )
    declared = [field["name"] for field in claimed["schema"]["fields"]]
    rows = list(_read(table, declared, content))
    if claimed.get("rows") != len(rows):
        raise TablesRefused(
            _("This file has %(rows)s rows. Another number is declared.")
            % {"rows": f"{len(rows):,}"},
            Place(name),
        )
    return rows


def _read(table: Table, declared: list[str], content: bytes) -> Iterator[Values]:
    """Its rows; a column of the table that is not declared is empty in each."""
    name = f"{table.name}.csv"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TablesRefused(_("This file is not text in UTF-8."), Place(name)) from None
    most = MOST_ENTRIES if table.name == "entries" else MOST_ROWS
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = [column for column in table.columns if column.name in declared]
    empty = {c.name: _value(table, c, "", Place(name)) for c in table.columns if c not in columns}
    row = 0
    try:
        for row, cells in enumerate(lines, 1):
            if row == 1:
                if cells != declared:
                    raise TablesRefused(_("The columns are not those of this table."), Place(name))
                continue
            if row > most + 1:
                raise TablesRefused(
                    _("The table has more than %(most)s rows.") % {"most": f"{most:,}"},
                    Place(name),
                )
            if len(cells) != len(columns):
                raise TablesRefused(
                    _("The row has not as many cells as columns."), Place(name, row)
                )
            yield empty | {
                column.name: _value(table, column, cell, Place(name, row, column.name))
                for column, cell in zip(columns, cells, strict=True)
            }
    except csv.Error:
        raise TablesRefused(_("This row cannot be read."), Place(name, row + 1)) from None


def _value(table: Table, column: Column, cell: str, place: Place) -> Any:
    """A cell as a value of its column; None for an empty one of what is no text."""
    if column.is_needed and not cell:
        raise TablesRefused(_("Nothing stands here, and something has to."), place)
    codes = codes_of(table.name, column)
    if cell and codes and cell not in codes:
        raise TablesRefused(_("This stands for nothing that is known here."), place)
    if column.kind == "string" and not column.is_identity:
        return _text(column, cell, place)
    if not cell:
        return None
    try:
        return UUID(cell) if column.is_identity else READERS[column.kind](cell)
    except (ValueError, ArithmeticError, RecursionError):
        raise TablesRefused(_("This cannot be read."), place) from None


def _text(column: Column, cell: str, place: Place) -> str:
    text = from_text(cell)
    if "\x00" in text:
        raise TablesRefused(_("This cannot be read."), place)
    longest = column.field.max_length
    if longest is not None and len(text) > longest:
        raise TablesRefused(
            _("The text is longer than %(longest)s characters.") % {"longest": longest}, place
        )
    return text


_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_FIGURE = re.compile(r"(0|[1-9][0-9]{0,7})(\.[0-9]{0,5}[1-9])?", re.ASCII)


def _whole(cell: str) -> int:
    if not _WHOLE.fullmatch(cell):
        raise ValueError
    return int(cell)


def _figure(cell: str) -> Decimal:
    if not _FIGURE.fullmatch(cell):
        raise ValueError
    return Decimal(cell)


def _moment(cell: str) -> datetime:
    moment = datetime.fromisoformat(cell)
    if moment.utcoffset() is None or not 1 < moment.year < 9999:  # other zones are within then
        raise ValueError
    return moment


def _day(cell: str) -> date:
    on = date.fromisoformat(cell)
    if on.isoformat() != cell:
        raise ValueError
    return on


def _clock(cell: str) -> time:
    clock = time.fromisoformat(cell)
    if clock.tzinfo is not None or clock.isoformat(timespec="minutes") != cell:
        raise ValueError
    return clock


def _truth(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise ValueError
    return cell == "true"


def _words(cell: str) -> list[str]:
    words = json.loads(cell)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError
    whole = "".join(words)
    whole.encode()  # half of a sign cannot be: a UnicodeEncodeError, which is a ValueError
    if "\x00" in whole:
        raise ValueError
    return words


READERS: dict[str, Callable[[str], Any]] = {
    "integer": _whole,
    "number": _figure,
    "datetime": _moment,
    "date": _day,
    "time": _clock,
    "boolean": _truth,
    "array": _words,
}
"""By type of a column: what reads a cell of it. Raises ValueError for another than we write."""
