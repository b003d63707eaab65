"""Doses as typed figures: their shape, their totals, and what they are written in.

Pure: the standard library only, no clock and no language (the words live in wording.py).
Nothing here originates a dose: figures are exact decimals as typed, and the only arithmetic is
a total per day, the difference of two totals, and whether typed figures disagree.

Sources: FHIR R4 Dosage and Timing, UCUM for unit codes, ISMP 2021 list of error-prone
abbreviations and dose designations for the grammar of a figure.
"""

import re
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the closed list. `ucum` is its UCUM code; braces mark a counted thing."""

    code: str
    ucum: str


UNITS: dict[str, Unit] = {
    code: Unit(code, ucum)
    for code, ucum in (
        ("mg", "mg"),
        ("microgram", "ug"),
        ("nanogram", "ng"),
        ("g", "g"),
        ("mL", "mL"),
        ("L", "L"),
        ("mmol", "mmol"),
        # Biological units differ from medicine to medicine: an annotation claims no more.
        ("unit", "{unit}"),
        ("million-unit", "10*6.{unit}"),
        ("tablet", "{tablet}"),
        ("capsule", "{capsule}"),
        ("drop", "[drp]"),
        ("puff", "{puff}"),
        ("inhalation", "{inhalation}"),
        ("spray", "{spray}"),
        ("patch", "{patch}"),
        ("sachet", "{sachet}"),
        ("lozenge", "{lozenge}"),
        ("suppository", "{suppository}"),
        ("pessary", "{pessary}"),
        ("application", "{application}"),
    )
}

# In the order of the day.
SLOTS = ("morning", "breakfast", "midday", "lunch", "afternoon", "dinner", "evening", "bedtime")
KINDS = ("once", "slot", "clock", "times", "continuous")
PERIOD_UNITS = ("hour", "day", "week", "month")
RATES = ("hour", "24 hours")


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure, or a written range of two, in a unit of UNITS."""

    low: Decimal
    high: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Timing:
    """When one part of a dose is taken.

    kind        once | slot | clock | times | continuous
    slot        one of SLOTS (kind slot; may go with once)
    clock       whole minutes (kind clock; may go with once)
    times       how many times (kind times); none only for a bare "as needed"
    period, period_unit
                with slot, clock, and times counted in days: on one day of every `period`
                days, or once every `period` weeks or months; with times counted in hours,
                weeks or months: `times` in every `period` of them ("every 6 hours" is
                1 time in 6 hours, "3 times a week" is 3 times in 1 week)
    anchor      the day from which days, weeks or months are counted
    weekdays    ISO 1 (Monday) to 7, ascending: on these days of each week; with a period of
                2 or more weeks, on these days in one week of so many
    window_from, window_to
                a part of the day for a continuous rate; may cross midnight
    rate_per    "hour" | "24 hours" (kind continuous)
    changed_every_hours
                how often a patch, syringe or bag is changed (kind continuous)
    """

    kind: str
    slot: str = ""
    clock: time | None = None
    times: int | None = None
    period: int = 1
    period_unit: str = "day"
    anchor: date | None = None
    weekdays: tuple[int, ...] = ()
    window_from: time | None = None
    window_to: time | None = None
    rate_per: str = ""
    changed_every_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a dose: amount and timing, and what was typed beside them.

    `amount` is the amount of each time (or the rate, when continuous), never of the day.
    `maximum` and `maximum_times` hold within `maximum_hours`. `volume` is in mL,
    `concentration` in `concentration_unit` per mL.
    """

    amount: Amount
    timing: Timing
    as_needed: bool = False
    as_needed_for: str = ""
    maximum: Amount | None = None
    maximum_times: int | None = None
    maximum_hours: int | None = None
    strengths: str = ""
    volume: Decimal | None = None
    concentration: Decimal | None = None
    concentration_unit: str = ""
    product: str = ""
    calculation: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a day's regular amounts; `high` when a part is a range."""

    low: Decimal
    high: Decimal | None
    unit: str
    leaves_out_as_needed: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of a dose are written in, for the axis of a chart.

    kind "day" (total per day), "rate" (stored rates, lowest to highest), "dose" (one amount
    that does not repeat within a day), "as_needed" (only such parts), "words" (no one figure).
    The last two have no unit and no figures.
    """

    kind: str
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    timing: Timing | None = None


class AmountError(ValueError):
    """A typed figure was refused; `code` is one of AMOUNT_ERRORS (words: wording.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


AMOUNT_ERRORS = (
    "empty",
    "comma",
    "exponent",
    "sign",
    "bare_dot",
    "trailing_zero",
    "leading_zero",
    "too_large",
    "too_fine",
    "foreign_digits",
    "fraction",
    "spaces",
    "range_order",
    "range_words",
    "not_a_number",
)

_FIGURE = re.compile(r"(0|[1-9][0-9]{0,7})(\.[0-9]{0,5}[1-9])?", re.ASCII)
_RANGE = re.compile(r"(\S+) +to +(\S+)", re.ASCII)
# What is wrong with a figure that the grammar refuses: the first that fits names it.
_FAULTS = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        ("range_words", r"(?s).*\S\s*[-‐‑‒–—~]\s*\d.*"),
        ("sign", r"[-+−±].*"),
        ("fraction", r".*[/⁄¼½¾⅐-⅞].*"),
        ("foreign_digits", r".*(?![0-9])\d.*"),
        ("comma", r"[0-9.]*[,٫٬·'’][0-9.,]*"),
        ("exponent", r"[0-9.]+[eE][-+]?[0-9]+"),
        ("spaces", r"[0-9.]+(\s+[0-9.]+)+"),
        ("bare_dot", r"\.[0-9]*|[0-9]+\."),
        ("leading_zero", r"0[0-9]+(\.[0-9]+)?"),
        ("trailing_zero", r"[0-9]+\.[0-9]*0"),
        ("too_large", r"[0-9]{9,}(\.[0-9]+)?"),
        ("too_fine", r"[0-9]+\.[0-9]{7,}"),
    )
)


def parse_figures(text: str) -> tuple[Decimal, Decimal | None]:
    """Read a typed figure ("25") or a written range ("25 to 50") exactly.

    Up to eight digits before the point and six after, none of them superfluous. Raises
    AmountError with a code of AMOUNT_ERRORS.
    """
    text = text.strip()
    written = _RANGE.fullmatch(text)
    if not written:
        return _parse_figure(text), None
    low, high = (_parse_figure(part) for part in written.groups())
    if low >= high:
        raise AmountError("range_order")
    return low, high


def _parse_figure(text: str) -> Decimal:
    if _FIGURE.fullmatch(text):
        return Decimal(text)
    if not text:
        raise AmountError("empty")
    raise AmountError(
        next((code for code, fault in _FAULTS if fault.fullmatch(text)), "not_a_number")
    )


def plain(value: Decimal) -> str:
    """Write a figure as it is typed: "0.5", "1482.5", no trailing zero, no exponent."""
    return _trimmed(format(value, "f"))


def figure(value: Decimal) -> str:
    """Write a figure as it is shown: "0.5", "1,482.5"."""
    return _trimmed(format(value, ",f"))


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
