"""What a fresh reading of the recording pages found, each held by a test of its own."""

from datetime import date

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.urls import reverse
from django.utils import timezone

from access.models import Role, Session
from access.sessions import SessionStore
from ledger.models import Retraction, RetractionReason
from ledger.writing import newest_number_of
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.titration.doses import amount, times
from tests.titration.factories import medicine_of, regimen_of, step_of
from tests.titration.recording import Recording, day
from titration import actions, carry
from titration.dosing import Component, Timing
from titration.models import DoseStep
from titration.policies import RuleBroken

pytestmark = pytest.mark.django_db

ONE_PART = {"amount": "7", "when": "times", "times": "3"}
PARTS_OF = {"single": (Component(amount("5"), Timing("once")),)}


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def prescriber(clinic):
    return member(clinic, name="Dr A. Osei")


@pytest.fixture
def version(clinic, prescriber):
    return regimen_of(PatientFactory(clinic=clinic), by=prescriber)


@pytest.fixture
def recording(client, prescriber, version):
    client.force_login(prescriber)
    return Recording(client, f"/regimens/{version.regimen_id}/steps/new/")


def text_like(version, **changes) -> actions.RegimenText:
    said = {
        "medicine": version.medicine.versions.newest().get(),
        "route": version.route,
        "unit": version.unit,
        "form": version.form,
        "indication": version.indication,
        "indication_text": version.indication_text,
        "responsible": version.responsible,
    }
    return actions.RegimenText(**{**said, **changes})


def test_another_medicine_meanwhile_is_read_before_anything_is_recorded(
    recording, version, clinic, prescriber
):
    recording.write(ONE_PART, decided_by=str(prescriber.pk), reason="start")
    other = medicine_of(clinic, "carbamazepine")
    actions.revise_regimen(
        regimen=version.regimen,
        seen=version.entry,
        text=text_like(version, medicine=other),
        by=prescriber,
    )
    page = recording.confirm()
    assert "carbamazepine" in page.text
    assert "were changed while your page was open" in page.text
    assert not DoseStep.objects.exists()
    recording.confirm()
    assert DoseStep.objects.count() == 1


def test_the_form_of_a_regimen_stays_once_a_step_is_recorded(version, prescriber):
    step_of(version)
    with pytest.raises(RuleBroken):
        actions.revise_regimen(
            regimen=version.regimen,
            seen=version.entry,
            text=text_like(version, form="oral solution"),
            by=prescriber,
        )
    assert version.regimen.versions.count() == 1


def test_a_correction_keeps_the_prescriber_who_left(client, clinic, version, prescriber):
    step = step_of(version)
    prescriber.memberships.update(ended_at=timezone.now())
    client.force_login(member(clinic, Role.RECORDER))
    correction = Recording(client, f"/steps/{step.step}/correct/")
    assert correction.page.values["decided_by"] == str(prescriber.pk)
    correction.write(ONE_PART, correction_reason="typing slip")
    correction.confirm()
    assert DoseStep.objects.latest("entry__number").decided_by == prescriber


def test_a_correction_shows_the_difference_that_the_log_will_show(client, version, prescriber):
    step_of(version, on=date(2026, 3, 2), components=(times(1, "11"),))
    step = step_of(version, on=date(2026, 3, 9), components=(times(1, "23"),))
    client.force_login(prescriber)
    correction = Recording(client, f"/steps/{step.step}/correct/")
    page = correction.write(
        {**ONE_PART, "amount": "17", "times": "1"},
        correction_reason="slip",
        **day("9", "3", "2026"),
    )
    assert "+6 mg" in page.text
    assert "−6 mg" not in page.text
    assert "Why the entry is corrected slip" in page.text


def test_days_are_not_counted_from_a_month(recording, prescriber):
    page = recording.write(
        {**ONE_PART, "times": "1", "days": "period", "every": "2", "every_unit": "day"},
        decided_by=str(prescriber.pk),
        reason="start",
        **day("", "3", "2026"),
    )
    assert "components-0-anchor_day" in page.errors
    assert not DoseStep.objects.exists()


def test_steps_withdrawn_one_after_another_are_all_carried(rf, version, prescriber):
    steps = [step_of(version, on=date(2026, 3, when)) for when in (2, 9)]
    request = rf.get("/")
    request.user, request.session = prescriber, {}
    for step in steps:
        actions.retract_step(
            step=step, reason=RetractionReason.WRONG_PATIENT, reason_text="", by=prescriber
        )
        carry.put(request, [step])
    assert carry.carried(request) == steps


def test_pages_of_signed_in_people_are_stored_nowhere(client, version, prescriber):
    client.force_login(prescriber)
    for address in ("/", "/patients/", f"/regimens/{version.regimen_id}/"):
        assert "no-store" in client.get(address).headers["Cache-Control"]


