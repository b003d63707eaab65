"""Rows to the pure timeline: everything of a regimen's log, as known at an entry number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from access.composed import Composed, Joined
from ledger.models import Retraction
from ledger.moments import NoSuchMoment
from patients.models import PatientStatus, PatientVersion
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
from titration.reading.withdrawn import as_known, withdrawal
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
    """The log of a regimen as known at an entry number, or with every entry where `known` is none.

    `records` holds every text that was ever written, corrected and withdrawn ones too; `live` the
    steps that stand, in order of their moments.
    """

    records: tuple[StepRecord, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    known: int | None = None
    live: tuple[StepRecord, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "live", timeline.live_steps(self.records, self.withdrawals))

    @property
    def is_mended(self) -> bool:
        """Whether a step was corrected or withdrawn: else what stood once stands now."""
        return bool(self.withdrawals) or len({r.step for r in self.records}) < len(self.records)

    @property
    def last_number(self) -> int:
        """The number of the newest entry of the log; 0 when it is empty."""
        numbers = [r.number for r in self.records] + [w.number for w in self.withdrawals]
        return max(numbers, default=0)

    def after(self, step: DoseStep) -> "History":
        """The log once this step was added, which is recorded and has its entry."""
        record = StepRecord(
            entry=step.entry.pk,
            number=step.entry.number,
            step=step.step,
            kind=step.kind,
            effective=step.effective,
            components=tuple(part.as_written() for part in step.parts),
        )
        return History((*self.records, record), self.withdrawals)

    def in_force(self, now: datetime) -> StepRecord | None:
        return timeline.in_force(self.live, now)

    def upcoming(self, now: datetime) -> tuple[StepRecord, ...]:
        return timeline.upcoming(self.live, now)


def history(regimen: Regimen, known: int | None = None) -> History:
    """The log of one regimen, in two queries whatever its length."""
    return histories([regimen.pk], known)[regimen.pk]


def histories(
    regimens: Iterable[UUID], known: int | None = None, *, with_doses: bool = True
) -> dict[UUID, History]:
    """The logs of several regimens, in two queries in all.

    Without doses the steps have no components, for who only asks which steps stand, and when.
    """
    regimens = list(regimens)
    # Steps first: what they are made of was committed with them, so nothing read later is missing
    # from a step, and what belongs to a newer step is left out.
    rows = _steps(regimens, *up_to(known))
    return histories_of(regimens, rows, parts(regimens, *up_to(known)) if with_doses else (), known)


def histories_of(
    regimens: Iterable[UUID],
    rows: Iterable[Sequence[Any]],
    parts: Iterable[tuple] = (),
    known: int | None = None,
) -> dict[UUID, History]:
    """The logs by regimen, of the columns COLUMNS of every text of their steps, and of `parts`."""
    components = _components_by_step(parts)
    records: dict[UUID, list[StepRecord]] = {regimen: [] for regimen in regimens}
    withdrawals: dict[UUID, dict[UUID, Withdrawal]] = {regimen: {} for regimen in regimens}
    for regimen, withdrawn, *row in rows:
        record = _step_record(row, components)
        records[regimen].append(record)
        if (by := as_known(withdrawn, known)) is not None:
            withdrawals[regimen][record.step] = Withdrawal(record.step, by)
    return {
        regimen: History(tuple(records[regimen]), tuple(withdrawals[regimen].values()), known)
        for regimen in regimens
    }


def text_of(regimen: Regimen, known: int | None = None) -> tuple[RegimenVersion, bool]:
    """What a regimen is, and whether it was withdrawn, as known at an entry number.

    Needs the card and its version read with the regimen. Raises NoSuchMoment when the regimen was
    not recorded yet.
    """
    if known is None:
        return regimen.card.version, regimen.card.is_retracted
    for version, withdrawn in _text_then(regimen.pk, known):
        return _version(version), as_known(withdrawn, known) is not None
    raise NoSuchMoment(_("This regimen was not recorded yet at that moment. Type a later day."))


_version = Joined(RegimenVersion)


@Composed
def _text_then(regimen: UUID, known: int) -> QuerySet:
    """The text that a regimen had, and the entry that has withdrawn it, whenever that was."""
    versions = RegimenVersion.objects.newest(known).filter(regimen=regimen)
    return versions.annotate(withdrawn=withdrawal("regimen")).values_list("pk", "withdrawn")


def up_to(known: int | None) -> tuple[int, ...]:
    """An entry number as a composed query is given one, or is not."""
    return () if known is None else (known,)


def steps(regimens: Sequence[UUID], known: int | None = None) -> QuerySet:
    """Each text of a step, with the entry that has withdrawn its line."""
    steps = DoseStep.objects.annotate(withdrawn=withdrawal("step"))
    return steps.up_to(known).filter(regimen__in=regimens)


COLUMNS = ("regimen_id", "withdrawn", *STEP_FIELDS)
_steps = Composed(lambda *given: steps(*given).values_list(*COLUMNS))


@Composed
def parts(regimens: Sequence[UUID], known: int | None = None) -> QuerySet:
    """Each part of a dose: the text it belongs to, COMPONENT_FIELDS."""
    parts = Component.objects.filter(step__regimen__in=regimens).order_by("position")
    if known is not None:
        parts = parts.filter(step__entry__number__lte=known)
    return parts.values_list("step_id", *COMPONENT_FIELDS)


@Composed
def _parts_of(steps: Sequence[UUID]) -> QuerySet:
    """Each part of these steps' doses, as above."""
    parts = Component.objects.filter(step__in=steps).order_by("position")
    return parts.values_list("step_id", *COMPONENT_FIELDS)


