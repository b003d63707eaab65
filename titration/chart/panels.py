"""What is to be drawn: stretches of time under one instruction, sorted into panels.

A panel holds figures of one written basis and unit, so that heights in it may be compared: 25 mg
on alternate days never stands as high as 25 mg per day. What has no single figure goes into a
lane of words. Withholding and stopping stand in the panel of the dose that they end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from titration import timeline
from titration.chart.plans import Laid, PlannedStretch
from titration.chart.time_axis import end_of_interval, moment
from titration.dosing import TEXTS, Basis, Component, basis
from titration.timeline import StepRecord

FIGURES, WORDS, BARE = "figures", "words", "bare"


class Stretch(NamedTuple):
    """A stretch under one instruction, in seconds since 1970.

    It began between `start` and `known_by`, which differ when only the month or year is known;
    `end` is none when nothing came after. `basis` is none while nothing is taken; `figures` are
    the lower and the higher one that are drawn, twice the same without a range.
    """

    step: StepRecord
    state: str
    start: float
    known_by: float
    end: float | None
    basis: Basis | None
    figures: tuple[Decimal, Decimal] | None


@dataclass(slots=True)
class Panel:
    """Stretches on one axis: of figures in one basis and unit, of words, or of states alone.

    `planned` are planned doses on the same axis, each with the version that plans it.
    """

    kind: str
    bases: list[Basis] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    planned: list[tuple[Laid, list[PlannedStretch]]] = field(default_factory=list)


def stretches(live: Sequence[StepRecord], zone: tzinfo) -> list[Stretch]:
    """What each instruction of `live` (as `live_steps` orders it) is drawn as."""
    segments = timeline.segments(live)
    starts = [moment(segment.start, zone) for segment in segments]
    ends = [*starts[1:], None]
    bases: dict[tuple[int, ...], Basis] = {}
    found = []
    for segment, start, end in zip(segments, starts, ends, strict=False):
        is_day = segment.start.precision == "day"
        known_by = start if is_day else end_of_interval(segment.start, zone)
        dose = figures = None
        if segment.state == timeline.TAKING:
            parts = segment.step.components
            # A long log comes back to few doses, whose parts are read as the same objects.
            known = tuple(map(id, parts))
            dose = bases.get(known) or bases.setdefault(known, basis(parts))
            if dose.low is not None:
                figures = (dose.low, dose.low if dose.high is None else dose.high)
        found.append(Stretch(segment.step, segment.state, start, known_by, end, dose, figures))
    return found


def panels(parts: Sequence[Stretch], plans: Sequence[Laid] = ()) -> list[Panel]:
    """Sort stretches into panels, those of figures first, each kind in order of appearance.

    Planned doses come after: they go to the panel of their basis, or to one of their own.
    """
    figures: dict[object, Panel] = {}
    words = Panel(WORDS)
    waiting: list[Stretch] = []
    last: Panel | None = None
    for part in parts:
        if part.basis is not None:
            axis = part.basis.axis
            if part.basis.low is None:
                last = words
            elif axis in figures:
                last = figures[axis]
            else:
                last = figures[axis] = Panel(FIGURES)
            last.bases.append(part.basis)
            last.stretches += waiting
            waiting = []
        if last is None:
            waiting.append(part)
        else:
            last.stretches.append(part)
    for track in plans:
        _add_planned(figures, track)
    if waiting and figures:
        next(iter(figures.values())).stretches += waiting
    found = [*figures.values(), *([words] if words.stretches else [])]
    return found or ([Panel(BARE, stretches=waiting)] if waiting else [])


def _add_planned(figures: dict[object, Panel], track: Laid) -> None:
    by_axis: dict[object, list[PlannedStretch]] = {}
    for stretch in track.stretches:
        by_axis.setdefault(stretch.basis.axis, []).append(stretch)
    for axis, planned in by_axis.items():
        panel = figures.setdefault(axis, Panel(FIGURES))
        panel.bases += [stretch.basis for stretch in planned]
        panel.planned.append((track, planned))


def without_typed_text(component: Component) -> Component:
    """A component without the words that a person typed: those stand in the log, not here."""
    nothing: dict[str, Any] = dict.fromkeys(TEXTS, "")
    return replace(component, **nothing)
