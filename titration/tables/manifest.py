"""What the zip says of itself: to programs as a Tabular Data Package, to people in words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from access.models import User
from ledger.models import Entry, Erasure, Head
from ledger.moments import Moment
from patients.models import Patient, PatientStatus, PatientVersion
from patients.presenters import linked_records, moved_words
from titration.exports.csv import cell
from titration.exports.history import notice
from titration.tables.columns import Column
from titration.tables.declared import TABLES, Table
from titration.tables.words import TABLE_WORDS, codes_of, words_of

FORM = "dose-ledger-tables/1"
ERASED = "erased"


@dataclass(frozen=True)
class Written:
    """A table as it was written: its size in bytes, its SHA-256 as hex, its rows."""

    size: int
    digest: str
    rows: int


def said_of(
    patient: Patient,
    person: PatientVersion,
    head: Head | Moment,
    *,
    by: User,
    now: datetime,
    moment: Moment | None,
) -> dict[str, Any]:
    """Whose record it is, up to which entry, who exported it when, and what is known elsewhere."""
    clinic = patient.clinic
    here = {patient.pk: person.status == PatientStatus.HERE}
    moved = moved_words(here, head.number).get(patient.pk, [])
    erasures = Entry.objects.filter(patient=patient.pk, kind=Erasure.KIND)
    return {
        "profile": "tabular-data-package",
        "name": "dose-history-tables",
        "title": _("The record of one patient as tables"),
        "form": FORM,
        "notice": notice(moment, linked_records(patient.pk, head.number), moved),
        "clinic": clinic.name,
        "clinic_uuid": str(clinic.uuid),
        "time_zone": clinic.time_zone,
        "patient": str(patient.pk),
        "is_erased": erasures.exists(),
        "exported_by": by.name,
        "created": clinic.local(now).isoformat(timespec="seconds"),
        "up_to_entry": head.number,
        "up_to_digest": head.digest,
        "known_at": moment.at.isoformat(timespec="seconds") if moment else None,
    }


def package(said: dict[str, Any], written: Sequence[Written]) -> dict[str, Any]:
    """The whole of datapackage.json, with the tables as they were written."""
    missing = ["", ERASED] if said["is_erased"] else [""]
    resources = [
        _resource(table, as_written, missing)
        for table, as_written in zip(TABLES.values(), written, strict=True)
    ]
    return {**said, "resources": resources}


def _resource(table: Table, written: Written, missing: list[str]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": str(TABLE_WORDS[table.name]),
        "encoding": "utf-8",
        "format": "csv",
        "mediatype": "text/csv",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True},
        "bytes": written.size,
        "hash": f"sha256:{written.digest}",
        "rows": written.rows,
        "schema": {
            "fields": [_field(table, column) for column in table.columns],
            "primaryKey": table.key,
            "foreignKeys": [
                {"fields": column.name, "reference": reference}
                for column in table.columns
                if (reference := _reference(column))
            ],
            "missingValues": missing,
        },
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.is_needed else {}
    if codes := codes_of(table.name, column):
        constraints["enum"] = codes
    formats = {"time": "%H:%M", "datetime": "any"}
    return {
        "name": column.name,
        "type": column.kind,
        "format": formats.get(column.kind, "default"),
        "description": words_of(table.name, column.name),
        "constraints": constraints,
    }


def _reference(column: Column) -> dict[str, str]:
    """Where the number of an entry that stands in a column is found; nothing for other columns."""
    if column.refers is None:
        return {}
    if column.refers is Entry:
        return {"resource": "entries", "fields": "number"}
    [name] = [
        each.name for each in TABLES.values() if each.model is column.refers and not each.spread
    ]
    return {"resource": name, "fields": "entry"}


DICTIONARY = ("table", "column", "type", "holds", "codes", "always_there", "refers_to")


def dictionary() -> Iterator[list[str]]:
    """A row for each table, and one for each of its columns."""
    for table in TABLES.values():
        yield [table.name, "", "", cell(str(TABLE_WORDS[table.name])), "", "", ""]
        for column in table.columns:
            to = _reference(column)
            yield [
                table.name,
                column.name,
                column.kind,
                cell(words_of(table.name, column.name)),
                " ".join(codes_of(table.name, column)),
                cell(column.is_needed),
                ".".join(to.values()),
            ]


def readme(said: dict[str, Any]) -> str:
    """What a person who opens the zip reads first."""
    lines: Iterable[str] = (
        said["notice"],
        _("This is the whole record of one patient as tables, up to the clinic’s entry %(number)s.")
        % {"number": f"{said['up_to_entry']:,}"},
        _("Digest of that entry: %(digest)s") % {"digest": said["up_to_digest"]},
        _("Exported by %(name)s at %(moment)s.")
        % {"name": said["exported_by"], "moment": said["created"]},
        _(
            "dictionary.csv says in words what each column holds. datapackage.json says it to "
            "programs, with the digest of each file."
        ),
        _(
            "Each row belongs to an entry, whose number stands in its first column; entries.csv "
            "says who recorded it, when, and which earlier entry it corrects. withdrawals.csv says "
            "which lines were entered in error. Rows that were corrected or withdrawn are here "
            "too: leave them out before counting."
        ),
        _(
            "A cell that a spreadsheet would take for a formula begins with an apostrophe, and so "
            "does one that begins with apostrophes and then such a sign. To have the text as it "
            "was written, take one apostrophe off."
        ),
    )
    return "\r\n\r\n".join([*lines, ""])
