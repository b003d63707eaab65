"""Disposable rows that feed lists: written by the actions, made anew by a command."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Entry, Head, Retraction
from ledger.verification import Damage, Finding, differing, values
from patients.models import PatientStatus, PatientVersion
from titration import calls, intake, planned, pumped, reported, timeline, worklist
from titration.intake import Report
from titration.models import (
    DoseStep,
    PlanDraft,
    Regimen,
    RegimenCard,
    RegimenVersion,
    Review,
    WaitingFile,
    WorklistRow,
)
from titration.planning import Event
from titration.reading import History, histories
from titration.worklist import Asked, Booked, Known, Planned, Reported, Text

BATCH = 2000


def refresh(
    regimens: Iterable[Regimen],
    now: datetime | None = None,
    logs: Mapping[UUID, History] | None = None,
) -> None:
    """Make the rows of these regimens anew, inside the write that changed them.

    They are of one clinic. `logs` are theirs as the write leaves them, where it knows them; else
    they are read.
    """
    regimens = list(regimens)
    now = now or timezone.now()
    made = _made(regimens, now, logs)
    RegimenCard.objects.filter(pk__in=[regimen.pk for regimen in regimens]).delete()
    RegimenCard.objects.bulk_create([rows.card for rows in made], batch_size=BATCH)
    if regimens:
        rows = WorklistRow.objects.filter(regimen__in=[regimen.pk for regimen in regimens])
        listed = [row for rows in made for row in rows.listed]
        calls.rewrite(regimens[0].clinic, rows.exclude(topic=calls.CALLS), listed, now)


def refresh_patient(patient: UUID) -> None:
    """Make the rows of a patient's regimens anew: they died, left, or are here again."""
    refresh(Regimen.objects.filter(patient=patient).select_related("clinic"))


class _Made(NamedTuple):
    """The rows of one regimen, and the log that they were made from."""

    card: RegimenCard
    listed: list[WorklistRow]
    log: History


def _made(
    regimens: Sequence[Regimen], now: datetime, logs: Mapping[UUID, History] | None = None
) -> list[_Made]:
    keys = [regimen.pk for regimen in regimens]
    logs = _logs(keys) if logs is None else logs
    versions = _newest_versions(keys)
    facts = _facts(keys)
    withdrawn = set(
        Retraction.objects.filter(entry__subject__in=keys).values_list("entry__subject", flat=True)
    )
    known = _known([r for r in regimens if r.pk not in withdrawn], logs, versions, facts)
    return [
        _Made(
            _card(r, logs[r.pk], versions[r.pk], facts, r.pk in withdrawn, r.clinic.local(now)),
            _listed(r, versions[r.pk], known.get(r.pk), r.clinic.local(now).date()),
            logs[r.pk],
        )
        for r in regimens
    ]


def _logs(regimens: Sequence[UUID]) -> Mapping[UUID, History]:
    """The logs; with doses only where a line was corrected: whether its dose was, a plan asks."""
    logs = histories(regimens, with_doses=False)
    corrected = [
        key
        for key, log in logs.items()
        if len({record.step for record in log.records}) < len(log.records)
    ]
    return logs | histories(corrected) if corrected else logs


def _listed(
    regimen: Regimen, version: RegimenVersion, known: Known | None, today: date
) -> list[WorklistRow]:
    """A row for each item of the worklist that is shown today or later."""
    return [
        WorklistRow(
            clinic_id=regimen.clinic_id,
            patient_id=regimen.patient_id,
            regimen_id=regimen.pk,
            medicine_id=version.medicine_id,
            **calls.columns(item),
        )
        for item in (worklist.items(known) if known else ())
        if item.shown_until is None or today < item.shown_until
    ]


