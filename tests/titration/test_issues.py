"""Copies of a plan: what is given out, by whom it is refused, and which of them are out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from access.models import Role
from ledger import erasing
from ledger.models import Entry
from ledger.writing import Asking, PatientErased, writing
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import amount, times
from tests.titration.factories import (
    plan_of,
    planned_row,
    regimen_of,
    review_of,
    step_of,
)
from tests.titration.issuing import (
    TODAY,
    copies,
    event,
    issue_of,
    newest,
    opened,
    recorded,
    revised,
    told,
)
from titration import actions
from titration.dosing import Component, Timing
from titration.models import IssueTold, PlanIssue
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import issued, logged, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ClinicFactory(name="Spasticity Clinic", telephone="01632 960100")


@pytest.fixture
def prescriber(clinic, client):
    person = member(clinic, name="Dr A. Osei")
    client.force_login(person)
    return person


@pytest.fixture
def regimen(clinic, prescriber):
    patient = PatientFactory(clinic=clinic, by=prescriber, family_name="Novak")
    return regimen_of(patient, by=prescriber)


@pytest.fixture
def version(regimen):
    return plan_of(regimen)


def test_a_copy_is_recorded_with_its_version_day_and_hands(version):
    issue = issue_of(version, to_whom="Her daughter", how="post")
    [copy] = copies(version)
    assert (copy.version, copy.issued_on, copy.issued_as, copy.how, copy.to_whom) == (
        1,
        TODAY,
        "calendar",
        "post",
        "Her daughter",
    )
    assert (copy.by_name, copy.number) == ("Dr A. Osei", issue.entry.number)
    assert copy.is_out


def test_the_same_form_sent_twice_records_one_copy(version):
    submission, seen = uuid4(), newest(version.plan)
    first = issue_of(version, submission=submission, seen=seen)
    assert issue_of(version, submission=submission, seen=seen) == first
    assert len(copies(version)) == 1


def test_a_recorder_gives_out_and_a_viewer_does_not(version, clinic):
    issue_of(version, by=member(clinic, Role.RECORDER))
    with pytest.raises(PermissionDenied):
        issue_of(version, by=member(clinic, Role.VIEWER))
    assert len(copies(version)) == 1


@pytest.mark.parametrize("kind", ["paused", "withdrawn", "completed"])
def test_a_plan_that_is_not_open_is_not_given_out(version, kind):
    event(version, kind)
    with pytest.raises(RuleBroken):
        issue_of(version)
    assert copies(version) == ()


def test_a_plan_that_waits_for_its_prescriber_is_not_given_out(version, regimen):
    step_of(regimen, TODAY, components=(times(3, "11"),))
    with pytest.raises(RuleBroken, match="waits for its prescriber"):
        issue_of(version)
    assert copies(version) == ()


def test_a_plan_that_a_stop_closed_is_not_given_out(version, regimen):
    step_of(regimen, TODAY - timedelta(days=1))
    step_of(regimen, TODAY, "stop", reason="tapered")
    with pytest.raises(RuleBroken, match="a stop of the medicine is recorded"):
        issue_of(version)


def test_a_version_that_was_revised_meanwhile_is_not_given_out(version):
    seen = newest(version.plan)
    revised(version)
    with pytest.raises(ChangedMeanwhile):
        issue_of(version, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        issue_of(version)
    assert copies(version) == ()


def test_nothing_is_given_out_of_a_regimen_entered_in_error(version, regimen, prescriber):
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=prescriber)
    with pytest.raises(RuleBroken, match="withdrawn as entered in error"):
        issue_of(version)


def test_nothing_is_given_out_of_an_erased_patient(version, clinic):
    erasing.erase(
        clinic=clinic,
        patient=version.plan.regimen.patient_id,
        reason="request",
        by=member(clinic, Role.ADMINISTRATOR),
    )
    with pytest.raises(PatientErased):
        issue_of(version)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"issued_on": TODAY + timedelta(days=1)}, "on"),
        ({"issued_on": TODAY - timedelta(days=9)}, "on"),
        ({"how": "pigeon"}, "how"),
        ({"issued_as": "song"}, "issued_as"),
        ({"how": "read-out"}, "how"),
    ],
)
def test_a_day_or_way_that_does_not_fit_is_refused(version, asked, field):
    count = Entry.objects.count()
    with pytest.raises(RuleBroken) as refused:
        issue_of(version, **asked)
    assert refused.value.field == field
    assert Entry.objects.count() == count


def standing_of(version):
    log = planned.plan_log(version.plan_id, version.plan.regimen_id)
    return log, log.standing(logged.history(version.plan.regimen))


def outdated(version):
    log, standing = standing_of(version)
    live = logged.history(version.plan.regimen).live
    return [
        issued.is_outdated(copy, log, standing, live, is_retracted=False)
        for copy in copies(version)
    ]


def test_a_copy_of_an_older_version_no_longer_holds(version):
    issue_of(version)
    assert outdated(version) == [False]
    second = revised(version)
    issue_of(second)
    assert outdated(second) == [True, False]


@pytest.mark.parametrize(
    ("kind", "expected"), [("paused", True), ("withdrawn", True), ("completed", True)]
)
def test_a_copy_of_a_plan_that_stands_still_or_is_over_no_longer_holds(version, kind, expected):
    issue_of(version)
    event(version, kind)
    assert outdated(version) == [expected]


def once(figures):
    return Component(amount(figures), Timing("once"))


def three_rows():
    return (
        planned_row(TODAY, times(3, "5")),
        planned_row("1 day", once("9"), kind="single"),
        planned_row("1 week", times(3, "10")),
    )


def test_a_plan_of_which_another_dose_was_recorded_waits_for_a_version(regimen):
    version = plan_of(regimen, *three_rows())
    issue = issue_of(version)
    recorded(version, 0, times(3, "3"))
    assert outdated(version) == [True]
    count = Entry.objects.count()
    with pytest.raises(RuleBroken, match="signs a version that says what is taken now"):
        issue_of(version)
    assert Entry.objects.count() == count
    told(issue)

    second = revised(version, *planned.plan_log(version.plan_id, regimen.regimen_id).rows)
    issue_of(second)
    assert outdated(second) == [True, False]


def corrected(step, *components, note=""):
    by = step.entry.recorded_by
    instruction = actions.Instruction(
        kind=step.kind,
        effective=step.effective,
        decided_by=by,
        decided_by_name=by.name,
        received_how="in-person",
        reason="side-effect",
        components=components,
        note=note,
    )
    return actions.correct_step(
        step=step, instruction=instruction, correction_reason="misheard", by=by
    )


def test_a_correction_of_a_changed_dose_asks_for_a_version_and_one_of_its_note_does_not(regimen):
    version = plan_of(regimen, *three_rows())
    step = recorded(version, 0, times(3, "3"))
    second = revised(version, *planned.plan_log(version.plan_id, regimen.regimen_id).rows)
    issue_of(second)
    step = corrected(step, times(3, "3"), note="By telephone")
    assert outdated(second) == [False]
    corrected(step, times(3, "2"))
    assert outdated(second) == [True]


def test_a_dose_recorded_as_planned_leaves_the_copies_holding(regimen):
    version = plan_of(regimen, *three_rows())
    issue_of(version)
    recorded(version, 0)
    recorded(version, 1)
    assert outdated(version) == [False]
    issue_of(version)


def test_a_single_dose_does_not_end_what_was_changed_before_it(regimen):
    version = plan_of(regimen, *three_rows())
    issue_of(version)
    recorded(version, 0, times(3, "3"), on=TODAY - timedelta(days=2))
    recorded(version, 1, on=TODAY - timedelta(days=1))
    assert outdated(version) == [True]
    recorded(version, 2)
    assert outdated(version) == [False]


def test_a_single_dose_of_another_amount_is_not_what_the_copy_says(regimen):
    version = plan_of(regimen, *three_rows())
    issue_of(version)
    recorded(version, 0, on=TODAY - timedelta(days=2))
    recorded(version, 1, once("4"))
    assert outdated(version) == [True]


def test_a_changed_dose_that_was_withdrawn_counts_no_longer(regimen):
    version = plan_of(regimen, *three_rows())
    issue_of(version)
    step = recorded(version, 0, times(3, "3"))
    actions.retract_step(step=step, reason="twice", reason_text="", by=version.entry.recorded_by)
    assert outdated(version) == [False]


def test_copies_of_a_regimen_entered_in_error_may_be_told_of(version, regimen, prescriber):
    issue = issue_of(version)
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=prescriber)
    told(issue)
    assert not copies(version)[0].is_out


@pytest.fixture
def gated(regimen):
    gate = planned_row("review", times(3, "20"))
    return plan_of(regimen, planned_row(TODAY, times(3, "5")), gate), gate


def test_a_copy_from_before_a_review_opened_a_row_no_longer_holds(gated, regimen):
    version, gate = gated
    issue_of(version)
    opened(review_of(regimen), gate, TODAY + timedelta(days=3))
    assert outdated(version) == [True]
    issue_of(version)
    assert outdated(version) == [True, False]


def test_a_copy_from_before_a_review_gave_a_row_another_day_no_longer_holds(gated, regimen):
    version, gate = gated
    review = opened(review_of(regimen), gate, TODAY + timedelta(days=3))
    issue = issue_of(version)
    review = opened(review, gate, TODAY + timedelta(days=3))
    assert outdated(version) == [False]
    opened(review, gate, TODAY + timedelta(days=30))
    assert outdated(version) == [True]
    told(issue)


def test_a_review_that_opens_no_row_of_the_plan_leaves_its_copies_holding(version, regimen):
    issue_of(version)
    review_of(regimen)
    assert outdated(version) == [False]


def test_telling_is_recorded_once_and_for_a_copy_that_no_longer_holds(version):
    issue = issue_of(version)
    with pytest.raises(RuleBroken, match="This copy says what holds"):
        told(issue)
    revised(version)
    told(issue, to_whom="The patient")
    [copy] = copies(version)
    assert (copy.told.to_whom, copy.told.how, copy.is_out) == ("The patient", "read-out", False)
    with pytest.raises(RuleBroken, match="recorded already"):
        told(issue)
    assert IssueTold.objects.count() == 1


def test_telling_has_a_day_between_the_copy_and_today(version):
    issue = issue_of(version)
    revised(version)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(RuleBroken):
            told(issue, told_on=day)
    assert not IssueTold.objects.exists()


def test_a_viewer_records_no_telling(version, clinic):
    issue = issue_of(version)
    revised(version)
    with pytest.raises(PermissionDenied):
        told(issue, by=member(clinic, Role.VIEWER))


def test_copies_as_known_at_an_entry(version):
    issue = issue_of(version)
    revised(version)
    telling = told(issue)
    assert copies(version, issue.entry.number - 1) == ()
    [before] = copies(version, telling.entry.number - 1)
    assert before.is_out
    assert not copies(version, telling.entry.number)[0].is_out


def test_the_queries_for_copies_do_not_grow(version, django_assert_num_queries):
    for _copy in range(2):
        issue_of(version)
    with django_assert_num_queries(3):
        copies(version)
    for _copy in range(6):
        issue_of(version)
    with django_assert_num_queries(3):
        assert len(copies(version)) == 8


def test_a_new_version_replaces_the_newest_copy_of_an_older_one(version):
    issue_of(version)
    issue_of(version, how="post")
    second = revised(version)
    log, _standing = standing_of(second)
    replaced = issued.replaced_by(log, log.newest, copies(second))
    assert (replaced.version, replaced.how) == (1, "post")
    issue_of(second)
    assert issued.replaced_by(log, log.newest, copies(second)) == replaced


def test_the_database_refuses_a_copy_whose_writing_does_not_fit(version):
    by = version.entry.recorded_by
    for wrong in (
        {"issued_as": "ical", "shape": "steps"},
        {"issued_as": "words", "language": "cy"},
        {"issued_as": "calendar", "shape": "steps", "first_on": TODAY},
        {"issued_as": "calendar", "alarm": True},
    ):
        issue = PlanIssue(version=version, issued_on=TODAY, how="post", to_whom="", **wrong)
        with (
            pytest.raises(IntegrityError),
            writing(version.plan.clinic, by=by, submission=Asking(uuid4(), b"")) as log,
        ):
            log.add(issue, subject=uuid4(), patient=version.plan.regimen.patient_id)
    assert not PlanIssue.objects.exists()
