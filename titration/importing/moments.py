"""From when a row holds: a day, a month or a year, perhaps a clock time, as cells write them.

A day in figures that has two readings is read as the person says that the file writes days, and a
day that contradicts what they said is not read.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from titration import typed
from titration.timeline import Effective
from titration.typed import NotUnderstood

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"

_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})", re.ASCII)
_MONTH_FIRST = re.compile(r"(?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})", re.ASCII)
_NAMED_MONTH = re.compile(r"(?P<month>[A-Za-z]{3,9})\.?[\s-]+(?P<year>[0-9]{4})", re.ASCII)
_FIGURES = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
_WITH_CLOCK = re.compile(
    r"(?P<day>.*?[^\s,T]),?(?:\s|T)(?:at )?(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)"
    r"\s?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Days:
    """How the file writes days in figures (DAY_FIRST, MONTH_FIRST, "" unsaid), and its zone."""

    zone: ZoneInfo
    order: str = ""


def read_moment(text: str, clock: str, days: Days) -> Effective:
    """Read a moment; `clock` is what stands in a column of its own. Raises NotUnderstood."""
    plain = " ".join(text.split())
    if not plain:
        raise NotUnderstood("date_missing_here")
    if found := _YEAR.fullmatch(plain):
        return _coarse(int(found[0]), 1, "year", clock)
    for shape in (_MONTH, _MONTH_FIRST, _NAMED_MONTH):
        found = shape.fullmatch(plain)
        if found is None:
            continue
        first = _first_of(found["month"], found["year"])
        return _coarse(first.year, first.month, "month", clock)
    offset = ""
    if found := _WITH_CLOCK.fullmatch(plain):
        if clock.strip() and clock.strip() != found["clock"]:
            raise NotUnderstood("time_twice")
        plain, clock, offset = found["day"], found["clock"], found["offset"] or ""
    return _at(_day(plain, days.order), _clock(clock), offset, days.zone)


def read_day(text: str, days: Days) -> date:
    """Read a day without a clock time. Raises NotUnderstood."""
    return _day(" ".join(text.split()), days.order)


def is_ambiguous(text: str) -> bool:
    """Whether a cell is a day in figures with two readings, perhaps with a clock time."""
    plain = " ".join(text.split())
    found = _WITH_CLOCK.fullmatch(plain)
    try:
        typed.read_date(found["day"] if found else plain)
    except NotUnderstood as problem:
        return problem.code == "date_ambiguous"
    return False


def _first_of(month: str, year: str) -> date:
    written = f"{year}-{month:0>2}-01" if month.isdigit() else f"1 {month} {year}"
    return typed.read_date(written)


def _coarse(year: int, month: int, precision: str, clock: str) -> Effective:
    if clock.strip():
        raise NotUnderstood("time_without_day")
    if year == 0:
        raise NotUnderstood("date_none")
    return Effective(date(year, month, 1), precision)


def _day(text: str, order: str) -> date:
    found = _FIGURES.fullmatch(text)
    if found is None or not order:
        return typed.read_date(text)
    first, second = int(found[1]), int(found[3])
    day, month = (first, second) if order == DAY_FIRST else (second, first)
    if month > 12 >= day:
        raise NotUnderstood("date_other_order")
    return typed.read_date(f"{found[4]}-{month:02}-{day:02}")


def _clock(text: str) -> time | None:
    plain = text.strip()
    if not plain:
        return None
    found = _CLOCK.fullmatch(plain)
    if found is None or int(found["hour"]) > 23 or int(found["minute"]) > 59:
        raise NotUnderstood("time_unknown")
    if int(found["second"] or 0):
        raise NotUnderstood("clock_seconds")
    return time(int(found["hour"]), int(found["minute"]))


def _at(on: date, clock: time | None, written: str, zone: ZoneInfo) -> Effective:
    """The day with its time and the offset of the clinic's clock then, as policies have it."""
    if clock is None:
        return Effective(on)
    naive = datetime.combine(on, clock)
    if not 1 < on.year < 9999:  # the clock of another zone may be beyond the days that there are
        raise NotUnderstood("date_none")
    known = {
        offset
        for fold in (0, 1)
        if (offset := naive.replace(tzinfo=zone, fold=fold).utcoffset()) is not None
        and (naive - offset).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) == naive
    }
    if not known:
        raise NotUnderstood("time_skipped")
    if written and (known := known & {_offset(written)}) == set():
        raise NotUnderstood("offset_of_another_zone")
    if len(known) > 1:
        raise NotUnderstood("time_comes_twice")
    return Effective(on, "day", clock, int(known.pop().total_seconds() // 60))


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    sign, digits = text[0], text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timedelta(minutes=-minutes if sign == "-" else minutes)
