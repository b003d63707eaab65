"""What was recorded together: one form, one write, and so one submission of its entries."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Entry
from titration.models import Contact, DoseStep, IntakeReport, Observation, SideEffect

# A visit holds these; each is told with the number of its entry.
WORDS = {
    Contact.KIND: lambda: _("contact, entry %(number)s"),
    DoseStep.KIND: lambda: _("dose step, entry %(number)s"),
    IntakeReport.KIND: lambda: _("report of the intake, entry %(number)s"),
    Observation.KIND: lambda: _("observation, entry %(number)s"),
    SideEffect.KIND: lambda: _("side effect or sign of withdrawal, entry %(number)s"),
}

Together = Mapping[UUID, Mapping[int, str]]
"""By submission: the entries of it by their numbers, in words."""


def recorded_together(
    patient: UUID, submissions: Iterable[UUID], known: int | None = None
) -> Together:
    """What each of some submissions recorded of a patient, in order; one query."""
    # What a file brought in was recorded in one write, and for most of it in many forms before.
    entries = Entry.objects.filter(
        patient=patient, submission__in=set(submissions), kind__in=WORDS, came_from=None
    ).order_by("number")
    if known is not None:
        entries = entries.filter(number__lte=known)
    found: dict[UUID, dict[int, str]] = {}
    for submission, number, kind in entries.values_list("submission", "number", "kind"):
        words = WORDS[kind]() % {"number": f"{number:,}"}
        found.setdefault(submission, {})[number] = words
    return found


def beside(together: Together, submission: UUID, number: int) -> list[str]:
    """What was recorded in one form with an entry, without the entry itself."""
    entries = together.get(submission, {})
    return [words for each, words in entries.items() if each != number]
