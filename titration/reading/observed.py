"""How the patient was, as known at an entry number: rows to observations and side effects.

One query each. The newest text of each line is read; a withdrawn line keeps its newest text, with
the number of the entry that withdrew it.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple, cast
from uuid import UUID

from django.db.models import Q

from access.composed import Composed
from ledger.models import RecordQuerySet
from titration.models import Course, MeasureKind, Observation, SideEffect
from titration.reading.withdrawn import as_known, withdrawal
from titration.timeline import Effective


class Observed(NamedTuple):
    """One text of an observation, as the Observation model has it; its corrections share `line`.

    Texts are none where they were erased. `withdrawn` is the number of the entry that withdrew it.
    """

    entry: UUID
    number: int
    recorded_by_name: str
    recorded_at: datetime
    line: UUID
    patient: UUID
    measure: UUID
    name: str
    kind: str
    unit: str
    ucum: str
    labels: Sequence[str]
    choices: Sequence[str]
    code_system: str
    code: str
    part_codes: Sequence[str]
    site: str
    side: str
    figure: Decimal | None
    second_figure: Decimal | None
    choice: str
    yes: bool | None
    words: str | None
    is_checked: bool
    measured_by: str | None
    note: str | None
    correction_reason: str | None
    effective: Effective
    withdrawn: int | None = None

    @property
    def order(self) -> tuple:
        return (*self.effective.order, self.number)

    @property
    def series(self) -> tuple[UUID, str, str, str, str]:
        """What is written in one row of its own: a measure in a unit, at a place and a side."""
        return self.measure, self.name, self.unit, self.site, self.side

    @property
    def about(self) -> tuple[UUID, str, str, date]:
        """What two people may both write down: a measure at a place, on a day."""
        return self.measure, self.site, self.side, self.effective.on

    @property
    def is_number(self) -> bool:
        return self.kind == MeasureKind.NUMBER


class Effect(NamedTuple):
    """One text of a side effect, as the SideEffect model has it; `effective` is when it began."""

    entry: UUID
    number: int
    recorded_by_name: str
    recorded_at: datetime
    line: UUID
    patient: UUID
    regimen: UUID | None
    written_as: str
    symptom: str
    words: str | None
    severity: str
    course: str
    reported_by: str | None
    correction_reason: str | None
    effective: Effective
    ended: Effective | None = None
    withdrawn: int | None = None

    @property
    def order(self) -> tuple:
        return (*self.effective.order, self.number)

    @property
    def about(self) -> str:
        """What two people may both write down: the sign, which each dates as it was told."""
        return self.symptom

    @property
    def is_continuing(self) -> bool:
        return self.course == Course.CONTINUING


class Mark(NamedTuple):
    """Where a page of observations ends: the day and the entry number of its last one."""

    on: date
    number: int

    def __str__(self) -> str:
        return f"{self.on}.{self.number}"

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """The mark that an address names; none where it names none."""
        on, _dot, number = text.partition(".")
        # What a number column holds.
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        try:
            return cls(date.fromisoformat(on), int(number)) if is_number else None
        except ValueError:
            return None


def _observations() -> RecordQuerySet:
    rows = Observation.objects.annotate(withdrawn=withdrawal("observation"))
    columns = rows.values_list(
        *("entry_id", "entry__number", "entry__recorded_by_name", "entry__recorded_at"),
        *("observation", "patient_id", "measure_id", *Observation.WORDS, "site", "side"),
        *("figure", "second_figure", "choice", "yes", "words", "is_checked", "measured_by"),
        *("note", "correction_reason", *Observation.EFFECTIVE, "withdrawn"),
    )
    return cast(RecordQuerySet, columns)


def _effects() -> RecordQuerySet:
    rows = SideEffect.objects.annotate(withdrawn=withdrawal("effect"))
    columns = rows.values_list(
        *("entry_id", "entry__number", "entry__recorded_by_name", "entry__recorded_at"),
        *("effect", "patient_id", "regimen_id", "written_as", "symptom", "words", "severity"),
        *("course", "reported_by", "correction_reason", *SideEffect.EFFECTIVE),
        *("ended_on", "ended_precision", "withdrawn"),
    )
    return cast(RecordQuerySet, columns)


def _observed(row: tuple, known: int | None) -> Observed:
    said, (on, precision, clock, offset, withdrawn) = row[:-5], row[-5:]
    effective = Effective(on, precision, clock, offset)
    return Observed._make((*said, effective, as_known(withdrawn, known)))


def _effect(row: tuple, known: int | None) -> Effect:
    said, (on, precision, clock, offset, ended_on, ended_precision, withdrawn) = row[:-7], row[-7:]
    ended = Effective(ended_on, ended_precision) if ended_on else None
    effective = Effective(on, precision, clock, offset)
    return Effect._make((*said, effective, ended, as_known(withdrawn, known)))


def observations(
    patient: UUID,
    known: int | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    most: int | None = None,
) -> tuple[Observed, ...]:
    """The observations of a patient that stand, in order of their moments; one query.

    With `since` and `until` only those whose interval may lie in it, the newest `most` of them.
    """
    rows = _newest_first(most)(patient, known, *_starts(since), until)
    found = (_observed(row, known) for row in rows)
    return tuple(sorted((each for each in found if each.withdrawn is None), key=_order))


def effects(patient: UUID, known: int | None = None) -> tuple[Effect, ...]:
    """The side effects of a patient that stand, in order of their beginning; one query."""
    found = (_effect(row, known) for row in _effects_of(patient, known))
    return tuple(sorted((each for each in found if each.withdrawn is None), key=_order))


def newer_alike(patient: UUID, about: Collection[Hashable], seen: int) -> list[Observed | Effect]:
    """What stands, is about one of these and was recorded after the entry `seen`; two queries."""
    told = {"patient": patient, "entry__number__gt": seen}
    found: list[Observed | Effect] = [
        *(_observed(row, None) for row in _observations().newest().filter(**told)),
        *(_effect(row, None) for row in _effects().newest().filter(**told)),
    ]
    newer = (each for each in found if each.withdrawn is None and each.about in about)
    return sorted(newer, key=lambda each: each.number)


def standing(texts: Iterable[Observed | Effect]) -> list[Observed | Effect]:
    """The newest text of each line that is not withdrawn, in order of their moments."""
    newest = {text.line: text for text in sorted(texts, key=lambda text: text.number)}
    return sorted((each for each in newest.values() if each.withdrawn is None), key=_order)


def _order(each: Observed | Effect) -> tuple:
    return each.order


@Composed
def _effects_of(patient: UUID, known: int | None) -> RecordQuerySet:
    return _effects().newest(known).filter(patient=patient)


@cache
def _newest_first(most: int | None) -> Composed:
    """The newest `most` of a patient's observations, or all of them."""

    def found(patient: UUID, known: int | None, *span: date | None) -> RecordQuerySet:
        rows = _within(_observations().newest(known).filter(patient=patient), *span)
        return rows.order_by("-on", "-entry__number")[:most]

    return Composed(found)


