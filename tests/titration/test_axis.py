"""Everything of a patient on one time axis: the picture, the range, the table, what it asks."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone

from access.models import Role
from tests.factories import PatientFactory, member
from tests.pages import counted
from tests.titration.doses import rate, times
from tests.titration.factories import (
    effect_of,
    measure_of,
    medicine_of,
    observation_of,
    plan_of,
    regimen_of,
    review_of,
    step_of,
)
from titration import actions
from titration.presenters.axis_rows import AxisRow, table_body
from titration.timeline import Effective

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(client):
    patient = PatientFactory()
    client.force_login(member(patient.clinic, Role.VIEWER))
    return patient


def page(client, patient, query: str = "") -> str:
    return client.get(f"/patients/{patient.pk}/{query}").text.replace("\u00a0", " ")


def both_routes(patient) -> None:
    medicine = medicine_of(patient.clinic)
    mouth = regimen_of(patient, medicine)
    step_of(mouth, date(2026, 1, 5), components=(times(3, "17"),))
    step_of(mouth, date(2026, 3, 2), components=(times(3, "11"),))
    pump = regimen_of(patient, medicine, route="intrathecal", unit="microgram", form="")
    step_of(pump, date(2026, 2, 2), components=(rate("101", "24 hours"),))


def test_each_regimen_stands_in_its_own_panel_with_its_route_first(client, patient):
    both_routes(patient)
    text = page(client, patient)
    assert "On one time axis" in text
    assert ">By mouth: baclofen, tablet: total per day<" in text
    assert ">Into the spinal fluid: baclofen: rate per 24 hours<" in text
    assert text.count("<svg") == 2


def test_side_effects_and_scores_stand_below_as_they_were_written(client, patient):
    both_routes(patient)
    effect_of(patient, date(2026, 2, 3), severity="mild")
    observation_of(patient, on=date(2026, 2, 9))
    text = page(client, patient)
    assert ">Drowsiness, mild<" in text
    assert ">Weight, in kg<" in text
    assert ">61.5<" in text


def test_a_range_shows_what_lies_in_it_in_the_picture_and_in_words(client, patient):
    both_routes(patient)
    version = measure_of(patient.clinic)
    observation_of(patient, version, date(2026, 1, 9))
    observation_of(patient, version, date(2026, 3, 9), note="after")
    text = page(client, patient, "?from=2026-02-20&to=2026-03-31")
    assert ">33 mg<" in text
    table = text.partition('id="axis-table"')[2]
    assert "09-Mar-2026" in table
    assert "09-Jan-2026" not in table


def test_the_range_is_typed_in_boxes_and_refused_out_of_order(client, patient):
    both_routes(patient)
    boxes = "from_day=1&from_month=3&from_year=2026&to_day=1&to_month=2&to_year=2026"
    text = page(client, patient, f"?{boxes}")
    assert "This is before the first day." in text
    assert ">51 mg<" in text


def test_an_empty_range_says_so(client, patient):
    both_routes(patient)
    assert "Nothing is recorded in this range." in page(
        client, patient, "?from=2019-01-01&to=2019-02-01"
    )


def test_the_first_two_weeks_after_a_start_are_one_click(client, patient):
    both_routes(patient)
    text = page(client, patient)
    assert "?from=2026-02-02&amp;to=2026-02-15#axis" in text


def test_the_table_says_every_kind_in_words(client, patient):
    both_routes(patient)
    review_of(regimen_of(patient, medicine_of(patient.clinic, "tizanidine")))
    effect_of(patient, written_as="withdrawal", symptom="other", words="Itchy knees")
    observation_of(patient)
    table = page(client, patient).partition('id="axis-table"')[2]
    for words in ("17 mg each time", "Sign of withdrawal", "Itchy knees", "61.5 kg", "Review"):
        assert words in table


def test_a_long_table_is_cut_and_says_how_much(client, patient):
    version = measure_of(patient.clinic)
    today = timezone.localdate(timezone=patient.clinic.zone)
    texts = tuple(
        actions.ObservationText(
            Effective(today - timedelta(days=n)), version, figure=Decimal(n + 1)
        )
        for n in range(47)
    )
    by = member(patient.clinic, Role.RECORDER)
    actions.record_observations(patient=patient, observations=texts, by=by)
    text = page(client, patient)
    assert "Show 7 earlier rows" in text
    assert "?table=all#axis-table" in text
    assert "earlier row" not in page(client, patient, "?table=all")


def test_it_is_drawn_as_known_at_a_moment(client, patient):
    first = observation_of(patient)
    observation_of(patient, measure_of(patient.clinic, "Height", unit="m"))
    text = page(client, patient, f"?known={first.entry.number}")
    assert "Weight, in kg" in text
    assert "Height" not in text
    assert f"known={first.entry.number}" in text.partition('id="axis"')[2]


def test_nothing_is_drawn_where_nothing_is_recorded(client, patient):
    assert "On one time axis" not in page(client, patient)


def test_a_plan_without_steps_is_drawn(client, patient):
    plan_of(regimen_of(patient))
    assert "Planned, signed" in page(client, patient)


def test_what_stood_under_the_dose_is_on_the_regimen_page_too(client, patient):
    both_routes(patient)
    regimen = regimen_of(patient, medicine_of(patient.clinic, "tizanidine"))
    step_of(regimen, date(2026, 1, 5))
    effect_of(patient, date(2026, 2, 3), regimen=regimen.regimen)
    effect_of(patient, date(2026, 2, 4), symptom="nausea")
    text = client.get(f"/regimens/{regimen.regimen_id}/").text
    assert ">Drowsiness<" in text
    assert ">Nausea<" in text
    others = patient.regimens.exclude(pk=regimen.regimen_id).first()
    assert ">Drowsiness<" not in client.get(f"/regimens/{others.pk}/").text


def test_a_row_of_the_table_is_written_as_a_template_would_write_it():
    row = AxisRow("02-Mar-2026", 'Wrist & "hand"', "<b>one</b>\r\ntwo\nthree", "/x/?a=1&b=2")
    template = Template(
        '<tr><td data-label="When">{{ row.when }}</td><th scope="row" data-label="What">'
        '<a href="{{ row.url }}">{{ row.what }}</a></th>'
        '<td data-label="As written">{{ row.said|linebreaksbr }}</td></tr>'
    )
    assert table_body([row]).replace("\n", "") == template.render(Context({"row": row}))


def test_the_page_asks_as_much_for_ten_regimens_and_many_observations(client, patient):
    url = f"/patients/{patient.pk}/"
    version = measure_of(patient.clinic)
    first = regimen_of(patient)
    step_of(first)
    plan_of(first)
    observation_of(patient, version)
    effect_of(patient)
    few = queries(client, url)
    for name in ("a", "b", "c"):
        regimen = regimen_of(patient, medicine_of(patient.clinic, name))
        step_of(regimen)
        plan_of(regimen)
    for _each in range(6):
        observation_of(patient, version)
        effect_of(patient)
    assert queries(client, url) == few


def queries(client, url: str) -> int:
    with counted() as asked:
        assert client.get(url).status_code == 200
    return len(asked)
