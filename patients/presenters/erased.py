"""On which day somebody was erased."""

from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from ledger.models import Entry, Erasure
from patients import wording


def erased_words(patient: UUID) -> str:
    """That the patient was erased, and on which day; "" for who was not."""
    return "".join(map(wording.erased_words, erasures([patient]).values()))


def erasures(patients: Collection[UUID]) -> dict[UUID, date]:
    """By patient: the day on which they were erased; none for those who were not."""
    if not patients:
        return {}
    entries = Entry.objects.filter(kind=Erasure.KIND, subject__in=patients)
    return {
        patient: timezone.localdate(at, timezone=ZoneInfo(zone))
        for patient, at, zone in entries.values_list("subject", "recorded_at", "time_zone")
    }
