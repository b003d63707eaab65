"""Whose a draft is: told to access, which writes down refusals. The ledger knows no drafts."""

from uuid import UUID

from access.audit import Subject
from titration.models import PlanDraft


def subject(identity: UUID) -> Subject | None:
    """The clinic and the patient of a draft of a plan."""
    drafts = PlanDraft.objects.filter(pk=identity).values_list("clinic", "regimen__patient")
    found = drafts.first()
    return Subject(*found) if found else None
