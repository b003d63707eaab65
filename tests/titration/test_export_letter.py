"""A letter of record holds what was chosen, and says what it leaves out wherever it is opened."""

import re
from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from access.models import Role
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.titration.doses import times
from tests.titration.exports import pages_of, text_of
from tests.titration.factories import (
    contact_of,
    effect_of,
    medicine_of,
    observation_of,
    plan_of,
    planned_row,
    regimen_of,
    report_of,
    review_of,
    step_of,
)
from tests.titration.issuing import TODAY, issue_of
from titration import actions
from titration.exports import history, pdf
from titration.exports.contents import PARTS, Contents, said_of
from titration.exports.pictures import in_pages, regimen_picture
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 6)


@pytest.fixture(scope="module")
def made_story(module_db):
    """Baclofen from March to July with everything beside it, and gabapentin."""
    clinic = ClinicFactory(telephone="01632 960 123")
    prescriber = member(clinic, name="Dr A. Osei")
    patient = PatientFactory(clinic=clinic, by=prescriber)
    baclofen = regimen_of(patient, by=prescriber)
    gabapentin = regimen_of(patient, medicine_of(clinic, "gabapentin"), by=prescriber)
    step_of(baclofen, date(2026, 3, 2), components=(times(3, "17"),))
    step_of(baclofen, date(2026, 5, 4), components=(times(3, "19"),))
    step_of(baclofen, JULY, components=(times(3, "23"),))
    wrong = step_of(baclofen, date(2026, 7, 20), components=(times(3, "29"),))
    actions.retract_step(step=wrong, reason="twice", reason_text="", by=prescriber)
    step_of(gabapentin, JUNE, components=(times(2, "31"),))
    plan_of(baclofen, planned_row(date(2026, 12, 7), times(3, "37")), note="Slowly, said the aunt")
    review_of(baclofen, what_for="Check the marigolds")
    report_of(baclofen, taken="Only the yellow ones")
    contact_of(patient, said="The kettle sings")
    observation_of(patient, on=JULY, note="in clogs")
    effect_of(patient, on=JULY, words="behind the piano")
    return SimpleNamespace(patient=patient, baclofen=baclofen, reader=member(clinic, Role.VIEWER))


@pytest.fixture
def story(made_story, db):
    return made_story


@pytest.fixture
def client(story):
    client = Client()
    client.force_login(story.reader)
    return client


def chosen(page: Page) -> dict:
    """What the form of the letter holds."""
    return next(form for form in page.forms if form.action.endswith("/export.pdf")).values


def asked(client, story, name="patient-pdf", **query):
    return client.get(reverse(name, args=[story.patient.pk]), query)


BESIDE = {
    "plans": "Slowly, said the aunt",
    "intake": "Only the yellow ones",
    "contacts": "The kettle sings",
    "observed": "behind the piano",
    "context": "As it is known",
}


def test_the_whole_says_so_and_has_its_lanes_its_closing_and_every_part(client, story):
    pages = pages_of(asked(client, story).content)
    text = " ".join(pages)

    assert all("Contains the whole record of this person at this clinic." in p for p in pages)
    for words in (*BESIDE.values(), "Check the marigolds", "29 mg", "31 mg", "in clogs"):
        assert words in text, words
    axis = text.partition("On one time axis")[2]
    for words in ("By mouth: gabapentin", "Side effects and signs", "Weight, in kg", "Contacts"):
        assert words in axis, words
    assert "How to check this letter" in pages[-1]
    assert "01632 960 123" in pages[0]
    assert "01632 960 123" in pages[-1]


def test_a_shortened_letter_says_on_each_page_what_it_leaves_out(client, story):
    regimen = str(story.baclofen.regimen_id)
    query = {"choice": "1", "regimen": regimen, "from": "2026-06-01", "to": "2026-07-31"}
    answer = asked(client, story, **query)
    pages = pages_of(answer.content)

    said = (
        "the dose log of 1 of 2 regimens at this clinic; of doses, reports, contacts, observations "
        "and pump events the days from 01-Jun-2026 to 31-Jul-2026. Leaves out: 1 regimen; what is "
        "of other days, but for the instruction that held on the first day; corrected and "
        "withdrawn texts, and regimens entered in error; "
        + "; ".join(str(words) for words in PARTS.values())
    )
    assert all(f"A part of the record. Contains: {said}." in page for page in pages)
    assert "This is a part of the record, chosen for this letter." in pages[0]
    assert "-part" in answer.headers["Content-Disposition"]
    text = " ".join(pages)
    assert set(re.findall(r"(\d+) mg each time", text)) == {"19", "23"}
    for words in (*BESIDE.values(), "29 mg", "31 mg", "gabapentin", "37 mg"):
        assert words not in text, words


@pytest.mark.parametrize("part", sorted(BESIDE))
def test_a_part_is_there_when_it_is_chosen(client, story, part):
    regimens = [str(key) for key in story.patient.regimens.values_list("pk", flat=True)]
    text = text_of(asked(client, story, choice="1", regimen=regimens, part=part).content)
    assert [each for each, words in BESIDE.items() if words in text] == [part]


