"""The copies of plans that were given out, and of which of them the telling is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Retraction
from titration import planning
from titration.models import CalendarTextVersion, IssueTold, PlanIssue, Review
from titration.planning import Standing
from titration.reading.planned import PlanLog, SignedVersion
from titration.timeline import StepRecord
from titration.wording.calendar import CalendarWords
from titration.wording.languages import is_english


@dataclass(frozen=True)
class Told:
    """Who has a copy was told that it no longer holds; `to_whom` is None where it was erased."""

    number: int
    told_on: date
    how: str
    to_whom: str | None
    by_name: str
    at: datetime


@dataclass(frozen=True)
class Written:
    """How the file of a copy is written, as the columns of PlanIssue have it."""

    shape: str = ""
    first_on: date | None = None
    language: str = ""
    names: bool = False
    alarm: bool = False

    @property
    def query(self) -> dict[str, str]:
        """As the address of the file asks for it."""
        asked = {"rows": self.shape, "language": self.language}
        asked["from"] = self.first_on.isoformat() if self.first_on else ""
        asked |= {"names": "1" if self.names else "", "alarm": "1" if self.alarm else ""}
        return {name: value for name, value in asked.items() if value}


UNWRITTEN = Written()


@dataclass(frozen=True)
class Issued:
    """A copy of one version of a plan. `issue` is its identity, `entry` its ledger entry's.

    `opened` are the days from which reviews had opened rows when it was given out; `withdrawn` says
    that it was recorded in error.
    """

    issue: UUID
    entry: UUID
    number: int
    plan: UUID
    version: int
    issued_on: date
    issued_as: str
    how: str
    to_whom: str | None
    by_name: str
    at: datetime
    told: Told | None = None
    written: Written = UNWRITTEN
    withdrawn: Retraction | None = None
    opened: Mapping[UUID, date] = field(default_factory=dict)

    @property
    def is_out(self) -> bool:
        """Whether somebody has it of whom no telling is recorded."""
        return self.told is None and self.withdrawn is None


def issues(plans: Iterable[UUID], known: int | None = None) -> dict[UUID, tuple[Issued, ...]]:
    """The copies given out of each plan, in the order of their recording; three queries.

    Without those that were withdrawn as recorded in error.
    """
    return {
        plan: tuple(copy for copy in copies if copy.withdrawn is None)
        for plan, copies in all_issues(plans, known).items()
    }


def all_issues(plans: Iterable[UUID], known: int | None = None) -> dict[UUID, tuple[Issued, ...]]:
    """As `issues`, with those that were withdrawn; no query where there are no plans."""
    plans = list(plans)
    if not plans:
        return {}
    rows = PlanIssue.objects.up_to(known).filter(version__plan__in=plans)
    found: dict[UUID, tuple[Issued, ...]] = dict.fromkeys(plans, ())
    related = rows.select_related("entry", "version__plan", "told__entry")
    copies = list(related.order_by("entry__number"))
    reviews = _reviews({row.version.plan.regimen_id for row in copies})
    withdrawn = _withdrawn([row.entry.subject for row in copies], known)
    for row in copies:
        opened = _opened(reviews, row)
        copy = _issued(row, known, opened)
        copy = replace(copy, withdrawn=withdrawn.get(copy.issue))
        found[row.version.plan_id] = (*found[row.version.plan_id], copy)
    return found


def _withdrawn(issues: Sequence[UUID], known: int | None) -> dict[UUID, Retraction]:
    """By identity: the withdrawals of copies that were recorded in error, with their entries."""
    if not issues:
        return {}
    rows = Retraction.objects.up_to(known).filter(entry__subject__in=issues)
    return {row.entry.subject: row for row in rows.select_related("entry")}


def _reviews(regimens: Iterable[UUID]) -> list[Review]:
    """Every text of the reviews of these regimens, in the order of their recording."""
    rows = Review.objects.filter(regimen__in=list(regimens)).select_related("entry")
    return list(rows.order_by("entry__number"))


def _opened(reviews: Iterable[Review], copy: PlanIssue) -> dict[UUID, date]:
    """The days that rows had when a copy was given out, as in planned.PlanLog.opened."""
    newest: dict[UUID, Review] = {}
    for text in reviews:
        same = text.regimen_id == copy.version.plan.regimen_id
        if same and text.entry.number < copy.entry.number:
            newest.pop(text.review, None)  # it comes after the other lines now
            newest[text.review] = text
    return {
        text.opens_row: text.opens_on
        for text in newest.values()
        if text.opens_row is not None and text.opens_on is not None
    }


def _issued(row: PlanIssue, known: int | None, opened: Mapping[UUID, date]) -> Issued:
    told: IssueTold | None = getattr(row, "told", None)
    if told is not None and known is not None and told.entry.number > known:
        told = None
    return Issued(
        issue=row.entry.subject,
        entry=row.entry_id,
        number=row.entry.number,
        plan=row.version.plan_id,
        version=row.version.version,
        issued_on=row.issued_on,
        issued_as=row.issued_as,
        how=row.how,
        to_whom=row.to_whom,
        by_name=row.entry.recorded_by_name,
        at=row.entry.recorded_at,
        told=_told(told) if told is not None else None,
        written=Written(row.shape, row.first_on, row.language, row.names, row.alarm),
        opened=opened,
    )


def _told(row: IssueTold) -> Told:
    return Told(
        number=row.entry.number,
        told_on=row.told_on,
        how=row.how,
        to_whom=row.to_whom,
        by_name=row.entry.recorded_by_name,
        at=row.entry.recorded_at,
    )


def is_outdated(
    issue: Issued,
    log: PlanLog,
    standing: Standing,
    live: Sequence[StepRecord],
    *,
    is_retracted: bool,
) -> bool:
    """Whether a copy no longer says what holds.

    It is of an older version, reviews gave other days to rows since, another dose was recorded, the
    plan is paused or over, or its regimen was withdrawn. One of a plan that waits for its
    prescriber may still hold.
    """
    is_older = issue.version < log.newest.version
    stands_still = standing.is_over or standing.state == planning.PAUSED
    is_dated = any(issue.opened.get(row.row) != log.opened.get(row.row) for row in log.rows)
    return is_retracted or is_older or stands_still or is_dated or is_changed(log, live)


def is_changed(log: PlanLog, live: Sequence[StepRecord]) -> bool:
    """Whether another dose was recorded from the newest recorded row than the newest version says.

    Not what was recorded before that version was signed: its prescriber knew. A single dose ends
    nothing, so what was recorded before it counts too.
    """
    for each in reversed(log.carried(live)):
        if each.step is None:
            continue
        if each.is_changed and each.step.said_by > log.newest.number:
            return True
        if each.row.kind != "single":
            return False
    return False


def replaced_by(log: PlanLog, version: SignedVersion, given_out: Iterable[Issued]) -> Issued | None:
    """The copy that a new one of this version replaces: of an older version, or of an earlier plan
    of the regimen; the newest, before all one of which no telling is recorded.

    `given_out` are those of every plan of the regimen.
    """
    older = [i for i in given_out if i.plan != log.plan or i.version < version.version]
    return max(older, key=lambda issue: (issue.is_out, issue.number), default=None)


def refusal(log: PlanLog, standing: Standing, live: Sequence[StepRecord]) -> str:
    """Why a plan that stands so beside the live steps is not given out; "" where it is."""
    match standing.state:
        case planning.OPEN:
            if not is_changed(log, live):
                return ""
            return _(
                "Another dose was recorded than the plan says. Once its prescriber signs a version "
                "that says what is taken now, it can be given out."
            )
        case planning.PAUSED:
            return _(
                "The plan is paused. Once its prescriber lets it go on, or signs a version with "
                "other dates, it can be given out."
            )
        case planning.AWAITING:
            return _(
                "The plan waits for its prescriber, as its page says. "
                "Once the prescriber continues, revises or withdraws it, this page says what holds."
            )
        case planning.WITHDRAWN:
            return _("The plan was withdrawn. Another plan has to be signed to be given out.")
        case planning.COMPLETED:
            return _("The plan was completed. Another plan has to be signed to be given out.")
    if standing.reason == "followed":
        return _("The plan is closed: another plan of this medicine was signed after it.")
    if standing.reason == "died":
        return _("The plan is closed: the record says that the patient died.")
    if standing.reason == "left":
        return _("The plan is closed: the record says that the patient left the clinic.")
    return _(
        "The plan is closed: a stop of the medicine is recorded. Another plan has to be signed to "
        "be given out."
    )


def calendar_texts(clinic_id: int, known: int | None = None) -> list[CalendarTextVersion]:
    """What the clinic's calendars may be written in: its newest texts that are offered.

    As known at an entry number: the words that a copy of then was written in.
    """
    rows = CalendarTextVersion.objects.newest(known).filter(text__clinic=clinic_id, in_use=True)
    return sorted(rows, key=lambda row: (not is_english(row.language), row.language))


def words_of(text: CalendarTextVersion | None) -> CalendarWords:
    """The words of a calendar with a clinic's text, or without one."""
    return CalendarWords(text.language, text.labels) if text else CalendarWords()
