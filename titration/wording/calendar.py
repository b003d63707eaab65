"""The words of a patient's dose calendar, each of which a clinic may give in another language.

A label has a code, under which the clinic's approved word is kept. What stands in braces in a label
stands in the clinic's word too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from access.wording import date_words

HEAD = {
    "calendar": gettext_lazy("Dose calendar"),
    "born": gettext_lazy("Born"),
    "nhs": gettext_lazy("NHS No."),
    "record": gettext_lazy("Record No."),
    "medicine": gettext_lazy("Medicine"),
    "version": gettext_lazy("Version {version}, signed on {date} by {name}"),
    "issued": gettext_lazy("Given out on {date}"),
    "replaces": gettext_lazy(
        "This replaces version {version}, given out on {date}. That copy no longer holds."
    ),
    "replaces-plan": gettext_lazy(
        "This replaces the calendar given out on {date}. That copy no longer holds."
    ),
    "telephone": gettext_lazy("Telephone {number}"),
    "page": gettext_lazy("Page {page} of {pages}"),
}
TABLE = {
    "from": gettext_lazy("From"),
    "day": gettext_lazy("Day"),
    "dose": gettext_lazy("Dose"),
    "besides": gettext_lazy("Besides"),
    "begun": gettext_lazy("Begun"),
    "none": gettext_lazy("no dose"),
    "none-day": gettext_lazy("No dose on this day"),
    "stop": gettext_lazy("Stop"),
    "once": gettext_lazy("Once only"),
    "review": gettext_lazy("After your review; no date yet"),
    "then": gettext_lazy("After these days"),
    "ends": gettext_lazy("The days on this calendar end on {date}."),
}
TEXTS = {
    "end-continue": gettext_lazy("The last dose continues."),
    "end-review": gettext_lazy("The last dose continues until a review."),
    "end-review-on": gettext_lazy("The last dose continues until a review on {date}."),
    "missed": gettext_lazy("If doses are missed"),
    "unwell": gettext_lazy("If unwell"),
    "clinic": gettext_lazy("From the clinic"),
    "record-only": gettext_lazy(
        "This is a record. It proposes no dose: every amount and date was written by the person "
        "named beside it."
    ),
}
TIMES_OF_DAY = {
    "morning": gettext_lazy("Morning"),
    "breakfast": gettext_lazy("Breakfast"),
    "midday": gettext_lazy("Midday"),
    "lunch": gettext_lazy("Lunch"),
    "afternoon": gettext_lazy("Afternoon"),
    "dinner": gettext_lazy("Dinner"),
    "evening": gettext_lazy("Evening"),
    "bedtime": gettext_lazy("Bedtime"),
    "night": gettext_lazy("Night"),
}
WEEKDAYS = {
    "weekday-1": gettext_lazy("Monday"),
    "weekday-2": gettext_lazy("Tuesday"),
    "weekday-3": gettext_lazy("Wednesday"),
    "weekday-4": gettext_lazy("Thursday"),
    "weekday-5": gettext_lazy("Friday"),
    "weekday-6": gettext_lazy("Saturday"),
    "weekday-7": gettext_lazy("Sunday"),
}
MONTHS = {
    "month-1": pgettext_lazy("short month", "Jan"),
    "month-2": pgettext_lazy("short month", "Feb"),
    "month-3": pgettext_lazy("short month", "Mar"),
    "month-4": pgettext_lazy("short month", "Apr"),
    "month-5": pgettext_lazy("short month", "May"),
    "month-6": pgettext_lazy("short month", "Jun"),
    "month-7": pgettext_lazy("short month", "Jul"),
    "month-8": pgettext_lazy("short month", "Aug"),
    "month-9": pgettext_lazy("short month", "Sep"),
    "month-10": pgettext_lazy("short month", "Oct"),
    "month-11": pgettext_lazy("short month", "Nov"),
    "month-12": pgettext_lazy("short month", "Dec"),
}
GROUPS: tuple[tuple[Promise | str, Mapping[str, Promise | str]], ...] = (
    (gettext_lazy("At the head and the foot"), HEAD),
    (gettext_lazy("In the table"), TABLE),
    (gettext_lazy("Below the table"), TEXTS),
    (gettext_lazy("Times of day"), TIMES_OF_DAY),
    (gettext_lazy("Days of the week"), WEEKDAYS),
    (gettext_lazy("Months, in short"), MONTHS),
)
LABELS: dict[str, Promise | str] = {
    code: label for _title, labels in GROUPS for code, label in labels.items()
}
LONGEST_LABEL = 200

_PLACES = re.compile(r"\{[^{}]*\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def label_problem(code: str, word: str) -> str:
    """What keeps a word from standing for a label; "" when nothing does."""
    if code not in LABELS:
        return _("The calendar has no such label.")
    places = _PLACES.findall(str(LABELS[code]))
    if sorted(_PLACES.findall(word)) != sorted(places) or re.search("[{}]", _PLACES.sub("", word)):
        if not places:
            return _("Write this word without braces.")
        return _("Keep %(places)s in it, each once, as they are written.") % {
            "places": " ".join(places)
        }
    if len(word) > LONGEST_LABEL or _CONTROL.search(word):
        return _("Write one line of at most %(count)s signs.") % {"count": LONGEST_LABEL}
    return ""


@dataclass(frozen=True)
class CalendarWords:
    """The words of a calendar in one language: the clinic's where it approved one, else ours.

    `language` is the BCP 47 tag of the clinic's words, "" where the calendar is in ours alone.
    """

    language: str = ""
    approved: Mapping[str, str] = field(default_factory=dict)

    def is_own(self, code: str) -> bool:
        """Whether the clinic approved a word for the label."""
        return bool(self.approved.get(code))

    def label(self, code: str) -> str:
        """The label, its braces still in it."""
        return self.approved.get(code) or str(LABELS[code])

    @property
    def has_dates(self) -> bool:
        """Whether every month has an approved word: a date is in one language or the other."""
        return all(self.is_own(code) for code in MONTHS)

    def day(self, on: date) -> str:
        """A day as in "16-Nov-2026", with the clinic's name of the month."""
        if not self.has_dates:
            return date_words(on)
        return f"{on.day:02d}-{self.label(f'month-{on.month}')}-{on.year:04d}"

    def weekday(self, on: date) -> str:
        return self.label(f"weekday-{on.isoweekday()}")
