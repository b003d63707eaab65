"""The record as known at a moment: on every page and export of a patient, and beside today's."""

import csv
import io
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from django.urls import reverse
from pypdf import PdfReader

from access.models import AccessEvent, Role
from ledger.models import Entry, Head
from patients import actions as people
from patients.identity import Standing
from tests.factories import ClinicFactory, IdentityFactory, PatientFactory, member
from tests.pages import Page, counted
from tests.titration.doses import at
from tests.titration.factories import medicine_of, plan_of, review_of, step_of
from tests.titration.issuing import issue_of
from tests.titration.recording import Recording
from titration import actions
from titration.models import DoseStep, RegimenVersion
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

BANNER = "NOT TODAY'S RECORD: as known on"


def on(day: int, hour: int = 9) -> datetime:
    """A moment of March 2026, while London keeps winter time."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


class Story:
    """A demonstration clinic, where recorded times are given: what happened on which day of March.

    2: the patient, the regimen, 7 mg from 2 March. 5: J. Lind types 11 mg from 4 March. 6: that is
    corrected to 13 mg. 8: confirmed; 10: corrected to 17 mg. 12: 19 mg from 3 March, learned late.
    14: that is withdrawn. 16: the patient's name changes, another prescriber is responsible.
    """

    def __init__(self) -> None:
        self.clinic = ClinicFactory(is_demo=True, time_zone="Europe/London")
        self.osei = member(self.clinic, name="Dr A. Osei")
        self.ray = member(self.clinic, name="Dr B. Ray")
        self.lind = member(self.clinic, Role.RECORDER, name="J. Lind")
        administrator = member(self.clinic, Role.ADMINISTRATOR)
        medicine = actions.add_medicine(
            clinic=self.clinic,
            text=actions.MedicineText("baclofen", ("tablet",), ("oral",), ("mg",)),
            by=administrator,
            recorded_at=on(1),
        )
        identity = IdentityFactory(family_name="Novak", given_names="Irena")
        person = people.add_patient(
            clinic=self.clinic, identity=identity, by=self.lind, recorded_at=on(2)
        )
        self.patient = person.patient
        self.text = actions.RegimenText(
            medicine, "oral", "mg", "tablet", "spasticity", "", self.osei
        )
        self.version = actions.open_regimen(
            patient=self.patient, text=self.text, by=self.lind, recorded_at=on(2)
        )
        self.regimen = self.version.regimen
        self.numbers: dict[int, int] = {}
        self.tell(person)

    def tell(self, person) -> None:
        self.first = self.step("7", 2, recorded=2, by=self.osei)
        second = self.step("11", 4, recorded=5)
        second = self.correct(second, "13", recorded=6)
        actions.confirm_step(step=second, by=self.osei, recorded_at=on(8))
        self.note(8)
        self.second = self.correct(second, "17", recorded=10)
        self.late = self.step("19", 3, recorded=12)
        actions.retract_step(
            step=self.late, reason="twice", reason_text="", by=self.lind, recorded_at=on(14)
        )
        self.note(14)
        actions.revise_regimen(
            regimen=self.regimen,
            seen=self.version.entry,
            text=replace(self.text, indication="pain", responsible=self.ray),
            by=self.lind,
            recorded_at=on(16),
        )
        people.revise_patient(
            patient=self.patient,
            seen=person.entry,
            identity=IdentityFactory(family_name="Łoś", given_names="Irena"),
            standing=Standing("left", date(2026, 3, 16)),
            by=self.lind,
            recorded_at=on(16),
        )
        self.note(16)

    def note(self, day: int) -> None:
        self.numbers[day] = Head.objects.get(clinic=self.clinic).number

    def said(self, figure: str, day: int) -> actions.Instruction:
        return actions.Instruction(
            "dose",
            Effective(date(2026, 3, day)),
            self.osei,
            self.osei.name,
            "telephone",
            "step-up",
            (at("morning", figure),),
        )

    def step(self, figure: str, day: int, recorded: int, by=None) -> DoseStep:
        step = actions.record_step(
            regimen=self.regimen,
            instruction=self.said(figure, day),
            by=by or self.lind,
            recorded_at=on(recorded),
        )
        self.note(recorded)
        return step

    def correct(self, step: DoseStep, figure: str, recorded: int) -> DoseStep:
        corrected = actions.correct_step(
            step=step,
            instruction=self.said(figure, step.effective_on.day),
            correction_reason=f"it was {figure}",
            by=self.lind,
            recorded_at=on(recorded),
        )
        self.note(recorded)
        return corrected


@pytest.fixture(scope="module")
def told(module_db: None) -> Story:
    return Story()


@pytest.fixture
def story(client, told: Story, db: None) -> Story:
    story = deepcopy(told)
    client.force_login(story.osei)
    return story


def url(story: Story, name: str) -> str:
    key = story.regimen.pk if name.startswith("regimen") else story.patient.pk
    return reverse(name, args=[key])


def page_on(client, story: Story, known: str, name: str = "regimen") -> Page:
    page = Page(client.get(url(story, name), {"known": known}))
    assert page.status == 200
    return page


PAGES = ("patient", "regimen", "patient-history", "regimen-history", "patient-known")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("2026-03-06", "06-Mar-2026, up to entry"),
        ("2026-03-06T12:30", "06-Mar-2026 12:30, up to entry"),
        ("2026-03-06T12:30Z", "06-Mar-2026 12:30, up to entry"),
    ],
)
def test_every_page_says_that_it_is_not_todays(client, story, name, known, words):
    page = page_on(client, story, known, name)
    assert f"{BANNER} {words} {story.numbers[6]}." in page.text
    today = url(story, "patient" if name == "patient-known" else name)
    assert today in page.links


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_today_says_nothing_of_it(client, story, name):
    assert "NOT TODAY" not in Page(client.get(url(story, name))).text


@pytest.mark.parametrize("name", ["patient", "regimen", "patient-history", "regimen-history"])
def test_nothing_is_recorded_from_an_earlier_record(client, story, name):
    page = page_on(client, story, "2026-03-06", name)
    recording = ("/new/", "/correct/", "/retract/", "/edit/", "/confirm/")
    assert [link for link in page.links if any(part in link for part in recording)] == []
    # The search at the top is sent, so that no name stands in an address; it records nothing.
    assert [form.action for form in page.forms if form.is_post] == [reverse("patient-list")]


@pytest.mark.parametrize("name", ["patient", "regimen", "patient-history", "regimen-history"])
def test_links_to_other_pages_of_the_patient_keep_the_moment(client, story, name):
    page = page_on(client, story, "2026-03-06", name)
    keys = (str(story.patient.pk), str(story.regimen.pk))
    lost = {
        link
        for link in map(unquote, page.links)
        if any(key in link for key in keys) and "known=2026-03-06" not in link
    }
    # Today's record, and who opened the patient's, which has no earlier state.
    assert lost <= {url(story, name), f"/patients/{story.patient.pk}/access/"}


@pytest.mark.parametrize(
    ("day", "stands", "gone"),
    [
        ("2026-03-02", "7 mg", "11 mg"),
        ("2026-03-05", "11 mg", "13 mg"),
        ("2026-03-06", "13 mg", "17 mg"),
        ("2026-03-08", "13 mg", "17 mg"),
        ("2026-03-10", "17 mg", "19 mg"),
        ("2026-03-12", "17 mg", "23 mg"),
    ],
)
def test_the_timeline_shows_what_was_known_by_then(client, story, day, stands, gone):
    page = page_on(client, story, day)
    card = page.text.split("Last recorded instruction")[1].split("Responsible prescriber")[0]
    assert stands in card
    assert gone not in page.text


def test_who_confirmed_later_had_not_confirmed_then(client, story):
    assert "Not yet confirmed by Dr A. Osei" in page_on(client, story, "2026-03-07").text
    assert "Confirmed by Dr A. Osei, 08-Mar-2026 09:00" in page_on(client, story, "2026-03-08").text
    assert "Confirmed by" not in page_on(client, story, str(story.numbers[8] - 1)).text


def test_corrections_and_withdrawals_that_came_later_are_not_told(client, story):
    assert "ENTERED IN ERROR" not in page_on(client, story, "2026-03-05").text
    assert page_on(client, story, "2026-03-06").text.count("ENTERED IN ERROR") == 1
    assert page_on(client, story, "2026-03-13").text.count("ENTERED IN ERROR") == 2
    assert page_on(client, story, "2026-03-14").text.count("ENTERED IN ERROR") == 3


def test_a_backdated_step_is_there_from_its_entry_on(client, story):
    assert "03-Mar-2026" not in page_on(client, story, "2026-03-11").text
    assert "03-Mar-2026" in page_on(client, story, "2026-03-12").text


def test_the_regimens_text_is_that_of_then(client, story):
    before, after = (page_on(client, story, day).text for day in ("2026-03-15", "2026-03-16"))
    assert "For Spasticity Responsible prescriber Dr A. Osei" in before
    assert "For Pain Responsible prescriber Dr B. Ray" in after


@pytest.mark.parametrize("name", ["patient", "regimen", "patient-history", "regimen-history"])
def test_the_patient_is_named_as_then(client, story, name):
    before, after = (page_on(client, story, day, name) for day in ("2026-03-15", "2026-03-16"))
    assert "NOVAK, Irena" in before.text
    assert "Left the clinic" not in before.text
    assert "ŁOŚ, Irena" in after.text
    assert "Left the clinic on 16-Mar-2026" in after.text


def test_the_picture_does_not_call_that_day_today(client, story):
    text = page_on(client, story, "2026-03-06").text
    assert "As known on 06-Mar-2026" in text
    assert "Today 06-Mar-2026" not in text


def test_versions_that_came_later_are_left_out(client, story):
    assert page_on(client, story, "2026-03-15", "patient-history").text.count("Novak, Irena") == 1
    assert "Łoś" not in page_on(client, story, "2026-03-15", "patient-history").text
    assert "Pain" not in page_on(client, story, "2026-03-15", "regimen-history").text
    assert "Pain" in page_on(client, story, "2026-03-16", "regimen-history").text


def test_a_withdrawn_regimen_stood_before_it_was_withdrawn(client, story):
    actions.retract_regimen(
        regimen=story.regimen, reason="twice", reason_text="", by=story.lind, recorded_at=on(20)
    )
    for name in ("patient", "regimen"):
        assert "ENTERED IN ERROR" in page_on(client, story, "2026-03-20", name).text
    assert "ENTERED IN ERROR" not in page_on(client, story, "2026-03-19", "patient").text
    assert "This regimen was withdrawn" not in page_on(client, story, "2026-03-19").text
    assert "17 mg" in page_on(client, story, "2026-03-19", "patient").text


# What is no moment


@pytest.mark.parametrize(
    "name", [*PAGES, "patient-pdf", "patient-csv", "patient-tables", "patient-fhir"]
)
@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("", "as in 2026-03-10T14:30"),
        ("10 March", "as in 2026-03-10T14:30"),
        ("2026-02-28", "had no entry yet by then"),
        ("2999-01-01", "This moment has not come yet."),
        ("999999", "The newest entry of this clinic’s ledger is"),
        ("2026-03-29T01:30", "this time does not exist"),
    ],
)
def test_what_is_no_moment_is_refused_with_what_to_type(client, story, name, known, words):
    page = Page(client.get(url(story, name), {"known": known}))
    assert page.status == 400
    assert words in page.text
    assert "7 mg" not in page.text
    assert url(story, name) in page.links


@pytest.mark.parametrize(
    "name", ["patient", "regimen", "patient-history", "patient-csv", "patient-tables"]
)
def test_who_was_not_recorded_yet_is_not_shown(client, story, name):
    page = Page(client.get(url(story, name), {"known": "2026-03-01"}))
    assert page.status == 400
    assert "was not recorded yet at that moment" in page.text
    assert "Novak" not in page.text


def test_a_moment_that_is_no_moment_is_an_access_event_all_the_same(client, story):
    client.get(url(story, "regimen"), {"known": "x"})
    assert list(AccessEvent.objects.latest("pk").patients.values_list("patient", flat=True)) == [
        story.patient.pk
    ]


def test_another_clinics_numbers_say_nothing(client, story):
    other = Story()
    PatientFactory(clinic=other.clinic, by=other.lind)
    last = Head.objects.get(clinic=other.clinic).number
    assert client.get(url(story, "regimen"), {"known": last}).status_code == 400
    assert client.get(url(other, "regimen"), {"known": "2026-03-06"}).status_code == 404


# Recording knows no moment


def test_recording_is_always_on_the_record_of_today(client, story):
    address = f"/regimens/{story.regimen.pk}/steps/new/"
    page = Page(client.get(address, {"kind": "dose", "known": "2026-03-05"}))
    assert page.status == 400
    assert address in page.links
    recording = Recording(client, f"{address}?kind=dose")
    assert "17 mg" in recording.page.text
    assert int(recording.page.values["seen"]) >= story.numbers[14]


# Exports


def exported(client, story: Story, name: str, **asked):
    response = client.get(url(story, name), asked)
    assert response.status_code == 200
    return response


def test_csv_is_told_as_known_then(client, story):
    response = exported(client, story, "patient-csv", known="2026-03-06")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(r["amount_low"], r["status"], r["confirmation"]) for r in rows] == [
        ("7", "live", "own"),
        ("11", "corrected", "awaiting"),
        ("13", "live", "awaiting"),
    ]
    assert {r["family_name"] for r in rows} == {"Novak"}
    assert {r["up_to_entry"] for r in rows} == {str(story.numbers[6])}
    digest = Entry.objects.get(clinic=story.clinic, number=story.numbers[6]).digest
    assert {r["up_to_digest"] for r in rows} == {digest}
    assert {r["known_at"] for r in rows} == {"2026-03-06T23:59:59+00:00"}
    assert all(r["notice"].startswith(BANNER) for r in rows)
    assert all(r["exported_at"] > "2026-03-16" for r in rows)
    assert "not-todays-as-known-2026-03-06.csv" in response.headers["Content-Disposition"]


def test_csv_of_today_says_nothing_of_it(client, story):
    response = exported(client, story, "patient-csv")
    [*rows] = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert {r["known_at"] for r in rows} == {""}
    assert not any("NOT TODAY" in r["notice"] for r in rows)
    assert "not-todays" not in response.headers["Content-Disposition"]


def test_pdf_says_so_on_every_page(client, story):
    response = exported(client, story, "patient-pdf", known="2026-03-06")
    pages = PdfReader(io.BytesIO(response.content)).pages
    text = [" ".join(page.extract_text().split()).replace("\u00a0", " ") for page in pages]
    for page in text:
        assert f"{BANNER} 06-Mar-2026, up to entry {story.numbers[6]}." in page
    told = " ".join(text)
    assert "NOVAK" in told
    assert "13 mg" in told
    assert "17 mg" not in told
    assert "As known on 06-Mar-2026" in told or "chart" in told


def test_an_export_of_a_regimen_that_was_not_recorded_yet_is_refused(client, story):
    asked = {"known": "2026-03-01", "regimen": str(story.regimen.pk)}
    assert client.get(url(story, "patient-pdf"), asked).status_code == 400


# Choosing a moment


def boxes(day: str = "6", month: str = "3", year: str = "2026", **more: str) -> dict[str, str]:
    return {"day": day, "month": month, "year": year, **more}


@pytest.mark.parametrize("name", ["patient", "regimen"])
def test_pages_offer_to_choose_a_day(client, story, name):
    page = Page(client.get(url(story, name)))
    [form] = [form for form in page.forms if form.action == url(story, "patient-known")]
    assert {"day", "month", "year"} <= set(form.values)
    response = client.get(form.action, {**form.values, **boxes(), "show": "record"})
    assert response.status_code == 302
    assert response.url == f"{url(story, name)}?known=2026-03-06"


def test_a_clock_time_and_another_day_can_be_chosen(client, story):
    asked = boxes(time="12:30", about_day="3", about_month="mar", about_year="2026")
    response = client.get(url(story, "patient-known"), {**asked, "show": "compared"})
    assert response.url == (
        f"{url(story, 'patient-known')}?known=2026-03-06T12%3A30&about=2026-03-03"
    )


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (boxes("", "", ""), "day", "Write the day as of which"),
        (boxes("31", "2"), "day", "There is no such day"),
        (boxes(""), "day", "Write day, month and year."),
        (boxes("6", "3", "26"), "day", "Write the year with four digits."),
        (boxes("28", "2"), "day", "had no entry yet by then"),
        (boxes("1", "1", "2999"), "day", "This moment has not come yet."),
        (boxes("29", time="01:30"), "day", "this time does not exist"),
        (boxes(time="25:00"), "time", "24-hour clock"),
        (boxes(about_day="31", about_month="2", about_year="2026"), "about_day", "no such day"),
    ],
)
def test_a_day_that_is_none_is_said_beside_its_boxes(client, story, typed, field, words):
    page = Page(client.get(url(story, "patient-known"), {**typed, "show": "record"}))
    assert page.status == 422
    assert any(words in said for said in page.errors[field]), page.errors


@pytest.mark.parametrize("regimen", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_regimen_that_is_not_the_patients_is_not_found(client, story, regimen):
    assert client.get(url(story, "patient-known"), {"regimen": regimen}).status_code == 404


# Beside today's


def compared(client, story: Story, **asked) -> str:
    page = Page(client.get(url(story, "patient-known"), asked))
    assert page.status == 200
    return page.text


def test_what_stood_then_stands_beside_what_stands_now(client, story):
    text = compared(client, story, known="2026-03-05", about="2026-03-04")
    assert "04-Mar-2026 as known on 05-Mar-2026, up to entry" in text
    then, now = text.split("For 04-Mar-2026, as known today")
    assert "Morning 11 mg" in then.split("For 04-Mar-2026, as known on")[1]
    assert "Morning 17 mg" in now.split("Learned since")[0]
    assert "not the same for 04-Mar-2026" in then


def test_what_was_learned_since_is_told_entry_by_entry(client, story):
    text = compared(client, story, known="2026-03-05").split("Learned since")[1]
    said = [
        f"J. Lind corrected entry {story.numbers[5]}: “it was 13”. Entry {story.numbers[6]},",
        "It said Morning 11 mg",
        "It says Morning 13 mg",
        f"Dr A. Osei confirmed entry {story.numbers[6]}, which holds from 04-Mar-2026.",
        f"J. Lind corrected entry {story.numbers[6]}: “it was 17”.",
        "It said Morning 13 mg",
        "It says Morning 17 mg",
        "J. Lind recorded a dose step from 03-Mar-2026.",
        "Added Morning 19 mg",
        f"J. Lind withdrew entry {story.numbers[12]} as entered in error: recorded twice.",
        "J. Lind changed the details of this regimen.",
        "It said: Spasticity. It says: Pain.",
        "It said: Dr A. Osei. It says: Dr B. Ray.",
        "J. Lind changed the patient's details:",
    ]
    places = [text.find(words) for words in said]
    assert -1 not in places, [words for words, place in zip(said, places, strict=True) if place < 0]
    assert places == sorted(places)


def test_plans_copies_and_reviews_that_were_learned_since_are_told(client, story):
    regimen = RegimenVersion.objects.newest().get()
    patient = regimen.regimen.patient
    newest = patient.versions.latest("entry__number")
    people.revise_patient(
        patient=patient, seen=newest.entry, identity=newest.identity, by=story.lind
    )
    copy = issue_of(plan_of(regimen))
    actions.retract_issue(issue=copy, reason="twice", reason_text="", by=regimen.responsible)
    review_of(regimen)
    told = (
        "Plan signed.",
        "Copy of the plan given out.",
        "Copy of the plan withdrawn as entered in error.",
        "Review booked.",
    )
    since = Page(client.get(url(story, "patient-known"), {"known": "2026-03-05"})).text
    assert [words for words in told if words not in since] == []
    number = str(Entry.objects.latest("number").number)
    after = Page(client.get(url(story, "patient-known"), {"known": number})).text
    assert [words for words in told if words in after] == []


def test_where_nothing_was_learned_the_page_says_so(client, story):
    text = compared(client, story, known=str(story.numbers[16]))
    assert "not the same" not in text
    assert "the same for " in text
    assert "Nothing was recorded on this regimen since." in text
    assert "Nothing was changed since." in text


def test_a_regimen_opened_since_had_not_been_recorded_then(client, story):
    text = compared(client, story, known="2026-03-01", about="2026-03-04")
    assert "The regimen was not recorded yet." in text
    assert "J. Lind opened this regimen." in text
    assert "J. Lind added the patient." in text


def test_a_regimen_withdrawn_since_is_told(client, story):
    actions.retract_regimen(
        regimen=story.regimen, reason="twice", reason_text="", by=story.lind, recorded_at=on(20)
    )
    text = compared(client, story, known="2026-03-16", about="2026-03-16")
    assert "The regimen was withdrawn as entered in error." in text
    assert "J. Lind withdrew this regimen as entered in error: recorded twice." in text


def test_one_regimen_can_be_compared_alone(client, story):
    medicine = medicine_of(story.clinic, "tizanidine")
    actions.open_regimen(
        patient=story.patient,
        text=actions.RegimenText(medicine, "oral", "mg", "tablet", "pain", "", story.osei),
        by=story.lind,
    )
    assert "tizanidine" in compared(client, story, known="2026-03-05")
    alone = compared(client, story, known="2026-03-05", regimen=str(story.regimen.pk))
    assert "tizanidine" not in alone


def test_regimens_stand_in_the_order_of_the_patients_page(client, story):
    def opened(name: str, route: str) -> RegimenVersion:
        medicine = medicine_of(story.clinic, name)
        text = actions.RegimenText(medicine, route, "mg", "", "pain", "", story.osei)
        return actions.open_regimen(patient=story.patient, text=text, by=story.lind)

    withdrawn, stopped = opened("aardvarkin", "oral"), opened("abacusin", "oral")
    opened("zebrin", "oral")
    opened("yakin", "intrathecal")
    step_of(stopped, on=date(2026, 3, 4))
    step_of(stopped, on=date(2026, 3, 5), kind="stop")
    actions.retract_regimen(
        regimen=withdrawn.regimen, reason="twice", reason_text="", by=story.lind
    )
    names = ["aardvarkin", "abacusin", "baclofen", "yakin", "zebrin"]

    def shown(name: str, **asked) -> list[str]:
        text = Page(client.get(url(story, name), asked)).text.casefold()
        return sorted(names, key=text.index)

    in_order = ["baclofen", "yakin", "zebrin", "abacusin", "aardvarkin"]
    assert shown("patient") == in_order
    assert shown("patient-known", known="2026-03-05") == in_order


# Queries


def queries(client, address: str, **asked) -> int:
    with counted() as statements:
        assert client.get(address, asked).status_code == 200
    return len(statements)


def test_comparing_asks_as_much_of_many_steps_as_of_few(client, story):
    address = url(story, "patient-known")
    few = queries(client, address, known="2026-03-05")
    for day in range(20, 29):
        story.step("23", day, recorded=30)
    assert queries(client, address, known="2026-03-05") == few


@pytest.mark.parametrize("name", ["patient", "regimen", "patient-history"])
def test_an_earlier_record_asks_hardly_more_than_todays(client, story, name):
    """One for the moment, one for the person as they were, one for the allergies, and the rest."""
    today = queries(client, url(story, name))
    assert queries(client, url(story, name), known="2026-03-16") <= today + 4


@pytest.mark.parametrize("about", ["9999-12-31", "0001-01-01", "tomorrow"])
def test_a_day_that_no_record_can_hold_is_that_of_the_moment(client, story, about):
    usual = compared(client, story, known="2026-03-05")
    assert compared(client, story, known="2026-03-05", about=about) == usual
