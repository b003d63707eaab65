"""Several regimens on one time axis, each in its own panels and unit, and the lanes below them.

The drawing is that of one regimen; here it is cut to the range of days that is looked at.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from titration import wording
from titration.chart import plan_strokes, strokes
from titration.chart.drawing import (
    EDGE,
    FIRST_LINE,
    GAP,
    HEADER,
    NOTES,
    ROW,
    draw_key,
    draw_time,
    height_of_words,
    holding_of,
    key_of,
    lane_of_singles,
    lanes_below,
    write_present,
)
from titration.chart.labels import Room, Text, text_width
from titration.chart.lanes import Lane, lane_key
from titration.chart.panels import FIGURES, WORDS, Stretch, panels, stretches
from titration.chart.picture import Chart, Pen, marks, words
from titration.chart.plans import NONE, Laid, Plans, laid
from titration.chart.plots import NARROW_BELOW, Plot, plots
from titration.chart.strokes import Canvas
from titration.chart.time_axis import DAY, TimeAxis, moment, start_of, zone_of
from titration.timeline import STOPPED, WITHHELD, StepRecord

# The height of a panel by how many there are in all: few are drawn high, many still apart.
HEIGHTS = ((2, 150), (4, 105), (7, 80), (99, 62))
LEAST = 7 * DAY
HOURS_BELOW = 4 * DAY


@dataclass(frozen=True, slots=True)
class Course:
    """One regimen on a time axis, for pictures of any width; `title` names it, the route first."""

    title: str
    live: Sequence[StepRecord]
    parts: Sequence[Stretch]
    planned: Sequence[Laid]


def course_of(title: str, live: Sequence[StepRecord], now: datetime, plans: Plans = NONE) -> Course:
    """The live steps and the plans of a regimen; `now` is the present in the clinic's zone."""
    zone = zone_of(now)
    return Course(title, live, stretches(live, zone), laid(plans, zone))


@dataclass(slots=True)
class _Drawn:
    """A regimen cut to the axis."""

    course: Course
    parts: list[Stretch]
    planned: list[Laid]
    holding: Stretch | None
    panes: list[Plot] = field(default_factory=list)


def draw_many(
    courses: Sequence[Course],
    lanes: Sequence[Lane],
    *,
    title: str,
    now: datetime,
    width: int,
    prefix: str,
    is_today: bool = True,
    since: date | None = None,
    until: date | None = None,
) -> Chart | None:
    """Draw regimens and lanes from one day to another; all that is recorded where none is given.

    None where nothing lies in the range.
    """
    zone, present = zone_of(now), now.timestamp()
    first, last = _ends(courses, lanes, now, since, until)
    axis = TimeAxis(first, 0, width, width / (last - first), zone)
    drawn = [
        _Drawn(
            course,
            [cut for part in course.parts if (cut := _cut(part, axis, present)) is not None],
            [_cut_plan(track, axis) for track in course.planned],
            holding_of(course.parts, present) if first <= present <= last else None,
        )
        for course in courses
    ]
    _lay(drawn, width)
    panes = [pane for each in drawn for pane in each.panes]
    axis = _axis(axis, panes, width, has_room=until is None and last <= present + 0.1 * DAY)
    has_present = first <= present <= last
    x_now = min(max(axis.x(present), axis.left), axis.right)
    canvas = Canvas(defaultdict(Pen), Room(width), axis, present, x_now)
    if has_present:
        label = _("Today %(date)s") if is_today else _("As known on %(date)s")
        write_present(canvas, label % {"date": wording.date_words(now.date())}, width)
    singles = [
        lane
        for each in drawn
        for lane in lane_of_singles(canvas, _singles_on(each, axis), each.course.title, width)
    ]
    below = [*singles, *lanes_below(canvas, lanes, width)]
    if not panes and not below:
        return None
    return _paint(
        canvas,
        drawn,
        below,
        title=title,
        prefix=prefix,
        width=width,
        has_present=has_present,
        with_hours=last - first < HOURS_BELOW,
    )


def _paint(
    canvas: Canvas,
    drawn: Sequence[_Drawn],
    below: Sequence,
    *,
    title: str,
    prefix: str,
    width: int,
    has_present: bool,
    with_hours: bool,
) -> Chart:
    panes = [pane for each in drawn for pane in each.panes]
    top, foot = _stack(canvas, panes, below)
    count = sum(len(each.parts) for each in drawn)
    crowded = count * strokes.CROWDED > 2 * (canvas.axis.right - canvas.axis.left)
    for each in drawn:
        for pane in each.panes:
            strokes.draw_panel(canvas, pane, "small dot")
            if pane.panel.planned:
                plan_strokes.draw_planned(canvas, pane)
        if not crowded:
            strokes.draw_links(canvas, each.parts, each.panes)
    height = draw_time(canvas, top, foot, with_hours=with_hours, has_present=has_present)
    for each in drawn:
        if each.holding and any(part is each.holding for part in each.parts):
            strokes.label_holding(canvas, each.panes, each.holding)
    for choices in canvas.labels:
        canvas.room.place(choices, only_if_clear=crowded)
    for choices in canvas.asides:
        canvas.room.place(choices, only_if_clear=True)
    entries = [*key_of(canvas, panes, ""), *lane_key(canvas)]
    height = draw_key(canvas, entries, height, width)
    return Chart(
        prefix=prefix,
        title=title,
        description=_(
            "Recorded and planned doses of each regimen in its own panel on one time axis, with "
            "side effects and scores below. The table beside it says the same in words."
        ),
        width=width,
        height=height,
        marks=marks(canvas.pens, prefix),
        words=words(canvas.room.texts),
    )


