"""Writes of contacts: record one, correct it, withdraw it. A call back is closed by an answer."""

from dataclasses import dataclass, fields
from datetime import date, time
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic, User
from access.policies import RECORD, allows, check
from ledger.models import RetractionReason
from ledger.writing import Asking, Log, check_newest, verb, writing
from patients.models import Patient
from titration import patient_rows, policies
from titration.actions.shared import card_of, today_of, withdraw
from titration.models import Contact, ContactHow, Direction, Reached, Regimen
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import contacted
from titration.reading.contacted import Contacted
from titration.timeline import Effective


@dataclass(frozen=True)
class ContactText:
    """What one contact says, as the Contact model has it; `effective` is known to the day."""

    how: str
    direction: str
    reached: str
    effective: Effective
    whose: User | None
    whose_name: str
    regimen: Regimen | None = None
    with_whom: str = ""
    said: str = ""
    told: str = ""
    answers: UUID | None = None
    call_back_on: date | None = None
    call_back_time: time | None = None
    call_back_for: str = ""
    call_back_by: User | None = None
    call_back_name: str = ""
    is_last_try: bool = False


@verb
def record_contact(
    *,
    patient: Patient,
    text: ContactText,
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Record a contact with a patient or about them. Returns the Contact.

    `seen` is the newest entry of the patient that the person's page knew: ChangedMeanwhile when a
    contact of the same day was recorded since, so that two people do not record one contact.
    """
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        if seen is not None and contacted.newer_of_day(patient.pk, text.effective.on, seen):
            raise ChangedMeanwhile
        made = add_contact(log, patient, text)
        log.flush()
        patient_rows.refresh([patient])
        return made


def add_contact(log: Log, patient: Patient, text: ContactText) -> Contact:
    """Add a contact to an open write, which flushes and refreshes the calls. Raises RuleBroken."""
    check_contact(patient, text, today_of(log))
    return _add(log, Contact(patient=patient), text)


@verb
def correct_contact(
    *, contact: Contact, text: ContactText, correction_reason: str, by: User, submission: Asking
):
    """Correct a contact by a new entry over `contact`, the newest text of its line.

    AlreadySuperseded when somebody corrected or withdrew it first.
    """
    patient = contact.patient
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        check_newest(contact.entry)
        if not correction_reason.strip():
            raise RuleBroken("correction_reason", _("Write why the entry is corrected."))
        check_contact(patient, text, today_of(log), contact)
        corrected = Contact(
            patient=patient, contact=contact.contact, correction_reason=correction_reason
        )
        _add(log, corrected, text, contact)
        log.flush()
        patient_rows.refresh([patient])
        return corrected


@verb
def retract_contact(
    *, contact: Contact, reason: RetractionReason, reason_text: str, by: User, submission: Asking
):
    """Withdraw a contact, with its corrections, as entered in error. Returns the Retraction.

    The call back that it answered waits again.
    """
    patient = contact.patient
    check(by, patient.clinic, RECORD)
    with writing(patient.clinic, by=by, submission=submission) as log:
        check_newest(contact.entry)
        retraction = withdraw(log, patient.pk, contact.contact, reason, reason_text)
        log.flush()
        patient_rows.refresh([patient])
        return retraction


def hand_calls(log: Log, patient: Patient, to: User) -> None:
    """Name `to` in each call back of the patient that waits, in an open write."""
    live = contacted.standing(contacted.contacts([patient.pk]))
    waiting = [call.entry for call in contacted.open_calls(live)]
    for before in Contact.objects.filter(pk__in=waiting).select_related("entry").order_by("pk"):
        written = {
            field.attname: getattr(before, field.attname)
            for field in Contact._meta.concrete_fields
            if field.name not in ("entry", "salt", "sealed", "call_back_by", "call_back_name")
        }
        reason = _("%(name)s calls back from now on.") % {"name": to.name}
        named = {"call_back_by": to, "call_back_name": to.name, "correction_reason": reason}
        log.add(
            Contact(**written | named),
            subject=before.contact,
            patient=patient.pk,
            supersedes=before.entry,
        )
    log.flush()
    patient_rows.refresh([patient])


def _add(log: Log, contact: Contact, text: ContactText, before: Contact | None = None) -> Contact:
    for part in fields(ContactText):
        if part.name != "effective":
            setattr(contact, part.name, getattr(text, part.name))
    for name, value in Contact.effective_columns(text.effective).items():
        setattr(contact, name, value)
    if contact.correction_reason is None:
        contact.correction_reason = ""
    return log.add(
        contact,
        subject=contact.contact,
        patient=contact.patient_id,
        supersedes=before.entry if before else None,
    )


def check_contact(
    patient: Patient, text: ContactText, today: date, before: Contact | None = None
) -> None:
    """Every rule of a contact: asked early by forms, and under the lock. Raises RuleBroken.

    `before` is the text that is corrected: who is named in it stays named.
    """
    if text.how not in ContactHow.values:
        raise RuleBroken("how", _("Choose how the contact was had."))
    if text.direction not in Direction.values:
        raise RuleBroken("direction", _("Choose who began it."))
    if text.reached not in Reached.values:
        raise RuleBroken("reached", _("Choose what came of it."))
    if text.effective.precision != "day":
        raise RuleBroken("on", _("Write day, month and year."))
    if text.effective.on > today:
        raise RuleBroken("on", _("This day has not come yet."))
    # After a death there are still contacts: with a family, a coroner, a pharmacy.
    policies.check_born(text.effective.on, card_of(patient.pk), "on")
    if text.regimen is not None and text.regimen.patient_id != patient.pk:
        raise RuleBroken("regimen", _("Choose one of the patient's medicines."))
    if not text.whose_name.strip():
        raise RuleBroken("whose", _("Say who had the contact."))
    if before is None or text.whose != before.whose:
        _check_works_at(text.whose, patient.clinic, "whose")
    _check_call_back(patient.clinic, text, before)
    _check_answers(patient, text, before)


def _check_works_at(person: User | None, clinic: Clinic, field: str) -> None:
    if person is not None and not (person.is_active and allows(person, clinic, RECORD)):
        raise RuleBroken(
            field,
            _("%(name)s does not record at this clinic. Choose somebody from the list.")
            % {"name": person.name},
        )


def _check_call_back(clinic: Clinic, text: ContactText, before: Contact | None) -> None:
    if text.call_back_on is None:
        if text.call_back_time is not None or text.call_back_for.strip():
            raise RuleBroken("call_back_on", _("Write the day of the call back."))
        return
    if text.call_back_on < text.effective.on:
        raise RuleBroken("call_back_on", _("This is before the day of the contact."))
    if text.call_back_by is None or not text.call_back_name:
        raise RuleBroken("call_back_by", _("Choose who calls back."))
    if before is None or text.call_back_by != before.call_back_by:
        _check_works_at(text.call_back_by, clinic, "call_back_by")


def _check_answers(patient: Patient, text: ContactText, before: Contact | None) -> None:
    """It answers a call back that waits, and one that reaches nobody leaves none forgotten."""
    is_try = text.answers is not None and text.reached != Reached.REACHED
    if text.is_last_try and (not is_try or text.call_back_on is not None):
        raise RuleBroken(
            "is_last_try",
            _("This is said only of a try that reached nobody and sets no call back."),
        )
    if is_try and text.call_back_on is None and not text.is_last_try:
        raise RuleBroken(
            "call_back_on",
            _("Nobody was reached. Write when to try again, or tick that nobody tries again."),
        )
    if text.answers is None:
        return
    own = before.contact if before else None
    live = contacted.standing(contacted.contacts([patient.pk]))
    others = [each for each in live if each.contact != own]
    call = next((c for c in contacted.open_calls(others) if c.contact == text.answers), None)
    if call is None:
        if before is not None and text.answers == before.answers:
            return  # it answers what it answered, which may have been withdrawn since
        raise RuleBroken(
            "answers", _("This call back waits no longer. Look at the contacts as they are now.")
        )
    if call.effective.on > text.effective.on or own in _chain(call, live):
        raise RuleBroken("answers", _("This call back was set after the contact."))


def _chain(call: Contacted, live: tuple[Contacted, ...]) -> set[UUID]:
    """The contacts that a call back goes back to, itself included."""
    by_line = {each.contact: each for each in live}
    found: set[UUID] = set()
    each: Contacted | None = call
    while each is not None and each.contact not in found:
        found.add(each.contact)
        each = by_line.get(each.answers) if each.answers else None
    return found
