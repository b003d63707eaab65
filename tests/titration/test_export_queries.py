"""Every file of a patient asks as much of the database for many regimens as for two."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from access.models import Role
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import counted
from tests.titration.doses import times
from tests.titration.factories import (
    contact_of,
    effect_of,
    medicine_of,
    plan_of,
    regimen_of,
    report_of,
    review_of,
    step_of,
)
from tests.titration.issuing import issue_of
from titration import actions

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db):
    """A patient with two regimens, and one with five: each with everything beside it."""
    clinic = ClinicFactory()
    prescriber, recorder = member(clinic), member(clinic, Role.RECORDER)
    patients = []
    for count in (2, 5):
        patients.append(PatientFactory(clinic=clinic, by=prescriber))
        for number in range(count):
            medicine = medicine_of(clinic, f"medicine {count} {number}")
            regimen = regimen_of(patients[-1], medicine, by=prescriber)
            step_of(regimen, components=(times(3, "5"),), by=recorder, decided_by=prescriber)
            issue_of(plan_of(regimen))
            wrong = step_of(regimen, date(2026, 3, 9), components=(times(3, "7"),))
            actions.retract_step(step=wrong, reason="twice", reason_text="", by=prescriber)
            review_of(regimen)
            report_of(regimen)
            contact_of(patients[-1], prescriber, regimen=regimen.regimen)
            effect_of(patients[-1], words=f"yawns {number}")
    return SimpleNamespace(patients=patients, reader=member(clinic, Role.VIEWER))


@pytest.mark.parametrize(
    "name", ["patient-pdf", "patient-handover", "patient-csv", "patient-tables", "patient-fhir"]
)
def test_the_queries_do_not_grow_with_regimens(made, db, name):
    client = Client()
    client.force_login(made.reader)
    found = []
    for patient in made.patients:
        url = reverse(name, args=[patient.pk])
        client.get(url)
        with counted() as asked:
            assert client.get(url).status_code == 200
        found.append(len(asked))
    assert found[0] == found[1]
