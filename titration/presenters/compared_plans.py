"""What was learned since of a patient's plans, copies, reviews, pumps, reports and contacts.

Told as the changes sheet tells it, entry by entry.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Entry, Retraction
from ledger.moments import Moment
from patients.models import Patient
from titration import changes
from titration.changes import Key
from titration.models import (
    Contact,
    IntakeReport,
    IssueTold,
    PlanEvent,
    PlanIssue,
    PlanVersion,
    PumpEvent,
    Review,
)
from titration.presenters.changed import Line, patient_lines, regimen_lines

# What can be withdrawn by itself, so that its withdrawal is told too.
WITHDRAWN = {record.KIND for record in (PlanIssue, PumpEvent, IntakeReport, Contact)}
KINDS = {record.KIND for record in (PlanVersion, PlanEvent, IssueTold, Review)} | WITHDRAWN


def plan_lines(patient: Patient, moment: Moment) -> Mapping[UUID, list[Line]]:
    """By regimen: a line for each entry of its plans, copies, reviews, pump and reports since.

    By the patient's own id those of contacts, which may be of no regimen. Needs the
    patient's clinic. Two queries where there is none.
    """
    span = replace(changes.span_of(patient.clinic, moment.at), low=moment.number)
    keys = changes.patients_of(span, patient=patient.pk).get(patient.pk, [])
    keys = _of_plans(keys)
    if not keys:
        return {}
    told = changes.changes_of(span, {patient.pk: keys})
    lines = {}
    for of_patient in told.patients:
        lines[patient.pk] = patient_lines(told, of_patient, patient.clinic)
        for of in of_patient.regimens:
            lines[of.regimen] = regimen_lines(told, of, patient.clinic)
    return lines


def _of_plans(keys: list[Key]) -> list[Key]:
    """The entries of these kinds, and the withdrawals of what can be withdrawn by itself."""
    withdrawn = {key.subject for key in keys if key.kind == Retraction.KIND}
    told: set[UUID] = set()
    if withdrawn:
        entries = Entry.objects.filter(subject__in=withdrawn, kind__in=WITHDRAWN)
        told.update(entries.values_list("subject", flat=True))
    return [key for key in keys if key.kind in KINDS or key.subject in told]


def details_of(line: Line) -> list[tuple[str, str]]:
    """What a line says beside what was done, as (term, words)."""
    said = [
        (_("Before"), line.before),
        (_("Now"), line.now),
        (_("Decided"), line.decided),
        (_("In the record"), line.error),
        (_("Recorded"), line.recorded),
    ]
    return [(term, words) for term, words in said if words]
