"""What the database itself holds of patients, tried from raw SQL, and the bytes of a version."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import canonical
from ledger.verification import Damage
from patients import actions
from patients.models import PatientVersion, PatientWord
from tests.factories import PatientFactory
from tests.ledger.damage import damages, unguarded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "on", "rule"),
    [
        ("gone", "2020-01-01", "patients_patientversion_status_known"),
        ("here", "2020-01-01", "patients_patientversion_status_dated"),
        ("died", None, "patients_patientversion_status_dated"),
        ("left", None, "patients_patientversion_status_dated"),
    ],
)
def test_status_is_a_known_one_with_its_date(status, on, rule):
    version = PatientFactory().versions.get()
    columns = "title, family_name, given_names, birth_date, gender, nhs_number, record_number"
    columns += ", telephone"
    statement = f"""
        INSERT INTO patients_patientversion
            (entry_id, patient_id, status, status_on, salt, sealed, {columns})
        SELECT %s, patient_id, %s, %s, salt, sealed, {columns}
        FROM patients_patientversion
    """
    key = "0" * 31 + "1"
    with (
        pytest.raises(IntegrityError, match=rule),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [key, status, on])

    assert list(PatientVersion.objects.all()) == [version]


def test_word_stands_once_for_a_patient():
    patient = PatientFactory()
    word = patient.words.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        PatientWord.objects.create(clinic=patient.clinic, patient=patient, word=word.word)


# A version that names no telephone is written as it was before there was a column for one.

SALT = "0000000000000000000000000000000a"
SEALED = "dd674bdc3f2e9b6229bdfc53cfb91d5e5c880b88c257efbfe9ada8deb0738b71"
CONTENT = "8cd41a8346f161ce3bb8125da6adecbb2f29481f69e10945240f91aa4c76971a"
WITH_TELEPHONE = "9fa0824d9ee77fb97c088355a7e92581e69ebcd4673d7159366d61169a3f59e1"
"""Digests of the first version in tests/ledger/golden.xml, older than the column, and with one."""


def version(telephone: str | None) -> PatientVersion:
    return PatientVersion(
        title="Ms",
        family_name="Łódzka-Nuñez",
        given_names="Irena 愛",
        birth_date=date(1961, 3, 12),
        gender="female",
        nhs_number="",
        record_number="",
        telephone=telephone,
        sealed=SEALED,
    )


@pytest.mark.parametrize("telephone", [None, ""])
def test_version_without_telephone_equals_the_golden_vector_of_before(telephone):
    said = version(telephone)

    assert canonical.sealed_digest(SALT, said.sealed_content()) == SEALED
    assert canonical.digest("patient/1", {**said.plain_content(), "sealed": SEALED}) == CONTENT
    assert said.content_digest() == CONTENT


def test_version_with_telephone_equals_its_golden_vector():
    said = version("01632 960983").sealed_content()

    assert canonical.sealed_digest(SALT, said) == WITH_TELEPHONE


@pytest.mark.parametrize(
    ("written", "edited"),
    [("01632 960983", "01632 960984"), ("01632 960983", ""), ("", "01632 960983")],
)
def test_telephone_changed_behind_the_record_is_found(written, edited):
    patient = PatientFactory(telephone=written)

    with unguarded():
        PatientVersion.objects.filter(patient=patient).update(telephone=edited)
        assert damages() == [(Damage.EDITED_TEXT, 1)]


def test_telephone_written_into_an_older_record_is_found():
    patient = PatientFactory()

    with unguarded():
        PatientVersion.objects.filter(patient=patient).update(telephone=None)
        assert damages() == []
        PatientVersion.objects.filter(patient=patient).update(telephone="01632 960983")
        assert damages() == [(Damage.EDITED_TEXT, 1)]


@pytest.mark.parametrize(("known", "names"), [(None, ["Novak", "Nowak"]), (1, ["Novak"]), (0, [])])
def test_what_was_recorded_up_to_an_entry(known, names):
    patient = PatientFactory(family_name="Novak")
    first = patient.versions.get()
    identity = replace(first.identity, family_name="Nowak")
    by = first.entry.recorded_by
    actions.revise_patient(patient=patient, seen=first.entry, identity=identity, by=by)

    versions = patient.versions.up_to(known).order_by("entry__number")

    assert [version.family_name for version in versions] == names
