"""Patients in finished strings."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from patients import actions, presenters, wording
from patients.identity import Standing
from patients.models import PatientVersion
from tests.factories import ClinicFactory, PatientFactory, member

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("Novak", "Irena", "Ms"), "NOVAK, Irena (Ms)"),
        (("Novak", "", ""), "NOVAK"),
        (("Weiß", "Jürgen", ""), "WEIẞ, Jürgen"),
        (("王", "小明", ""), "王, 小明"),
        ((None, None, None), "Name erased"),
    ],
)
def test_name_is_written_as_banners_do(typed, words):
    assert wording.name_words(*typed) == words


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(1961, 3, 12), "12-Mar-1961 (65y)"),
        (date(1961, 11, 21), "21-Nov-1961 (65y)"),
        (date(1961, 11, 22), "22-Nov-1961 (64y)"),
        (date(2024, 11, 21), "21-Nov-2024 (2y)"),
        (date(2024, 11, 22), "22-Nov-2024 (23m)"),
        (TODAY, "21-Nov-2026 (0m)"),
        (None, ""),
    ],
)
def test_birth_date_is_written_with_the_age(born, words):
    assert wording.born_words(born, TODAY) == words


@pytest.fixture
def patient(db):
    clinic = ClinicFactory()
    return PatientFactory(
        clinic=clinic, by=member(clinic), family_name="Novak", nhs_number="9434765919"
    )


def test_banner_is_of_the_newest_version_in_one_query(
    patient, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("patients.presenters.people._devices", [])  # each asks one of its own
    with django_assert_num_queries(1):
        banner = presenters.banner(patient, today=TODAY)

    assert banner.name == "NOVAK, Irena (Ms)"
    assert banner.born == "12-Mar-1961 (65y)"
    assert banner.gender == "Female"
    assert banner.nhs_number == "943 476 5919"
    assert (banner.record_number, banner.ended) == ("", "")
    assert banner.url == reverse("patient", args=[patient.pk])


@pytest.mark.parametrize(
    ("status", "ended", "born"),
    [
        ("died", "Died on 02-Nov-2020", "12-Mar-1961 (59y)"),
        ("left", "Left the clinic on 02-Nov-2020", "12-Mar-1961 (65y)"),
    ],
)
def test_banner_says_that_the_patient_died_or_left(patient, status, ended, born):
    version = patient.versions.get()
    actions.revise_patient(
        patient=patient,
        seen=version.entry,
        identity=version.identity,
        standing=Standing(status, date(2020, 11, 2)),
        by=member(patient.clinic),
    )

    banner = presenters.banner(patient, today=TODAY)

    assert (banner.ended, banner.born) == (ended, born)


def test_banner_holds_when_the_identity_was_erased(patient):
    PatientVersion.objects.update(
        title=None,
        family_name=None,
        given_names=None,
        birth_date=None,
        gender=None,
        nhs_number=None,
        record_number=None,
        telephone=None,
        salt=None,
    )

    banner = presenters.banner(patient, today=TODAY)

    assert banner.name == "Name erased"
    assert (banner.born, banner.gender, banner.nhs_number, banner.record_number) == ("",) * 4
    assert (banner.telephone, banner.telephone_url) == ("", "")


def test_banner_says_the_telephone_number_and_what_dials_it(patient):
    called = PatientFactory(clinic=patient.clinic, telephone="+44 (0)1632 960-983 Ext. 12")

    assert [presenters.banner(one).telephone for one in (patient, called)] == [
        "",
        "+44 (0)1632 960-983 Ext. 12",
    ]
    assert presenters.banner(called).telephone_url == "tel:+441632960983;ext=12"


def test_rows_keep_the_order_in_which_they_are_asked_for(patient):
    other = PatientFactory()

    shown = presenters.rows([patient.pk, other.pk])
    turned = presenters.rows([other.pk, patient.pk])

    assert [row.patient for row in shown] == [patient.pk, other.pk]
    assert turned == shown[::-1]


def test_compared_marks_what_differs(patient):
    version = patient.versions.get()
    typed = PatientVersion.of(
        patient, replace(version.identity, given_names="Ida"), Standing("left", date(2020, 1, 1))
    )

    differing = [
        label for label, _one, _other, differs in presenters.compared(version, typed) if differs
    ]

    assert differing == ["Given names", "Status"]


def test_what_is_typed_is_escaped_in_the_table_and_its_labels_are_whole(db):
    patient = PatientFactory(family_name="O'Neill <b>", given_names='"Ann" & {url}')
    rows = presenters.rows([patient.pk])
    body = presenters.table_body(rows, spans_clinics=True)
    labels = ["Born", "Gender", "NHS No.", "Record No."]
    assert "<bdi>O&#x27;NEILL &lt;B&gt;, &quot;Ann&quot; &amp; {url}" in body
    assert re.findall('data-label="([^"]*)"', body) == [*labels, "Clinic"]
    assert re.findall('data-label="([^"]*)"', presenters.table_body(rows)) == labels


def test_rows_are_those_asked_for_at_every_length(db, django_assert_num_queries):
    clinic = ClinicFactory()
    by = member(clinic)
    keys = [
        PatientFactory(clinic=clinic, by=by, family_name=name).pk for name in ("Au", "Bo", "Cy")
    ]
    presenters.rows(keys)
    for asked in (keys, keys[:1], keys[::-1], keys[1:], []):
        with django_assert_num_queries(1 if asked else 0):
            assert [row.patient for row in presenters.rows(asked)] == asked


def test_rows_read_what_was_recorded_since(db):
    patient = PatientFactory(family_name="Novak")
    assert "NOVAK" in presenters.rows([patient.pk])[0].name
    other = PatientFactory(family_name="Okafor", birth_date=date(1961, 3, 12))
    [row] = presenters.rows([other.pk], today=TODAY)
    assert ("OKAFOR" in row.name, row.born) == (True, "12-Mar-1961 (65y)")
