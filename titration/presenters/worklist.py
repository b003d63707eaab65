"""The worklist: its sections, and which rows of each a page shows.

That comes first, so that the access event is written before anything of the rows is read; what
they say is in worklist_rows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from access.models import User
from access.policies import VIEW_CHARTS, clinics_of
from titration import listed
from titration.listed import Mark, Scope
from titration.models import RegimenCard, WorklistRow
from titration.worklist import TOPICS

PAGE, GLANCE, RECENT = 25, 5, 8
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


class _Said(NamedTuple):
    """What a section is called, what its date is, and what is said when it is empty."""

    heading: str
    day: str
    empty: str


SAID = {
    "pump-alarm": _Said(
        gettext_noop("Pump: alarm heard, or low-reservoir date within 14 days"),
        gettext_noop("Alarm"),
        gettext_noop("No pump alarm is recorded, and no low-reservoir date is within 14 days."),
    ),
    "pump-refill": _Said(
        gettext_noop("Pump: refill within 14 days, or replacement within 90"),
        gettext_noop("Date"),
        gettext_noop("No pump is booked to be refilled or replaced soon."),
    ),
    "withheld": _Said(
        gettext_noop("Withheld, or stopped in the last 14 days"),
        gettext_noop("Since"),
        gettext_noop("Nothing is withheld, and nothing was stopped in the last 14 days."),
    ),
    "differs": _Said(
        gettext_noop("Differs from the record"),
        gettext_noop("Since"),
        gettext_noop(
            "No plan waits for its prescriber, no step is disputed, and no report differs of which "
            "no prescriber was told."
        ),
    ),
    "passed": _Said(
        gettext_noop("Planned date passed, nothing recorded"),
        gettext_noop("Planned for"),
        gettext_noop("No planned date has passed without a record."),
    ),
    "ahead": _Said(
        gettext_noop("Planned for today and the next 7 days"),
        gettext_noop("Planned for"),
        gettext_noop("Nothing is planned for today and the next 7 days."),
    ),
    "confirm": _Said(
        gettext_noop("To confirm"),
        gettext_noop("Recorded"),
        gettext_noop("No step waits for a confirmation."),
    ),
    "sign": _Said(
        gettext_noop("To sign"), gettext_noop("Asked"), gettext_noop("No plan waits to be signed.")
    ),
    "call-back": _Said(
        gettext_noop("To call back, overdue or in the next 7 days"),
        gettext_noop("Call back on"),
        gettext_noop("Nobody is to be called back in the next 7 days."),
    ),
    "review": _Said(
        gettext_noop("Reviews overdue, or in the next 7 days"),
        gettext_noop("Review on"),
        gettext_noop("No review is overdue or booked for the next 7 days."),
    ),
    "no-review": _Said(
        gettext_noop("No review written"),
        gettext_noop("Since"),
        gettext_noop("Every medicine that goes on has a review written."),
    ),
    "plan-ended": _Said(
        gettext_noop("Plan ended, medicine continues"),
        gettext_noop("Ended"),
        gettext_noop("No medicine goes on after the end of its plan."),
    ),
    "offer": _Said(
        gettext_noop("Offered to another clinic, not accepted"),
        gettext_noop("Since"),
        gettext_noop("No patient is offered to another clinic."),
    ),
    "nobody": _Said(
        gettext_noop("No responsible prescriber"),
        gettext_noop("Named"),
        gettext_noop("Every regimen has a responsible prescriber of the clinic."),
    ),
}


class Asked(NamedTuple):
    """What the address asks for; None where it does not say, or says what is none."""

    topic: str | None = None
    is_mine: bool = False
    prescriber: int | None = None
    medicine: UUID | None = None
    after: Mark | None = None
    before: Mark | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Asked":
        prescriber, topic = query.get("prescriber", ""), query.get("topic", "")
        return cls(
            topic=topic if topic in SAID else None,
            is_mine=query.get("mine") == "1",
            prescriber=int(prescriber) if _NUMBER.fullmatch(prescriber) else None,
            medicine=_uuid(query.get("medicine", "")),
            after=listed.read_mark(query.get("after", "")),
            before=listed.read_mark(query.get("before", "")),
        )

    def url(self, **others: object) -> str:
        """The address of the list with these things asked otherwise."""
        asked = self._replace(after=None, before=None)._replace(**others)  # type: ignore[arg-type]
        said = {
            "topic": asked.topic,
            "mine": "1" if asked.is_mine else None,
            "prescriber": asked.prescriber,
            "medicine": asked.medicine,
            "after": asked.after,
            "before": asked.before,
        }
        query = urlencode({name: str(value) for name, value in said.items() if value is not None})
        return reverse("worklist") + (f"?{query}" if query else "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class Recent(NamedTuple):
    """A regimen by when it was last recorded on."""

    at: datetime
    clinic: int
    regimen: UUID
    patient: UUID


@dataclass(frozen=True)
class Section:
    """One section of the list: which rows, and how many there are in all.

    `rows` are what is shown of them, once that was read.
    """

    topic: str
    heading: str
    day: str
    empty: str
    count: str
    url: str
    found: Sequence[WorklistRow]
    has_more: bool = False
    earlier: str = ""
    later: str = ""
    rows: Sequence["Row"] = ()


@dataclass(frozen=True)
class Row:
    """The cells of one row; `confirms` is the step that the reader may confirm."""

    cells: SafeString
    confirms: "Confirmable | None" = None
    is_error: bool = False


class Confirmable(NamedTuple):
    """A step as its form names it."""

    step: UUID
    entry: UUID
    number: str


class Said(NamedTuple):
    """The sections with what their rows say, and the recent regimens.

    `is_clocked` when a step of today may come at a clock time.
    """

    sections: list[Section]
    recorded: list[Row]
    is_clocked: bool


def front_page(asked: Asked, scope: Scope) -> list[Section]:
    """Every section with its first rows; two queries."""
    found = listed.first_rows(scope, GLANCE)
    full = [topic for topic, rows in found.items() if len(rows) > GLANCE]
    counts = listed.counts(scope, full)
    return [
        replace(
            _section(asked, topic, found[topic][:GLANCE], counts.get(topic, len(found[topic]))),
            has_more=topic in full,
        )
        for topic in TOPICS
    ]


def section_of(asked: Asked, scope: Scope, topic: str) -> Section:
    """A page of one section."""
    page = listed.section_page(scope, topic, PAGE, asked.after, asked.before)
    rows = page.rows
    count = listed.counts(scope, [topic]).get(topic, 0)
    return replace(
        _section(asked, topic, rows, count),
        earlier=asked.url(before=listed.mark_of(rows[0])) if rows and page.has_earlier else "",
        later=asked.url(after=listed.mark_of(rows[-1])) if rows and page.has_later else "",
    )


def _section(asked: Asked, topic: str, found: Sequence[WorklistRow], count: int) -> Section:
    said = SAID[topic]
    return Section(
        topic=topic,
        heading=_(said.heading),
        day=_(said.day),
        empty=_(said.empty),
        count=_count_words(count),
        url=asked.url(topic=topic),
        found=found,
    )


def _count_words(count: int) -> str:
    if count > listed.MOST_COUNTED:
        return _("more than %(count)s") % {"count": listed.MOST_COUNTED}
    return str(count)


def recent_keys(user: User) -> list[Recent]:
    """The regimens last recorded on, newest first; one query for each clinic, by its index."""
    found: list[Recent] = []
    for key in clinics_of(user, VIEW_CHARTS):
        cards = RegimenCard.objects.filter(clinic=key).order_by("-last_number")[:RECENT]
        found += [
            Recent(at, clinic, regimen, patient)
            for at, clinic, regimen, patient in cards.values_list(
                "last_recorded_at", "clinic", "regimen", "patient"
            )
            if at is not None
        ]
    return sorted(found, reverse=True)[:RECENT]
