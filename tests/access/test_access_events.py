"""One access event for each signed-in or refused request, committed before anything is read.

That every address leaves one, whoever asks, is seen where every role asks: test_access_matrix.py.
"""

import re
from datetime import date
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.urls import reverse

from access.models import AccessKind, Role, User
from tests.access.test_access_matrix import PEOPLE, WORK
from tests.access.world import events_of, patients_of
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, member
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration.views import regimen as regimen_view

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [name for name in WORK if "{" in WORK[name][0]])
def test_somebody_of_another_clinic_leaves_one_refusal(browser_of, strangers, world, name):
    client = browser_of(strangers[Role.PRESCRIBER])
    path, by_get, _post = WORK[name]
    send = client.get if "405" not in by_get else client.post
    [event] = events_of(lambda: send(world.address(path)))
    assert event.kind == AccessKind.REFUSED
    is_senders = "{offer}" in path
    assert event.clinic == (world.offer.patient.clinic if is_senders else world.clinic)
    is_of_nobody = "{medicine}" in path or "{measure}" in path or "{text}" in path or name in PEOPLE
    whose = world.patient
    if is_senders:
        whose = world.offer.patient_id
    elif "{link}" in path or "{transfer}" in path:
        whose = world.link.patient_id
    assert patients_of(event) == (set() if is_of_nobody else {whose})


@pytest.mark.parametrize("name", [name for name in WORK if "{" in WORK[name][0]])
def test_an_outsider_reads_the_same_whether_it_is_there_or_not(browser_of, strangers, world, name):
    client = browser_of(strangers[Role.PRESCRIBER])
    path = WORK[name][0]
    nowhere = re.sub(r"\{(person|membership)\}", "987654321", path)
    nowhere = re.sub(r"\{[a-z]+\}", str(uuid4()), nowhere)
    there, not_there = client.get(world.address(path)), client.get(nowhere)
    assert there.status_code == not_there.status_code
    assert plain(there, world.address(path)) == plain(not_there, nowhere)


def plain(answer, address: str) -> str:
    """What a page says, without its own address, its forms' token and the session's time."""
    said = answer.content.decode().replace(quote(address, safe=""), "").replace(address, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|-(left|idle)="\d+"', "", said)


def test_what_nobody_ever_recorded_leaves_a_refusal_of_no_patient(client, world):
    client.force_login(world.people[Role.PRESCRIBER])
    [event] = events_of(lambda: client.get(reverse("regimen", args=[uuid4()])))
    assert (event.kind, patients_of(event)) == (AccessKind.REFUSED, set())


def test_a_refusal_names_the_patient_who_was_asked_for(client, world):
    client.force_login(world.people[Role.AUDITOR])
    [event] = events_of(lambda: client.get(reverse("patient", args=[world.patient])))
    assert patients_of(event) == {world.patient}


def test_the_anonymous_leave_a_refusal_without_a_name(client, world):
    [event] = events_of(lambda: client.get(reverse("patient", args=[world.patient])))
    assert (event.user, event.kind) == (None, AccessKind.REFUSED)
    assert patients_of(event) == {world.patient}


def test_somebody_else_who_confirms_leaves_one_refusal(client, world):
    client.force_login(member(world.clinic))
    url = reverse("step-confirm", args=[world.step.step])
    [event] = events_of(lambda: client.post(url, {"entry": str(world.step.pk)}))
    assert event.kind == AccessKind.REFUSED


def test_a_copy_names_both_patients_in_one_event(client, world):
    person = world.people[Role.PRESCRIBER]
    medicine = world.step.regimen.card.version.medicine.versions.get()
    other = regimen_of(PatientFactory(clinic=world.clinic, by=person), medicine, person)
    client.force_login(person)
    url = reverse("step-new", args=[other.regimen_id])
    [event] = events_of(lambda: client.get(f"{url}?copy={world.step.pk}"))
    assert patients_of(event) == {world.patient, other.regimen.patient_id}


def test_a_copy_from_another_clinic_is_an_event_that_spans_both(client, world):
    elsewhere = ClinicFactory()
    MembershipFactory(user=world.people[Role.PRESCRIBER], clinic=elsewhere)
    person = User.objects.get(pk=world.people[Role.PRESCRIBER].pk)
    patient = PatientFactory(clinic=elsewhere, by=person)
    other = regimen_of(patient, medicine_of(elsewhere), person)
    client.force_login(person)
    url = reverse("step-new", args=[other.regimen_id])
    [event] = events_of(lambda: client.get(f"{url}?copy={world.step.pk}"))
    assert event.clinic is None
    assert patients_of(event) == {world.patient, patient.pk}


def test_a_copy_that_is_refused_leaves_one_refusal(client, world):
    client.force_login(world.people[Role.PRESCRIBER])
    url = reverse("step-new", args=[world.step.regimen_id])
    [event] = events_of(lambda: client.get(f"{url}?copy={step_of().pk}"))
    assert event.kind == AccessKind.REFUSED


@pytest.mark.parametrize("address", ["/patients/", "/patients/?q=novak", "/"])
def test_a_list_names_every_patient_that_it_shows(client, world, address):
    person = world.people[Role.PRESCRIBER]
    shown = {world.patient}
    if address == "/patients/":
        shown |= {world.link.patient_id, world.link.other_id}
    elif address == "/":
        shown.add(world.transfer.patient_id)
    for name in ("Novak Ash", "Novak Elm", "Novak Yew"):
        patient = PatientFactory(clinic=world.clinic, by=person, family_name=name)
        version = regimen_of(
            patient, world.step.regimen.card.version.medicine.versions.get(), person
        )
        step_of(version, date(2026, 3, 2), by=world.people[Role.RECORDER])
        shown.add(patient.pk)
    elsewhere = step_of()
    client.force_login(person)
    [event] = events_of(lambda: client.get(address))
    assert event.kind in (AccessKind.LIST, AccessKind.SEARCH)
    assert patients_of(event) == shown
    assert elsewhere.regimen.patient_id not in shown


def test_a_view_that_fails_leaves_its_event(client, world, monkeypatch):
    def fail(*_asked, **_more):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(regimen_view, "regimen_page", fail)
    client.force_login(world.people[Role.PRESCRIBER])
    client.raise_request_exception = False
    url = reverse("regimen", args=[world.step.regimen_id])
    [event] = events_of(lambda: client.get(url))
    assert event.kind == AccessKind.VIEW
    assert patients_of(event) == {world.patient}


@pytest.mark.parametrize("address", ["/health/", "/static/app.css", "/nowhere/"])
def test_what_is_nobodys_data_leaves_none(client, world, address):
    client.force_login(world.people[Role.PRESCRIBER])
    assert events_of(lambda: b"".join(client.get(address))) == []


def test_signing_out_leaves_an_event(client, world):
    client.force_login(world.people[Role.PRESCRIBER])
    [event] = events_of(lambda: client.post("/accounts/logout/"))
    assert event.user == world.people[Role.PRESCRIBER]
