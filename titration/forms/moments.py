"""Dates and clock times as they are typed: day, month and year in boxes of their own."""

import re
from datetime import date, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from patients.birthdates import month_number
from patients.forms import day_box, month_box, year_box

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", re.ASCII)


__all__ = [
    "ClockField",
    "NoDate",
    "clock_field",
    "day_box",
    "day_of",
    "month_box",
    "typed_date",
    "year_box",
]


def clock_field(label, **kwargs) -> "ClockField":
    return ClockField(label=label, required=False, **kwargs)


class ClockField(forms.CharField):
    """A clock time typed as 8:30, 08.30 or 0830, by the 24-hour clock; cleans to a time."""

    widget = forms.TextInput(
        attrs={"autocomplete": "off", "inputmode": "numeric", "maxlength": 5, "size": 5}
    )

    def to_python(self, value) -> time | None:
        text = (value or "").strip()
        if not text:
            return None
        match = _CLOCK.fullmatch(text)
        if not match:
            raise ValidationError(
                _("Write the time by the 24-hour clock, hours and minutes, as in 08:30 or 17:05.")
            )
        return time(int(match[1]), int(match[2]))

    def prepare_value(self, value):
        return f"{value:%H:%M}" if isinstance(value, time) else value


class NoDate(ValueError):
    """What was typed is no date; the message says what to do."""


def typed_date(day: str, month: str, year: str) -> tuple[date, str] | None:
    """The date of three boxes and how finely it is known; None when all are empty.

    Without a day it is known to the month, without a month to the year: the first day of the
    interval, and "month" or "year". Raises NoDate.
    """
    day, month, year = day.strip(), month.strip(), year.strip()
    if not (day or month or year):
        return None
    if not re.fullmatch(r"[12][0-9]{3}", year, re.ASCII):
        raise NoDate(_("Write the year with four digits."))
    if day and not month:
        raise NoDate(_("Write the month, or leave the day out as well."))
    numbers = [
        int(year),
        month_number(month) if month else 1,
        int(day) if re.fullmatch(r"[0-9]{1,2}", day, re.ASCII) else 0 if day else 1,
    ]
    if numbers[1] == 0:
        raise NoDate(_("Write the month as a number from 1 to 12 or by its name."))
    try:
        on = date(*numbers)
    except ValueError:
        raise NoDate(_("There is no such day in that month. Check day and month.")) from None
    return on, "day" if day else "month" if month else "year"


def day_of(form: forms.Form, prefix: str = "") -> date | None:
    """The day that was typed in the boxes `<prefix>day`, `<prefix>month` and `<prefix>year`.

    None when they are empty, and none with an error beside them when they are no day.
    """
    boxes = [form.cleaned_data.get(prefix + part) or "" for part in ("day", "month", "year")]
    try:
        typed = typed_date(*boxes)
    except NoDate as error:
        form.add_error(f"{prefix}day", str(error))
        return None
    if typed is not None and typed[1] != "day":
        form.add_error(f"{prefix}day", _("Write day, month and year."))
        return None
    return typed[0] if typed else None
