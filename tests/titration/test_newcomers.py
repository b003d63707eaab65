"""Somebody new to a clinic, brought in by a file that says who they are."""

import io
import json
from copy import deepcopy
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from access.models import AccessEvent, Role
from ledger import verification
from ledger.models import Entry, ImportedFile
from patients.models import Patient
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.factories import regimen_of, step_of
from tests.titration.test_fhir_read import bundle, dose, request, start
from titration.exports import history
from titration.exports.fhir import fhir_file
from titration.models import DoseStep, WaitingFile
from titration.reading import logged
from titration.tables import write_files

NOW = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
NEW, READ_BACK = reverse("newcomer-new"), reverse("newcomer-read-back")
PERSON = {
    "resourceType": "Patient",
    "id": "p",
    "name": [{"family": "Zięba", "given": ["Maria", "Anna"], "prefix": ["Mrs"]}],
    "birthDate": "1961-03-12",
    "gender": "female",
    "identifier": [
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919"},
        {"system": "https://elsewhere.example/ward", "value": "W-17"},
    ],
    "telecom": [{"system": "phone", "value": "01632 960119"}],
}
ORDERED = bundle(PERSON, request(dose(5, **start("2026-03-02"))))


class Story:
    """A record of one clinic as both kinds of file, and another clinic that it comes to."""

    def __init__(self) -> None:
        version = regimen_of()
        self.step = step_of(version, date(2026, 3, 2))
        self.there = version.regimen
        patient, by = self.there.patient, version.responsible
        file = io.BytesIO()
        write_files(file, patient, by=by, now=NOW)
        self.zip = file.getvalue()
        self.fhir = fhir_file(history.read(patient, by=by, now=NOW))
        self.person = patient.card.version
        self.clinic = ClinicFactory.create()
        self.doctor = member(self.clinic, name="Dr B. Here")
        self.recorder = member(self.clinic, Role.RECORDER)
        connection.check_constraints()

    @property
    def patients(self) -> list[Patient]:
        return list(Patient.objects.filter(clinic=self.clinic))


@pytest.fixture(scope="module")
def made_story(module_db: None) -> Story:
    return Story()


@pytest.fixture
def story(made_story, db, client) -> Story:
    story = deepcopy(made_story)
    client.force_login(story.recorder)
    return story


def choose(client: Client, content: bytes, name: str = "record") -> Page:
    upload = SimpleUploadedFile(name, content)
    return Page(client.post(NEW, {"file": upload}, follow=True))


def of_page(page: Page, name: str) -> dict:
    """What the form with this field sends."""
    [form] = [form for form in page.forms if name in form.values]
    return form.values


def test_a_whole_record_comes_in_with_its_patient_once_it_was_read_back(client, story):
    page = choose(client, story.zip)
    assert f"The new patient of {story.clinic}" in page.text
    assert f"Family name {story.person.family_name}" in page.text
    assert "By mouth: baclofen, 1 text of dose steps" in page.text
    assert not story.patients
    form = {**of_page(page, "responsible"), "responsible": str(story.doctor.pk)}
    # Pressed twice, it is answered twice and recorded once.
    for words in ("records were brought in", "Nothing was added"):
        answer = client.post(READ_BACK, form, follow=True)
        assert words in Page(answer).text
    [patient] = story.patients
    assert answer.redirect_chain == [(reverse("patient", args=[patient.pk]), 302)]
    [regimen] = patient.regimens.all()
    [step] = logged.history(regimen).live
    [first] = logged.history(story.there).live
    assert step.says == first.says
    assert list(verification.clinic(story.clinic)) == []
    assert not WaitingFile.objects.exists()
    # The file again is one of somebody who is here, and adds nothing.
    count = Entry.objects.count()
    page = choose(client, story.zip)
    assert "The patient of the file is with the clinic already." in page.text
    assert "is_same" not in page.values
    again = {**page.values, "responsible": str(story.doctor.pk)}
    address = reverse("import-record", args=[patient.pk])
    assert "Nothing was added" in Page(client.post(address, again, follow=True)).text
    assert Entry.objects.count() == count


def test_who_may_be_the_same_person_is_shown_and_said_to_be_somebody_else(client, story):
    known = PatientFactory.create(
        clinic=story.clinic,
        by=story.doctor,
        family_name=story.person.family_name,
        birth_date=story.person.birth_date,
    )
    page = choose(client, story.zip)
    assert "Already with the clinic" in page.text
    event = AccessEvent.objects.latest("pk")
    assert [row.patient for row in event.patients.all()] == [known.pk]
    form = {**of_page(page, "responsible"), "responsible": str(story.doctor.pk)}
    refused = Page(client.post(READ_BACK, form))
    assert "tick each of them as somebody else" in " ".join(refused.errors["others"])
    assert story.patients == [known]
    client.post(READ_BACK, {**form, "others": str(known.pk)})
    assert len(story.patients) == 2


