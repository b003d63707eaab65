"""What pages and exports show of somebody who was erased, and that nothing more is recorded."""

import re
from copy import deepcopy
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from access.models import Role
from ledger import erasing
from ledger.models import Entry, ErasureReason
from patients.models import Patient
from patients.presenters import erased_words
from tests.access.test_access_matrix import WORK
from tests.everything import TEXTS, everything
from tests.factories import member
from tests.titration.exports import rows_of, text_of
from tests.titration.factories import step_of
from tests.titration.tables import package_of, tables_of
from titration.models import DoseStep, Regimen, WorklistRow

pytestmark = pytest.mark.django_db

READING = {
    "patient",
    "patient-history",
    "patient-context",
    "patient-context-history",
    "patient-context-csv",
    "patient-access",
    "patient-known",
    "patient-export",
    "patient-handover",
    "patient-pdf",
    "patient-csv",
    "patient-tables",
    "patient-fhir",
    "pump",
    "regimen",
    "regimen-history",
    "contact-list",
    "intake",
    "observation-list",
    "same-person-list",
    "transfer-list",
}
FILES = {
    "patient-pdf",
    "patient-handover",
    "patient-csv",
    "patient-tables",
    "patient-fhir",
    "patient-context-csv",
}
OF_A_PATIENT = {name for name, row in WORK.items() if re.search("{(patient|regimen|step)}", row[0])}
SAYING_ERASED = {
    "patient",
    "patient-known",
    "patient-pdf",
    "patient-handover",
    "regimen",
    "regimen-history",
}
SENT_ONLY = {"import-put-aside", "step-confirm", "step-dispute", "patient-context-confirm"}


@pytest.fixture(scope="module")
def erased(module_db: None) -> Patient:
    patient = everything()
    regimen = patient.regimens.get()
    step_of(regimen.versions.get(), by=member(patient.clinic, Role.RECORDER), on=date(2026, 5, 1))
    administrator = member(patient.clinic, Role.ADMINISTRATOR)
    reason = ErasureReason.REQUEST
    erasing.erase(clinic=patient.clinic, patient=patient.pk, reason=reason, by=administrator)
    return patient


@pytest.fixture
def patient(erased: Patient, db: None) -> Patient:
    return deepcopy(erased)


@pytest.fixture
def client(patient: Patient) -> Client:
    client = Client()
    client.force_login(DoseStep.objects.latest("entry__number").decided_by)
    return client


def address(name: str, patient: Patient) -> str:
    regimen = Regimen.objects.get(patient=patient)
    step = DoseStep.objects.newest().filter(regimen=regimen).earliest("entry__number")
    path = WORK[name][0]
    return path.format(patient=patient.pk, regimen=regimen.pk, step=step.step)


def held(content: str) -> list[str]:
    shown = (*TEXTS, "19-Jul-1953", "943 476 5919")
    return [text for text in shown if text.lower() in content.lower()]


@pytest.mark.parametrize("name", sorted(READING - FILES))
def test_page_says_when_the_person_was_erased(client: Client, patient: Patient, name: str) -> None:
    response = client.get(address(name, patient))
    content = response.content.decode()
    assert response.status_code == 200
    assert erased_words(patient.pk) in content
    assert held(content) == []
    assert "/edit/" not in content
    assert "/steps/new/" not in content


@pytest.mark.parametrize(
    "name",
    [
        "patient",
        "patient-history",
        "patient-context",
        "patient-context-history",
        "regimen",
        "regimen-history",
    ],
)
def test_past_view_says_so_too(client: Client, patient: Patient, name: str) -> None:
    number = Entry.objects.filter(patient=patient.pk).latest("number").number - 1
    response = client.get(address(name, patient), {"known": str(number)})
    content = response.content.decode()
    assert response.status_code == 200
    assert erased_words(patient.pk) in content
    assert held(content) == []


@pytest.mark.parametrize("name", sorted(SAYING_ERASED))
def test_what_was_erased_is_no_quotation(client: Client, patient: Patient, name: str) -> None:
    first = Entry.objects.filter(patient=patient.pk).earliest("number").number
    asked = {"known": str(first)} if name == "patient-known" else {}
    content = client.get(address(name, patient), asked).content
    text = text_of(content) if content.startswith(b"%PDF") else content.decode()
    assert "“erased”" not in text
    assert re.search(r"\berased\b", text)


def test_pdf_says_when_the_person_was_erased(client: Client, patient: Patient) -> None:
    text = text_of(client.get(address("patient-pdf", patient)).content)
    assert f"Dose history. {erased_words(patient.pk)}." in text
    assert held(text) == []
    assert "11 mg" in text


def test_csv_says_when_the_person_was_erased(client: Client, patient: Patient) -> None:
    file = client.get(address("patient-csv", patient)).content
    rows = rows_of(file)
    assert {row["family_name"] for row in rows} == {erased_words(patient.pk)}
    assert {row["birth_date"] for row in rows} == {"erased"}
    assert held(file.decode()) == []


def test_the_table_of_the_context_says_when_the_person_was_erased(
    client: Client, patient: Patient
) -> None:
    file = client.get(address("patient-context-csv", patient)).content
    rows = rows_of(file)
    assert {row["family_name"] for row in rows} == {erased_words(patient.pk)}
    assert [row["lines"] for row in rows if row["answer"] == "stated"] == ["erased"] * 3
    assert held(file.decode()) == []


def test_the_tables_say_that_the_person_was_erased(client: Client, patient: Patient) -> None:
    file = client.get(address("patient-tables", patient)).getvalue()
    tables = tables_of(file)
    assert {row["family_name"] for row in tables["patient"]} == {"erased"}
    assert "erased" in {row["calculation"] for row in tables["components"]}
    assert "erased" in {row["lines"] for row in tables["context"]}
    assert (tables["context_lines"], len(tables["erasures"])) == ([], 1)
    assert package_of(file)["is_erased"]
    with ZipFile(BytesIO(file)) as archive:
        assert held("".join(archive.read(name).decode() for name in archive.namelist())) == []


def test_worklist_says_when_the_person_was_erased(client: Client, patient: Patient) -> None:
    content = client.get(reverse("worklist")).content.decode()
    assert erased_words(patient.pk) in content
    assert not WorklistRow.objects.exists()
    assert held(content) == []


def test_list_of_names_has_nobody_without_one(client: Client, patient: Patient) -> None:
    for text in ("", "Quillfeather", "9434765919"):
        content = client.get(reverse("patient-list"), {"q": text}).content.decode()
        assert str(patient.pk) not in content
        assert "Erased on" not in content


@pytest.mark.parametrize("name", sorted(OF_A_PATIENT - READING - SENT_ONLY))
def test_nothing_is_offered_to_be_recorded(client: Client, patient: Patient, name: str) -> None:
    count = Entry.objects.count()
    for response in (client.get(address(name, patient)), client.post(address(name, patient))):
        assert response.status_code == 403
        assert "Nothing more is recorded of them." in response.content.decode()
    assert Entry.objects.count() == count


def test_nothing_is_confirmed(client: Client, patient: Patient) -> None:
    waiting = DoseStep.objects.latest("entry__number")
    count = Entry.objects.count()
    for name in ("step-confirm", "step-dispute"):
        url = reverse(name, args=[waiting.step])
        response = client.post(url, {"entry": str(waiting.pk)})
        assert response.status_code == 403
        assert "Nothing more is recorded of them." in response.content.decode()
    assert Entry.objects.count() == count
