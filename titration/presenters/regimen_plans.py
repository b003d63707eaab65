"""The plans of a regimen at a first glance: how the present one stands, its next row, copies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from access.addresses import url_of
from access.models import Clinic
from titration import dosing, planning, wording
from titration.chart import Plans
from titration.models import (
    Intake,
    IssuedAs,
    IssuedHow,
    Plan,
    PlanDraft,
    Reached,
    Regimen,
    Review,
    ReviewStatus,
)
from titration.planning import Carried, Standing
from titration.presenters.links import ROW
from titration.presenters.log import moment_words, quoted
from titration.presenters.picture import plans_picture
from titration.presenters.plan_standing import CHIPS, StandingWords, standing_words
from titration.presenters.plan_text import purpose_words
from titration.presenters.planned import SOME_ROW, PlannedTable, nothing_words, planned_table
from titration.reading import issued, planned
from titration.reading.issued import Issued
from titration.reading.logged import History
from titration.reading.planned import PlanLog

# Read with a regimen: which of these it has at all, so that nothing is asked of those without.
EXISTING: dict[str, Any] = {
    "has_plans": Exists(Plan.objects.filter(regimen=OuterRef("pk"))),
    "has_drafts": Exists(PlanDraft.objects.filter(regimen=OuterRef("pk"))),
    "has_reviews": Exists(Review.objects.filter(regimen=OuterRef("pk"))),
}


@dataclass(frozen=True)
class Line:
    """Some words and where they lead; "" where that is nowhere."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class NextRow:
    """The first row that is still to be recorded. `late` says that its day has come; it is "" while

    the plan waits.
    """

    title: str
    heading: str
    lines: Sequence[wording.DoseLine]
    total_label: str
    total: str
    words: str
    starts: str
    late: str
    paper: str
    issue_url: str
    record_url: str
    visit_url: str


@dataclass(frozen=True)
class NextReview:
    """The review that is booked; `overdue` is a word that stands when its day has passed."""

    day: str
    whose: str
    what_for: str
    overdue: str
    url: str


@dataclass(frozen=True)
class Strip:
    """A notice above the cards, with what can be done about it."""

    heading: str
    text: str
    buttons: Sequence[Line] = ()


@dataclass(frozen=True)
class RegimenPlans:
    """What a regimen's page shows of its plans. `plan` is none and `title` "" where each is over.

    `ended` says what follows when no row is left; `earlier` are the plans that are over.
    """

    logs: Sequence[PlanLog]
    picture: Plans
    plan: UUID | None = None
    title: str = ""
    url: str = ""
    standing: StandingWords | None = None
    next: NextRow | None = None
    ended: str = ""
    strips: Sequence[Strip] = ()
    table: PlannedTable | None = None
    earlier: Sequence[Line] = ()
    drafts: Sequence[Line] = ()
    review: NextReview | None = None
    other_versions: int = 0


@dataclass(frozen=True)
class _Asked:
    """The page that asks: what it is of, as known when, and what may be done from it."""

    regimen: Regimen
    history: History
    today: date
    may_record: bool
    query: str
    is_retracted: bool

    @property
    def clinic(self) -> Clinic:
        return self.regimen.clinic

    def url(self, route: str, *args: UUID) -> str:
        return reverse(route, args=args) + self.query


def regimen_plans(
    regimen: Regimen,
    history: History,
    now: datetime,
    *,
    may_record: bool,
    query: str = "",
    is_retracted: bool = False,
    with_versions: bool = False,
    is_whole: bool = False,
) -> RegimenPlans:
    """Everything that the page shows of plans at `now`, as known where `history` is.

    Needs EXISTING read with the regimen. `query` ends the addresses of pages of that moment.
    """
    asked = _Asked(regimen, history, now.date(), may_record, query, is_retracted)
    found: dict[str, Any] = {
        "review": _next_review(asked) if _has(regimen, "reviews") else None,
        "drafts": _drafts(asked) if may_record and _has(regimen, "drafts") else [],
    }
    known = history.known
    logs = planned.plan_logs([regimen.pk], known)[regimen.pk] if _has(regimen, "plans") else ()
    if not logs:
        return RegimenPlans((), Plans(), **found)
    ended = planned.ended(regimen.patient_id, known)
    standings = {log.plan: log.standing(history, ended) for log in logs}
    present = next((log for log in reversed(logs) if not standings[log.plan].is_over), None)
    copies = [copy for each in issued.issues(standings, known).values() for copy in each]
    found |= {
        "logs": logs,
        "picture": plans_picture(logs, present, copies, with_versions=with_versions),
        "earlier": [_earlier(asked, log, standings) for log in logs if log is not present],
        "other_versions": sum(len(log.versions) for log in logs) - (present is not None),
    }
    strips = []
    if present is not None:
        of_present = _present(asked, present, standings[present.plan], copies, is_whole=is_whole)
        strips = of_present.pop("strips")
        found |= of_present
    if is_retracted:
        strips = []  # all that is left is to tell who has a copy
    strips += _outdated(asked, logs, standings, copies)
    return RegimenPlans(strips=strips, **found)


