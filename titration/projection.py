"""Disposable rows that feed lists: written by the actions, made anew by a command."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.composed import Composed, Rows
from access.models import Clinic
from ledger import bulk
from ledger.bulk import Query
from ledger.models import Entry
from ledger.verification import Damage, Finding, differing, values
from ledger.writing import lock
from titration import intake, patient_rows, timeline, worklist
from titration.intake import Report
from titration.models import PlanDraft, Regimen, RegimenCard, WaitingFile, WorklistRow
from titration.patient_rows import Changes
from titration.reading import facts, planned
from titration.reading.facts import Facts, day_of
from titration.reading.logged import History
from titration.worklist import Asked, Known, Planned, Reported


def refresh(regimens: Iterable[Regimen], now: datetime | None = None) -> None:
    """Make the rows of these regimens anew from the record, inside the write that changed them.

    They are of one clinic.
    """
    cards, listed = _changes(list(facts.read_all(regimens).values()), now or timezone.now())
    first = [*bulk.replacing(cards), *bulk.deleting(WorklistRow, listed.gone)]
    bulk.insert(listed.new, first=first)


def rewriting(known: Facts) -> list[Query]:
    """What makes the rows of a regimen anew from what the record says of it by now.

    For a write that knows it, having read it and added to it, and does it with what it adds.
    """
    cards, listed = _changes([known], timezone.now())
    return [*bulk.replacing(cards), *listed.queries]


def _changes(known: Sequence[Facts], now: datetime) -> tuple[list[RegimenCard], Changes]:
    if not known:
        return [], Changes([], [])
    made = _made(known, now)
    clinic = known[0].regimen.clinic
    today = clinic.local(now).date()
    present = _present([one.regimen.pk for one in known], clinic.pk, today)
    listed = [row for rows in made for row in rows.listed]
    return [rows.card for rows in made], patient_rows.changes(present, listed, today)


def _listed_now(regimens: Sequence[UUID], clinic: int, today: date) -> QuerySet[WorklistRow]:
    """The rows of these regimens, and what is over."""
    rows = Q(regimen__in=regimens) & ~Q(topic__in=patient_rows.TOPICS)
    return WorklistRow.objects.filter(rows | patient_rows.over(clinic, today))


_present = Rows(WorklistRow, _listed_now)


def refresh_patient(patient: UUID) -> None:
    """Make the rows of a patient's regimens anew: they died, left, or are here again."""
    refresh(Regimen.objects.filter(patient=patient).select_related("clinic"))


class _Made(NamedTuple):
    """The rows of one regimen, and the log that they were made from."""

    card: RegimenCard
    listed: list[WorklistRow]
    log: History


def _made(known: Sequence[Facts], now: datetime) -> list[_Made]:
    asked = _asked([one.regimen for one in known])
    return [
        _Made(
            _card(one, one.regimen.clinic.local(now)),
            _listed(one, asked.get(one.regimen.pk, []), one.regimen.clinic.local(now).date()),
            one.log,
        )
        for one in known
    ]


def _listed(known: Facts, asked: Sequence[Asked], today: date) -> list[WorklistRow]:
    """A row for each item of the worklist that is shown today or later.

    None of a regimen that was withdrawn, nor of a patient who was erased.
    """
    if known.version.is_retracted or known.person.is_erased:
        return []
    return [
        WorklistRow(
            clinic_id=known.regimen.clinic_id,
            patient_id=known.regimen.patient_id,
            regimen_id=known.regimen.pk,
            medicine_id=known.version.medicine,
            **patient_rows.columns(item),
        )
        for item in worklist.items(_listed_by(known, asked))
        if item.shown_until is None or today < item.shown_until
    ]


def _listed_by(known: Facts, asked: Sequence[Asked]) -> Known:
    """What the worklist goes by."""
    version = known.version
    return Known(
        regimen=known.regimen.pk,
        number=version.number,
        since=day_of(version.recorded_at, version.time_zone),
        responsible=version.responsible,
        live=known.log.live,
        texts={entry: said.text for entry, said in known.steps.items() if said.is_open},
        plan=_plan(known),
        reviews=known.reviews,
        asked=tuple(asked),
        pump=known.pump,
        reports=tuple(_differing_reports(known.reports)),
        is_present=known.person.ended is None,
        handed_on=known.person.handed_on,
    )


def _differing_reports(texts: Iterable[Report]) -> Iterator[Reported]:
    for report in intake.standing(texts):
        if report.is_differing:
            is_told = bool(report.told_name)
            yield Reported(
                report.report, report.said_since, report.said_on, report.last_on, is_told
            )


def _plan(known: Facts) -> Planned | None:
    """The plan that is not over, or the last that was signed."""
    plans, log, ended = known.plans, known.log, known.person.ended
    plan = planned.present_plan(plans, log, ended) or (plans[-1] if plans else None)
    if plan is None:
        return None
    standing = plan.standing(log, ended)
    days = {step.number: known.steps[step.entry].on for step in log.live}
    days |= {version.number: version.signed_on for each in plans for version in each.versions}
    days |= {event.number: event.on for event in plan.events}
    days |= {event.number: event.on for event in plan.differs}
    if ended is not None:
        days[ended.number] = ended.on
    if standing.number not in days:  # the patient is here again, or a step was withdrawn
        entry = Entry.objects.get(clinic=known.regimen.clinic, number=standing.number)
        days[entry.number] = day_of(entry.recorded_at, entry.time_zone)
    newest = plan.newest
    return Planned(
        plan=plan.plan,
        number=newest.number,
        signed_on=newest.signed_on,
        end=newest.text.end,
        review_on=newest.text.review_on,
        standing=standing,
        since=days[standing.number],
        carried=plan.carried(log.live),
        answered=plan.answered,
    )


