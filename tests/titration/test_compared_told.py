"""The comparison of two moments tells of contacts and reported intake learned since."""

import pytest

from access.models import Role
from ledger.models import Entry, RetractionReason
from tests.factories import PatientFactory, member
from tests.titration.factories import (
    contact_of,
    medicine_of,
    regimen_of,
    report_of,
    report_text,
    step_of,
)
from titration import actions

pytestmark = pytest.mark.django_db

WITHDRAWN = {"reason": RetractionReason.OTHER, "reason_text": "Another person"}


@pytest.fixture
def patient(client):
    patient = PatientFactory()
    client.force_login(member(patient.clinic, Role.VIEWER))
    return patient


@pytest.fixture
def regimen(patient):
    regimen = regimen_of(patient)
    step_of(regimen)
    return regimen


def known_now(patient) -> int:
    return Entry.objects.filter(clinic=patient.clinic).latest("number").number


def learned(client, patient, known: int) -> str:
    text = client.get(f"/patients/{patient.pk}/known/?known={known}").text
    return text.replace("\u00a0", " ")


def test_a_report_that_came_since_is_told_of_its_regimen(client, patient, regimen):
    other = regimen_of(patient, medicine_of(patient.clinic, "tizanidine"))
    known = known_now(patient)
    report_of(regimen, what="missed", slots="morning")
    text = learned(client, patient, known)
    assert "missed in the morning" in text
    assert text.count("Report of the intake.") == 1
    of_other = text.partition(f'<a href="/regimens/{other.regimen_id}/">')[2]
    assert "missed in the morning" not in of_other.partition("</section>")[0]


def test_a_report_corrected_since_is_told_with_both_texts(client, patient, regimen):
    report = report_of(regimen, taken="half of it")
    known = known_now(patient)
    actions.correct_intake(
        report=report,
        text=report_text(regimen, taken="a third of it"),
        correction_reason="Misheard",
        by=regimen.responsible,
    )
    text = learned(client, patient, known)
    for words in ("half of it", "a third of it", "Misheard"):
        assert words in text


def test_a_report_withdrawn_since_is_told_with_the_reason(client, patient, regimen):
    report = report_of(regimen, taken="half of it")
    known = known_now(patient)
    actions.retract_intake(report=report, by=regimen.responsible, **WITHDRAWN)
    text = learned(client, patient, known)
    assert "half of it" in text
    assert "Another person" in text


def test_a_contact_since_is_told_and_its_withdrawal_too(client, patient, regimen):
    known = known_now(patient)
    contact = contact_of(patient, by=regimen.responsible, said="Legs are easier")
    assert "Legs are easier" in learned(client, patient, known)
    known = known_now(patient)
    actions.retract_contact(contact=contact, by=regimen.responsible, **WITHDRAWN)
    text = learned(client, patient, known)
    assert "Legs are easier" in text
    assert "Another person" in text


def test_what_was_known_already_is_not_told_again(client, patient, regimen):
    report_of(regimen, taken="half of it")
    contact_of(patient, said="Legs are easier")
    text = learned(client, patient, known_now(patient))
    assert "half of it" not in text
    assert "Legs are easier" not in text
