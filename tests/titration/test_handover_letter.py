"""The handover letter is one page, whatever there is to say, and names what has no room on it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.titration.doses import at, times
from tests.titration.exports import pages_of
from tests.titration.factories import (
    contact_of,
    medicine_of,
    plan_of,
    planned_row,
    regimen_of,
    report_of,
    review_of,
    step_of,
)

pytestmark = pytest.mark.django_db

LONG = "Ferruginous " * 12


@pytest.fixture(scope="module")
def made_story(module_db):
    """Somebody with nothing recorded, and somebody with everything that is handed over."""
    clinic = ClinicFactory(telephone="01632 960 123")
    prescriber, recorder = member(clinic, name="Dr A. Osei"), member(clinic, Role.RECORDER)
    medicine = medicine_of(clinic)
    patient = PatientFactory(clinic=clinic, by=prescriber)
    context_of(patient, recorder, allergies=stated({"substance": "Feathers", "reaction": "hives"}))
    regimen = regimen_of(patient, medicine, prescriber, supplied_by="The almoner of Wick")
    step_of(regimen, date(2026, 3, 2), components=(times(3, "17"),), by=recorder)
    plan_of(
        regimen,
        planned_row(date(2026, 3, 2), times(3, "17")),
        planned_row("review", at("morning", "19"), at("bedtime", "23")),
    )
    contact_of(patient, by=prescriber, call_back=date(2026, 12, 7), call_back_for="the weather")
    report_of(regimen, taken="half of it")
    return SimpleNamespace(
        clinic=clinic,
        prescriber=prescriber,
        medicine=medicine,
        patient=patient,
        regimen=regimen,
        nobody=PatientFactory(clinic=clinic, by=prescriber),
    )


@pytest.fixture
def story(made_story, db):
    return made_story


def letter_of(story, patient=None, **query) -> str:
    """The words of the letter, which is one page."""
    client = Client()
    client.force_login(story.prescriber)
    patient = patient or story.patient
    answer = client.get(reverse("patient-handover", args=[patient.pk]), query)
    name = f"handover-{str(patient.pk)[:8]}-{timezone.localdate():%Y-%m-%d}"
    assert f'filename="{name}' in answer.headers["Content-Disposition"]
    [page] = pages_of(answer.content)
    return page


def test_the_page_tells_what_is_handed_over(story):
    page = letter_of(story)

    for words in (
        "Allergies Feathers (Reaction: hives)",
        "Open: call back 07-Dec-2026, by Dr A. Osei, for “the weather”",
        "Three times a day 17 mg each time Total per day 51 mg",
        "Not yet confirmed by Dr A. Osei",
        "Awaiting the prescriber",
        "Next written row 17 mg three times a day (17 mg each time) Planned from Monday 02-Mar-",
        "Planned for 02-Mar-2026, nothing recorded.",
        "Copies with the patient No copy of a plan is recorded as with the patient.",
        "Supplied by “The almoner of Wick”",
        "Review no review written",
        "Prescriber told: No prescriber is recorded as told.",
        "Responsible prescriber Dr A. Osei",
        "Clinic’s telephone 01632 960 123",
        "Page 1 of 1",
    ):
        assert words in page, words


def test_what_changed_is_told(story):
    review_of(story.regimen, days=5)
    step_of(story.regimen, date(2026, 4, 6), "withhold")
    ahead = timezone.localdate() + timedelta(days=9)
    recorder = member(story.clinic, Role.RECORDER)
    step_of(story.regimen, ahead, "resume", (times(2, "29"),), by=recorder)

    page = letter_of(story)

    assert "Withheld: the patient takes none" in page
    assert "Review Booked for" in page
    assert "Resumed: 29 mg twice a day (29 mg each time). Not yet confirmed by" in page


def test_nothing_recorded_is_said(story):
    page = letter_of(story, story.nobody)

    assert "No regimen is recorded for this person." in page
    assert "No contact is recorded." in page
    assert "Allergies not asked" in page


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_ten_regimens_fit_and_what_does_not_is_named(story, paper):
    patient = PatientFactory(
        clinic=story.clinic, by=story.prescriber, family_name=LONG[:100], given_names=LONG[:100]
    )
    medicines = [medicine_of(story.clinic, f"Medicament {n}") for n in range(10)]
    for place, medicine in enumerate(medicines):
        regimen = regimen_of(patient, medicine, story.prescriber, supplied_by=LONG[:60])
        step_of(regimen, components=(times(3, str(101 + place)),), note=LONG * 9)

    page = letter_of(story, patient, paper=paper)

    assert all(f"Medicament {n}" in page for n in range(10))
    assert all(f"{101 + n} mg" in page for n in range(10))
    assert "A note of 1,298 characters belongs to this instruction." in page
    assert "No room on this page for all that is known of these." in page


def test_regimens_without_any_room_are_counted(story):
    patient = PatientFactory(clinic=story.clinic, by=story.prescriber)
    for _time in range(40):
        regimen = regimen_of(patient, story.medicine, story.prescriber)
        parts = tuple(at(slot, "1234.56789") for slot in ("morning", "midday", "evening"))
        step_of(regimen, components=parts)

    page = letter_of(story, patient)

    shown = page.count("By mouth: baclofen, tablet. ")
    left = 40 - shown - page.count("By mouth: baclofen, tablet Last recorded")
    assert left > 0
    assert f"{left} more regimens have no room on this page, which tells nothing of them." in page
