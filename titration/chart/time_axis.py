"""The time axis: from moments to pixels, and ticks on hours, days, weeks, months or years.

Moments are seconds since 1970, so that a day of 23 or 25 hours is drawn as long as it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from titration import wording
from titration.chart.labels import text_width
from titration.timeline import Effective

HOUR = 3_600.0
DAY = 24 * HOUR

# The calendar of `datetime`, with a day of room for any zone: an axis may reach beyond it.
EARLIEST = datetime(1, 1, 3, tzinfo=UTC).timestamp()
LATEST = datetime(9999, 12, 30, tzinfo=UTC).timestamp()

# Steps of the axis, finest first: unit, how many, about how many seconds.
_STEPS = (
    *(("hour", count, count * HOUR) for count in (1, 2, 3, 6, 12)),
    *(("day", count, count * DAY) for count in (1, 2, 3)),
    *(("week", count, count * 7 * DAY) for count in (1, 2)),
    *(("month", count, count * 30 * DAY) for count in (1, 2, 3, 4, 6)),
    *(("year", count, count * 365 * DAY) for count in (1, 2, 5, 10, 20, 50)),
)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the axis; `second` is a line under the label, the date of hours."""

    at: float
    label: str
    second: str = ""


def zone_of(now: datetime) -> tzinfo:
    """The clinic's zone, in which the present is told."""
    if now.tzinfo is None:
        raise ValueError("the present needs the clinic's zone")
    return now.tzinfo


@lru_cache(maxsize=4096)
def start_of(day: date, zone: tzinfo) -> float:
    """The first moment of a day in a zone. A picture asks for the same few days many times."""
    return datetime.combine(day, time.min, zone).timestamp()


def moment(effective: Effective, zone: tzinfo) -> float:
    """The moment from which an instruction holds, the start of its interval."""
    if effective.time is None:
        return start_of(effective.on, zone)
    return effective.starts.replace(tzinfo=UTC).timestamp() - (effective.offset or 0) * 60


def end_of_interval(effective: Effective, zone: tzinfo) -> float:
    """The end of the month or year in which it began; the moment itself when that is known."""
    on = effective.on
    if effective.precision == "year":
        return start_of(on.replace(year=on.year + 1), zone)
    if effective.precision == "month":
        return start_of((on + timedelta(days=31)).replace(day=1), zone)
    return moment(effective, zone)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """`start` stands at pixel `left`; `scale` is pixels per second; the axis ends at `right`."""

    start: float
    left: int
    right: int
    scale: float
    zone: tzinfo

    def x(self, at: float) -> int:
        return round(self.left + (at - self.start) * self.scale)

    @property
    def gap(self) -> int:
        """What stays free between two labels: more of it where the axis is long."""
        return max(8, (self.right - self.left) // 30)

    @property
    def end(self) -> float:
        return self.start + (self.right - self.left) / self.scale

    def ticks(self, with_hours: bool) -> list[Tick]:
        """Labelled ticks of the finest step whose labels stand clear of each other."""
        unit, count = self._step(with_hours)
        first = datetime.fromtimestamp(max(self.start, EARLIEST), self.zone)
        last = datetime.fromtimestamp(min(self.end, LATEST), self.zone)
        if unit == "hour":
            return self._hours(first, last, count)
        days = {"day": _days, "week": _weeks, "month": _months, "year": _years}[unit]
        label = {"month": wording.short_month_words, "year": _year_label}.get(
            unit, wording.date_words
        )
        return [
            Tick(at, label(day))
            for day in days(first.date(), last.date(), count)
            if self.start <= (at := start_of(day, self.zone)) <= self.end
        ]

    def _step(self, with_hours: bool) -> tuple[str, int]:
        day = text_width(wording.date_words(date(2000, 5, 30)))
        widths = {
            "hour": text_width("00:00"),
            "day": day,
            "week": day,
            "month": text_width(wording.short_month_words(date(2000, 5, 1))),
            "year": text_width("2000"),
        }
        for unit, count, seconds in _STEPS:
            room = widths[unit] + self.gap
            if seconds * self.scale >= room and (with_hours or unit != "hour"):
                return unit, count
        return _STEPS[-1][:2]

    def _hours(self, first: datetime, last: datetime, count: int) -> list[Tick]:
        hour = first.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        hours = []
        while hour <= last:
            local = hour.astimezone(self.zone)
            if hour >= first and local.hour % count == 0:
                hours.append(local)
            hour += timedelta(hours=1)
        return [
            Tick(
                local.timestamp(),
                f"{local:%H:%M}",
                wording.date_words(local.date()) if self._is_dated(local, hours) else "",
            )
            for local in hours
        ]

    def _is_dated(self, local: datetime, hours: list[datetime]) -> bool:
        """Midnights have their date beside them, and the first hour when there is room."""
        if local.hour == 0:
            return True
        midnight = next((hour for hour in hours if hour.hour == 0), None)
        if midnight is None or local != hours[0]:
            return local == hours[0]
        room = (midnight.timestamp() - local.timestamp()) * self.scale
        return room >= text_width(wording.date_words(local.date())) + self.gap


def _days(first: date, last: date, count: int) -> Iterator[date]:
    # Day 1 of the calendar was a Monday: counted in sevens from it, weeks start on Mondays.
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        if (ordinal - 1) % count == 0:
            yield date.fromordinal(ordinal)


def _weeks(first: date, last: date, count: int) -> Iterator[date]:
    return _days(first, last, 7 * count)


def _months(first: date, last: date, count: int) -> Iterator[date]:
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        if month % count == 0:
            yield date(month // 12, month % 12 + 1, 1)


def _years(first: date, last: date, count: int) -> Iterator[date]:
    for year in range(first.year, last.year + 1):
        if year % count == 0:
            yield date(year, 1, 1)


def _year_label(day: date) -> str:
    return f"{day.year:04d}"
