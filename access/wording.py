"""Days and moments as every page writes them. Finished strings: templates only place them."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, pgettext_lazy

_SHORT_MONTHS = (
    pgettext_lazy("short month", "Jan"),
    pgettext_lazy("short month", "Feb"),
    pgettext_lazy("short month", "Mar"),
    pgettext_lazy("short month", "Apr"),
    pgettext_lazy("short month", "May"),
    pgettext_lazy("short month", "Jun"),
    pgettext_lazy("short month", "Jul"),
    pgettext_lazy("short month", "Aug"),
    pgettext_lazy("short month", "Sep"),
    pgettext_lazy("short month", "Oct"),
    pgettext_lazy("short month", "Nov"),
    pgettext_lazy("short month", "Dec"),
)


@cache
def _short_months(_language: str | None) -> tuple[str, ...]:
    """Looked up once in a language: a page of patients writes many dates."""
    return tuple(map(str, _SHORT_MONTHS))


def short_month(on: date) -> str:
    """Write the month of a day in its short form: "Nov"."""
    return _short_months(get_language())[on.month - 1]


def date_words(on: date) -> str:
    """Write a day: "16-Nov-2026"."""
    return f"{on.day:02d}-{short_month(on)}-{on.year:04d}"


def moment_words(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment by the clock of a time zone: "16-Nov-2026 14:30"."""
    local = at.astimezone(zone)
    return f"{date_words(local.date())} {local:%H:%M}"
