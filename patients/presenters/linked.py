"""The other records of a person, as pages and exports name them: who, and how much is there."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from access.addresses import url_of
from patients import linked, wording
from patients.models import PatientVersion
from patients.presenters.erased import erasures

Count = Callable[[Collection[UUID], int | None], Mapping[UUID, int]]
_counting: list[Count] = []


def register_count(count: Count) -> None:
    """Have `count` tell how many regimens patients have, as known at an entry number."""
    if count not in _counting:
        _counting.append(count)


def regimen_counts(patients: Collection[UUID], known: int | None) -> dict[UUID, int]:
    """By patient: how many regimens are recorded there that were not withdrawn."""
    found = dict.fromkeys(patients, 0)
    for count in _counting:
        found |= count(patients, known)
    return found


@dataclass(frozen=True, slots=True)
class LinkedRecord:
    """Another record of the same person: `who`, the sentence of the banner, and its page."""

    patient: UUID
    who: str
    words: str
    url: str


def linked_records(patient: UUID, known: int | None = None, query: str = "") -> list[LinkedRecord]:
    """Every other record of the person, as known at an entry number, in the order of their links.

    `query` ends the addresses of another moment.
    """
    keys = linked.others(patient, known)
    if not keys:
        return []
    found = PatientVersion.objects.newest(known).filter(patient__in=keys)
    versions = {version.patient_id: version for version in found}
    erased = erasures([key for key, version in versions.items() if version.is_erased])
    counts = regimen_counts(keys, known)
    records = []
    for key in keys:
        if key in versions:
            on = erased.get(key)
            who = wording.erased_record_words(on) if on else wording.who_words(versions[key])
            words = wording.same_person_words(who, counts[key])
            url = url_of("patient", key) + query
            records.append(LinkedRecord(key, who, words, url))
    return records
