"""What a form names of another patient or another clinic: refused, and nothing is done."""

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Role
from ledger.models import Entry
from patients import linked
from patients.models import ContextConfirmation
from tests.factories import PatientFactory, context_of, linked_to, member, stated
from tests.pages import Page, typed_over
from tests.titration.factories import (
    contact_of,
    effect_of,
    measure_of,
    medicine_of,
    observation_of,
    pump_event_of,
    regimen_of,
    report_of,
    step_of,
)
from titration.models import (
    Contact,
    DoseStep,
    IntakeReport,
    Measure,
    Observation,
    SideEffect,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(client):
    """A patient with a regimen; who is signed in records in their clinic."""
    patient = PatientFactory()
    regimen_of(patient)
    client.force_login(member(patient.clinic, Role.RECORDER))
    return patient


@pytest.fixture(params=["another patient", "another clinic"])
def theirs(request, mine):
    """A regimen, with somebody's call back, of another patient of the clinic or of another one."""
    clinic = {"clinic": mine.clinic} if request.param == "another patient" else {}
    patient = PatientFactory(**clinic)
    administrator = member(patient.clinic, Role.ADMINISTRATOR)
    return regimen_of(patient, medicine_of(patient.clinic, "zyxolam", administrator))


def call_back_of(patient) -> Contact:
    return contact_of(patient, call_back=patient.clinic.local(timezone.now()).date())


def said(patient) -> dict[str, str]:
    return {
        "how": "telephone",
        "direction": "in",
        "reached": "reached",
        "which_day": patient.clinic.local(timezone.now()).date().isoformat(),
        "said": "Legs are easier",
    }


@pytest.mark.parametrize("field", ["regimen", "answers", "whose"])
def test_a_contact_names_nothing_of_anybody_else(client, mine, theirs, field):
    call_back = call_back_of(theirs.regimen.patient)
    stranger = member(PatientFactory().clinic)
    foreign = {
        "regimen": str(theirs.regimen_id),
        "answers": str(call_back.contact),
        "whose": str(stranger.pk),
    }
    address = reverse("contact-new", args=[mine.pk])
    count = Entry.objects.count()
    values = typed_over(Page(client.get(address)).values, said(mine))

    answer = client.post(address, {**values, field: foreign[field]})

    assert answer.status_code == 200  # the form again, with what is wrong
    assert Entry.objects.count() == count
    assert client.post(address, values).status_code == 302
    assert Entry.objects.count() == count + 1


def test_a_visit_takes_no_part_of_anybody_else(client, mine, theirs):
    """Neither by its address nor by the boxes and hidden fields of a medicine of theirs."""
    key = theirs.regimen_id.hex
    address = reverse("visit", args=[mine.pk])
    query = f"?step={theirs.regimen_id}&report={theirs.regimen_id}"
    page = Page(client.get(address + query))
    assert "zyxolam" not in page.text
    assert not [name for name in page.values if key in name]
    parts = {
        f"step-{key}": "dose",
        f"report-{key}": "on",
        f"step-{key}-submission": "6f1d2c1e-3c1c-4b57-8a43-0b6a2b3a8c11",
        f"report-{key}-submission": "6f1d2c1e-3c1c-4b57-8a43-0b6a2b3a8c12",
        f"report-{key}-kind": "nothing",
        "stage": "confirm",
    }

    answer = client.post(address, {**typed_over(page.values, said(mine)), **parts})

    assert b"zyxolam" not in answer.content
    assert not DoseStep.objects.filter(regimen=theirs.regimen_id).exists()
    assert not IntakeReport.objects.filter(regimen=theirs.regimen_id).exists()


def test_a_sheet_of_changes_names_no_patient_of_another_clinic(client, mine):
    theirs = PatientFactory(family_name="Zyxolamsky")
    for name in ("changes", "changes-pdf"):
        answer = client.get(reverse(name), {"patient": str(theirs.pk)}, follow=True)
        assert b"Zyxolamsky" not in answer.content
        assert "The clinic has no such patient." in answer.content.decode()


def context_text(patient, by):
    return context_of(patient, by, allergies=stated({"substance": "zyxolam"}))["allergies"]


def pump_event(patient, by):
    medicine = medicine_of(patient.clinic, f"pumped {patient.pk}")
    return pump_event_of(regimen_of(patient, medicine, route="intrathecal"))


def effect(patient, by):
    return effect_of(patient, by=by)


def report(patient, by):
    return report_of(patient.regimens.get().versions.get())


def observation(patient, by):
    found = Measure.objects.filter(clinic=patient.clinic).first()
    return observation_of(patient, found.versions.get() if found else None, by=by)


# The page of a text of one patient: how such a text is made, and what names its line.
TEXTS = {
    "contact-correct": (contact_of, "contact"),
    "contact-retract": (contact_of, "contact"),
    "intake-correct": (report, "report"),
    "intake-retract": (report, "report"),
    "observation-correct": (observation, "observation"),
    "observation-retract": (observation, "observation"),
    "side-effect-correct": (effect, "effect"),
    "side-effect-ended": (effect, "effect"),
    "side-effect-retract": (effect, "effect"),
    "pump-event-correct": (pump_event, "event"),
    "pump-event-retract": (pump_event, "event"),
    "patient-context-edit": (context_text, "patient_id"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_form_touches_no_text_of_anybody_else(client, mine, theirs, name):
    """Its hidden fields name the texts that it was opened on: here those of another patient."""
    make, line = TEXTS[name]
    other = theirs.regimen.patient
    own = make(mine, member(mine.clinic))
    foreign = make(other, member(other.clinic))
    address = reverse(name, args=[getattr(own, line)])
    values = Page(client.get(address)).values
    forged = {key: str(foreign.pk) if each == str(own.pk) else each for key, each in values.items()}
    count = Entry.objects.filter(patient=other.pk).count()

    for stage in ("review", "confirm"):
        answer = client.post(address, {**forged, "stage": stage, "reason": "twice"})
        assert answer.status_code in (200, 302, 404, 409, 422)

    assert Entry.objects.filter(patient=other.pk).count() == count
    assert not Entry.objects.filter(supersedes=foreign.pk).exists()


def test_a_context_confirms_no_text_of_anybody_else(client, mine, theirs):
    foreign = context_text(theirs.regimen.patient, None)
    client.post(reverse("patient-context-confirm", args=[mine.pk]), {"seen": str(foreign.pk)})
    assert not ContextConfirmation.objects.exists()


def test_a_sheet_takes_no_measure_of_another_clinic(client, mine):
    foreign = measure_of(PatientFactory().clinic)
    address = reverse("observation-new", args=[mine.pk])
    day = {"which_day": "other", "on_day": "5", "on_month": "3", "on_year": "2026"}
    typed = {"version": str(foreign.pk), f"{foreign.pk.hex}-0-figure": "61"}
    values = {"submission": "6f1d2c1e-3c1c-4b57-8a43-0b6a2b3a8c13"}
    client.post(address, {**values, **day, **typed})
    assert not Observation.objects.exists()


def test_a_side_effect_stands_beside_no_medicine_of_anybody_else(client, mine, theirs):
    address = reverse("side-effect-new", args=[mine.pk])
    today = mine.clinic.local(timezone.now()).date().isoformat()
    typed = {"written_as": "side-effect", "symptom": "nausea", "which_day": today}
    values = typed_over(Page(client.get(address)).values, typed)
    answer = Page(client.post(address, {**values, "regimen": str(theirs.regimen_id)}))
    assert list(answer.errors) == ["regimen"]
    assert not SideEffect.objects.exists()


def test_a_grid_reports_on_the_medicine_of_its_page_alone(client, mine, theirs):
    own = mine.regimens.get()
    step_of(own.versions.get())
    step_of(theirs)
    address = reverse("intake-grid", args=[own.pk])
    today = mine.clinic.local(timezone.now()).date()
    typed = {f"none-{today}": "on", "reporter": "patient", "which_day": today.isoformat()}
    typed["regimen"] = str(theirs.regimen_id)
    client.post(address, typed_over(Page(client.get(address)).values, typed))
    assert [each.regimen_id for each in IntakeReport.objects.all()] == [own.pk]


def test_a_link_is_withdrawn_by_no_line_of_another_clinic(client, mine):
    stranger = PatientFactory()
    link = linked_to(stranger, PatientFactory(clinic=stranger.clinic, family_name="Other"))
    for send in (client.get, client.post):
        assert send(reverse("same-person-retract", args=[link.line])).status_code == 404
    assert linked.others(stranger.pk)
