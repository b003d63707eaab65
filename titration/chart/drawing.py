"""Puts a timeline together from the top down: panels, single doses, time axis, key."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from titration import timeline, wording
from titration.chart import strokes
from titration.chart.labels import LEADING, Room, Text, text_width
from titration.chart.panels import FIGURES, WORDS, Stretch, panels
from titration.chart.picture import Chart, Pen, marks, words
from titration.chart.plots import Plot, plots
from titration.chart.singles import HALF, Marker, markers
from titration.chart.strokes import Canvas
from titration.chart.time_axis import DAY, HOUR, TimeAxis, moment, zone_of
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

# Draws the sample of an entry of the key at a place.
Swatch = Callable[[int, int], None]


def draw(
    live: Sequence[StepRecord],
    parts: Sequence[Stretch],
    *,
    title: str,
    route: str,
    now: datetime,
    width: int,
    prefix: str,
    is_today: bool,
) -> Chart:
    """Draw live steps, of which there is at least one; `parts` are their stretches."""
    present = now.timestamp()
    holding = _holding(parts, present)
    panes = plots(panels(parts), route, width, holding)
    axis = _time_axis(live, panes, holding, now, width)
    singles = markers(timeline.single_doses(live), axis, width - EDGE)
    room = Room(width)
    canvas = Canvas(defaultdict(Pen), room, axis, present, axis.x(present))

    label = _("Today %(date)s") if is_today else _("As known on %(date)s")
    _write_present(canvas, label % {"date": wording.date_words(now.date())}, width)
    top, foot = _stack(canvas, panes, singles, route)
    crowded = len(parts) * strokes.CROWDED > axis.right - axis.left
    for pane in panes:
        strokes.draw_panel(canvas, pane, "small dot" if crowded else "dot")
    if not crowded:
        strokes.draw_links(canvas, parts, panes)
    height = _draw_time(canvas, top, foot, with_hours=_has_clock_times(live))
    if holding:
        strokes.label_holding(canvas, panes, holding)
    for choices in canvas.labels:
        room.place(choices, only_if_clear=crowded)
    height = _draw_key(canvas, panes, height, width)
    return Chart(
        prefix=prefix,
        title=_("%(title)s, recorded doses over time") % {"title": title},
        description=_("Step chart of the recorded doses. Every value is in the dose log."),
        width=width,
        height=height,
        marks=marks(canvas.pens, prefix),
        words=words(room.texts),
    )


def _holding(parts: Sequence[Stretch], present: float) -> Stretch | None:
    """The stretch of figures that holds now, if what holds now has figures."""
    begun = [part for part in parts if part.start <= present]
    return begun[-1] if begun and begun[-1].figures else None


def _time_axis(
    live: Sequence[StepRecord],
    panes: Sequence[Plot],
    holding: Stretch | None,
    now: datetime,
    width: int,
) -> TimeAxis:
    """From just before the first step to today, or past what is recorded ahead of it."""
    zone, present = zone_of(now), now.timestamp()
    first = min(moment(live[0].effective, zone), present)
    last = max(moment(live[-1].effective, zone), present)
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
        last += 0.06 * span
    else:
        label = text_width(strokes.figures_words(holding)) + 20 if holding else 0
        ahead = max(label, 28) if label <= (right - left) // 3 else 28
    return TimeAxis(first, left, right, (right - left - ahead) / (last - first), zone)


def _has_clock_times(live: Sequence[StepRecord]) -> bool:
    return any(step.effective.time is not None for step in live)


def _write_present(canvas: Canvas, label: str, width: int) -> None:
    """Over its line, or held by the edge that is near: in a wider font it grows inwards."""
    half = text_width(label) // 2 + 1
    x, anchor = canvas.x_now, "middle"
    if x + half > width - EDGE:
        x, anchor = width - EDGE, "end"
    elif x - half < EDGE:
        x, anchor = EDGE, "start"
    canvas.room.write(Text("todayt", x, FIRST_LINE, label, anchor))


def _stack(
    canvas: Canvas, panes: Sequence[Plot], singles: Sequence[Marker], route: str
) -> tuple[int, int]:
    """Place the panels one above the other, single doses last; returns their top and foot."""
    lane = _("%(route)s: single doses") % {"route": route}
    today = canvas.room.texts[0]
    label = Text("ax", EDGE, FIRST_LINE, panes[0].label if panes else lane)
    if label.box.meets([today.box]):
        label = label._replace(y=label.y + ROW)
    top = foot = label.y
    for pane in panes:
        y = canvas.room.write_lines(label._replace(words=pane.label))
        if pane.panel.kind == WORDS:
            pane.height = _height_of_words(canvas, pane)
        noted = any(part.state == WITHHELD for part in pane.panel.stretches)
        pane.place(y + HEADER + (NOTES if noted else 0))
        foot = pane.base if pane.panel.kind == FIGURES else pane.base + 8
        label = label._replace(y=foot + GAP + FIRST_LINE)
    if singles:
        y = canvas.room.write_lines(label._replace(words=lane))
        foot = _draw_singles(canvas, singles, y + HEADER)
    return top + 8, foot


def _height_of_words(canvas: Canvas, pane: Plot) -> int:
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


def _draw_time(canvas: Canvas, top: int, foot: int, *, with_hours: bool) -> int:
    """Draw the time axis, today and the ground of what is ahead; returns where they end."""
    pens, axis = canvas.pens, canvas.axis
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


def _draw_key(canvas: Canvas, panes: Sequence[Plot], top: int, width: int) -> int:
    """Explain what was drawn, with the same pens; returns the height of the picture."""
    entries = _key(canvas, panes)
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


def _key(canvas: Canvas, panes: Sequence[Plot]) -> list[tuple[Swatch | None, str]]:
    pens = canvas.pens
    bases = [basis for pane in panes for basis in pane.panel.bases]

    def line(css: str) -> Swatch:
        return lambda x, y: pens[css].line(x, y, x + SWATCH, y)

    def area(css: str) -> Swatch:
        return lambda x, y: pens[css].rectangle(x, y - 6, x + SWATCH, y + 6)

    def bar(x: int, y: int) -> None:
        pens["end"].line(x + SWATCH // 2, y - 8, x + SWATCH // 2, y + 8)

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
