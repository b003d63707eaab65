"""The one way to write: gapless numbers, linked digests, repeats, conflicts, recorded times."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from access.models import Role
from ledger import canonical
from ledger.models import Entry, Head, Retraction, RetractionReason, Submission
from ledger.writing import (
    AlreadySuperseded,
    Asking,
    LedgerError,
    SubmissionConflict,
    record_of,
    writing,
)
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import times
from tests.titration.factories import regimen_of, step_of
from titration import actions
from titration.models import Component, DoseStep, RegimenVersion

pytestmark = pytest.mark.django_db


def instruction_like(step: DoseStep, **changes) -> actions.Instruction:
    said = {
        "kind": step.kind,
        "effective": step.effective,
        "decided_by": step.decided_by,
        "decided_by_name": step.decided_by_name,
        "received_how": step.received_how,
        "reason": step.reason,
        "components": tuple(part.as_written() for part in step.parts),
    }
    return actions.Instruction(**{**said, **changes})


def test_numbers_are_gapless_and_digests_linked() -> None:
    step = step_of()
    step_of(step.regimen.card.version, on=date(2026, 3, 9))
    entries = list(Entry.objects.filter(clinic=step.regimen.clinic).order_by("number"))
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    previous = canonical.NO_ENTRY
    for entry in entries:
        assert entry.previous_digest == previous
        assert entry.digest == canonical.digest("entry/1", entry.header())
        assert entry.content_digest == record_of(entry).content_digest()
        previous = entry.digest
    assert Head.objects.get(clinic=step.regimen.clinic).digest == previous


def test_identity_enters_by_a_salted_digest_only() -> None:
    version = PatientFactory().versions.get()
    assert version.sealed == canonical.sealed_digest(version.salt, version.sealed_content())
    assert "family_name" not in version.plain_content()


def test_free_text_of_components_is_sealed_with_the_step() -> None:
    part = times(3, "5")
    part = type(part)(amount=part.amount, timing=part.timing, calculation="0.2 mg per kg × 25 kg")
    step = DoseStep.objects.get(pk=step_of(components=(part,)).pk)
    assert step.sealed == canonical.sealed_digest(step.salt, step.sealed_content())
    assert "calculation" not in step.plain_content()["components"][0]


def test_clinics_have_chains_of_their_own() -> None:
    first, second = PatientFactory(), PatientFactory()
    assert first.versions.get().entry.number == second.versions.get().entry.number == 1


def test_same_submission_answers_as_the_first_time() -> None:
    step = step_of()
    again = uuid4()
    asked = {
        "regimen": step.regimen,
        "instruction": instruction_like(step, effective=type(step.effective)(date(2026, 4, 1))),
        "by": step.decided_by,
        "submission": again,
    }
    first = actions.record_step(**asked)
    before = Entry.objects.count()
    assert actions.record_step(**asked) == first
    assert Entry.objects.count() == before


def test_same_submission_with_other_content_is_a_conflict_and_writes_nothing() -> None:
    step = step_of()
    sent = uuid4()
    asked = {"regimen": step.regimen, "by": step.decided_by, "submission": sent}
    later = type(step.effective)(date(2026, 4, 1))
    first = actions.record_step(instruction=instruction_like(step, effective=later), **asked)
    before = Entry.objects.count()
    with pytest.raises(SubmissionConflict) as conflict:
        actions.record_step(
            instruction=instruction_like(step, effective=later, components=(times(3, "11"),)),
            **asked,
        )
    assert conflict.value.entry == first.entry
    assert Entry.objects.count() == before


def test_second_correction_of_one_text_is_refused() -> None:
    step = step_of()
    by = step.decided_by
    corrected = actions.correct_step(
        step=step, instruction=instruction_like(step), correction_reason="typing slip", by=by
    )
    with pytest.raises(AlreadySuperseded) as refused:
        actions.correct_step(
            step=step, instruction=instruction_like(step), correction_reason="mine", by=by
        )
    assert refused.value.entry == corrected.entry


def test_correction_of_a_withdrawn_step_is_refused() -> None:
    step = step_of()
    by = step.decided_by
    actions.retract_step(step=step, reason=RetractionReason.TWICE, reason_text="", by=by)
    with pytest.raises(AlreadySuperseded):
        actions.correct_step(
            step=step, instruction=instruction_like(step), correction_reason="mine", by=by
        )
    assert DoseStep.objects.count() == 1


def test_second_withdrawal_is_refused() -> None:
    step = step_of()
    asked = {"step": step, "reason": RetractionReason.TWICE, "reason_text": ""}
    actions.retract_step(**asked, by=step.decided_by)
    with pytest.raises(AlreadySuperseded):
        actions.retract_step(**asked, by=step.decided_by)
    assert Retraction.objects.count() == 1


def test_a_record_supersedes_only_its_own_kind_and_identity() -> None:
    step, other = step_of(), step_of()
    clinic = step.regimen.clinic
    with (
        pytest.raises(LedgerError),
        writing(clinic, by=step.decided_by, submission=Asking(uuid4(), b"")) as log,
    ):
        log.add(
            DoseStep(regimen=step.regimen, kind="stop"),
            subject=step.step,
            supersedes=other.entry,
        )


def test_recorded_times_never_go_back_when_the_clock_does() -> None:
    version = PatientFactory().versions.get()
    clinic = version.entry.clinic
    Head.objects.update(recorded_at=version.entry.recorded_at + timedelta(hours=2))
    later = PatientFactory(clinic=clinic).versions.get().entry
    assert later.recorded_at == version.entry.recorded_at + timedelta(hours=2)


def test_recorded_times_are_given_in_a_demonstration_only() -> None:
    clinic = ClinicFactory(is_demo=False)
    by = member(clinic, Role.ADMINISTRATOR)
    with pytest.raises(LedgerError):
        actions.add_medicine(
            clinic=clinic,
            text=actions.MedicineText("baclofen"),
            by=by,
            recorded_at=datetime(2020, 1, 1, tzinfo=UTC),
        )
    assert not Entry.objects.filter(clinic=clinic).exists()


def test_a_failed_write_leaves_nothing_behind() -> None:
    step = step_of()
    clinic = step.regimen.clinic
    head = Head.objects.get(clinic=clinic)

    def breaks() -> None:
        with writing(clinic, by=step.decided_by, submission=Asking(uuid4(), b"")) as log:
            log.add(Retraction(reason="twice"), subject=step.step)
            log.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert not Retraction.objects.exists()
    assert Head.objects.get(clinic=clinic).number == head.number
    assert Submission.objects.filter(clinic=clinic).count() == head.number


def test_amounts_come_back_exactly() -> None:
    parts = (times(3, "0.000001"), times(2, "99999999.999999", unit="microgram"))
    step = step_of(components=parts)
    rows = Component.objects.filter(step=step).order_by("position")
    assert tuple(row.as_written() for row in rows) == parts


RAW_BREAKS = [
    "UPDATE titration_component SET low = -1",
    "UPDATE titration_component SET high = low",
    "UPDATE titration_component SET unit = 'mcg'",
    "UPDATE titration_component SET timing = 'sometimes'",
    "UPDATE titration_dosestep SET kind = 'pause'",
    "UPDATE titration_dosestep SET effective_precision = 'week'",
    "UPDATE titration_dosestep SET effective_time = '10:00:00'",
    "UPDATE titration_dosestep SET received_how = 'rumour'",
    "UPDATE titration_regimenversion SET route = 'unknown'",
    "UPDATE titration_regimenversion SET unit = 'U'",
    "UPDATE patients_patientversion SET status = 'gone'",
    "UPDATE patients_patientversion SET status = 'died', status_on = NULL",
    "UPDATE access_membership SET role = 'owner'",
    "UPDATE ledger_entry SET number = 1",
    "UPDATE ledger_submission SET uuid = (SELECT uuid FROM ledger_submission LIMIT 1)",
]


@pytest.mark.parametrize("statement", RAW_BREAKS)
def test_the_database_refuses_what_no_form_lets_through(statement: str) -> None:
    step_of()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_a_second_entry_of_one_number() -> None:
    entry = step_of().entry
    twin = Entry.objects.get(pk=entry.pk)
    twin.pk = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_the_database_refuses_two_successors_of_one_entry() -> None:
    step = step_of()
    for number in (1001, 1002):
        twin = Entry.objects.get(pk=step.entry.pk)
        twin.pk, twin.number, twin.supersedes = uuid4(), number, step.entry
        if number == 1001:
            twin.save(force_insert=True)
        else:
            with pytest.raises(IntegrityError), transaction.atomic():
                twin.save(force_insert=True)


def test_the_database_refuses_two_open_memberships_of_one_role() -> None:
    clinic = ClinicFactory()
    user = member(clinic)
    with pytest.raises(IntegrityError), transaction.atomic():
        user.memberships.create(clinic=clinic, role=Role.PRESCRIBER)


def test_regimen_text_is_versioned_and_old_text_stays() -> None:
    version = regimen_of()
    text = actions.RegimenText(
        medicine=version.medicine.versions.get(),
        route=version.route,
        unit=version.unit,
        form="oral solution",
        indication="pain",
        indication_text="",
        responsible=version.responsible,
    )
    actions.revise_regimen(
        regimen=version.regimen, seen=version.entry, text=text, by=version.responsible
    )
    forms = version.regimen.versions.order_by("entry__number").values_list("form", flat=True)
    assert list(forms) == ["tablet", "oral solution"]


def test_erasure_is_asked_once_in_a_write_and_of_nobody_new() -> None:
    """A load adds thousands of records of people whom it has just added."""
    regimen = regimen_of()
    with CaptureQueriesContext(connection) as adding:
        PatientFactory(clinic=regimen.regimen.clinic)
    with CaptureQueriesContext(connection) as retracting:
        step_of(regimen)
        step_of(regimen, on=date(2026, 4, 1))
        actions.retract_regimen(
            regimen=regimen.regimen, reason="twice", reason_text="", by=regimen.responsible
        )
    assert [sum("erasure" in q["sql"] for q in c) for c in (adding, retracting)] == [0, 3]


def test_many_are_asked_at_once_what_one_is_asked() -> None:
    first, second = step_of(), step_of()
    clinic, by = first.regimen.clinic, first.entry.recorded_by
    later = actions.correct_step(
        step=first, instruction=instruction_like(first), correction_reason="x", by=by
    )
    with (
        pytest.raises(AlreadySuperseded) as refused,
        writing(clinic, by=by, submission=Asking(uuid4(), b"")) as log,
    ):
        log.check_many([first.regimen.patient_id], [second.entry, first.entry])
    assert refused.value.entry == later.entry


def test_of_many_a_line_that_was_withdrawn_is_refused() -> None:
    step = step_of()
    by = step.entry.recorded_by
    retraction = actions.retract_step(
        step=step, reason=RetractionReason.OTHER, reason_text="x", by=by
    )
    with (
        pytest.raises(AlreadySuperseded) as refused,
        writing(step.regimen.clinic, by=by, submission=Asking(uuid4(), b"")) as log,
    ):
        log.check_many([], [step.entry])
    assert refused.value.entry == retraction.entry


def test_what_was_asked_at_once_is_superseded_once() -> None:
    step = step_of()
    regimen, before = step.regimen, step.regimen.card.version
    columns = {field.attname for field in RegimenVersion._meta.concrete_fields}
    said = {name: getattr(before, name) for name in columns - {"entry_id", "salt", "sealed"}}

    def supersede_twice() -> None:
        asking = Asking(uuid4(), b"")
        with writing(regimen.clinic, by=step.entry.recorded_by, submission=asking) as log:
            log.check_many([regimen.patient_id], [before.entry])
            for _time in range(2):
                text = RegimenVersion(**said)
                log.add(text, subject=regimen.pk, supersedes=before.entry)

    with pytest.raises(IntegrityError), transaction.atomic():
        supersede_twice()
