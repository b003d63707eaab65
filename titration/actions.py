"""Every write of the work: one keyword-only verb each, taking `by`; nothing else inserts records.

Each locks the clinic's head first, checks the rules under the lock, inserts the rows and their
entries, and refreshes the projection, in one transaction. All raise PermissionDenied for a person
who may not, RuleBroken for a rule of the log, and the ledger's own refusals (SubmissionConflict,
AlreadySuperseded). `submission` is the form's UUID: sent twice, it answers as the first time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from access.models import Clinic, User
from access.policies import CONFIRM, MANAGE_CATALOGUE, RECORD, check
from ledger.models import Entry, Retraction, RetractionReason
from ledger.writing import Asking, Log, check_newest, check_not_erased, verb, writing
from patients.models import Patient, PatientCard
from titration import dosing, policies, projection, reading
from titration.models import (
    Component,
    Confirmation,
    DoseStep,
    Indication,
    Medicine,
    MedicineVersion,
    Regimen,
    RegimenVersion,
)
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.timeline import Effective


@dataclass(frozen=True)
class MedicineText:
    """What a catalogue entry says; lists as in MedicineVersion."""

    name: str
    forms: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    in_use: bool = True


@dataclass(frozen=True)
class RegimenText:
    """What a regimen is: the medicine of the catalogue, form, route, unit, and what it is for."""

    medicine: MedicineVersion
    route: str
    unit: str
    form: str
    indication: str
    indication_text: str
    responsible: User


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


Course = tuple[Patient, RegimenText, Iterable[Instruction]]
"""A regimen as a load brings it: for whom, what, and the steps of its log."""


@verb
def add_medicine(*, clinic: Clinic, text: MedicineText, by: User, submission: Asking):
    """Put a medicine on the clinic's list. Returns its MedicineVersion."""
    check(by, clinic, MANAGE_CATALOGUE)
    with writing(clinic, by=by, submission=submission) as log:
        medicine = Medicine(clinic=clinic)
        version = _medicine_version(medicine, text)
        log.create(medicine)
        return log.add(version, subject=medicine.pk)


@verb
def revise_medicine(
    *, medicine: Medicine, seen: Entry, text: MedicineText, by: User, submission: Asking
):
    """Change what the list says of a medicine; `seen` is the entry of the version it replaces."""
    check(by, medicine.clinic, MANAGE_CATALOGUE)
    with writing(medicine.clinic, by=by, submission=submission) as log:
        version = _medicine_version(medicine, text)
        return log.add(version, subject=medicine.pk, supersedes=seen)


def _medicine_version(medicine: Medicine, text: MedicineText) -> MedicineVersion:
    version = MedicineVersion(
        medicine=medicine,
        name=text.name,
        forms=list(text.forms),
        routes=list(text.routes),
        units=list(text.units),
        strengths=list(text.strengths),
        products=list(text.products),
        in_use=text.in_use,
    )
    policies.check_medicine(version)
    return version


@verb
def open_regimen(
    *, patient: Patient, text: RegimenText, by: User, submission: Asking, alone: bool = False
):
    """Open a regimen for a patient. Returns its RegimenVersion.

    `alone` refuses a second one of the same medicine and route, for who has not said to want two.
    """
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        regimen = Regimen(clinic=patient.clinic, patient=patient)
        version = _regimen_version(regimen, text)
        if alone:
            policies.check_alone(version)
        log.create(regimen)
        log.add(version, subject=regimen.pk, patient=patient.pk)
        log.flush()
        projection.refresh([regimen])
        return version


@verb
def revise_regimen(
    *,
    regimen: Regimen,
    seen: Entry,
    text: RegimenText,
    by: User,
    submission: Asking,
    alone: bool = False,
):
    """Change a regimen's text. Medicine and route stay once steps exist: retract and enter anew.

    `alone` is as in open_regimen, for a medicine or route that changes.
    """
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(seen)
        before = RegimenVersion.objects.get(pk=seen.pk, regimen=regimen)
        version = _regimen_version(regimen, text, before)
        is_other = (before.medicine_id, before.route) != (version.medicine_id, version.route)
        is_written_otherwise = is_other or before.form != version.form
        if is_written_otherwise and DoseStep.objects.filter(regimen=regimen).exists():
            raise RuleBroken(
                "medicine" if is_other else "form",
                _(
                    "Dose steps are recorded, so medicine, route and form stay as they are. "
                    "Withdraw the regimen as entered in error and enter it anew."
                ),
            )
        if is_other and alone:
            policies.check_alone(version)
        log.add(version, subject=regimen.pk, patient=regimen.patient_id, supersedes=seen)
        log.flush()
        projection.refresh([regimen])
        return version