def _has(regimen: Regimen, what: str) -> bool:
    return bool(getattr(regimen, f"has_{what}"))


def plan_name(log: PlanLog) -> str:
    """The newest version of a plan: "Taper plan v3"."""
    return _("%(purpose)s plan v%(version)s") % {
        "purpose": purpose_words(log.newest.text.purpose),
        "version": log.newest.version,
    }


def _present(
    asked: _Asked,
    log: PlanLog,
    standing: Standing,
    copies: Sequence[Issued],
    *,
    is_whole: bool,
) -> dict[str, Any]:
    """What there is to say of the plan that is not over."""
    carried = log.carried(asked.history.live)
    remaining = planning.open_rows(carried, asked.today)
    words = standing_words(log, standing, asked.clinic)
    url = asked.url("plan", log.plan)
    is_open = standing.state == planning.OPEN
    record_url = ""
    if asked.may_record and is_open:
        record_url = f"{url_of('step-new', asked.regimen.pk)}?row={SOME_ROW}"
    given = max(
        (c for c in copies if c.plan == log.plan and c.version == log.newest.version),
        key=lambda copy: copy.number,
        default=None,
    )
    table = planned_table(log, carried, asked.today, record_url=record_url, is_whole=is_whole)
    following = None
    if remaining:
        following = _next_row(asked, log, remaining[0], given, record_url, is_open=is_open)
    strips = []
    if not is_open:
        strips.append(Strip(words.chip + ".", words.sentence, [Line(_("Open the plan"), url)]))
    elif following and _has_passed(remaining[0], asked.today):
        strips.append(_differing(asked, log, remaining[0], given, following.record_url))
    return {
        "plan": log.plan,
        "title": _("%(plan)s, signed by %(name)s")
        % {"plan": plan_name(log), "name": log.newest.signed_by_name},
        "url": url,
        "standing": words,
        "next": following,
        "ended": "" if remaining else table.end,
        "table": table,
        "strips": strips,
    }


def _has_passed(each: Carried, today: date) -> bool:
    return each.planned_on is not None and each.planned_on < today


def _next_row(
    asked: _Asked,
    log: PlanLog,
    each: Carried,
    given: Issued | None,
    record_url: str,
    *,
    is_open: bool,
) -> NextRow:
    row, day = each.row, each.planned_on
    components = planning.anchored(row.components, day)
    total = None if row.kind == "single" else dosing.total_per_day(components)
    headings = {"stop": _("Stop"), "single": _("Single dose")}
    has_come = is_open and day is not None and day <= asked.today
    return NextRow(
        title=_("Next written row, plan v%(version)s") % {"version": log.newest.version},
        heading=headings.get(row.kind, ""),
        lines=wording.dosage_lines(components),
        total_label=wording.total_label(total) if total else "",
        total=wording.total_words(total) if total else "",
        words=quoted(row.words),
        starts=starts_words(each),
        late=nothing_words(each, asked.today) if has_come else "",
        paper=_paper_words(log, given),
        issue_url=url_of("plan-issue", log.plan)
        if asked.may_record and is_open and given is None
        else "",
        record_url=record_url.replace(str(SOME_ROW), str(row.row)),
        visit_url=_visit_url(asked.regimen, row.row) if record_url else "",
    )


def _visit_url(regimen: Regimen, row: UUID) -> str:
    """Where a visit is recorded with a step from the row and a report."""
    visit = url_of("visit", regimen.patient_id)
    return f"{visit}?step={regimen.pk}:{ROW}{row}&report={regimen.pk}"


def starts_words(each: Carried) -> str:
    """From when the plan has a row, and how that day came about."""
    if each.planned_on is None:
        return _("Planned: %(start)s.") % {"start": wording.start_words(each.row, None)}
    day = {"date": wording.weekday_words(each.planned_on)}
    if each.row.start == "review":
        return _("Planned from %(date)s, opened by a review.") % day
    return _("Planned from %(date)s, by calendar.") % day


def given_words(copy: Issued) -> str:
    """When and how a copy was given, and to whom: "19-Oct-2026, in words, by post"."""
    words = {
        "date": wording.date_words(copy.issued_on),
        "form": IssuedAs(copy.issued_as).label,
        "how": IssuedHow(copy.how).label,
    }
    said = _("%(date)s, %(form)s, %(how)s") % words
    if not copy.to_whom:
        return said
    return _("%(said)s, to %(name)s") % {"said": said, "name": quoted(copy.to_whom)}