def test_a_letter_of_nothing_is_made_all_the_same(client, story):
    nobody = SimpleNamespace(patient=PatientFactory(clinic=story.patient.clinic))
    text = text_of(asked(client, nobody, choice="1").content)
    assert "No regimen is recorded for this person." in text
    assert "Leaves out: corrected and withdrawn texts" in text


def test_paper_is_chosen(client, story):
    for paper, width in (("a4", 595), ("us-letter", 612)):
        file = asked(client, story, paper=paper).content
        assert round(PdfReader(BytesIO(file)).pages[0].mediabox.width) == width


def test_what_cannot_be_made_is_said_and_what_was_chosen_is_kept(client, story):
    typed = {"choice": "1", "part": "plans", "from_day": "31", "from_month": "6"}
    page = Page(asked(client, story, **typed, from_year="2026"))

    assert page.status == 422
    assert page.errors["regimen"] == ["Tick at least one regimen."]
    assert page.errors["from_day"]
    assert chosen(page)["part"] == "plans"
    assert chosen(page)["from_day"] == "31"
    assert "corrections" not in chosen(page)


def test_a_letter_of_more_than_a_server_can_lay_out_is_refused_with_what_to_do(
    client, story, monkeypatch
):
    monkeypatch.setattr(pdf, "MOST_TEXTS", 10)
    page = Page(asked(client, story))
    assert page.status == 422
    assert "This letter has 11 dose steps, observations and other texts; one holds" in page.text
    assert chosen(page)["part"] == list(PARTS)

    assert asked(client, story, **{"from": "2026-06-15"}).status_code == 200


def test_the_page_ticks_all_of_it_or_the_regimen_that_led_to_it(client, story):
    page = Page(asked(client, story, "patient-export", known="5"))
    assert len(chosen(page)["regimen"]) == 2
    assert chosen(page)["part"] == list(PARTS)
    assert chosen(page)["known"] == "5"
    assert "NOT TODAY" in page.text

    only = str(story.baclofen.regimen_id)
    page = Page(asked(client, story, "patient-export", regimen=only))
    assert chosen(page)["regimen"] == only


def test_what_does_not_fit_on_one_axis_goes_on_on_the_next_page():
    def drawn(things):
        return SimpleNamespace(height=sum(things), things=things)

    pages = list(in_pages([40, 40, 30, 90, 120, 10, 20], drawn, 100))

    assert [page.things for page in pages] == [[40, 40], [30], [90], [120], [10, 20]]


def test_the_list_of_errors_says_which_day_cannot_be_read(client, story):
    regimen = str(story.baclofen.regimen_id)
    page = Page(asked(client, story, choice="1", regimen=regimen, from_year="26", to_day="31"))
    assert page.status == 422
    assert "From: Write the year with four digits." in page.text
    assert "To: Write the year with four digits." in page.text


def test_a_range_holds_what_touches_it():
    contents = Contents(since=JUNE, until=date(2026, 6, 30))
    for moment, is_held in (
        (Effective(date(2026, 5, 31)), False),
        (Effective(date(2026, 6, 30)), True),
        (Effective(date(2026, 7, 1)), False),
        (Effective(date(2026, 5, 1), "month"), False),
        (Effective(date(2026, 6, 1), "month"), True),
        (Effective(date(2026, 1, 1), "year"), True),
        (Effective(date(2025, 1, 1), "year"), False),
    ):
        assert contents.holds(moment) == is_held, moment
    assert contents.holds(Effective(date(2026, 1, 5)), Effective(date(2026, 9, 5)))


def test_a_regimens_own_picture_of_chosen_days_has_the_copies_that_are_with_the_patient(story):
    """As its picture of all days has: what went out before them is with the patient still."""
    clinic = story.patient.clinic
    patient = PatientFactory(clinic=clinic)
    regimen = regimen_of(patient, medicine_of(clinic, "clonazepam"), by=member(clinic))
    version = plan_of(regimen)
    issue_of(version)
    record = history.read(patient, by=story.reader, now=timezone.now())
    drawn = []
    since = TODAY - timedelta(days=1)
    for contents in (Contents(), Contents(since=since), Contents(since=since, parts=frozenset())):
        of_these = history.chosen(record, contents)
        picture = regimen_picture(of_these.regimens[0], of_these)
        drawn.append(picture is not None and "On paper, with the patient" in str(picture.words))
    assert drawn == [True, True, False]


def test_only_what_is_whole_leaves_nothing_out():
    assert said_of(Contents(paper="us-letter"), 3).is_whole
    for part in (
        Contents(regimens=frozenset()),
        Contents(since=JUNE),
        Contents(until=JUNE),
        Contents(with_corrections=False),
        Contents(parts=frozenset(PARTS) - {"pump"}),
    ):
        assert part.is_part
        assert not said_of(part, 3).is_whole