def _regimen_version(
    regimen: Regimen, text: RegimenText, before: RegimenVersion | None = None
) -> RegimenVersion:
    """The text as a version. What stays as `before` has it stays valid, and stays as written."""
    medicine = text.medicine
    version = RegimenVersion(
        regimen=regimen,
        medicine=medicine.medicine,
        medicine_name=medicine.name,
        form=text.form,
        route=text.route,
        unit=text.unit,
        strengths=medicine.strengths,
        indication=text.indication,
        indication_text=text.indication_text,
        responsible=text.responsible,
        responsible_name=text.responsible.name,
    )
    if before is not None and before.medicine_id == version.medicine_id:
        version.medicine_name = before.medicine_name
        version.strengths = before.strengths
    if before is None or before.offered != version.offered:
        policies.check_offered(version, medicine)
    if text.indication == Indication.OTHER and not text.indication_text.strip():
        raise RuleBroken("indication_text", _("Write in words what the medicine is for."))
    if before is None or before.responsible_id != text.responsible.pk:
        policies.check_prescribes_at(text.responsible, regimen.clinic, "responsible")
    return version


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
        _check_regimen_stands(regimen)
        _check_seen(regimen, history, seen)
        check_instruction(regimen, instruction, history, _today(log))
        step = _dose_step(regimen, instruction)
        _add_step(log, step)
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
        _check_seen(regimen, history, seen)
        if not correction_reason.strip():
            raise RuleBroken("correction_reason", _("Write why the entry is corrected."))
        check_instruction(regimen, instruction, history, _today(log), corrected=step)
        corrected = _dose_step(regimen, instruction)
        corrected.step = step.step
        corrected.correction_reason = correction_reason
        _add_step(log, corrected, supersedes=step.entry)
        log.flush()
        projection.refresh([regimen], logs={regimen.pk: history.after(corrected)})
        return corrected


def _check_seen(regimen: Regimen, history: reading.History, seen: int | None) -> None:
    if seen is not None and reading.newest_number(regimen, history) > seen:
        raise ChangedMeanwhile


def _check_regimen_stands(regimen: Regimen) -> None:
    if Retraction.objects.filter(entry__subject=regimen.pk).exists():
        raise RuleBroken(
            None, _("This regimen was withdrawn as entered in error. Open a new regimen.")
        )


def _today(log: Log) -> date:
    return log.clinic.local(log.recorded_at).date()


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


def _dose_step(regimen: Regimen, instruction: Instruction) -> DoseStep:
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


def _add_step(log: Log, step: DoseStep, supersedes: Entry | None = None) -> None:
    log.add(
        step,
        subject=step.step,
        patient=step.regimen.patient_id,
        supersedes=supersedes,
        children=step.parts,
    )


def enter(log: Log, courses: Iterable[Course]) -> None:
    """New regimens with their logs in an open write, many at once, unchecked: for loading.

    What was added to the log before is inserted too.
    """
    regimens = []
    for patient, text, instructions in courses:
        regimen = Regimen(clinic=log.clinic, patient=patient)
        log.create(regimen)
        log.add(_regimen_version(regimen, text), subject=regimen.pk, patient=patient.pk)
        for instruction in instructions:
            _add_step(log, _dose_step(regimen, instruction))
        regimens.append(regimen)
    log.flush()
    projection.refresh(regimens)


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
        retraction = _retract(log, regimen, step.step, reason, reason_text)
        log.flush()
        projection.refresh([regimen])
        return retraction


@verb
def retract_regimen(
    *,
    regimen: Regimen,
    reason: RetractionReason,
    reason_text: str,
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Withdraw a regimen and every live step of it, in one write. Returns its Retraction."""
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        history = reading.history(regimen)
        _check_regimen_stands(regimen)
        _check_seen(regimen, history, seen)
        retraction = _retract(log, regimen, regimen.pk, reason, reason_text)
        for step in history.live:
            _retract(log, regimen, step.step, reason, reason_text)
        log.flush()
        projection.refresh([regimen])
        return retraction


def _retract(log: Log, regimen: Regimen, subject, reason, reason_text: str) -> Retraction:
    if reason not in RetractionReason.values:
        raise RuleBroken("reason", _("Choose a reason from the list."))
    if reason == RetractionReason.OTHER and not reason_text.strip():
        raise RuleBroken("reason_text", _("Write the reason in your own words."))
    retraction = Retraction(reason=reason, reason_text=reason_text)
    return log.add(retraction, subject=subject, patient=regimen.patient_id)


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
