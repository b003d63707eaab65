"""A death that is recorded and then taken back: what it closed, what waits, and that it is said."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger import verification
from ledger.models import Entry
from ledger.writing import newest_number_of
from patients import actions as people
from patients.identity import HERE, Standing
from tests.factories import ClinicFactory, PatientFactory, member, offered_to
from tests.pages import Page
from tests.titration.doses import times
from tests.titration.factories import (
    contact_of,
    plan_of,
    planned_row,
    regimen_of,
    review_of,
    step_of,
)
from tests.titration.issuing import issue_of
from titration import actions
from titration.models import WorklistRow

pytestmark = pytest.mark.django_db


def test_what_a_death_closes_and_what_waits_once_it_is_taken_back(client):
    here, there = ClinicFactory(name="Here"), ClinicFactory(name="There")
    prescriber, recorder, receiver = member(here), member(here, Role.RECORDER), member(there)
    patient = PatientFactory(clinic=here, by=prescriber)
    today = here.local(timezone.now()).date()
    regimen = regimen_of(patient, by=prescriber)
    step_of(regimen, today, by=recorder)
    plan = plan_of(regimen, planned_row(today, times(3, "5")))
    issue_of(plan)
    contact_of(patient, prescriber, call_back=today)
    review_of(regimen)
    offer = offered_to(there, patient, prescriber)
    client.force_login(prescriber)
    elsewhere = Client()
    elsewhere.force_login(receiver)
    offered = reverse("offer", args=[offer.transfer])
    accepting = {**Page(elsewhere.get(offered)).values, "responsible": str(receiver.pk)}

    def stands(standing: Standing) -> None:
        version = patient.versions.newest().get()
        people.revise_patient(
            patient=patient,
            seen=version.entry,
            identity=version.identity,
            standing=standing,
            by=recorder,
        )

    def seen() -> tuple[set[str], str, int]:
        assert [*verification.clinic(here)] == []
        topics = WorklistRow.objects.filter(patient=patient).values_list("topic", flat=True)
        text = Page(client.get(reverse("plan", args=[plan.plan_id]))).text
        calendar = client.get(reverse("plan-calendar", args=[plan.plan_id])).status_code
        return set(topics), text, calendar

    topics, _text, calendar = seen()
    assert {"call-back", "confirm", "offer", "review"} <= topics
    assert calendar == 200

    stands(Standing("died", today))
    topics, text, calendar = seen()
    assert topics == {"call-back", "confirm", "offer"}  # somebody is called, answered, told
    assert "Closed because the patient died" in text
    assert "With the patient; it no longer holds" in text
    assert calendar == 409
    count = Entry.objects.count()
    answer = Page(elsewhere.post(offered, accepting))
    assert "The record says that the patient died or left." in answer.text
    assert f"Died on {today:%d-%b-%Y}" in answer.text
    assert Entry.objects.count() == count

    stands(HERE)
    topics, text, calendar = seen()
    assert {"call-back", "confirm", "offer", "review", "differs"} <= topics
    assert "wait for the prescriber: the patient is here again" in text
    assert "With the patient; the plan waits for its prescriber" in text
    assert calendar == 409
    assert actions.accept_patient(
        offer=offer, responsible=receiver, seen=newest_number_of(patient.pk), by=receiver
    )
