"""The rows of the worklist for call backs: a patient's, whatever becomes of a regimen."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from access.models import Clinic
from ledger.verification import values
from patients.models import Patient, PatientVersion
from titration import contacted, worklist
from titration.contacted import Contacted
from titration.models import Contact, RegimenCard, WorklistRow
from titration.worklist import Call

CALLS = "call-back"
BATCH = 2000


def refresh(patients: Iterable[Patient], now: datetime | None = None) -> None:
    """Make the rows of these patients' call backs anew, inside the write that changed them.

    The patients are of one clinic.
    """
    patients = list(patients)
    if patients:
        rows = WorklistRow.objects.filter(patient__in=[p.pk for p in patients], topic=CALLS)
        listed = [row for rows in _calls(patients).values() for row in rows]
        rewrite(patients[0].clinic, rows, listed, now or timezone.now())


def _calls(patients: Sequence[Patient]) -> dict[UUID, list[WorklistRow]]:
    """By patient a row for each open call back; none of one who was erased."""
    keys = [patient.pk for patient in patients]
    versions = PatientVersion.objects.newest().filter(patient__in=keys, family_name=None)
    erased = set(versions.values_list("patient_id", flat=True))
    by_patient: dict[UUID, list[Contacted]] = {key: [] for key in keys}
    for text in contacted.contacts(set(keys) - erased):
        by_patient[text.patient].append(text)
    waiting = {
        key: contacted.open_calls(contacted.standing(texts)) for key, texts in by_patient.items()
    }
    regimens = {c.contact: c.regimen for calls in waiting.values() for c in calls if c.regimen}
    cards = RegimenCard.objects.filter(pk__in=regimens.values()).select_related("version")
    medicines = {card.pk: card.version.medicine_id for card in (cards if regimens else ())}
    clinics = {patient.pk: patient.clinic_id for patient in patients}
    return {
        patient: [
            WorklistRow(
                clinic_id=clinics[patient],
                patient_id=patient,
                regimen_id=regimens.get(item.about),
                medicine_id=medicines.get(regimens.get(item.about)),
                **columns(item),
            )
            for item in worklist.calls(_due(calls))
        ]
        for patient, calls in waiting.items()
    }


def _due(calls: Iterable[Contacted]) -> Iterator[Call]:
    for call in calls:
        if call.call_back_on and call.call_back_by:
            yield Call(call.contact, call.number, call.call_back_on, call.call_back_by)


def rewrite(
    clinic: Clinic, present: QuerySet[WorklistRow], rows: Iterable[WorklistRow], now: datetime
) -> None:
    """Have the worklist hold these rows in place of those `present`. Those that stay as they are

    stay. What is over, of whatever regimen of the clinic, goes: so the list never fills with it.
    """
    wanted = {values(row): row for row in rows}
    gone = [row.pk for row in present if wanted.pop(values(row), None) is None]
    is_over = Q(clinic=clinic, shown_until__lte=clinic.local(now).date())
    WorklistRow.objects.filter(is_over | Q(pk__in=gone) if gone else is_over).delete()
    WorklistRow.objects.bulk_create(wanted.values(), batch_size=BATCH)


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


def called_in(clinic: Clinic) -> QuerySet[Patient]:
    """The clinic's patients of whom a contact is recorded or a call back is listed."""
    contacts = Contact.objects.filter(patient=OuterRef("pk"), call_back_on__isnull=False)
    rows = WorklistRow.objects.filter(patient=OuterRef("pk"), topic=CALLS)
    patients = Patient.objects.filter(Exists(contacts) | Exists(rows), clinic=clinic)
    return patients.select_related("clinic")


def differing_calls(patients: Sequence[Patient]) -> list[Patient]:
    """Those of these patients whose listed call backs differ from what `refresh` makes."""
    rows = WorklistRow.objects.filter(patient__in=[p.pk for p in patients], topic=CALLS)
    listed: dict[UUID, set] = {patient.pk: set() for patient in patients}
    for row in rows:
        listed[row.patient_id].add(values(row))
    made = _calls(patients)
    return [p for p in patients if listed[p.pk] != set(map(values, made[p.pk]))]
