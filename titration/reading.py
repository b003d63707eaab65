"""Rows to the pure timeline: everything of a regimen's log, as known at an entry number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.models import Retraction
from titration import timeline
from titration.dosing import Component as Written
from titration.models import (
    COMPONENT_FIELDS,
    Component,
    DoseStep,
    Regimen,
    RegimenVersion,
    written_component,
)
from titration.timeline import Effective, StepRecord, Withdrawal

STEP_FIELDS = (
    "entry_id",
    "entry__number",
    "step",
    "kind",
    "effective_on",
    "effective_precision",
    "effective_time",
    "effective_offset",
)


@dataclass(frozen=True)
class History:
    """The log of a regimen as known at an entry number.

    `records` holds every text that was ever written, corrected and withdrawn ones too; `live` the
    steps that stand, in order of their moments.
    """

    records: tuple[StepRecord, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    live: tuple[StepRecord, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "live", timeline.live_steps(self.records, self.withdrawals))

    @property
    def last_number(self) -> int:
        """The number of the newest entry of the log; 0 when it is empty."""
        numbers = [r.number for r in self.records] + [w.number for w in self.withdrawals]
        return max(numbers, default=0)

    def in_force(self, now: datetime) -> StepRecord | None:
        return timeline.in_force(self.live, now)

    def upcoming(self, now: datetime) -> tuple[StepRecord, ...]:
        return timeline.upcoming(self.live, now)


def history(regimen: Regimen, known: int | None = None) -> History:
    """The log of one regimen, in three queries whatever its length."""
    return histories([regimen.pk], known)[regimen.pk]


def histories(regimens: Iterable[UUID], known: int | None = None) -> dict[UUID, History]:
    """The logs of several regimens, in three queries in all."""
    regimens = list(regimens)
    steps = DoseStep.objects.filter(regimen__in=regimens)
    parts = Component.objects.filter(step__regimen__in=regimens)
    withdrawn = Retraction.objects.filter(entry__subject__in=steps.values("step"))
    if known is not None:
        steps = steps.filter(entry__number__lte=known)
        parts = parts.filter(step__entry__number__lte=known)
        withdrawn = withdrawn.filter(entry__number__lte=known)
    # Steps first: what they are made of was committed with them, so nothing read later is missing
    # from a step, and what belongs to a newer step is left out.
    rows = list(steps.values_list("regimen_id", *STEP_FIELDS))
    components = _components_by_step(parts)
    records: dict[UUID, list[StepRecord]] = {regimen: [] for regimen in regimens}
    regimen_of: dict[UUID, UUID] = {}
    for regimen, *row in rows:
        record = _step_record(row, components)
        records[regimen].append(record)
        regimen_of[record.step] = regimen
    withdrawals: dict[UUID, list[Withdrawal]] = {regimen: [] for regimen in regimens}
    for step, number in withdrawn.values_list("entry__subject", "entry__number"):
        if step in regimen_of:
            withdrawals[regimen_of[step]].append(Withdrawal(step, number))
    return {
        regimen: History(tuple(records[regimen]), tuple(withdrawals[regimen]))
        for regimen in regimens
    }


def newest_number(regimen: Regimen, log: History) -> int:
    """The number of the newest entry of a regimen: of its log, or of its own text."""
    versions = RegimenVersion.objects.filter(regimen=regimen).order_by("-entry__number")
    return max(log.last_number, versions.values_list("entry__number", flat=True)[0])


def components_of(steps: Iterable[UUID]) -> dict[UUID, list[Written]]:
    """The parts of these steps' doses, by entry, in one query; none for a step without amounts."""
    return _components_by_step(Component.objects.filter(step__in=list(steps)))


def _components_by_step(parts) -> dict[UUID, list[Written]]:
    """The parts of each step; equal ones, of which a long log has many, are made once."""
    by_step: dict[UUID, list[Written]] = {}
    made: dict[tuple, Written] = {}
    for step, *fields in parts.order_by("position").values_list("step_id", *COMPONENT_FIELDS):
        row = tuple(fields)
        written = made.get(row)
        if written is None:
            written = made[row] = written_component(row)
        by_step.setdefault(step, []).append(written)
    return by_step


def _step_record(row, components: Mapping[UUID, list[Written]]) -> StepRecord:
    entry, number, step, kind, on, precision, time, offset = row
    return StepRecord(
        entry=entry,
        number=number,
        step=step,
        kind=kind,
        effective=Effective(on, precision, time, offset),
        components=tuple(components.get(entry, ())),
    )
