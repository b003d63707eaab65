"""Panels with their place: label, height, and the figures written beside the axis."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from titration import wording
from titration.chart.panels import BARE, FIGURES, Panel, Stretch
from titration.dosing import Basis

HEADROOM = 20
LANE = 30
NARROW_BELOW = 600
TICK_GAP = 15


@dataclass(slots=True)
class Plot:
    """A panel with its place. `ticks` are the figures written beside its axis.

    `rises` is how far each figure stands above the base, which is zero; `y` is where that is.
    """

    panel: Panel
    label: str
    height: int
    ticks: list[tuple[Decimal, str]] = field(default_factory=list)
    rises: dict[Decimal, float] = field(default_factory=dict)
    y: dict[Decimal, int] = field(default_factory=dict)
    top: int = 0

    @property
    def base(self) -> int:
        return self.top + self.height

    @property
    def middle(self) -> int:
        return self.top + self.height // 2

    def place(self, top: int) -> None:
        """Say where it begins; only then its figures have heights."""
        self.top = top
        base = self.base
        self.y = {value: base - round(rise) for value, rise in self.rises.items()}

    def choose_ticks(self, first: Sequence[Decimal]) -> None:
        """Label plotted figures only: `first` before all, then those that find room."""
        recorded = [part.figures for part in self.panel.stretches if part.figures]
        planned = [part.figures for _track, parts in self.panel.planned for part in parts]
        pairs = dict.fromkeys([*recorded, *planned])
        plotted = dict.fromkeys(value for pair in pairs for value in pair)
        peak, unit = max(plotted), self.panel.bases[0].unit
        scale = (self.height - HEADROOM) / float(peak or 1)
        self.rises = {value: float(value) * scale for value in plotted}
        chosen: list[float] = []
        for value in (*first, peak, min(plotted), *self.rises):
            rise = self.rises[value]
            if all(abs(rise - other) >= TICK_GAP for other in chosen):
                chosen.append(rise)
                self.ticks.append((value, wording.range_words(value, None, unit)))


def plots(
    panels: Sequence[Panel],
    route: str,
    width: int,
    holding: Stretch | None,
    heights: Sequence[int] = (),
) -> list[Plot]:
    """The panels with labels, heights and ticks, not yet placed one above the other.

    `holding` is the stretch of figures that holds now: its figures are labelled before others.
    `heights` are those of one panel of figures, of two, and of more.
    """
    count = sum(panel.kind == FIGURES for panel in panels)
    heights = heights or ((170, 125, 105) if width < NARROW_BELOW else (220, 150, 120))
    plots = []
    for panel in panels:
        plot = Plot(panel, axis_label(panel, route), LANE)
        if panel.kind == FIGURES:
            plot.height = heights[min(count, 3) - 1]
            is_here = any(stretch is holding for stretch in panel.stretches)
            plot.choose_ticks(holding.figures or () if holding and is_here else ())
        plots.append(plot)
    labels = [plot.label for plot in plots]
    for plot in plots:
        if labels.count(plot.label) > 1:
            unit = wording.unit_words(plot.panel.bases[0].unit)
            plot.label = _("%(axis)s, in %(unit)s") % {"axis": plot.label, "unit": unit}
    return plots


def axis_label(panel: Panel, route: str) -> str:
    """What a panel shows, the route first: "By mouth: total per day"."""
    if panel.kind == BARE:
        return route
    basis = _labelling(panel.bases)
    words = {"route": route, "basis": wording.basis_label(basis)}
    if basis.leaves_out_as_needed and basis.kind != "as_needed":
        return _("%(route)s: %(basis)s, as-needed doses not counted") % words
    return _("%(route)s: %(basis)s") % words


def _labelling(bases: Sequence[Basis]) -> Basis:
    """The basis that speaks for all of a panel: words before as needed, else what is left out."""
    for basis in bases:
        if basis.kind == "words" or (basis.leaves_out_as_needed and basis.kind != "as_needed"):
            return basis
    return bases[0]
