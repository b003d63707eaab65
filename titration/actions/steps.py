"""Writes of the dose log: record, correct, withdraw, confirm, dispute."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from access.models import User
from access.policies import CONFIRM, RECORD, check
from ledger.models import Entry, RetractionReason
from ledger.writing import Asking, Log, check_newest, verb, writing
from patients.identity import Life
from titration import dosing, policies, projection
from titration.actions.carrying import FromRow, check_received, check_row, signer_of
from titration.actions.shared import (
    check_seen,
    check_stands,
    retract,
    today_of,
)
from titration.models import (
    Component,
    Confirmation,
    Dispute,
    DoseStep,
    ReceivedHow,
    Regimen,
    RowRecorded,
)
from titration.policies import RuleBroken
from titration.reading import facts, logged
from titration.reading.facts import Facts
from titration.timeline import Effective, StepRecord


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
    from_row: FromRow | None = None,
):
    """Record a dose step, from a row of a signed plan where one is given. Returns the DoseStep.

    `seen` is the newest number of the regimen (its log and its text) that the person had read;
    ChangedMeanwhile when there is a newer one. None where nobody looked (a load).
    """
    check(by, regimen.clinic, RECORD)
    read = facts.read(regimen)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        known = facts.as_it_stands(read, log)
        step, link = enter_step(log, known, instruction, seen, from_row)
        log.finish(projection.rewriting(known.after(step, link)))
        return step


def enter_step(
    log: Log,
    known: Facts,
    instruction: Instruction,
    seen: int | None = None,
    from_row: FromRow | None = None,
) -> tuple[DoseStep, RowRecorded | None]:
    """Check and add a step in an open write, which makes the rows of lists; arguments as above.

    `known` is what the record says of the regimen under the lock. Returns the step, and its link to
    the row.
    """
    regimen = known.regimen
    log.check_not_erased(regimen.patient_id)
    check_stands(is_retracted=known.version.is_retracted)
    check_seen(known.newest_number, seen)
    live, person = known.log.live, known.person
    signer = check_row(known.plans, from_row, known.log, person.ended) if from_row else None
    check_instruction(regimen, instruction, live, person.life, today_of(log), signer=signer)
    step = dose_step(regimen, instruction)
    add_step(log, step)
    if from_row is None:
        return step, None
    link = RowRecorded(version_id=from_row.version, row=from_row.row, step=step.step)
    return step, log.add(link, subject=step.step, patient=regimen.patient_id)


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
    read = facts.read(regimen, with_doses=True)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(step.entry)
        known = facts.as_it_stands(read, log)
        check_seen(known.newest_number, seen)
        if not correction_reason.strip():
            raise RuleBroken("correction_reason", _("Write why the entry is corrected."))
        is_of_plan = instruction.received_how == ReceivedHow.SIGNED_PLAN
        signer = signer_of(step.step) if is_of_plan else None
        live, life = known.log.live, known.person.life
        check_instruction(regimen, instruction, live, life, today_of(log), step, signer)
        corrected = dose_step(regimen, instruction)
        corrected.step = step.step
        corrected.correction_reason = correction_reason
        add_step(log, corrected, supersedes=step.entry)
        log.finish(projection.rewriting(known.after(corrected)))
        return corrected


def check_instruction(
    regimen: Regimen,
    instruction: Instruction,
    live: tuple[StepRecord, ...],
    life: Life,
    today: date,
    corrected: DoseStep | None = None,
    signer: int | None = None,
) -> None:
    """Every rule of the log that a step must keep: asked early by forms, and under the lock.

    `live` are the steps that stand, `life` the patient's, `today` the clinic's day. `corrected` is
    the text that is corrected, `signer` the id of who signed the row that it is recorded from: both
    stay named as who decided although their membership may have ended since. Raises RuleBroken.
    """
    apart_from = corrected.step if corrected else None
    policies.check_effective(instruction.effective, today, life)
    policies.check_dosage(instruction.kind, instruction.components)
    policies.check_reason(instruction.kind, instruction.reason)
    decided_by = instruction.decided_by.pk if instruction.decided_by else None
    check_received(instruction.received_how, decided_by, signer)
    is_signers = instruction.received_how == ReceivedHow.SIGNED_PLAN
    is_kept = corrected is not None and instruction.decided_by == corrected.decided_by
    if not (is_signers or is_kept):
        policies.check_prescribes_at(instruction.decided_by, regimen.clinic)
    policies.check_moment_free(live, instruction.effective, instruction.kind, apart_from)
    policies.check_order(live, instruction.effective, instruction.kind, apart_from)


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
        policies.check_withdrawal(logged.history(regimen).live, step.step)
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
        _check_waits(step, by)
        confirmation = Confirmation(confirms=step)
        log.add(confirmation, subject=uuid4(), patient=regimen.patient_id)
        log.flush()
        projection.refresh([regimen])
        return confirmation


@verb
def dispute_step(*, step: DoseStep, says: str, by: User, submission: Asking):
    """The named prescriber says that a step somebody else typed is not what they decided.

    `says` is what they decided, in their own words, or nothing. The step stands as it is until it
    is corrected or withdrawn. Returns the Dispute.
    """
    regimen = step.regimen
    check(by, regimen.clinic, CONFIRM)
    policies.check_can_confirm(by, step)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        _check_waits(step, by)
        dispute = Dispute(disputes=step, says=says)
        log.add(dispute, subject=uuid4(), patient=regimen.patient_id)
        log.flush()
        projection.refresh([regimen])
        return dispute


def _check_waits(step: DoseStep, by: User) -> None:
    """The text is the newest of its line, and its prescriber has said nothing of it yet."""
    check_newest(step.entry)
    if step.entry.recorded_by_id == by.pk:
        raise RuleBroken(None, _("You recorded this step yourself: it needs no confirmation."))
    if Confirmation.objects.filter(confirms=step).exists():
        raise RuleBroken(None, _("This step is already confirmed."))
    if Dispute.objects.filter(disputes=step).exists():
        raise RuleBroken(
            None, _("This step is already disputed. Correct it, or withdraw it, to put it right.")
        )
