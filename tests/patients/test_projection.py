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


def found(clinic) -> list[str]:
    """What `verify` hears of the rows of a clinic."""
    return [finding.says for finding in projection.differences(clinic)]


def test_rows_as_actions_wrote_them_do_not_differ():
    patient = PatientFactory(nhs_number="9434765919")
    assert found(patient.clinic) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda patient: PatientCard.objects.filter(patient=patient).update(sort_name="wrong"),
        lambda patient: PatientCard.objects.filter(patient=patient).delete(),
        lambda patient: PatientWord.objects.filter(patient=patient, word="irena").delete(),
        lambda patient: PatientWord.objects.filter(word="irena").update(word="wrong"),
        lambda patient: PatientWord.objects.create(
            clinic=patient.clinic, patient=patient, word="surplus"
        ),
    ],
)
def test_rows_that_differ_are_named_by_their_patient(damage):
    patient = PatientFactory()
    PatientFactory(clinic=patient.clinic, given_names="Jan")
    damage(patient)
    [says] = found(patient.clinic)
    assert str(patient.pk) in says


def test_every_batch_is_compared(monkeypatch):
    monkeypatch.setattr(projection, "BATCH", 1)
    clinic = PatientFactory().clinic
    for _n in range(3):
        PatientFactory(clinic=clinic)
    PatientCard.objects.update(sort_name="wrong")
    assert len(found(clinic)) == 4


def test_what_is_written_while_it_is_compared_is_no_finding(monkeypatch):
    patient = PatientFactory()
    compare, looks = projection._differing, []

    def meanwhile(patients):
        looks.append(patients)
        return list(patients) if len(looks) == 1 else compare(patients)

    monkeypatch.setattr(projection, "_differing", meanwhile)
    assert found(patient.clinic) == []
    assert len(looks) == 2


def test_a_patient_whose_record_is_in_ruins_is_named_and_the_others_are_compared(monkeypatch):
    patient = PatientFactory()
    whole = PatientFactory(clinic=patient.clinic)
    compare = projection._differing

    def ruined(patients):
        if patient in patients:
            raise LookupError
        return compare(patients)

    monkeypatch.setattr(projection, "_differing", ruined)
    [says] = found(patient.clinic)
    assert str(patient.pk) in says
    assert str(whole.pk) not in says
