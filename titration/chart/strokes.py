"""Draws what a panel holds: lines of figures, bands of words, withholding, stopping."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from titration import wording
from titration.chart.labels import LEADING, Room, Text, broken, text_width
from titration.chart.panels import FIGURES, Stretch, without_typed_text
from titration.chart.picture import Pen
from titration.chart.plots import Plot
from titration.chart.time_axis import TimeAxis
from titration.dosing.totals import WORDS
from titration.timeline import STOPPED, WITHHELD

LEAST_WIDTH = 2
MOST_LINES = 5
PADDING = 6
CROWDED = 12

Figures = tuple[Decimal, Decimal]


@dataclass(slots=True)
class Canvas:
    """What is drawn on, and where the present is.

    `labels` are words that may go to any of several places: they are placed once every stroke
    is drawn, and left out when no place is free. `asides` come after them, and are left out when
    no place is clear of strokes too.
    """

    pens: defaultdict[str, Pen]
    room: Room
    axis: TimeAxis
    now: float
    x_now: int
    labels: list[Sequence[Text]] = field(default_factory=list)
    asides: list[Sequence[Text]] = field(default_factory=list)

    def span(self, stretch: Stretch) -> "Span":
        """Where a stretch is drawn: an open one until today, or on to the end if it is ahead."""
        is_ahead = stretch.start > self.now
        start = sure = self.axis.x(stretch.start)
        if stretch.end is not None:
            end = self.axis.x(stretch.end)
        else:
            end = self.axis.right if is_ahead else self.x_now
        if stretch.known_by != stretch.start:
            sure = min(self.axis.x(stretch.known_by), end)
        begun = end if end <= self.x_now else max(self.x_now, sure)
        return Span(start, sure, begun, end, is_ahead)

    def line(self, css: str, x0: int, y0: int, x1: int, y1: int) -> None:
        """Draw a line that words keep clear of; one without length is none."""
        if (x0, y0) != (x1, y1):
            self.pens[css].line(x0, y0, x1, y1)
            self.room.draw(x0, y0, x1, y1)

    def band(self, css: str, span: "Span", top: int, bottom: int) -> None:
        """Fill a span, wide enough to be seen; what is ahead of today is filled apart."""
        end = max(span.end, span.start + LEAST_WIDTH)
        begun = span.start if span.is_ahead else max(span.begun, span.start + LEAST_WIDTH)
        if span.start < begun:
            self.pens[css].rectangle(span.start, top, begun, bottom)
        if begun < end:
            self.pens[f"{css} ahead"].rectangle(begun, top, end, bottom)
        self.room.draw(span.start, top + 4, span.start, bottom)
        self.line("soft", span.start, top, span.sure, top)


class Span(NamedTuple):
    """A stretch in pixels: it began between `start` and `sure`; from `begun` on it is ahead."""

    start: int
    sure: int
    begun: int
    end: int
    is_ahead: bool

    @property
    def pieces(self) -> list[tuple[int, int, str]]:
        """Its parts by how they are drawn; the first says how its beginning is."""
        start, sure, begun, end, is_ahead = self
        if start == sure and begun == end and not is_ahead:
            return [(start, end, "recorded")]
        parts = [(start, sure, "soft"), (sure, begun, "recorded"), (begun, end, "ahead")]
        return [part for part in parts if part[0] < part[1]] or [(start, end, "ahead")]


def draw_panel(canvas: Canvas, plot: Plot, dot: str) -> None:
    """Draw the stretches of one panel; `dot` is the class of a point where a dose begins."""
    if plot.panel.kind == FIGURES:
        _draw_scale(canvas, plot)
    withheld = _("Withheld")
    before: Stretch | None = None
    for stretch in plot.panel.stretches:
        span = canvas.span(stretch)
        joined = before.figures if before and before.end == stretch.start else None
        if stretch.state == STOPPED:
            y = _draw_stop(canvas, plot, stretch, span, joined)
        elif stretch.state == WITHHELD:
            y = _draw_withheld(canvas, plot, span, withheld)
        elif stretch.figures:
            y = _draw_figures(canvas, plot, span, stretch.figures, joined, dot)
        else:
            y = _draw_words(canvas, plot, stretch, span)
        if stretch.known_by > stretch.start and stretch.state != STOPPED:
            _label_start(canvas, stretch, span.start, y)
        before = stretch


def _draw_scale(canvas: Canvas, plot: Plot) -> None:
    left, right = canvas.axis.left, canvas.axis.right
    for value, label in plot.ticks:
        y = plot.y[value]
        canvas.pens["grid"].line(left, y, right, y)
        canvas.room.write(Text("ax", left - 10, y + 4, label, "end"))
    canvas.pens["base"].line(left, plot.base, right, plot.base)


def _draw_figures(
    canvas: Canvas, plot: Plot, span: Span, figures: Figures, joined: Figures | None, dot: str
) -> int:
    """A line at the figure, joined to the one before; for a range a band between two lines."""
    low, high = plot.y[figures[0]], plot.y[figures[1]]
    pieces = span.pieces
    first = pieces[0][2]
    ys = [low]
    if low != high:
        ys.append(high)
        canvas.pens["range"].rectangle(span.start, high, span.end, low)
    low_before, high_before = low, high
    if joined:
        low_before, high_before = plot.y[joined[0]], plot.y[joined[1]]
    top, bottom = min(high, high_before), max(low, low_before)
    # From where the pen is, so that the corner is whole.
    y0, y1 = (top, bottom) if top == high_before else (bottom, top)
    canvas.line(first, span.start, y0, span.start, y1)
    for y in ys:
        for x0, x1, css in pieces:
            canvas.line(css, x0, y, x1, y)
        if span.start <= canvas.axis.left:  # it began before the axis does
            continue
        canvas.pens[dot if first == "recorded" else "dot"].point(span.start, y)
        if first != "recorded":
            canvas.pens["hole"].point(span.start, y)
    if span.start < span.begun:
        canvas.pens["area"].rectangle(span.start, low, span.begun, plot.base)
    return high


def _draw_withheld(canvas: Canvas, plot: Plot, span: Span, label: str) -> int:
    """A hatched band without a value; its label inside, or above when the band is narrow."""
    canvas.band("withheld", span, plot.top, plot.base)
    canvas.labels.append(list(_withheld_places(plot, span.start, span.end, label)))
    return plot.top


def _withheld_places(plot: Plot, start: int, end: int, label: str) -> Iterator[Text]:
    middle = (start + end) // 2
    if text_width(label) + 8 <= end - start:
        yield Text("withheldt", middle, plot.middle + 4, label, "middle")
        return
    above = plot.top - 5
    yield Text("withheldt", middle, above, label, "middle")
    yield Text("withheldt", start, above, label)
    yield Text("withheldt", end, above, label, "end")
    # Beside a narrow band that the present crosses, rather than over its line.
    yield Text("withheldt", start - 4, above, label, "end")
    yield Text("withheldt", end + 4, above, label)


def _draw_stop(
    canvas: Canvas, plot: Plot, stretch: Stretch, span: Span, joined: Figures | None
) -> int:
    """A bar that ends the line, or the band, with its word beside it."""
    x = span.start
    top, bottom = plot.middle - 12, plot.middle + 12
    if joined:
        top, bottom = plot.y[joined[1]] - 10, plot.y[joined[0]] + 10
    canvas.line("end", x, top, x, bottom)
    y = (top + bottom) // 2
    canvas.line("soft", x, y, span.sure, y)
    canvas.labels.append(list(_stop_places(canvas, plot, stretch, x, y, top, bottom)))
    return top


def _stop_places(
    canvas: Canvas, plot: Plot, stretch: Stretch, x: int, y: int, top: int, bottom: int
) -> Iterator[Text]:
    when = {"when": wording.effective_words(stretch.step.effective)}
    dated = _("Stopped %(when)s") if stretch.start <= canvas.now else _("Stops %(when)s")
    for label in (dated % when, _("Stopped")):
        yield Text("endt", x + 8, y + 4, label)
        if bottom + 18 <= plot.base:
            yield Text("endt", x, bottom + 14, label, "middle")
            yield Text("endt", x + 2, bottom + 14, label, "end")
        yield Text("endt", x, top - 6, label, "middle")
        yield Text("endt", x + 2, top - 6, label, "end")
        yield Text("endt", x - 8, y + 4, label, "end")
        if stretch.start > canvas.now:
            return


def _draw_words(canvas: Canvas, plot: Plot, stretch: Stretch, span: Span) -> int:
    """A flat band with the dose in words, whole or not at all."""
    canvas.band("words", span, plot.top, plot.base)
    lines = words_in(stretch, span)
    y = plot.middle + 4 - (len(lines) - 1) * LEADING // 2
    for line in lines:
        canvas.room.write(Text("wordst", span.start + PADDING, y, line))
        y += LEADING
    return plot.top


def words_in(stretch: Stretch, span: Span) -> list[str]:
    """The dose in words, broken into lines within its span; fewer words where there is no room."""
    room = span.end - span.start - 2 * PADDING
    label = wording.basis_label(stretch.basis or WORDS)
    if text_width(label) > room:
        return []
    parts = stretch.step.components
    if any(part.is_words for part in parts):
        return [label]
    dose = wording.dosage_words(map(without_typed_text, parts))
    lines = broken(dose, room)
    fits = len(lines) <= MOST_LINES and max(map(text_width, lines)) <= room
    return lines if fits else [label]


def _label_start(canvas: Canvas, stretch: Stretch, x: int, y: int) -> None:
    """Say in which month or year it began."""
    label = wording.effective_words(stretch.step.effective)
    canvas.labels.append(
        [
            Text("note", x + 4, y - 9, label),
            Text("note", x + 6, y + 19, label),
            Text("note", x - 6, y + 4, label, "end"),
            Text("note", x, y - 9, label, "middle"),
        ]
    )


def label_holding(canvas: Canvas, plots: Sequence[Plot], holding: Stretch) -> None:
    """Write the figure that holds today beside the end of its line, if that place is clear."""
    plot = next(plot for plot in plots if any(part is holding for part in plot.panel.stretches))
    y = sum(plot.y[figure] for figure in holding.figures or ()) // 2
    label = figures_words(holding)
    right = [Text("val", canvas.x_now + 8, y + shift, label) for shift in (4, -9, 19)]
    left = [Text("val", canvas.x_now - 8, y + shift, label, "end") for shift in (-9, 19)]
    canvas.room.place([*right, *left], only_if_clear=True)


def figures_words(stretch: Stretch) -> str:
    """The figure or range that is drawn, with its unit; nothing where there is none."""
    basis = stretch.basis
    if basis is None or basis.low is None:
        return ""
    return wording.range_words(basis.low, basis.high, basis.unit)


def draw_links(canvas: Canvas, stretches: Sequence[Stretch], plots: Sequence[Plot]) -> None:
    """Lead the eye from panel to panel where a dose goes on in another basis or unit."""
    plot_of = {id(part): plot for plot in plots for part in plot.panel.stretches}
    for before, after in pairwise(stretches):
        source, target = plot_of[id(before)], plot_of[id(after)]
        if source is not target and before.basis and after.basis:
            x = canvas.axis.x(after.start)
            is_down = source.top < target.top
            start, end = _edge(source, before, is_down), _edge(target, after, not is_down)
            canvas.pens["link"].line(x, start, x, end)


def _edge(plot: Plot, stretch: Stretch, below: bool) -> int:
    if stretch.figures:
        return plot.y[stretch.figures[0 if below else 1]]
    return plot.base if below else plot.top
