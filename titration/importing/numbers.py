"""How a spreadsheet shows the number of a cell: as a figure, a day, a time. ECMA-376, 18.8.30.

A cell holds a binary number and a format. What people see is the format's doing: a figure can be
shown rounded, as a percentage, with a unit that the cell does not hold. Such a cell is not read,
and says so.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from titration.importing.grid import Cell

UNKNOWN = ";;;"
"""A format that shows nothing; it stands for one that neither the file nor the list here says."""

BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""What a number of a format stands for where the file does not say it."""

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_PLAIN = re.compile(r"[#0,]*(?:\.(?P<decimals>[0#?]+))?\s*")
_LATEST = 2_958_465  # 31-Dec-9999
_LATEST_1904 = 2_957_002  # 30-Dec-9999: the second that is rounded up to is a day too
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


def shown(number: str, code: str, *, is_1904: bool) -> Cell:
    """What a cell with this number and format shows; `number` is as the file writes it."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return Cell(number, "cell_unclear")
    if not value.is_finite() or abs(value.adjusted()) > 15:
        return Cell(number, "cell_unclear")
    section = code.split(";")[0]
    bare = _LITERAL.sub("", section)
    if _ELAPSED.search(section):
        return Cell(_figure(value), "figure_shown_otherwise")
    lowered = re.sub(r"am/pm|a/p|general", "", bare.lower())
    if set(lowered) & set("ymdhs"):
        return _moment(value, lowered, is_1904=is_1904)
    figure = _figure(value)
    if not code or section.lower() == "general" or section == "@":
        return Cell(figure)
    plain = section and _PLAIN.fullmatch(bare)
    decimals = len(figure.partition(".")[2])
    has_words = any(sign.isalnum() for part in _LITERAL.findall(section) for sign in part[:-1])
    is_scaled = bare.rstrip().partition(".")[0].endswith(",") or bare.rstrip().endswith(",")
    if plain and not has_words and not is_scaled and decimals <= len(plain["decimals"] or ""):
        return Cell(figure)
    return Cell(figure, "figure_shown_otherwise")


def _figure(value: Decimal) -> str:
    """The number as it is, in digits: never rounded, without zeros at its end."""
    return f"{value.normalize():f}" if value else "0"


def _moment(value: Decimal, bare: str, *, is_1904: bool) -> Cell:
    """A day, a month, a year or a time, as finely as the format shows it."""
    signs = set(bare)
    has_day, has_year = "d" in signs, "y" in signs
    has_clock = bool(signs & set("hs"))
    if not (has_day or has_year) and has_clock:
        if not 0 <= value < 1 or _rounded(value) >= _DAY:
            return Cell(_figure(value), "figure_shown_otherwise")
        return Cell(_clock(datetime(2000, 1, 1) + _rounded(value)))  # noqa: DTZ001 - no zone
    if not has_year or not 1 <= value < _LATEST:
        return Cell(_figure(value), "date_shown_otherwise")
    at = _day(value, is_1904=is_1904)
    if at is None:
        return Cell(_figure(value), "date_shown_otherwise")
    if has_clock:
        return Cell(f"{at:%Y-%m-%d} {_clock(at)}")
    if has_day:
        return Cell(f"{at:%Y-%m-%d}")
    return Cell(f"{at:%Y-%m}" if "m" in signs else f"{at:%Y}")


def _day(value: Decimal, *, is_1904: bool) -> datetime | None:
    """The moment of a serial number. In the 1900 system 60 is a 29 February that never was."""
    whole, fraction = divmod(value, 1)
    days = int(whole)
    if is_1904 and days > _LATEST_1904:
        return None
    if is_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet knows no zone
    elif days == 60:
        return None
    else:
        start = datetime(1899, 12, 31 if days < 60 else 30)  # noqa: DTZ001
    return start + timedelta(days=days) + _rounded(fraction)


def _rounded(fraction: Decimal) -> timedelta:
    """A part of a day in whole seconds: a binary number holds a clock time only nearly."""
    return round(fraction * 86_400) * _SECOND


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
