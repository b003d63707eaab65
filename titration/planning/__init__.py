"""Plans: what a prescriber intends, row by row, and how it stands beside what was recorded.

Pure: the standard library, `dosing` and `timeline`. Nothing here originates a dose or a date: dates
are those typed, or counted from them by a typed number of days, weeks or months.
"""

from titration.planning.carried import (
    Carried,
    Link,
    carried_rows,
    expected_before,
    first_open,
    is_as_planned,
    open_rows,
    same_dose,
)
from titration.planning.checks import PROBLEMS, Problem, check_order, check_plan
from titration.planning.dates import anchored, laid_dates
from titration.planning.differences import (
    Difference,
    after_of,
    before_of,
    differences,
    moved_rows,
)
from titration.planning.moving import move_dates
from titration.planning.shapes import (
    ENDS,
    INTERVAL_UNITS,
    MOST_ROWS,
    PURPOSES,
    ROW_KINDS,
    PlanText,
    Row,
)
from titration.planning.standing import (
    AWAITING,
    CLOSED,
    COMPLETED,
    EVENTS,
    OPEN,
    PAUSED,
    WITHDRAWN,
    Event,
    Standing,
    standing,
)

__all__ = [
    "AWAITING",
    "CLOSED",
    "COMPLETED",
    "ENDS",
    "EVENTS",
    "INTERVAL_UNITS",
    "MOST_ROWS",
    "OPEN",
    "PAUSED",
    "PROBLEMS",
    "PURPOSES",
    "ROW_KINDS",
    "WITHDRAWN",
    "Carried",
    "Difference",
    "Event",
    "Link",
    "PlanText",
    "Problem",
    "Row",
    "Standing",
    "after_of",
    "anchored",
    "before_of",
    "carried_rows",
    "check_order",
    "check_plan",
    "differences",
    "expected_before",
    "first_open",
    "is_as_planned",
    "laid_dates",
    "move_dates",
    "moved_rows",
    "open_rows",
    "same_dose",
    "standing",
]