def _known(
    regimens: Sequence[Regimen],
    logs: Mapping[UUID, History],
    versions: Mapping[UUID, RegimenVersion],
    facts: Mapping[UUID, "_Facts"],
) -> dict[UUID, Known]:
    """By regimen, what the worklist goes by; none for a patient who was erased."""
    keys = [regimen.pk for regimen in regimens]
    people = _people(regimen.patient_id for regimen in regimens)
    plans = planned.plan_logs(keys)
    reviews, asked = _reviews(keys), _asked(regimens)
    pumps = pumped.pump_logs(keys)
    reports = reported.reports(keys)
    found = {}
    for regimen in regimens:
        key, log, version = regimen.pk, logs[regimen.pk], versions[regimen.pk]
        is_erased, ended = people[regimen.patient_id]
        if is_erased:
            continue
        texts = {step.entry: _text(facts[step.entry]) for step in log.live}
        found[key] = Known(
            regimen=key,
            number=version.entry.number,
            since=_day(version.entry.recorded_at, version.entry.time_zone),
            responsible=version.responsible_id,
            live=log.live,
            texts=texts,
            plan=_plan(regimen.clinic, plans[key], log, texts, ended),
            reviews=tuple(reviews.get(key, ())),
            asked=tuple(asked.get(key, ())),
            pump=pumps[key].pump,
            reports=tuple(_differing_reports(reports[key])),
            is_present=ended is None,
        )
    return found


def _differing_reports(texts: Iterable[Report]) -> Iterator[Reported]:
    for report in intake.standing(texts):
        if report.is_differing:
            is_told = bool(report.told_name)
            yield Reported(
                report.report, report.said_since, report.said_on, report.last_on, is_told
            )


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _people(patients: Iterable[UUID]) -> dict[UUID, tuple[bool, Event | None]]:
    """Of each patient: whether they were erased, and that they died or left."""
    versions = PatientVersion.objects.newest().filter(patient__in=set(patients))
    fields = ("patient_id", "family_name", "status", "status_on", "entry__number")
    return {
        patient: (
            name is None,
            Event(number, status, on) if status != PatientStatus.HERE and on else None,
        )
        for patient, name, status, on, number in versions.values_list(*fields)
    }


def _plan(
    clinic: Clinic,
    plans: Sequence[planned.PlanLog],
    log: History,
    texts: Mapping[UUID, Text],
    ended: Event | None,
) -> Planned | None:
    """The plan that is not over, or the last that was signed."""
    plan = planned.present_plan(plans, log.live, ended) or (plans[-1] if plans else None)
    if plan is None:
        return None
    standing = plan.standing(log.live, ended)
    days = {step.number: texts[step.entry].on for step in log.live}
    days |= {version.number: version.signed_on for each in plans for version in each.versions}
    days |= {event.number: event.on for event in plan.events}
    days |= {event.number: event.on for event in plan.differs}
    if ended is not None:
        days[ended.number] = ended.on
    if standing.number not in days:  # the patient is here again
        entry = Entry.objects.get(clinic=clinic, number=standing.number)
        days[entry.number] = _day(entry.recorded_at, entry.time_zone)
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


def _reviews(regimens: Sequence[UUID]) -> dict[UUID, list[Booked]]:
    """By regimen, the newest text of each review that was not withdrawn, in order of entry."""
    withdrawals = Entry.objects.filter(subject=OuterRef("review"), kind=Retraction.KIND)
    reviews = Review.objects.newest().filter(~Exists(withdrawals), regimen__in=regimens)
    found: dict[UUID, list[Booked]] = {}
    said = ("review", "entry__number", "status", "review_on", "whose_id")
    for regimen, at, zone, review, number, *others in reviews.order_by("entry__number").values_list(
        "regimen_id", "entry__recorded_at", "entry__time_zone", *said
    ):
        found.setdefault(regimen, []).append(Booked(review, number, _day(at, zone), *others))
    return found


