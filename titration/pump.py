"""A pump as its events tell: which of them last said what holds now.

Pure: the standard library only. Nothing is computed from what a print-out says: no volume, no date,
no rate. What a later event leaves unsaid holds on, but for what it ends: a filled reservoir ends
the dates that were written for the one before, and a pump put in begins anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from titration.dosing import Component
from titration.timeline import Effective

IMPLANTED, IN_PLACE, REPLACED, REMOVED = "implanted", "in-place", "replaced", "removed"
REFILLED, CONCENTRATION, ALARM = "refilled", "concentration", "alarm"
HEARD, STOPPED = "heard", "stopped"
BEGINNINGS = frozenset({IMPLANTED, IN_PLACE, REPLACED})


@dataclass(frozen=True, slots=True)
class PumpText:
    """What a print-out of a pump says, and what was done; empty where it does not say.

    `kind`, `mode` and `alarm` are codes of the models' lists. Volumes are in mL, `concentration` is
    in `concentration_unit` per mL, `bolus` and `bridge` in units of their own.
    """

    kind: str
    effective: Effective
    medicine_name: str
    done_by_name: str = ""
    model: str = ""
    concentration: Decimal | None = None
    concentration_unit: str = ""
    other_contents: str | None = ""
    mode: str = ""
    rates: tuple[Component, ...] = ()
    bolus: Decimal | None = None
    bolus_unit: str = ""
    bolus_times: int | None = None
    bolus_hours: int | None = None
    bolus_lockout_minutes: int | None = None
    bridge: Decimal | None = None
    bridge_unit: str = ""
    bridge_minutes: int | None = None
    volume_expected: Decimal | None = None
    volume_withdrawn: Decimal | None = None
    volume_filled: Decimal | None = None
    low_reservoir_on: date | None = None
    refill_on: date | None = None
    replacement_on: date | None = None
    alarm: str = ""
    alarm_words: str | None = ""
    note: str | None = ""
    correction_reason: str | None = ""

    @property
    def has_programme(self) -> bool:
        """Whether it says how the pump runs."""
        return bool(self.mode or self.rates)

    @property
    def has_contents(self) -> bool:
        """Whether it says what is in the reservoir."""
        return self.concentration is not None or bool(self.other_contents)


@dataclass(frozen=True, slots=True)
class PumpRecord:
    """An event in the record: the entry that wrote it, and the line that its corrections share.

    `first` is the number of the line's first entry: of two events of one moment, a correction of
    the earlier one does not make it the later one.
    """

    entry: UUID
    number: int
    event: UUID
    text: PumpText
    first: int

    @property
    def order(self) -> tuple:
        return (*self.text.effective.order, self.first, self.number)


@dataclass(frozen=True, slots=True)
class Pump:
    """A pump after its events: of each fact, the event that last said it; none where none did.

    `begun` is the event that says that it is in place, `last` the newest of all.
    """

    begun: PumpRecord | None = None
    last: PumpRecord | None = None
    removed: PumpRecord | None = None
    model: PumpRecord | None = None
    contents: PumpRecord | None = None
    programme: PumpRecord | None = None
    bolus: PumpRecord | None = None
    low_reservoir: PumpRecord | None = None
    refill: PumpRecord | None = None
    replacement: PumpRecord | None = None
    alarm: PumpRecord | None = None
    filled: PumpRecord | None = None

    @property
    def is_in_place(self) -> bool:
        return self.begun is not None

    @property
    def is_alarm_heard(self) -> bool:
        return self.alarm is not None and self.alarm.text.alarm == HEARD


def pump_after(records: Iterable[PumpRecord]) -> Pump:
    """The pump as these events leave it, taken in the order of their moments.

    Every event but a removal says that a pump is in place, whether or not one was recorded to be
    put in: a clinic may come to know of it by its first refill.
    """
    pump = Pump()
    for record in sorted(records, key=lambda record: record.order):
        pump = _after(pump, record)
    return pump


def _after(pump: Pump, record: PumpRecord) -> Pump:
    text = record.text
    if text.kind == REMOVED:
        return Pump(last=record, removed=record)
    if text.kind in BEGINNINGS or not pump.is_in_place:
        pump = Pump(begun=record)
    if text.kind == REFILLED or text.volume_filled is not None:
        pump = replace(pump, filled=record, low_reservoir=None, refill=None)
    said = {
        "model": bool(text.model),
        "contents": text.has_contents,
        "programme": text.has_programme,
        "bolus": text.bolus is not None,
        "low_reservoir": text.low_reservoir_on is not None,
        "refill": text.refill_on is not None,
        "replacement": text.replacement_on is not None,
        "alarm": bool(text.alarm),
    }
    return replace(pump, last=record, **{name: record for name, is_said in said.items() if is_said})


def check_text(text: PumpText) -> Sequence[tuple[str, str]]:
    """What of an event cannot be as it is typed: (field, code) pairs, empty when all is well.

    Only what contradicts itself: whether a figure is right for the patient is the prescriber's.
    """
    problems: list[tuple[str, str]] = []
    if (text.concentration is None) != (not text.concentration_unit):
        missing = "concentration" if text.concentration is None else "concentration_unit"
        problems.append((missing, "concentration_half"))
    if text.kind == CONCENTRATION and text.concentration is None:
        problems.append(("concentration", "concentration_missing"))
    if text.concentration == 0:
        problems.append(("concentration", "concentration_zero"))
    problems += _half(text.bolus, text.bolus_unit, "bolus")
    problems += _half(text.bridge, text.bridge_unit, "bridge")
    limits = (text.bolus_times, text.bolus_hours, text.bolus_lockout_minutes)
    if text.bolus is None and any(limit is not None for limit in limits):
        problems.append(("bolus", "bolus_missing"))
    if (text.bolus_times is None) != (text.bolus_hours is None):
        missing = "bolus_times" if text.bolus_times is None else "bolus_hours"
        problems.append((missing, "limit_half"))
    if text.bridge is None and text.bridge_minutes is not None:
        problems.append(("bridge", "bridge_missing"))
    if text.kind == ALARM and not text.alarm:
        problems.append(("alarm", "alarm_missing"))
    if text.kind == REMOVED and (text.has_programme or text.volume_filled is not None):
        problems.append(("kind", "removed_runs"))
    return problems


def _half(figure: Decimal | None, unit: str, name: str) -> list[tuple[str, str]]:
    if figure is not None and not unit:
        return [(f"{name}_unit", "unit_missing")]
    if figure is None and unit:
        return [(name, f"{name}_missing")]
    return []
