"""One visit or call recorded whole: the contact, and everything that was done and said at it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.writing import Asking, verb, writing
from patients.models import Patient
from titration import patient_rows, projection
from titration.actions.carrying import FromRow
from titration.actions.contacts import ContactText, add_contact
from titration.actions.intake import IntakeText, add_reports
from titration.actions.observations import add_effects, add_observations, newer_alike
from titration.actions.observed_rules import EffectText, ObservationText, OneRefused
from titration.actions.shared import check_regimen_stands
from titration.actions.steps import Instruction, enter_step
from titration.models import Regimen
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import contacted, facts, reported


@dataclass(frozen=True)
class VisitStep:
    """A step that was decided at the visit; `seen` and `from_row` as in record_step."""

    regimen: Regimen
    instruction: Instruction
    seen: int | None = None
    from_row: FromRow | None = None


@dataclass(frozen=True)
class VisitReport:
    """What was reported at the visit of a regimen's intake."""

    regimen: Regimen
    text: IntakeText


@verb
def record_visit(
    *,
    patient: Patient,
    contact: ContactText,
    steps: tuple[VisitStep, ...] = (),
    reports: tuple[VisitReport, ...] = (),
    observations: tuple[ObservationText, ...] = (),
    effects: tuple[EffectText, ...] = (),
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Record a contact with everything done and said at it, all or nothing, in one write.

    Returns the Contact. Raises OneRefused, and ChangedMeanwhile as record_step, record_contact,
    record_intake and record_observations do; `seen` as in the latter three.
    """
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        told: tuple[ObservationText | EffectText, ...] = (*observations, *effects)
        if seen is not None and _is_told_twice(patient, contact, reports, told, seen):
            raise ChangedMeanwhile
        try:
            made = add_contact(log, patient, contact)
        except RuleBroken as rule:
            raise OneRefused(rule, "contact") from rule
        for place, step in enumerate(steps):
            try:
                _check_of(patient, step.regimen)
                known = facts.read(step.regimen)
                enter_step(log, known, step.instruction, step.seen, step.from_row)
            except RuleBroken as rule:
                raise OneRefused(rule, "step", place) from rule
        for place, report in enumerate(reports):
            try:
                _check_of(patient, report.regimen)
                check_regimen_stands(report.regimen)
                add_reports(log, report.regimen, [report.text])
            except RuleBroken as rule:
                raise OneRefused(rule, "report", place) from rule
        add_observations(log, patient, observations)
        add_effects(log, patient, effects)
        log.flush()
        changed = {step.regimen.pk: step.regimen for step in steps}
        changed |= {report.regimen.pk: report.regimen for report in reports}
        projection.refresh(list(changed.values()))
        patient_rows.refresh([patient])
        return made


def _is_told_twice(
    patient: Patient,
    contact: ContactText,
    reports: Iterable[VisitReport],
    told: Iterable[ObservationText | EffectText],
    seen: int,
) -> bool:
    """Whether a contact of the day, a report of one of the days, a measure or a sign of these was

    recorded since.
    """
    return (
        bool(contacted.newer_of_day(patient.pk, contact.effective.on, seen))
        or any(
            reported.newer_of_days(report.regimen.pk, [report.text.days], seen)
            for report in reports
        )
        or bool(newer_alike(patient, told, seen))
    )


def _check_of(patient: Patient, regimen: Regimen) -> None:
    if regimen.patient_id != patient.pk:
        raise RuleBroken(None, _("Choose one of the patient's medicines."))