def _asked(regimens: Sequence[Regimen]) -> dict[UUID, list[Asked]]:
    """By regimen, the drafts under which somebody asked for a signature."""
    zones = {regimen.pk: regimen.clinic.time_zone for regimen in regimens}
    drafts = PlanDraft.objects.filter(regimen__in=list(zones), asked_at__isnull=False)
    found: dict[UUID, list[Asked]] = {}
    for draft, regimen, at in drafts.values_list("pk", "regimen_id", "asked_at"):
        if at is not None:
            found.setdefault(regimen, []).append(Asked(draft, _day(at, zones[regimen])))
    return found


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
        Head.objects.select_for_update().get_or_create(clinic=clinic)
        regimens = iter(Regimen.objects.filter(clinic=clinic).select_related("clinic"))
        while chunk := list(islice(regimens, batch)):
            refresh(chunk)
            count += len(chunk)
        patients = iter(calls.called_in(clinic))
        while called := list(islice(patients, batch)):
            calls.refresh(called)
    return count


def _newest_versions(regimens: list[UUID]) -> dict[UUID, RegimenVersion]:
    versions = RegimenVersion.objects.filter(regimen__in=regimens).select_related("entry")
    return {v.regimen_id: v for v in versions.order_by("entry__number")}


class _Facts(NamedTuple):
    """What the pure timeline does not carry of a step."""

    decided_by: int | None
    recorded_by: int
    recorded_at: datetime
    time_zone: str
    confirmed: UUID | None
    disputed: int | None
    disputed_at: datetime | None


def _facts(regimens: list[UUID]) -> dict[UUID, _Facts]:
    rows = DoseStep.objects.filter(regimen__in=regimens).values_list(
        *("pk", "decided_by", "entry__recorded_by", "entry__recorded_at", "entry__time_zone"),
        *("confirmation__pk", "dispute__entry__number", "dispute__entry__recorded_at"),
    )
    return {row[0]: _Facts(*row[1:]) for row in rows}


def _text(fact: _Facts) -> Text:
    """When a step was typed; whom it waits for: its prescriber, who neither typed nor confirmed."""
    is_settled = fact.decided_by == fact.recorded_by or fact.confirmed is not None
    return Text(
        on=_day(fact.recorded_at, fact.time_zone),
        waits_for=None if is_settled else fact.decided_by,
        disputed=None if fact.confirmed else fact.disputed,
        disputed_on=_day(fact.disputed_at, fact.time_zone) if fact.disputed_at else None,
    )


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


def differences(clinic: Clinic) -> Iterator[Finding]:
    """A finding for each regimen whose rows are not what the record says. For `verify`."""
    regimens = Regimen.objects.filter(clinic=clinic).select_related("clinic")
    for regimen in differing(clinic, regimens, _differing, 500):
        says = _(
            "the rows that list regimen %(regimen)s are not what the record says: "
            "rebuild_projection makes them anew."
        )
        yield Finding(Damage.PROJECTION, says % {"regimen": regimen.pk}, clinic)
    for patient in differing(clinic, calls.called_in(clinic), calls.differing_calls, 500):
        says = _(
            "the rows that list the call backs of patient %(patient)s are not what the record "
            "says: rebuild_projection makes them anew."
        )
        yield Finding(Damage.PROJECTION, says % {"patient": patient.pk}, clinic)


def _differing(regimens: Sequence[Regimen]) -> list[Regimen]:
    """Those of these regimens whose rows differ from what `refresh` would write."""
    now = timezone.now()
    keys = [regimen.pk for regimen in regimens]
    cards = RegimenCard.objects.in_bulk(keys)
    listed: dict[UUID, set] = {key: set() for key in keys}
    today = {regimen.pk: regimen.clinic.local(now).date() for regimen in regimens}
    for row in WorklistRow.objects.filter(regimen__in=keys).exclude(topic=calls.CALLS):
        regimen = row.regimen_id
        if regimen and (row.shown_until is None or today[regimen] < row.shown_until):
            listed[regimen].add(values(row))
    return [
        regimen
        for regimen, made in zip(regimens, _made(regimens, now), strict=True)
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
