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
    """A panel with its place; `ticks` are the figures written beside its axis."""

    panel: Panel
    label: str
    height: int
    peak: float = 0
    ticks: list[tuple[Decimal, str]] = field(default_factory=list)
    top: float = 0
    header: float = 0

    @property
    def base(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    def y(self, value: Decimal) -> float:
        """The height of a figure above the base, which stands for zero."""
        return round(self.base - self._rise(value), 1)

    def _rise(self, value: Decimal) -> float:
        return float(value) / self.peak * (self.height - HEADROOM) if self.peak else 0.0

    def choose_ticks(self, first: Sequence[Decimal]) -> None:
        """Label plotted figures only: `first` before all, then those that find room."""
        figures = [part for part in self.panel.stretches if part.basis is not None]
        plotted = {value: None for part in figures for value in (part.low, part.high)}
        self.peak = float(max(plotted))
        unit = self.panel.bases[0].unit
        rises: list[float] = []
        for value in (*first, max(plotted), min(plotted), *plotted):
            rise = self._rise(value)
            if value in plotted and all(abs(rise - other) >= TICK_GAP for other in rises):
                rises.append(rise)
                self.ticks.append((value, wording.range_words(value, None, unit)))


def plots(panels: Sequence[Panel], route: str, width: int, holding: Stretch | None) -> list[Plot]:
    """The panels with labels, heights and ticks, not yet placed one above the other.

    `holding` is the stretch of figures that holds now: its figures are labelled before others.
    """
    count = sum(panel.kind == FIGURES for panel in panels)
    heights = (170, 125, 105) if width < NARROW_BELOW else (220, 150, 120)
    plots = []
    for panel in panels:
        plot = Plot(panel, axis_label(panel, route), LANE)
        if panel.kind == FIGURES:
            plot.height = heights[min(count, 3) - 1]
            held = holding is not None and holding in panel.stretches
            plot.choose_ticks((holding.low, holding.high) if held else ())
        plots.append(plot)
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
