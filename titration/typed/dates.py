"""Dates and intervals as they are typed or pasted. Nothing is guessed: what could be two is none.

The month is read by its name, or in figures where only one reading is a date.
"""

import re
from dataclasses import dataclass
from datetime import date

from titration.typed.problems import NotUnderstood
from titration.typed.vocabulary import COUNT, SPACES, WEEKDAY, number_of, weekday_of

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_FLAGS = re.IGNORECASE | re.ASCII
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_SIGN = r"(?:\s*[-/.\u2010\u2011\u2013]\s*|\s*,\s*|\s+)"
_NAMED_FIRST = rf"{_MONTH_NAME}{_SIGN}[0-9]{{1,2}}(?:st|nd|rd|th)?\b(?:{_SIGN}[0-9]{{2,4}}\b)?"
_DAY_FIRST = rf"[0-9]{{1,2}}(?:st|nd|rd|th)?{_SIGN}?{_MONTH_NAME}(?:{_SIGN}[0-9]{{2,4}}\b)?"
_FIGURES = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})"
    r"\b(?![-/.][0-9])"
)
# What stands for a date in a longer text; whether it is one, read_date says.
DATE_SHAPE = rf"(?:{WEEKDAY},?\s+)?(?:{_FIGURES}|{_DAY_FIRST}|{_NAMED_FIRST})"

_WEEKDAY_BEFORE = re.compile(rf"(?:(?P<weekday>{WEEKDAY}),?\s+)?(?P<rest>.*)", _FLAGS | re.DOTALL)
_NAMED = [
    re.compile(shape, _FLAGS)
    for shape in (
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?{_SIGN}?(?P<month>[a-z]{{3,9}})\.?"
        rf"(?:{_SIGN}(?P<year>[0-9]{{2,4}}))?",
        rf"(?P<month>[a-z]{{3,9}})\.?{_SIGN}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?"
        rf"(?:{_SIGN}(?P<year>[0-9]{{2,4}}))?",
    )
]
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})", re.ASCII)
_NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{2,4})", re.ASCII)

_UNIT = r"(?P<unit>day|week|month)s?"
_INTERVAL = re.compile(rf"(?:after\s+)?(?P<count>{COUNT})\s*{_UNIT}(?:\s+(?:later|after))?", _FLAGS)
_INTERVAL_RANGE = re.compile(rf".*{COUNT}\s*(?:to|or|[-\u2013])\s*{COUNT}\s*{_UNIT}.*", _FLAGS)
MOST = 999
# No date or interval is longer as typed, whatever is pasted into its place.
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Interval:
    """So many days, weeks or calendar months: unit is "day", "week" or "month"."""

    count: int
    unit: str


def read_date(text: str) -> date:
    """Read one date: "16 Nov 2026", "Monday 16-Nov-2026", "2026-11-16", "16/11/2026".

    Raises NotUnderstood: date_ambiguous, date_none, date_unknown, weekday_disagrees,
    year_missing, year_two_digits, nothing_typed.
    """
    text = text.translate(SPACES).strip()
    if not text:
        raise NotUnderstood("nothing_typed")
    if len(text) > LONGEST:
        raise NotUnderstood("date_unknown")
    parts = _WEEKDAY_BEFORE.fullmatch(text)
    weekday, rest = (parts["weekday"], parts["rest"]) if parts else (None, text)
    on = _date(rest.strip())
    if weekday and weekday_of(weekday) != on.isoweekday():
        raise NotUnderstood("weekday_disagrees")
    return on


def read_interval(text: str) -> Interval:
    """Read a number of days, weeks or months: "2 weeks", "after 3 days", "one month".

    Raises NotUnderstood: interval_range, interval_unknown, interval_zero, nothing_typed.
    """
    text = text.translate(SPACES).strip()
    if not text:
        raise NotUnderstood("nothing_typed")
    if len(text) > LONGEST:
        raise NotUnderstood("interval_unknown")
    found = _INTERVAL.fullmatch(text)
    if not found:
        raise NotUnderstood(
            "interval_range" if _INTERVAL_RANGE.fullmatch(text) else "interval_unknown"
        )
    count = number_of(found["count"])
    if not 1 <= count <= MOST:
        raise NotUnderstood("interval_zero" if count == 0 else "interval_unknown")
    return Interval(count, found["unit"].lower())


def _date(text: str) -> date:
    for shape in _NAMED:
        found = shape.fullmatch(text)
        month = _month(found["month"]) if found else 0
        if found and month:
            if not found["year"]:
                raise NotUnderstood("year_missing")
            return _dated(found["year"], month, int(found["day"]))
    if found := _ISO.fullmatch(text):
        return _dated(found["year"], int(found["month"]), int(found["day"]))
    if found := _NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), found[4]
        if len(year) == 4 and first != second and first <= 12 and second <= 12:
            raise NotUnderstood("date_ambiguous")
        day, month = (first, second) if second <= 12 else (second, first)
        return _dated(year, month, day)
    raise NotUnderstood("date_unknown")


def _month(name: str) -> int:
    name = name.lower()
    return next((n for n, full in enumerate(_MONTHS, 1) if full.startswith(name)), 0)


def _dated(year: str, month: int, day: int) -> date:
    if len(year) != 4:
        raise NotUnderstood("year_two_digits")
    try:
        return date(int(year), month, day)
    except ValueError:
        raise NotUnderstood("date_none") from None
