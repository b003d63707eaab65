"""Writes of the dose log: record, correct, withdraw, confirm."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from access.models import User
from access.policies import CONFIRM, RECORD, check
from ledger.models import Entry, RetractionReason
from ledger.writing import Asking, Log, check_newest, check_not_erased, verb, writing
from patients.models import PatientCard
from titration import dosing, policies, projection, reading
from titration.actions.shared import check_regimen_stands, check_seen, retract, today_of
from titration.models import Component, Confirmation, DoseStep, Regimen
from titration.policies import RuleBroken
from titration.timeline import Effective


@dataclass(frozen=True)
class Instruction:
    """What a dose step says. `decided_by` is none for a prescriber from outside, by name alone."""

    kind: str
    effective: Effective
    decided_by: User | None
    decided_by_name: str
    received_how: str
    reason: str
    components: tuple[dosing.Component, ...] = ()
    document_on: date | None = None
    reason_text: str = ""
    note: str = ""


@verb
def record_step(
    *,
    regimen: Regimen,
    instruction: Instruction,
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Record a dose step. Returns the DoseStep.

    `seen` is the newest number of the regimen (its log and its text) that the person had read;
    ChangedMeanwhile when there is a newer one. None where nobody looked (a load).
    """
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        history = reading.history(regimen)
        check_regimen_stands(regimen)
        check_seen(regimen, history, seen)
        check_instruction(regimen, instruction, history, today_of(log))
        step = dose_step(regimen, instruction)
        add_step(log, step)
        log.flush()
        projection.refresh([regimen], logs={regimen.pk: history.after(step)})
        return step


@verb
def correct_step(
    *,
    step: DoseStep,
    instruction: Instruction,
    correction_reason: str,
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Correct a recorded step by a new entry that supersedes `step`, the newest text of its line.

    AlreadySuperseded when somebody corrected or withdrew it first.
    """
    regimen = step.regimen
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(step.entry)
        history = reading.history(regimen)
        check_seen(regimen, history, seen)
        if not correction_reason.strip():
            raise RuleBroken("correction_reason", _("Write why the entry is corrected."))
        check_instruction(regimen, instruction, history, today_of(log), corrected=step)
        corrected = dose_step(regimen, instruction)
        corrected.step = step.step
        corrected.correction_reason = correction_reason
        add_step(log, corrected, supersedes=step.entry)
        log.flush()
        projection.refresh([regimen], logs={regimen.pk: history.after(corrected)})
        return corrected


def check_instruction(
    regimen: Regimen,
    instruction: Instruction,
    history: reading.History,
    today: date,
    corrected: DoseStep | None = None,
) -> None:
    """Every rule of the log that a step must keep: asked early by forms, and under the lock.

    `today` is the clinic's day; `corrected` the text that is corrected, whose prescriber stays
    named although their membership may have ended since. Raises RuleBroken.
    """
    apart_from = corrected.step if corrected else None
    try:
        card = PatientCard.objects.select_related("version").get(pk=regimen.patient_id)
    except PatientCard.DoesNotExist:
        check_not_erased(regimen.patient_id)
        raise
    policies.check_effective(instruction.effective, today, card)
    policies.check_dosage(instruction.kind, instruction.components)
    policies.check_reason(instruction.kind, instruction.reason)
    if corrected is None or instruction.decided_by != corrected.decided_by:
        policies.check_prescribes_at(instruction.decided_by, regimen.clinic)
    policies.check_moment_free(history.live, instruction.effective, instruction.kind, apart_from)
    policies.check_order(history.live, instruction.effective, instruction.kind, apart_from)


def dose_step(regimen: Regimen, instruction: Instruction) -> DoseStep:
    effective = instruction.effective
    step = DoseStep(
        regimen=regimen,
        kind=instruction.kind,
        effective_on=effective.on,
        effective_precision=effective.precision,
        effective_time=effective.time,
        effective_offset=effective.offset,
        decided_by=instruction.decided_by,
        decided_by_name=instruction.decided_by_name,
        received_how=instruction.received_how,
        document_on=instruction.document_on,
        reason=instruction.reason,
        reason_text=instruction.reason_text,
        note=instruction.note,
        correction_reason="",
    )
    step.parts = [
        Component.of(step, position, written)
        for position, written in enumerate(instruction.components)
    ]
    return step


def add_step(log: Log, step: DoseStep, supersedes: Entry | None = None) -> None:
    log.add(
        step,
        subject=step.step,
        patient=step.regimen.patient_id,
        supersedes=supersedes,
        children=step.parts,
    )


@verb
def retract_step(
    *, step: DoseStep, reason: RetractionReason, reason_text: str, by: User, submission: Asking
):
    """Withdraw a step, with its whole line of corrections, as entered in error.

    `step` is the newest text of the line as the person saw it. Returns the Retraction.
    """
    regimen = step.regimen
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(step.entry)
        policies.check_withdrawal(reading.history(regimen).live, step.step)
        retraction = retract(log, regimen, step.step, reason, reason_text)
        log.flush()
        projection.refresh([regimen])
        return retraction


@verb
def confirm_step(*, step: DoseStep, by: User, submission: Asking):
    """The named prescriber confirms a step that somebody else typed. Returns the Confirmation."""
    regimen = step.regimen
    check(by, regimen.clinic, CONFIRM)
    policies.check_can_confirm(by, step)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(step.entry)
        if step.entry.recorded_by_id == by.pk:
            raise RuleBroken(None, _("You recorded this step yourself: it needs no confirmation."))
        if Confirmation.objects.filter(confirms=step).exists():
            raise RuleBroken(None, _("This step is already confirmed."))
        confirmation = Confirmation(confirms=step)
        log.add(confirmation, subject=uuid4(), patient=regimen.patient_id)
        log.flush()
        projection.refresh([regimen])
        return confirmation
