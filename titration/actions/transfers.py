"""Handing a patient to another clinic of the server: offered, taken back, declined, accepted.

The sender remains responsible until an acceptance is recorded, and each of these counts from the
moment at which it is: no other day can be typed. docs/adr/0035 says why.
"""

from io import BytesIO
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic, Role, User
from access.policies import RECORD, check
from ledger.models import Entry, FileFormat, Retraction, RetractionReason
from ledger.writing import (
    AlreadySuperseded,
    Asking,
    Log,
    newest_number_of,
    verb,
    writing,
    writing_to,
)
from patients import projection as people
from patients import transferred
from patients.identity import Standing
from patients.models import (
    Arrival,
    Patient,
    PatientStatus,
    PatientVersion,
    Transfer,
    TransferEvent,
)
from titration import patient_rows, policies
from titration.actions.contacts import hand_calls
from titration.actions.handover import take_over
from titration.actions.imports import FileText
from titration.actions.records import bring_record
from titration.actions.shared import today_of, two_names, withdraw
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.tables import read_tables, write_files


@verb
def offer_patient(
    *,
    patient: Patient,
    to: Clinic,
    responsible: User,
    says: str,
    by: User,
    submission: Asking,
):
    """Offer a patient to another clinic, which accepts or declines; returns the Transfer.

    `responsible` is the prescriber who answers for the patient until then, `says` why. One offer
    waits at a time.
    """
    clinic = patient.clinic
    check(by, clinic, RECORD)
    with writing(clinic, by=by, submission=submission) as log:
        log.check_not_erased(patient.pk)
        _check_here(patient)
        if not transferred.receivers(clinic).filter(pk=to.pk).exists():
            raise RuleBroken("to", _("Choose a clinic from the list."))
        policies.check_prescribes_at(responsible, clinic, "responsible")
        if not says.strip():
            raise RuleBroken("says", _("Write why the patient is offered."))
        before = transferred.newest([patient.pk]).get(patient.pk)
        if before is not None and before.event == TransferEvent.OFFERED:
            raise RuleBroken(
                None,
                _("An offer to %(clinic)s waits. Take it back first, or wait for the answer.")
                % {"clinic": before.to_name},
            )
        offer = Transfer(
            patient=patient,
            event=TransferEvent.OFFERED,
            to=to,
            to_name=to.name,
            responsible=responsible,
            responsible_name=responsible.name,
            says=says,
        )
        log.add(offer, subject=offer.transfer, patient=patient.pk)
        log.flush()
        patient_rows.refresh([patient])
        return offer


@verb
def take_back_offer(*, offer: Transfer, reason_text: str, by: User, submission: Asking):
    """Take back an offer that was not accepted; returns the Retraction.

    AlreadySuperseded where somebody took it back first, or accepted it.
    """
    patient = offer.patient
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        _check_open(offer, [TransferEvent.ACCEPTED])
        retraction = withdraw(log, patient.pk, offer.transfer, RetractionReason.OTHER, reason_text)
        log.flush()
        patient_rows.refresh([patient])
        return retraction