def days_of(
    courses: Sequence[Course],
    lanes: Sequence[Lane],
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> tuple[date, date]:
    """The first and the last day of the axis that would be drawn, for several pictures of it."""
    first, last = _ends(courses, lanes, now, since, until)
    days = [datetime.fromtimestamp(end, zone_of(now)).date() for end in (first, last)]
    return since or days[0], until or days[1]


def _ends(
    courses: Sequence[Course],
    lanes: Sequence[Lane],
    now: datetime,
    since: date | None,
    until: date | None,
) -> tuple[float, float]:
    """The first and the last moment of the axis."""
    zone, present = zone_of(now), now.timestamp()
    moments = [present]
    for course in courses:
        ends = (*course.live[:1], *course.live[-1:])
        moments += [moment(step.effective, zone) for step in ends]
    moments += [at for course in courses for track in course.planned for at in track.moments]
    moments += [at for lane in lanes for at in lane.moments(zone)]
    first = start_of(since, zone) if since else min(moments)
    last = start_of(until + timedelta(days=1), zone) if until else max(moments)
    if last - first < LEAST and not (since and until):
        if since is None:
            first = last - LEAST
        else:
            last = first + LEAST
    margin = 0.02 * (last - first)
    is_past = last <= present + 1
    return (
        first if since else first - margin,
        last if until else last + (0 if is_past else 2 * margin),
    )


def _axis(axis: TimeAxis, panes: Sequence[Plot], width: int, *, has_room: bool) -> TimeAxis:
    """The same stretch of time beside the figures, with room for the figures of today."""
    labels = [text_width(label) for pane in panes for _value, label in pane.ticks]
    left = max(EDGE + 12 + max(labels, default=0), 40)
    right = width - 12
    ahead = 28 if has_room else 0
    scale = (right - left - ahead) / (axis.end - axis.start)
    return replace(axis, left=left, right=right, scale=scale)


def _cut(part: Stretch, axis: TimeAxis, present: float) -> Stretch | None:
    """What of a stretch lies on the axis; a stop only where its moment does."""
    end = part.end if part.end is not None else max(present, part.start)
    is_open = part.end is None
    if part.start > axis.end or (end <= axis.start and not (part.start >= axis.start)):
        return None
    if part.state == STOPPED:
        return part if part.start >= axis.start else None
    if part.start >= axis.start and (is_open or end <= axis.end):
        return part
    return part._replace(
        start=max(part.start, axis.start),
        known_by=max(part.known_by, axis.start),
        end=None if is_open and present <= axis.end else min(end, axis.end),
    )


def _cut_plan(track: Laid, axis: TimeAxis) -> Laid:
    kept = [
        stretch._replace(
            start=max(stretch.start, axis.start),
            end=None if stretch.end is None else min(stretch.end, axis.end),
            stops=stretch.stops and stretch.end is not None and stretch.end <= axis.end,
        )
        for stretch in track.stretches
        if stretch.start < axis.end and (stretch.end is None or stretch.end > axis.start)
    ]
    return replace(track, stretches=kept)


def _lay(drawn: Sequence[_Drawn], width: int) -> None:
    """Give every regimen its panels, lower the more there are."""
    sorted_parts = [panels(each.parts, each.planned) for each in drawn]
    count = sum(panel.kind == FIGURES for found in sorted_parts for panel in found)
    height = next(height for most, height in HEIGHTS if count <= most)
    if width < NARROW_BELOW:
        height = round(height * 0.85)
    for each, found in zip(drawn, sorted_parts, strict=True):
        each.panes = plots(found, each.course.title, width, each.holding, (height,) * 3)


def _singles_on(each: _Drawn, axis: TimeAxis) -> list[StepRecord]:
    return [
        step
        for step in each.course.live
        if axis.start <= moment(step.effective, axis.zone) <= axis.end
    ]


def _stack(canvas: Canvas, panes: Sequence[Plot], lanes: Sequence) -> tuple[int, int]:
    """Place the panels one above the other, the lanes last; returns their top and foot."""
    label = Text("ax", EDGE, FIRST_LINE, "")
    if canvas.room.texts:
        label = label._replace(y=label.y + ROW)
    top = foot = label.y
    for pane in panes:
        y = canvas.room.write_lines(label._replace(words=pane.label))
        if pane.panel.kind == WORDS:
            pane.height = height_of_words(canvas, pane)
        noted = any(part.state == WITHHELD for part in pane.panel.stretches)
        pane.place(y + HEADER + (NOTES if noted else 0))
        foot = pane.base if pane.panel.kind == FIGURES else pane.base + 8
        label = label._replace(y=foot + GAP + FIRST_LINE)
    for heading, draw_below in lanes:
        y = canvas.room.write_lines(label._replace(words=heading))
        foot = draw_below(y + HEADER - 4)
        label = label._replace(y=foot + GAP + FIRST_LINE)
    return top + 8, foot
