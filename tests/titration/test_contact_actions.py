"""Recording contacts: what is refused, and that no call back is lost."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from access.models import Role
from ledger.writing import AlreadySuperseded
from patients import actions as patient_actions
from patients.identity import Standing
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import contact_of, contact_text, regimen_of
from titration import actions, projection
from titration.models import Contact, WorklistRow
from titration.policies import RuleBroken
from titration.reading import contacted
from titration.timeline import Effective

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def nurse(patient):
    return member(patient.clinic, Role.RECORDER)


def today_of(patient) -> date:
    return patient.clinic.local(timezone.now()).date()


def soon(patient, days: int = 1) -> date:
    return today_of(patient) + timedelta(days=days)


def waiting(patient) -> list:
    rows = WorklistRow.objects.filter(patient=patient, topic="call-back").order_by("day")
    return list(rows.values_list("about", flat=True))


def test_a_contact_reads_back_as_it_was_recorded(patient, nurse) -> None:
    made = contact_of(
        patient,
        nurse,
        effective=Effective(today_of(patient), "day", time(9, 5), 0),
        with_whom="Her son",
        said="Drowsy",
        told="Ring again at noon",
        call_back=soon(patient),
        call_back_time=time(12, 0),
        call_back_for="drowsiness",
    )
    [text] = contacted.contacts([patient.pk])
    assert (text.contact, text.with_whom, text.said) == (made.contact, "Her son", "Drowsy")
    assert (text.told, text.call_back_time) == ("Ring again at noon", time(12, 0))
    assert (text.call_back_by, text.call_back_for) == (nurse.pk, "drowsiness")
    assert text.effective.time == time(9, 5)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"how": "semaphore"}, "how"),
        ({"direction": "up"}, "direction"),
        ({"reached": "maybe"}, "reached"),
        ({"effective": Effective(date(2026, 1, 1), "month")}, "on"),
        ({"effective": Effective(date(2999, 1, 1))}, "on"),
        ({"effective": Effective(date(1890, 1, 1))}, "on"),
        ({"whose_name": " "}, "whose"),
        ({"call_back_for": "tone"}, "call_back_on"),
        ({"call_back_on": date(2999, 1, 1)}, "call_back_by"),
        ({"is_last_try": True}, "is_last_try"),
    ],
)
def test_a_contact_is_refused_beside_its_field(patient, nurse, said: dict, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        contact_of(patient, nurse, **said)
    assert refusal.value.field == field
    assert not Contact.objects.exists()


def test_a_call_back_before_the_contact_is_refused(patient, nurse) -> None:
    with pytest.raises(RuleBroken) as refusal:
        contact_of(patient, nurse, call_back=today_of(patient) - timedelta(days=1))
    assert refusal.value.field == "call_back_on"


def test_who_calls_back_records_at_the_clinic(patient, nurse) -> None:
    stranger = member(ClinicFactory.create())
    with pytest.raises(RuleBroken) as refusal:
        contact_of(
            patient,
            nurse,
            call_back=soon(patient),
            call_back_by=stranger,
            call_back_name=stranger.name,
        )
    assert refusal.value.field == "call_back_by"
    assert not Contact.objects.exists()


def test_the_medicine_is_one_of_the_patients(patient, nurse) -> None:
    with pytest.raises(RuleBroken) as refusal:
        contact_of(patient, nurse, regimen=regimen_of().regimen)
    assert refusal.value.field == "regimen"


def test_a_call_back_stands_in_the_worklist_until_it_is_answered(patient, nurse) -> None:
    call = contact_of(patient, nurse, call_back=soon(patient))
    assert waiting(patient) == [call.contact]
    contact_of(patient, nurse, answers=call.contact)
    assert waiting(patient) == []


def test_a_try_that_reaches_nobody_sets_another_or_says_that_nobody_tries_again(
    patient, nurse
) -> None:
    call = contact_of(patient, nurse, call_back=soon(patient))
    said = {"answers": call.contact, "reached": "no-answer"}
    with pytest.raises(RuleBroken) as refusal:
        contact_of(patient, nurse, **said)
    assert refusal.value.field == "call_back_on"
    assert waiting(patient) == [call.contact]
    again = contact_of(patient, nurse, **said, call_back=soon(patient, 2))
    assert waiting(patient) == [again.contact]
    contact_of(patient, nurse, answers=again.contact, reached="message-left", is_last_try=True)
    assert waiting(patient) == []


def test_a_call_back_is_answered_once(patient, nurse) -> None:
    call = contact_of(patient, nurse, call_back=soon(patient))
    contact_of(patient, nurse, answers=call.contact)
    with pytest.raises(RuleBroken) as refusal:
        contact_of(patient, nurse, answers=call.contact)
    assert refusal.value.field == "answers"
    assert Contact.objects.count() == 2


def test_a_call_back_of_another_patient_is_not_answered(patient, nurse) -> None:
    other = PatientFactory(clinic=patient.clinic)
    call = contact_of(other, nurse, call_back=soon(other))
    with pytest.raises(RuleBroken) as refusal:
        contact_of(patient, nurse, answers=call.contact)
    assert refusal.value.field == "answers"


def test_a_call_back_waits_again_when_its_answer_is_withdrawn(patient, nurse) -> None:
    call = contact_of(patient, nurse, call_back=soon(patient))
    answer = contact_of(patient, nurse, answers=call.contact)
    actions.retract_contact(contact=answer, reason="twice", reason_text="", by=nurse)
    assert waiting(patient) == [call.contact]


def test_a_call_back_waits_again_when_its_answer_is_corrected_to_answer_none(
    patient, nurse
) -> None:
    call = contact_of(patient, nurse, call_back=soon(patient))
    answer = contact_of(patient, nurse, answers=call.contact)
    actions.correct_contact(
        contact=answer,
        text=contact_text(patient, nurse),
        correction_reason="another call",
        by=nurse,
    )
    assert waiting(patient) == [call.contact]


def test_two_contacts_never_answer_each_other(patient, nurse) -> None:
    first = contact_of(patient, nurse, call_back=soon(patient))
    second = contact_of(patient, nurse, answers=first.contact, call_back=soon(patient))
    text = contact_text(patient, nurse, answers=second.contact, call_back=soon(patient))
    with pytest.raises(RuleBroken) as refusal:
        actions.correct_contact(contact=first, text=text, correction_reason="slip", by=nurse)
    assert refusal.value.field == "answers"
    assert waiting(patient) == [second.contact]


def test_a_call_back_waits_although_its_medicine_is_withdrawn(patient, nurse) -> None:
    version = regimen_of(patient)
    call = contact_of(patient, nurse, regimen=version.regimen, call_back=soon(patient))
    actions.retract_regimen(
        regimen=version.regimen, reason="twice", reason_text="", by=version.responsible
    )
    assert waiting(patient) == [call.contact]
    projection.rebuild()
    assert waiting(patient) == [call.contact]


def test_a_call_back_waits_although_the_patient_died(patient, nurse) -> None:
    call = contact_of(patient, nurse, call_back=soon(patient))
    newest = patient.versions.get()
    patient_actions.revise_patient(
        patient=patient,
        seen=newest.entry,
        identity=newest.identity,
        standing=Standing("died", today_of(patient)),
        by=nurse,
    )
    assert waiting(patient) == [call.contact]


def test_a_call_back_follows_its_medicine_when_that_is_changed(patient, nurse) -> None:
    version = regimen_of(patient)
    contact_of(patient, nurse, regimen=version.regimen, call_back=soon(patient))
    row = WorklistRow.objects.get(topic="call-back")
    assert (row.regimen_id, row.medicine_id) == (version.regimen_id, version.medicine_id)


def test_a_lost_row_of_a_call_back_is_found_by_verification(patient, nurse) -> None:
    contact_of(patient, nurse, call_back=soon(patient))
    assert not list(projection.differences(patient.clinic))
    WorklistRow.objects.filter(topic="call-back").delete()
    [finding] = projection.differences(patient.clinic)
    assert str(patient.pk) in finding.says
    projection.rebuild()
    assert not list(projection.differences(patient.clinic))


def test_a_correction_is_refused_when_somebody_was_first(patient, nurse) -> None:
    call = contact_of(patient, nurse)
    said = {"contact": call, "correction_reason": "slip", "by": nurse}
    actions.correct_contact(text=contact_text(patient, nurse, said="one"), **said)
    with pytest.raises(AlreadySuperseded):
        actions.correct_contact(text=contact_text(patient, nurse, said="two"), **said)
    assert Contact.objects.count() == 2
