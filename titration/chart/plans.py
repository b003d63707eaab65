"""What is drawn of plans beside the record: signed versions, pauses, copies given out.

A planned row with figures is a stretch in the panel of its written basis, as a recorded dose is.
What has no figure there (a row in words, a single dose) is a marker in a lane of its own, and what
has no date yet is said in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from titration.chart.singles import amounts_words
from titration.chart.time_axis import start_of
from titration.dosing import Basis, Component, basis
from titration.planning import Row


@dataclass(frozen=True, slots=True)
class Track:
    """One signed version on its days: `rows` in order, each with the day on which it starts.

    `is_present` is the version that holds; others are drawn faint, for comparison.
    """

    version: int
    rows: Sequence[tuple[Row, date | None]]
    is_present: bool = True

    @property
    def name(self) -> str:
        return _("v%(version)s") % {"version": self.version}


@dataclass(frozen=True, slots=True)
class Copy:
    """A version given to the patient; `until` is when they were told that it no longer holds."""

    version: int
    given_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Plans:
    """Everything of a regimen's plans that goes into its picture.

    `pauses` are from the day of pausing to that of going on, which is none while a plan is paused.
    """

    tracks: Sequence[Track] = ()
    pauses: Sequence[tuple[date, date | None]] = ()
    copies: Sequence[Copy] = ()

    @property
    def present(self) -> Track | None:
        return next((track for track in self.tracks if track.is_present), None)

    @property
    def older(self) -> list[Track]:
        return [track for track in self.tracks if not track.is_present]


NONE = Plans()


class PlannedStretch(NamedTuple):
    """A planned dose in seconds since 1970; `end` is none when no dated row comes after it.

    `figures` are the lower and the higher one, as of a recorded stretch. `stops` says that the row
    which ends it stops the medicine.
    """

    start: float
    end: float | None
    basis: Basis
    figures: tuple[Decimal, Decimal]
    stops: bool


class Beside(NamedTuple):
    """A planned row that has a date and no figure in a panel: when, and the words beside it."""

    at: float
    words: str
    is_single: bool


@dataclass(slots=True)
class Laid:
    """A track on the time axis: its stretches, and what stands beside them."""

    track: Track
    stretches: list[PlannedStretch] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
    stops: list[tuple[float, date]] = field(default_factory=list)
    undated: list[int] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)


def laid(plans: Plans, zone: tzinfo) -> list[Laid]:
    """The tracks of a picture on its time axis, the present one last, so that it is on top."""
    ordered = sorted(plans.tracks, key=lambda track: track.is_present)
    bases: dict[tuple[int, ...], Basis] = {}
    return [_laid(track, zone, bases) for track in ordered]


def _laid(track: Track, zone: tzinfo, bases: dict[tuple[int, ...], Basis]) -> Laid:
    found = Laid(track)
    held: tuple[float, Basis, tuple[Decimal, Decimal]] | None = None
    for place, (row, day) in enumerate(track.rows):
        if day is None:
            found.undated.append(place)
            continue
        at = start_of(day, zone)
        found.moments.append(at)
        if row.kind in ("words", "single"):
            found.beside.append(_beside(row, place, at))
            if row.kind == "words" and held:  # from here on no figure says what is to be taken
                found.stretches.append(PlannedStretch(held[0], at, *held[1:], False))
                held = None
            continue
        if held:
            found.stretches.append(PlannedStretch(held[0], at, *held[1:], row.kind == "stop"))
        is_drawn, held = bool(held), None
        if row.kind == "stop":
            found.stops.append((at, day))
            if not is_drawn:
                found.beside.append(Beside(at, _("Stop"), False))
        else:
            dose = _basis(row.components, bases)
            if dose.low is None:
                found.beside.append(Beside(at, _row(place), False))
            else:
                held = at, dose, (dose.low, dose.low if dose.high is None else dose.high)
    if held:
        found.stretches.append(PlannedStretch(held[0], None, *held[1:], False))
    return found


def _basis(parts: tuple[Component, ...], bases: dict[tuple[int, ...], Basis]) -> Basis:
    """As `dosing.basis`; a long plan comes back to few doses, read as the same objects.

    From which day a pattern of days is counted makes no difference to it.
    """
    known = tuple(map(id, parts))
    return bases.get(known) or bases.setdefault(known, basis(parts))


def _row(place: int) -> str:
    return _("Row %(row)s") % {"row": place + 1}


def _beside(row: Row, place: int, at: float) -> Beside:
    if row.kind == "words":
        return Beside(at, _("Row %(row)s, in words") % {"row": place + 1}, False)
    return Beside(at, amounts_words(row.components), True)


def undated_words(places: Iterable[int]) -> str:
    """Which rows have no date yet: "Rows 4 to 6 have no date until a review is recorded."."""
    spans: list[list[int]] = []
    for place in places:
        if spans and spans[-1][1] == place - 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    if not spans:
        return ""
    if len(spans) == 1 and spans[0][0] == spans[0][1]:
        return _("Row %(row)s has no date until a review is recorded.") % {"row": spans[0][0] + 1}
    named = [
        str(first + 1)
        if first == last
        else _("%(first)s to %(last)s") % {"first": first + 1, "last": last + 1}
        for first, last in spans
    ]
    return _("Rows %(rows)s have no date until a review is recorded.") % {
        "rows": pgettext("between row numbers", ", ").join(named)
    }