def _paper_words(log: PlanLog, given: Issued | None) -> str:
    """Whether the patient was given the version that the row is of."""
    version = {"version": log.newest.version}
    if given is None:
        return _("No copy of version %(version)s is recorded as given to the patient.") % version
    return _("Version %(version)s given to the patient: %(given)s.") % {
        **version,
        "given": given_words(given),
    }


def _answers(asked: _Asked) -> list[Line]:
    """What whoever asked the patient records of it: a report, or a try that reached nobody."""
    report = url_of("intake-new", asked.regimen.pk)
    contact = url_of("contact-new", asked.regimen.patient_id)
    return [
        Line(_("Taken as planned"), f"{report}?what={Intake.AS_PLANNED}"),
        Line(_("Took something else"), f"{report}?what={Intake.DIFFERENT}"),
        Line(_("Not reached"), f"{contact}?regimen={asked.regimen.pk}&reached={Reached.NO_ANSWER}"),
    ]


def _differing(
    asked: _Asked, log: PlanLog, each: Carried, given: Issued | None, record_url: str
) -> Strip:
    """The day of a written row has come, and nothing is recorded from it."""
    assert each.planned_on is not None  # noqa: S101 - only a day can have come
    words = {
        "version": log.newest.version,
        "dose": wording.row_words(each.row, each.planned_on).replace("\n", "; "),
        "date": wording.date_words(each.planned_on),
    }
    buttons = [Line(_("Record this row"), record_url)] if record_url else []
    buttons += _answers(asked) if asked.may_record else []
    if given is None:
        said = _("Version %(version)s of the plan says from %(date)s: %(dose)s.") % words
        return Strip(nothing_words(each, each.planned_on) + ".", said, buttons)
    said = _(
        "Version %(version)s, given to the patient on %(given)s, says from %(date)s: %(dose)s. "
        "Nothing is recorded from this row."
    ) % {**words, "given": wording.date_words(given.issued_on)}
    return Strip(_("The issued plan and the record differ."), said, buttons)


def _outdated(
    asked: _Asked,
    logs: Iterable[PlanLog],
    standings: dict[UUID, Standing],
    copies: Iterable[Issued],
) -> list[Strip]:
    """Copies that no longer say what holds, of which no telling is recorded."""
    by_plan = {log.plan: log for log in logs}
    out = [
        copy
        for copy in copies
        if copy.is_out
        and copy.plan in by_plan
        and issued.is_outdated(
            copy,
            by_plan[copy.plan],
            standings[copy.plan],
            asked.history.live,
            is_retracted=asked.is_retracted,
        )
    ]
    if not out:
        return []
    if asked.may_record:
        route, words = "issue-told", _("Record that they were told")
        buttons = [Line(words, url_of(route, copy.issue)) for copy in out]
    else:
        buttons = [Line(_("Open the plan"), asked.url("plan", out[-1].plan))]
    each = "; ".join(
        _("version %(version)s, given %(given)s")
        % {"version": copy.version, "given": given_words(copy)}
        for copy in out
    )
    heading = _("A copy that no longer holds is with the patient:")
    return [Strip(heading, _("%(copies)s.") % {"copies": each}, buttons)]


def _earlier(asked: _Asked, log: PlanLog, standings: dict[UUID, Standing]) -> Line:
    """A plan that is over, and how it ended."""
    words = _("%(plan)s, signed by %(name)s, %(date)s: %(state)s") % {
        "plan": plan_name(log),
        "name": log.newest.signed_by_name,
        "date": wording.date_words(log.newest.signed_on),
        "state": CHIPS[standings[log.plan].state],
    }
    return Line(words, asked.url("plan", log.plan))


def _drafts(asked: _Asked) -> list[Line]:
    drafts = PlanDraft.objects.filter(regimen=asked.regimen).select_related("saved_by", "revises")
    return [
        Line(
            _("Draft of a plan, last saved by %(name)s, %(when)s")
            % {
                "name": draft.saved_by.name,
                "when": moment_words(draft.saved_at, asked.clinic),
            },
            url_of("plan-edit", draft.pk),
        )
        for draft in drafts.order_by("-saved_at")
    ]


def _next_review(asked: _Asked) -> NextReview | None:
    """The first review that is booked."""
    booked = Review.objects.newest(asked.history.known).filter(
        regimen=asked.regimen, status=ReviewStatus.BOOKED
    )
    review = booked.order_by("review_on", "entry__number").first()
    if review is None:
        return None
    return NextReview(
        day=wording.date_words(review.review_on),
        whose=review.whose_name,
        what_for=quoted(review.what_for),
        overdue=_("Overdue") if review.review_on < asked.today else "",
        url=url_of("review", review.review) if asked.may_record else "",
    )
