"""What a step is decided by: read before the lock, and no longer true when somebody was quicker."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import Membership, Role, User
from ledger import erasing
from ledger.models import Entry, ErasureReason, RetractionReason
from ledger.writing import PatientErased
from patients import actions as people
from patients.identity import Standing
from patients.models import PatientStatus
from tests.factories import member
from tests.titration.doses import times
from tests.titration.factories import STARTED, draft_of, plan_of, regimen_of, step_of
from titration import actions, projection
from titration.actions import FromRow, Instruction
from titration.actions import steps as writes
from titration.models import RegimenVersion, RowRecorded, WorklistRow
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import facts
from titration.reading.facts import Facts
from titration.timeline import Effective

pytestmark = pytest.mark.django_db

NEXT = STARTED + timedelta(weeks=2)


@pytest.fixture
def version() -> RegimenVersion:
    """A regimen with a dose since STARTED."""
    found = regimen_of()
    step_of(found)
    return found


def instruction(version: RegimenVersion, on: date = NEXT) -> Instruction:
    by = User.objects.get(pk=version.responsible_id)  # as a form has them, roles not yet read
    return Instruction("dose", Effective(on), by, by.name, "in-person", "step-up", (times(3, "7"),))


def record(version: RegimenVersion, on: date = NEXT, **asked: Any):
    return actions.record_step(
        regimen=version.regimen,
        instruction=instruction(version, on),
        by=version.responsible,
        **asked,
    )


@pytest.fixture
def meanwhile(monkeypatch) -> Callable[[Callable[[], object]], None]:
    """Has something done once, after the facts were read and before the lock is there."""
    opened = writes.writing

    def do(something: Callable[[], object]) -> None:
        @contextmanager
        def writing(*args, **kwargs):
            monkeypatch.setattr(writes, "writing", opened)
            something()
            with opened(*args, **kwargs) as log:
                yield log

        monkeypatch.setattr(writes, "writing", writing)

    return do


def as_rebuilt(version: RegimenVersion) -> bool:
    return not list(projection.differences(version.regimen.clinic))


def refused(error: type[Exception], version: RegimenVersion, **asked: Any) -> str:
    """What the step of NEXT is refused with; nothing of its form is there."""
    submission = uuid4()
    with pytest.raises(error) as caught:
        record(version, submission=submission, **asked)
    assert not Entry.objects.filter(submission=submission).exists()
    return str(getattr(caught.value, "message", ""))


def test_a_moment_that_was_taken_meanwhile_is_refused(version, meanwhile):
    meanwhile(lambda: record(version))
    assert "already holds" in refused(RuleBroken, version)
    assert as_rebuilt(version)


def test_who_died_meanwhile_takes_nothing_from_then_on(version, meanwhile):
    patient = version.regimen.patient
    text = patient.versions.get()

    def die():
        people.revise_patient(
            patient=patient,
            seen=text.entry,
            identity=text.identity,
            standing=Standing(PatientStatus.DIED, STARTED),
            by=version.responsible,
        )

    meanwhile(die)
    assert "died" in refused(RuleBroken, version)


def test_a_regimen_that_was_withdrawn_meanwhile_takes_no_step(version, meanwhile):
    meanwhile(
        lambda: actions.retract_regimen(
            regimen=version.regimen,
            reason=RetractionReason.TWICE,
            reason_text="",
            by=version.responsible,
        )
    )
    assert "withdrawn" in refused(RuleBroken, version)


def test_of_who_was_erased_meanwhile_nothing_is_recorded(version, meanwhile):
    clinic = version.regimen.clinic
    meanwhile(
        lambda: erasing.erase(
            clinic=clinic,
            patient=version.regimen.patient_id,
            reason=ErasureReason.REQUEST,
            by=member(clinic, Role.ADMINISTRATOR),
        )
    )
    refused(PatientErased, version)


def test_what_was_recorded_meanwhile_was_not_seen(version, meanwhile):
    seen = facts.read(version.regimen).newest_number
    meanwhile(lambda: record(version, NEXT + timedelta(days=1)))
    refused(ChangedMeanwhile, version, seen=seen)


def test_what_was_read_of_another_patient_is_not_what_stands_here(version):
    seen = facts.read(version.regimen).newest_number + 1
    refused(ChangedMeanwhile, version, seen=seen)


def test_a_row_that_was_recorded_meanwhile_is_not_recorded_again(version, meanwhile):
    plan = plan_of(version)
    row = FromRow(plan.pk, plan.rows[1].row)
    meanwhile(lambda: record(version, NEXT + timedelta(days=1), from_row=row))
    assert "recorded already" in refused(RuleBroken, version, from_row=row)


def test_whose_membership_ended_meanwhile_decides_nothing(version, meanwhile):
    """No entry tells of it: it is asked under the lock itself."""
    by = member(version.regimen.clinic, Role.RECORDER)
    meanwhile(Membership.objects.filter(user=version.responsible).delete)
    with pytest.raises(RuleBroken, match="prescriber of this clinic"):
        actions.record_step(regimen=version.regimen, instruction=instruction(version), by=by)


def test_a_signature_that_was_asked_for_meanwhile_is_listed(version, meanwhile):
    """No entry tells of it either."""
    draft = draft_of(version.regimen)

    def ask():
        draft.asked_at, draft.asked_by = timezone.now(), draft.begun_by
        draft.save()

    meanwhile(ask)
    record(version)
    assert WorklistRow.objects.filter(topic="sign", about=draft.pk).exists()
    assert as_rebuilt(version)


# What is added in memory


def told(known: Facts) -> tuple:
    """What facts say, whenever they were read and in whatever order."""
    log = known.log
    return (log.live, set(log.records), known.steps, known.plans, known.version, known.person)


@pytest.mark.parametrize("is_of_row", [False, True])
def test_what_is_added_in_memory_is_what_is_read_afterwards(version, is_of_row):
    plan = plan_of(version)
    row = FromRow(plan.pk, plan.rows[1].row) if is_of_row else None
    before = facts.read(version.regimen, with_doses=True)
    step = record(version, from_row=row)
    link = RowRecorded.objects.get() if row else None
    assert told(before.after(step, link)) == told(facts.read(version.regimen, with_doses=True))


def test_a_step_is_recorded_by_so_many_statements_whatever_the_log(version):
    def statements(on: date) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as taken:
            record(version, on)
        asked = [query["sql"] for query in taken]
        lock = next(n for n, sql in enumerate(asked) if "ledger_head" in sql)
        return len(asked), len(asked) - lock

    record(version)
    few = statements(NEXT + timedelta(days=1))
    for day in range(2, 12):
        record(version, NEXT + timedelta(days=day))
    assert statements(NEXT + timedelta(days=12)) == few
    # Rows of several tables go in by one statement where the engine takes it; and, within this
    # test's transaction, the end of a savepoint.
    assert few[1] <= (9 if connection.vendor == "postgresql" else 12) + 1
