"""A role that ends or changes between reading a page and sending it: who may still do what."""

from copy import deepcopy

import pytest
from django.test import Client
from django.utils import timezone

from access.models import Membership, Role
from ledger.models import Entry
from tests.access.test_access_matrix import WORK
from tests.access.world import World, new_world
from tests.factories import PatientFactory, member
from tests.pages import Page
from tests.titration.factories import regimen_of
from tests.titration.recording import Recording, address
from titration.models import DoseStep, PlanDraft

pytestmark = pytest.mark.django_db

DOSE = {"amount": "17", "when": "morning"}


@pytest.fixture(scope="module")
def made_world(module_db) -> World:
    return new_world()


@pytest.fixture
def world(made_world, db) -> World:
    return deepcopy(made_world)


@pytest.mark.parametrize(("becomes", "answers"), [(None, 404), (Role.VIEWER, 403)])
def test_nothing_is_recorded_by_who_may_no_longer(world, becomes, answers):
    """Every form of the clinic as a prescriber had opened it, sent after their role had ended."""
    prescriber, browser = world.people[Role.PRESCRIBER], Client()
    browser.force_login(prescriber)
    opened = {}
    for name, (path, by_get, by_post) in WORK.items():
        url = world.address(path)
        if path == url or not by_get.startswith("200") or by_post.startswith("405"):
            continue
        page = Page(browser.get(url))
        opened[name] = url, {"submission": str(world.step.pk), **page.values}
    assert len(opened) > 30
    held = Membership.objects.filter(user=prescriber)
    if becomes:
        held.update(role=becomes)
    else:
        held.update(ended_at=timezone.now())
    before = Entry.objects.count(), list(PlanDraft.objects.values_list("pk", "revision"))

    for name, (url, values) in opened.items():
        for stage in ("review", "confirm"):
            status = browser.post(url, {**values, "stage": stage}).status_code
            assert status == answers, (name, status)

    assert (Entry.objects.count(), list(PlanDraft.objects.values_list("pk", "revision"))) == before


def test_who_became_a_recorder_says_who_decided_and_loses_nothing(client):
    """They still record; that they decided it themselves is refused in words, and no id is told."""
    patient = PatientFactory()
    person, other = member(patient.clinic), member(patient.clinic, name="Dr B. Other")
    client.force_login(person)
    regimen = regimen_of(patient, by=other).regimen
    recording = Recording(client, address(regimen))
    recording.write(DOSE, note="With milk")
    Membership.objects.filter(user=person).update(role=Role.RECORDER)

    page = recording.confirm()

    assert page.status == 422
    [words] = page.errors["decided_by"]
    assert words.startswith("Who was chosen has no longer the role in this clinic")
    assert page.values["note"] == "With milk"
    assert page.values["components-0-amount"] == "17"
    assert not DoseStep.objects.filter(regimen=regimen).exists()
    recording.send(("stage", "review"), {"decided_by": str(other.pk)})
    assert recording.confirm().status == 302
    step = DoseStep.objects.get(regimen=regimen)
    assert (step.decided_by, step.entry.recorded_by) == (other, person)
