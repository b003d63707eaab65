"""What is known of a patient's plans while their record comes in entry by entry.

The same pure reading as of plans in the database (titration.reading.planned), so that the same
rules can be asked of what somebody recorded elsewhere.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledger.models import Record, Retraction
from patients.models import PatientStatus, PatientVersion
from titration.intake import Report
from titration.models import IntakeReport, PlanEvent, PlanVersion, Review, RowRecorded, slots_of
from titration.planning import Event, Link, PlanText, Row
from titration.reading import planned
from titration.reading.planned import PlanLog, RecordedEvent, SignedVersion


class Plans:
    """The plans of a patient's regimens after some entries.

    `learn` takes the subject and the number of an entry, and when it was recorded first, on the
    clock of the clinic of then.
    """

    def __init__(self) -> None:
        self.ended: Event | None = None
        self.back: int | None = None
        self.reviews: dict[UUID, Review] = {}
        self._versions: dict[UUID, list[SignedVersion]] = {}
        self._of_regimen: dict[UUID, list[UUID]] = defaultdict(list)
        self._events: dict[UUID, list[RecordedEvent]] = defaultdict(list)
        self._links: dict[UUID, list[Link]] = defaultdict(list)
        self._reports: dict[UUID, list[Report]] = defaultdict(list)

    def learn(self, record: Record, subject: UUID, number: int, at: datetime) -> None:
        """Know a record, if it bears on plans."""
        match record:
            case PatientVersion():
                was_gone = self.ended is not None
                self.ended = planned.ended_by(record)
                if was_gone and record.status == PatientStatus.HERE:
                    self.back = number
            case PlanVersion():
                plan, regimen = record.plan_id, record.plan.regimen_id
                if plan not in self._versions:
                    self._of_regimen[regimen].append(plan)
                self._versions.setdefault(plan, []).append(_signed(record, number, at))
            case PlanEvent():
                event = RecordedEvent(number, record.kind, record.reason_text, "", at, at.date())
                self._events[record.plan_id].append(event)
            case RowRecorded():
                link = Link(record.row, record.step, number)
                self._links[record.version.plan_id].append(link)
            case Review():
                self.reviews.pop(record.review, None)  # the newest text stands last
                self.reviews[record.review] = record
            case IntakeReport():
                self._reports[record.regimen_id].append(_report(record, number, at))
            case Retraction():
                self.reviews.pop(subject, None)
                for regimen, reports in self._reports.items():
                    self._reports[regimen] = [
                        replace(each, withdrawn=number) if each.report == subject else each
                        for each in reports
                    ]

    def logs(self, regimen: UUID) -> tuple[PlanLog, ...]:
        """The plans of a regimen, in the order of their signing."""
        opened = {
            review.opens_row: review.opens_on
            for review in self.reviews.values()
            if review.regimen_id == regimen and review.opens_row and review.opens_on
        }
        plans = self._of_regimen[regimen]
        newest = {plan: self._versions[plan][-1].number for plan in plans}
        numbers = {plan: [each.number for each in self._versions[plan]] for plan in plans}
        return tuple(
            PlanLog(
                plan=plan,
                regimen=regimen,
                versions=tuple(self._versions[plan]),
                events=tuple(self._events[plan]),
                links=tuple(self._links[plan]),
                opened=opened,
                followed_by=min(
                    (
                        number
                        for other in plans
                        for number in numbers[other]
                        if other != plan and number > newest[plan]
                    ),
                    default=None,
                ),
                back=self.back,
                differs=planned.differs(self._versions[plan][0].signed_on, self._reports[regimen]),
            )
            for plan in plans
        )


def plan_text(version: PlanVersion) -> PlanText:
    """What a version says, inserted or not."""
    parts = defaultdict(list)
    for part in version.parts:
        parts[part.of_row].append(part.as_written())
    rows = [
        Row(
            row.row,
            row.kind,
            row.start,
            row.starts_on,
            row.count,
            row.unit,
            tuple(parts[row.position]),
            row.words or "",
        )
        for row in version.rows
    ]
    return planned.text_of(version, rows)


def _signed(version: PlanVersion, number: int, at: datetime) -> SignedVersion:
    return SignedVersion(
        entry=version.pk,
        number=number,
        version=version.version,
        text=plan_text(version),
        signed_by=None,
        signed_by_name="",
        signed_at=at,
        signed_on=at.date(),
    )


def _report(record: IntakeReport, number: int, at: datetime) -> Report:
    return Report(
        entry=record.pk,
        number=number,
        report=record.report,
        regimen=record.regimen_id,
        what=record.what,
        from_on=record.from_on,
        until_on=record.until_on,
        slots=slots_of(record.slots),
        version=None,
        taken=record.taken,
        reporter=record.reporter,
        reporter_name=record.reporter_name,
        reported_on=record.reported_on,
        told_name=record.told_name,
        told_on=record.told_on,
        note=record.note,
        correction_reason=record.correction_reason,
        by_name="",
        at=at,
        recorded_on=at.date(),
        submission=record.entry.submission,
    )
