"""Who saw whom, as finished strings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.audit import COMMAND
from access.models import AccessEvent, AccessKind, Clinic
from access.search import Found
from ledger.models import AccessSeal, Head
from patients import wording
from patients.models import Patient
from patients.presenters.people import Banner, banner, rows

MOST_NAMED = 3
"""Patients whom a line names; the page of the event alone names all of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One access event. `patients`: name and address; `more` says how many it names besides."""

    at: str
    person: str
    profession: str
    person_url: str
    what: str
    page: str
    is_refused: bool
    late: str
    patients: Sequence[tuple[str, str]]
    more: str
    event_url: str


def named_on(
    events: Sequence[AccessEvent], named: Mapping[int, list[UUID]], asked: UUID | None
) -> Mapping[int, list[UUID]]:
    """Of the patients whom events name, those whom a page of them shows: all of one event alone.

    A patient who was asked for comes first.
    """
    first = {
        event: sorted(patients, key=lambda patient: patient != asked)
        for event, patients in named.items()
    }
    if len(events) == 1:
        return first
    return {event: patients[:MOST_NAMED] for event, patients in first.items()}


def lines(
    events: Iterable[AccessEvent],
    clinic: Clinic,
    named: Mapping[int, list[UUID]],
    shown: Mapping[int, list[UUID]],
    asked: UUID | None,
) -> list[Line]:
    """These events by the clinic's clock. The patients `shown` are named; `asked` was asked for."""
    patients = {row.patient: row.name for row in rows(list(dict.fromkeys(_flat(shown))))}
    page = reverse("audit")
    of_patient = f"&patient={asked}" if asked else ""
    return [
        replace(
            line(event, clinic),
            person_url=f"{page}?clinic={clinic.pk}&person={event.user_id or 'nobody'}",
            patients=[
                (
                    patients[patient],
                    f"{page}?clinic={clinic.pk}&patient={patient}",
                )
                for patient in shown[event.pk]
            ],
            more=_more_words(len(named[event.pk]) - len(shown[event.pk])),
            event_url=f"{page}?clinic={clinic.pk}&event={event.pk}{of_patient}",
        )
        for event in events
    ]


def line(event: AccessEvent, clinic: Clinic) -> Line:
    """One event by the clinic's clock, without its patients."""
    person = event.user
    return Line(
        at=wording.moment_words(event.at, clinic.zone),
        person=person.name if person else _nobody_words(event),
        profession=person.profession if person else "",
        person_url="",
        what=str(AccessKind(event.kind).label),
        page=wording.route_words(event.route),
        is_refused=event.kind == AccessKind.REFUSED,
        late=_("written down later, from the spool") if event.spooled else "",
        patients=(),
        more="",
        event_url="",
    )


def _nobody_words(event: AccessEvent) -> str:
    """What stands in place of a person where an event has none."""
    return _("a command on the server") if event.method == COMMAND else _("not signed in")


def _flat(shown: Mapping[int, list[UUID]]) -> Iterable[UUID]:
    return (patient for patients in shown.values() for patient in patients)


def _more_words(count: int) -> str:
    if not count:
        return ""
    return ngettext("and %(count)s more", "and %(count)s more", count) % {"count": count}


def page_urls(found: Found, asked: QueryDict) -> dict[str, str]:
    """The addresses of the pages before and after, with all else that was asked for."""
    urls = {}
    for name, key, mark in (
        ("newer_url", "after", found.newer),
        ("older_url", "before", found.older),
    ):
        query = asked.copy()
        query.pop("before", None)
        query.pop("after", None)
        query[key] = str(mark)
        urls[name] = f"?{query.urlencode()}" if mark else ""
    return urls


def whose(patient: Patient, *, with_chart: bool) -> Banner:
    """The banner of a patient; only where the chart is open does it lead there and tell of it."""
    found = banner(patient)
    return found if with_chart else replace(found, url="", allergies="", context_url="", linked=())


def wholeness(clinic: Clinic) -> list[tuple[str, str]]:
    """How far the record and the seals of the access events go: (label, words); two queries."""
    head = Head.objects.filter(clinic=clinic).first()
    seal = AccessSeal.objects.order_by("number").last()
    return [
        (_("Newest entry of the record"), _entry_words(head, clinic)),
        (_("Access events sealed"), _seal_words(seal, clinic)),
    ]


def _entry_words(head: Head | None, clinic: Clinic) -> str:
    if head is None or head.recorded_at is None:
        return _("nothing is recorded yet")
    return _("entry %(number)s, %(when)s") % {
        "number": f"{head.number:,}",
        "when": wording.moment_words(head.recorded_at, clinic.zone),
    }


def _seal_words(seal: AccessSeal | None, clinic: Clinic) -> str:
    if seal is None:
        return _("none yet")
    return _("up to event %(number)s, %(when)s") % {
        "number": f"{seal.last_event:,}",
        "when": wording.moment_words(seal.sealed_at, clinic.zone),
    }