def _starts(since: date | None) -> tuple[date | None, date | None, date | None]:
    """The first days, month and year that reach to that day or past it."""
    if since is None:
        return None, None, None
    return since, since.replace(day=1), since.replace(month=1, day=1)


def _within(
    rows: RecordQuerySet,
    day: date | None,
    month: date | None,
    year: date | None,
    until: date | None,
) -> RecordQuerySet:
    """Those whose interval may lie in it: `day`, `month` and `year` are as of _starts."""
    if day is not None:
        is_of_month = Q(precision="month", on__gte=month)
        is_of_year = Q(precision="year", on__gte=year)
        rows = rows.filter(Q(on__gte=day) | is_of_month | is_of_year)
    return rows if until is None else rows.filter(on__lte=until)


def page(
    patient: UUID,
    known: int | None = None,
    *,
    measure: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
    before: Mark | None = None,
    size: int = 50,
) -> tuple[list[Observed], Mark | None]:
    """A page of observations, newest first, withdrawn ones too, and where the next begins.

    One query, whatever there is.
    """
    rows = _observations().newest(known).filter(patient=patient)
    rows = _within(rows, *_starts(since), until)
    if measure is not None:
        rows = rows.filter(measure=measure)
    if before is not None:
        rows = rows.filter(Q(on__lt=before.on) | Q(on=before.on, entry__number__lt=before.number))
    found = [_observed(row, known) for row in rows.order_by("-on", "-entry__number")[: size + 1]]
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    return shown, Mark(last.effective.on, last.number) if last else None


def measures_of(patient: UUID, known: int | None = None) -> list[tuple[UUID, str]]:
    """(id, name) of every measure that is written of the patient, by name; one query."""
    rows = Observation.objects.newest(known).filter(patient=patient)
    names = dict(rows.order_by("entry__number").values_list("measure", "name"))
    return sorted(names.items(), key=lambda item: (item[1].casefold(), str(item[0])))


def observation_texts(line: UUID, known: int | None = None) -> list[Observed]:
    """Every text of a line of an observation, oldest first; one query."""
    rows = _observations().up_to(known).filter(observation=line).order_by("entry__number")
    return [_observed(row, known) for row in rows]


def effect_texts(line: UUID, known: int | None = None) -> list[Effect]:
    """Every text of a line of a side effect, oldest first; one query."""
    rows = _effects().up_to(known).filter(effect=line).order_by("entry__number")
    return [_effect(row, known) for row in rows]


def texts_of(patients: Iterable[UUID], known: int | None = None) -> list[Observed | Effect]:
    """Every text of what was observed of some patients, in order of recording; two queries."""
    people = list(patients)
    of_patients = {"patient__in": people}
    observed = [_observed(row, known) for row in _observations().up_to(known).filter(**of_patients)]
    began = [_effect(row, known) for row in _effects().up_to(known).filter(**of_patients)]
    return sorted([*observed, *began], key=lambda each: each.number)
