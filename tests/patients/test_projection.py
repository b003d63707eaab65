"""The rows that find patients: written anew, they are the same."""

from dataclasses import replace

import pytest

from patients import actions, projection
from patients.models import PatientCard, PatientWord
from tests.factories import ClinicFactory, PatientFactory, member

pytestmark = pytest.mark.django_db


def rows() -> tuple[list, list]:
    cards = PatientCard.objects.order_by("pk").values()
    words = PatientWord.objects.order_by("patient", "word").values("clinic", "patient", "word")
    return list(cards), list(words)


def test_rebuild_writes_the_rows_that_actions_wrote():
    clinic = ClinicFactory()
    by = member(clinic)
    patient = PatientFactory(clinic=clinic, by=by, nhs_number="9434765919", record_number="RN 1")
    first = patient.versions.get()
    changed = replace(first.identity, family_name="Łoś", nhs_number="")
    actions.revise_patient(patient=patient, seen=first.entry, identity=changed, by=by)
    PatientFactory()
    before = rows()

    assert projection.rebuild() == 2
    assert rows() == before


def test_rebuild_repairs_rows_that_are_wrong_missing_or_too_many():
    patient, lost = PatientFactory(), PatientFactory()
    before = rows()
    PatientCard.objects.filter(pk=lost.pk).delete()
    PatientCard.objects.filter(pk=patient.pk).update(sort_name="wrong", nhs_number="1")
    PatientWord.objects.filter(patient=lost, word="irena").update(word="wrong")
    PatientWord.objects.create(clinic=patient.clinic, patient=patient, word="surplus")

    projection.rebuild()

    assert rows() == before
