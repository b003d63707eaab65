"""What was reported, said and done under the doses: lanes, and the words beside them."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import Role
from ledger.models import RetractionReason
from tests.factories import PatientFactory, member
from tests.pages import counted
from tests.titration.doses import rate
from tests.titration.factories import (
    contact_of,
    medicine_of,
    observation_of,
    plan_of,
    pump_event_of,
    regimen_of,
    report_of,
    report_text,
    step_of,
)
from titration import actions
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

FIGURES = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s(?:mg|micrograms?|mL|kg)\b")
QUOTED = re.compile("“[^”]*”")
FAR = date(2026, 2, 9)
LATER = date(2026, 6, 8)


@pytest.fixture
def patient(client):
    patient = PatientFactory()
    client.force_login(member(patient.clinic, Role.VIEWER))
    return patient


@pytest.fixture
def mouth(patient):
    regimen = regimen_of(patient)
    step_of(regimen, date(2026, 1, 5))
    return regimen


@pytest.fixture
def pump(patient):
    medicine = medicine_of(patient.clinic, "morphine")
    regimen = regimen_of(patient, medicine, route="intrathecal", unit="microgram", form="")
    step_of(regimen, date(2026, 1, 5), components=(rate("101", "24 hours"),))
    return regimen


def page(client, patient, query: str = "") -> str:
    return client.get(f"/patients/{patient.pk}/{query}").text.replace("\u00a0", " ")


def chart_page(client, regimen, query: str = "") -> str:
    return client.get(f"/regimens/{regimen.regimen_id}/{query}").text.replace("\u00a0", " ")


def both(client, regimen, query: str = "") -> list[str]:
    return [
        page(client, regimen.regimen.patient, query),
        chart_page(client, regimen, query),
    ]


def drawn(text: str) -> str:
    """The pictures of a page."""
    return "".join(part.partition("</svg>")[0] for part in text.split("<svg")[1:])


def table(text: str) -> str:
    return text.partition('id="axis-table"')[2].partition("</table>")[0]


def test_missed_times_of_day_are_drawn_apart_and_said_in_words(client, mouth):
    report_of(mouth, what="missed", slots="morning")
    for text in both(client, mouth):
        assert "Reported as missed at some times of the day" in drawn(text)
        assert "missed in the morning" in table(text)


@pytest.mark.parametrize(
    ("what", "look", "words"),
    [
        ("as-instructed", "taken", "Reported as taken as instructed"),
        ("missed", "missed", "Reported as missed"),
        ("different", "different", "Reported as taken differently"),
        ("stopped", "stopped", "Reported as taken no longer"),
    ],
)
def test_each_kind_of_report_has_a_look_of_its_own_in_the_key(client, mouth, what, look, words):
    report_of(mouth, what=what)
    text = drawn(page(client, mouth.regimen.patient))
    assert f'class="intake {look}"' in text
    assert f">{words}<" in text


def test_a_report_taken_by_the_plan_has_a_look_of_its_own(client, mouth):
    version = plan_of(mouth)
    report_of(mouth, what="as-planned", version=version)
    assert 'class="intake planned"' in drawn(page(client, mouth.regimen.patient))


def test_a_report_that_was_withdrawn_is_left_out_but_stands_as_known_before(client, mouth):
    report = report_of(mouth)
    said = {"reason": RetractionReason.OTHER, "reason_text": "x"}
    actions.retract_intake(report=report, by=mouth.responsible, **said)
    for text in both(client, mouth):
        assert "intake different" not in drawn(text)
    for text in both(client, mouth, f"?known={report.entry.number}"):
        assert "intake different" in drawn(text)


def test_nothing_is_drawn_of_intake_where_nobody_reported(client, mouth):
    for text in both(client, mouth):
        assert "intake" not in drawn(text).lower()


def test_reports_of_another_regimen_are_not_on_the_chart(client, mouth, pump):
    report_of(pump)
    assert "Intake as reported" not in drawn(chart_page(client, mouth))
    assert ">Intake as reported: Into the spinal fluid: morphine<" in drawn(
        page(client, mouth.regimen.patient)
    )


def test_contacts_that_would_overlap_are_one_mark_that_says_how_many(client, mouth):
    patient = mouth.regimen.patient
    contact_of(patient, on=FAR, said="Better now")
    for _each in range(3):
        contact_of(patient, on=LATER)
    for text in both(client, mouth):
        assert ">We telephoned<" in drawn(text)
        assert ">3 contacts<" in drawn(text)
        assert "“Better now”" in table(text)


def test_contacts_about_another_regimen_are_not_on_the_chart(client, mouth, pump):
    contact_of(mouth.regimen.patient, on=FAR, regimen=pump.regimen)
    assert ">We telephoned<" not in drawn(chart_page(client, mouth))
    assert ">We telephoned<" in drawn(chart_page(client, pump))


def test_a_concentration_change_and_an_alarm_are_marks_of_their_own(client, pump):
    pump_event_of(pump, FAR, "refilled")
    pump_event_of(pump, FAR, "concentration", concentration=2000, concentration_unit="microgram")
    pump_event_of(pump, FAR, "checked", alarm="heard")
    for text in both(client, pump):
        assert ">2 events<" in drawn(text)
        assert ">Concentration changed<" in drawn(text)
        assert ">An alarm was heard<" in drawn(text)
        assert "2,000 micrograms" in table(text)


def test_an_event_that_was_corrected_is_drawn_as_it_stands(client, pump):
    event = pump_event_of(pump, FAR, "refilled")
    pump_event_of(pump, FAR, "removed", corrects=event)
    for text in both(client, pump):
        assert ">Pump taken out<" in drawn(text)
        assert ">Refilled<" not in drawn(text)


def test_a_report_that_began_before_the_range_is_in_its_table(client, mouth):
    today = timezone.localdate(timezone=mouth.regimen.clinic.zone)
    begun = today - timedelta(days=9)
    report_of(mouth, what="missed", from_on=begun, until_on=today)
    text = page(client, mouth.regimen.patient, f"?from={today}&to={today}")
    assert "nothing taken" in table(text)


def test_every_figure_under_the_doses_is_one_that_was_written(client, pump):
    patient = pump.regimen.patient
    written = {"concentration": 2003, "concentration_unit": "microgram"}
    volumes = {"volume_expected": Decimal("2.3"), "volume_filled": Decimal("19.7")}
    pump_event_of(pump, FAR, "refilled", **written, **volumes)
    observation_of(patient, on=FAR, figure=Decimal("61.3"))
    report_of(pump, taken="83 micrograms")
    for text in both(client, pump):
        under = drawn(text) + QUOTED.sub("", table(text))
        assert set(FIGURES.findall(under)) <= {"101", "2,003", "2.3", "19.7", "61.3"}
        assert set(FIGURES.findall(table(text))) >= {"2,003", "2.3", "19.7", "61.3"}
        assert ">61.3<" in drawn(text)


def test_a_contact_alone_has_an_axis(client, patient):
    contact_of(patient)
    assert ">We telephoned<" in drawn(page(client, patient))


def test_the_pages_ask_as_much_for_many_reports_contacts_and_events(client, patient, pump):
    urls = [f"/patients/{patient.pk}/", f"/regimens/{pump.regimen_id}/"]
    report_of(pump)
    contact_of(patient)
    pump_event_of(pump, rates=(rate("101", "24 hours"),))
    few = [queries(client, url) for url in urls]
    report_of(pump, *(report_text(pump) for _each in range(4)))
    for days in range(5):
        contact_of(patient)
        pump_event_of(pump, Effective(FAR + timedelta(days=days)))
    assert [queries(client, url) for url in urls] == few


def queries(client, url: str) -> int:
    with counted() as asked:
        assert client.get(url).status_code == 200
    return len(asked)
