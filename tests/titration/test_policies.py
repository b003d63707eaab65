"""The rules of the log: what each refuses, at which field, and what it lets through."""

from datetime import date, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from access.models import Role
from patients import actions as patient_actions
from patients.identity import Standing
from patients.models import PatientStatus
from tests.factories import ClinicFactory, IdentityFactory, PatientFactory, member
from tests.titration.doses import rate, times
from tests.titration.factories import regimen_of, step_of
from titration import actions, policies, timeline
from titration.models import ChangeReason, StopReason
from titration.policies import RuleBroken
from titration.timeline import Effective, StepRecord

LONDON = ZoneInfo("Europe/London")
MARCH = date(2026, 3, 2)


def refused(check, *asked, **more) -> RuleBroken:
    with pytest.raises(RuleBroken) as rule:
        check(*asked, **more)
    return rule.value


def record(kind: str, on: Effective | date, number: int = 1) -> StepRecord:
    effective = on if isinstance(on, Effective) else Effective(on)
    parts = (times(3, "5"),) if kind in ("dose", "resume", "single") else ()
    return StepRecord(uuid4(), number, uuid4(), kind, effective, parts)


def live(*records: StepRecord) -> tuple[StepRecord, ...]:
    return timeline.live_steps(records)


# Moments


@pytest.mark.parametrize(
    ("on", "clock", "fold", "offset"),
    [
        (date(2026, 1, 16), time(8, 30), 0, 0),
        (date(2026, 7, 16), time(8, 30), 0, 60),
        (date(2026, 3, 29), time(0, 59), 0, 0),
        (date(2026, 3, 29), time(2, 0), 0, 60),
        (date(2026, 10, 25), time(1, 30), 0, 60),
        (date(2026, 10, 25), time(1, 30), 1, 0),
        (date(2026, 10, 25), time(2, 0), 1, 0),
    ],
)
def test_a_clock_time_is_kept_with_its_offset(on, clock, fold, offset):
    assert policies.effective_at(LONDON, on, clock, fold) == Effective(on, "day", clock, offset)


def test_a_day_without_a_clock_time_has_no_offset():
    assert policies.effective_at(LONDON, MARCH, None) == Effective(MARCH)


