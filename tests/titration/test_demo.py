"""The demonstration as it is played: every kind of matter in it, and times to be believed."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction

from access.models import Clinic, Membership, Role
from ledger.models import Entry
from patients import transferred
from patients.models import Patient, PatientStatus, PatientVersion
from titration import planning
from titration.demo.building import build
from titration.demo.people import PASSWORD
from titration.models import (
    DoseStep,
    Plan,
    PlanDraft,
    RegimenCard,
    Review,
    StepKind,
    WorklistRow,
)
from titration.reading import issued, logged, planned

pytestmark = pytest.mark.django_db

OPENING_HOURS = range(8, 18)
DAYS = [
    date(2024, 2, 29),  # a leap day, which makes for odd spans
    date(2025, 12, 29),  # a Monday: nothing of this week can be recorded yet
    date(2026, 3, 29),  # a Sunday on which the clocks go forward
    date(2026, 10, 25),  # and one on which they go back
]


@pytest.fixture(scope="module", params=DAYS, ids=str)
def today(request: pytest.FixtureRequest) -> date:
    return request.param


@pytest.fixture(scope="module")
def clinic(today: date, module_db: None) -> Iterator[Clinic]:
    """The demonstration of that day, built once for all tests of this file."""
    with transaction.atomic():
        yield build(PASSWORD, today)
        transaction.set_rollback(True)


def test_the_clinic_is_a_demonstration(clinic: Clinic) -> None:
    assert clinic.is_demo


def test_every_role_is_held_by_somebody(clinic: Clinic) -> None:
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)


def test_everything_was_recorded_in_opening_hours_before_today(clinic: Clinic, today: date) -> None:
    for at in map(clinic.local, Entry.objects.values_list("recorded_at", flat=True)):
        assert at.date() < today
        assert at.weekday() < 5
        assert at.hour in OPENING_HOURS


def test_recorded_times_never_go_back(clinic: Clinic) -> None:
    of_clinic = Entry.objects.filter(clinic=clinic).order_by("number")
    entries = list(of_clinic.values_list("number", "recorded_at"))
    assert [number for number, _at in entries] == list(range(1, len(entries) + 1))
    assert [at for _number, at in entries] == sorted(at for _number, at in entries)


def test_a_neighbour_offers_a_patient(clinic: Clinic) -> None:
    [offer] = transferred.waiting().filter(to=clinic)
    assert offer.patient.clinic.is_demo
    assert offer.patient.regimens.count() == 1


def test_what_the_clinic_decides_is_recorded_soon(clinic: Clinic) -> None:
    for step in DoseStep.objects.exclude(decided_by=None).select_related("entry"):
        recorded_on = clinic.local(step.entry.recorded_at).date()
        assert recorded_on - step.effective_on <= timedelta(days=3)


def test_the_first_patient_goes_up_is_withheld_and_comes_down(clinic: Clinic) -> None:
    first = PatientVersion.objects.get(family_name="Novak").patient
    kinds = list(
        DoseStep.objects.filter(regimen__patient=first)
        .order_by("effective_on", "entry__number")
        .values_list("kind", flat=True)
    )
    assert kinds[4:6] == [StepKind.WITHHOLD, StepKind.RESUME]
    assert len(kinds) == 11


def test_every_state_and_kind_is_there(clinic: Clinic) -> None:
    states = set(RegimenCard.objects.values_list("state", flat=True))
    assert states == {"taking", "withheld", "stopped"}
    assert set(DoseStep.objects.values_list("kind", flat=True)) == set(StepKind.values)
    assert set(PatientVersion.objects.values_list("status", flat=True)) == set(PatientStatus.values)
    assert Patient.objects.filter(regimens=None).count() == 1
    assert WorklistRow.objects.filter(topic="confirm").count() == 2


def test_a_dozen_patients_have_numbers_kept_for_tests(clinic: Clinic) -> None:
    numbers = PatientVersion.objects.exclude(nhs_number="").values_list("nhs_number", flat=True)
    assert len(set(numbers)) == 12
    assert all(str(number).startswith("999") for number in numbers)


def plans() -> list[tuple[planned.PlanLog, logged.History]]:
    """Every plan with the log of its regimen."""
    regimens = list(Plan.objects.values_list("regimen", flat=True))
    histories = logged.histories(regimens)
    return [
        (log, histories[regimen])
        for regimen, logs in planned.plan_logs(regimens).items()
        for log in logs
    ]


def test_plans_stand_in_every_way_that_is_not_the_end_of_the_patient(clinic: Clinic) -> None:
    states = {log.standing(history).state for log, history in plans()}
    assert states == {
        planning.OPEN,
        planning.PAUSED,
        planning.AWAITING,
        planning.COMPLETED,
        planning.CLOSED,
    }


def test_rows_were_recorded_on_their_date_and_later_and_otherwise_and_not(clinic: Clinic) -> None:
    rows = [row for log, history in plans() for row in log.carried(history.live)]
    assert {row.days == 0 for row in rows if row.step} == {True, False}
    assert {row.is_changed for row in rows} == {True, False}
    assert any(row.step is None and row.planned_on is None for row in rows)


def test_a_row_has_come_and_nothing_is_recorded_of_it(clinic: Clinic, today: date) -> None:
    waiting = [
        planning.open_rows(log.carried(history.live), today)[0]
        for log, history in plans()
        if log.standing(history).state == planning.OPEN
    ]
    assert any(row.planned_on and row.planned_on < today for row in waiting)


def test_copies_were_given_and_one_that_no_longer_holds_is_out(clinic: Clinic) -> None:
    logs = {log.plan: (log, log.standing(each), each.live) for log, each in plans()}
    copies = [copy for given in issued.issues(logs).values() for copy in given]
    assert {copy.is_out for copy in copies} == {True, False}
    assert any(
        copy.is_out and issued.is_outdated(copy, *logs[copy.plan], is_retracted=False)
        for copy in copies
    )


def test_a_draft_is_half_typed_and_reviews_are_booked(clinic: Clinic) -> None:
    assert PlanDraft.objects.count() == 1
    assert set(Review.objects.newest().values_list("status", flat=True)) == {"booked", "done"}
