"""A clinic with at least one row in every guarded table, made through the actions."""

from datetime import date, timedelta

from django.test import RequestFactory
from django.utils import timezone

from access import audit
from access.models import AccessKind, Clinic, Role
from ledger import erasing, sealing
from ledger.models import ErasureReason
from patients import actions as patient_actions
from patients.identity import Standing
from patients.models import Patient
from tests.factories import ClinicFactory, IdentityFactory, PatientFactory, member
from tests.titration.doses import times
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import actions
from titration.dosing import Component
from titration.timeline import Effective


def everything(clinic: Clinic | None = None, *, is_owner: bool = True) -> Patient:
    """A patient with two versions and a regimen, of whose steps one was confirmed and corrected

    and one withdrawn; texts in every field that can be erased; an access event, sealed. Beside
    them somebody who was erased, which only the owner of the tables can (`is_owner`).
    """
    clinic = clinic or ClinicFactory.create()
    prescriber, recorder = member(clinic), member(clinic, Role.RECORDER)
    patient = PatientFactory(
        clinic=clinic,
        by=recorder,
        family_name="Quillfeather",
        given_names="Wilhelmina",
        title="Dame",
        nhs_number="9434765919",
        record_number="XK 4471",
        telephone="01632 960 997 ext 41",
        birth_date=date(1953, 7, 19),
    )
    patient_actions.revise_patient(
        patient=patient,
        seen=patient.versions.get().entry,
        identity=IdentityFactory(
            family_name="Quillfeather-Ashgrove",
            given_names="Wilhelmina",
            birth_date=date(1953, 7, 19),
        ),
        standing=Standing("left", date(2020, 1, 2)),
        by=recorder,
    )
    regimen = regimen_of(
        patient, medicine_of(clinic), by=prescriber, indication_text="Zygomorphic spasms"
    )
    first = step_of(
        regimen,
        by=recorder,
        reason_text="Perspicacious aunt asked",
        note="Marmalade first",
        components=(_component(),),
    )
    actions.confirm_step(step=first, by=prescriber)
    actions.correct_step(
        step=first,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 3, 3)),
            decided_by=prescriber,
            decided_by_name=prescriber.name,
            received_how="letter",
            reason="start",
            components=(times(2, "7"),),
        ),
        correction_reason="Misheard over bagpipes",
        by=prescriber,
    )
    withdrawn = step_of(regimen, on=date(2026, 4, 1))
    actions.retract_step(
        step=withdrawn, reason="other", reason_text="Belongs to cousin Thaddeus", by=prescriber
    )
    _seen(patient)
    if is_owner:
        _erased(clinic)
    sealing.seal(timezone.now() + timedelta(hours=1))
    return patient


TEXTS = (
    "Quillfeather",
    "Wilhelmina",
    "Dame",
    "9434765919",
    "XK 4471",
    "01632 960 997 ext 41",
    "1953-07-19",
    "Ashgrove",
    "Zygomorphic",
    "Perspicacious",
    "Marmalade",
    "bagpipes",
    "Thaddeus",
    "itchy elbows",
    "48 kg",
)
"""What `everything` wrote of the patient that can be erased: a piece of each text."""


def _component() -> Component:
    written = times(3, "11")
    return Component(
        written.amount,
        written.timing,
        as_needed=True,
        as_needed_for="itchy elbows",
        calculation="48 kg on 1 March",
    )


def _erased(clinic: Clinic) -> None:
    other = PatientFactory(clinic=clinic)
    by = member(clinic, Role.ADMINISTRATOR)
    erasing.erase(clinic=clinic, patient=other.pk, reason=ErasureReason.REQUEST, by=by)


def _seen(patient: Patient) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = None  # type: ignore[assignment]
    audit.saw(request, AccessKind.VIEW, [patient.pk], patient.clinic)
