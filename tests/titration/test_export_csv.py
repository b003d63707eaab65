"""The history as CSV: a row for each part of a dose, from which the record can be built again."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.models import AccessEvent, AccessKind, Role
from ledger.models import Head
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import at, rate, times
from tests.titration.exports import component_of, effective_of, rows_of, typed
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import actions
from titration.dosing import Amount, Component, Timing
from titration.exports import csv as export
from titration.exports import history
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "exports.md"


@pytest.fixture
def clinic():
    return ClinicFactory.create(name="Spasticity Clinic", time_zone="Europe/London")


@pytest.fixture
def prescriber(clinic, client):
    person = member(clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def patient(clinic, prescriber):
    return PatientFactory.create(
        clinic=clinic, by=prescriber, family_name="Żółć", nhs_number="9434765919"
    )


@pytest.fixture
def regimen(patient, prescriber):
    return regimen_of(patient, by=prescriber)


def exported(patient, by) -> bytes:
    return export.csv_file(history.read(patient, by=by, now=NOW))


def columns_told(heading: str) -> list[str]:
    """The columns in the table of a section of the documentation."""
    [section] = re.findall(
        rf"^## {heading}$(.*?)(?=^## |\Z)", DOCUMENTATION.read_text(), re.MULTILINE | re.DOTALL
    )
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_columns_are_those_that_the_documentation_tells():
    told = columns_told("CSV")

    assert tuple(told) == export.COLUMNS


def test_download_is_a_file_that_names_nobody_and_is_not_kept(client, patient, regimen):
    step_of(regimen)

    response = client.get(reverse("patient-csv", args=[patient.pk]))

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]
    assert re.fullmatch(
        rf'attachment; filename="dose-history-{str(patient.pk)[:8]}-\d{{4}}-\d\d-\d\d\.csv"',
        response.headers["Content-Disposition"],
    )
    assert AccessEvent.objects.latest("pk").kind == AccessKind.EXPORT


def test_file_is_utf_8_with_mark_and_crlf(patient, prescriber, regimen):
    step_of(regimen, note="first\nsecond")

    file = exported(patient, prescriber)

    assert file.startswith(b"\xef\xbb\xbfclinic,patient,")
    assert file.endswith(b"\r\n")
    assert "Żółć" in file.decode()
    assert rows_of(file)[0]["note"] == "first\nsecond"


def test_dose_has_a_row_for_each_part(patient, prescriber, regimen):
    parts = (at("morning", "7"), at("bedtime", "11 to 13"))
    step = step_of(regimen, date(2026, 11, 2), components=parts)

    rows = rows_of(exported(patient, prescriber))

    assert [(row["part"], row["parts"]) for row in rows] == [("1", "2"), ("2", "2")]
    assert [(row["amount_low"], row["amount_high"]) for row in rows] == [("7", ""), ("11", "13")]
    assert {(row["unit"], row["unit_ucum"]) for row in rows} == {("mg", "mg")}
    assert {(r["total_per_day_low"], r["total_per_day_high"]) for r in rows} == {("18", "20")}
    assert {row["step"] for row in rows} == {str(step.step)}
    assert {row["effective"] for row in rows} == {"2026-11-02"}


@pytest.mark.parametrize("figures", ["0.5", "0.000001", "12345678", "1482.5", "10", "100000"])
def test_amount_is_the_figure_as_typed(patient, prescriber, regimen, figures):
    step_of(regimen, components=(times(2, figures),))

    assert rows_of(exported(patient, prescriber))[0]["amount_low"] == figures


def test_withhold_resume_and_stop_have_rows(patient, prescriber, regimen):
    step_of(regimen, date(2026, 3, 2))
    step_of(regimen, date(2026, 3, 9), "withhold", reason="unwell")
    step_of(regimen, date(2026, 3, 16), "resume", reason="restart")
    step_of(regimen, date(2026, 3, 23), "stop", reason="complete")

    rows = rows_of(exported(patient, prescriber))

    assert [row["kind"] for row in rows] == ["dose", "withhold", "resume", "stop"]
    assert [row["parts"] for row in rows] == ["1", "0", "1", "0"]
    assert [row["amount_low"] for row in rows] == ["5", "", "5", ""]


def test_corrected_and_withdrawn_texts_are_marked(patient, prescriber, regimen):
    first = step_of(regimen, date(2026, 3, 2))
    corrected = actions.correct_step(
        step=first,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 3, 3)),
            decided_by=prescriber,
            decided_by_name=prescriber.name,
            received_how="in-person",
            reason="start",
            components=(times(3, "7"),),
        ),
        correction_reason="wrong day",
        by=prescriber,
    )
    retraction = actions.retract_step(
        step=corrected, reason="other", reason_text="not ours", by=prescriber
    )

    old, new = rows_of(exported(patient, prescriber))

    assert (old["status"], old["status_entry"]) == ("corrected", new["entry"])
    assert old["status_reason_text"] == new["correction_reason"] == "wrong day"
    assert new["supersedes"] == old["entry"]
    assert new["status"] == "withdrawn"
    assert new["status_entry"] == str(retraction.entry.number)
    assert (new["status_reason"], new["status_reason_text"]) == ("other", "not ours")
    assert new["status_by"] == "Dr A. Osei"


def test_confirmation_is_told(clinic, patient, prescriber, regimen):
    recorder = member(clinic, Role.RECORDER, name="J. Lind")
    step_of(regimen, date(2026, 3, 2))
    step_of(regimen, date(2026, 3, 9), by=recorder)
    step = step_of(regimen, date(2026, 3, 16), by=recorder)
    actions.confirm_step(step=step, by=prescriber)
    step_of(regimen, date(2026, 3, 23), decided_by=None)

    rows = rows_of(exported(patient, prescriber))

    told = [row["confirmation"] for row in rows]
    assert told == ["own", "awaiting", "confirmed", "outside"]
    assert rows[2]["confirmed_by"] == "Dr A. Osei"
    assert rows[1]["recorded_by"] == "J. Lind"


def test_file_says_up_to_which_entry_it_knows(patient, prescriber, regimen):
    step_of(regimen)

    row = rows_of(exported(patient, prescriber))[0]

    head = Head.objects.get(clinic=patient.clinic)
    assert (row["up_to_entry"], row["up_to_digest"]) == (str(head.number), head.digest)
    assert (row["exported_by"], row["exported_at"]) == ("Dr A. Osei", "2026-11-21T10:14:00+00:00")
    assert row["notice"].startswith("This is a record. It proposes no dose:")


def test_nothing_recorded_after_the_newest_entry_known_is_told(patient, prescriber, regimen):
    record = history.read(patient, by=prescriber, now=NOW)
    first = step_of(regimen)
    known = history.read(patient, by=prescriber, now=NOW)
    actions.retract_step(step=first, reason="twice", reason_text="", by=prescriber)

    before, since = list(export.rows(record)), list(export.rows(known))

    assert "entry" not in before[0]
    assert since[0]["status"] == "live"


def test_erased_text_is_said_to_be_erased(patient, prescriber, regimen):
    record = history.read(patient, by=prescriber, now=NOW)
    step = step_of(regimen, note="told to nobody")
    step.note = None

    assert export._step(record, step)["note"] == "erased"
    assert export._step(record, step)["reason_text"] == ""


@pytest.mark.parametrize(
    ("telephone", "is_erased", "said"),
    [("01632 960983", False, "01632 960983"), (None, False, ""), (None, True, "erased")],
)
def test_telephone_is_said_to_be_erased_only_when_it_was(
    patient, prescriber, regimen, telephone, is_erased, said
):
    record = history.read(patient, by=prescriber, now=NOW)
    record.version.telephone = telephone
    record.version.family_name = None if is_erased else "Novak"

    (row,) = rows_of(export.csv_file(record))

    assert row["telephone"] == said


def test_export_of_an_empty_choice_is_of_every_regimen(client, patient, prescriber, regimen):
    regimen_of(patient, medicine_of(patient.clinic, "tizanidine"), by=prescriber)

    response = client.get(reverse("patient-csv", args=[patient.pk]), {"regimen": ""})

    assert {row["medicine"] for row in rows_of(response.content)} == {"baclofen", "tizanidine"}


def test_regimen_without_steps_has_a_row(patient, prescriber, regimen):
    (row,) = rows_of(exported(patient, prescriber))

    assert row["medicine"] == "baclofen"
    assert row["entry"] == row["kind"] == row["amount_low"] == ""


def test_patient_without_regimens_has_the_names_of_the_columns(patient, prescriber):
    assert rows_of(exported(patient, prescriber)) == []


@pytest.mark.parametrize("moment", [
    Effective(date(2019, 1, 1), "year"),
    Effective(date(2024, 3, 1), "month"),
    Effective(date(2026, 3, 2)),
    Effective(date(2026, 7, 2), "day", time(14, 30), 60),
])  # fmt: skip
def test_moment_is_told_as_finely_as_it_is_known(patient, prescriber, regimen, moment):
    step_of(regimen, moment)

    assert effective_of(rows_of(exported(patient, prescriber))[0]) == moment


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+44 20", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-x", "  =1", "＝1", "\n=1"],
)
def test_text_that_reads_as_a_formula_begins_with_an_apostrophe(patient, prescriber, regimen, text):
    step_of(regimen, note=text)

    cell = rows_of(exported(patient, prescriber))[0]["note"]

    assert cell == f"'{text}"
    assert typed(cell) == text


@pytest.mark.parametrize("text", ["'t Hooft", "5 - 6", "a=b", "ring @ 5", "", "'", "−5"])
def test_other_text_is_left_alone(text):
    assert export.cell(text) == text


@given(st.text(max_size=20))
def test_every_text_can_be_had_back_and_none_is_a_formula(text):
    cell = export.cell(text)

    assert typed(cell) == text
    assert not re.match(r"\s*[=+\-@]|[\t\r]", cell)


SHAPES = (
    (at("morning", "0.5"), at("bedtime", "12.5 to 15", period=2, anchor=date(2026, 3, 2))),
    (times(3, "7", "mg", period=1, period_unit="week"),),
    (times(1, "13", "mg", weekdays=(1, 4)),),
    (times(1, "1", "mg", period=6, period_unit="hour"),),
    (rate("17", "hour", window_from=time(8), window_to=time(20)),
     rate("11.5", "hour", window_from=time(20), window_to=time(8))),
    (rate("25", "hour", changed_every_hours=72),),
    (Component(
        Amount(Decimal("5"), None, "mg"), Timing("times"), as_needed=True, as_needed_for="=pain",
        maximum=Amount(Decimal("40"), None, "mg"), maximum_times=8, maximum_hours=24),),
    (Component(
        Amount(Decimal("50"), None, "microgram"), Timing("clock", clock=time(8, 30)),
        volume=Decimal("1"), concentration=Decimal("50"), concentration_unit="microgram",
        product="Lioresal, vial", strengths="1 × 50", calculation="0.7 per kg × 71 kg"),),
)  # fmt: skip


@pytest.mark.parametrize("components", SHAPES)
def test_dose_can_be_built_again_from_its_rows(patient, prescriber, regimen, components):
    step = step_of(regimen, components=components)

    rows = rows_of(exported(patient, prescriber))

    assert tuple(component_of(row) for row in rows) == components
    assert tuple(part.as_written() for part in step.parts) == components


def test_queries_do_not_grow_with_the_log(client, patient, regimen):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("patient-csv", args=[patient.pk]))
        return len(captured)

    step_of(regimen, date(2026, 1, 5))
    few = queries()
    for day in range(1, 10):
        step_of(regimen, date(2026, 1, 5) + timedelta(weeks=day))

    assert queries() == few
