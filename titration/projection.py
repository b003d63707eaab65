"""Disposable rows that feed lists: written by the actions, made anew by a command."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Entry, Erasure, Head, Retraction
from ledger.verification import Damage, Finding, differing, values
from titration import timeline
from titration.models import (
    AwaitingConfirmation,
    DoseStep,
    Regimen,
    RegimenCard,
    RegimenVersion,
)
from titration.reading import History, histories


def refresh(
    regimens: Iterable[Regimen],
    now: datetime | None = None,
    logs: Mapping[UUID, History] | None = None,
) -> None:
    """Make the rows of these regimens anew, inside the write that changed them.

    `logs` are theirs as the write leaves them, where it knows them; else they are read.
    """
    regimens = list(regimens)
    made = _made(regimens, now or timezone.now(), logs)
    keys = [regimen.pk for regimen in regimens]
    RegimenCard.objects.filter(pk__in=keys).delete()
    AwaitingConfirmation.objects.filter(regimen__in=keys).delete()
    RegimenCard.objects.bulk_create([rows.card for rows in made], batch_size=2000)
    AwaitingConfirmation.objects.bulk_create(
        [row for rows in made for row in rows.awaiting], batch_size=2000
    )


class _Made(NamedTuple):
    """The rows of one regimen, and the log that they were made from."""

    card: RegimenCard
    awaiting: list[AwaitingConfirmation]
    log: History


def _made(
    regimens: Sequence[Regimen], now: datetime, logs: Mapping[UUID, History] | None = None
) -> list[_Made]:
    keys = [regimen.pk for regimen in regimens]
    logs = histories(keys, with_doses=False) if logs is None else logs
    versions = _newest_versions(keys)
    facts = _facts(keys)
    withdrawn = set(
        Retraction.objects.filter(entry__subject__in=keys).values_list("entry__subject", flat=True)
    )
    awaiting = {r.pk: _awaiting(r, logs[r.pk], facts) for r in regimens}
    erased = _erased(r.patient_id for r in regimens if awaiting[r.pk])
    return [
        _Made(
            _card(r, logs[r.pk], versions[r.pk], facts, r.pk in withdrawn, r.clinic.local(now)),
            awaiting[r.pk] if r.patient_id not in erased else [],
            logs[r.pk],
        )
        for r in regimens
    ]


def _erased(patients: Iterable[UUID]) -> set[UUID]:
    """Those of these patients who were erased: nothing of theirs can be confirmed."""
    wanted = set(patients)
    if not wanted:
        return set()
    erasures = Entry.objects.filter(kind=Erasure.KIND, subject__in=wanted)
    return set(erasures.values_list("subject", flat=True))


def forget(patient: UUID) -> None:
    """Drop the rows that wait for something to be recorded of a patient who is erased."""
    AwaitingConfirmation.objects.filter(regimen__patient=patient).delete()


def rebuild(batch: int = 500) -> int:
    """Make every row anew, a clinic at a time under its lock; returns how many were read."""
    count = 0
    for clinic in Clinic.objects.order_by("pk"):
        with transaction.atomic():
            Head.objects.select_for_update().get_or_create(clinic=clinic)
            regimens = iter(Regimen.objects.filter(clinic=clinic).select_related("clinic"))
            while chunk := list(islice(regimens, batch)):
                refresh(chunk)
                count += len(chunk)
    return count


def _newest_versions(regimens: list[UUID]) -> dict[UUID, RegimenVersion]:
    versions = RegimenVersion.objects.filter(regimen__in=regimens).select_related("entry")
    return {v.regimen_id: v for v in versions.order_by("entry__number")}


class _Facts(NamedTuple):
    """What the pure timeline does not carry of a step."""

    decided_by: int | None
    recorded_by: int
    recorded_at: datetime
    confirmed: UUID | None


def _facts(regimens: list[UUID]) -> dict[UUID, _Facts]:
    rows = DoseStep.objects.filter(regimen__in=regimens).values_list(
        "pk", "decided_by", "entry__recorded_by", "entry__recorded_at", "confirmation__pk"
    )
    return {row[0]: _Facts(*row[1:]) for row in rows}


def _card(
    regimen: Regimen,
    log: History,
    version: RegimenVersion,
    facts: Mapping[UUID, _Facts],
    is_retracted: bool,
    now: datetime,
) -> RegimenCard:
    last_number, last_recorded_at = version.entry.number, version.entry.recorded_at
    newest = max(log.records, key=lambda record: record.number, default=None)
    if newest is not None and newest.number > last_number:
        last_number, last_recorded_at = newest.number, facts[newest.entry].recorded_at
    return RegimenCard(
        regimen=regimen,
        clinic_id=regimen.clinic_id,
        patient_id=regimen.patient_id,
        version=version,
        **_standing(log, now),
        is_retracted=is_retracted,
        last_number=last_number,
        last_recorded_at=last_recorded_at,
    )


def _standing(log: History, now: datetime) -> dict[str, Any]:
    """The columns that depend on the moment: the instruction in force, and when the next comes."""
    step = log.in_force(now)
    ahead = log.upcoming(now)
    return {
        "state": timeline.state_of(step),
        "step_id": step.entry if step else None,
        "next_on": ahead[0].effective.on if ahead else None,
    }


def _awaiting(
    regimen: Regimen, log: History, facts: Mapping[UUID, _Facts]
) -> list[AwaitingConfirmation]:
    """A row for each live step that its prescriber has neither typed nor confirmed."""
    return [
        AwaitingConfirmation(
            step_id=step.entry,
            clinic_id=regimen.clinic_id,
            regimen=regimen,
            prescriber_id=fact.decided_by,
            number=step.number,
        )
        for step in log.live
        if (fact := facts[step.entry]).decided_by is not None
        and fact.decided_by != fact.recorded_by
        and fact.confirmed is None
    ]


def differences(clinic: Clinic) -> Iterator[Finding]:
    """A finding for each regimen whose rows are not what the record says. For `verify`."""
    regimens = Regimen.objects.filter(clinic=clinic).select_related("clinic")
    for regimen in differing(clinic, regimens, _differing, 500):
        says = _(
            "the rows that list regimen %(regimen)s are not what the record says: "
            "rebuild_projection makes them anew."
        )
        yield Finding(Damage.PROJECTION, says % {"regimen": regimen.pk}, clinic)


def _differing(regimens: Sequence[Regimen]) -> list[Regimen]:
    """Those of these regimens whose rows differ from what `refresh` would write."""
    now = timezone.now()
    keys = [regimen.pk for regimen in regimens]
    cards = RegimenCard.objects.in_bulk(keys)
    awaiting: dict[UUID, set] = {key: set() for key in keys}
    for row in AwaitingConfirmation.objects.filter(regimen__in=keys):
        awaiting[row.regimen_id].add(values(row))
    return [
        regimen
        for regimen, made in zip(regimens, _made(regimens, now), strict=True)
        if awaiting[regimen.pk] != set(map(values, made.awaiting))
        or not _fits(cards.get(regimen.pk), made, regimen.clinic.local(now))
    ]


def _fits(card: RegimenCard | None, made: _Made, now: datetime) -> bool:
    """Whether the row is the one made now, or as an earlier moment made it and stale since.

    Then nothing was recorded meanwhile, but a step recorded ahead has come.
    """
    if card is None:
        return False
    if card.next_on is not None and card.next_on <= now.date():
        said = {name: getattr(card, name) for name in _standing(made.log, now)}
        if any(said == _standing(made.log, moment) for moment in _moments(made.log, now)):
            for name, value in said.items():
                setattr(made.card, name, value)
    return values(card) == values(made.card)


def _moments(log: History, now: datetime) -> Iterator[datetime]:
    """When something came in the log, up to now, and a day before anything did."""
    for number, step in enumerate(log.live):
        offset, effective = step.effective.offset, step.effective
        zone = now.tzinfo if offset is None else dt.timezone(timedelta(minutes=offset))
        moment = effective.starts.replace(tzinfo=zone)
        if number == 0:
            yield moment - timedelta(days=1)
        if moment <= now:
            yield moment
