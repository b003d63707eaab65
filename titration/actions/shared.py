"""What the verbs ask under the lock, and how they withdraw."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Entry, Retraction, RetractionReason
from ledger.writing import Log, check_not_erased
from patients.identity import Life
from patients.models import PatientCard
from titration.models import DoseStep, PumpEvent, Regimen
from titration.policies import ChangedMeanwhile, RuleBroken


def check_seen(newest: int, seen: int | None) -> None:
    """Nothing is recorded that the person had not read. None where nobody looked.

    A later number than the newest was read of another record, or before its newest was taken back.
    """
    if seen not in (None, newest):
        raise ChangedMeanwhile


def check_regimen_stands(regimen: Regimen) -> None:
    check_stands(is_retracted=Retraction.objects.filter(entry__subject=regimen.pk).exists())


def check_stands(*, is_retracted: bool) -> None:
    if is_retracted:
        raise RuleBroken(
            None, _("This regimen was withdrawn as entered in error. Open a new regimen.")
        )


def is_fixed(regimen: Regimen) -> bool:
    """Whether medicine, route and form stay: a step or an event of its pump is recorded."""
    return (
        DoseStep.objects.filter(regimen=regimen).exists()
        or PumpEvent.objects.filter(regimen=regimen).exists()
    )


def life_of(patient: UUID) -> Life:
    """Between which days the patient lives, as far as they are recorded. Raises PatientErased."""
    return card_of(patient).version.life


def today_of(log: Log) -> date:
    return log.clinic.local(log.recorded_at).date()


def retract(log: Log, regimen: Regimen, subject, reason, reason_text: str) -> Retraction:
    return withdraw(log, regimen.patient_id, subject, reason, reason_text)


def withdraw(log: Log, patient: UUID, subject, reason, reason_text: str) -> Retraction:
    """Withdraw a line of a patient's as entered in error."""
    if reason not in RetractionReason.values:
        raise RuleBroken("reason", _("Choose a reason from the list."))
    if reason == RetractionReason.OTHER and not reason_text.strip():
        raise RuleBroken("reason_text", _("Write the reason in your own words."))
    retraction = Retraction(reason=reason, reason_text=reason_text)
    return log.add(retraction, subject=subject, patient=patient)


def card_of(patient: UUID) -> PatientCard:
    """What lists know of a patient, with the newest version. Raises PatientErased."""
    try:
        return PatientCard.objects.select_related("version").get(pk=patient)
    except PatientCard.DoesNotExist:
        check_not_erased(patient)
        raise


def two_names(said: str, **names: str) -> str:
    """Two names in one, for an entry; as much of each as there is room for."""
    whole = said % names
    longest = Entry._meta.get_field("recorded_by_name").max_length or len(whole)
    if len(whole) <= longest:
        return whole
    room = (longest - len(said % dict.fromkeys(names, ""))) // len(names)
    return said % {part: name[:room] for part, name in names.items()}
