"""The lane of single doses: markers with their amounts beside them, in as many rows as it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from titration import wording
from titration.chart.labels import text_width
from titration.chart.time_axis import TimeAxis, end_of_interval, moment
from titration.dosing import Component
from titration.timeline import StepRecord

HALF = 6
MOST_ROWS = 6


@dataclass(frozen=True, slots=True)
class Marker:
    """A single dose at `x` in a row; its words stand right of it, or left at the right edge."""

    at: float
    x: int
    known_by: int
    row: int
    words: str
    anchor: str

    @property
    def words_x(self) -> int:
        return self.x + (HALF + 4 if self.anchor == "start" else -HALF - 4)


def markers(steps: Sequence[StepRecord], axis: TimeAxis, edge: float) -> list[Marker]:
    """Give each single dose the first row with room for it and its words, before pixel `edge`."""
    zone = axis.zone
    return placed(
        (
            (
                moment(step.effective, zone),
                end_of_interval(step.effective, zone),
                single_words(step),
            )
            for step in steps
        ),
        axis,
        edge,
    )


def placed(items: Iterable[tuple[float, float, str]], axis: TimeAxis, edge: float) -> list[Marker]:
    """Place markers, each given by when it is, by when that was so at the latest, and its words.

    When every row is full the words are left out; the marker never is.
    """
    taken = [float("-inf")] * MOST_ROWS
    found = []
    for at, known_by, words in items:
        x = axis.x(at)
        width = HALF + 4 + text_width(words)
        anchor = "start" if x + width <= edge else "end"
        left, right = (HALF, width) if anchor == "start" else (width, HALF)
        row = next((row for row in range(MOST_ROWS) if taken[row] <= x - left), None)
        if row is None or x - left < 0:
            row = min(range(MOST_ROWS), key=lambda row: taken[row])
            words, right = "", HALF
        taken[row] = max(taken[row], x + right + 4)
        found.append(Marker(at, x, axis.x(known_by), row, words, anchor))
    return found


def amounts_words(components: Iterable[Component]) -> str:
    """The amounts of a single dose as written."""
    return pgettext("between the amounts of a single dose", "; ").join(
        wording.amount_words(part.amount) for part in components if part.amount
    )


def single_words(step: StepRecord) -> str:
    """The amounts of a single dose as written, and when, unless that is known to the day."""
    amounts = amounts_words(step.components)
    if step.effective.precision == "day":
        return amounts
    return _("%(amounts)s, %(when)s") % {
        "amounts": amounts,
        "when": wording.effective_words(step.effective),
    }
