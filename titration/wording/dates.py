"""Dates as they are shown: 16-Nov-2026, March 2024, 2019. The month is never a figure."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from access.wording import date_words, short_month
from titration.timeline import Effective
from titration.wording.memory import once_per_language

_MONTHS = (
    pgettext_lazy("month", "January"),
    pgettext_lazy("month", "February"),
    pgettext_lazy("month", "March"),
    pgettext_lazy("month", "April"),
    pgettext_lazy("month", "May"),
    pgettext_lazy("month", "June"),
    pgettext_lazy("month", "July"),
    pgettext_lazy("month", "August"),
    pgettext_lazy("month", "September"),
    pgettext_lazy("month", "October"),
    pgettext_lazy("month", "November"),
    pgettext_lazy("month", "December"),
)

_WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


@once_per_language
def weekday_words(on: date) -> str:
    """Write a day with its weekday: "Monday 16-Nov-2026"."""
    return _("%(weekday)s %(date)s") % {
        "weekday": _WEEKDAYS[on.weekday()],
        "date": date_words(on),
    }


def month_words(on: date) -> str:
    """Write the month of a day: "March 2024"."""
    return pgettext("month of a year", "%(month)s %(year)s") % {
        "month": _MONTHS[on.month - 1],
        "year": f"{on.year:04d}",
    }


def short_month_words(on: date) -> str:
    """Write the month of a day where room is short: "Mar 2024"."""
    return pgettext("month of a year", "%(month)s %(year)s") % {
        "month": short_month(on),
        "year": f"{on.year:04d}",
    }


def effective_words(effective: Effective) -> str:
    """Write a moment as finely as it is known: "16-Nov-2026 14:30", "March 2024", "2019".

    The clock time is that of the clinic.
    """
    if effective.precision == "year":
        return f"{effective.on.year:04d}"
    if effective.precision == "month":
        return month_words(effective.on)
    if effective.time is None:
        return date_words(effective.on)
    return _("%(date)s %(time)s") % {
        "date": date_words(effective.on),
        "time": f"{effective.time:%H:%M}",
    }
