"""Several people, or one form several times, at the same instant: what the lock makes of them.

Each answer is that of the whole service, in threads with connections of their own.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.urls import reverse

from access.models import Role
from ledger.models import Entry, Submission
from patients.models import Arrival, Patient
from tests.factories import ClinicFactory, PatientFactory, member
from tests.ledger.damage import findings
from tests.pages import Page
from tests.titration.doses import at
from tests.titration.factories import (
    STARTED,
    medicine_of,
    plan_of,
    planned_row,
    regimen_of,
    step_of,
)
from tests.titration.recording import Recording, address
from titration import actions
from titration.models import Confirmation, DoseStep, Regimen, RowRecorded

pytestmark = pytest.mark.django_db(transaction=True)

DOSE = {"amount": "17", "when": "morning"}


def at_once(sends: Iterable[Callable[[], object]]) -> list[Page]:
    """The pages that these requests are answered with, all of them sent at the same instant."""
    sends = list(sends)
    ready = Barrier(len(sends))

    def send(request: Callable[[], object]) -> Page:
        try:
            ready.wait(timeout=30)
            return Page(request())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sends)) as pool:
        return list(pool.map(send, sends))


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def posts(client: Client, url: str, data: dict) -> Callable[[], object]:
    """A request of this browser, in a client of its own: one may not be shared by threads."""
    same = Client()
    same.cookies.update(client.cookies)
    return lambda: same.post(url, data)


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def prescriber(clinic):
    return member(clinic, name="Dr A. Osei")


@pytest.fixture
def version(clinic, prescriber):
    return regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber)


def read_back(person, url: str, *rows, **typed) -> Recording:
    """A recording of this person's, on the page that reads it back."""
    recording = Recording(signed_in(person), url)
    recording.write(*rows, **typed)
    return recording


def test_one_form_sent_fifty_times_makes_one_entry_and_one_answer(version, prescriber):
    recording = read_back(prescriber, address(version.regimen), DOSE)
    count = Entry.objects.count()
    confirmed = {**recording.page.values, "stage": "confirm"}

    answers = at_once(posts(recording.client, recording.url, confirmed) for _time in range(50))

    regimen = reverse("regimen", args=[version.regimen_id])
    assert {(page.status, page.response["Location"]) for page in answers} == {(302, regimen)}
    assert Entry.objects.count() == count + 1
    assert DoseStep.objects.count() == 1
    assert Submission.objects.filter(uuid=confirmed["submission"]).count() == 1


def test_one_new_patient_sent_ten_times_is_added_once(clinic, prescriber):
    client = signed_in(prescriber)
    form = {
        "submission": str(uuid4()),
        "family_name": "Novak",
        "birth_day": "12",
        "birth_month": "3",
        "birth_year": "1961",
        "gender": "female",
    }

    answers = at_once(posts(client, reverse("patient-new"), form) for _time in range(10))

    assert len({(page.status, page.response["Location"]) for page in answers}) == 1
    assert Entry.objects.filter(kind="patient").count() == 1


def test_one_form_sent_with_two_contents_records_the_first_and_shows_the_other_both(
    version, prescriber
):
    recording = read_back(prescriber, address(version.regimen), DOSE)
    confirmed = {**recording.page.values, "stage": "confirm"}
    other = {**confirmed, "components-0-amount": "19"}

    answers = at_once(posts(recording.client, recording.url, data) for data in (confirmed, other))

    assert sorted(page.status for page in answers) == [302, 409]
    refused = next(page for page in answers if page.status == 409)
    assert "already sent once, with other content" in refused.text
    assert {"17 mg", "19 mg"} <= {amount for amount in ("17 mg", "19 mg") if amount in refused.text}
    assert DoseStep.objects.count() == 1


def test_of_two_who_correct_one_step_one_sees_both_texts_and_keeps_what_they_typed(
    clinic, version, prescriber
):
    step = step_of(version, components=(at("morning", "13"),))
    url = reverse("step-correct", args=[step.step])
    people = [prescriber, member(clinic, Role.RECORDER, name="J. Lind")]
    typed = [("17", "from the chart"), ("19", "from the letter")]
    recordings = [
        read_back(person, url, {**DOSE, "amount": figure}, correction_reason=why, note=why)
        for person, (figure, why) in zip(people, typed, strict=True)
    ]

    answers = at_once(
        posts(r.client, r.url, {**r.page.values, "stage": "confirm"}) for r in recordings
    )

    assert sorted(page.status for page in answers) == [302, 409]
    lost = [page.status for page in answers].index(409)
    for figure, _why in typed:
        assert f"{figure} mg" in answers[lost].text
    assert people[1 - lost].name in answers[lost].text
    figure, why = typed[lost]
    assert answers[lost].values["components-0-amount"] == figure
    assert answers[lost].values["note"] == why
    assert DoseStep.objects.filter(step=step.step).count() == 2


TEXTS = {
    "patient-edit": ("given_names", ["Irenka", "Irene"], "recorded a change while you were typing"),
    "regimen-edit": ("indication_text", ["at night", "by day"], "recorded a change while you were"),
    "step-retract": ("reason_text", ["an old book", "a copy"], "It is withdrawn already."),
}


@pytest.mark.parametrize("name", TEXTS)
def test_of_two_who_change_one_text_one_is_told_and_keeps_what_they_typed(
    clinic, version, prescriber, name
):
    field, typed, told = TEXTS[name]
    patient, step = version.regimen.patient_id, step_of(version).step
    keys = {"patient-edit": patient, "regimen-edit": version.regimen_id, "step-retract": step}
    url = reverse(name, args=[keys[name]])
    count = Entry.objects.count()
    sends = []
    for person, words in zip((prescriber, member(clinic)), typed, strict=True):
        client = signed_in(person)
        form = {**Page(client.get(url)).values, "reason": "twice", field: words}
        sends.append(posts(client, url, form))

    answers = at_once(sends)

    assert sorted(page.status for page in answers) == [302, 409]
    lost = [page.status for page in answers].index(409)
    assert told in answers[lost].text
    assert answers[lost].values[field] == typed[lost]
    assert Entry.objects.count() == count + 1


