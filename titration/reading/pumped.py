"""Rows to the pure pump: every event of a regimen's pump, as known at an entry number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from access.composed import Composed, Rows
from ledger.models import Entry, Retraction
from titration.dosing import Component
from titration.models import COMPONENT_FIELDS, PumpEvent, PumpRate, written_component
from titration.pump import Pump, PumpRecord, PumpText, pump_after
from titration.reading.withdrawn import withdrawing
from titration.timeline import Effective


@dataclass(frozen=True)
class PumpEntry:
    """One text of an event and how it came into the record.

    Of one that no longer stands, `corrected_by` is the text that replaced it, `withdrawn_by` the
    entry that withdrew its line.
    """

    record: PumpRecord
    entry: Entry
    corrected_by: "PumpEntry | None" = None
    withdrawn_by: Retraction | None = None

    @property
    def is_live(self) -> bool:
        return self.corrected_by is None and self.withdrawn_by is None

    @property
    def last_number(self) -> int:
        """The number of the text, or of what withdrew it."""
        return self.withdrawn_by.entry.number if self.withdrawn_by else self.record.number


@dataclass(frozen=True)
class PumpLog:
    """Every text of a pump's events, newest moment first; corrected and withdrawn ones too."""

    entries: tuple[PumpEntry, ...] = ()

    @property
    def live(self) -> tuple[PumpRecord, ...]:
        return tuple(entry.record for entry in self.entries if entry.is_live)

    @property
    def last_number(self) -> int:
        """The number of the newest text or withdrawal; 0 where there is none."""
        return max((entry.last_number for entry in self.entries), default=0)

    @property
    def pump(self) -> Pump:
        return pump_after(self.live)


def pump_log(regimen: UUID, known: int | None = None) -> PumpLog:
    """The events of one regimen's pump, in three queries whatever their number; one for none."""
    return pump_logs([regimen], known)[regimen]


def pump_logs(regimens: Iterable[UUID], known: int | None = None) -> dict[UUID, PumpLog]:
    """The events of several regimens' pumps, in three queries in all; one where there are none, and
    none where there is no regimen."""
    regimens = list(regimens)
    found: dict[UUID, list[PumpEntry]] = {regimen: [] for regimen in regimens}
    rows = list(_events(regimens, known))
    rates = _rates(event.pk for event in rows)
    withdrawals = _withdrawals({event.event for event in rows}, known)
    replaced: dict[UUID, PumpEntry] = {}
    firsts: dict[UUID, int] = {}
    for event in rows:
        firsts.setdefault(event.event, event.entry.number)
    for event in reversed(rows):
        text = text_of(event, rates.get(event.pk, ()))
        record = PumpRecord(event.pk, event.entry.number, event.event, text, firsts[event.event])
        entry = PumpEntry(
            record, event.entry, replaced.get(event.event), withdrawals.get(event.event)
        )
        replaced[event.event] = entry
        found[event.regimen_id].append(entry)
    return {
        regimen: PumpLog(tuple(sorted(log, key=lambda e: e.record.order, reverse=True)))
        for regimen, log in found.items()
    }


def _of_regimens(regimens: Sequence[UUID], known: int | None) -> QuerySet[PumpEvent]:
    events = PumpEvent.objects.up_to(known).filter(regimen__in=regimens)
    return events.order_by("entry__number")


_events = Rows(PumpEvent, _of_regimens, "entry")


def texts_of(events: Iterable[UUID]) -> dict[UUID, PumpText]:
    """What these entries say, without their rates; no query where there are none."""
    keys = list(events)
    rows = PumpEvent.objects.filter(pk__in=keys) if keys else ()
    return {event.pk: text_of(event, ()) for event in rows}


def text_of(event: PumpEvent, rates: Sequence[Component]) -> PumpText:
    """What an event says, with these rates."""
    columns = {f.name for f in fields(PumpText)} - {"effective", "rates"}
    said = {name: getattr(event, name) for name in columns}
    return PumpText(effective=event.effective, rates=tuple(rates), **said)


def _rates(events: Iterable[UUID]) -> dict[UUID, list[Component]]:
    keys = list(events)
    found: dict[UUID, list[Component]] = defaultdict(list)
    if keys:
        rows = PumpRate.objects.filter(event__in=keys).order_by("position")
        for event, *values in rows.values_list("event_id", *COMPONENT_FIELDS):
            found[event].append(written_component(values))
    return found


def _withdrawals(lines: set[UUID], known: int | None) -> dict[UUID, Retraction]:
    if not lines:
        return {}
    rows = Retraction.objects.up_to(known).filter(entry__subject__in=lines)
    return {row.entry.subject: row for row in rows.select_related("entry")}


@Composed
def _moments(patient: UUID) -> QuerySet:
    """Of each text that stands: what tells whether a pump is in place."""
    events = PumpEvent.objects.newest().filter(~Exists(withdrawing("event")))
    line = PumpEvent.objects.filter(event=OuterRef("event")).order_by("entry__number")
    return events.filter(regimen__patient=patient).values_list(
        *("regimen_id", "kind", "on", "precision", "time", "offset"),
        *("entry_id", "entry__number", "event", "medicine_name"),
        Subquery(line.values("entry__number")[:1]),
    )


def medicines_in_pumps(patient: UUID, known: int | None = None) -> tuple[str, ...]:
    """The medicines of the pumps that the patient has in place, by the record; one query.

    As known at an entry number, all of their events are read.
    """
    if known is not None:
        regimens = PumpEvent.objects.filter(regimen__patient=patient).values("regimen")
        logs = pump_logs(set(regimens.values_list("regimen", flat=True)), known).values()
        return _medicines(log.live for log in logs)
    by_regimen: dict[UUID, list[PumpRecord]] = defaultdict(list)
    for regimen, kind, on, precision, time, offset, *rest in _moments(patient):
        entry, number, event, name, first = rest
        text = PumpText(kind, Effective(on, precision, time, offset), name)
        by_regimen[regimen].append(PumpRecord(entry, number, event, text, first))
    return _medicines(by_regimen.values())


def _medicines(logs: Iterable[Sequence[PumpRecord]]) -> tuple[str, ...]:
    pumps = [pump_after(log) for log in logs]
    return tuple(p.last.text.medicine_name for p in pumps if p.is_in_place and p.last)
