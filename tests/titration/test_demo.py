"""The demonstration as it is played: every kind of matter in it, and times to be believed."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction

from access.models import Clinic, Membership, Role
from ledger.models import Entry
from patients.models import Patient, PatientStatus, PatientVersion
from titration.demo.building import build
from titration.demo.people import PASSWORD
from titration.models import DoseStep, RegimenCard, StepKind, WorklistRow

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
def clinic(today: date, django_db_setup, django_db_blocker) -> Iterator[Clinic]:
    """The demonstration of that day, built once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
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
    entries = list(Entry.objects.order_by("number").values_list("number", "recorded_at"))
    assert [number for number, _at in entries] == list(range(1, len(entries) + 1))
    assert [at for _number, at in entries] == sorted(at for _number, at in entries)


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
