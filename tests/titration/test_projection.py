"""The projection: what the actions leave in it is what a rebuild makes, and what a reader finds."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.models import Role
from ledger.models import RetractionReason
from ledger.verification import values
from ledger.writing import AlreadySuperseded
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import times
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import actions, projection, timeline
from titration.models import DoseStep, RegimenCard, StepKind, WorklistRow
from titration.policies import RuleBroken
from titration.reading import logged
from titration.timeline import Effective

FIRST = date(2026, 3, 2)
REFUSALS = (RuleBroken, AlreadySuperseded, PermissionDenied)

doings = st.lists(
    st.tuples(
        st.sampled_from(
            ["record", "record", "record", "correct", "retract", "confirm", "withdraw"]
        ),
        st.integers(0, 1),  # which regimen, and who types
        st.integers(0, 5),  # which step, and of which day
        st.sampled_from(StepKind.values),
    ),
    max_size=12,
)


def rows() -> tuple[list[dict], set[tuple]]:
    return (
        list(RegimenCard.objects.order_by("pk").values()),
        set(map(values, WorklistRow.objects.all())),
    )


def waiting():
    return WorklistRow.objects.filter(topic="confirm")


class Desk:
    """Two regimens of a clinic, and a prescriber and a recorder who work on them."""

    def __init__(self) -> None:
        clinic = ClinicFactory()
        self.people = [member(clinic), member(clinic, Role.RECORDER)]
        patient = PatientFactory(clinic=clinic, by=self.people[0])
        medicine = medicine_of(clinic)
        self.versions = [regimen_of(patient, medicine, self.people[0]) for _again in range(2)]

    def do(self, what: str, which: int, number: int, kind: str) -> None:
        """Do one thing, unless a rule refuses it."""
        version, by = self.versions[which], self.people[number % 2]
        on = FIRST + timedelta(weeks=number)
        steps = list(DoseStep.objects.filter(regimen=version.regimen_id).order_by("entry__number"))
        step = steps[number % len(steps)] if steps else None
        try:
            if what == "record":
                step_of(version, on, kind, by=by)
            elif what == "withdraw" and number == 0:
                actions.retract_regimen(
                    regimen=version.regimen,
                    reason=RetractionReason.TWICE,
                    reason_text="",
                    by=by,
                )
            elif step is not None and what == "correct":
                actions.correct_step(
                    step=step,
                    instruction=corrected(step, on),
                    correction_reason="slip",
                    by=by,
                )
            elif step is not None and what == "retract":
                actions.retract_step(
                    step=step, reason=RetractionReason.TWICE, reason_text="", by=by
                )
            elif step is not None and what == "confirm":
                actions.confirm_step(step=step, by=by)
        except REFUSALS:
            return


def corrected(step: DoseStep, on: date) -> actions.Instruction:
    return actions.Instruction(
        kind=step.kind,
        effective=Effective(on),
        decided_by=step.decided_by,
        decided_by_name=step.decided_by_name,
        received_how="letter",
        reason=step.reason,
        components=tuple(part.as_written() for part in step.parts),
    )


class SequencesOfActions(TestCase):
    @given(doings)
    @settings(max_examples=10, deadline=None)
    def test_a_rebuild_changes_nothing(self, doings):
        desk = Desk()
        for doing in doings:
            desk.do(*doing)
        left = rows()
        for version in desk.versions:
            assert not list(projection.differences(version.regimen.clinic))
        assert projection.rebuild() == 2
        assert rows() == left
        for card in RegimenCard.objects.select_related("regimen__clinic"):
            history = logged.history(card.regimen)
            now = card.regimen.clinic.local(datetime.now(UTC))
            assert card.state == timeline.state_of(history.in_force(now))
            assert card.step_id == (getattr(history.in_force(now), "entry", None))
            unconfirmed = waiting().filter(regimen=card.pk).values_list("about", flat=True)
            assert set(unconfirmed) <= {step.entry for step in history.live}


pytestmark = pytest.mark.django_db


def test_a_rebuild_repairs_what_was_lost_or_wrong():
    step = step_of(by=None)
    version = step.regimen.card.version
    step_of(version, FIRST + timedelta(days=7), by=member(step.regimen.clinic, Role.RECORDER))
    left = rows()
    RegimenCard.objects.update(state="stopped", last_number=1)
    WorklistRow.objects.all().delete()
    projection.rebuild()
    assert rows() == left


def test_a_rebuild_in_small_batches_makes_the_same():
    version = regimen_of()
    for _again in range(3):
        regimen_of(version.regimen.patient, version.medicine.versions.get())
    left = rows()
    assert projection.rebuild(batch=2) == 4
    assert rows() == left


def test_a_step_ahead_is_named_by_its_day():
    version = regimen_of()
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for days in (0, 7, 14):
        step_of(version, FIRST + timedelta(days=days), components=(times(3, str(days + 1)),))
    projection.refresh([version.regimen], now)
    card = RegimenCard.objects.get(pk=version.regimen_id)
    assert (card.state, card.next_on) == (timeline.TAKING, FIRST + timedelta(days=7))
    projection.refresh([version.regimen], now + timedelta(days=20))
    assert RegimenCard.objects.get(pk=version.regimen_id).next_on is None


def test_a_correction_waits_for_a_confirmation_of_its_own():
    version = regimen_of()
    prescriber, recorder = version.responsible, member(version.regimen.clinic, Role.RECORDER)
    step = step_of(version, by=recorder)
    assert waiting().get().whose == prescriber
    actions.confirm_step(step=step, by=prescriber)
    assert not waiting().exists()
    again = actions.correct_step(
        step=step, instruction=corrected(step, FIRST), correction_reason="slip", by=recorder
    )
    assert waiting().get().about == again.pk
    actions.retract_step(step=again, reason="twice", reason_text="", by=recorder)
    assert not waiting().exists()


def found(regimen) -> list[str]:
    """What `verify` hears of the rows of the regimen's clinic."""
    return [finding.says for finding in projection.differences(regimen.clinic)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda: RegimenCard.objects.update(state="stopped"),
        lambda: RegimenCard.objects.update(step=None),
        lambda: RegimenCard.objects.update(next_on=date(2031, 1, 1)),
        lambda: RegimenCard.objects.update(next_on=date(2021, 1, 1)),
        lambda: RegimenCard.objects.update(is_retracted=True),
        lambda: RegimenCard.objects.update(last_number=1),
        lambda: RegimenCard.objects.all().delete(),
        lambda: WorklistRow.objects.all().delete(),
        lambda: waiting().update(number=1),
        lambda: waiting().update(day=date(2026, 1, 1)),
        lambda: waiting().update(topic="sign"),
        lambda: WorklistRow.objects.update(shown_until=date(2031, 1, 1)),
    ],
)
def test_rows_that_differ_are_named_by_their_regimen(damage):
    version = regimen_of()
    step_of(version, by=member(version.regimen.clinic, Role.RECORDER))
    assert found(version.regimen) == []
    damage()
    [says] = found(version.regimen)
    assert str(version.regimen_id) in says


class StaleRows(TestCase):
    @given(
        st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 23)), max_size=5),
        st.integers(-30, 130),
    )
    @settings(max_examples=25, deadline=None)
    def test_a_row_made_at_any_earlier_moment_is_no_finding(self, steps, hours):
        version = regimen_of()
        for day, hour in steps:
            clock = (None, None) if hour is None else (time(hour), 0)
            on = Effective(FIRST + timedelta(days=day), "day", *clock)
            with suppress(RuleBroken):
                step_of(version, on)
        made = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hours)
        projection.refresh([version.regimen], made)
        assert found(version.regimen) == []
        RegimenCard.objects.update(last_number=99)
        assert len(found(version.regimen)) == 1
