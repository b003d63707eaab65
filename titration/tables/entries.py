"""The tables put together again: what each entry recorded, with its parts, in the order of entries.

What a ledger cannot hold is refused here: parts without a record, a record that corrects a later
one, two rows for one entry. Whether what is said keeps the rules of the work is asked elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Record, Retraction
from titration.importing import Place
from titration.tables.declared import TABLES, Table
from titration.tables.reading import ReadTables, TablesRefused, Values

RECORDS: dict[str, Table] = {
    table.model.KIND: table
    for table in TABLES.values()
    if issubclass(table.model, Record) and not table.spread
}
"""By kind of record: its table."""


@dataclass(frozen=True)
class Said:
    """What one entry recorded: its row in `entries`, the row of its record, the rows of its parts.

    `place` is where the row of the record stands; `parts` are by their tables, in their order.
    """

    number: int
    entry: Values
    table: Table
    row: Values
    place: Place
    parts: Mapping[str, list[Values]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.entry["kind"]

    def refused(self, message: str, column: str = "") -> TablesRefused:
        """What is wrong with it, and where."""
        return TablesRefused(message, Place(self.place.part, self.place.row, column))


def entries_of(read: ReadTables) -> tuple[Said, ...]:
    """Every entry of the file in its order. Raises TablesRefused for what no ledger holds."""
    parts = _parts_by_record(read)
    rows = _rows_by_entry(read)
    said = []
    for row, entry in enumerate(read.tables["entries"], 2):
        place = Place("entries.csv", row)
        table = RECORDS.get(entry["kind"])
        if table is None:
            raise TablesRefused(_("No record of this kind is known here."), place)
        if entry["form"] != cast(type[Record], table.model).FORM:
            raise TablesRefused(_("This version does not read records of this form."), place)
        found = rows.pop((table.name, entry["number"]), None)
        if found is None:
            raise TablesRefused(
                _("No row of %(table)s belongs to this entry.") % {"table": f"{table.name}.csv"},
                place,
            )
        at, values = found
        own = {name: parts.pop((name, entry["number"]), []) for name in _part_tables(table.model)}
        said.append(
            Said(entry["number"], entry, table, values, Place(f"{table.name}.csv", at), own)
        )
    for (name, _number), (at, _values) in rows.items():
        raise TablesRefused(_("The row belongs to no entry."), Place(f"{name}.csv", at))
    for name, _number in parts:
        raise TablesRefused(
            _("A row belongs to no record that it is a part of."), Place(f"{name}.csv")
        )
    _check_order(said, read)
    return tuple(said)


def _part_tables(model: type) -> list[str]:
    return [
        table.name
        for table in TABLES.values()
        if table.parent is model or (table.spread and table.model is model)
    ]


def _rows_by_entry(read: ReadTables) -> dict[tuple[str, int], tuple[int, Values]]:
    """By table and number of the entry: the row of the record and its place."""
    found: dict[tuple[str, int], tuple[int, Values]] = {}
    for table in RECORDS.values():
        for at, row in enumerate(read.tables[table.name], 2):
            key = (table.name, row["entry"])
            if key in found:
                raise TablesRefused(
                    _("Another row belongs to this entry already."), Place(f"{table.name}.csv", at)
                )
            found[key] = at, row
    return found


def _parts_by_record(read: ReadTables) -> dict[tuple[str, int], list[Values]]:
    """By table and number of the record's entry: the rows of its parts, in their order."""
    found: dict[tuple[str, int], list[Values]] = {}
    for table in TABLES.values():
        if table.parent is None and not table.spread:
            continue
        belongs_to = table.key[0]
        for at, row in enumerate(read.tables[table.name], 2):
            rows = found.setdefault((table.name, row[belongs_to]), [])
            if row["position"] != len(rows):
                raise TablesRefused(
                    _("The places of the parts do not follow one after the other."),
                    Place(f"{table.name}.csv", at, "position"),
                )
            rows.append(row)
    return found


def _check_order(said: Iterable[Said], read: ReadTables) -> None:
    """Numbers rise, and whatever an entry names was there before it."""
    patient = read.said["patient"]
    before: dict[int, Said] = {}
    superseded: set[int] = set()
    withdrawn: set[UUID] = set()
    subjects: set[UUID] = set()
    last, digest = 0, ""
    for each in said:
        entry = each.entry
        place = Place("entries.csv", len(before) + 2)
        if entry["number"] <= last:
            raise TablesRefused(_("The numbers of the entries do not rise."), place)
        if str(entry["patient"]) != patient:
            raise TablesRefused(_("The entry is of another patient."), place)
        if entry["number"] == last + 1 and last and entry["previous_digest"] != digest:
            raise TablesRefused(_("The digest of the entry before is another one."), place)
        if earlier := entry["supersedes"]:
            _check_supersedes(each, before.get(earlier), superseded, withdrawn, place)
            superseded.add(earlier)
        for column, number in _named(each):
            if number not in before:
                raise each.refused(_("What this names was not recorded before it."), column)
        if each.kind == Retraction.KIND:
            if entry["subject"] not in subjects or entry["subject"] in withdrawn:
                raise TablesRefused(_("There is no line that this withdraws."), place)
            withdrawn.add(entry["subject"])
        subjects.add(entry["subject"])
        before[entry["number"]] = each
        last, digest = entry["number"], entry["digest"]


def _check_supersedes(
    each: Said,
    earlier: Said | None,
    superseded: set[int],
    withdrawn: set[UUID],
    place: Place,
) -> None:
    if (
        earlier is None
        or (earlier.kind, earlier.entry["subject"]) != (each.kind, each.entry["subject"])
        or earlier.number in superseded
        or each.entry["subject"] in withdrawn
    ):
        raise TablesRefused(
            _(
                "The entry corrects none that was there before it, is of its kind and line, and "
                "was not corrected or withdrawn already."
            ),
            place,
        )


def _named(said: Said) -> Iterator[tuple[str, int]]:
    """The numbers of the records that a record refers to, by column."""
    for column in said.table.columns:
        if column.refers is not None and column.name != "entry":
            number: Any = said.row[column.name]
            if number is not None:
                yield column.name, number
