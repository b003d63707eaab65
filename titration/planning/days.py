"""A plan laid out day by day, as far as its own words say on which days each dose comes.

Nothing is filled in: what the plan leaves open ends the days, and is left to be said in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from titration.dosing import Component, Timing
from titration.planning.dates import anchored
from titration.planning.shapes import PlanText, Row

MOST_DAYS = 92
_LAST_DAY_OF_EVERY_MONTH = 28


@dataclass(frozen=True, slots=True)
class Day:
    """One day: the place of the row that holds, the parts of its dose that come on this day, and
    the places of the rows that are given once on it. `row` is none where only such are.
    """

    on: date
    row: int | None
    parts: tuple[Component, ...]
    singles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LaidDays:
    """The days in order, and the place of the first row that is on none of them."""

    days: tuple[Day, ...]
    rest: int


def comes_on(timing: Timing, day: date) -> bool | None:
    """Whether a dose of this timing comes on a day; none where the timing does not say so.

    It does not for words, for "three times a week", for a range of days, for hours that do not
    divide a day, for what is changed every so many hours, before the day of counting, for months
    counted from a day that some months lack, and for named weekdays of every second week where the
    week could begin on two days.
    """
    period, unit = timing.period, timing.period_unit
    if timing.kind == "words":
        return None
    if timing.kind == "continuous":
        return True if timing.changed_every_hours is None else None
    if unit == "hour":
        if timing.period_to is not None:
            return True if timing.period_to <= 24 else None
        return None if 24 % period else True
    if timing.weekdays:
        return _on_weekdays(timing, day)
    if timing.is_every_day:
        return True
    anchor = timing.anchor
    most = timing.times_to or timing.times or 1
    if anchor is None or day < anchor or (unit != "day" and most > 1):
        return None
    if unit == "month":
        if anchor.day > _LAST_DAY_OF_EVERY_MONTH:
            return None
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        return day.day == anchor.day and months % period == 0
    since = (day - anchor).days % (period * (7 if unit == "week" else 1))
    return since < (timing.days_on or 1)


def _on_weekdays(timing: Timing, day: date) -> bool | None:
    is_named = day.isoweekday() in timing.weekdays
    if timing.period == 1:
        return is_named
    anchor = timing.anchor
    if anchor is None or day < anchor or timing.weekdays[0] < anchor.isoweekday():
        return None
    monday = anchor - timedelta(days=anchor.weekday())
    return is_named and (day - monday).days // 7 % timing.period == 0


def laid_days(
    text: PlanText, dates: Sequence[date | None], first: date, most: int = MOST_DAYS
) -> LaidDays:
    """The days from `first` on, `most` at the most; `dates` are those of the rows.

    They end before a row that stops, that is in words only, that waits for a review (at the next
    dated row) or whose days its timing does not say; and with the review that ends the plan.
    """
    rows = text.rows
    dated = [(place, day) for place, day in enumerate(dates) if day is not None]
    holding = [place for place, day in dated if day <= first and rows[place].kind != "single"]
    begin = holding[-1] if holding else 0
    if not dated or dates[begin] is None or not _is_dose(rows[begin]):
        return LaidDays((), begin)
    first = max(first, dated[0][1])
    cut = next((n for n in range(begin, len(rows)) if not _is_laid(rows[n], dates[n])), len(rows))
    end = min(first.toordinal() + most - 1, date.max.toordinal())
    last = _last_day(text, dates, cut, date.fromordinal(end))
    days: list[Day] = []
    for number in range((last - first).days + 1):
        laid = _day(rows[:cut], dates, first + timedelta(days=number))
        if isinstance(laid, int):
            return LaidDays(tuple(days), laid)
        if laid is not None:
            days.append(laid)
    rest = [place for place, day in dated if begin <= place < cut and day > last]
    return LaidDays(tuple(days), min([*rest, cut]))


def _is_dose(row: Row) -> bool:
    return row.kind in ("dose", "single")


def _is_laid(row: Row, day: date | None) -> bool:
    return day is not None and _is_dose(row)


def _last_day(text: PlanText, dates: Sequence[date | None], cut: int, last: date) -> date:
    ends = [day - timedelta(days=1) for day in dates[cut:] if day is not None][:1]
    starts = dates[-1]
    if cut == len(text.rows) and text.review_on and starts and text.review_on >= starts:
        ends.append(text.review_on)
    return min([last, *ends])


def _day(rows: Sequence[Row], dates: Sequence[date | None], on: date) -> Day | int | None:
    """The day; the place of a row that does not say whether it comes on it; none without a row."""
    begun = [n for n, day in zip(range(len(rows)), dates, strict=False) if day and day <= on]
    singles = tuple(n for n in begun if rows[n].kind == "single" and dates[n] == on)
    holding = [n for n in begun if rows[n].kind == "dose"]
    if not holding:
        return Day(on, None, (), singles) if singles else None
    place = holding[-1]
    parts = anchored(rows[place].components, dates[place])
    comes = [comes_on(part.timing, on) for part in parts]
    if None in comes:
        return place
    here = tuple(part for part, does in zip(parts, comes, strict=True) if does)
    return Day(on, place, here, singles)
