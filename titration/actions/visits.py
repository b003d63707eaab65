"""One visit or call recorded whole: the contact, and everything that was done and said at it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.writing import Asking, verb, writing
from patients.models import Patient
from titration import calls, projection
from titration.actions.contacts import ContactText, add_contact
from titration.actions.intake import IntakeText, add_reports
from titration.actions.shared import check_regimen_stands
from titration.actions.steps import Instruction, enter_step
from titration.models import Regimen
from titration.policies import RuleBroken


@dataclass(frozen=True)
class VisitStep:
    """A step that was decided at the visit; `seen` as in record_step."""

    regimen: Regimen
    instruction: Instruction
    seen: int | None = None


@dataclass(frozen=True)
class VisitReport:
    """What was reported at the visit of a regimen's intake."""

    regimen: Regimen
    text: IntakeText


class PartRefused(RuleBroken):
    """A rule refuses a part of a visit: `what` is "contact", "step" or "report", with its place."""

    def __init__(self, rule: RuleBroken, what: str, position: int = 0) -> None:
        super().__init__(rule.field, rule.message)
        self.what = what
        self.position = position


@verb
def record_visit(
    *,
    patient: Patient,
    contact: ContactText,
    steps: tuple[VisitStep, ...] = (),
    reports: tuple[VisitReport, ...] = (),
    by: User,
    submission: Asking,
):
    """Record a contact with the steps and reports of it, all or nothing, in one write.

    Returns the Contact. Raises PartRefused, and ChangedMeanwhile as record_step does.
    """
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        try:
            made = add_contact(log, patient, contact)
        except RuleBroken as rule:
            raise PartRefused(rule, "contact") from rule
        for place, step in enumerate(steps):
            try:
                _check_of(patient, step.regimen)
                enter_step(log, step.regimen, step.instruction, step.seen)
            except RuleBroken as rule:
                raise PartRefused(rule, "step", place) from rule
        for place, report in enumerate(reports):
            try:
                _check_of(patient, report.regimen)
                check_regimen_stands(report.regimen)
                add_reports(log, report.regimen, [report.text])
            except RuleBroken as rule:
                raise PartRefused(rule, "report", place) from rule
        log.flush()
        changed = {step.regimen.pk: step.regimen for step in steps}
        changed |= {report.regimen.pk: report.regimen for report in reports}
        projection.refresh(list(changed.values()))
        calls.refresh([patient])
        return made


def _check_of(patient: Patient, regimen: Regimen) -> None:
    if regimen.patient_id != patient.pk:
        raise RuleBroken(None, _("Choose one of the patient's medicines."))
