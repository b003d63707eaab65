"""Birth dates in any sensible typing, day first as in en-GB. Pure: standard library only."""

import re
from datetime import date

EARLIEST_YEAR = 1850

MONTHS = (
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

# The parts of a date, in the orders in which they are typed: 12/3/1961, 12031961, 12 March 61,
# March 12 1961, 1961-03-12, 19610312. Signs and spaces between the parts are gone when they match.
_DAY, _MONTH, _NAME = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<name>[a-z]{3,9})"
_YEAR, _LONG = r"(?P<year>\d{4}|\d{2})", r"(?P<year>\d{4})"
_SHAPES = [
    re.compile(shape, re.ASCII)
    for shape in (
        rf"{_DAY} {_MONTH} {_YEAR}",
        rf"{_DAY} {_NAME} {_YEAR}",
        rf"{_NAME} {_DAY} {_YEAR}",
        rf"{_LONG} {_MONTH} {_DAY}",
        rf"{_LONG} {_NAME} {_DAY}",
        r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4}|\d\d)",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    )
]


def parse(text: str, *, today: date) -> date | None:
    """The birth date that somebody typed, or None when it is none.

    Day before month unless the month is named or the year comes first. A year of two digits is the
    newest that is not in the future on `today`.
    """
    lowered = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text.strip().lower())
    # A named month may stand against its figures: 12mar1961.
    spaced = re.sub(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)|[\s/.,'’\-–]+", " ", lowered)
    for shape in _SHAPES:
        if found := shape.fullmatch(" ".join(spaced.split())):
            parts = found.groupdict()
            month = parts["name"] if parts.get("name") else parts["month"]
            born = _dated(int(parts["day"]), month_number(month), parts["year"], today)
            if born is not None:
                return born
    return None


def month_number(text: str) -> int:
    """1 to 12 for "3", "03", "Mar", "Sept" or "March"; 0 for anything else."""
    text = text.strip().rstrip(".").lower()
    if re.fullmatch("[0-9]{1,2}", text):
        return int(text) if 1 <= int(text) <= 12 else 0
    if len(text) < 3:
        return 0
    return next((n for n, name in enumerate(MONTHS, 1) if name.startswith(text)), 0)


def _dated(day: int, month: int, year: str, today: date) -> date | None:
    """The date of these parts when there is such a day, not in the future."""
    century = today.year // 100 * 100
    years = [int(year)] if len(year) == 4 else [century + int(year), century - 100 + int(year)]
    for candidate in years:
        try:
            born = date(candidate, month, day)
        except ValueError:
            continue
        if candidate >= EARLIEST_YEAR and born <= today:
            return born
    return None


def months_of_age(born: date, on: date) -> int:
    """Completed months of age on a day."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


class DateError(ValueError):
    """Not a date; `code`: "missing", "year" (not four digits) or "none" (no such day)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def from_boxes(day: str, month: str, year: str) -> date:
    """The date typed in three boxes, the month in figures or by name. Raises DateError."""
    if not (day and month and year):
        raise DateError("missing")
    if not re.fullmatch("[0-9]{4}", year):
        raise DateError("year")
    if not re.fullmatch("[0-9]{1,2}", day):
        raise DateError("none")
    try:
        return date(int(year), month_number(month), int(day))
    except ValueError:
        raise DateError("none") from None
