"""Draws what a panel holds: lines of figures, bands of words, withholding, stopping."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from titration import wording
from titration.chart.labels import Box, Room, Text, text_width
from titration.chart.panels import FIGURES, Stretch, without_typed_text
from titration.chart.picture import Pens
from titration.chart.plots import Plot
from titration.chart.time_axis import TimeAxis
from titration.dosing import Basis
from titration.timeline import STOPPED, WITHHELD

LEAST_WIDTH = 2
CROWDED = 12


@dataclass(slots=True)
class Canvas:
    """What is drawn on, and where the present is.

    `labels` are words that may go to any of several places: they are placed once every stroke
    is drawn, and left out when no place is free.
    """

    pens: Pens
    room: Room
    axis: TimeAxis
    now: float
    x_now: float
    labels: list[Sequence[Text]] = field(default_factory=list)

    def extent(self, stretch: Stretch) -> tuple[float, float]:
        """From where to where a stretch is drawn: an open one until today, or on if it is ahead."""
        start = self.axis.x(stretch.start)
        if stretch.end is not None:
            return start, self.axis.x(stretch.end)
        return start, self.x_now if stretch.start <= self.now else self.axis.right

    def pieces(self, stretch: Stretch) -> list[tuple[float, float, str]]:
        """A stretch cut up by how it is drawn: begun at some time in it, recorded, ahead."""
        start, end = self.extent(stretch)
        sure = min(self.axis.x(stretch.known_by), end)
        begun = min(max(self.x_now, sure), end)
        cut = ((start, sure, "soft"), (sure, begun, "recorded"), (begun, end, "ahead"))
        return [piece for piece in cut if piece[0] < piece[1]]

    def line(self, css: str, x0: float, y0: float, x1: float, y1: float, upper: bool) -> None:
        pen = self.pens.upper(css) if upper else self.pens[css]
        pen.line(x0, y0, x1, y1)
        self.room.draw(Box(x0 - 2, min(y0, y1) - 3, x1 + 2, max(y0, y1) + 3))

    def band(self, css: str, stretch: Stretch, top: float, bottom: float) -> tuple[float, float]:
        """Fill a stretch between two heights, wide enough to be seen; its part ahead apart."""
        start, end = self.extent(stretch)
        end = max(end, start + LEAST_WIDTH)
        begun = min(max(self.x_now, start), end) if stretch.start <= self.now else start
        if stretch.start <= self.now and begun - start < LEAST_WIDTH:
            begun = end
        if start < begun:
            self.pens[css].rectangle(start, top, begun, bottom)
        if begun < end:
            self.pens[f"{css} ahead"].rectangle(begun, top, end, bottom)
        sure = min(self.axis.x(stretch.known_by), end)
        self.line("soft", start, top, sure, top, upper=False)
        return start, end


def draw_panel(canvas: Canvas, plot: Plot, dot: str) -> None:
    """Draw the stretches of one panel; `dot` is the class of a point where a dose begins."""
    canvas.room.write(Text("ax", 4, plot.top - plot.header, plot.label))
    if plot.panel.kind == FIGURES:
        _draw_scale(canvas, plot)
    before: Stretch | None = None
    for stretch in plot.panel.stretches:
        joined = before if before is not None and before.end == stretch.start else None
        if stretch.state == STOPPED:
            y = _draw_stop(canvas, plot, stretch, joined)
        elif stretch.state == WITHHELD:
            y = _draw_withheld(canvas, plot, stretch)
        elif plot.panel.kind == FIGURES:
            y = _draw_figures(canvas, plot, stretch, joined, dot)
        else:
            y = _draw_words(canvas, plot, stretch)
        if stretch.known_by > stretch.start:
            _label_start(canvas, stretch, y)
        before = stretch


def _draw_scale(canvas: Canvas, plot: Plot) -> None:
    left, right = canvas.axis.left, canvas.axis.right
    for value, label in plot.ticks:
        y = plot.y(value)
        canvas.pens["grid"].line(left, y, right, y)
        canvas.room.write(Text("ax", left - 10, round(y + 4, 1), label, "end"))
    canvas.pens["base"].line(left, plot.base, right, plot.base)


def _draw_figures(
    canvas: Canvas, plot: Plot, stretch: Stretch, joined: Stretch | None, dot: str
) -> float:
    """A line at the figure, joined to the one before; for a range a band between two lines."""
    low, high = plot.y(stretch.low), plot.y(stretch.high)
    start, end = canvas.extent(stretch)
    pieces = canvas.pieces(stretch)
    first = pieces[0][2] if pieces else "recorded" if stretch.start <= canvas.now else "ahead"
    from_low, from_high = low, high
    if joined is not None and joined.basis is not None:
        from_low, from_high = plot.y(joined.low), plot.y(joined.high)
    is_range = low != high
    for y, y_before, upper in ((low, from_low, False), (high, from_high, True)):
        if upper and not is_range and from_low == from_high:
            continue
        canvas.line(first, start, y_before, start, y, upper)
        if upper and not is_range:
            continue
        for x0, x1, css in pieces:
            canvas.line(css, x0, y, x1, y, upper)
        begins = first == "recorded"
        canvas.pens[dot if begins else "dot"].point(start, y)
        if not begins:
            canvas.pens["hole"].point(start, y)
    begun = min(end, canvas.x_now)
    if start < begun:
        canvas.pens["area"].rectangle(start, low, begun, plot.base)
    if is_range and start < end:
        canvas.pens["range"].rectangle(start, high, end, low)
    return high


def _draw_withheld(canvas: Canvas, plot: Plot, stretch: Stretch) -> float:
    """A hatched band without a value; its word inside, or above when the band is narrow."""
    start, end = canvas.band("withheld", stretch, plot.top, plot.base)
    canvas.labels.append(list(_withheld_places(plot, start, end)))
    return plot.top


def _withheld_places(plot: Plot, start: float, end: float) -> Iterator[Text]:
    label = _("Withheld")
    middle = round((start + end) / 2, 1)
    if text_width(label) + 8 <= end - start:
        yield Text("withheldt", middle, round(plot.middle + 4, 1), label, "middle")
        return
    above = plot.top - 5
    yield Text("withheldt", middle, above, label, "middle")
    yield Text("withheldt", start, above, label)
    yield Text("withheldt", end, above, label, "end")


def _draw_stop(canvas: Canvas, plot: Plot, stretch: Stretch, joined: Stretch | None) -> float:
    """A bar that ends the line, or the band, with its word beside it."""
    x = canvas.axis.x(stretch.start)
    top, bottom = plot.middle - 12, plot.middle + 12
    if plot.panel.kind == FIGURES and joined is not None and joined.basis is not None:
        top, bottom = plot.y(joined.high) - 10, plot.y(joined.low) + 10
    canvas.pens["end"].line(x, round(top, 1), x, round(bottom, 1))
    canvas.room.draw(Box(x - 2, top, x + 2, bottom))
    y = round((top + bottom) / 2, 1)
    sure = min(canvas.axis.x(stretch.known_by), canvas.extent(stretch)[1])
    canvas.line("soft", x, y, sure, y, upper=False)
    canvas.labels.append(list(_stop_places(canvas, stretch, x, y, top, bottom)))
    return top


def _stop_places(
    canvas: Canvas, stretch: Stretch, x: float, y: float, top: float, bottom: float
) -> Iterator[Text]:
    when = {"when": wording.effective_words(stretch.step.effective)}
    dated = _("Stopped %(when)s") if stretch.start <= canvas.now else _("Stops %(when)s")
    for label in (dated % when, _("Stopped")):
        yield Text("endt", x + 8, y + 4, label)
        yield Text("endt", x - 8, y + 4, label, "end")
        yield Text("endt", x, top - 6, label, "middle")
        yield Text("endt", x, bottom + 14, label, "middle")
        if stretch.start > canvas.now:
            return


def _draw_words(canvas: Canvas, plot: Plot, stretch: Stretch) -> float:
    """A flat band with the dose in words, or with fewer of them when it is narrow."""
    start, end = canvas.band("words", stretch, plot.top, plot.base)
    assert stretch.basis is not None
    label = wording.basis_label(stretch.basis)
    full = wording.dosage_words(without_typed_text(part) for part in stretch.step.components)
    canvas.labels.append(
        [
            Text("wordst", start + 7, round(plot.middle + 4, 1), choice)
            for choice in (full, label)
            if text_width(choice) + 12 <= end - start
        ]
    )
    return plot.top


def _label_start(canvas: Canvas, stretch: Stretch, y: float) -> None:
    """Say in which month or year it began."""
    label = wording.effective_words(stretch.step.effective)
    x = canvas.axis.x(stretch.start)
    if stretch.state != STOPPED:
        canvas.labels.append(
            [
                Text("note", x + 4, round(y - 9, 1), label),
                Text("note", x + 6, round(y + 19, 1), label),
                Text("note", x - 6, round(y + 4, 1), label, "end"),
                Text("note", x, round(y - 9, 1), label, "middle"),
            ]
        )


def label_holding(canvas: Canvas, plots: Sequence[Plot], holding: Stretch) -> None:
    """Write the figure that holds today beside the end of its line."""
    basis = holding.basis
    plot = next(plot for plot in plots if any(part is holding for part in plot.panel.stretches))
    y = (plot.y(holding.low) + plot.y(holding.high)) / 2
    label = holding_words(basis)
    canvas.labels.insert(
        0,
        [Text("val", canvas.x_now + 8, round(y + shift, 1), label) for shift in (4, -9, 19)],
    )


def holding_words(basis: Basis) -> str:
    return wording.range_words(basis.low, basis.high, basis.unit)


def draw_links(canvas: Canvas, stretches: Sequence[Stretch], plots: Sequence[Plot]) -> None:
    """Lead the eye from panel to panel where a dose goes on in another basis or unit."""
    plot_of = {id(part): plot for plot in plots for part in plot.panel.stretches}
    for before, after in zip(stretches, stretches[1:], strict=False):
        source, target = plot_of[id(before)], plot_of[id(after)]
        if source is target or before.basis is None or after.basis is None:
            continue
        x = canvas.axis.x(after.start)
        down = source.top < target.top
        canvas.pens["link"].line(x, _edge(source, before, down), x, _edge(target, after, not down))


def _edge(plot: Plot, stretch: Stretch, below: bool) -> float:
    if plot.panel.kind == FIGURES:
        return plot.y(stretch.low if below else stretch.high)
    return plot.base if below else plot.top
