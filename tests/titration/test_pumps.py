"""Events of a pump: recording, correcting, withdrawing, as actions and on their pages."""

from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger import erasing
from ledger.models import Entry, ErasureReason
from ledger.writing import AlreadySuperseded
from tests.factories import member
from tests.pages import Page
from tests.titration.doses import in_words, rate
from tests.titration.exports import text_of
from tests.titration.factories import pump_event_of, regimen_of, step_of
from tests.titration.recording import Recording
from titration import actions
from titration.models import DoseStep, PumpEvent
from titration.policies import RuleBroken
from titration.reading import pumped
from titration.timeline import Effective

pytestmark = pytest.mark.django_db


@pytest.fixture
def regimen():
    return regimen_of(route="intrathecal", unit="microgram", form="")


def test_event_is_read_as_it_was_written(regimen):
    event = pump_event_of(
        regimen,
        rates=(rate("223.5", "24 hours"),),
        concentration=Decimal(2000),
        concentration_unit="microgram",
        volume_withdrawn=Decimal("3.7"),
        note="Septum hard to find",
    )
    [entry] = pumped.pump_log(regimen.regimen_id).entries
    text = entry.record.text
    assert (entry.record.entry, text.rates) == (event.pk, (rate("223.5", "24 hours"),))
    assert (text.volume_withdrawn, text.note) == (Decimal("3.7"), "Septum hard to find")
    assert text.medicine_name == "baclofen"


def test_no_event_writes_a_dose(regimen):
    pump_event_of(regimen, rates=(rate("223", "24 hours"),))
    assert not DoseStep.objects.exists()


def test_correction_keeps_the_text_before_it(regimen):
    first = pump_event_of(regimen, volume_filled=Decimal(18))
    pump_event_of(regimen, corrects=first, volume_filled=Decimal(19))
    newest, before = pumped.pump_log(regimen.regimen_id).entries
    assert (newest.is_live, newest.record.text.volume_filled) == (True, Decimal(19))
    assert (before.is_live, before.corrected_by) == (False, newest)


def test_correction_of_the_earlier_of_one_day_stays_the_earlier(regimen):
    patient = regimen.regimen.patient_id
    found = pump_event_of(regimen, low_reservoir_on=date(2026, 4, 1))
    pump_event_of(regimen, kind="removed")
    pump_event_of(regimen, corrects=found, low_reservoir_on=date(2026, 4, 2))
    assert not pumped.pump_log(regimen.regimen_id).pump.is_in_place
    assert pumped.medicines_in_pumps(patient) == ()


def test_two_corrections_of_one_text_conflict(regimen):
    first = pump_event_of(regimen)
    pump_event_of(regimen, corrects=first, model="One")
    with pytest.raises(AlreadySuperseded):
        pump_event_of(regimen, corrects=first, model="Other")
    assert PumpEvent.objects.newest().get().model == "One"


def test_as_known_before_a_correction_the_first_text_stands(regimen):
    first = pump_event_of(regimen, model="Misread")
    pump_event_of(regimen, corrects=first, model="Right")
    [entry] = pumped.pump_log(regimen.regimen_id, known=first.entry.number).entries
    assert (entry.is_live, entry.record.text.model) == (True, "Misread")


@pytest.mark.parametrize("days", [1, 400])
def test_event_to_come_is_refused(regimen, days):
    today = regimen.regimen.clinic.local(timezone.now()).date()
    with pytest.raises(RuleBroken) as refused:
        pump_event_of(regimen, on=today + timedelta(days=days))
    assert refused.value.field == "effective"
    assert not PumpEvent.objects.exists()


