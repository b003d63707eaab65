"""What was learned since of the plans, copies, reviews and pumps of a patient's regimens.

Told as the changes sheet tells it, entry by entry.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Retraction
from ledger.moments import Moment
from patients.models import Patient
from titration import changes
from titration.changes import Key
from titration.models import IssueTold, PlanEvent, PlanIssue, PlanVersion, PumpEvent, Review
from titration.presenters.changed import Line, regimen_lines

KINDS = {
    record.KIND for record in (PlanVersion, PlanEvent, PlanIssue, IssueTold, PumpEvent, Review)
}


def plan_lines(patient: Patient, moment: Moment) -> Mapping[UUID, list[Line]]:
    """By regimen: a line for each entry of its plans, copies, reviews and pump after the moment.

    Needs the patient's clinic. Two queries where there is none.
    """
    span = replace(changes.span_of(patient.clinic, moment.at), low=moment.number)
    keys = changes.patients_of(span, patient=patient.pk).get(patient.pk, [])
    keys = _of_plans(keys)
    if not keys:
        return {}
    told = changes.changes_of(span, {patient.pk: keys})
    return {
        of.regimen: regimen_lines(told, of, patient.clinic)
        for of_patient in told.patients
        for of in of_patient.regimens
    }


def _of_plans(keys: list[Key]) -> list[Key]:
    """The entries of these kinds; withdrawals are those of copies and of events of a pump."""
    withdrawn = {key.subject for key in keys if key.kind == Retraction.KIND}
    told: set[UUID] = set()
    if withdrawn:
        for model in (PlanIssue, PumpEvent):
            lines = model.objects.filter(entry__subject__in=withdrawn)
            told.update(lines.values_list("entry__subject", flat=True))
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
