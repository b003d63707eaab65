"""Puts a timeline together from the top down: panels, single doses, time axis, key."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from titration import timeline, wording
from titration.chart import strokes
from titration.chart.labels import Box, Room, Text, text_width
from titration.chart.panels import FIGURES, Stretch, panels, stretches
from titration.chart.picture import Chart, Pens, marks, words
from titration.chart.plots import Plot, plots
from titration.chart.singles import HALF, Marker, markers
from titration.chart.strokes import Canvas
from titration.chart.time_axis import DAY, HOUR, TimeAxis, moment
from titration.timeline import WITHHELD, StepRecord

EDGE = 4
FIRST_LINE = 14
HEADER = 12
NOTES = 17
GAP = 10
ROW = 20
KEY_ROW = 22
KEY_GAP = 20
SWATCH = 22


def draw(
    live: Sequence[StepRecord], *, title: str, route: str, now: datetime, width: int, prefix: str
) -> Chart:
    """Draw the live steps, of which there is at least one."""
    assert now.tzinfo is not None, "the present moment is that of the clinic's zone"
    present = now.timestamp()
    parts = stretches(live, now.tzinfo)
    holding = _holding(parts, present)
    panes = plots(panels(parts), route, width, holding)
    axis = _time_axis(live, panes, holding, now, width)
    singles = markers(timeline.single_doses(live), axis, width - EDGE)
    room = Room(Box(0, 0, width, float("inf")))
    canvas = Canvas(Pens(), room, axis, present, axis.x(present))

    _write_today(canvas, now, width)
    top, foot = _stack(canvas, panes, singles, route)
    crowded = len(parts) * strokes.CROWDED > axis.right - axis.left
    for pane in panes:
        strokes.draw_panel(canvas, pane, "small dot" if crowded else "dot")
    strokes.draw_links(canvas, parts, panes)
    if holding:
        strokes.label_holding(canvas, panes, holding)
    height = _draw_time(canvas, top, foot)
    for choices in canvas.labels:
        room.place(choices)
    height = _draw_key(canvas, panes, height, width)
    return Chart(
        prefix=prefix,
        title=_("%(title)s: recorded doses over time") % {"title": title},
        description=_("Step chart of the recorded doses. Every value is in the dose log."),
        width=width,
        height=round(height),
        marks=marks(canvas.pens, prefix),
        words=words(room.texts),
    )


def _holding(parts: Sequence[Stretch], present: float) -> Stretch | None:
    """The stretch of figures that holds now, if what holds now has figures."""
    begun = [part for part in parts if part.start <= present]
    if begun and begun[-1].basis is not None and begun[-1].basis.low is not None:
        return begun[-1]
    return None


def _time_axis(
    live: Sequence[StepRecord],
    panes: Sequence[Plot],
    holding: Stretch | None,
    now: datetime,
    width: int,
) -> TimeAxis:
    """From just before the first step to today, or past what is recorded ahead of it."""
    zone, present = now.tzinfo, now.timestamp()
    assert zone is not None
    starts = [moment(step.effective, zone) for step in live]
    first, last = min(*starts, present), max(*starts, present)
    least = 6 * HOUR if any(step.effective.time for step in live) else 7 * DAY
    lack = max(0.0, least - (last - first))
    first, last = first - 0.15 * lack, last + 0.85 * lack
    span = last - first
    first -= 0.03 * span
    labels = [text_width(label) for pane in panes for _value, label in pane.ticks]
    left = round(max(EDGE + 12 + max(labels, default=0.0), 40.0))
    right = float(width - 12)
    ahead = 0.0
    if last > present:
        last += 0.06 * span
    else:
        ahead = 28.0
        if holding is not None and holding.basis is not None:
            ahead = text_width(strokes.holding_words(holding.basis)) + 20
    return TimeAxis(first, left, right, (right - left - ahead) / (last - first), zone)


def _write_today(canvas: Canvas, now: datetime, width: int) -> None:
    label = _("Today %(date)s") % {"date": wording.date_words(now.date())}
    half = text_width(label) / 2
    x = min(max(canvas.x_now, half + EDGE), width - half - EDGE)
    canvas.room.write(Text("todayt", round(x, 1), FIRST_LINE, label, "middle"))


def _stack(
    canvas: Canvas, panes: Sequence[Plot], singles: Sequence[Marker], route: str
) -> tuple[float, float]:
    """Place the panels one above the other, single doses last; returns their top and foot."""
    lane = _("%(route)s: single doses") % {"route": route}
    today = canvas.room.texts[0].box
    first = Text("ax", EDGE, FIRST_LINE, panes[0].label if panes else lane)
    y = FIRST_LINE + (18.0 if first.box.meets(today) else 0.0)
    top, foot = y + HEADER, y
    for pane in panes:
        noted = any(part.state == WITHHELD for part in pane.panel.stretches)
        pane.header = HEADER + (NOTES if noted else 0)
        pane.top = y + pane.header
        foot = pane.base if pane.panel.kind == FIGURES else pane.base + 8
        y = foot + GAP + FIRST_LINE
    if singles:
        canvas.room.write(first._replace(y=y, words=lane))
        foot = _draw_singles(canvas, singles, y + HEADER)
    return top, foot


def _draw_singles(canvas: Canvas, singles: Sequence[Marker], top: float) -> float:
    """Draw the markers of single doses with their words; returns where their lane ends."""
    for marker in singles:
        y = round(top + (marker.row + 0.5) * ROW, 1)
        canvas.pens["soft"].line(marker.x, y, marker.known_by, y)
        canvas.pens["single" if marker.at <= canvas.now else "single ahead"].shape(
            f"M{marker.x:g} {y - HALF:g}l{HALF} {HALF}l-{HALF} {HALF}l-{HALF}-{HALF}z"
        )
        if marker.words:
            canvas.room.write(Text("singlet", marker.words_x, y + 4, marker.words, marker.anchor))
    return top + (max(marker.row for marker in singles) + 1) * ROW + 4


def _draw_time(canvas: Canvas, top: float, foot: float) -> float:
    """Draw the time axis, today and the ground of what is ahead; returns where they end."""
    pens, axis = canvas.pens, canvas.axis
    pens["future"].rectangle(canvas.x_now, top, axis.right, foot)
    pens["today"].line(canvas.x_now, FIRST_LINE + 6, canvas.x_now, foot)
    pens["base"].line(axis.left, foot, axis.right, foot)
    lines = 1
    for tick in axis.ticks():
        x = axis.x(tick.at)
        pens["base"].line(x, foot, x, foot + 6)
        canvas.room.write(Text("ax", x, foot + 20, tick.label, "middle"))
        if tick.second:
            lines = 2
            canvas.room.write(Text("ax", x, foot + 36, tick.second, "middle"))
    return foot + 8 + lines * 16


def _draw_key(canvas: Canvas, panes: Sequence[Plot], top: float, width: int) -> float:
    """Explain what was drawn, with the same pens; returns the height of the picture."""
    x, y = float(EDGE), top + KEY_ROW
    for draw_swatch, label in _key(canvas, panes):
        swatch = SWATCH + 8 if draw_swatch else 0
        if x + swatch + text_width(label) > width - EDGE:
            x, y = float(EDGE), y + KEY_ROW
        if draw_swatch:
            draw_swatch(x, y - 4)
        canvas.room.write(Text("ax", x + swatch, y, label))
        x = round(x + swatch + text_width(label) + KEY_GAP)
    return y + 8


def _key(
    canvas: Canvas, panes: Sequence[Plot]
) -> list[tuple[Callable[[float, float], None] | None, str]]:
    pens = canvas.pens
    bases = [basis for pane in panes for basis in pane.panel.bases]

    def line(css: str) -> Callable[[float, float], None]:
        return lambda x, y: pens[css].line(x, y, x + SWATCH, y)

    def area(css: str) -> Callable[[float, float], None]:
        return lambda x, y: pens[css].rectangle(x, y - 6, x + SWATCH, y + 6)

    def bar(x: float, y: float) -> None:
        pens["end"].line(x + SWATCH / 2, y - 8, x + SWATCH / 2, y + 8)

    entries = (
        ("recorded" in pens, line("recorded"), _("Recorded")),
        ("ahead" in pens, line("ahead"), _("Recorded, not yet begun")),
        ("soft" in pens, line("soft"), _("Begun at some time in this month or year")),
        ("range" in pens, area("range"), _("From the lowest to the highest figure as written")),
        ("withheld" in pens, area("withheld"), _("Withheld")),
        ("end" in pens, bar, _("Stopped")),
        (any(b.kind == "day" for b in bases), None, _("Totals are sums of the amounts written.")),
    )
    return [(swatch, label) for present, swatch, label in entries if present]