@pytest.mark.parametrize(
    ("zone", "on", "clock"),
    [
        ("Europe/London", date(2026, 3, 29), time(1, 0)),
        ("Europe/London", date(2026, 3, 29), time(1, 59)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
        ("America/New_York", date(2026, 3, 8), time(2, 30)),
        ("Pacific/Apia", date(2011, 12, 30), time(12, 0)),
    ],
)
@pytest.mark.parametrize("fold", [0, 1])
def test_a_time_that_the_clocks_skip_is_refused(zone, on, clock, fold):
    assert refused(policies.effective_at, ZoneInfo(zone), on, clock, fold).field == "time"


@pytest.mark.parametrize(
    ("on", "clock", "twice"),
    [
        (date(2026, 10, 25), time(0, 59), False),
        (date(2026, 10, 25), time(1, 0), True),
        (date(2026, 10, 25), time(1, 59), True),
        (date(2026, 10, 25), time(2, 0), False),
        (date(2026, 3, 29), time(1, 30), False),
        (date(2026, 7, 1), time(1, 30), False),
    ],
)
def test_an_hour_comes_twice_only_when_the_clocks_go_back(on, clock, twice):
    assert policies.comes_twice(LONDON, on, clock) is twice


@pytest.fixture
def life(db):
    return PatientFactory(birth_date=date(2020, 6, 15)).versions.get().life


@pytest.mark.parametrize(
    ("effective", "is_refused"),
    [
        (Effective(date(2020, 6, 14)), True),
        (Effective(date(2020, 6, 15)), False),
        (Effective(date(2020, 5, 1), "month"), True),
        (Effective(date(2020, 6, 1), "month"), False),
        (Effective(date(2019, 1, 1), "year"), True),
        (Effective(date(2020, 1, 1), "year"), False),
        (Effective(MARCH + timedelta(days=732)), False),
        (Effective(MARCH + timedelta(days=733)), True),
    ],
)
def test_a_step_holds_within_the_patients_life_and_two_years_ahead(life, effective, is_refused):
    if is_refused:
        assert refused(policies.check_effective, effective, MARCH, life).field == "effective"
    else:
        policies.check_effective(effective, MARCH, life)


@pytest.mark.django_db
def test_nothing_holds_after_a_patient_died():
    patient = PatientFactory()
    version = patient.versions.get()
    patient_actions.revise_patient(
        patient=patient,
        seen=version.entry,
        identity=IdentityFactory(family_name=version.family_name),
        standing=Standing(PatientStatus.DIED, MARCH),
        by=member(patient.clinic),
    )
    life = patient.versions.newest().get().life
    policies.check_effective(Effective(MARCH), MARCH, life)
    after = Effective(MARCH + timedelta(days=1))
    assert refused(policies.check_effective, after, MARCH, life).field == "effective"


# One step for one moment


NOON = Effective(MARCH, "day", time(12), 0)


@pytest.mark.parametrize(
    ("there", "kind", "effective", "is_refused"),
    [
        ("dose", "dose", Effective(MARCH), True),
        ("dose", "stop", Effective(MARCH), True),
        ("dose", "dose", Effective(MARCH + timedelta(days=1)), False),
        ("dose", "dose", NOON, False),
        ("dose", "single", Effective(MARCH), False),
        ("single", "single", Effective(MARCH), True),
        ("single", "dose", Effective(MARCH), False),
        ("dose", "dose", Effective(date(2026, 3, 1), "month"), False),
    ],
)
def test_one_moment_has_one_live_step(there, kind, effective, is_refused):
    steps = live(record(there, MARCH, 7))
    if is_refused:
        rule = refused(policies.check_moment_free, steps, effective, kind)
        assert rule.field == "effective"
        assert "Entry 7 already holds from 02-Mar-2026." in rule.message
    else:
        policies.check_moment_free(steps, effective, kind)


def test_the_same_instant_by_two_offsets_is_one_moment():
    first = Effective(date(2026, 10, 25), "day", time(1, 30), 60)
    second = Effective(date(2026, 10, 25), "day", time(1, 30), 0)
    steps = live(record("dose", first))
    policies.check_moment_free(steps, second, "dose")
    assert refused(policies.check_moment_free, steps, first, "dose")


def test_months_and_years_may_be_written_twice():
    for effective in (Effective(date(2024, 3, 1), "month"), Effective(date(2024, 1, 1), "year")):
        policies.check_moment_free(live(record("dose", effective)), effective, "dose")


def test_a_correction_may_keep_its_own_moment():
    step = record("dose", MARCH)
    policies.check_moment_free(live(step), Effective(MARCH), "dose", apart_from=step.step)


# Order


@pytest.mark.parametrize(
    ("before", "kinds"),
    [
        ([], {"dose", "single"}),
        (["single"], {"dose", "single"}),
        (["dose"], {"dose", "single", "withhold", "stop"}),
        (["dose", "withhold"], {"dose", "single", "resume", "stop"}),
        (["dose", "withhold", "resume"], {"dose", "single", "withhold", "stop"}),
        (["dose", "withhold", "dose"], {"dose", "single", "withhold", "stop"}),
        (["dose", "stop"], {"dose", "single"}),
        (["dose", "stop", "dose"], {"dose", "single", "withhold", "stop"}),
    ],
)
def test_what_may_follow_what(before, kinds):
    steps = live(*(record(kind, MARCH + timedelta(days=n), n) for n, kind in enumerate(before)))
    at = Effective(MARCH + timedelta(days=30))
    for kind in ("dose", "single", "withhold", "resume", "stop"):
        if kind in kinds:
            policies.check_order(steps, at, kind)
        else:
            assert refused(policies.check_order, steps, at, kind).field == "kind"


def test_the_order_is_that_of_the_moments_and_not_of_the_entries():
    steps = live(record("dose", MARCH + timedelta(days=7), 1))
    assert refused(policies.check_order, steps, Effective(MARCH), "withhold")


@pytest.mark.parametrize(
    ("there", "kind", "day", "number"),
    [
        (["dose", None, "withhold", "resume"], "stop", 1, 3),
        (["dose", "withhold", None, "resume"], "stop", 2, 3),
        (["dose", None, "stop"], "stop", 1, None),
        (["dose", None, "withhold"], "stop", 1, None),
        (["dose", None, "withhold"], "withhold", 1, None),
        (["dose", "withhold", None, "resume"], "dose", 2, None),
        (["dose", None, "stop", "dose"], "stop", 1, None),
    ],
)
def test_only_what_would_start_again_by_itself_hinders_a_step_before_it(there, kind, day, number):
    days = [(n, each) for n, each in enumerate(there) if each]
    steps = live(*(record(each, MARCH + timedelta(days=n), n) for n, each in days))
    asked = steps, Effective(MARCH + timedelta(days=day)), kind
    if number is None:
        policies.check_order(*asked)
    else:
        rule = refused(policies.check_order, *asked)
        assert rule.field == "effective"
        assert rule.message.startswith(f"Entry {number} resumes from 05-Mar-2026")


@pytest.mark.parametrize(
    ("kinds", "line", "number"),
    [
        (["dose", "stop", "dose", "withhold", "resume"], 2, 5),
        (["dose", "withhold", "resume"], 1, None),
        (["dose", "withhold", "resume"], 0, None),
        (["dose", "stop"], 0, None),
    ],
)
def test_a_withdrawal_starts_nothing_again(kinds, line, number):
    records = [record(kind, MARCH + timedelta(days=n), n + 1) for n, kind in enumerate(kinds)]
    asked = live(*records), records[line].step
    if number is None:
        policies.check_withdrawal(*asked)
    else:
        rule = refused(policies.check_withdrawal, *asked)
        assert rule.field is None
        assert rule.message.startswith(f"Entry {number} resumes")


def test_what_starts_again_already_hinders_nothing():
    steps = live(record("dose", MARCH), record("stop", MARCH + timedelta(days=1), 2))
    steps = live(*steps, record("resume", MARCH + timedelta(days=9), 3))
    policies.check_order(steps, Effective(MARCH + timedelta(days=4)), "dose")


@pytest.mark.parametrize("precision", ["month", "year"])
def test_what_is_known_to_the_year_alone_is_told_in_its_order(precision):
    moment = Effective(date(2019, 1, 1), precision)
    dose, stop = record("dose", moment, 1), record("stop", moment, 2)
    assert refused(policies.check_order, (), moment, "stop")
    policies.check_order(live(dose), moment, "stop")
    corrected = StepRecord(uuid4(), 3, dose.step, "dose", moment, dose.components)
    assert live(dose, stop, corrected) == (corrected, stop)
    policies.check_order(live(dose, stop), moment, "dose", apart_from=dose.step)


# Doses and reasons


@pytest.mark.parametrize("kind", ["withhold", "stop"])
def test_a_step_that_takes_nothing_has_no_amounts(kind):
    policies.check_dosage(kind, ())
    assert refused(policies.check_dosage, kind, (times(3, "5"),)).field == "kind"


@pytest.mark.parametrize("kind", ["dose", "resume", "single"])
def test_a_dose_has_parts_that_can_stand_together(kind):
    policies.check_dosage(kind, (times(3, "5"),))
    for parts in ((), (rate("5", "hour"), rate("7", "hour")), (times(3, "0"),)):
        assert refused(policies.check_dosage, kind, parts).field == "components"


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [
        ("dose", ChangeReason.values),
        ("single", ChangeReason.values),
        ("resume", ChangeReason.values),
        ("withhold", StopReason.values),
        ("stop", StopReason.values),
    ],
)
def test_each_kind_has_its_list_of_reasons(kind, reasons):
    for reason in {*ChangeReason.values, *StopReason.values, "", "bored"}:
        if reason in reasons:
            policies.check_reason(kind, reason)
        else:
            assert refused(policies.check_reason, kind, reason).field == "reason"


