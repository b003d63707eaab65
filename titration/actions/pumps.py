"""Writes of a pump's events: record, correct, withdraw. None of them changes the dose log."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.models import Entry, RetractionReason
from ledger.writing import Asking, Log, check_newest, verb, writing
from titration import policies, projection
from titration.actions.shared import check_regimen_stands, check_seen, life_of, retract
from titration.models import PumpEvent, Regimen
from titration.policies import RuleBroken
from titration.pump import PumpText
from titration.reading import pumped


@verb
def record_pump_event(
    *,
    regimen: Regimen,
    text: PumpText,
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Record what was done to a pump or read off it. Returns the PumpEvent.

    The reservoir's medicine is that of the regimen, as its newest text names it. `seen` is the
    newest number of the pump's log that the person had read: ChangedMeanwhile when there is a newer
    one, so that two people do not record one refill.
    """
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_regimen_stands(regimen)
        check_seen(pumped.pump_log(regimen.pk).last_number, seen)
        text = replace(text, medicine_name=regimen.card.version.medicine_name, correction_reason="")
        check_pump_text(regimen, text, log.recorded_at)
        return _add(log, PumpEvent.of(regimen, text))


@verb
def correct_pump_event(*, event: PumpEvent, text: PumpText, by: User, submission: Asking):
    """Correct an event by a new text over `event`, the newest of its line. Returns the PumpEvent.

    AlreadySuperseded when somebody corrected or withdrew it first.
    """
    regimen = event.regimen
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(event.entry)
        text = replace(text, medicine_name=event.medicine_name)
        if not (text.correction_reason or "").strip():
            raise RuleBroken("correction_reason", _("Write why the entry is corrected."))
        check_pump_text(regimen, text, log.recorded_at)
        return _add(log, PumpEvent.of(regimen, text, event=event.event), supersedes=event.entry)


@verb
def retract_pump_event(
    *,
    event: PumpEvent,
    reason: RetractionReason,
    reason_text: str,
    by: User,
    submission: Asking,
):
    """Withdraw an event with its corrections as entered in error. Returns the Retraction."""
    regimen = event.regimen
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(event.entry)
        retraction = retract(log, regimen, event.event, reason, reason_text)
        log.flush()
        projection.refresh([regimen])
        return retraction


def check_pump_text(regimen: Regimen, text: PumpText, now: datetime) -> None:
    """Every rule that an event keeps: asked early by forms, and under the lock. RuleBroken."""
    local = regimen.clinic.local(now)
    policies.check_effective(text.effective, local.date(), life_of(regimen.patient_id))
    policies.check_has_come(text.effective, local)
    policies.check_pump(text, regimen.card.version.route, local.date())


def _add(log: Log, event: PumpEvent, supersedes: Entry | None = None) -> PumpEvent:
    log.add(
        event,
        subject=event.event,
        patient=event.regimen.patient_id,
        supersedes=supersedes,
        children=event.parts,
    )
    log.flush()
    projection.refresh([event.regimen])
    return event
