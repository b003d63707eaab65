"""Doses as typed figures: their shape, their totals, and what they are written in.

Pure: the standard library only, no clock and no language (the words live in wording.py).
Nothing here originates a dose: figures are exact decimals as typed, and the only arithmetic is a
total per day, the difference of two totals, and whether typed figures disagree. All but the
parsing and the checks take doses that check_components passes.
"""

from titration.dosing.agreement import DISAGREEMENTS, disagreements
from titration.dosing.checks import PROBLEMS, check_component, check_components, check_together
from titration.dosing.figures import (
    AMOUNT_ERRORS,
    AmountError,
    figure,
    is_figure,
    parse_figures,
    plain,
)
from titration.dosing.shapes import (
    IN_WORDS,
    KINDS,
    PERIOD_UNITS,
    RATES,
    SLOTS,
    TEXTS,
    UNITS,
    Amount,
    Component,
    Timing,
    Unit,
    within_marks,
)
from titration.dosing.totals import (
    Basis,
    Total,
    basis,
    days_of,
    difference,
    times_per_day,
    total_per_day,
)

__all__ = [
    "AMOUNT_ERRORS",
    "DISAGREEMENTS",
    "IN_WORDS",
    "KINDS",
    "PERIOD_UNITS",
    "PROBLEMS",
    "RATES",
    "SLOTS",
    "TEXTS",
    "UNITS",
    "Amount",
    "AmountError",
    "Basis",
    "Component",
    "Timing",
    "Total",
    "Unit",
    "basis",
    "check_component",
    "check_components",
    "check_together",
    "days_of",
    "difference",
    "disagreements",
    "figure",
    "is_figure",
    "parse_figures",
    "plain",
    "times_per_day",
    "total_per_day",
    "within_marks",
]