def _asked(regimens: Sequence[Regimen]) -> dict[UUID, list[Asked]]:
    """By regimen, the drafts under which somebody asked for a signature."""
    zones = {regimen.pk: regimen.clinic.time_zone for regimen in regimens}
    found: dict[UUID, list[Asked]] = {}
    for draft, regimen, at in _asked_columns(list(zones)):
        found.setdefault(regimen, []).append(Asked(draft, day_of(at, zones[regimen])))
    return found


@Composed
def _asked_columns(regimens: Sequence[UUID]) -> QuerySet:
    drafts = PlanDraft.objects.filter(regimen__in=regimens, asked_at__isnull=False)
    return drafts.values_list("pk", "regimen_id", "asked_at")


def forget(patient: UUID) -> None:
    """Drop what waits for a patient who is erased: of the worklist, drafts, files to import."""
    WorklistRow.objects.filter(patient=patient).delete()
    PlanDraft.objects.filter(regimen__patient=patient).delete()
    WaitingFile.objects.filter(patient=patient).delete()


def rebuild(batch: int = 500) -> int:
    """Make every row anew, a clinic at a time under its lock; returns how many were read."""
    return sum(rebuild_clinic(clinic, batch) for clinic in Clinic.objects.order_by("pk"))


def rebuild_clinic(clinic: Clinic, batch: int = 500) -> int:
    """As `rebuild`, of one clinic: its days are others once it goes by another clock."""
    count = 0
    with transaction.atomic():
        lock(clinic)
        regimens = iter(Regimen.objects.filter(clinic=clinic).select_related("clinic"))
        while chunk := list(islice(regimens, batch)):
            refresh(chunk)
            count += len(chunk)
        patients = iter(patient_rows.listed_in(clinic))
        while some := list(islice(patients, batch)):
            patient_rows.refresh(some)
    return count


def _card(known: Facts, now: datetime) -> RegimenCard:
    version = known.version
    last_number, last_recorded_at = version.number, version.recorded_at
    newest = max(known.log.records, key=lambda record: record.number, default=None)
    if newest is not None and newest.number > last_number:
        last_number, last_recorded_at = newest.number, known.steps[newest.entry].recorded_at
    return RegimenCard(
        regimen=known.regimen,
        clinic_id=known.regimen.clinic_id,
        patient_id=known.regimen.patient_id,
        version_id=version.entry,
        **_standing(known.log, now),
        is_retracted=version.is_retracted,
        last_number=last_number,
        last_recorded_at=last_recorded_at,
    )


def _standing(log: History, now: datetime) -> dict[str, Any]:
    """The columns that depend on the moment: the instruction in force, and when the next comes.

    `now` is in the clinic's zone. A clock time may have been written by another clinic's clock.
    """
    step = log.in_force(now)
    zone = now.tzinfo or dt.UTC
    return {
        "state": timeline.state_of(step),
        "step_id": step.entry if step else None,
        "next_on": min((each.effective.comes_on(zone) for each in log.upcoming(now)), default=None),
    }


def differences(clinic: Clinic) -> Iterator[Finding]:
    """A finding for each regimen whose rows are not what the record says. For `verify`."""
    regimens = Regimen.objects.filter(clinic=clinic).select_related("clinic")
    for regimen in differing(clinic, regimens, _differing, 500):
        says = _(
            "the rows that list regimen %(regimen)s are not what the record says: "
            "rebuild_projection makes them anew."
        )
        yield Finding(Damage.PROJECTION, says % {"regimen": regimen.pk}, clinic)
    for patient in differing(
        clinic, patient_rows.listed_in(clinic), patient_rows.differing_rows, 500
    ):
        says = _(
            "the rows that list the call backs and the offer of patient %(patient)s are not what "
            "the record says: rebuild_projection makes them anew."
        )
        yield Finding(Damage.PROJECTION, says % {"patient": patient.pk}, clinic)


def _differing(regimens: Sequence[Regimen]) -> list[Regimen]:
    """Those of these regimens whose rows differ from what `refresh` would write."""
    now = timezone.now()
    keys = [regimen.pk for regimen in regimens]
    known = facts.read_all(regimens)
    cards = RegimenCard.objects.in_bulk(keys)
    listed: dict[UUID, set] = {key: set() for key in keys}
    today = {regimen.pk: regimen.clinic.local(now).date() for regimen in regimens}
    for row in WorklistRow.objects.filter(regimen__in=keys).exclude(topic__in=patient_rows.TOPICS):
        regimen = row.regimen_id
        if regimen and (row.shown_until is None or today[regimen] < row.shown_until):
            listed[regimen].add(values(row))
    return [
        regimen
        for regimen, made in zip(regimens, _made(list(known.values()), now), strict=True)
        if listed[regimen.pk] != set(map(values, made.listed))
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
