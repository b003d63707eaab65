"""The whole record as tables: every kind of record in it, every column in words, nothing lost."""

import csv
import io
import tracemalloc
from copy import deepcopy
from datetime import UTC, date, datetime
from hashlib import sha256
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.models import AccessEvent, AccessKind, User
from ledger import moments
from ledger.models import AppendOnly, Entry, Head
from patients.models import Patient
from tests.everything import TEXTS, everything
from tests.factories import member
from tests.titration.exports import typed
from tests.titration.tables import assert_same_logs, logs_in, package_of, tables_of
from tests.titration.test_known_histories import Book, between
from titration import actions
from titration.models import DoseStep
from titration.tables import LEFT_OUT, TABLES, files, write_files
from titration.tables.manifest import DICTIONARY

NOW = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
TEXT_TYPES = {"string", "array"}


def exported(patient: Patient, by: User, known: int | None = None) -> bytes:
    head = Head.objects.get(clinic=patient.clinic)
    clinic = patient.clinic
    moment = moments.known(str(known), clinic, head.recorded_at) if known else None
    file = io.BytesIO()
    write_files(file, patient, by=by, now=NOW, moment=moment)
    return file.getvalue()


@pytest.fixture(scope="module")
def made(module_db: None) -> Patient:
    return everything()


@pytest.fixture
def patient(made: Patient, db: None) -> Patient:
    return deepcopy(made)


@pytest.fixture
def by(patient: Patient) -> User:
    return DoseStep.objects.earliest("entry__number").decided_by


# What is in it


def test_every_kind_of_record_has_a_table_or_is_left_out_for_a_reason():
    records = {model for model in apps.get_models() if issubclass(model, AppendOnly)}
    tabled = {table.model for table in TABLES.values()}
    assert tabled | LEFT_OUT.keys() == records
    assert not tabled & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


def test_every_table_has_the_rows_of_what_was_recorded(patient, by):
    tables = tables_of(exported(patient, by))
    without = {name for name in TABLES if not tables[name]}
    assert without == {"erasures"}
    entries = {row["number"]: row["kind"] for row in tables["entries"]}
    assert len(entries) == Entry.objects.filter(patient=patient.pk).count()
    records = [table for table in TABLES.values() if table.to_entry == "entry__"]
    for table in records:
        if not table.spread:
            of_kind = [number for number, kind in entries.items() if kind == table.model.KIND]
            assert [row["entry"] for row in tables[table.name]] == of_kind


def test_every_text_that_was_written_is_in_it(patient, by):
    with ZipFile(io.BytesIO(exported(patient, by))) as archive:
        said = "".join(archive.read(name).decode() for name in archive.namelist())
    assert [text for text in TEXTS if text not in said] == []


def test_every_column_has_its_words(patient, by):
    rows = tables_of(exported(patient, by))["dictionary"]
    assert tuple(rows[0]) == DICTIONARY
    told = [(row["table"], row["column"]) for row in rows]
    assert told == [
        (table.name, name)
        for table in TABLES.values()
        for name in ("", *(column.name for column in table.columns))
    ]
    assert all(row["holds"].endswith(".") for row in rows)


# What it says of itself


