"""How the patient was, in the PDF history and beside what was known earlier."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import Role
from tests.factories import PatientFactory, member
from tests.titration.factories import effect_of, measure_of, medicine_of, observation_of, regimen_of
from titration import actions
from titration.exports.contents import Contents
from titration.exports.history import chosen, read
from titration.exports.pdf import document, pdf_file
from titration.timeline import Effective

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return PatientFactory()


@pytest.fixture
def recorder(patient):
    return member(patient.clinic, Role.RECORDER)


def printed(patient, by, **contents) -> list[dict]:
    """The listings of how the patient was, as history.typ prints them."""
    record = read(patient, by=by, now=timezone.now())
    return document(chosen(record, Contents(**contents)))["observed"]["listings"]


def words_of(listing: dict) -> str:
    rows = (" ".join([*row["cells"], row["error"]]) for row in listing["rows"])
    return " ".join(rows).replace("\u00a0", " ")


def test_the_history_prints_every_text_and_marks_those_that_stand_no_longer(patient, recorder):
    first = observation_of(patient, note="in shoes")
    actions.correct_observation(
        observation=first,
        text=actions.ObservationText(first.effective, figure=Decimal("65.1")),
        correction_reason="Digits turned round",
        by=recorder,
    )
    effect = effect_of(patient, words="after lunch")
    actions.retract_observed(record=effect, reason="twice", reason_text="", by=recorder)
    effects, scores = printed(patient, recorder)
    assert "recorded twice" in words_of(effects)
    assert "after lunch" in words_of(effects)
    for words in ("61.5 kg", "65.1 kg", "in shoes", "Digits turned round"):
        assert words in words_of(scores)
    assert [bool(row["error"]) for row in scores["rows"]] == [False, True]


def test_what_can_be_chosen_stands_once_beside_a_measure(patient, recorder):
    scale = measure_of(patient.clinic, "Spasms", kind="choice", choices=("0", "1", "2"))
    for choice in ("2", "1"):
        observation_of(patient, scale, choice=choice)
    [scores] = printed(patient, recorder)
    measures = [row["cells"][1] for row in scores["rows"]]
    assert measures == ["Spasms\nChoices, in their order: 0, 1, 2", "Spasms"]


def test_what_has_ended_since_was_no_error(patient, recorder):
    effect = effect_of(patient)
    actions.end_effect(effect=effect, ended=Effective(date(2026, 3, 9)), by=recorder)
    [effects] = printed(patient, recorder)
    assert [row["error"] for row in effects["rows"]] == ["", ""]
    assert "A later entry says that it ended." in words_of(effects)


def test_of_one_regimen_side_effects_beside_another_are_left_out(patient, recorder):
    regimen = regimen_of(patient)
    other = regimen_of(patient, medicine_of(patient.clinic, "gabapentin"))
    effect_of(patient, regimen=regimen.regimen)
    effect_of(patient, symptom="headache", regimen=other.regimen)
    effect_of(patient, symptom="nausea")
    observation_of(patient)
    effects, scores = printed(patient, recorder, regimens=frozenset([regimen.regimen_id]))
    assert "Drowsiness" in words_of(effects)
    assert "Nausea" in words_of(effects)
    assert "Headache" not in words_of(effects)
    assert len(scores["rows"]) == 1


def test_the_file_is_made_with_them(patient, recorder):
    observation_of(patient)
    effect_of(patient)
    record = read(patient, by=recorder, now=timezone.now())
    assert pdf_file(record).startswith(b"%PDF")


def test_the_comparison_tells_what_was_learned_since(client, patient, recorder):
    first = observation_of(patient)
    client.force_login(recorder)
    effect = effect_of(patient)
    actions.end_effect(effect=effect, ended=Effective(date(2026, 3, 9)), by=recorder)
    actions.correct_observation(
        observation=first,
        text=actions.ObservationText(first.effective, figure=Decimal("65.1")),
        correction_reason="Digits turned round",
        by=recorder,
    )
    actions.retract_observed(
        record=patient.observations.latest("entry__number"),
        reason="other",
        reason_text="Another person",
        by=recorder,
    )
    page = client.get(f"/patients/{patient.pk}/known/?known={first.entry.number}").text
    for words in ("Drowsiness", "recorded that it ended", "Digits turned round", "Another person"):
        assert words in page
