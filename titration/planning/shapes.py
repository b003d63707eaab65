"""The shape of a plan: its rows, what it is for, how it ends."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from titration.dosing import Component

PURPOSES = ("titration", "taper", "switch", "maintenance")
ENDS = ("stop", "continue", "review")
ROW_KINDS = ("dose", "single", "stop", "words")
STARTS = ("on", "after", "review")
INTERVAL_UNITS = ("day", "week", "month")
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One planned row. `row` is its identity, which it keeps through every version.

    kind        dose | single (once, ends nothing) | stop (the last row of a plan that ends so)
                | words (no dose: `words` says all)
    start       on: on the date `on`
                after: `count` times `unit` (INTERVAL_UNITS) after the row before starts
                review: when a review opens it, and without a date until then
    components  the dose, as `dosing` has it; a pattern of days without an anchor is counted from
                the day on which the row starts
    words       what is written beside the dose, or instead of it
    """

    row: UUID
    kind: str
    start: str
    on: date | None = None
    count: int | None = None
    unit: str = ""
    components: tuple[Component, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class PlanText:
    """What one version of a plan says. `review_on` goes with the end "review" and may be unknown.

    `slots` are the times of day that the prescriber wrote it in, each a column of its own.
    """

    purpose: str
    rows: tuple[Row, ...]
    end: str
    review_on: date | None = None
    if_missed: str = ""
    if_unwell: str = ""
    note: str = ""
    slots: tuple[str, ...] = ()