@verb
def decline_patient(*, offer: Transfer, says: str, by: User, submission: Asking):
    """Decline an offer, as one of the clinic that it was made to; returns the Transfer.

    AlreadySuperseded where it was taken back, or answered.
    """
    patient = offer.patient
    check(by, offer.to, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        _check_waits(offer)
        if not says.strip():
            raise RuleBroken("says", _("Write why the patient is declined."))
        answer = _answer(log, offer, TransferEvent.DECLINED, says=says)
        log.flush()
        patient_rows.refresh([patient])
        return answer


@verb
def accept_patient(
    *,
    offer: Transfer,
    responsible: User | None,
    seen: int,
    others: tuple[UUID, ...] = (),
    by: User,
    submission: Asking,
):
    """Accept an offer: the whole record comes into the clinic, and the patient has left the other.

    Returns the ImportedFile that names what came; the new patient is that of its entry.
    `responsible` is a prescriber of the clinic, or nobody: then who answered for the patient until
    now stays named, which the worklist shows. `seen` is the newest entry of the patient that was
    shown; ChangedMeanwhile where the record there has a newer one. `others` are patients of the
    clinic who were shown as alike; ProbableDuplicate for another one. AlreadySuperseded where it
    was taken back, or answered.
    """
    patient, clinic = offer.patient, offer.to
    check(by, clinic, RECORD)
    policies.check_prescribes_at(responsible, clinic, "responsible")
    with writing_to(clinic, patient.clinic, by=by, submission=submission) as (here, there):
        _check_waits(offer)
        there.check_not_erased(patient.pk)
        before = _check_here(patient)
        if newest_number_of(patient.pk) != seen:
            raise ChangedMeanwhile
        named = responsible or _named_still(offer)
        last = there.head.number, there.head.digest
        record = BytesIO()
        write_files(record, patient, by=by, now=here.recorded_at)
        record.seek(0)
        read = read_tables(record)
        text = FileText(patient.clinic.name, read.sha256, FileFormat.TRANSFER, read.rows)
        brought = bring_record(here, read, text, named, within=offer.transfer, others=others)
        arrived = Patient.objects.get(pk=brought.entry.patient, clinic=clinic)  # type: ignore[misc]
        here.named(by.name)
        here.add(
            Arrival(
                patient=arrived,
                transfer=offer.transfer,
                sender=patient.clinic,
                sender_name=patient.clinic.name,
                left=patient,
                offered_by_name=offer.entry.recorded_by_name,
                responsible=named,
                last_number=last[0],
                last_digest=last[1],
            ),
            subject=arrived.pk,
            patient=arrived.pk,
        )
        if responsible is not None:
            take_over(here, arrived, responsible)
            hand_calls(here, arrived, responsible)
        _answer(
            there,
            offer,
            TransferEvent.ACCEPTED,
            says="",
            responsible=responsible,
            responsible_name=responsible.name if responsible else "",
            arrived=arrived,
        )
        _leave(there, before)
        patient_rows.refresh([patient])
        return brought


def _answer(log: Log, offer: Transfer, event: TransferEvent, **said: object) -> Transfer:
    """Add how an offer was answered to the log of who made it, by the name of who answers."""
    log.named(two_names(_("%(name)s, %(clinic)s"), name=log.by.name, clinic=offer.to.name))
    answer = Transfer(
        transfer=offer.transfer,
        patient=offer.patient,
        event=event,
        to=offer.to,
        to_name=offer.to.name,
        **said,
    )
    return log.add(answer, subject=offer.transfer, patient=offer.patient_id)


def _leave(log: Log, before: PatientVersion) -> None:
    """The patient has left the clinic of the log, on its day."""
    left = Standing(PatientStatus.LEFT, today_of(log))
    version = PatientVersion.of(before.patient, before.identity, left)
    patient = before.patient_id
    log.add(version, subject=patient, patient=patient, supersedes=before.entry)
    log.flush()
    people.refresh([version])
    people.standing_changed(patient)


def _check_here(patient: Patient) -> PatientVersion:
    """The patient is with the clinic that offers them; returns what is known of them."""
    versions = PatientVersion.objects.newest().select_related("entry", "patient__clinic")
    version = versions.get(patient=patient)
    if version.status != PatientStatus.HERE:
        raise RuleBroken(
            None,
            _("The record says that the patient died or left. Only who is there is handed over."),
        )
    return version


def _check_waits(offer: Transfer) -> None:
    _check_open(offer, [TransferEvent.ACCEPTED, TransferEvent.DECLINED])


def _check_open(offer: Transfer, but: list[TransferEvent]) -> None:
    """The offer was not taken back, nor answered by one of these."""
    line = Entry.objects.filter(subject=offer.transfer)
    later = (
        line.filter(kind=Retraction.KIND).first() or line.filter(transfer__event__in=but).first()
    )
    if later is not None:
        raise AlreadySuperseded(later)


def _named_still(offer: Transfer) -> User:
    """Who is named where nobody of the clinic was chosen: who answered for the patient there."""
    named = offer.responsible
    assert named is not None  # noqa: S101 - an offer always names somebody
    if Role.PRESCRIBER in named.roles_by_clinic.get(offer.to_id, ()):
        raise RuleBroken(
            "responsible",
            _("%(name)s answers for the patient there and prescribes here too. Choose somebody.")
            % {"name": named.name},
        )
    return named
