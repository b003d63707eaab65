"""What the database itself holds of patients, tried from raw SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from patients.models import PatientVersion, PatientWord
from tests.factories import PatientFactory

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
