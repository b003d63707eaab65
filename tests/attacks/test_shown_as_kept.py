"""Signs that turn the writing around, or do not show: what is read back is what is kept."""

import pytest
from django.urls import reverse

from access.models import Act, Role
from ledger.models import Entry
from tests.factories import PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.factories import measure_of, regimen_of
from tests.titration.recording import Recording, address

pytestmark = pytest.mark.django_db

TURNED = "Take \u202egm 01"
"""On a page it reads "Take 10 mg"."""
SAYS = "This holds hidden signs, which text pasted from elsewhere can bring: type it instead."


@pytest.fixture
def regimen(client):
    patient = PatientFactory()
    prescriber = member(patient.clinic)
    client.force_login(prescriber)
    return regimen_of(patient, by=prescriber)


@pytest.mark.parametrize("sign", ["\u202e", "\u202b", "\u2066", "\u2028", "\x1b", "\x7f", "\x85"])
def test_an_instruction_in_words_is_kept_as_it_is_read_back(client, regimen, sign):
    recording = Recording(client, address(regimen.regimen))
    note = f"Take {sign}gm 01"

    page = recording.write({"amount": "17", "when": "morning"}, note=note)

    assert (page.status, page.errors["note"]) == (422, [SAYS])
    assert page.values["note"] == note


@pytest.mark.parametrize(
    "words",
    [
        "\u05d1\u05d5\u05e7\u05e8 17",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "Two\nlines\tand a tab",
    ],
)
def test_writing_from_right_to_left_and_on_lines_of_its_own_is_kept(client, regimen, words):
    recording = Recording(client, address(regimen.regimen))
    page = recording.write({"amount": "17", "when": "morning"}, note=words)
    assert page.status == 200
    assert recording.confirm().status == 302


def forms(regimen):
    """Pages on which words are typed, each with the box for them and what else it asks."""
    patient, clinic = regimen.regimen.patient, regimen.regimen.clinic
    weight = measure_of(clinic, "Findings", kind="text", unit="", ucum="")
    day = {"which_day": "other", "on_day": "5", "on_month": "3", "on_year": "2026"}
    sign = {"written_as": "side-effect", "symptom": "other", **day}
    return {
        "patient-new": ([], "family_name", {}),
        "patient-edit": ([patient.pk], "given_names", {}),
        "patient-context-edit": ([patient.pk], "allergies-0-substance", {}),
        "contact-new": ([patient.pk], "said", {"how": "telephone", "reached": "reached", **day}),
        "intake-new": ([regimen.regimen_id], "taken", {"what": "different"}),
        "side-effect-new": ([patient.pk], "words", sign),
        "observation-new": ([patient.pk], f"{weight.pk.hex}-0-words", day),
        "regimen-edit": ([regimen.regimen_id], "indication_text", {}),
        "review-new": ([regimen.regimen_id], "what_for", {}),
        "transfer-new": ([patient.pk], "says", {}),
    }


def test_no_form_takes_words_that_show_otherwise_than_they_are_kept(client, regimen):
    for name, (keys, field, typed) in forms(regimen).items():
        url = reverse(name, args=keys)
        count = Entry.objects.count()
        values = Page(client.get(url)).values
        answer = Page(client.post(url, typed_over(values, {**typed, field: TURNED})))
        assert SAYS in answer.text, name
        assert answer.values[field] == TURNED, name
        assert Entry.objects.count() == count, name


def test_nobody_is_named_otherwise_than_they_are_kept(client):
    patient = PatientFactory()
    client.force_login(member(patient.clinic, Role.ADMINISTRATOR))
    url, count = reverse("person-invite"), Act.objects.count()
    typed = {"email": "n@example.org", "name": TURNED, "role": "viewer"}
    answer = Page(client.post(url, typed_over(Page(client.get(url)).values, typed)))
    assert answer.errors["name"] == [SAYS]
    assert Act.objects.count() == count
