"""The patient page: where every regimen stands today, in words."""

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent, Role
from tests.databases import queries
from tests.factories import PatientFactory, member
from tests.pages import counted
from tests.titration.doses import at
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import actions
from titration.dosing import Component, Timing
from titration.presenters.patient import read_of, standings

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def patient():
    return PatientFactory(family_name="Novak", given_names="Irena", title="Ms")


@pytest.fixture
def prescriber(patient, client):
    person = member(patient.clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def url(patient):
    return reverse("patient", args=[patient.pk])


@pytest.fixture
def regimen(patient, prescriber):
    return regimen_of(patient, medicine_of(patient.clinic, "baclofen"), by=prescriber)


def standing_of(regimen, now=NOON):
    read = read_of([regimen], regimen.regimen.patient, None)
    return standings(read, regimen.regimen.clinic, now)[0]


def plain(text):
    return text.replace("\xa0", " ")


def test_the_last_instruction_is_one_line_per_slot_with_a_labelled_total(regimen):
    step_of(regimen, components=(at("morning", "5"), at("midday", "7"), at("bedtime", "13")))
    row = standing_of(regimen)
    assert row.title == "By mouth: baclofen, tablet"
    lines = [(line.label, plain(line.amount)) for line in row.now.lines]
    assert lines == [("Morning", "5 mg"), ("Midday", "7 mg"), ("Bedtime", "13 mg")]
    assert (row.now.total_label, plain(row.now.total)) == ("Total per day", "25 mg")
    assert row.now.moment == "02-Mar-2026"
    assert row.responsible == "Dr A. Osei"


def test_a_step_ahead_is_shown_and_holds_from_its_day_on(regimen):
    step_of(regimen, components=(at("morning", "5"),))
    step_of(regimen, date(2026, 12, 1), components=(at("morning", "11"),))
    row = standing_of(regimen)
    assert plain(row.now.lines[0].amount) == "5 mg"
    assert plain(row.ahead.lines[0].amount) == "11 mg"
    assert row.ahead.moment == "01-Dec-2026"
    later = standing_of(regimen, NOON + timedelta(days=11))
    assert plain(later.now.lines[0].amount) == "11 mg"
    assert later.ahead is None


def test_withheld_and_stopped_are_said_in_words(regimen):
    step_of(regimen)
    step_of(regimen, date(2026, 4, 6), kind="withhold")
    row = standing_of(regimen)
    assert (row.state, row.now.heading) == ("withheld", "Withheld: the patient takes none")
    assert row.now.moment == "06-Apr-2026"
    assert row.now.lines == []
    step_of(regimen, date(2026, 5, 4), kind="stop")
    assert standing_of(regimen).state == "stopped"


def test_without_an_instruction_it_says_which(regimen):
    assert standing_of(regimen).words == "No dose is recorded yet."
    single = Component(at("morning", "3").amount, Timing("once"))
    step_of(regimen, kind="single", components=(single,))
    assert standing_of(regimen).words == "Only single doses are recorded."
    step_of(regimen, date(2026, 12, 1))
    assert standing_of(regimen).words == "No recorded instruction has begun yet."


def test_what_waits_for_its_prescriber_says_so(client, url, patient, regimen):
    step_of(regimen, by=member(patient.clinic, Role.RECORDER))
    assert "Not yet confirmed by Dr A. Osei" in client.get(url).text


def test_stopped_regimens_come_after_those_that_go_on(client, url, patient, regimen, prescriber):
    step_of(regimen)
    step_of(regimen, date(2026, 4, 6), kind="stop")
    other = regimen_of(patient, medicine_of(patient.clinic, "tizanidine"), by=prescriber)
    page = client.get(url)
    assert [row.title for row in page.context["active"]] == ["By mouth: tizanidine, tablet"]
    assert [row.title for row in page.context["stopped"]] == ["By mouth: baclofen, tablet"]
    assert page.text.index(str(other.regimen_id)) < page.text.index(str(regimen.regimen_id))


def test_withdrawn_regimens_are_listed_last_with_who_and_why(client, url, regimen, prescriber):
    step_of(regimen)
    actions.retract_regimen(
        regimen=regimen.regimen, reason="wrong-patient", reason_text="twin", by=prescriber
    )
    page = client.get(url)
    assert page.context["active"] == page.context["stopped"] == []
    [row] = page.context["withdrawn"]
    assert row.words.startswith("withdrawn by Dr A. Osei, ")
    assert row.words.endswith(": wrong patient, “twin”")
    assert "ENTERED IN ERROR" in page.text


def test_an_empty_page_says_so(client, url, prescriber):
    page = client.get(url).text
    assert "No regimen is recorded for this patient yet." in page
    assert "Open the first regimen" in page


def test_a_viewer_reads_and_is_offered_nothing_to_record(client, url, patient, regimen):
    client.force_login(member(patient.clinic, Role.VIEWER))
    page = client.get(url).text
    assert "By mouth: baclofen" in page
    assert "New regimen" not in page
    assert reverse("patient-edit", args=[patient.pk]) not in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_reads_no_charts_is_refused(client, url, patient, role):
    client.force_login(member(patient.clinic, role))
    assert client.get(url).status_code == 403


def test_a_patient_of_another_clinic_is_not_found(client, prescriber):
    assert client.get(reverse("patient", args=[PatientFactory().pk])).status_code == 404


def test_the_page_is_written_down_as_access(client, url, patient, prescriber):
    client.get(url)
    event = AccessEvent.objects.get()
    assert (event.kind, event.clinic) == ("view", patient.clinic)
    assert [row.patient for row in event.patients.all()] == [patient.pk]


@pytest.fixture
def carried(client, patient, prescriber):
    other = PatientFactory(clinic=patient.clinic)
    other = regimen_of(other, medicine_of(patient.clinic, "lamotrigine"), by=prescriber)
    steps = [step_of(other), step_of(other, date(2026, 4, 6))]
    client.post(
        reverse("regimen-retract", args=[other.regimen_id]),
        {
            "submission": str(uuid4()),
            "seen": steps[-1].entry.number,
            "reason": "wrong-patient",
            "reason_text": "",
        },
    )
    return steps


def test_carried_steps_can_be_entered_on_each_regimen(client, url, carried, regimen, patient):
    page = client.get(url).text
    assert "You are carrying 2 dose steps that were entered in error elsewhere." in page
    copy = reverse("step-new", args=[regimen.regimen_id]) + f"?copy={carried[0].pk}"
    assert f'href="{copy}"' in page
    assert "Put down what is carried" in page
    assert client.get(copy).status_code == 200


def test_what_is_carried_names_its_medicine(client, url, carried):
    page = client.get(url).text
    assert "The next one to enter: By mouth: lamotrigine, tablet, from 02-Mar-2026." in page


def test_what_is_carried_goes_first_to_regimens_of_its_medicine(
    client, url, carried, patient, prescriber, regimen
):
    medicine = carried[0].regimen.card.version.medicine
    same = regimen_of(patient, medicine.versions.get(), by=prescriber)
    carrying = client.get(url).context["carrying"]
    copy = f"?copy={carried[0].pk}"
    assert [of for _, of in carrying.same] == [
        reverse("step-new", args=[same.regimen_id]) + copy,
    ]
    assert [of for _, of in carrying.others] == [
        reverse("step-new", args=[regimen.regimen_id]) + copy,
    ]


def test_the_regimen_that_a_step_was_withdrawn_from_is_not_offered_first(client, url, regimen):
    step = step_of(regimen)
    session = client.session
    session["carry"] = [str(step.pk)]
    session.save()
    carrying = client.get(url).context["carrying"]
    assert not carrying.same
    assert len(carrying.others) == 1


def test_carried_steps_can_be_put_down(client, url, carried):
    response = client.post(reverse("carry-put-down"), {"next": url})
    assert response.url == url
    assert "You are carrying" not in client.get(url).text


@pytest.mark.parametrize("back", ["", "https://elsewhere.example/", "//elsewhere.example/"])
def test_putting_down_leads_nowhere_else(client, prescriber, back):
    assert client.post(reverse("carry-put-down"), {"next": back}).url == "/"


def test_putting_down_is_not_done_by_a_link(client, prescriber):
    assert client.get(reverse("carry-put-down")).status_code == 405


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_takes_the_same_queries_with_any_regimens(client, url, patient, prescriber, count):
    for number in range(count):
        medicine = medicine_of(patient.clinic, f"medicine {chr(97 + number)}")
        step_of(regimen_of(patient, medicine, by=prescriber))
    gone = regimen_of(patient, medicine_of(patient.clinic, "gone"), by=prescriber)
    actions.retract_regimen(regimen=gone.regimen, reason="twice", reason_text="", by=prescriber)
    client.get(url)
    with counted() as asked:
        client.get(url)
    assert len(asked) == queries(22)


def test_today_is_that_of_the_clinic(client, url, patient, regimen):
    today = patient.clinic.local(timezone.now()).date()
    step_of(regimen, today)
    assert client.get(url).context["active"][0].now is not None


def test_the_page_shows_what_was_recorded_since_it_was_opened(client, url, regimen):
    step_of(regimen, components=(at("morning", "5"),))
    assert "7\xa0mg" not in client.get(url).text
    step_of(regimen, date(2026, 3, 9), components=(at("morning", "7"),))
    assert "7\xa0mg" in client.get(url).text


def test_what_is_carried_shows_on_a_page_that_was_open_before(client, url, regimen):
    step = step_of(regimen)
    assert "You are carrying" not in client.get(url).text
    session = client.session
    session["carry"] = [str(step.pk)]
    session.save()
    assert "You are carrying 1 dose step" in client.get(url).text