@pytest.mark.parametrize("kind", ["zip", "fhir"])
def test_a_file_of_somebody_who_is_here_goes_on_to_them(client, story, kind):
    known = PatientFactory.create(
        clinic=story.clinic,
        by=story.doctor,
        family_name=story.person.family_name,
        birth_date=story.person.birth_date,
    )
    page = choose(client, getattr(story, kind))
    assert f"Bring it into the record of {story.person.family_name.upper()}" in page.text
    page = Page(client.post(reverse("newcomer-known"), {"patient": str(known.pk)}, follow=True))
    assert WaitingFile.objects.get().patient == known
    assert ("It comes into the record of" in page.text) == (kind == "zip")
    assert story.patients == [known]
    stranger = PatientFactory.create()
    choose(client, getattr(story, kind))
    for other in (stranger.pk, "nobody"):
        answer = client.post(reverse("newcomer-known"), {"patient": str(other)})
        assert answer.status_code in (400, 404)
    assert WaitingFile.objects.filter(patient=None).count() == 1


def test_the_person_of_a_bundle_is_added_as_typed_and_its_doses_wait_for_them(client, story):
    page = choose(client, ORDERED)
    assert "Numbers of others W-17 (https://elsewhere.example/ward)" in page.text
    assert "1 row was read." in page.text
    assert "from 02-Mar-2026 5 mg twice a day" in page.text
    form = of_page(page, "family_name")
    assert {name: form[name] for name in ("family_name", "given_names", "title", "gender")} == {
        "family_name": "Zięba",
        "given_names": "Maria Anna",
        "title": "Mrs",
        "gender": "female",
    }
    assert [form[f"birth_{part}"] for part in ("day", "month", "year")] == ["12", "3", "1961"]
    assert (form["nhs_number"], form["record_number"]) == ("943 476 5919", "")
    for words in ("Recorded as entry", "Recorded before, by entry"):
        page = Page(client.post(READ_BACK, typed_over(form, {"record_number": "R-1"}), follow=True))
        assert words in page.text
    [patient] = story.patients
    assert patient.card.version.record_number == "R-1"
    assert "no regimen that the doses can be recorded in" in page.text
    assert WaitingFile.objects.get().patient == patient
    assert not DoseStep.objects.filter(regimen__patient=patient).exists()
    assert not ImportedFile.objects.exists()
    # The file again leads to those who are alike, and is given to the patient who was added.
    page = choose(client, ORDERED)
    assert "Already with the clinic" in page.text
    again = Page(client.post(READ_BACK, of_page(page, "family_name")))
    assert "tick each of them as somebody else" in " ".join(again.errors["others"])
    assert story.patients == [patient]


def test_what_is_confirmed_is_the_file_that_was_read_back(client, story):
    form = of_page(choose(client, ORDERED), "family_name")
    choose(client, story.zip)  # in another window
    record = of_page(choose(client, story.zip), "responsible")
    choose(client, bundle({**PERSON, "birthDate": "1962-03-12"}, request(dose(7, **start("2026")))))
    assert client.post(READ_BACK, form).status_code == 409
    choose(client, ORDERED)
    assert client.post(READ_BACK, form).status_code == 302
    assert len(story.patients) == 1
    assert "responsible" in record


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Date;Dose\r\n2026-03-02;5 mg at bedtime\r\n", "A dose log does not say whose it is."),
        (bundle(request(dose(5, **start("2026-03-02")))), "The Bundle has no Patient"),
        (ORDERED[:-20], "it ends too early or is damaged"),
        (json.dumps({"resourceType": "Bundle", "entry": [{"resource": PERSON}]}).encode(),
         "holds no order and no statement"),
        (b"", "The file is empty."),
    ],
)  # fmt: skip
def test_a_file_that_brings_nobody_in_says_why_and_does_not_wait(client, story, content, words):
    page = choose(client, content)
    assert page.status == 422
    assert words in " ".join(page.errors["file"])
    assert not WaitingFile.objects.exists()


def test_what_a_bundle_says_of_a_person_wrongly_is_left_to_be_typed(client, story):
    person = {**PERSON, "name": [7, {"family": 3, "text": "M. Zięba"}], "birthDate": "1961-03",
              "gender": "f", "identifier": "none", "telecom": [{"system": "phone"}]}  # fmt: skip
    page = choose(client, bundle(person, request(dose(5, **start("2026-03-02")))))
    assert "Name M. Zięba" in page.text
    form = of_page(page, "family_name")
    assert not any(form[n] for n in ("family_name", "birth_year", "nhs_number", "telephone"))
    assert client.post(READ_BACK, form).status_code == 200
    assert not story.patients


def test_a_file_waits_for_its_person_alone_and_is_put_aside(client, story):
    choose(client, story.zip)
    assert "Go on with it" in Page(client.get(NEW)).text
    other = Client()
    other.force_login(story.doctor)
    assert other.get(READ_BACK).status_code == 404
    assert client.post(reverse("newcomer-put-aside")).url == reverse("patient-list")
    assert client.get(READ_BACK).status_code == 404
    assert not story.patients
