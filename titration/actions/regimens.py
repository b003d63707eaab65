"""Writes of regimens: open, revise, withdraw."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, check
from ledger.models import Entry, RetractionReason
from ledger.writing import Asking, check_newest, verb, writing
from patients.models import Patient
from titration import patient_rows, policies, projection
from titration.actions.shared import check_regimen_stands, check_seen, is_fixed, retract
from titration.models import Indication, MedicineVersion, Regimen, RegimenVersion
from titration.policies import RuleBroken
from titration.reading import logged, pumped


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
    supplied_by: str = ""


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
        version = regimen_version(regimen, text)
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
    """Change a regimen's text. Medicine and route stay once it is fixed: retract and enter anew.

    `alone` is as in open_regimen, for a medicine or route that changes.
    """
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(seen)
        before = RegimenVersion.objects.get(pk=seen.pk, regimen=regimen)
        version = regimen_version(regimen, text, before)
        is_other = (before.medicine_id, before.route) != (version.medicine_id, version.route)
        is_written_otherwise = is_other or before.form != version.form
        if is_written_otherwise and is_fixed(regimen):
            raise RuleBroken(
                "medicine" if is_other else "form",
                _(
                    "Dose steps or pump events are recorded, so medicine, route and form stay as "
                    "they are. Withdraw the regimen as entered in error and enter it anew."
                ),
            )
        if is_other and alone:
            policies.check_alone(version)
        log.add(version, subject=regimen.pk, patient=regimen.patient_id, supersedes=seen)
        log.flush()
        projection.refresh([regimen])
        if before.medicine_id != version.medicine_id:
            patient_rows.refresh([regimen.patient])
        return version


def regimen_version(
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
        supplied_by=text.supplied_by,
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
def retract_regimen(
    *,
    regimen: Regimen,
    reason: RetractionReason,
    reason_text: str,
    by: User,
    submission: Asking,
    seen: int | None = None,
):
    """Withdraw a regimen with every live step and pump event of it, in one write.

    Returns its Retraction. `seen` is the number of the newest entry that was read.
    """
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        history = logged.history(regimen)
        check_regimen_stands(regimen)
        events = pumped.pump_log(regimen.pk)
        check_seen(max(logged.newest_number(regimen, history), events.last_number), seen)
        retraction = retract(log, regimen, regimen.pk, reason, reason_text)
        for line in (*(s.step for s in history.live), *(e.event for e in events.live)):
            retract(log, regimen, line, reason, reason_text)
        log.flush()
        projection.refresh([regimen])
        return retraction
