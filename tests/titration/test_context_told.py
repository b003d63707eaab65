"""The context where others tell of it: the comparison, the changes sheet, the files."""

import csv
import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from access.models import Role
from ledger.models import Entry
from patients import actions
from patients.context import TOPICS
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.pages import Page
from tests.titration.test_export_csv import columns_told
from titration.exports import context_csv

pytestmark = pytest.mark.django_db

PENICILLIN = {"substance": "penicillin", "reaction": "rash"}


@pytest.fixture
def nurse():
    return member(ClinicFactory(), Role.RECORDER, name="J. Lind")


@pytest.fixture
def patient(nurse):
    return PatientFactory(clinic=nurse.memberships.get().clinic, by=nurse)


@pytest.fixture
def known(patient, nurse) -> int:
    """The entry before another text of the allergies, which is confirmed; conditions never were."""
    context_of(patient, nurse, allergies=stated())
    number = Entry.objects.latest("number").number
    version = context_of(patient, nurse, allergies=stated(PENICILLIN))["allergies"]
    actions.confirm_context(patient=patient, seen=[version.entry], by=nurse)
    return number


def text_of_pdf(client, patient, query="") -> str:
    response = client.get(reverse("patient-pdf", args=[patient.pk]) + query)
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_comparison_says_what_was_learned_of_the_context(client, patient, nurse, known):
    client.force_login(nurse)
    page = Page(client.get(f"{reverse('patient-known', args=[patient.pk])}?known={known}"))
    assert "J. Lind wrote of the context: Allergies." in page.text
    assert "It said: No known allergies. It says: penicillin (Reaction: rash)." in page.text
    assert "J. Lind confirmed as unchanged: Allergies." in page.text


def test_the_changes_sheet_has_a_line_for_each_entry_of_the_context(client, patient, nurse, known):
    client.force_login(nurse)
    page = Page(client.get(f"{reverse('changes')}?patient={patient.pk}"))
    assert "Allergies Allergies not asked No known allergies" in page.text
    assert "Allergies No known allergies penicillin (Reaction: rash)" in page.text
    assert "Allergies: confirmed unchanged" in page.text


def test_the_pdf_says_every_topic_also_what_was_not_asked(client, patient, nurse, known):
    client.force_login(nurse)
    text = text_of_pdf(client, patient)
    assert "Allergies penicillin (rash)" in text  # in the banner
    assert "penicillin (Reaction: rash)" in text
    assert "Confirmed unchanged by J. Lind" in text
    assert "Earlier texts of the context" in text
    assert text.count("not asked") == len(TOPICS) - 1


def test_the_pdf_as_known_then_knows_nothing_later(client, patient, nurse, known):
    client.force_login(nurse)
    text = text_of_pdf(client, patient, f"?known={known}")
    assert "No known allergies" in text
    assert "penicillin" not in text
    assert "Confirmed unchanged" not in text


def table(client, patient, query="") -> list[dict[str, str]]:
    response = client.get(reverse("patient-context-csv", args=[patient.pk]) + query)
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_columns_of_the_context_are_those_that_the_documentation_tells():
    assert tuple(columns_told("Context CSV")) == context_csv.COLUMNS


def test_the_table_has_a_row_for_each_line_of_each_text_and_each_topic(
    client, patient, nurse, known
):
    latex = {"substance": "=latex"}
    context_of(patient, nurse, allergies=stated(PENICILLIN, latex))
    client.force_login(nurse)

    rows = table(client, patient)

    of_allergies = [row for row in rows if row["topic"] == "allergies"]
    told = ("answer", "status", "line", "lines", "substance", "reaction", "supersedes")
    first, second = known, known + 1
    assert [tuple(row[name] for name in told) for row in of_allergies] == [
        ("none-known", "superseded", "", "0", "", "", ""),
        ("stated", "superseded", "1", "1", "penicillin", "rash", str(first)),
        ("stated", "live", "1", "2", "penicillin", "rash", str(second)),
        ("stated", "live", "2", "2", "'=latex", "", str(second)),
    ]
    assert {row["topic"]: row["answer"] for row in rows if row["topic"] != "allergies"} == {
        topic: "not-asked" for topic in TOPICS if topic != "allergies"
    }


def test_the_table_says_who_confirmed_the_text_that_stands(client, patient, nurse, known):
    client.force_login(nurse)
    [live] = [row for row in table(client, patient) if row["confirmed_entry"]]
    assert (live["status"], live["confirmed_by"]) == ("live", "J. Lind")


def test_the_table_as_known_then_knows_nothing_later(client, patient, nurse, known):
    client.force_login(nurse)
    rows = table(client, patient, f"?known={known}")
    assert [row["answer"] for row in rows if row["topic"] == "allergies"] == ["none-known"]
    assert rows[0]["notice"].startswith("NOT TODAY")