class CameFrom(NamedTuple):
    """Where a text stood in the file that it was imported from, and how it was recorded first.

    None is what was erased, or what the file does not tell; columns as in ledger's Origin.
    """

    file_name: str | None
    file_format: str
    place: str | None
    row: int | None
    first_number: int | None
    first_digest: str
    first_clinic: str | None
    first_recorded_by: str | None
    first_recorded_at: datetime | None
    first_time_zone: str


class StepText(NamedTuple):
    """What one text of a step says beside its moment and its dose, and who confirmed it when.

    Or who disputed it when: a text is never both.
    """

    entry: UUID
    number: int
    recorded_by: int
    recorded_by_name: str
    recorded_at: datetime
    kind: str
    reason: str
    reason_text: str | None
    note: str | None
    correction_reason: str | None
    decided_by: int | None
    decided_by_name: str
    received_how: str
    document_on: date | None
    confirmed_number: int | None
    confirmed_by_name: str | None
    confirmed_at: datetime | None
    disputed_number: int | None
    disputed_by_name: str | None
    disputed_at: datetime | None
    dispute_says: str | None
    came_from: CameFrom | None = None


_ORIGIN = (
    *("file__name", "file__file_format"),
    *("place", "row", "first_number", "first_digest", "first_clinic"),
    *("first_recorded_by", "first_recorded_at", "first_time_zone"),
)


@Composed
def _texts(entries: Sequence[UUID]) -> QuerySet:
    """The columns of StepText, the entry of the Origin, and its columns."""
    return DoseStep.objects.filter(entry__in=entries).values_list(
        *("entry_id", "entry__number", "entry__recorded_by_id", "entry__recorded_by_name"),
        *("entry__recorded_at", "kind", "reason", "reason_text", "note", "correction_reason"),
        *("decided_by_id", "decided_by_name", "received_how", "document_on"),
        *("confirmation__entry__number", "confirmation__entry__recorded_by_name"),
        "confirmation__entry__recorded_at",
        *("dispute__entry__number", "dispute__entry__recorded_by_name"),
        *("dispute__entry__recorded_at", "dispute__says"),
        *("entry__came_from", *(f"entry__came_from__{name}" for name in _ORIGIN)),
    )


def step_texts(entries: Iterable[UUID], known: int | None = None) -> dict[UUID, StepText]:
    """What these entries say, in one query; a confirmation or dispute counts once known."""
    texts = map(_text, _texts(list(entries)))
    return {text.entry: _as_known(text, known) for text in texts}


def _text(row: tuple[Any, ...]) -> StepText:
    *said, origin = row[: -len(_ORIGIN)]
    came_from = CameFrom(*row[-len(_ORIGIN) :]) if origin else None
    return StepText._make((*said, came_from))


def _as_known(text: StepText, known: int | None) -> StepText:
    if known is None:
        return text
    if text.confirmed_number is not None and text.confirmed_number > known:
        text = text._replace(confirmed_number=None, confirmed_by_name=None, confirmed_at=None)
    if text.disputed_number is not None and text.disputed_number > known:
        text = text._replace(disputed_number=None, disputed_by_name=None)
        text = text._replace(disputed_at=None, dispute_says=None)
    return text


def newest_number(regimen: Regimen, log: History) -> int:
    """The number of the newest entry of a regimen: of its log, of its own text, or by which the
    record says that its patient died or left."""
    ended = PatientVersion.objects.newest().filter(patient=OuterRef("regimen__patient"))
    ended = ended.exclude(status=PatientStatus.HERE).values("entry__number")
    versions = RegimenVersion.objects.filter(regimen=regimen).order_by("-entry__number")
    text, gone = versions.values_list("entry__number", Subquery(ended))[0]
    return max(log.last_number, text, gone or 0)


def components_of(steps: Iterable[UUID]) -> dict[UUID, list[Written]]:
    """The parts of these steps' doses, by entry, in one query; none for a step without amounts."""
    return _components_by_step(_parts_of(list(steps)))


def _components_by_step(parts: Iterable[tuple]) -> dict[UUID, list[Written]]:
    """The parts of each step; equal ones, of which a long log has many, are made once."""
    by_step: dict[UUID, list[Written]] = {}
    made: dict[tuple, Written] = {}
    for step, *fields in parts:
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


def regimen_counts(patients: Collection[UUID], known: int | None = None) -> dict[UUID, int]:
    """By patient: how many regimens stand, as known at an entry number; one query."""
    withdrawn = Retraction.objects.up_to(known).filter(entry__subject=OuterRef("regimen"))
    versions = RegimenVersion.objects.newest(known).filter(~Exists(withdrawn))
    of_them = versions.filter(regimen__patient__in=patients).values("regimen__patient").order_by()
    return dict(of_them.annotate(count=Count("pk")).values_list("regimen__patient", "count"))