def test_time_to_come_of_today_is_refused(regimen):
    ahead = regimen.regimen.clinic.local(timezone.now() + timedelta(minutes=30))
    clock = ahead.time().replace(second=0, microsecond=0)
    offset = int((ahead.utcoffset() or timedelta()).total_seconds() // 60)
    with pytest.raises(RuleBroken):
        pump_event_of(regimen, on=Effective(ahead.date(), time=clock, offset=offset))
    assert not PumpEvent.objects.exists()


@pytest.mark.parametrize(
    ("field", "years"), [("low_reservoir_on", 3), ("refill_on", 3), ("replacement_on", 16)]
)
def test_date_whose_year_cannot_be_is_refused_beside_its_box(regimen, field, years):
    far = timezone.now().date() + timedelta(days=366 * years)
    with pytest.raises(RuleBroken) as refused:
        pump_event_of(regimen, **{field: far})
    assert refused.value.field == field
    assert not PumpEvent.objects.exists()


def test_medicine_by_mouth_has_no_pump():
    with pytest.raises(RuleBroken):
        pump_event_of(regimen_of())
    assert not PumpEvent.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_who_records_records_an_event(regimen, role):
    with pytest.raises(PermissionDenied):
        pump_event_of(regimen, by=member(regimen.regimen.clinic, role))
    assert not PumpEvent.objects.exists()


def test_pump_is_in_place_for_the_banner_until_it_is_taken_out(regimen):
    patient = regimen.regimen.patient_id
    assert pumped.medicines_in_pumps(patient) == ()
    refilled = pump_event_of(regimen, on=date(2026, 3, 2))
    assert pumped.medicines_in_pumps(patient) == ("baclofen",)
    pump_event_of(regimen, kind="removed", on=date(2026, 3, 9))
    assert pumped.medicines_in_pumps(patient) == ()
    assert pumped.medicines_in_pumps(patient, refilled.entry.number) == ("baclofen",)


class TestPages:
    @pytest.fixture
    def address(self, client, regimen):
        client.force_login(regimen.responsible)
        return reverse("pump", args=[regimen.regimen_id])

    @pytest.fixture
    def recording(self, client, regimen, address):
        return Recording(client, reverse("pump-event-new", args=[regimen.regimen_id]))

    STANDARD = {
        "kind": "refilled",
        "which_day": "other",
        "on_day": "2",
        "on_month": "3",
        "on_year": "2026",
    }

    def typed(self, recording: Recording, button: str = "review", **said) -> Page:
        return recording.send(("stage", button), {**self.STANDARD, **said})

    def test_event_goes_in_by_two_screens(self, client, recording, address):
        read = self.typed(
            recording,
            concentration="2000",
            concentration_unit="microgram",
            volume_expected="4.1",
            volume_withdrawn="3.7",
            volume_filled="39",
            low_day="16",
            low_month="11",
            low_year="2027",
            **{
                "components-0-amount": "223.5",
                "components-0-unit": "microgram",
                "components-0-when": "continuous",
                "components-0-rate_per": "24 hours",
            },
        )
        assert "223.5 micrograms per 24 hours" in read.text
        assert "2,000 micrograms per mL" in read.text
        assert "3.7 mL" in read.text
        assert not PumpEvent.objects.exists()
        recording.send(("stage", "confirm"))
        text = Page(client.get(address)).text
        assert "223.5 micrograms per 24 hours" in text
        assert "16-Nov-2027" in text

    def test_nothing_is_filled_in(self, recording):
        typed = recording.page.form.typed
        assert not any(typed.values())

    def test_what_was_typed_stays_beside_its_message(self, recording):
        page = self.typed(recording, concentration="500", model="Pump of 40 mL")
        assert page.status == 422
        assert page.errors["concentration_unit"]
        assert page.values["model"] == "Pump of 40 mL"
        assert not PumpEvent.objects.exists()

    def test_the_list_of_errors_is_in_the_order_of_the_page(self, recording):
        text = recording.send(("stage", "review")).text
        assert 0 < text.index("Event: Choose what was done.") < text.index("When: Say when this")

    def test_the_list_of_errors_says_of_which_date_each_is(self, recording):
        page = self.typed(recording, low_day="16", refill_day="31", refill_month="2")
        assert "Low-reservoir alarm date: Write the year with four digits." in page.text
        assert "Refill booked for: Write the year with four digits." in page.text

    def test_who_records_the_same_refill_is_told_of_the_first(self, client, regimen, recording):
        self.typed(recording, model="Pump of 40 mL")
        pump_event_of(regimen, model="Filled by the ward")
        recording.send(("stage", "confirm"))
        assert "Recorded while your page was open." in recording.page.text
        assert "Filled by the ward" in recording.page.text
        assert PumpEvent.objects.count() == 1
        recording.send(("stage", "confirm"))
        assert PumpEvent.objects.count() == 2

    def test_second_correction_gets_both_texts(self, client, regimen, address):
        event = pump_event_of(regimen, model="As typed")
        correcting = Recording(client, reverse("pump-event-correct", args=[event.event]))
        pump_event_of(regimen, corrects=event, model="As corrected by another")
        self.typed(correcting, model="As I say", correction_reason="misread")
        conflict = correcting.send(("stage", "confirm"))
        assert conflict.status == 409
        assert "As corrected by another" in conflict.text
        assert "As I say" in conflict.text
        correcting.send(("stage", "review"))
        correcting.send(("stage", "confirm"))
        assert PumpEvent.objects.newest().get().model == "As I say"

    def test_withdrawn_event_stays_legible(self, client, regimen, address):
        event = pump_event_of(regimen, model="Of another patient")
        withdrawing = reverse("pump-event-retract", args=[event.event])
        form = Page(client.get(withdrawing)).values
        answer = client.post(withdrawing, {**form, "reason": "wrong-patient"})
        assert answer.status_code == 302
        text = Page(client.get(address)).text
        assert "ENTERED IN ERROR" in text
        assert "Of another patient" in text
        assert "No event of the pump stands." in text

    def test_programme_that_is_not_the_instruction_is_said(self, client, regimen, address):
        step_of(regimen, components=(rate("223", "24 hours"),))
        pump_event_of(regimen, rates=(rate("223", "24 hours"),))
        said = "is not written as the last recorded instruction is"
        assert said not in Page(client.get(address)).text
        pump_event_of(regimen, on=date(2026, 3, 9), rates=(rate("241", "24 hours"),))
        assert said in Page(client.get(address)).text

    def test_programme_in_other_words_than_the_instruction_is_said(self, client, regimen, address):
        step_of(regimen, components=(in_words("by the chart of Monday"),))
        pump_event_of(regimen, rates=(in_words("by the chart of Monday"),))
        said = "is not written as the last recorded instruction is"
        assert said not in Page(client.get(address)).text
        pump_event_of(regimen, on=date(2026, 3, 9), rates=(in_words("by the chart of Friday"),))
        assert said in Page(client.get(address)).text

    @pytest.mark.parametrize("kind", ["withhold", "stop"])
    def test_pump_that_runs_where_nothing_is_to_be_given_is_said(
        self, client, regimen, address, kind
    ):
        rates = (rate("223", "24 hours"),)
        step_of(regimen, components=rates)
        pump_event_of(regimen, rates=rates)
        step_of(regimen, on=date(2026, 3, 9), kind=kind)
        assert "is not written as the last recorded" in Page(client.get(address)).text
        pump_event_of(regimen, on=date(2026, 3, 9), mode="stopped")
        assert "is not written as the last recorded" not in Page(client.get(address)).text

    def test_pump_that_stands_still_where_a_dose_is_instructed_is_said(
        self, client, regimen, address
    ):
        step_of(regimen, components=(rate("223", "24 hours"),))
        pump_event_of(regimen, mode="stopped")
        assert "is not written as the last recorded" in Page(client.get(address)).text

    def test_past_view_shows_the_instruction_that_was_in_force_then(
        self, client, regimen, address, monkeypatch
    ):
        moment = timezone.now()
        today = regimen.regimen.clinic.local(moment).date()
        step_of(regimen, components=(rate("223", "24 hours"),))
        ahead = today + timedelta(days=1)
        step = step_of(regimen, on=ahead, components=(rate("241", "24 hours"),))
        later = SimpleNamespace(now=lambda: moment + timedelta(days=3))
        monkeypatch.setattr("titration.views.pumps.timezone", later)
        text = Page(client.get(f"{address}?known={step.entry.number}")).text
        assert "223 micrograms per 24 hours" in text
        assert "241 micrograms per 24 hours" not in text

    def test_same_form_sent_twice_records_once(self, client, recording):
        self.typed(recording)
        data = {**recording.page.values, "stage": "confirm"}
        count = Entry.objects.count()
        assert client.post(recording.url, data).status_code == 302
        assert client.post(recording.url, data).status_code == 302
        assert Entry.objects.count() == count + 1

    def test_same_form_with_other_content_shows_what_it_recorded_and_nothing_else(
        self, client, regimen, recording
    ):
        pump_event_of(regimen, on=date(2026, 3, 9), model="Of another event")
        self.typed(recording, model="As first sent")
        sent = {**recording.page.values, "stage": "confirm"}
        assert client.post(recording.url, sent).status_code == 302
        conflict = Page(client.post(recording.url, {**sent, "model": "As sent again"}))
        assert conflict.status == 409
        assert "As first sent" in conflict.text
        assert "As sent again" in conflict.text
        assert "Of another event" not in conflict.text
        assert PumpEvent.objects.count() == 2

    def test_number_of_queries_does_not_grow(
        self, client, regimen, address, django_assert_max_num_queries
    ):
        pump_event_of(regimen, rates=(rate("223", "24 hours"),))
        with django_assert_max_num_queries(40) as few:
            client.get(address)
        for day in range(3, 15):
            pump_event_of(regimen, on=date(2026, 3, day), rates=(rate("223", "24 hours"),))
        with django_assert_max_num_queries(len(few)):
            client.get(address)

    def test_past_view_says_so_and_records_nothing(self, client, regimen, address):
        event = pump_event_of(regimen, model="Then")
        pump_event_of(regimen, corrects=event, model="Now")
        text = client.get(f"{address}?known={event.entry.number}").text
        assert "NOT TODAY" in text
        assert "Then" in text
        assert reverse("pump-event-new", args=[regimen.regimen_id]) not in text


def test_moment_with_a_clock_time_comes_back(regimen):
    moment = Effective(date(2026, 3, 2), time=time(14, 5), offset=0)
    pump_event_of(regimen, on=moment)
    [entry] = pumped.pump_log(regimen.regimen_id).entries
    assert entry.record.text.effective == moment


def test_events_stand_in_the_pdf_history_corrected_ones_too(client, regimen):
    client.force_login(regimen.responsible)
    event = pump_event_of(regimen, model="Misread", rates=(rate("223", "24 hours"),))
    pump_event_of(regimen, corrects=event, model="Read again", rates=(rate("241", "24 hours"),))
    answer = client.get(reverse("patient-pdf", args=[regimen.regimen.patient_id]))
    text = text_of(answer.content)
    assert "Pump events, newest first" in text
    assert "Misread" in text
    assert "Read again" in text
    assert "241 micrograms per 24 hours" in text


def test_events_learned_since_a_moment_are_told_beside_what_is_known_today(client, regimen):
    client.force_login(regimen.responsible)
    event = pump_event_of(regimen, model="Misread")
    actions.retract_pump_event(event=event, reason="twice", reason_text="", by=regimen.responsible)
    page = reverse("patient-known", args=[regimen.regimen.patient_id])
    text = Page(client.get(f"{page}?known={regimen.entry.number}&show=compared")).text
    assert "Pump event." in text
    assert "Misread" in text
    assert "Pump event withdrawn as entered in error." in text


def test_changes_tell_of_a_regimen_that_was_withdrawn_with_its_pump(client, regimen):
    client.force_login(regimen.responsible)
    step_of(regimen, components=(rate("223", "24 hours"),))
    pump_event_of(regimen, model="Pump of 40 mL")
    actions.retract_regimen(
        regimen=regimen.regimen, reason="twice", reason_text="", by=regimen.responsible
    )
    text = Page(client.get(reverse("changes"), {"since": "2026-01-01"})).text
    assert "Regimen withdrawn as entered in error" in text
    assert "Pump event withdrawn as entered in error" in text


class TestWorklist:
    def shown(self, client, regimen) -> str:
        client.force_login(regimen.responsible)
        return Page(client.get(reverse("worklist"))).text

    def test_alarm_that_was_heard_heads_the_list(self, client, regimen):
        step_of(regimen, components=(rate("223", "24 hours"),))
        pump_event_of(regimen, kind="alarm", alarm="heard", alarm_words="Single tone")
        text = self.shown(client, regimen)
        assert "Single tone" in text
        assert text.index("Pump: alarm heard") < text.index("No review written")

    def test_refill_is_listed_from_two_weeks_before(self, client, regimen):
        today = regimen.regimen.clinic.local(timezone.now()).date()
        far, near = today + timedelta(days=15), today + timedelta(days=14)
        event = pump_event_of(regimen, refill_on=far)
        assert "Refill booked for" not in self.shown(client, regimen)
        pump_event_of(regimen, corrects=event, refill_on=near)
        assert "Refill booked for" in self.shown(client, regimen)

    def test_alarm_is_told_in_the_words_that_were_typed(self, client, regimen):
        pump_event_of(regimen, kind="alarm", alarm="heard", alarm_words="Single tone.")
        said = "An alarm was heard: “Single tone.” Open the pump"
        assert said in self.shown(client, regimen)

    def test_withdrawn_event_is_listed_no_longer(self, client, regimen):
        event = pump_event_of(regimen, kind="alarm", alarm="heard", alarm_words="Single tone")
        actions.retract_pump_event(
            event=event, reason="twice", reason_text="", by=regimen.responsible
        )
        assert "Single tone" not in self.shown(client, regimen)


def test_regimen_page_shows_the_pump_at_first_glance(client, regimen):
    client.force_login(regimen.responsible)
    address = reverse("regimen", args=[regimen.regimen_id])
    assert "No pump is recorded." in Page(client.get(address)).text
    pump_event_of(regimen, refill_on=date(2026, 12, 15))
    text = Page(client.get(address)).text
    assert "Refill booked for: 15-Dec-2026" in text


def test_medicine_by_mouth_shows_no_pump(client):
    by_mouth = regimen_of()
    client.force_login(by_mouth.responsible)
    links = Page(client.get(reverse("regimen", args=[by_mouth.regimen_id]))).links
    assert reverse("pump", args=[by_mouth.regimen_id]) not in links


def test_banner_says_that_a_pump_is_in_place_and_what_it_gives(client, regimen):
    client.force_login(regimen.responsible)
    address = reverse("patient", args=[regimen.regimen.patient_id])
    assert "Pump:" not in Page(client.get(address)).text
    event = pump_event_of(regimen)
    assert "In place Pump: baclofen" in Page(client.get(address)).text
    pump_event_of(regimen, on=date(2026, 3, 9), kind="removed")
    assert "Pump:" not in Page(client.get(address)).text
    then = client.get(f"{address}?known={event.entry.number}")
    assert "In place Pump: baclofen" in Page(then).text


def test_banner_of_somebody_who_was_erased_says_of_no_pump(client, regimen):
    pump_event_of(regimen)
    clinic, patient = regimen.regimen.clinic, regimen.regimen.patient_id
    administrator = member(clinic, Role.ADMINISTRATOR)
    erasing.erase(clinic=clinic, patient=patient, reason=ErasureReason.REQUEST, by=administrator)
    client.force_login(regimen.responsible)
    assert "Pump:" not in Page(client.get(reverse("patient", args=[patient]))).text
