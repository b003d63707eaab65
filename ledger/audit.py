"""Whose an identity is: told to access, which writes down refusals and knows no records."""

from uuid import UUID

from access.audit import Subject
from ledger.models import Entry


def subject(identity: UUID) -> Subject | None:
    """The clinic and the patient of a patient, regimen, step or other line of entries."""
    entries = Entry.objects.filter(subject=identity).order_by("number")
    found = entries.values_list("clinic", "patient").first()
    return Subject(*found) if found else None
