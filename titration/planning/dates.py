"""Typed dates and typed intervals laid on the calendar."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from titration.dosing import Component
from titration.planning.shapes import Row


def laid_dates(
    rows: Sequence[Row], opened: Mapping[UUID, date] | None = None
) -> tuple[date | None, ...]:
    """The day on which each row starts, in order; none where it is not known.

    `opened` are the days from which a review opened a row that waits for one. Months are counted
    from the last day that was not itself reached by months, so that 31 January, a month later
    28 February, is 31 March a month after that. None too for a day past the year 9999.
    """
    opened = opened or {}
    days: list[date | None] = []
    base: date | None = None
    months = 0
    for row in rows:
        day = days[-1] if days else None
        if row.start == "on":
            base, months, day = row.on, 0, row.on
        elif row.start == "review":
            day = opened.get(row.row)
            base, months = day, 0
        elif day is None or row.count is None or base is None:
            day = None
        elif row.unit == "month":
            months += row.count
            day = add_months(base, months)
        else:
            day = _add_days(day, row.count * (7 if row.unit == "week" else 1))
            base, months = day, 0
        days.append(day)
    return tuple(days)


def add_months(day: date, months: int) -> date | None:
    """The same day of a later calendar month, or its last day where the month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _add_days(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def anchored(components: Sequence[Component], starts: date | None) -> tuple[Component, ...]:
    """The dose with its patterns of days counted from `starts` where no day of counting is written.

    As it is where `starts` is not known.
    """
    return tuple(_anchored(part, starts) for part in components)


def _anchored(part: Component, starts: date | None) -> Component:
    timing = part.timing
    if starts is None or not timing.is_counted or timing.anchor is not None:
        return part
    return replace(part, timing=replace(timing, anchor=starts))
