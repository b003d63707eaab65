"""Giving plans out, for tests: through the actions."""

from datetime import date

from django.utils import timezone

from access.models import Role
from tests.factories import member
from tests.titration.doses import times
from tests.titration.factories import draft_of, plan_text, planned_row, signed_plan
from titration import actions, planning
from titration.models import IssueTold, PlanIssue
from titration.reading import issued, logged, planned
from titration.timeline import Effective

TODAY = timezone.localdate()


def newest(plan) -> int:
    logs = planned.plan_logs([plan.regimen_id])[plan.regimen_id]
    return actions.newest_number(plan.regimen, logged.history(plan.regimen), logs)


def issue_of(version, by=None, **asked) -> PlanIssue:
    """The version given to the patient today on paper, unless `asked` says otherwise."""
    plan = version.plan
    asked = {
        "version": version.pk,
        "issued_on": TODAY,
        "issued_as": "calendar",
        "how": "handed",
        "to_whom": "",
        "seen": newest(plan),
        **asked,
    }
    return actions.issue_plan(plan=plan, by=by or version.entry.recorded_by, **asked)


def revised(version, *rows):
    """The next version of a plan, by who signed the one before."""
    by = version.entry.recorded_by
    draft = draft_of(version.plan.regimen, by=by, revises=version)
    rows = rows or (planned_row(date(2026, 3, 2), times(3, "7")),)
    return signed_plan(draft, plan_text(*rows), by)


def recorded(version, place, *components, on=TODAY):
    """The row at a place recorded from the plan, with another dose than it has where given."""
    row = planned.plan_log(version.plan_id, version.plan.regimen_id).newest.text.rows[place]
    by = version.entry.recorded_by
    instruction = actions.Instruction(
        kind=planning.carried.KIND_OF_STEP[row.kind],
        effective=Effective(on),
        decided_by=by,
        decided_by_name=by.name,
        received_how="in-person",
        reason="side-effect",
        components=components or planning.anchored(row.components, on),
    )
    return actions.record_step(
        regimen=version.plan.regimen,
        instruction=instruction,
        by=by,
        from_row=actions.FromRow(version.pk, row.row),
    )


def opened(review, row, on):
    """The review done, by which the planned row starts on a day."""
    text = actions.ReviewText(
        status="done",
        review_on=TODAY,
        what_for="Tone",
        whose=review.whose,
        outcome="Well",
        opens_row=row.row,
        opens_on=on,
    )
    return actions.update_review(review=review, text=text, by=review.whose)


def told(issue, by=None, **asked) -> IssueTold:
    asked = {"told_on": TODAY, "how": "read-out", "to_whom": "", **asked}
    return actions.tell_issue(issue=issue, by=by or issue.entry.recorded_by, **asked)


def event(version, kind):
    return actions.record_plan_event(
        plan=version.plan,
        kind=kind,
        reason_text="Away",
        seen=newest(version.plan),
        by=version.entry.recorded_by,
    )


def copies(version, known=None):
    return issued.issues([version.plan_id], known)[version.plan_id]


def words_in(clinic, language, labels=None, standing_text="", by=None, **more):
    """The clinic's approved words in a language: the CalendarTextVersion."""
    return actions.add_calendar_text(
        clinic=clinic,
        wording=actions.CalendarWording(language, standing_text, labels or {}, **more),
        by=by or member(clinic, Role.ADMINISTRATOR),
    )
