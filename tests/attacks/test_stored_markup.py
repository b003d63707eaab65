"""Markup in every text that somebody types comes out as text, on every page and in every file."""

import csv
import io

import pytest
from django.urls import reverse

from access import actions as administration
from access.models import Role
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import medicine_of, regimen_of, step_of

pytestmark = pytest.mark.django_db

MARKUP = "</text><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
RUNS = ("<script>alert", "<img src=x", "</text><script")


@pytest.fixture
def place(client):
    """A clinic, its people, a patient and a regimen whose every text is markup."""
    clinic = ClinicFactory(name=f"Clinic {MARKUP}", telephone="<script>alert(1)</script>")
    said = {"name": f"Dr {MARKUP}", "profession": f"nurse {MARKUP}"[:80]}
    prescriber = member(clinic, **said)
    administrator = member(clinic, Role.ADMINISTRATOR, **said)
    patient = PatientFactory(
        clinic=clinic,
        by=prescriber,
        family_name=f"Novak {MARKUP}",
        given_names=f"Irena {MARKUP}",
        title="<b>Ms</b>",
        record_number="<script>alert(1)</script>",
    )
    regimen = regimen_of(
        patient,
        medicine_of(clinic, f"baclofen {MARKUP}", administrator),
        by=prescriber,
        indication="other",
        indication_text=MARKUP,
        supplied_by=MARKUP[:60],
    )
    step_of(regimen, by=prescriber, note=MARKUP, reason_text=MARKUP)
    administration.revise_person(
        person=prescriber,
        name=f"Dr {MARKUP}",
        profession=MARKUP,
        seen=0,
        by=administrator,
        reason=MARKUP,
    )
    administration.invite(
        clinic=clinic, email="n@example.org", name=MARKUP, role="viewer", by=administrator
    )
    return clinic, prescriber, administrator, patient, regimen.regimen


def runs_nothing(answer) -> None:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace")
    assert "&lt;script&gt;alert(1)" in text
    assert not [words for words in RUNS if words in text]


def test_no_page_of_a_patient_runs_what_was_typed(client, place):
    _clinic, prescriber, _administrator, patient, regimen = place
    client.force_login(prescriber)
    for address in (
        reverse("worklist"),
        reverse("changes"),
        reverse("patient-list"),
        reverse("patient", args=[patient.pk]),
        reverse("patient-edit", args=[patient.pk]),
        reverse("patient-history", args=[patient.pk]),
        reverse("patient-access", args=[patient.pk]),
        reverse("regimen", args=[regimen.pk]),
        reverse("regimen-edit", args=[regimen.pk]),
        reverse("regimen-history", args=[regimen.pk]),
        reverse("step-new", args=[regimen.pk]),
        reverse("medicine-list"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        runs_nothing(answer)


def test_no_page_of_administration_runs_what_was_typed(client, place):
    clinic, prescriber, administrator, _patient, _regimen = place
    client.force_login(administrator)
    for address in (
        reverse("person-list"),
        reverse("person", args=[prescriber.pk]),
        reverse("person-edit", args=[prescriber.pk]),
        reverse("person-shut", args=[prescriber.pk]),
        reverse("person-factors", args=[prescriber.pk]),
        reverse("membership-end", args=[prescriber.memberships.get().pk]),
        reverse("clinic", args=[clinic.uuid]),
        reverse("acts"),
        reverse("audit"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        runs_nothing(answer)


def test_what_is_searched_for_comes_back_as_text(client, place):
    _clinic, prescriber, *_rest = place
    client.force_login(prescriber)
    answer = client.post(reverse("patient-list"), {"q": MARKUP}, follow=True)
    assert "&lt;script&gt;" in answer.content.decode()
    runs_nothing(answer)


def test_a_file_of_the_audit_names_markup_as_a_cell(client, place):
    clinic, *_rest = place
    client.force_login(member(clinic, Role.AUDITOR, name="=cmd|' /C calc'!A0"))
    client.get(reverse("audit"))
    answer = client.get(reverse("audit-csv"))
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert any("calc" in cell for cell in cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_names_of_files_are_the_servers_own(client, place):
    _clinic, prescriber, _administrator, patient, _regimen = place
    client.force_login(prescriber)
    for name in ("patient-csv", "patient-pdf", "patient-tables", "patient-fhir"):
        said = client.get(reverse(name, args=[patient.pk]))["Content-Disposition"]
        assert said.startswith("attachment; filename=")
        assert not set(said.split("filename=", 1)[1].strip('"')) & set("<>'\"/\\;\r\n")
        assert "Novak" not in said
        assert "script" not in said