READERS = {
    "integer": int,
    "number": float,
    "date": date.fromisoformat,
    "time": lambda cell: datetime.strptime(cell, "%H:%M"),  # noqa: DTZ007
    "datetime": datetime.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def test_the_package_tells_the_truth_of_every_table(patient, by):
    file = exported(patient, by)
    package, tables = package_of(file), tables_of(file)
    with ZipFile(io.BytesIO(file)) as archive:
        for resource in package["resources"]:
            rows, schema = tables[resource["name"]], resource["schema"]
            content = archive.read(resource["path"])
            assert resource["bytes"] == len(content)
            assert resource["hash"] == f"sha256:{sha256(content).hexdigest()}"
            assert resource["rows"] == len(rows)
            assert content.startswith(b"\xef\xbb\xbf")
            assert content.endswith(b"\r\n")
            for column in schema["fields"]:
                check_column(column, [row[column["name"]] for row in rows])
            keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
            assert len(set(keys)) == len(keys)
            for foreign in schema["foreignKeys"]:
                to = foreign["reference"]
                there = {row[to["fields"]] for row in tables[to["resource"]]}
                assert {row[foreign["fields"]] for row in rows} - {""} <= there


def check_column(column: dict, cells: list[str]) -> None:
    written = [cell for cell in cells if cell]
    constraints = column["constraints"]
    assert not constraints.get("required") or written == cells
    assert set(written) <= set(constraints.get("enum", written))
    if column["type"] not in TEXT_TYPES:
        for cell in written:
            READERS[column["type"]](cell)


def test_it_holds_one_known_state(patient, by):
    corrected = DoseStep.objects.filter(entry__superseded_by__isnull=False).earliest(
        "entry__number"
    )
    known = corrected.entry.number
    file = exported(patient, by, known)
    package, tables = package_of(file), tables_of(file)
    digest = Entry.objects.get(clinic=patient.clinic, number=known).digest
    assert (package["up_to_entry"], package["up_to_digest"]) == (known, digest)
    assert package["notice"].startswith("NOT TODAY’S RECORD") or "NOT TODAY" in package["notice"]
    assert max(int(row["number"]) for row in tables["entries"]) <= known
    assert [row["entry"] for row in tables["steps"]] == [str(known)]
    assert tables["confirmations"] == tables["withdrawals"] == []


def test_the_same_record_is_the_same_file(patient, by):
    file = exported(patient, by)
    assert file == exported(patient, by)
    with ZipFile(io.BytesIO(file)) as archive:
        names = [info.filename for info in archive.infolist()]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert names == [
        *("README.txt", "dictionary.csv"),
        *(f"{name}.csv" for name in TABLES),
        "datapackage.json",
    ]


def test_download_is_a_file_that_names_nobody_and_is_not_kept(patient, by):
    client = Client()
    client.force_login(by)
    response = client.get(reverse("patient-tables", args=[patient.pk]))
    assert response.headers["Content-Type"] == "application/zip"
    assert "no-store" in response.headers["Cache-Control"]
    named = f'attachment; filename="dose-tables-{str(patient.pk)[:8]}-'
    assert response.headers["Content-Disposition"].startswith(named)
    assert int(response.headers["Content-Length"]) == len(response.getvalue())
    assert AccessEvent.objects.latest("pk").kind == AccessKind.EXPORT


def test_a_page_of_the_patient_leads_to_it(patient, by):
    client = Client()
    client.force_login(by)
    page = client.get(reverse("patient-export", args=[patient.pk])).content.decode()
    assert reverse("patient-tables", args=[patient.pk]) in page


# What comes back


def test_text_that_reads_as_a_formula_comes_back_as_typed(patient, by):
    texts = ["=1+1", "'=1", "-5", "’quoted’", 'first\nsecond, "third"', "'t Hooft"]
    step = DoseStep.objects.earliest("entry__number")
    for number, text in enumerate(texts, 1):
        instruction = actions.Instruction(
            kind="withhold" if number % 2 else "resume",
            effective=type(step.effective)(date(2026, 8, number)),
            decided_by=by,
            decided_by_name=by.name,
            received_how="letter",
            reason="unwell" if number % 2 else "restart",
            note=text,
            components=() if number % 2 else tuple(p.as_written() for p in step.parts),
        )
        actions.record_step(regimen=step.regimen, instruction=instruction, by=by)
    cells = [row["note"] for row in tables_of(exported(patient, by))["steps"]][-len(texts) :]
    assert [typed(cell) for cell in cells] == texts
    assert not [cell for cell in cells if cell[:1] in "=-"]


@pytest.fixture
def book(db: None) -> Book:
    return Book()


@given(between(), st.integers(0, 30))
@settings(
    max_examples=max(15, settings.default.max_examples // 10),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_timeline_can_be_built_again_as_known_at_every_entry(book, story, place) -> None:
    with transaction.atomic():
        known = book.write(*story)
        patient, by = book.regimen.patient, member(book.clinic)
        number = min(known) + place % len(known)
        assert_same_logs(logs_in(tables_of(exported(patient, by, number))), patient, number)
        assert_same_logs(logs_in(tables_of(exported(patient, by))), patient)
        transaction.set_rollback(True)


def test_a_long_table_takes_no_more_memory_than_a_short_one(tmp_path):
    def peak(rows: int) -> int:
        with ZipFile(tmp_path / f"{rows}.zip", "w") as archive:
            tracemalloc.start()
            lines = ([str(number), "11 mg"] for number in range(rows))
            files.write_table(archive, "long.csv", ["number", "dose"], lines)
            _now, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    assert peak(20_000) < peak(2_000) + 2**16


def test_cells_are_read_by_any_reader_of_csv(patient, by):
    with ZipFile(io.BytesIO(exported(patient, by))) as archive:
        lines = archive.read("contacts.csv").decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("entry,on,precision,time,offset,contact,patient")
    assert next(csv.reader(lines[1:2]))[1:5] == ["2026-06-06", "day", "16:40", "60"]
