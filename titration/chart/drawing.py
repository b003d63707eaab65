"""Puts a timeline together from the top down: panels, single doses, time axis, key."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from titration import timeline, wording
from titration.chart import plan_strokes, strokes
from titration.chart.labels import LEADING, Room, Text, text_width
from titration.chart.lanes import Lane, draw_lane, lane_key, within
from titration.chart.panels import FIGURES, WORDS, Stretch, panels
from titration.chart.picture import Chart, Pen, marks, words
from titration.chart.plans import Laid, Plans
from titration.chart.plots import Plot, plots
from titration.chart.singles import HALF, Marker, markers
from titration.chart.strokes import Canvas
from titration.chart.time_axis import DAY, HOUR, TimeAxis, moment, start_of, zone_of
from titration.timeline import WITHHELD, StepRecord

EDGE = 4
FIRST_LINE = 14
HEADER = 12
NOTES = 17
GAP = 10
AIR = 20  # between what begins a line and the present: a reader's font may be wider than ours
ROW = 20
KEY_ROW = 22
KEY_GAP = 20
SWATCH = 22

# Draws the sample of an entry of the key at a place.
Swatch = Callable[[int, int], None]

# An entry of the key: what draws its sample, where it has one, and its words.
KeyEntry = tuple[Swatch | None, str]

# The heading of a lane, and what draws it below a height; it returns where the lane ends.
Below = tuple[str, Callable[[int], int]]


def draw(
    live: Sequence[StepRecord],
    parts: Sequence[Stretch],
    plans: Plans,
    planned: Sequence[Laid],
    *,
    title: str,
    route: str,
    now: datetime,
    width: int,
    prefix: str,
    is_today: bool,
    lanes: Sequence[Lane] = (),
) -> Chart:
    """Draw live steps and plans, at least one of either.

    `parts` are the stretches of the steps, `planned` the tracks of the plans on the time axis. Of
    the `lanes` stands what lies on the axis of the doses.
    """
    present = now.timestamp()
    holding = holding_of(parts, present)
    panes = plots(panels(parts, planned), route, width, holding)
    axis = _time_axis(live, plans, planned, panes, holding, now, width)
    room = Room(width)
    canvas = Canvas(defaultdict(Pen), room, axis, present, axis.x(present))

    label = _("Today %(date)s") if is_today else _("As known on %(date)s")
    write_present(canvas, label % {"date": wording.date_words(now.date())}, width)
    below = [
        *lane_of_singles(canvas, live, route, width),
        *_lanes_of_plans(canvas, plans, planned, width),
        *lanes_below(canvas, lanes, width),
    ]
    top, foot = _stack(canvas, panes, below)
    crowded = len(parts) * strokes.CROWDED > axis.right - axis.left
    for pane in panes:
        strokes.draw_panel(canvas, pane, "small dot" if crowded else "dot")
        if pane.panel.planned:
            plan_strokes.draw_planned(canvas, pane)
    if panes and plans.pauses:
        plan_strokes.draw_pauses(canvas, plans, panes[0].top, panes[0].base)
    if not crowded:
        strokes.draw_links(canvas, parts, panes)
    height = draw_time(canvas, top, foot, with_hours=_has_clock_times(live))
    if holding:
        strokes.label_holding(canvas, panes, holding)
    for choices in canvas.labels:
        room.place(choices, only_if_clear=crowded)
    for choices in canvas.asides:
        room.place(choices, only_if_clear=True)
    version = plans.present.name if plans.present else ""
    entries = [*key_of(canvas, panes, version), *lane_key(canvas)]
    height = draw_key(canvas, entries, height, width)
    heading, description = _heading(bool(plans.tracks))
    return Chart(
        prefix=prefix,
        title=heading % {"title": title},
        description=description,
        width=width,
        height=height,
        marks=marks(canvas.pens, prefix),
        words=words(room.texts),
    )


def _heading(is_planned: bool) -> tuple[str, str]:
    """The title and the description of the picture for who does not see it."""
    if is_planned:
        return _("%(title)s, planned and recorded doses over time"), _(
            "Step chart of the planned and the recorded doses. "
            "Every value is in the table of both and in the dose log."
        )
    return (
        _("%(title)s, recorded doses over time"),
        _("Step chart of the recorded doses. Every value is in the dose log."),
    )


def _moments(plans: Plans, planned: Sequence[Laid], zone: tzinfo) -> list[float]:
    """Every moment of the plans that the axis reaches."""
    days = [copy.given_on for copy in plans.copies] + [begun for begun, _ended in plans.pauses]
    return [start_of(day, zone) for day in days] + [at for track in planned for at in track.moments]


def holding_of(parts: Sequence[Stretch], present: float) -> Stretch | None:
    """The stretch of figures that holds now, if what holds now has figures."""
    begun = [part for part in parts if part.start <= present]
    return begun[-1] if begun and begun[-1].figures else None


def _time_axis(
    live: Sequence[StepRecord],
    plans: Plans,
    planned: Sequence[Laid],
    panes: Sequence[Plot],
    holding: Stretch | None,
    now: datetime,
    width: int,
) -> TimeAxis:
    """From just before the first step to today, or past what is recorded or planned ahead of it."""
    zone, present = zone_of(now), now.timestamp()
    moments = [moment(step.effective, zone) for step in (*live[:1], *live[-1:])]
    moments += [present, *_moments(plans, planned, zone)]
    first, last = min(moments), max(moments)
    least = 6 * HOUR if _has_clock_times(live) else 7 * DAY
    lack = max(0.0, least - (last - first))
    first, last = first - 0.15 * lack, last + 0.85 * lack
    span = last - first
    first -= 0.03 * span
    labels = [text_width(label) for pane in panes for _value, label in pane.ticks]
    left = max(EDGE + 12 + max(labels, default=0), 40)
    right = width - 12
    ahead = 0
    if last > present:
        ahead = plan_strokes.room_of_stop(planned, last, (right - left) // 4)
        if not ahead:
            last += 0.06 * span
    else:
        label = text_width(strokes.figures_words(holding)) + 20 if holding else 0
        ahead = max(label, 28) if label <= (right - left) // 3 else 28
    return TimeAxis(first, left, right, (right - left - ahead) / (last - first), zone)


def _has_clock_times(live: Sequence[StepRecord]) -> bool:
    return any(step.effective.time is not None for step in live)


def write_present(canvas: Canvas, label: str, width: int) -> None:
    """Over its line, or held by the edge that is near: in a wider font it grows inwards."""
    half = text_width(label) // 2 + 1
    x, anchor = canvas.x_now, "middle"
    if x + half > width - EDGE:
        x, anchor = width - EDGE, "end"
    elif x - half < EDGE:
        x, anchor = EDGE, "start"
    canvas.room.write(Text("todayt", x, FIRST_LINE, label, anchor))


def lane_of_singles(
    canvas: Canvas, live: Sequence[StepRecord], route: str, width: int
) -> list[Below]:
    singles = markers(timeline.single_doses(live), canvas.axis, width - EDGE)
    if not singles:
        return []
    label = _("%(route)s: single doses") % {"route": route}
    return [(label, lambda top: _draw_singles(canvas, singles, top))]


def lanes_below(canvas: Canvas, lanes: Sequence[Lane], width: int) -> list[Below]:
    """What of some lanes lies on the axis; those without anything there are left out."""

    def drawer(lane: Lane) -> Callable[[int], int]:
        return lambda top: draw_lane(canvas, lane, top, width)

    on_axis = (within(lane, canvas.axis) for lane in lanes)
    return [(lane.heading, drawer(lane)) for lane in on_axis if lane.bars or lane.series]


def _lanes_of_plans(
    canvas: Canvas, plans: Plans, planned: Sequence[Laid], width: int
) -> list[Below]:
    """What the present version plans beside its line, and the copies that were given out."""
    lanes: list[Below] = []
    present = next((track for track in planned if track.track.is_present), None)
    if present and (present.beside or present.undated):
        rows = plan_strokes.beside_line(canvas, present, width - EDGE)
        lanes.append(
            (
                _("Planned beside the line, %(version)s") % {"version": present.track.name},
                lambda top: plan_strokes.draw_beside(canvas, present, rows, top, EDGE),
            )
        )
    if copies := plan_strokes.shown_copies(plans):
        label = _("On paper, with the patient")
        lanes.append((label, lambda top: plan_strokes.draw_copies(canvas, copies, top)))
    return lanes


def _stack(canvas: Canvas, panes: Sequence[Plot], lanes: Sequence[Below]) -> tuple[int, int]:
    """Place the panels one above the other, the lanes last; returns their top and foot."""
    today = canvas.room.texts[0]
    label = Text("ax", EDGE, FIRST_LINE, panes[0].label if panes else lanes[0][0])
    if label.box.meets([today.box._replace(left=today.box.left - AIR)]):
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
        foot = draw_below(y + HEADER)
        label = label._replace(y=foot + GAP + FIRST_LINE)
    return top + 8, foot


def height_of_words(canvas: Canvas, pane: Plot) -> int:
    taken = [part for part in pane.panel.stretches if part.basis is not None]
    most = max(len(strokes.words_in(part, canvas.span(part))) for part in taken)
    return pane.height + max(0, most - 1) * LEADING


def _draw_singles(canvas: Canvas, singles: Sequence[Marker], top: int) -> int:
    """Draw the markers of single doses with their words; returns where their lane ends."""
    for marker in singles:
        y = top + marker.row * ROW + ROW // 2
        canvas.line("soft", marker.x, y, min(marker.known_by, canvas.axis.right), y)
        canvas.pens["single" if marker.at <= canvas.now else "single ahead"].shape(
            f"M{marker.x} {y - HALF}l{HALF} {HALF}l-{HALF} {HALF}l-{HALF}-{HALF}z"
        )
        if marker.words:
            canvas.room.write(Text("singlet", marker.words_x, y + 4, marker.words, marker.anchor))
    return top + (max(marker.row for marker in singles) + 1) * ROW + 4


def draw_time(
    canvas: Canvas, top: int, foot: int, *, with_hours: bool, has_present: bool = True
) -> int:
    """Draw the time axis, today and the ground of what is ahead; returns where they end."""
    pens, axis = canvas.pens, canvas.axis
    if has_present:
        pens["future"].rectangle(canvas.x_now, top, axis.right, foot)
        pens["today"].line(canvas.x_now, FIRST_LINE + 6, canvas.x_now, foot)
        canvas.room.draw(canvas.x_now, FIRST_LINE + 6, canvas.x_now, foot)
    pens["base"].line(axis.left, foot, axis.right, foot)
    lines = 1
    for tick in axis.ticks(with_hours):
        x = axis.x(tick.at)
        pens["base"].line(x, foot, x, foot + 6)
        canvas.room.write_if_free(Text("ax", x, foot + 20, tick.label, "middle"))
        if tick.second:
            lines = 2
            canvas.room.write_if_free(Text("ax", x, foot + 36, tick.second, "middle"))
    return foot + 8 + lines * 16


def draw_key(canvas: Canvas, entries: Sequence[KeyEntry], top: int, width: int) -> int:
    """Explain what was drawn, with the same pens; returns the height of the picture."""
    x, y = EDGE, top + (KEY_ROW if entries else 0)
    for draw_swatch, label in entries:
        swatch = SWATCH + 8 if draw_swatch else 0
        if x + swatch + text_width(label) > width - EDGE:
            x, y = EDGE, y + KEY_ROW
        if draw_swatch:
            draw_swatch(x, y - 4)
        y = canvas.room.write_lines(Text("ax", x + swatch, y, label))
        x += swatch + text_width(label) + KEY_GAP
    return y + 8


def key_of(canvas: Canvas, panes: Sequence[Plot], version: str) -> list[KeyEntry]:
    """What was drawn in the panels; `version` names the plan that holds, where there is one."""
    pens = canvas.pens
    bases = [basis for pane in panes for basis in pane.panel.bases]

    def line(css: str) -> Swatch:
        return lambda x, y: pens[css].line(x, y, x + SWATCH, y)

    def area(css: str) -> Swatch:
        return lambda x, y: pens[css].rectangle(x, y - 6, x + SWATCH, y + 6)

    def bar(css: str) -> Swatch:
        return lambda x, y: pens[css].line(x + SWATCH // 2, y - 8, x + SWATCH // 2, y + 8)

    def bars(x: int, y: int) -> None:
        for step in range(0, SWATCH + 1, plan_strokes.PAUSE_LINES):
            pens["paused"].line(x + step, y - 6, x + step, y + 6)

    planned = _("Planned, signed %(version)s") % {"version": version}
    entries = (
        ("recorded" in pens, line("recorded"), _("Recorded")),
        ("ahead" in pens, line("ahead"), _("Recorded, not yet begun")),
        ("soft" in pens, line("soft"), _("Begun at some time in this month or year")),
        ("range" in pens, area("range"), _("From the lowest to the highest figure as written")),
        ("withheld" in pens, area("withheld"), _("Withheld")),
        ("end" in pens, bar("end"), _("Stopped")),
        (bool(version) and "planned" in pens, line("planned"), planned),
        (not version and "planned" in pens, line("planned"), _("Planned, signed")),
        ("planned end" in pens, bar("planned end"), _("Stops (planned)")),
        ("older" in pens, line("older"), _("Planned in other versions")),
        ("paused" in pens, bars, _("Plan paused")),
        (any(b.kind == "day" for b in bases), None, _("Totals are sums of the amounts written.")),
    )
    return [(swatch, label) for present, swatch, label in entries if present]
