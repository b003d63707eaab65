"""What a form names of another patient or another clinic: refused, and nothing is done."""

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger.models import Entry
from tests.factories import PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.factories import contact_of, medicine_of, regimen_of
from titration.models import Contact, DoseStep, IntakeReport

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(client):
    """A patient with a regimen; who is signed in records in their clinic."""
    patient = PatientFactory()
    regimen_of(patient)
    client.force_login(member(patient.clinic, Role.RECORDER))
    return patient


@pytest.fixture(params=["another patient", "another clinic"])
def theirs(request, mine):
    """A regimen, with somebody's call back, of another patient of the clinic or of another one."""
    clinic = {"clinic": mine.clinic} if request.param == "another patient" else {}
    patient = PatientFactory(**clinic)
    administrator = member(patient.clinic, Role.ADMINISTRATOR)
    return regimen_of(patient, medicine_of(patient.clinic, "zyxolam", administrator))


def call_back_of(patient) -> Contact:
    return contact_of(patient, call_back=patient.clinic.local(timezone.now()).date())


def said(patient) -> dict[str, str]:
    return {
        "how": "telephone",
        "direction": "in",
        "reached": "reached",
        "which_day": patient.clinic.local(timezone.now()).date().isoformat(),
        "said": "Legs are easier",
    }


@pytest.mark.parametrize("field", ["regimen", "answers", "whose"])
def test_a_contact_names_nothing_of_anybody_else(client, mine, theirs, field):
    call_back = call_back_of(theirs.regimen.patient)
    stranger = member(PatientFactory().clinic)
    foreign = {
        "regimen": str(theirs.regimen_id),
        "answers": str(call_back.contact),
        "whose": str(stranger.pk),
    }
    address = reverse("contact-new", args=[mine.pk])
    count = Entry.objects.count()
    values = typed_over(Page(client.get(address)).values, said(mine))

    answer = client.post(address, {**values, field: foreign[field]})

    assert answer.status_code == 200  # the form again, with what is wrong
    assert Entry.objects.count() == count
    assert client.post(address, values).status_code == 302
    assert Entry.objects.count() == count + 1


def test_a_visit_takes_no_part_of_anybody_else(client, mine, theirs):
    """Neither by its address nor by the boxes and hidden fields of a medicine of theirs."""
    key = theirs.regimen_id.hex
    address = reverse("visit", args=[mine.pk])
    query = f"?step={theirs.regimen_id}&report={theirs.regimen_id}"
    page = Page(client.get(address + query))
    assert "zyxolam" not in page.text
    assert not [name for name in page.values if key in name]
    parts = {
        f"step-{key}": "dose",
        f"report-{key}": "on",
        f"step-{key}-submission": "6f1d2c1e-3c1c-4b57-8a43-0b6a2b3a8c11",
        f"report-{key}-submission": "6f1d2c1e-3c1c-4b57-8a43-0b6a2b3a8c12",
        f"report-{key}-kind": "nothing",
        "stage": "confirm",
    }

    answer = client.post(address, {**typed_over(page.values, said(mine)), **parts})

    assert b"zyxolam" not in answer.content
    assert not DoseStep.objects.filter(regimen=theirs.regimen_id).exists()
    assert not IntakeReport.objects.filter(regimen=theirs.regimen_id).exists()


def test_a_sheet_of_changes_names_no_patient_of_another_clinic(client, mine):
    theirs = PatientFactory(family_name="Zyxolamsky")
    for name in ("changes", "changes-pdf"):
        answer = client.get(reverse(name), {"patient": str(theirs.pk)}, follow=True)
        assert b"Zyxolamsky" not in answer.content
        assert "The clinic has no such patient." in answer.content.decode()
