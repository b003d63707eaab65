"""Disposable rows that feed lists: written by the actions, made anew by a command."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.models import Clinic
from ledger.models import Head, Retraction
from titration import timeline
from titration.models import (
    AwaitingConfirmation,
    DoseStep,
    Regimen,
    RegimenCard,
    RegimenVersion,
)
from titration.reading import History, histories


def refresh(regimens: Iterable[Regimen], now: datetime | None = None) -> None:
    """Make the rows of these regimens anew, inside the write that changed them."""
    regimens = list(regimens)
    now = now or timezone.now()
    keys = [regimen.pk for regimen in regimens]
    logs = histories(keys)
    versions = _newest_versions(keys)
    facts = _facts(keys)
    withdrawn = set(
        Retraction.objects.filter(entry__subject__in=keys).values_list("entry__subject", flat=True)
    )
    RegimenCard.objects.filter(pk__in=keys).delete()
    AwaitingConfirmation.objects.filter(regimen__in=keys).delete()
    RegimenCard.objects.bulk_create(
        [
            _card(r, logs[r.pk], versions[r.pk], facts, r.pk in withdrawn, r.clinic.local(now))
            for r in regimens
        ],
        batch_size=2000,
    )
    AwaitingConfirmation.objects.bulk_create(
        [row for r in regimens for row in _awaiting(r, logs[r.pk], facts)], batch_size=2000
    )


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
    step = log.in_force(now)
    ahead = log.upcoming(now)
    last_number, last_recorded_at = version.entry.number, version.entry.recorded_at
    newest = max(log.records, key=lambda record: record.number, default=None)
    if newest is not None and newest.number > last_number:
        last_number, last_recorded_at = newest.number, facts[newest.entry].recorded_at
    return RegimenCard(
        regimen=regimen,
        clinic_id=regimen.clinic_id,
        patient_id=regimen.patient_id,
        version=version,
        state=timeline.state_of(step),
        step_id=step.entry if step else None,
        next_on=ahead[0].effective.on if ahead else None,
        is_retracted=is_retracted,
        last_number=last_number,
        last_recorded_at=last_recorded_at,
    )


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