# People


@pytest.mark.django_db
def test_a_named_prescriber_prescribes_at_the_clinic():
    clinic = ClinicFactory()
    policies.check_prescribes_at(member(clinic), clinic)
    policies.check_prescribes_at(None, clinic)
    for somebody in (member(clinic, Role.RECORDER), member(ClinicFactory())):
        assert refused(policies.check_prescribes_at, somebody, clinic).field == "decided_by"


@pytest.mark.django_db
def test_a_prescriber_whose_membership_ended_is_not_named_anew():
    clinic = ClinicFactory()
    person = member(clinic)
    person.memberships.update(ended_at=person.memberships.get().started_at)
    assert refused(policies.check_prescribes_at, person, clinic)


@pytest.mark.django_db
def test_only_the_named_prescriber_confirms():
    step = step_of()
    policies.check_can_confirm(step.decided_by, step)
    for somebody in (member(step.regimen.clinic), member(step.regimen.clinic, Role.RECORDER)):
        with pytest.raises(PermissionDenied):
            policies.check_can_confirm(somebody, step)


@pytest.mark.django_db
def test_only_the_responsible_prescriber_confirms_for_one_who_left():
    regimen = regimen_of()
    named, other = member(regimen.regimen.clinic), member(regimen.regimen.clinic)
    step = step_of(regimen, decided_by=named, by=member(regimen.regimen.clinic, Role.RECORDER))
    with pytest.raises(PermissionDenied):
        policies.check_can_confirm(regimen.responsible, step)
    named.memberships.update(ended_at=named.memberships.get().started_at)
    policies.check_can_confirm(regimen.responsible, step)
    with pytest.raises(PermissionDenied):
        policies.check_can_confirm(other, step)


@pytest.mark.django_db
def test_actions_ask_the_rules_under_the_lock():
    step = step_of()
    version = step.regimen.card.version
    for broken in (
        {"on": MARCH},
        {"on": date(1900, 1, 1)},
        {"on": date(2026, 4, 6), "kind": "resume", "reason": "start"},
        {"on": date(2026, 4, 6), "components": (times(3, "0"),)},
        {"on": date(2026, 4, 6), "reason": "bored"},
        {"on": date(2026, 4, 6), "decided_by": member(ClinicFactory())},
    ):
        assert refused(step_of, version, **{"by": version.responsible, **broken})
    assert step.regimen.steps.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_actions_ask_who_asks(role):
    version = regimen_of()
    somebody = member(version.regimen.clinic, role)
    with pytest.raises(PermissionDenied):
        step_of(version, by=somebody)
    step = step_of(version)
    with pytest.raises(PermissionDenied):
        actions.retract_step(step=step, reason="twice", reason_text="", by=somebody)
    with pytest.raises(PermissionDenied):
        actions.confirm_step(step=step, by=somebody)
    assert version.regimen.steps.count() == 1
