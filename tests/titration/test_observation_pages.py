"""The pages of how the patient was: the table, the sheet, correcting, withdrawing, the end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import Role
from ledger.models import Entry
from tests.factories import PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.factories import effect_of, measure_of, observation_of, regimen_of
from titration import actions
from titration.models import Observation, SideEffect
from titration.policies import ChangedMeanwhile
from titration.reading import observed
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

THE_DAY = {"which_day": "other", "on_day": "5", "on_month": "3", "on_year": "2026"}


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def recorder(patient, client):
    person = member(patient.clinic, Role.RECORDER)
    client.force_login(person)
    return person


def send(client, url: str, **typed) -> Page:
    page = Page(client.get(url))
    return Page(client.post(url, typed_over(page.values, typed)))


def sheet(patient) -> str:
    return f"/patients/{patient.pk}/observations/new/"


def listed(patient) -> str:
    return f"/patients/{patient.pk}/observations/"


def row(version, place: int = 0, **typed) -> dict:
    return {f"{version.pk.hex}-{place}-{name}": value for name, value in typed.items()}


def test_what_is_written_on_the_sheet_is_recorded_together(client, patient, recorder):
    pressure = measure_of(patient.clinic, "Blood pressure", unit="mmHg", labels=("upper", "lower"))
    ashworth = measure_of(
        patient.clinic,
        "Ashworth",
        kind="choice",
        choices=("0", "1+"),
        sites=("calf",),
        has_side=True,
    )
    measure_of(patient.clinic, "Weight")
    send(
        client,
        sheet(patient),
        **THE_DAY,
        measured_by="The physiotherapist",
        **row(pressure, figure="128", second_figure="83"),
        **row(ashworth, 0, choice="1+", site="calf", side="left"),
        **row(ashworth, 1, choice="0", site="calf", side="right"),
    )
    found = observed.observations(patient.pk)
    assert [(each.name, each.side) for each in found] == [
        ("Blood pressure", ""),
        ("Ashworth", "left"),
        ("Ashworth", "right"),
    ]
    assert {each.measured_by for each in found} == {"The physiotherapist"}
    page = client.get(listed(patient)).text
    assert "upper 128, lower 83\u00a0mmHg" in page
    assert "calf, left" in page


def test_a_value_that_somebody_else_wrote_meanwhile_is_read_first(client, patient, recorder):
    """Of the same measure on the same day; then both stand, and neither is lost."""
    weight, pulse = measure_of(patient.clinic), measure_of(patient.clinic, "Pulse")
    page = Page(client.get(sheet(patient)))
    for version, on in ((weight, date(2026, 3, 5)), (weight, date(2026, 3, 4)), (pulse, None)):
        observation_of(patient, version, on or date(2026, 3, 5), measured_by=f"Ward {on}")
    typed = typed_over(page.values, {**THE_DAY, **row(weight, figure="67")})

    answer = Page(client.post(sheet(patient), typed))

    assert answer.status == 409
    assert "Recorded of the same day while you were writing." in answer.text
    assert "61.5 kg" in answer.text
    assert "Ward 2026-03-05" in answer.text
    assert "Ward 2026-03-04" not in answer.text
    assert "Ward None" not in answer.text
    assert answer.values[f"{weight.pk.hex}-0-figure"] == "67"
    assert Observation.objects.count() == 3
    for _again in range(2):
        assert client.post(sheet(patient), answer.values).status_code == 302
    assert Observation.objects.count() == 4


def test_a_value_recorded_since_is_found_under_the_lock(patient, recorder):
    weight = measure_of(patient.clinic)
    first = observation_of(patient, weight)
    text = actions.ObservationText(first.effective, weight, figure=Decimal(67))
    said = {"patient": patient, "observations": (text,), "by": recorder}
    with pytest.raises(ChangedMeanwhile):
        actions.record_observations(**said, seen=first.entry.number - 1)
    assert actions.record_observations(**said, seen=first.entry.number)
    withdrawn = {"reason": "twice", "reason_text": "", "by": recorder}
    for each in Observation.objects.select_related("entry", "patient__clinic"):
        actions.retract_observed(record=each, **withdrawn)
    assert actions.record_observations(**said, seen=first.entry.number - 1)


def test_a_sign_that_somebody_else_wrote_meanwhile_is_read_first(client, patient, recorder):
    """Whatever day each of them was told that it began on."""
    url = f"/patients/{patient.pk}/side-effects/new/"
    page = Page(client.get(url))
    effect_of(patient, reported_by="Her daughter")
    effect_of(patient, symptom="nausea", reported_by="The ward")
    said = {"written_as": "side-effect", "symptom": "drowsiness", "words": "Sleeps at noon"}

    answer = Page(client.post(url, typed_over(page.values, {**THE_DAY, **said})))

    assert answer.status == 409
    assert "Her daughter" in answer.text
    assert "The ward" not in answer.text
    assert answer.values["words"] == "Sleeps at noon"
    assert client.post(url, answer.values).status_code == 302
    assert SideEffect.objects.count() == 3


def test_a_figure_beyond_the_bounds_comes_back_with_a_tick_to_set(client, patient, recorder):
    weight = measure_of(patient.clinic, lowest=Decimal(1), highest=Decimal(300))
    page = send(client, sheet(patient), **THE_DAY, **row(weight, figure="612"))
    assert "Entry bounds of this measure: from 1 to 300." in page.text
    assert not Observation.objects.exists()
    typed = typed_over(page.values, row(weight, is_checked="on"))
    client.post(sheet(patient), typed)
    assert observed.observations(patient.pk)[0].figure == 612


@pytest.mark.parametrize("text", ["61,5", "1e3", "-4", "٣٤", "61.50", "12345678901", "61 kg"])
def test_a_figure_that_can_be_misread_is_refused_and_kept(client, patient, recorder, text):
    weight = measure_of(patient.clinic)
    page = send(client, sheet(patient), **THE_DAY, **row(weight, figure=text))
    assert page.values[f"{weight.pk.hex}-0-figure"] == text
    assert not Observation.objects.exists()


def test_a_row_begun_without_a_value_is_asked_about(client, patient, recorder):
    weight = measure_of(patient.clinic)
    page = send(client, sheet(patient), **THE_DAY, **row(weight, note="with boots on"))
    assert "Write the value, or leave the whole row empty." in page.text
    assert not Observation.objects.exists()


def test_a_sheet_records_the_measures_that_it_showed(client, patient, recorder):
    weight = measure_of(patient.clinic)
    page = Page(client.get(sheet(patient)))
    actions.revise_measure(
        measure=weight.measure,
        seen=weight.entry,
        text=actions.MeasureText("Weight", "number", unit="stone"),
        by=member(patient.clinic, Role.ADMINISTRATOR),
    )
    typed = typed_over(page.values, {**THE_DAY, **row(weight, figure="61")})
    client.post(sheet(patient), typed)
    assert observed.observations(patient.pk)[0].unit == "kg"


def test_a_sheet_takes_as_many_values_of_a_place_as_there_are(client, patient, recorder):
    ashworth = measure_of(
        patient.clinic, "Ashworth", kind="choice", choices=("0", "1"), sites=("Elbow",)
    )
    key = ashworth.pk.hex
    typed = Page(client.get(sheet(patient))).values
    for place in range(6):
        typed |= {f"{key}-{place}-site": "Elbow", f"{key}-{place}-choice": "1"}
        page = Page(client.post(sheet(patient), typed | {"add_row": key}))
        typed = page.values
        assert page.errors == {}
    assert not Observation.objects.exists()
    client.post(sheet(patient), typed | THE_DAY)
    assert Observation.objects.count() == 6


def test_a_correction_offers_the_withdrawn_medicine_that_it_stands_beside(
    client, patient, recorder
):
    regimen = regimen_of(patient)
    found = effect_of(patient, by=recorder, regimen=regimen.regimen)
    by = regimen.responsible
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=by)
    page = Page(client.get(f"/side-effects/{found.effect}/correct/"))
    assert page.values["regimen"] == str(regimen.regimen_id)


def test_an_end_that_is_written_and_not_said_is_asked_about(client, patient, recorder):
    page = send(
        client,
        f"/patients/{patient.pk}/side-effects/new/",
        **THE_DAY,
        written_as="side-effect",
        symptom="dizziness",
        ended_year="2026",
    )
    assert page.errors["course"] == ["An end is written. Say that it ended, or empty the date."]
    assert not SideEffect.objects.exists()


@pytest.mark.parametrize("mark", ["2026-03-05." + "9" * 28, "2026-03-05.٣", "0", "\x00"])
def test_a_mark_that_is_none_begins_with_the_newest(client, patient, recorder, mark):
    observation_of(patient)
    page = client.get(f"/patients/{patient.pk}/observations/", {"before": mark})
    assert "61.5" in Page(page).text


def test_a_correction_sent_again_with_other_content_is_told_so(client, patient, recorder):
    address = f"/observations/{observation_of(patient).observation}/correct/"
    values = Page(client.get(address)).values | {"correction_reason": "misread"}
    client.post(address, values)
    answer = Page(client.post(address, values | {"correction_reason": "misheard"}))
    assert answer.status == 409
    assert "This form was sent before with other content" in answer.text
    assert answer.values["correction_reason"] == "misheard"


def test_a_side_effect_is_recorded_and_its_end_later(client, patient, recorder):
    regimen = regimen_of(patient)
    send(
        client,
        f"/patients/{patient.pk}/side-effects/new/",
        **{**THE_DAY, "on_day": ""},
        written_as="side-effect",
        symptom="dizziness",
        words="On standing up",
        severity="moderate",
        course="continuing",
        regimen=str(regimen.regimen_id),
        reported_by="The patient",
    )
    [effect] = observed.effects(patient.pk)
    assert effect.effective == Effective(date(2026, 3, 1), "month")
    assert (effect.regimen, effect.severity) == (regimen.regimen_id, "moderate")
    page = client.get(listed(patient)).text
    assert "March 2026" in page
    assert "By mouth: baclofen" in page
    send(client, f"/side-effects/{effect.line}/ended/", **THE_DAY)
    [effect] = observed.effects(patient.pk)
    assert effect.ended == Effective(date(2026, 3, 5))
    assert SideEffect.objects.count() == 2


def test_a_correction_is_typed_over_what_was_written(client, patient, recorder):
    first = observation_of(patient, note="in shoes")
    url = f"/observations/{first.observation}/"
    send(
        client,
        f"{url}correct/",
        **{"value-figure": "65.1"},
        correction_reason="Digits turned round",
    )
    [found] = observed.observations(patient.pk)
    assert (found.figure, found.note) == (Decimal("65.1"), "in shoes")
    page = client.get(url).text
    assert "EARLIER TEXT" in page
    assert "61.5\u00a0kg" in page
    assert "Digits turned round" in page


def test_of_two_corrections_the_second_sees_both_texts_and_keeps_its_own(client, patient, recorder):
    first = observation_of(patient)
    url = f"/observations/{first.observation}/correct/"
    page = Page(client.get(url))
    actions.correct_observation(
        observation=first,
        text=actions.ObservationText(first.effective, figure=Decimal(70)),
        correction_reason="scale",
        by=member(patient.clinic, Role.PRESCRIBER),
    )
    typed = typed_over(page.values, {"value-figure": "65.1", "correction_reason": "turned"})
    page = Page(client.post(url, typed))
    assert page.status == 409
    assert "61.5 kg" in page.text
    assert "70 kg" in page.text
    assert page.values["value-figure"] == "65.1"
    assert Observation.objects.count() == 2
    client.post(url, page.values)
    assert observed.observations(patient.pk)[0].figure == Decimal("65.1")


@pytest.mark.parametrize("kind", ["observation", "effect"])
def test_what_is_withdrawn_stays_legible_as_entered_in_error(client, patient, recorder, kind):
    if kind == "observation":
        url = f"/observations/{observation_of(patient).observation}/"
    else:
        url = f"/side-effects/{effect_of(patient).effect}/"
    send(client, f"{url}retract/", reason="other", reason_text="Another person's")
    page = client.get(url).text
    assert "ENTERED IN ERROR" in page
    assert "Another person&#x27;s" in page
    assert "Correct</a>" not in page
    assert observed.observations(patient.pk) == observed.effects(patient.pk) == ()


def test_a_withdrawal_after_a_correction_shows_the_correction_first(client, patient, recorder):
    first = effect_of(patient)
    url = f"/side-effects/{first.effect}/retract/"
    page = Page(client.get(url))
    actions.end_effect(effect=first, ended=Effective(date(2026, 3, 9)), by=member(patient.clinic))
    page = Page(client.post(url, typed_over(page.values, {"reason": "twice"})))
    assert page.status == 409
    assert "09-Mar-2026" in page.text
    assert len(observed.effects(patient.pk)) == 1


def test_a_page_as_known_earlier_shows_what_was_known(client, patient, recorder):
    version = measure_of(patient.clinic)
    first = observation_of(patient, version, figure=Decimal(61))
    observation_of(patient, version, figure=Decimal(67))
    page = client.get(f"{listed(patient)}?known={first.entry.number}").text
    assert "NOT TODAY" in page
    assert "61\u00a0kg" in page
    assert "67\u00a0kg" not in page
    assert "Record a side effect" not in page


def test_the_list_is_narrowed_by_measure_and_by_days(client, patient, recorder):
    weight, height = measure_of(patient.clinic), measure_of(patient.clinic, "Height", unit="m")
    observation_of(patient, weight, date(2026, 3, 2), figure=Decimal(61))
    observation_of(patient, weight, date(2026, 4, 2), figure=Decimal(67))
    observation_of(patient, height, date(2026, 4, 2), figure=Decimal("1.71"))
    page = client.get(f"{listed(patient)}?measure={weight.measure_id}&from=2026-04-01").text
    assert "67\u00a0kg" in page
    assert "61\u00a0kg" not in page
    assert "1.71\u00a0m" not in page
    boxes = "to_day=31&to_month=3&to_year=2026&from_day=&from_month=&from_year="
    page = client.get(f"{listed(patient)}?{boxes}").text
    assert "61\u00a0kg" in page
    assert "67\u00a0kg" not in page


@pytest.mark.parametrize(
    "asked", ["measure=x", "before=x", "from=2026-02-31", "before=2026-01-01.x"]
)
def test_an_address_that_names_nothing_shows_the_whole_list(client, patient, recorder, asked):
    observation_of(patient)
    assert "61.5\u00a0kg" in client.get(f"{listed(patient)}?{asked}").text


def test_pages_follow_each_other_without_gap(client, patient, recorder):
    version = measure_of(patient.clinic)
    record_many(patient, version, recorder, 60)
    first = client.get(listed(patient)).text
    [older] = [link for link in first.split('"') if link.startswith("?before=")]
    second = client.get(listed(patient) + older).text
    seen = [n for n in range(1, 61) if f">{n}.25\u00a0kg<" in first]
    rest = [n for n in range(1, 61) if f">{n}.25\u00a0kg<" in second]
    assert (len(seen), len(rest), len({*seen, *rest})) == (50, 10, 60)


def record_many(patient, version, by, count: int) -> None:
    today = timezone.localdate(timezone=patient.clinic.zone)
    texts = tuple(
        actions.ObservationText(
            Effective(today - timedelta(days=n % 30)), version, figure=Decimal(f"{n + 1}.25")
        )
        for n in range(count)
    )
    actions.record_observations(patient=patient, observations=texts, by=by)


def queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_list_asks_as_much_however_much_is_written(client, patient, recorder):
    version = measure_of(patient.clinic)
    record_many(patient, version, recorder, 2)
    effect_of(patient)
    few = queries(client, listed(patient))
    record_many(patient, version, recorder, 40)
    effect_of(patient, regimen=regimen_of(patient).regimen)
    effect_of(patient, course="not-stated")
    assert queries(client, listed(patient)) == few


def test_the_changes_tell_of_everything_observed(client, patient, recorder):
    observation = observation_of(patient)
    actions.correct_observation(
        observation=observation,
        text=actions.ObservationText(observation.effective, figure=Decimal("65.1")),
        correction_reason="Digits turned round",
        by=recorder,
    )
    effect = effect_of(patient)
    actions.end_effect(effect=effect, ended=Effective(date(2026, 3, 9)), by=recorder)
    newest = SideEffect.objects.latest("entry__number")
    actions.retract_observed(record=newest, reason="twice", reason_text="", by=recorder)
    page = client.get("/changes/?day=1&month=1&year=2020").text
    for words in ("Weight: 61.5\u00a0kg", "Weight: 65.1\u00a0kg", "Digits turned round"):
        assert words in page
    assert "Drowsiness" in page
    assert "Withdrawn as entered in error" in page
    assert Entry.objects.filter(patient=patient.pk).count() == 6
