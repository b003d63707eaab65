"""The tables of a patient's record as a zip of CSV files, with what says what is in them.

Bounded memory: rows are read and written one by one. Members stand in a fixed order and carry no
time of their own. `datapackage.json`, the last, is a Tabular Data Package
(specs.frictionlessdata.io) with the digest of each table.
"""

import csv
import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from access.models import User
from ledger.models import Head, Record
from ledger.moments import Moment
from ledger.reread import one_moment
from patients.exports import Line
from patients.models import Patient
from titration.exports.csv import cell
from titration.exports.history import version_at
from titration.tables import manifest
from titration.tables.columns import Column
from titration.tables.declared import TABLES, Table
from titration.tables.manifest import ERASED, Written

README, DICTIONARY, MANIFEST = "README.txt", "dictionary.csv", "datapackage.json"

_CHUNK = 2000


def write_files(
    file: IO[bytes], patient: Patient, *, by: User, now: datetime, moment: Moment | None = None
) -> None:
    """Write the zip of a patient's record up to the newest entry or a moment.

    Everything in it is read as of one moment of the database. Raises NoSuchMoment when the patient
    was not recorded yet.
    """
    with one_moment(), ZipFile(file, "w", ZIP_DEFLATED) as archive:
        head = moment or Head.objects.get(clinic=patient.clinic)
        person = version_at(patient, head.number)
        said = manifest.said_of(patient, person, head, by=by, now=now, moment=moment)
        archive.writestr(_member(README), manifest.readme(said))
        write_table(archive, DICTIONARY, manifest.DICTIONARY, manifest.dictionary())
        written = [
            write_table(
                archive,
                f"{table.name}.csv",
                [column.name for column in table.columns],
                rows(table, patient, head.number, is_erased=said["is_erased"]),
            )
            for table in TABLES.values()
        ]
        package = manifest.package(said, written)
        archive.writestr(_member(MANIFEST), json.dumps(package, ensure_ascii=False, indent=1))


def rows(
    table: Table, patient: Patient, known: int, *, is_erased: bool = False
) -> Iterator[list[str]]:
    """The rows of a table up to an entry number, as cells; in the order of their entries.

    Of a person who `is_erased`, what was taken out stands as such.
    """
    if table.spread:
        for number, items in _values(table, ["entry__number", table.spread], patient, known):
            for position, item in enumerate(items or ()):
                yield [cell(number), cell(position), *(cell(item.get(p)) for p in table.parts)]
        return
    is_record = issubclass(table.model, Record)
    erasable = {*table.model.ERASABLE}
    paths = [column.path for column in table.columns] + ["sealed"] * is_record
    for values in _values(table, paths, patient, known):
        # A record that said nothing in its own words has nothing to take out, and no digest of it.
        is_out = is_erased and not (is_record and values[-1] is None)
        yield [
            _cell(value, column, patient, is_out=is_out and column.path in erasable)
            for column, value in zip(table.columns, values, strict=False)
        ]


def _values(
    table: Table, paths: list[str], patient: Patient, known: int
) -> Iterator[tuple[Any, ...]]:
    to_entry = table.to_entry
    of_patient = {f"{to_entry}patient": patient.pk, f"{to_entry}number__lte": known}
    found = table.model._base_manager.filter(**of_patient)
    found = found.order_by(f"{to_entry}number", *["position"] * bool(table.parent))
    return found.values_list(*paths).iterator(chunk_size=_CHUNK)


def _cell(value: Any, column: Column, patient: Patient, *, is_out: bool) -> str:
    if value is None and is_out:
        return ERASED
    if column.kind == "array":
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return cell(len(value))
    if isinstance(value, datetime):
        return patient.clinic.local(value).isoformat()
    return cell(value)


def _member(name: str) -> ZipInfo:
    """A member that says the same whenever and wherever it is made."""
    member = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.compress_type = ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o600 << 16
    return member


def write_table(
    archive: ZipFile, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> Written:
    """Write a table as a member of a zip, row by row."""
    size, digest, count = 0, sha256(), -1
    writer = csv.writer(Line(), lineterminator="\r\n")
    mark = BOM_UTF8
    with archive.open(_member(name), "w", force_zip64=True) as member:
        for count, row in enumerate(chain([columns], rows)):  # noqa: B007 - the first is no row
            line = mark + writer.writerow(row).encode()
            member.write(line)
            digest.update(line)
            size, mark = size + len(line), b""
    return Written(size, digest.hexdigest(), count)
