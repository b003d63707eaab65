"""Everything of a patient on one time axis, and the table that says the same in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger.moments import Moment
from patients.models import Patient
from titration import observed, wording
from titration.chart import NARROW, WIDE, svg
from titration.chart.many import Course, draw_many
from titration.forms.span import Span, SpanForm
from titration.models import RegimenVersion, Review, WrittenAs
from titration.observed import Effect, Observed
from titration.planned import PlanLog
from titration.planning import Event
from titration.presenters.lanes import bar_words, lanes_of
from titration.presenters.log import heading_words
from titration.presenters.observed import (
    ended_words,
    series_words,
    value_words,
)
from titration.presenters.picture import plans_picture
from titration.presenters.regimen import title_of
from titration.presenters.reviews import heading_words as review_words
from titration.reading import History
from titration.timeline import Effective, StepRecord

SHOWN = 40
MOST = 1000
STARTS = 4
TWO_WEEKS = timedelta(days=13)


@dataclass(frozen=True, slots=True)
class AxisRow:
    """Something that was recorded, as the table says it."""

    when: str
    what: str
    said: str
    url: str


@dataclass(frozen=True, slots=True)
class Quick:
    """A range of days that one click shows."""

    text: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Axis:
    """The picture, the range, and the rows of the table; `more_url` shows those left out."""

    chart: SafeString
    form: SpanForm
    quick: Sequence[Quick]
    rows: Sequence[AxisRow]
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
    """None where nothing is recorded of the patient; three queries beside what was read.

    The newest MOST observations of the range are drawn.
    """
    known, span = moment.number if moment else None, form.span
    effects = observed.effects(patient.pk, known)
    scores = observed.observations(patient.pk, known, since=span.since, until=span.until, most=MOST)
    reviews = _reviews(patient.pk, known)
    has_steps = any(log.live for log in regimens.logs.values())
    has_plans = any(present for _logs, present in regimens.plans.values())
    if span.is_open and not (has_steps or has_plans or effects or scores):
        return None
    rows = _rows(regimens, effects, scores, reviews, span, moment.query if moment else "")
    shown = rows if is_whole else rows[:SHOWN]
    query = "&".join(filter(None, [span.query, moment.query[1:] if moment else ""]))
    return Axis(
        chart=_picture(regimens, effects, scores, reviews, now, span, is_today=moment is None),
        form=form,
        quick=_quick(regimens, now.date(), span, moment),
        rows=[write() for _order, write in shown],
        hidden=len(rows) - len(shown),
        more_url=f"?{'&'.join(filter(None, [query, 'table=all']))}#axis-table",
        is_cut=len(scores) == MOST,
        is_narrowed=not span.is_open,
    )


def _reviews(patient: UUID, known: int | None) -> list[Review]:
    reviews = Review.objects.newest(known).filter(regimen__patient=patient)
    return list(reviews.order_by("review_on", "entry__number"))


def _picture(
    regimens: Regimens,
    effects: Sequence[Effect],
    scores: Sequence[Observed],
    reviews: Sequence[Review],
    now: datetime,
    span: Span,
    *,
    is_today: bool,
) -> SafeString:
    courses = []
    for version in regimens.versions:
        log = regimens.logs[version.regimen_id]
        plans, present = regimens.plans.get(version.regimen_id, ((), None))
        if log.live or present:
            courses.append(Course(title_of(version), log.live, plans_picture(plans, present)))
    lanes = lanes_of(effects, scores, reviews)
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


def _rows(
    regimens: Regimens,
    effects: Sequence[Effect],
    scores: Sequence[Observed],
    reviews: Sequence[Review],
    span: Span,
    query: str,
) -> list[tuple[tuple, Callable[[], AxisRow]]]:
    """What was recorded in the range, newest first: its order, and what writes its row."""
    found: list[tuple[tuple, Callable[[], AxisRow]]] = [
        *_step_rows(regimens, query),
        *((each.order, partial(_effect_row, each, query)) for each in effects),
        *((each.order, partial(_score_row, each, query)) for each in scores),
        *((Effective(each.review_on).order, partial(_review_row, each)) for each in reviews),
    ]
    within = [
        (order, row)
        for order, row in found
        if (span.since is None or order[0] >= span.since)
        and (span.until is None or order[0] <= span.until)
    ]
    return sorted(within, key=lambda item: item[0][:4], reverse=True)


def _step_rows(regimens: Regimens, query: str) -> Iterator[tuple[tuple, Callable[[], AxisRow]]]:
    for version in regimens.versions:
        url = reverse("regimen", args=[version.regimen_id]) + query
        title = title_of(version)
        for step in regimens.logs[version.regimen_id].live:
            yield step.order, partial(_step_row, step, title, url)


def _step_row(step: StepRecord, title: str, url: str) -> AxisRow:
    between = pgettext("between what a step does and its dose", ": ")
    dose = wording.dosage_words(step.components) if step.components else ""
    said = between.join(filter(None, [heading_words(step.kind), dose]))
    return AxisRow(wording.effective_words(step.effective), title, said, url)


def _effect_row(effect: Effect, query: str) -> AxisRow:
    said = _("%(what)s; end: %(ended)s") % {
        "what": bar_words(effect),
        "ended": ended_words(effect),
    }
    return AxisRow(
        wording.effective_words(effect.effective),
        str(WrittenAs(effect.written_as).label).capitalize(),
        said,
        reverse("side-effect", args=[effect.line]) + query,
    )


def _score_row(each: Observed, query: str) -> AxisRow:
    return AxisRow(
        wording.effective_words(each.effective),
        series_words(each),
        value_words(each),
        reverse("observation", args=[each.line]) + query,
    )


def _review_row(review: Review) -> AxisRow:
    return AxisRow(
        wording.effective_words(Effective(review.review_on)),
        _("Review"),
        review_words(review),
        reverse("regimen", args=[review.regimen_id]),
    )


def _quick(regimens: Regimens, today: date, span: Span, moment: Moment | None) -> list[Quick]:
    """All of it, the last weeks and months, and the two weeks after a regimen began."""
    ranges = [
        (_("All"), Span()),
        (_("Last 4 weeks"), Span(today - timedelta(days=27), today)),
        (_("Last 3 months"), Span(today - timedelta(days=91), today)),
        (_("Last 12 months"), Span(today - timedelta(days=365), today)),
    ]
    starts = [
        (log.live[0].effective.on, title_of(version))
        for version in regimens.versions
        if (log := regimens.logs[version.regimen_id]).live
        and log.live[0].effective.precision == "day"
    ]
    for began, title in sorted(starts, reverse=True)[:STARTS]:
        words = _("First two weeks, %(regimen)s") % {"regimen": title}
        ranges.append((words, Span(began, began + TWO_WEEKS)))
    known = moment.query[1:] if moment else ""
    return [
        Quick(text, f"?{'&'.join(filter(None, [each.query, known]))}#axis", each == span)
        for text, each in ranges
    ]
