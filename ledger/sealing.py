"""Sealing access events and acts of administration in batches, in a chain of their own.

Rows get their numbers before they are committed, so a batch ends before the first row that is
younger than five minutes: by then everything with a smaller number has long been committed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from access.models import AccessedPatient, AccessEvent, Act
from ledger import canonical
from ledger.models import AccessSeal

MARGIN = timedelta(minutes=5)
AT_ONCE = 1000

OF_EVENT = ("id", "at", "user_id", "clinic_id", "kind", "route", "method", "spooled")
OF_ACT = (
    *("id", "clinic_id", "at", "by_id", "by_name", "kind", "person_id", "person_name"),
    *("was", "now", "until", "reason", "submission"),
)


def seal(now: datetime | None = None) -> int:
    """Seal every event and act that is old enough; returns how many were sealed."""
    now = now or timezone.now()
    return sum(_seal_all(sort, now) for sort in SORTS.values())


def _seal_all(sort: "Sort", now: datetime) -> int:
    last = _last_old(sort, now)
    sealed = 0
    while last is not None and (count := _seal_batch(sort, last)) is not None:
        sealed += count
    return sealed


def _unsealed(sort: "Sort") -> models.QuerySet:
    newest = AccessSeal.objects.filter(is_of_acts=sort.is_of_acts).order_by("number").last()
    rows = sort.model._base_manager.order_by("id")
    return rows.filter(id__gt=newest.last_event) if newest else rows


def ahead(now: datetime) -> models.QuerySet[AccessEvent]:
    """The events that bear a time that has not come, however much the clocks of servers differ."""
    return AccessEvent.objects.filter(at__gt=now + MARGIN)


def _last_old(sort: "Sort", now: datetime) -> int | None:
    """The last row before which nothing is still on its way; none when there is no such row.

    Events from the spool bear the time of long ago and say nothing of when they were committed.
    Neither do those that bear a time far ahead, and nothing waits until that has come.
    """
    timely = _unsealed(sort).filter(sort.timely)
    recent = timely.filter(at__gt=now - MARGIN, at__lte=now + MARGIN)
    young = recent.aggregate(first=Min("id"))["first"]
    old = timely.filter(at__lte=now - MARGIN)
    if young is not None:
        old = old.filter(id__lt=young)
    return old.aggregate(last=Max("id"))["last"]


def _seal_batch(sort: "Sort", last: int) -> int | None:
    """Seal the next batch, AT_ONCE rows at most; how many it has, None when there are none."""
    before = AccessSeal.objects.order_by("number").last()
    keys = list(_unsealed(sort).filter(id__lte=last).values_list("id", flat=True)[:AT_ONCE])
    if not keys:
        return None
    count, digest = batch_digest(sort, keys[0] - 1, keys[-1])
    number, previous = (before.number, before.digest) if before else (0, canonical.NO_ENTRY)
    made = AccessSeal(
        number=number + 1,
        is_of_acts=sort.is_of_acts,
        first_event=keys[0],
        last_event=keys[-1],
        count=count,
        events_digest=digest,
        previous_digest=previous,
        sealed_at=timezone.now(),
    )
    made.digest = made.made_digest()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        if AccessSeal.objects.filter(number=made.number).exists():
            return 0  # somebody else has just put a seal there
        raise
    return count


def _between(after: int | None, last: int, column: str = "id") -> Q:
    """Rows after one up to another; from the very first when `after` is none."""
    until = Q(**{f"{column}__lte": last})
    return until if after is None else until & Q(**{f"{column}__gt": after})


def batch_digest(sort: "Sort", after: int | None, last: int) -> tuple[int, str]:
    """How many rows there are after one up to another, and the digest over them, in order."""
    total = sha256(sort.label)
    count = 0
    for row in sort.rows(after, last):
        total.update(canonical.canonical_bytes(row) + b"\n")
        count += 1
    return count, total.hexdigest()


Row = dict[str, Any]


def _events(after: int | None, last: int) -> Iterator[Row]:
    """Every column of theirs, and the patients they showed."""
    patients = AccessedPatient.objects.filter(_between(after, last, "event_id"))
    patients = patients.order_by("event_id", "patient")
    shown = _Following(patients.values_list("event_id", "patient").iterator(chunk_size=AT_ONCE))
    for row in _columns(AccessEvent, OF_EVENT, after, last):
        yield {**row, "patients": shown.of(row["id"])}


def _acts(after: int | None, last: int) -> Iterator[Row]:
    return _columns(Act, OF_ACT, after, last)


def _columns(
    model: type[models.Model], columns: tuple[str, ...], after: int | None, last: int
) -> Iterator[Row]:
    rows = model._base_manager.filter(_between(after, last)).order_by("id")
    for row in rows.values_list(*columns).iterator(chunk_size=AT_ONCE):
        yield dict(zip(columns, row, strict=True))


class _Following:
    """Patients by event, from rows in the order of the events."""

    def __init__(self, rows: Iterator[tuple]) -> None:
        self.rows = rows
        self.next = next(rows, None)

    def of(self, event: int) -> list:
        found = []
        while self.next is not None and self.next[0] <= event:
            if self.next[0] == event:
                found.append(self.next[1])
            self.next = next(self.rows, None)
        return found


@dataclass(frozen=True)
class Sort:
    """What is sealed: `rows` reads a stretch of it; those that are `timely` bear their own time."""

    is_of_acts: bool
    model: type[models.Model]
    label: bytes
    rows: Callable[[int | None, int], Iterator[Row]]
    timely: Q


SORTS = {
    sort.is_of_acts: sort
    for sort in (
        Sort(False, AccessEvent, b"access-events/1\n", _events, Q(spooled=None)),
        Sort(True, Act, b"acts/1\n", _acts, Q()),
    )
}
