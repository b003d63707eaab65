"""Whose an address is: asked before the access event is written, and before anything is shown."""

from typing import NamedTuple
from uuid import UUID

from django.http import Http404

from access.composed import Composed
from access.models import Clinic, OfClinicQuerySet, User
from patients.models import Patient
from titration.models import Plan, Regimen


class Place(NamedTuple):
    """The patient whom an identity belongs to, and their clinic."""

    patient: UUID
    clinic: Clinic


_CLINIC = [field.attname for field in Clinic._meta.concrete_fields]
_OF_CLINIC = [f"clinic__{name}" for name in _CLINIC]


def _places(rows: OfClinicQuerySet, patient: str) -> Composed:
    return Composed(
        lambda key, clinics: rows.filter(pk=key, clinic__in=clinics).values_list(
            patient, *_OF_CLINIC
        )
    )


_of_patients = _places(Patient.objects.all(), "pk")
_of_regimens = _places(Regimen.objects.all(), "patient_id")
_of_plans = _places(Plan.objects.all(), "regimen__patient_id")


def place_of_patient(patient: UUID, user: User) -> Place:
    """Raises Http404 for a patient of none of the person's clinics."""
    return _known(_place(_of_patients, patient, user))


def place_of_regimen(regimen: UUID, user: User) -> Place:
    """Raises Http404 for a regimen that is of none of the person's clinics."""
    return _known(_place(_of_regimens, regimen, user))


def _known(place: Place | None) -> Place:
    if place is None:
        raise Http404
    return place


def place_of_plan(plan: UUID, user: User) -> Place | None:
    """None where nobody has signed it, or it is of none of the person's clinics."""
    return _place(_of_plans, plan, user)


def _place(places: Composed, key: UUID, user: User) -> Place | None:
    for patient, *clinic in places(key, list(user.roles_by_clinic)):
        return Place(patient, Clinic.from_db(None, _CLINIC, clinic))
    return None
