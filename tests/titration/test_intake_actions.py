"""Recording, correcting and withdrawing what was reported, and what that does to a plan."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ledger.models import Entry
from ledger.writing import AlreadySuperseded
from tests.factories import member
from tests.titration.doses import times
from tests.titration.factories import (
    plan_of,
    planned_row,
    regimen_of,
    report_of,
    report_text,
    step_of,
)
from titration import actions, intake
from titration.models import IntakeReport, RegimenVersion, WorklistRow
from titration.policies import RuleBroken
from titration.reading import logged, planned, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def regimen() -> RegimenVersion:
    version = regimen_of()
    step_of(version)
    return version


def today_of(regimen: RegimenVersion) -> date:
    return regimen.regimen.clinic.local(timezone.now()).date()


def standing_of(regimen: RegimenVersion) -> str:
    log = planned.plan_logs([regimen.regimen_id])[regimen.regimen_id][-1]
    return log.standing(logged.history(regimen.regimen)).state


def with_plan(regimen: RegimenVersion):
    """A plan whose next row is to come."""
    ahead = today_of(regimen) + timedelta(days=20)
    return plan_of(regimen, planned_row(ahead, times(3, "7")), planned_row("1 week", times(3, "9")))


def differing(regimen: RegimenVersion) -> list:
    rows = WorklistRow.objects.filter(regimen=regimen.regimen_id, topic="differs")
    return list(rows.values_list("about", flat=True))


def test_a_report_reads_back_as_it_was_recorded(regimen) -> None:
    made = report_of(
        regimen,
        what="missed",
        slots="morning,21:30",
        reporter="carer",
        reporter_name="Ines",
        note="on holiday",
    )
    [report] = reported.reports([regimen.regimen_id])[regimen.regimen_id]
    assert (report.report, report.slots[0], f"{report.slots[1]:%H:%M}") == (
        made.report,
        "morning",
        "21:30",
    )
    assert (report.reporter_name, report.note, report.what) == ("Ines", "on holiday", "missed")


def test_several_reports_are_recorded_in_one_submission(regimen) -> None:
    day = today_of(regimen) - timedelta(days=3)
    other = report_text(regimen, what="missed", from_on=day, until_on=day)
    report_of(regimen, other)
    entries = Entry.objects.filter(kind="intake-report").order_by("number")
    assert len({entry.submission for entry in entries}) == 1
    assert [entry.position for entry in entries] == [0, 1]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"what": "swallowed"}, "what"),
        ({"reporter": "cat"}, "reporter"),
        ({"taken": " "}, "taken"),
        ({"what": "missed", "taken": "half"}, "taken"),
        ({"what": "stopped", "slots": "morning"}, "slots"),
        ({"what": "missed", "slots": "elevenses"}, "slots"),
        ({"what": "as-planned"}, "what"),
        ({"reported_on": date(2999, 1, 1)}, "reported_on"),
        ({"from_on": date(2999, 1, 1)}, "from_on"),
        ({"until_on": date(2026, 1, 1)}, "until_on"),
        ({"until_on": date(2999, 1, 1)}, "until_on"),
        ({"from_on": date(1890, 1, 1)}, "from_on"),
        ({"told_name": "Dr X"}, "told_on"),
        ({"told_name": "Dr X", "told_on": date(2999, 1, 1)}, "told_on"),
        ({"told_name": "Dr X", "told_on": date(2026, 1, 1)}, "told_on"),
        ({"told_on": date(2026, 1, 1)}, "told"),
    ],
)
def test_a_report_is_refused_beside_its_field(regimen, said: dict, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        report_of(regimen, **said)
    assert refusal.value.field == field
    assert not IntakeReport.objects.exists()


def test_the_plan_that_it_was_taken_by_is_of_the_same_regimen(regimen) -> None:
    elsewhere = plan_of()
    with pytest.raises(RuleBroken, match="No written plan"):
        report_of(regimen, what="as-planned", version=elsewhere)
    mine = with_plan(regimen)
    assert report_of(regimen, what="as-planned", version=mine).version == mine


def test_a_report_changes_no_dose(regimen) -> None:
    before = logged.history(regimen.regimen).live
    report_of(regimen)
    assert logged.history(regimen.regimen).live == before


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"what": "different"}, "awaiting"),
        ({"what": "stopped", "until_on": None}, "awaiting"),
        ({"what": "missed"}, "awaiting"),
        ({"what": "missed", "slots": "morning"}, "open"),
        ({"what": "as-instructed"}, "open"),
    ],
)
def test_the_plan_waits_for_its_prescriber_when_whole_days_differ(
    regimen, said: dict, state: str
) -> None:
    with_plan(regimen)
    report_of(regimen, **said)
    assert standing_of(regimen) == state


def test_the_plan_is_as_it_was_when_the_days_were_over_before_it_was_signed(regimen) -> None:
    with_plan(regimen)
    day = today_of(regimen) - timedelta(days=2)
    report_of(regimen, from_on=day, until_on=day)
    assert standing_of(regimen) == "open"


def test_the_plan_goes_on_when_the_report_is_withdrawn(regimen) -> None:
    with_plan(regimen)
    report = report_of(regimen)
    actions.retract_intake(report=report, reason="twice", reason_text="", by=regimen.responsible)
    assert standing_of(regimen) == "open"


def test_the_plan_goes_on_when_its_prescriber_says_so_and_a_corrected_note_changes_nothing(
    regimen,
) -> None:
    version = with_plan(regimen)
    report = report_of(regimen)
    log = planned.plan_logs([regimen.regimen_id])[regimen.regimen_id]
    actions.record_plan_event(
        plan=version.plan,
        kind="continued",
        reason_text="",
        seen=actions.newest_number(regimen.regimen, logged.history(regimen.regimen), log),
        by=regimen.responsible,
    )
    assert standing_of(regimen) == "open"
    actions.correct_intake(
        report=report,
        text=report_text(regimen, note="by telephone"),
        correction_reason="a note was missing",
        by=regimen.responsible,
    )
    assert standing_of(regimen) == "open"
    report_of(regimen, what="stopped")
    assert standing_of(regimen) == "awaiting"


def test_a_differing_report_stands_in_the_worklist_until_a_prescriber_was_told(regimen) -> None:
    report = report_of(regimen)
    assert differing(regimen) == [report.report]
    actions.correct_intake(
        report=report,
        text=report_text(
            regimen,
            told=regimen.responsible,
            told_name=regimen.responsible.name,
            told_on=today_of(regimen),
        ),
        correction_reason="told now",
        by=regimen.responsible,
    )
    assert differing(regimen) == []


def test_the_plan_stands_in_the_worklist_for_the_report_that_made_it_wait(regimen) -> None:
    version = with_plan(regimen)
    report_of(regimen)
    assert differing(regimen) == [version.plan_id]


def test_an_instruction_recorded_since_answers_a_report(regimen) -> None:
    report_of(regimen)
    step_of(regimen, on=today_of(regimen), reason="step-up")
    assert differing(regimen) == []


def test_a_correction_is_refused_when_somebody_was_first(regimen) -> None:
    report = report_of(regimen)
    said = {"correction_reason": "slip", "by": regimen.responsible}
    actions.correct_intake(report=report, text=report_text(regimen, note="one"), **said)
    with pytest.raises(AlreadySuperseded):
        actions.correct_intake(report=report, text=report_text(regimen, note="two"), **said)
    texts = reported.reports([regimen.regimen_id])[regimen.regimen_id]
    assert [text.note for text in intake.standing(texts)] == ["one"]


def test_a_correction_is_refused_without_a_reason(regimen) -> None:
    report = report_of(regimen)
    with pytest.raises(RuleBroken) as refusal:
        actions.correct_intake(
            report=report,
            text=report_text(regimen),
            correction_reason=" ",
            by=regimen.responsible,
        )
    assert refusal.value.field == "correction_reason"
    assert IntakeReport.objects.count() == 1


def test_what_was_known_before_says_nothing_of_a_report_recorded_since(regimen) -> None:
    report = report_of(regimen)
    known = report.entry.number - 1
    assert reported.reports([regimen.regimen_id], known) == {regimen.regimen_id: ()}


def test_a_withdrawal_is_not_known_before_it_was_recorded(regimen) -> None:
    report = report_of(regimen)
    actions.retract_intake(report=report, reason="twice", reason_text="", by=regimen.responsible)
    texts = reported.reports([regimen.regimen_id], report.entry.number)[regimen.regimen_id]
    assert len(intake.standing(texts)) == 1
    now = reported.reports([regimen.regimen_id])[regimen.regimen_id]
    assert intake.standing(now) == ()


def test_who_was_told_prescribes_here(regimen) -> None:
    stranger = member(regimen_of().regimen.clinic)
    with pytest.raises(RuleBroken) as refusal:
        report_of(regimen, told=stranger, told_name=stranger.name, told_on=today_of(regimen))
    assert refusal.value.field == "told"
    assert not IntakeReport.objects.exists()
