"""Plays the plans and the reviews of a course, in the order in which they were recorded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from access.models import User
from titration import actions
from titration.demo.story import Copied, Course, Happened, Planned, Reviewed, Typed
from titration.document import tidy
from titration.models import (
    CalendarShape,
    IssuedAs,
    PlanDraft,
    PlanIssue,
    PlanVersion,
    Regimen,
    ReviewStatus,
)
from titration.planning import PlanText
from titration.reading import logged, planned
from titration.reading.issued import UNWRITTEN, Written

Thread = Iterator[datetime]
AS_STEPS = Written(CalendarShape.STEPS)


class PlayedPlan:
    """The plan of one course: its newest version once it was signed.

    `start` lets another thread begin, and `now` says which moment has come.
    """

    def __init__(
        self,
        regimen: Regimen,
        course: Course,
        people: Mapping[str, User],
        start: Callable[[Thread], None],
        now: Callable[[], datetime],
    ) -> None:
        self.regimen = regimen
        self.course = course
        self.people = people
        self.start = start
        self.now = now
        self.version: PlanVersion | None = None

    def threads(self) -> Iterator[Thread]:
        """Everything of the course but its steps."""
        if self.course.plan is not None:
            yield self._signed(self.course.plan)
        if self.course.draft is not None:
            yield self._typed(self.course.draft)
        for review in self.course.reviews:
            yield self._reviewed(review)

    def row(self, place: int | None) -> actions.FromRow | None:
        """What a step that is recorded from the row at a place says of it."""
        if place is None:
            return None
        version = self._newest()
        return actions.FromRow(version.pk, version.rows[place].row)

    def _newest(self) -> PlanVersion:
        if self.version is None:
            raise ValueError("the plan is not signed yet")
        return self.version

    def _seen(self) -> int:
        logs = planned.plan_logs([self.regimen.pk])[self.regimen.pk]
        return actions.newest_number(self.regimen, logged.history(self.regimen), logs)

    def _signed(self, plan: Planned) -> Thread:
        yield plan.signed
        before, by, now = self.version, self.people[plan.by], self.now()
        draft = PlanDraft.objects.create(
            clinic=self.regimen.clinic,
            regimen=self.regimen,
            revises=before,
            begun_by=by,
            begun_at=now,
            saved_by=by,
            saved_at=now,
        )
        self.version = actions.sign_plan(
            draft=draft.pk,
            regimen=self.regimen,
            revision=draft.revision,
            revises=before.entry if before else None,
            text=_text(plan),
            seen=self._seen(),
            by=by,
            recorded_at=now,
        )
        for copied in plan.copies:
            self.start(self._copied(self.version, copied))
        for happened in plan.happened:
            self.start(self._happened(happened, by))
        if plan.revised is not None:
            self.start(self._signed(plan.revised))

    def _copied(self, version: PlanVersion, copied: Copied) -> Thread:
        yield copied.recorded
        by = self.people[copied.by]
        issue: PlanIssue = actions.issue_plan(
            plan=version.plan,
            version=version.pk,
            issued_on=copied.recorded.date(),
            issued_as=copied.issued_as,
            how=copied.how,
            to_whom=copied.to_whom,
            written=AS_STEPS if copied.issued_as == IssuedAs.CALENDAR else UNWRITTEN,
            seen=self._seen(),
            by=by,
            recorded_at=self.now(),
        )
        if copied.told is not None:
            yield copied.told
            actions.tell_issue(
                issue=issue,
                told_on=copied.told.date(),
                how=copied.how,
                to_whom=copied.to_whom,
                by=by,
                recorded_at=self.now(),
            )

    def _happened(self, happened: Happened, by: User) -> Thread:
        yield happened.recorded
        actions.record_plan_event(
            plan=self._newest().plan,
            kind=happened.kind,
            reason_text=happened.why,
            seen=self._seen(),
            by=by,
            recorded_at=self.now(),
        )

    def _typed(self, typed: Typed) -> Thread:
        yield typed.saved
        by = self.people[typed.by]
        rows = [{"when": when, "dose": dose, "words": words} for when, dose, words in typed.rows]
        document = {"purpose": typed.purpose, "unit": self.course.unit, "rows": rows}
        draft = actions.begin_draft(
            regimen=self.regimen, document=tidy(document), by=by, submission=uuid4()
        )
        # A draft is no record: its times are those of its saving.
        PlanDraft.objects.filter(pk=draft.pk).update(begun_at=self.now(), saved_at=self.now())

    def _reviewed(self, reviewed: Reviewed) -> Thread:
        yield reviewed.booked
        whose = self.people[reviewed.whose]
        booked = actions.book_review(
            regimen=self.regimen,
            text=actions.ReviewText(ReviewStatus.BOOKED, reviewed.on, reviewed.what_for, whose),
            by=self.people[reviewed.by],
            recorded_at=self.now(),
        )
        if reviewed.done is None:
            return
        yield reviewed.done
        opens = reviewed.opens
        actions.update_review(
            review=booked,
            text=actions.ReviewText(
                ReviewStatus.DONE,
                reviewed.done.date(),
                reviewed.what_for,
                whose,
                outcome=reviewed.outcome,
                opens_row=None if opens is None else self._newest().rows[opens].row,
                opens_on=reviewed.opens_on,
            ),
            by=whose,
            recorded_at=self.now(),
        )


def _text(plan: Planned) -> PlanText:
    rows: Sequence = plan.rows
    return PlanText(
        purpose=plan.purpose,
        rows=tuple(rows),
        end=plan.end,
        review_on=plan.review_on,
        if_missed=plan.if_missed,
        if_unwell=plan.if_unwell,
        note=plan.note,
        slots=plan.slots,
    )
