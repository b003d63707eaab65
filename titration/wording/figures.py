"""Figures with their units: amounts as stored, totals and their differences, always labelled."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titration.dosing import Amount, Total, figure
from titration.wording.memory import once_per_language

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"

# Symbols that are the same in every language (mg, mL) are their own code.
_UNIT_NAMES: dict[str, Callable[[int], str]] = {
    "microgram": lambda n: ngettext("microgram", "micrograms", n),
    "nanogram": lambda n: ngettext("nanogram", "nanograms", n),
    "unit": lambda n: ngettext("unit", "units", n),
    "million-unit": lambda n: ngettext("million units", "million units", n),
    "tablet": lambda n: ngettext("tablet", "tablets", n),
    "capsule": lambda n: ngettext("capsule", "capsules", n),
    "drop": lambda n: ngettext("drop", "drops", n),
    "puff": lambda n: ngettext("puff", "puffs", n),
    "inhalation": lambda n: ngettext("inhalation", "inhalations", n),
    "spray": lambda n: ngettext("spray", "sprays", n),
    "patch": lambda n: ngettext("patch", "patches", n),
    "sachet": lambda n: ngettext("sachet", "sachets", n),
    "lozenge": lambda n: ngettext("lozenge", "lozenges", n),
    "suppository": lambda n: ngettext("suppository", "suppositories", n),
    "pessary": lambda n: ngettext("pessary", "pessaries", n),
    "application": lambda n: ngettext("application", "applications", n),
    "actuation": lambda n: ngettext("actuation", "actuations", n),
    "ampoule": lambda n: ngettext("ampoule", "ampoules", n),
    "film": lambda n: ngettext("film", "films", n),
    "piece": lambda n: ngettext("piece", "pieces", n),
    "vial": lambda n: ngettext("vial", "vials", n),
}


def unit_words(unit: str, value: Decimal | None = None) -> str:
    """Write out a unit of UNITS for a figure, or in the plural for a list of units."""
    if unit not in _UNIT_NAMES:
        return unit
    # A figure with decimals takes the form of two: gettext counts in whole numbers only.
    return _unit_name((unit, int(value) if value is not None and value == int(value) else 2))


@once_per_language
def _unit_name(unit_and_count: tuple[str, int]) -> str:
    unit, count = unit_and_count
    return _UNIT_NAMES[unit](count)


def range_words(low: Decimal, high: Decimal | None, unit: str) -> str:
    """Write a figure or a range of two with its unit: "25 mg", "25 to 50 mg"."""
    if high is None:
        return f"{figure(low)}{NO_BREAK_SPACE}{unit_words(unit, low)}"
    figures = _("%(low)s to %(high)s") % {"low": figure(low), "high": figure(high)}
    return f"{figures}{NO_BREAK_SPACE}{unit_words(unit, high)}"


def amount_words(amount: Amount) -> str:
    """Write an amount as it is stored: "0.5 mg", "1,500 micrograms", "25 to 50 mg"."""
    return range_words(amount.low, amount.high, amount.unit)


def total_words(total: Total) -> str:
    """Write the figure of a total, to stand beside its total_label and nowhere else."""
    return range_words(total.low, total.high, total.unit)


def total_label(total: Total) -> str:
    """Say what a total counts."""
    if total.leaves_out_as_needed:
        return _("Total per day, as-needed doses not counted")
    return _("Total per day")


def total_sentence(total: Total) -> str:
    """Write a total with its label in one line: "Total per day: 30 mg"."""
    return _("%(label)s: %(amount)s") % {
        "label": total_label(total),
        "amount": total_words(total),
    }


def difference_words(difference: Decimal, unit: str) -> str:
    """Write the difference of two totals: "+5 mg", "−5 mg", or that they are equal."""
    if difference == 0:
        return _("same total")
    sign = "+" if difference > 0 else MINUS
    return sign + range_words(abs(difference), None, unit)
