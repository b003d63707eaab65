"""Sealing access events in batches, in a chain of their own.

Events get their numbers before they are committed, so a batch ends before the first event that is
younger than five minutes: by then everything with a smaller number has long been committed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from access.models import AccessedPatient, AccessEvent
from ledger import canonical
from ledger.models import AccessSeal

MARGIN = timedelta(minutes=5)
AT_ONCE = 1000

COLUMNS = ("id", "at", "user_id", "clinic_id", "kind", "route", "method", "spooled")


def seal(now: datetime | None = None) -> int:
    """Seal every access event that is old enough; returns how many were sealed."""
    last = _last_old(now or timezone.now())
    sealed = 0
    while last is not None and (count := _seal_batch(last)) is not None:
        sealed += count
    return sealed


def _newest() -> AccessSeal | None:
    return AccessSeal.objects.order_by("number").last()


def _after(newest: AccessSeal | None) -> models.QuerySet[AccessEvent]:
    """The events that are not sealed yet."""
    events = AccessEvent.objects.order_by("id")
    return events.filter(id__gt=newest.last_event) if newest else events


def ahead(now: datetime) -> models.QuerySet[AccessEvent]:
    """The events that bear a time that has not come, however much the clocks of servers differ."""
    return AccessEvent.objects.filter(at__gt=now + MARGIN)


def _last_old(now: datetime) -> int | None:
    """The last event before which nothing is still on its way; none when there is no such event.

    Events from the spool bear the time of long ago and say nothing of when they were committed.
    Neither do those that bear a time far ahead, and nothing waits until that has come.
    """
    own = _after(_newest()).filter(spooled=None)
    recent = own.filter(at__gt=now - MARGIN, at__lte=now + MARGIN)
    young = recent.aggregate(first=Min("id"))["first"]
    old = own.filter(at__lte=now - MARGIN)
    if young is not None:
        old = old.filter(id__lt=young)
    return old.aggregate(last=Max("id"))["last"]


def _seal_batch(last: int) -> int | None:
    """Seal the next batch, AT_ONCE events at most; how many it has, None when there are none."""
    before = _newest()
    keys = list(_after(before).filter(id__lte=last).values_list("id", flat=True)[:AT_ONCE])
    if not keys:
        return None
    count, digest = events_digest(keys[0] - 1, keys[-1])
    number, previous = (before.number, before.digest) if before else (0, canonical.NO_ENTRY)
    made = AccessSeal(
        number=number + 1,
        first_event=keys[0],
        last_event=keys[-1],
        count=count,
        events_digest=digest,
        previous_digest=previous,
        sealed_at=timezone.now(),
    )
    made.digest = canonical.digest("access-seal/1", made.header())
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        if AccessSeal.objects.filter(number=made.number).exists():
            return 0  # somebody else has just sealed this batch
        raise
    return count


def _between(after: int | None, last: int, column: str = "id") -> Q:
    """Events after one up to another; from the very first when `after` is none."""
    until = Q(**{f"{column}__lte": last})
    return until if after is None else until & Q(**{f"{column}__gt": after})


def events_digest(after: int | None, last: int) -> tuple[int, str]:
    """How many events there are after one up to another, and the digest over them, in order.

    It covers every column of theirs and the patients they showed.
    """
    total = sha256(b"access-events/1\n")
    count = 0
    patients = AccessedPatient.objects.filter(_between(after, last, "event_id"))
    patients = patients.order_by("event_id", "patient")
    shown = _Following(patients.values_list("event_id", "patient").iterator(chunk_size=AT_ONCE))
    events = AccessEvent.objects.filter(_between(after, last)).order_by("id")
    for row in events.values_list(*COLUMNS).iterator(chunk_size=AT_ONCE):
        event = dict(zip(COLUMNS, row, strict=True))
        total.update(canonical.canonical_bytes({**event, "patients": shown.of(row[0])}) + b"\n")
        count += 1
    return count, total.hexdigest()


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
