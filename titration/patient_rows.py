"""The rows of the worklist that are a patient's, whatever becomes of a regimen: call backs that

wait, and the offer to another clinic that was not accepted.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from access.composed import Rows
from access.models import Clinic
from ledger import bulk
from ledger.bulk import Query
from ledger.models import Entry
from ledger.verification import values
from patients import transferred
from patients.models import Patient, PatientVersion, Transfer, TransferEvent
from titration import worklist
from titration.models import Contact, RegimenCard, WorklistRow
from titration.reading import contacted
from titration.reading.contacted import Contacted
from titration.worklist import Call, Item

TOPICS = ("call-back", "offer")


def refresh(patients: Iterable[Patient], now: datetime | None = None) -> None:
    """Make these rows of these patients anew, inside the write that changed them.

    The patients are of one clinic.
    """
    patients = list(patients)
    if patients:
        clinic = patients[0].clinic
        today = clinic.local(now or timezone.now()).date()
        rows = _present([patient.pk for patient in patients], clinic.pk, today)
        made = [row for rows in _rows(patients).values() for row in rows]
        bulk.send(changes(rows, made, today).queries)


def _listed_now(patients: Sequence[UUID], clinic: int, today: date) -> QuerySet[WorklistRow]:
    """These rows of these patients, and what is over."""
    rows = Q(patient__in=patients, topic__in=TOPICS)
    return WorklistRow.objects.filter(rows | over(clinic, today))


_present = Rows(WorklistRow, _listed_now)


def over(clinic: int, today: date) -> Q:
    """The rows of whatever regimen of the clinic that are shown no longer."""
    return Q(clinic=clinic, shown_until__lte=today)


def _rows(patients: Sequence[Patient]) -> dict[UUID, list[WorklistRow]]:
    """By patient a row for each open call back, and one for an offer; none of who was erased."""
    keys = [patient.pk for patient in patients]
    versions = PatientVersion.objects.newest().filter(patient__in=keys, family_name=None)
    present = set(keys) - set(versions.values_list("patient_id", flat=True))
    by_patient: dict[UUID, list[Contacted]] = {key: [] for key in keys}
    for text in contacted.contacts(present):
        by_patient[text.patient].append(text)
    waiting = {
        key: contacted.open_calls(contacted.standing(texts)) for key, texts in by_patient.items()
    }
    regimens = {c.contact: c.regimen for calls in waiting.values() for c in calls if c.regimen}
    cards = RegimenCard.objects.filter(pk__in=regimens.values()).select_related("version")
    medicines = {card.pk: card.version.medicine_id for card in (cards if regimens else ())}
    clinics = {patient.pk: patient.clinic_id for patient in patients}
    offers = _offers(present)
    return {
        patient: [
            WorklistRow(
                clinic_id=clinics[patient],
                patient_id=patient,
                regimen_id=regimens.get(item.about),
                medicine_id=medicines.get(regimens.get(item.about)),
                **columns(item),
            )
            for item in worklist.calls(_due(calls)) | offers.get(patient, frozenset())
        ]
        for patient, calls in waiting.items()
    }


def _offers(patients: Collection[UUID]) -> dict[UUID, frozenset[Item]]:
    """By patient: the offer that was not accepted, for who answers for them meanwhile."""
    newest = transferred.newest(patients)
    open_ = {p: each for p, each in newest.items() if each.event != TransferEvent.ACCEPTED}
    if not open_:
        return {}
    offers = Transfer.objects.filter(
        transfer__in=[each.transfer for each in open_.values()], event=TransferEvent.OFFERED
    )
    whose = dict(offers.values_list("transfer", "responsible"))
    return {
        patient: frozenset({_offer(each.entry, whose[each.transfer])})
        for patient, each in open_.items()
    }


def _offer(entry: Entry, whose: int) -> Item:
    """Shown from the day on which it was made or declined, until it is taken back or accepted."""
    on = entry.recorded_at.astimezone(ZoneInfo(entry.time_zone)).date()
    return Item("offer", on, on, None, whose, entry.subject, entry.number)


def _due(calls: Iterable[Contacted]) -> Iterator[Call]:
    for call in calls:
        if call.call_back_on and call.call_back_by:
            yield Call(call.contact, call.number, call.call_back_on, call.call_back_by)


class Changes(NamedTuple):
    """The rows of the worklist that go, by their numbers, and those that come."""

    gone: list[int]
    new: list[WorklistRow]

    @property
    def queries(self) -> list[Query]:
        return [*bulk.deleting(WorklistRow, self.gone), *bulk.inserting(self.new)]


def changes(present: Iterable[WorklistRow], rows: Iterable[WorklistRow], today: date) -> Changes:
    """What has the worklist hold these rows in place of those `present`. Those that stay as they

    are stay. What is over, of whatever regimen, is among those and goes: so the list never fills
    with it.
    """
    wanted = {values(row): row for row in rows}
    gone = [
        row.pk
        for row in present
        if wanted.pop(values(row), None) is None or (row.shown_until and row.shown_until <= today)
    ]
    return Changes(gone, list(wanted.values()))


def columns(item: worklist.Item) -> dict[str, Any]:
    """The columns of a row for an item of the list."""
    return {
        "whose_id": item.whose,
        "topic": item.topic,
        "day": item.day,
        "shown_from": item.shown_from,
        "shown_until": item.shown_until,
        "about": item.about,
        "number": item.number,
    }


def listed_in(clinic: Clinic) -> QuerySet[Patient]:
    """The clinic's patients of whom a call back or an offer is recorded, or is listed."""
    contacts = Contact.objects.filter(patient=OuterRef("pk"), call_back_on__isnull=False)
    offers = Transfer.objects.filter(patient=OuterRef("pk"))
    rows = WorklistRow.objects.filter(patient=OuterRef("pk"), topic__in=TOPICS)
    found = Exists(contacts) | Exists(offers) | Exists(rows)
    return Patient.objects.filter(found, clinic=clinic).select_related("clinic")


def differing_rows(patients: Sequence[Patient]) -> list[Patient]:
    """Those of these patients whose rows differ from what `refresh` makes."""
    rows = WorklistRow.objects.filter(patient__in=[p.pk for p in patients], topic__in=TOPICS)
    listed: dict[UUID, set] = {patient.pk: set() for patient in patients}
    for row in rows:
        listed[row.patient_id].add(values(row))
    made = _rows(patients)
    return [p for p in patients if listed[p.pk] != set(map(values, made[p.pk]))]