def test_a_withdrawal_that_would_start_again_what_is_stopped_is_refused(
    client, version, prescriber
):
    step_of(version, date(2026, 3, 2))
    step_of(version, date(2026, 3, 4), kind="stop")
    again = step_of(version, date(2026, 3, 6), reason="restart")
    step_of(version, date(2026, 3, 9), kind="withhold")
    resumed = step_of(version, date(2026, 3, 16), kind="resume", reason="restart")
    client.force_login(prescriber)
    address = reverse("step-retract", args=[again.step])

    page = Recording(client, address).send(("", ""), {"reason": "twice"})

    assert f"Entry {resumed.entry.number} resumes from 16-Mar-2026" in page.text
    assert not Retraction.objects.exists()


def test_a_stop_is_recorded_although_another_is_recorded_ahead(client, version, prescriber):
    step_of(version, date(2026, 3, 2))
    step_of(version, date(2026, 3, 20), kind="stop")
    client.force_login(prescriber)
    address = f"/regimens/{version.regimen_id}/steps/new/?kind=stop"

    recording = Recording(client, address)
    recording.write(**day("4", "3", "2026"), decided_by=str(prescriber.pk), reason="unwell")
    recording.confirm()

    assert DoseStep.objects.filter(kind="stop").count() == 2


def test_a_withdrawal_takes_a_reason_of_the_list_only(version):
    step = step_of(version, date(2026, 3, 2))
    with pytest.raises(RuleBroken) as rule:
        actions.retract_step(step=step, reason="bored", reason_text="", by=version.responsible)
    assert rule.value.field == "reason"
    assert not Retraction.objects.exists()


def test_who_was_handed_over_meanwhile_is_read_before_a_step_is_recorded_here(
    recording, version, prescriber
):
    """The clinic that accepted them would not see it."""
    patient, north = version.regimen.patient, member(ClinicFactory())
    recording.write(ONE_PART)
    offer = actions.offer_patient(
        patient=patient, to=north.memberships.get().clinic, responsible=prescriber,
        says="Moves", by=prescriber,
    )  # fmt: skip
    seen = newest_number_of(patient.pk)
    actions.accept_patient(offer=offer, responsible=north, seen=seen, by=north)
    page = recording.confirm()
    assert "it was recorded that the patient died or left" in page.text
    assert not DoseStep.objects.exists()
    page = recording.confirm()  # a late entry can be recorded, once that was read
    assert page.status == 302
    assert DoseStep.objects.get().regimen == version.regimen


@pytest.mark.parametrize("what", ["ended", "took no change"])
def test_what_was_recorded_is_never_said_not_to_be_because_of_the_session(
    recording, monkeypatch, what
):
    """It was ended in another tab while the step was recorded, or the disk was full after that."""

    def full(self, must_create=False):
        raise UpdateError

    def record_step(**asked):
        step = recorded(**asked)
        if what == "ended":
            Session.objects.all().delete()
        else:
            monkeypatch.setattr(SessionStore, "save", full)
        return step

    recorded = actions.record_step
    recording.write(ONE_PART)
    monkeypatch.setattr(actions, "record_step", record_step)
    page = recording.confirm()
    assert DoseStep.objects.count() == 1
    assert page.status == 302
    assert Session.objects.exists() == (what == "took no change")


def test_a_correction_that_moves_a_step_behind_a_withhold_says_that_it_ends_it(
    client, prescriber, version
):
    step = step_of(version, date(2026, 3, 2))
    withheld = step_of(version, date(2026, 3, 10), kind="withhold")
    client.force_login(prescriber)
    recording = Recording(client, reverse("step-correct", args=[step.step]))
    page = recording.write(ONE_PART, correction_reason="wrong day", **day("12", "3", "2026"))
    assert (
        f"Entry {withheld.entry.number} came after this one and now comes before it: this one ends "
        "it. It says from 10-Mar-2026: Withheld" in page.text
    )
    recording.change()
    page = recording.write(ONE_PART, correction_reason="wrong day", **day("9", "3", "2026"))
    assert "now comes before it" not in page.text


@pytest.mark.parametrize(("kind", "says"), [("withhold", True), ("stop", True), ("single", False)])
def test_who_withdraws_an_instruction_reads_what_holds_in_its_place(
    client, prescriber, version, kind, says
):
    step_of(version, date(2026, 3, 2), components=(times(3, "17"),))
    withdrawn = step_of(version, date(2026, 3, 10), kind=kind, components=PARTS_OF.get(kind))
    client.force_login(prescriber)
    page = Page(client.get(reverse("step-retract", args=[withdrawn.step])))
    assert ("Without this entry, this holds in its place" in page.text) is says
    assert ("17 mg" in page.text) is says


def test_who_withdraws_the_first_instruction_reads_of_none_in_its_place(
    client, prescriber, version
):
    first = step_of(version, date(2026, 3, 2))
    step_of(version, date(2026, 3, 10), kind="withhold")
    client.force_login(prescriber)
    page = Page(client.get(reverse("step-retract", args=[first.step])))
    assert "this holds in its place" not in page.text
