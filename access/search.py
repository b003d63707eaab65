"""Searching access events, the newest first, in pages whose cost does not grow with their number.

An event belongs to a clinic's audit when it is of that clinic, or of none (a list that spans
several, a page of nobody's data) and its person was a member of the clinic at that moment. Search
for a patient, and every event that names the patient belongs to it.

Each source of events is read in the order of an index, a page of it and one event more, and the
sources are merged here: for an OR over them, both engines would sort all that there are.
"""

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.models import AccessEvent, AccessKind, Membership

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = re.compile("([0-9]{1,17})-([0-9]{1,18})")


class Mark(NamedTuple):
    """Where a page begins or ends: the moment and the number of an event."""

    at: datetime
    event: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.event}"

    @classmethod
    def of(cls, event: AccessEvent) -> "Mark":
        return cls(event.at, event.pk)

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """The mark that an address has; None where it has none."""
        match = _MARK.fullmatch(text)
        if match is None:
            return None
        try:
            return cls(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
        except OverflowError:
            return None


@dataclass(frozen=True)
class Search:
    """What is asked for, all of it at once: `start` is the first moment, `end` the first after.

    `patient` is one of the clinic. `is_anonymous`: by somebody who was not signed in. A draft saves
    itself every few seconds: `with_typing` says whether those events are among what is found.
    """

    clinic: int
    patient: UUID | None = None
    person: int | None = None
    is_anonymous: bool = False
    kind: str = ""
    with_typing: bool = True
    start: datetime | None = None
    end: datetime | None = None
    event: int | None = None


@dataclass(frozen=True)
class Found:
    """A page of events, the newest first; where the pages before and after it begin, if any do."""

    events: list[AccessEvent]
    newer: Mark | None = None
    older: Mark | None = None


def find(
    search: Search, before: Mark | None = None, after: Mark | None = None, page: int = PAGE
) -> Found:
    """The newest events of a search; or those just before a mark, or just after one."""
    backwards = after is not None and before is None
    mark = after if backwards else before
    order = ("at", "pk") if backwards else ("-at", "-pk")
    events: list[AccessEvent] = []
    for source in _sources(search):
        if mark:
            source = source.filter(_beyond(mark, backwards=backwards))
        events += source.select_related("user").order_by(*order)[: page + 1]
    events.sort(key=Mark.of, reverse=not backwards)
    has_more, events = len(events) > page, events[:page]
    if backwards:
        events.reverse()
    has_newer = has_more if backwards else mark is not None
    has_older = has_more or backwards
    return Found(
        events,
        newer=Mark.of(events[0]) if events and has_newer else None,
        older=Mark.of(events[-1]) if events and has_older else None,
    )


def every(search: Search, page: int = 1000) -> Iterator[list[AccessEvent]]:
    """All events of a search in pages, the newest first; some pages are held at a time."""
    own, *spanning = _sources(search)
    walks = [_walk(own, page), *(_walk(source, PAGE) for source in spanning)]
    events = heapq.merge(*walks, key=Mark.of, reverse=True)
    while found := list(islice(events, page)):
        yield found


def _walk(source: QuerySet[AccessEvent], page: int) -> Iterator[AccessEvent]:
    """The events of one source, read a page at a time."""
    events = source.select_related("user").order_by("-at", "-pk")
    found = list(events[:page])
    while found:
        yield from found
        beyond = _beyond(Mark.of(found[-1]), backwards=False)
        found = list(events.filter(beyond)[:page]) if len(found) == page else []


def _sources(search: Search) -> Iterator[QuerySet[AccessEvent]]:
    """Where the events of a search are found, each event in one of them only."""
    events = AccessEvent.objects.filter(_wanted(search))
    if search.patient:
        yield events.filter(patients__patient=search.patient)
        return
    yield events.filter(clinic=search.clinic)
    if not search.is_anonymous:
        for person, windows in _members(search):
            yield events.filter(windows, user=person, clinic=None)


def _wanted(search: Search) -> Q:
    wanted = Q()
    if search.is_anonymous:
        # Said as the kind, which such events always have, because it has an index.
        wanted &= Q(user=None, kind=AccessKind.REFUSED)
    if search.person is not None:
        wanted &= Q(user=search.person)
    if search.kind:
        wanted &= Q(kind=search.kind)
    if not search.with_typing:
        wanted &= ~Q(kind=AccessKind.TYPING)
    if search.start:
        wanted &= Q(at__gte=search.start)
    if search.end:
        wanted &= Q(at__lt=search.end)
    if search.event is not None:
        wanted &= Q(pk=search.event)
    return wanted


def _members(search: Search) -> Iterator[tuple[int, Q]]:
    """The members, past ones too, who have events of no clinic, and when they were members."""
    of_none = AccessEvent.objects.filter(user=OuterRef("user"), clinic=None)
    members = Membership.objects.filter(Exists(of_none), clinic=search.clinic)
    if search.person is not None:
        members = members.filter(user=search.person)
    rows = members.order_by("user").only("user_id", "started_at", "until", "ended_at")
    for person, held in groupby(rows, key=attrgetter("user_id")):
        yield person, _windows((each.started_at, each.over_at) for each in held)


def _windows(held: Iterable[tuple[datetime, datetime | None]]) -> Q:
    windows = Q()
    for started, ended in held:
        windows |= Q(at__gte=started) & (Q(at__lte=ended) if ended else Q())
    return windows


def _beyond(mark: Mark, *, backwards: bool) -> Q:
    """Events past the mark. The first condition is for the index: it can start from there."""
    if backwards:
        return Q(at__gte=mark.at) & (Q(at__gt=mark.at) | Q(pk__gt=mark.event))
    return Q(at__lte=mark.at) & (Q(at__lt=mark.at) | Q(pk__lt=mark.event))