def test_of_two_steps_for_one_moment_one_is_refused_with_the_reason(clinic, version, prescriber):
    people = [prescriber, member(clinic, Role.RECORDER)]
    recordings = [
        read_back(
            person,
            address(version.regimen),
            {**DOSE, "amount": figure},
            decided_by=str(prescriber.pk),
        )
        for person, figure in zip(people, ("17", "19"), strict=True)
    ]

    answers = at_once(
        posts(r.client, r.url, {**r.page.values, "stage": "confirm"}) for r in recordings
    )

    assert sorted(page.status for page in answers) == [302, 422]
    refused = next(page for page in answers if page.status == 422)
    [recorded] = DoseStep.objects.all()
    [reason] = refused.errors["on_day"]
    assert f"Entry {recorded.entry.number} already holds from 02-Mar-2026." in reason
    kept = {"17", "19"} - {f"{part.low:f}".rstrip("0").rstrip(".") for part in recorded.parts}
    assert {refused.values["components-0-amount"]} == kept


def test_steps_for_many_moments_at_once_are_all_read_before_they_are_recorded(
    clinic, version, prescriber
):
    people = [member(clinic) for _person in range(4)]
    recordings = [
        read_back(person, address(version.regimen), DOSE, on_month=str(month))
        for month, person in enumerate(people, start=3)
    ]

    answers = at_once(
        posts(r.client, r.url, {**r.page.values, "stage": "confirm"}) for r in recordings
    )

    assert Counter(page.status for page in answers) == {302: 1, 200: 3}
    for page in answers:
        if page.status == 200:
            assert "Recorded while your page was open. Read it before you confirm." in page.text
    assert DoseStep.objects.count() == 1


def test_a_step_confirmed_by_a_double_click_is_confirmed_once(clinic, version, prescriber):
    step = step_of(version, by=member(clinic, Role.RECORDER))
    client, url = signed_in(prescriber), reverse("step-confirm", args=[step.step])

    answers = at_once(posts(client, url, {"entry": str(step.pk)}) for _click in range(4))

    assert {page.status for page in answers} == {302}
    assert Confirmation.objects.count() == 1
    said = {str(m) for page in answers for m in get_messages(page.response.wsgi_request)}
    assert said == {"Confirmed."}


def test_of_two_regimens_of_one_medicine_at_once_one_is_asked_about(clinic, prescriber):
    patient = PatientFactory(clinic=clinic, by=prescriber)
    medicine = medicine_of(clinic)
    url = f"{reverse('regimen-new', args=[patient.pk])}?medicine={medicine.medicine_id}"
    chosen = {"route": "oral", "unit": "mg", "form": "tablet", "indication": "spasticity"}
    forms = []
    for person in (prescriber, member(clinic)):
        client = signed_in(person)
        form = {**Page(client.get(url)).values, **chosen, "responsible": str(prescriber.pk)}
        forms.append(posts(client, url, form))

    answers = at_once(forms)

    assert sorted(page.status for page in answers) == [200, 302]
    refused = next(page for page in answers if page.status == 200)
    assert "The patient has this medicine by this route already." in refused.text
    assert Regimen.objects.count() == 1


def test_of_two_who_record_one_row_one_is_told_that_it_is_recorded(clinic, version, prescriber):
    plan = plan_of(version, planned_row(STARTED, at("morning", "17")))
    url = f"{address(version.regimen)}&row={plan.rows[0].row}"
    people = [prescriber, member(clinic, Role.RECORDER, name="J. Lind")]
    recordings = [
        read_back(person, url, on_day=day, decided_by=str(prescriber.pk))
        for person, day in zip(people, ("2", "3"), strict=True)
    ]

    answers = at_once(
        posts(r.client, r.url, {**r.page.values, "stage": "confirm"}) for r in recordings
    )

    assert sorted(page.status for page in answers) == [302, 422]
    refused = next(page for page in answers if page.status == 422)
    assert "Row 1 is recorded already: entry" in refused.text
    assert DoseStep.objects.count() == RowRecorded.objects.count() == 1


def test_of_two_who_accept_a_patient_one_does_and_the_other_way_round_nobody_waits():
    west, north = ClinicFactory(name="Westgate"), ClinicFactory(name="Northfield")
    osei, hall, okafor = member(west), member(north), member(north, Role.RECORDER)
    back = PatientFactory(clinic=north, by=hall)
    patient = PatientFactory(clinic=west, by=osei)
    step_of(regimen_of(patient, by=osei))
    offer = actions.offer_patient(patient=patient, to=north, responsible=osei, says="x", by=osei)
    other = actions.offer_patient(patient=back, to=west, responsible=hall, says="y", by=hall)
    sends = []
    for person, made, to in ((hall, offer, hall), (okafor, offer, hall), (osei, other, osei)):
        client = signed_in(person)
        address = reverse("offer", args=[made.transfer])
        page = Page(client.get(address))
        sends.append(posts(client, address, {**page.values, "responsible": str(to.pk)}))

    answers = at_once(sends)

    assert sorted(page.status for page in answers[:2]) == [302, 409]
    assert answers[2].status == 302  # in the other direction: neither waits for the other
    assert Arrival.objects.count() == 2
    assert Patient.objects.filter(clinic=north).count() == 2
    assert findings() == []
