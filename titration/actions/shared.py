"""What the verbs ask under the lock, and how they withdraw."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Retraction, RetractionReason
from ledger.writing import Log, check_not_erased
from patients.models import PatientCard
from titration import policies, reading
from titration.models import DoseStep, PumpEvent, Regimen
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.timeline import Effective


def check_seen(regimen: Regimen, history: reading.History, seen: int | None) -> None:
    if seen is not None and reading.newest_number(regimen, history) > seen:
        raise ChangedMeanwhile


def check_regimen_stands(regimen: Regimen) -> None:
    if Retraction.objects.filter(entry__subject=regimen.pk).exists():
        raise RuleBroken(
            None, _("This regimen was withdrawn as entered in error. Open a new regimen.")
        )


def is_fixed(regimen: Regimen) -> bool:
    """Whether medicine, route and form stay: a step or an event of its pump is recorded."""
    return (
        DoseStep.objects.filter(regimen=regimen).exists()
        or PumpEvent.objects.filter(regimen=regimen).exists()
    )


def check_patient_day(patient: UUID, effective: Effective, today: date) -> None:
    """The moment lies within the patient's life, and not years ahead. RuleBroken, PatientErased."""
    policies.check_effective(effective, today, card_of(patient))


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
