"""Queries that are composed once: they answer as those that Django composes anew."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Exists, OuterRef

from access.composed import Composed, Joined, Rows
from access.models import Clinic
from ledger.models import Entry
from patients.models import Patient, PatientVersion
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

COLUMNS = ("pk", "patient", "number", "recorded_at")


def of_patients(patients, known):
    return Entry.objects.filter(patient__in=patients, number__lte=known).values_list(*COLUMNS)


@pytest.fixture
def patients():
    clinic = PatientFactory().clinic
    return [PatientFactory(clinic=clinic).pk for _number in range(3)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_it_answers_as_the_query_that_it_is(patients, count):
    composed = Composed(of_patients)
    for asked in (patients[:count], patients[-count:]):
        for known in (2, 3, 9):
            expected = sorted(of_patients(asked, known))
            assert sorted(composed(asked, known)) == expected
    assert expected


def test_a_day_or_none_is_given_as_well(patients):
    def recorded(patient, since, known):
        rows = PatientVersion.objects.filter(patient=patient).up_to(known)
        return (rows if since is None else rows.filter(birth_date__gte=since)).values_list(
            "patient"
        )

    born, composed = PatientVersion.objects.get(patient=patients[0]).birth_date, Composed(recorded)
    found = [(patients[0],)]
    for since, known, expected in (
        (None, None, found),
        (born, None, found),
        (born + timedelta(days=1), None, []),
        (born, 1, []),
        (None, 9, found),
    ):
        assert list(composed(patients[0], since, known)) == expected


def test_it_is_composed_once_for_each_length(patients):
    composed = []
    query = Composed(lambda *given: composed.append(given) or of_patients(*given))
    for asked in (patients, patients[::-1], patients[:1], patients[1:2]):
        list(query(asked, 9))
    assert len(composed) == 2


def test_an_empty_sequence_finds_nothing_and_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list(Composed(of_patients)([], 9)) == []


def test_one_value_given_twice_stands_in_both_its_places(patients):
    query = Composed(
        lambda patient, number: Entry.objects.filter(
            patient=patient, number__lte=number, position__lte=number
        ).values_list("patient")
    )
    assert list(query(patients[0], 9)) == [(patients[0],)]
    assert list(query(uuid4(), 9)) == []


def test_what_is_no_parameter_is_refused(patients):
    query = Composed(lambda clinic: Clinic.objects.values_list("pk"))
    with pytest.raises(RuntimeError, match="no parameter"):
        query(1)


def test_a_moment_is_given_as_well(patients):
    at = Entry.objects.get(patient=patients[0]).recorded_at
    query = Composed(
        lambda patient, since: Entry.objects.filter(
            patient=patient, recorded_at__gt=since
        ).values_list("patient")
    )
    for _time in range(3):
        assert list(query(patients[0], at)) == []
        assert list(query(patients[0], at - timedelta(microseconds=1))) == [(patients[0],)]


# Whole rows


def test_rows_are_those_of_the_query(patients, django_assert_num_queries):
    composed = []

    def of(keys):
        composed.append(keys)
        return PatientVersion.objects.filter(patient__in=keys).order_by("entry__number")

    read = Rows(PatientVersion, of)
    for keys in (patients[:2], patients[1:]):
        expected = list(PatientVersion.objects.filter(patient__in=keys).order_by("entry__number"))
        with django_assert_num_queries(1):
            found = list(read(keys))
            assert found == expected
            assert [row.birth_date for row in found] == [row.birth_date for row in expected]
            assert not any(row._state.adding or row.get_deferred_fields() for row in found)
    assert len(composed) == 1


# One row with those that it leads to


def test_a_row_comes_with_those_that_it_leads_to(patients, django_assert_num_queries):
    entries = Entry.objects.filter(subject=OuterRef("pk"))
    read = Joined(Patient, "clinic", "card", "card__version", has_entry=Exists(entries))
    expected = Patient.objects.select_related("clinic", "card__version").get(pk=patients[0])
    with django_assert_num_queries(1):
        found = read(patients[0])
        assert found == expected
        assert found.has_entry is True
        assert found.clinic.time_zone == expected.clinic.time_zone
        assert found.card.version.family_name == expected.card.version.family_name
        assert found.card.version.birth_date == expected.card.version.birth_date


def test_a_row_that_is_not_there_is_said_to_be_none(patients):
    with pytest.raises(Patient.DoesNotExist):
        Joined(Patient, "clinic")(uuid4())


def test_rows_come_in_their_order_with_those_that_they_lead_to(patients, django_assert_num_queries):
    def of_them(keys):
        return PatientVersion.objects.filter(patient__in=keys).order_by("-entry__number")

    newest_first = Rows(PatientVersion, of_them, "entry")
    expected = of_them(patients).select_related("entry")
    with django_assert_num_queries(1):
        found = [(row.pk, row.family_name, row.entry.digest) for row in newest_first(patients)]
    assert found == [(row.pk, row.family_name, row.entry.digest) for row in expected]
