"""What people type of contacts, intake, observations, pumps and context is text in every file."""

import csv
import io
import re
import zipfile
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from access.models import Role
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.titration.doses import rate
from tests.titration.exports import readable, text_of
from tests.titration.factories import (
    contact_of,
    effect_of,
    medicine_of,
    observation_of,
    plan_of,
    planned_row,
    pump_event_of,
    regimen_of,
    report_of,
    review_of,
    step_of,
)

pytestmark = pytest.mark.django_db

TYPED: list[str] = []


def typed(field: str) -> str:
    """A formula for a spreadsheet, a command for the typesetter and markup for a page, in one."""
    text = f'=1+1 #link("x")[{field}] <script>alert(1)</script> *_$`@'
    TYPED.append(text)
    return text


@pytest.fixture(scope="module")
def made_place(module_db):
    TYPED.clear()
    clinic = ClinicFactory()
    prescriber, recorder = member(clinic), member(clinic, Role.RECORDER)
    patient = PatientFactory(clinic=clinic, by=prescriber)
    regimen = regimen_of(
        patient,
        medicine_of(clinic),
        prescriber,
        route="intrathecal",
        unit="microgram",
        form="",
        indication_text=typed("indication"),
    )
    step_of(regimen, components=(rate("17", "hour"),), note=typed("instruction"), by=recorder)
    contact_of(
        patient,
        by=prescriber,
        with_whom=typed("with whom"),
        said=typed("said"),
        told=typed("told"),
        call_back=date(2026, 12, 7),
        call_back_for=typed("call back"),
    )
    report_of(
        regimen, taken=typed("taken"), reporter_name=typed("reporter"), note=typed("of intake")
    )
    observation_of(patient, measured_by=typed("measured by"), note=typed("of observation"))
    effect_of(patient, words=typed("effect"), reported_by=typed("said by"))
    pump_event_of(
        regimen,
        model=typed("pump"),
        other_contents=typed("contents"),
        alarm="heard",
        alarm_words=typed("alarm"),
        note=typed("of pump"),
    )
    context_of(
        patient,
        recorder,
        allergies=stated({"substance": typed("substance"), "reaction": typed("reaction")}),
        conditions=stated({"condition": typed("condition"), "note": typed("of condition")}),
        medicines=stated({"medicine": typed("other"), "dose": typed("dose as told")}),
        sedatives=stated({"substance": typed("sedative"), "amount": typed("how much")}),
        giver=stated({"giver": "family", "who": typed("giver")}),
    )
    tomorrow = timezone.localdate() + timedelta(days=1)
    plan = plan_of(
        regimen,
        planned_row(tomorrow, rate("19", "hour"), words=typed("row")),
        note=typed("of plan"),
        if_missed=typed("if missed"),
        if_unwell=typed("if unwell"),
    )
    review_of(regimen, what_for=typed("review"))
    return SimpleNamespace(patient=patient, regimen=regimen, plan=plan.plan_id, by=prescriber)


@pytest.fixture
def place(made_place, db):
    return made_place


def file_of(place, name: str, key, **query) -> bytes:
    client = Client()
    client.force_login(place.by)
    answer = client.get(reverse(name, args=[key]), query)
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    return answer.getvalue()


@pytest.mark.parametrize(("name", "least"), [("patient-pdf", 100), ("patient-handover", 10)])
def test_a_pdf_prints_what_was_typed_and_does_none_of_it(place, name, least):
    content = file_of(place, name, place.patient.pk)
    text = "".join(text_of(content).split())  # a narrow column breaks a long word

    printed = [each for each in TYPED if "".join(readable(each).split()) in text]
    share = 100 * len(printed) / len(TYPED)
    assert share >= least, set(TYPED) - set(printed)
    reader = PdfReader(io.BytesIO(content))
    assert all("/Annots" not in page for page in reader.pages)
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(reader.root_object)
    assert b"/JavaScript" not in content


def test_no_cell_of_a_table_begins_as_a_formula(place):
    files = [
        file_of(place, name, place.patient.pk) for name in ("patient-csv", "patient-context-csv")
    ]
    packed = zipfile.ZipFile(io.BytesIO(file_of(place, "patient-tables", place.patient.pk)))
    tables = [packed.read(name) for name in packed.namelist() if name.endswith(".csv")]
    cells = {
        cell
        for file in (*files, *tables)
        for row in csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""))
        for cell in row
    }

    assert not [cell for cell in cells if re.match(r"\s*[=+\-@\t\r]", cell)]
    held = "\n".join(cells)
    assert [each for each in TYPED if each not in held] == []


def test_a_calendar_file_has_lines_of_its_own_alone(place):
    content = file_of(place, "plan-ical", place.plan, names="1", alarm="1").decode()

    lines = content.replace("\r\n ", "").split("\r\n")
    assert not [each for each in TYPED if each in content]
    names = {re.split("[:;]", line)[0] for line in lines if line}
    assert names <= {
        *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "UID", "DTSTAMP", "DTSTART"),
        *("DTEND", "DURATION", "SUMMARY", "DESCRIPTION", "SEQUENCE", "STATUS", "TRANSP", "ACTION"),
        *("TRIGGER", "X-WR-CALNAME", "NAME", "CLASS", "LAST-MODIFIED", "CREATED", "COMMENT"),
    }


@pytest.mark.parametrize(
    ("name", "of_regimen"),
    [
        ("patient", False),
        ("patient-export", False),
        ("patient-context", False),
        ("contact-list", False),
        ("observation-list", False),
        ("regimen", True),
        ("intake", True),
        ("pump", True),
    ],
)
def test_no_page_runs_what_was_typed(place, name, of_regimen):
    key = place.regimen.regimen_id if of_regimen else place.patient.pk
    page = file_of(place, name, key).decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
