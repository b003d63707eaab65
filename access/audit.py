"""Writing access events: on their own, committed before what they speak of is shown."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import Error, connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from access import spool
from access.models import (
    AccessedPatient,
    AccessEvent,
    AccessKind,
    Clinic,
    Invitation,
    Membership,
    User,
)
from access.prepared import Sent, Statement

log = logging.getLogger(__name__)

COMMAND = "command"
"""What stands as the method of an event that no request brought about."""

LOADED_AT_ONCE = 100
"""Lines of the spool that one request takes along once the database takes events again."""


class NotWritten(Exception):
    """Neither the database nor the spool took the event: what it speaks of must not be shown."""


class Subject(NamedTuple):
    """Whose an identity in an address is: of which clinic, and of which patient if of any."""

    clinic: int
    patient: UUID | None


Finder = Callable[[UUID], Subject | None]
finders: list[Finder] = []
"""Those who know identities (the ledger) put themselves here; this app knows only its own."""


Companions = Callable[[Sequence[UUID]], Iterable[UUID]]
companions: list[Companions] = []
"""Those who know of whom else the pages of patients tell put themselves here."""

_LISTS = frozenset({AccessKind.LIST, AccessKind.SEARCH, AccessKind.REFUSED})
"""What shows of a patient no more than their own row, or nothing."""


def _clinic_of(asked: dict[str, Any]) -> int | None:
    """The clinic of whom an address of administration names; of a person, where it is one."""
    held: QuerySet[Any, int]
    match asked:
        case {"person": int(key)}:
            held = Membership.objects.filter(user=key).values_list("clinic", flat=True).distinct()
        case {"membership": int(key)}:
            held = Membership.objects.filter(pk=key).values_list("clinic", flat=True)
        case {"invitation": UUID() as key}:
            held = Invitation.objects.filter(pk=key).values_list("clinic", flat=True)
        case {"clinic": UUID() as key}:
            held = Clinic.objects.filter(uuid=key).values_list("pk", flat=True)
        case _:
            return None
    found = list(held[:2])
    return found[0] if len(found) == 1 else None


def saw(
    request: HttpRequest,
    kind: AccessKind,
    patients: Iterable[UUID] = (),
    clinic: Clinic | int | None = None,
    by: User | AnonymousUser | None = None,
) -> AccessEvent:
    """Write the access event of this request and mark the request as accounted for.

    Views that show patients' data call it once the patients are known and before their data is
    read; the middleware writes the event of every other request. `clinic` is a clinic or its id;
    without it, the one that the person belongs to, and none where they belong to several. `by` is
    who asked, where the request no longer tells.

    What the database does not take goes to the spool, and the page is shown. Raises NotWritten
    when the spool does not take it either.
    """
    match = request.resolver_match
    user = by or getattr(request, "user", None)
    event = AccessEvent(
        user_id=user.pk if user is not None and user.is_authenticated else None,
        clinic_id=clinic.pk if isinstance(clinic, Clinic) else clinic,
        kind=kind,
        route=(match.view_name or match.route)[:100] if match else "",
        method=(request.method or "")[:10],
    )
    if event.clinic_id is None and isinstance(user, User):
        event.clinic_id = _only_clinic(user)
    _write(event, _with_companions(event, list(dict.fromkeys(patients))))
    request.access_event = event  # type: ignore[attr-defined]
    return event


def ran(
    command: str,
    kind: AccessKind,
    patients: Iterable[UUID],
    clinic: Clinic,
    by: User | None = None,
) -> AccessEvent:
    """Write the access event of a command on the server, before it reads what these patients have.

    `by` is the person who is named in it; nobody where a timer runs it. As `saw` beside that.
    """
    event = AccessEvent(user=by, clinic=clinic, kind=kind, route=command, method=COMMAND)
    _write(event, list(dict.fromkeys(patients)))
    return event


def refused(request: HttpRequest) -> AccessEvent:
    """Write the event of a refusal: it names the patient who was asked for, and their clinic.

    Also where the person may not know that there is such a patient; the answer says nothing of it.
    An identity that nobody has is not written down.
    """
    match = request.resolver_match
    asked = match.kwargs if match else {}
    named = [value for value in asked.values() if isinstance(value, UUID)]
    found = _subject(named, asked)
    return saw(
        request,
        AccessKind.REFUSED,
        [found.patient] if found and found.patient else [],
        clinic=found.clinic if found else None,
    )


def _only_clinic(user: User) -> int | None:
    clinics = list(user.roles_by_clinic)
    return clinics[0] if len(clinics) == 1 else None


def _subject(identities: Sequence[UUID], asked: dict[str, Any]) -> Subject | None:
    try:
        clinic = _clinic_of(asked)
        if clinic is not None:
            return Subject(clinic, None)
        found = (finder(identity) for identity in identities for finder in finders)
        return next((subject for subject in found if subject), None)
    except Error:  # the event is written all the same, with what is known
        return None


def _write(event: AccessEvent, patients: Sequence[UUID]) -> None:
    try:
        _insert(event, patients)
    except Error:
        log.exception("The database took no access event: it goes to the spool.")
        try:
            spool.put(event, patients)
        except OSError as error:
            log.exception("The spool took no access event either: the page is not shown.")
            raise NotWritten from error
    else:
        _load_what_waits()


def _with_companions(event: AccessEvent, patients: list[UUID]) -> list[UUID]:
    """Also those whom the pages of these patients name beside them."""
    if not patients or event.kind in _LISTS:
        return patients
    try:
        beside = [other for found in companions for other in found(patients)]
    except Error:  # the event is written all the same, with what is known
        return patients
    return list(dict.fromkeys([*patients, *beside]))


def _insert(event: AccessEvent, patients: Sequence[UUID]) -> None:
    """The event and its patients or neither, committed on return."""
    if connection.vendor == "postgresql":
        _insert_at_once(event, patients)
        return
    with transaction.atomic():
        event.save(force_insert=True)
        AccessedPatient.objects.bulk_create(
            AccessedPatient(event=event, patient=patient) for patient in patients
        )


AT_ONCE = Statement("""
    WITH event AS (
        INSERT INTO access_accessevent (at, user_id, clinic_id, kind, route, method)
        VALUES (%s, %s, %s, %s, %s, %s)
        RETURNING id
    ), named AS (
        INSERT INTO access_accessedpatient (event_id, patient)
        SELECT event.id, shown.patient FROM event, unnest(%s::uuid[]) AS shown (patient)
    )
    SELECT id FROM event
""")


def _insert_at_once(event: AccessEvent, patients: Sequence[UUID]) -> None:
    """One statement is its own transaction: one way to the server and back instead of four.

    Within a transaction, which no page has, a refusal leaves that one as it was.
    """
    texts = map(Sent, (event.kind, event.route, event.method))
    said = [event.at, event.user_id, event.clinic_id, *texts]
    around = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with around, connection.cursor() as cursor:
        cursor.execute(AT_ONCE, [*said, list(patients)])
        [event.pk] = cursor.fetchone()


def _load_what_waits() -> None:
    """The database takes events again: so it does those that wait in the spool."""
    if not spool.is_waiting():
        return
    try:
        for file, why in spool.load(most=LOADED_AT_ONCE).unfit:
            log.error("A line of the spool is kept aside: %s: %s.", file, why)
    except (Error, OSError):
        log.exception("The spool of access events was not loaded.")
