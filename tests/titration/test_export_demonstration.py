"""The whole demonstration, with every kind of timing in it, comes out of both exports unchanged."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest

from access.models import Clinic, User
from ledger import verification
from patients.models import Patient
from tests.titration.exports import component_of, logs_of, readable, rows_of, text_of
from tests.titration.fhir import check, resources
from tests.titration.tables import assert_same_logs, logs_in, tables_of
from tests.titration.test_tables_in import exported, new_place, told
from titration import dosing, wording
from titration.demo.building import build
from titration.demo.people import PASSWORD
from titration.exports import history
from titration.exports.csv import csv_file
from titration.exports.fhir import fhir_file
from titration.exports.pdf import pdf_file
from titration.reading import logged, planned
from titration.tables import write_files

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 10, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def clinic(module_db: None) -> Clinic:
    """The demonstration, built once for both tests."""
    return build(PASSWORD, date(2026, 11, 18))


@pytest.fixture
def patients(clinic: Clinic) -> list[Patient]:
    return list(Patient.objects.filter(clinic=clinic).select_related("clinic"))


@pytest.fixture
def by(clinic: Clinic) -> User:
    return clinic.memberships.earliest("pk").user


def test_every_record_can_be_built_again_from_its_rows(patients, by):
    """The log, its state, its segments and its totals."""
    for patient in patients:
        rows = rows_of(csv_file(history.read(patient, by=by, now=NOW)))
        assert_same_logs(logs_of(rows), patient)
        for row in rows:
            assert_total(row, rows)


def test_every_record_can_be_built_again_from_the_tables(patients, by):
    """The same from the zip of tables."""
    for patient in patients:
        file = BytesIO()
        write_files(file, patient, by=by, now=NOW)
        assert_same_logs(logs_in(tables_of(file.getvalue())), patient)


def test_every_record_can_be_brought_into_another_clinic(patients, by):
    """The same tables come out of there, and plans stand as they stood."""
    place = new_place()
    for patient in patients:
        file = exported(patient)
        brought = place.bring(file)
        there = Patient.objects.get(pk=brought.entry.patient)
        again = exported(there)
        assert told(again) == told(file)
        assert standings(there) == standings(patient)
    assert list(verification.clinic(place.clinic)) == []


def standings(patient: Patient) -> list[tuple[str, str]]:
    """How each plan stands, in the order of their signing."""
    regimens = list(patient.regimens.values_list("pk", flat=True))
    logs = logged.histories(regimens)
    return sorted(
        (log.newest.text.note, log.standing(logs[regimen], planned.ended(patient.pk)).state)
        for regimen, plans in planned.plan_logs(regimens).items()
        for log in plans
    )


def test_every_record_is_a_whole_bundle(patients, by):
    for patient in patients:
        record = history.read(patient, by=by, now=NOW)
        bundle = check(fhir_file(record))
        orders = [
            each for each in resources(bundle, "MedicationRequest") if each["intent"] == "order"
        ]
        told = [[dose["text"] for dose in each["dosageInstruction"]] for each in orders]
        kept = [
            [wording.component_words(part) for part in step.components]
            for regimen in record.regimens
            for step in sorted(regimen.history.records, key=lambda step: step.number)
        ]
        assert [words for words, parts in zip(told, kept, strict=True) if parts] == [
            parts for parts in kept if parts
        ]


def assert_total(row: dict[str, str], rows: list[dict[str, str]]) -> None:
    if not row["total_per_day_low"]:
        return
    parts = [component_of(other) for other in rows if other["entry"] == row["entry"]]
    total = dosing.total_per_day(parts)
    assert total is not None
    assert dosing.plain(total.low) == row["total_per_day_low"]
    assert (dosing.plain(total.high) if total.high else "") == row["total_per_day_high"]


def test_every_dose_and_total_stands_in_the_pdf_in_its_own_words(patients, by):
    for patient in patients:
        record = history.read(patient, by=by, now=NOW)
        text = text_of(pdf_file(record))
        for regimen in record.regimens:
            for step in regimen.history.records:
                for label, amount, detail in wording.dosage_lines(step.components):
                    told = f"{label} {amount}, {detail}" if detail else f"{label} {amount}"
                    assert readable(told) in text
                total = dosing.total_per_day(step.components)
                if total and step.kind != "single":
                    assert readable(wording.total_words(total)) in text
