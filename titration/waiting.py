"""Files on their way in: kept between the pages of an import, one for each person and patient.

Where a file is of somebody new to the clinic, the patient is None, and a person has one such file.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from access.models import Clinic, User
from patients.models import Patient
from titration.models import ColumnMatching, WaitingFile

KEPT = timedelta(days=1)


def keep(
    clinic: Clinic, patient: Patient | None, user: User, name: str, content: bytes, now: datetime
) -> WaitingFile:
    """Keep a file for a day, in place of the one of theirs that waits; drop those of days ago."""
    drop_overdue(now)
    file, _is_new = WaitingFile.objects.update_or_create(
        patient=patient,
        user=user,
        defaults={
            "clinic": clinic,
            "name": name[-255:],
            "sha256": digest_of(content),
            "content": content,
            "choices": {},
            "chosen_at": now,
        },
    )
    return file


def waiting(patient: Patient | None, user: User, now: datetime):
    """The file of theirs that waits, if one does."""
    kept = WaitingFile.objects.visible_to(user).filter(patient=patient, user=user)
    return kept.filter(chosen_at__gt=now - KEPT)


def keep_choices(file: WaitingFile) -> None:
    """Keep what was said of a file that still waits; another window may have dropped it."""
    _still(file).update(choices=file.choices)


def drop_overdue(now: datetime) -> int:
    """Drop the files whose day is over. Returns how many there were."""
    count, _by_model = WaitingFile.objects.filter(chosen_at__lte=now - KEPT).delete()
    return count


@transaction.atomic
def give(file: WaitingFile, patient: Patient) -> None:
    """Let a file of somebody new wait for a patient, in place of the one of theirs that does."""
    WaitingFile.objects.filter(patient=patient, user=file.user).delete()
    _still(file).update(patient=patient)


def drop(file: WaitingFile) -> None:
    """Drop a file that was brought in, and no other that was chosen in its place meanwhile."""
    _still(file).delete()


def _still(file: WaitingFile):
    return WaitingFile.objects.filter(pk=file.pk, sha256=file.sha256)


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file, as hex."""
    return hashlib.sha256(content).hexdigest()


def read_as(file: WaitingFile) -> str:
    """A digest of the file and of what was said of it: another one where either is another."""
    return digest_of(f"{file.sha256}{json.dumps(file.choices, sort_keys=True)}".encode())


def matched(clinic: Clinic, headings: str) -> list[str]:
    """The roles of the columns under these headings when they were last matched; none before."""
    found = ColumnMatching.objects.filter(clinic=clinic, headings=_digest(headings))
    return found.values_list("roles", flat=True).first() or []


def remember(clinic: Clinic, headings: str, roles: Sequence[str]) -> None:
    ColumnMatching.objects.update_or_create(
        clinic=clinic, headings=_digest(headings), defaults={"roles": list(roles)}
    )


def _digest(headings: str) -> str:
    return digest_of(headings.encode())
