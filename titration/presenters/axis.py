"""Everything of a patient on one time axis, and the table that says the same in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from access.addresses import url_of
from access.composed import Rows
from ledger.moments import Moment
from patients.models import Patient
from titration import intake, wording
from titration.chart import NARROW, WIDE, svg
from titration.chart.many import course_of, draw_many
from titration.forms.span import Span, SpanForm
from titration.models import PUMP_ROUTES, RegimenVersion, Review
from titration.planning import Event
from titration.presenters.axis_rows import AxisRow, RowAt, rows_beside, table_body
from titration.presenters.lanes import Beside, lanes_of
from titration.presenters.log import heading_words
from titration.presenters.picture import plans_picture
from titration.presenters.regimen import title_of
from titration.reading import contacted, issued, observed, pumped, reported
from titration.reading.logged import History
from titration.reading.planned import PlanLog
from titration.timeline import StepRecord

SHOWN = 40
MOST = 1000
STARTS = 4
TWO_WEEKS = timedelta(days=13)


@dataclass(frozen=True, slots=True)
class Quick:
    """A range of days that one click shows."""

    text: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Axis:
    """The picture, the range, and the body of the table; `more_url` shows the rows left out."""

    chart: SafeString
    form: SpanForm
    quick: Sequence[Quick]
    body: SafeString
    hidden: int
    more_url: str
    is_cut: bool
    is_narrowed: bool


class Regimens(NamedTuple):
    """What was read of a patient's regimens: texts, logs, plans with the open one.

    `ended` says that the patient died or left.
    """

    versions: Sequence[RegimenVersion]
    logs: Mapping[UUID, History]
    plans: Mapping[UUID, tuple[Sequence[PlanLog], PlanLog | None]]
    ended: Event | None = None


def patient_axis(
    patient: Patient,
    regimens: Regimens,
    now: datetime,
    moment: Moment | None,
    form: SpanForm,
    *,
    is_whole: bool = False,
) -> Axis | None:
    """None where nothing is recorded of the patient; twelve queries at most beside what was read.

    The newest MOST observations of the range are drawn.
    """
    span, query = form.span, moment.query if moment else ""
    beside = _read(patient, regimens, moment.number if moment else None, span)
    has_steps = any(log.live for log in regimens.logs.values())
    has_plans = any(present for _logs, present in regimens.plans.values())
    if span.is_open and beside.is_empty and not (has_steps or has_plans):
        return None
    rows = _rows(regimens, beside, span, query)
    shown = rows if is_whole else rows[:SHOWN]
    kept = "&".join(filter(None, [span.query, query[1:], "table=all"]))
    return Axis(
        chart=_picture(regimens, beside, now, span, is_today=moment is None),
        form=form,
        quick=_quick(regimens, beside.titles, now.date(), span, moment),
        body=table_body(row.write() for row in shown),
        hidden=len(rows) - len(shown),
        more_url=f"?{kept}#axis-table",
        is_cut=len(beside.scores) == MOST,
        is_narrowed=not span.is_open,
    )


def _read(patient: Patient, regimens: Regimens, known: int | None, span: Span) -> Beside:
    """Everything beside the doses; the observations of the range only."""
    titles = {version.regimen_id: title_of(version) for version in regimens.versions}
    present = {r: plan.plan for r, (_logs, plan) in regimens.plans.items() if plan}
    copies = issued.issues(present.values(), known)
    in_pumps = [v.regimen_id for v in regimens.versions if v.route in PUMP_ROUTES]
    return Beside(
        titles=titles,
        effects=observed.effects(patient.pk, known),
        scores=observed.observations(
            patient.pk, known, since=span.since, until=span.until, most=MOST
        ),
        reviews=list(_reviews(patient.pk, known)),
        contacts=contacted.standing(contacted.contacts([patient.pk], known)),
        reports={r: intake.standing(texts) for r, texts in reported.reports(titles, known).items()},
        pumps={r: log.live for r, log in pumped.pump_logs(in_pumps, known).items()},
        copies={regimen: copies[plan] for regimen, plan in present.items()},
    )


def _newest_reviews(patient: UUID, known: int | None) -> QuerySet[Review]:
    reviews = Review.objects.newest(known).filter(regimen__patient=patient)
    return reviews.order_by("review_on", "entry__number")


_reviews = Rows(Review, _newest_reviews)


def _picture(
    regimens: Regimens, beside: Beside, now: datetime, span: Span, *, is_today: bool
) -> SafeString:
    courses = []
    for version in regimens.versions:
        log = regimens.logs[version.regimen_id]
        plans, present = regimens.plans.get(version.regimen_id, ((), None))
        if log.live or present:
            title = beside.titles[version.regimen_id]
            courses.append(course_of(title, log.live, now, plans_picture(plans, present)))
    lanes = lanes_of(beside)
    drawn = (
        (
            shape,
            draw_many(
                courses,
                lanes,
                title=_("All regimens, side effects and scores on one time axis"),
                now=now,
                width=width,
                prefix=f"axis-{shape}",
                is_today=is_today,
                since=span.since,
                until=span.until,
            ),
        )
        for shape, width in (("wide", WIDE), ("narrow", NARROW))
    )
    return format_html_join(
        "",
        '<div class="chart {}">{}</div>',
        ((shape, svg(picture)) for shape, picture in drawn if picture),
    )


def _rows(regimens: Regimens, beside: Beside, span: Span, query: str) -> list[RowAt]:
    """What was recorded of the range, newest first."""
    found = [*_step_rows(regimens, beside.titles, query), *rows_beside(beside, query)]
    within = [
        row
        for row in found
        if (span.since is None or row.last >= span.since)
        and (span.until is None or row.order[0] <= span.until)
    ]
    return sorted(within, key=lambda row: row.order[:4], reverse=True)


def _step_rows(regimens: Regimens, titles: Mapping[UUID, str], query: str) -> Iterator[RowAt]:
    for regimen, title in titles.items():
        url = url_of("regimen", regimen) + query
        for step in regimens.logs[regimen].live:
            yield RowAt(step.order, step.effective.on, partial(_step_row, step, title, url))


def _step_row(step: StepRecord, title: str, url: str) -> AxisRow:
    between = pgettext("between what a step does and its dose", ": ")
    dose = wording.dosage_words(step.components) if step.components else ""
    said = between.join(filter(None, [heading_words(step.kind), dose]))
    return AxisRow(wording.effective_words(step.effective), title, said, url)


def _quick(
    regimens: Regimens,
    titles: Mapping[UUID, str],
    today: date,
    span: Span,
    moment: Moment | None,
) -> list[Quick]:
    """All of it, the last weeks and months, and the two weeks after a regimen began."""
    ranges = [
        (_("All"), Span()),
        (_("Last 4 weeks"), Span(today - timedelta(days=27), today)),
        (_("Last 3 months"), Span(today - timedelta(days=91), today)),
        (_("Last 12 months"), Span(today - timedelta(days=365), today)),
    ]
    starts = [
        (log.live[0].effective.on, title)
        for regimen, title in titles.items()
        if (log := regimens.logs[regimen]).live and log.live[0].effective.precision == "day"
    ]
    for began, title in sorted(starts, reverse=True)[:STARTS]:
        words = _("First two weeks, %(regimen)s") % {"regimen": title}
        ranges.append((words, Span(began, began + TWO_WEEKS)))
    known = moment.query[1:] if moment else ""
    return [
        Quick(text, f"?{'&'.join(filter(None, [each.query, known]))}#axis", each == span)
        for text, each in ranges
    ]
