"""A FHIR Bundle read as dose steps: strictly, with the path of what was not understood."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.models import Clinic
from ledger.models import Entry
from patients.models import Patient, PatientVersion
from tests.titration.doses import ANCHOR, at, components, doses, rate, times
from tests.titration.histories import Told, histories
from titration import wording
from titration.dosing import Timing, check_components
from titration.exports.fhir import written
from titration.exports.fhir.around import Around
from titration.exports.fhir.dosage import dosage
from titration.exports.fhir.steps import medication, steps
from titration.exports.history import PatientRecord, RegimenRecord
from titration.fhir import own
from titration.importing.fhir import choices_for, read_bundle
from titration.importing.fhir.decisions import ANSWERS
from titration.importing.fhir.dosage import read_dosage
from titration.importing.fhir.nodes import Node
from titration.importing.fhir.words import disagrees
from titration.importing.grid import FileProblem
from titration.importing.shape import Mark
from titration.models import RegimenVersion
from titration.reading.logged import History, StepText
from titration.timeline import Effective, StepRecord
from titration.wording.fhir import DECISIONS

LONDON = ZoneInfo("Europe/London")
MG = {"unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}


@given(components())
def test_a_dose_that_was_exported_reads_back_as_it_was(part):
    bounds = {"boundsPeriod": {"start": date(2026, 3, 2)}}
    file = written(dosage(part, "oral", wording.component_words(part), 1, bounds))
    node = Node(json.loads(file, parse_float=Decimal, parse_int=Decimal), "x", "", [])

    said = read_dosage(node)

    assert node.marks == []
    assert said.components == (part,)
    assert not disagrees(said)


def dose(value: float = 5, text: str = "", **repeat: Any) -> dict[str, Any]:
    """A dosage of another system: `value` mg, twice a day unless said otherwise."""
    repeat = repeat or {"frequency": 2, "period": 1, "periodUnit": "d"}
    found: dict[str, Any] = {
        "timing": {"repeat": repeat},
        "doseAndRate": [{"doseQuantity": {"value": value, **MG}}],
    }
    return {**found, "text": text} if text else found


def request(*dosages: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": "r1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Prednisolone"},
        "subject": {"reference": "Patient/p"},
        "requester": {"display": "Dr Elsewhere"},
        "dosageInstruction": list(dosages),
        **elements,
    }


def bundle(*resources: dict[str, Any]) -> bytes:
    entries = [{"resource": each} for each in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def read(*resources: dict[str, Any], **decided: Any):
    said = {part.replace("_", "/"): frozenset(choices) for part, choices in decided.items()}
    return read_bundle(bundle(*resources), LONDON, said)


def start(on: str, end: str = "", **repeat: Any) -> dict[str, Any]:
    often = {"frequency": 2, "period": 1, "periodUnit": "d", **repeat}
    return {**often, "boundsPeriod": {"start": on, **({"end": end} if end else {})}}


def path_of(mark: Mark) -> str:
    return mark.place.part.partition(" ")[2]


def marks(*resources: dict[str, Any]) -> list[tuple[str, str]]:
    """(path, code) of everything that was not understood."""
    return [(path_of(mark), mark.code) for mark in read(*resources).all_marks]


def test_a_taper_by_sequence_is_a_step_for_each_place_and_a_stop_where_it_ends():
    found = read(
        request(
            {**dose(40, **start("2026-03-02", "2026-03-06")), "sequence": 1},
            {**dose(30, boundsDuration={"value": 5, "code": "d"}, **daily(2)), "sequence": 2},
            {**dose(20, boundsDuration={"value": 1, "code": "wk"}, **daily(2)), "sequence": 3},
        )
    )

    steps = [row.said for row in found.rows]

    assert found.is_understood
    assert [(s.kind, s.effective.on, [str(p.amount.low) for p in s.components]) for s in steps] == [
        ("dose", date(2026, 3, 2), ["40"]),
        ("dose", date(2026, 3, 7), ["30"]),
        ("dose", date(2026, 3, 12), ["20"]),
        ("stop", date(2026, 3, 19), []),
    ]
    assert {step.medicine for step in steps} == {"Prednisolone"}
    assert {step.decided_by for step in steps} == {"Dr Elsewhere"}
    assert {step.received_how for step in steps} == {"other-service"}


def daily(count: int) -> dict[str, Any]:
    return {"frequency": count, "period": 1, "periodUnit": "d"}


def test_parts_of_one_place_are_one_step():
    morning = dose(5, when=["MORN"], **start("2026-03-02", frequency=1))
    night = dose(10, when=["HS"], **start("2026-03-02", frequency=1))

    [row] = read(request({**morning, "sequence": 1}, {**night, "sequence": 1})).rows

    assert row.said.components == (at("morning", "5"), at("bedtime", "10"))


def statement(*dosages: dict[str, Any], **elements: Any) -> dict[str, Any]:
    found = request(
        id="s1",
        resourceType="MedicationStatement",
        informationSource={"display": "Mrs Elsewhere"},
        dosage=list(dosages),
        **elements,
    )
    del found["dosageInstruction"], found["intent"], found["requester"]
    return found


def test_what_is_stated_to_be_taken_is_no_instruction_unless_somebody_says_so():
    stated = statement(dose(2.5), effectivePeriod={"start": "2024-03"})

    [row] = read(stated).rows

    assert row.said is None
    assert [(mark.place.part, mark.code) for mark in row.marks] == [
        ("MedicationStatement/s1", "fhir_stated")
    ]
    assert row.structure == (times(2, "2.5"),)
    assert row.cells[-1] == "Mrs Elsewhere"
    left_out = read(stated, MedicationStatement_s1={"out"})
    assert (left_out.rows, left_out.left_out) == ((), (("MedicationStatement out", 1),))


def test_what_was_completed_without_an_end_goes_on_only_where_somebody_says_so():
    completed = request(dose(5, **start("2026-03-02")), status="completed")

    [row] = read(completed).rows

    assert (row.said, [mark.code for mark in row.marks]) == (None, ["fhir_completed"])
    [held] = read(completed, MedicationRequest_r1={"held"}).rows
    assert held.said.components == (times(2, "5"),)


@pytest.mark.parametrize("is_dated", [True, False])
def test_of_two_active_orders_of_a_medicine_somebody_says_that_one_takes_the_place(is_dated):
    """5 mg in the morning and, ordered a week later, 10 mg at bedtime may be taken together."""
    daily = {"frequency": 1, "period": 1, "periodUnit": "d"}
    orders = [
        request(
            dose(amount, when=[when], **(start(on, frequency=1) if is_dated else daily)),
            id=name,
            authoredOn=on,
        )
        for name, amount, when, on in (
            ("b", 10, "HS", "2026-03-09"),
            ("a", 5, "MORN", "2026-03-02"),
        )
    ]
    codes = {"fhir_beside"} if is_dated else {"fhir_beside", "fhir_start_missing"}
    marked = {}
    for mark in read(*orders).all_marks:
        marked.setdefault(mark.place.part.split()[0], set()).add(mark.code)
    later = {} if is_dated else {"MedicationRequest/b": {"fhir_start_missing"}}
    assert marked == {"MedicationRequest/a": codes, **later}

    said = {"held"} if is_dated else {"held", "authored"}
    rows = read(*orders, MedicationRequest_a=said, MedicationRequest_b=said - {"held"}).rows

    assert [row.said.effective.on.day for row in rows] == [9, 2]
    other = request(dose(5, **start("2026-03-16")), medicationCodeableConcept={"text": "Baclofen"})
    ended = request(dose(5, **start("2026-03-02", "2026-03-08")), id="c")
    assert {*marks(other, ended, orders[0])} == {*marks(orders[0])}


def test_what_was_completed_without_a_start_or_an_end_asks_for_both_at_once():
    twice = {"frequency": 2, "period": 1, "periodUnit": "d"}
    completed = request(dose(5, **twice), status="completed", authoredOn="2026-03-02")

    [row] = read(completed).rows

    both, _out = choices_for({mark.code for mark in row.marks})
    assert both == "authored+held"
    [held] = read(completed, MedicationRequest_r1=set(both.split("+"))).rows
    assert (held.said.kind, held.said.effective.on) == ("dose", date(2026, 3, 2))
    ended = request(dose(5, boundsDuration={"value": 5, "code": "d"}, **twice), status="completed")
    assert {mark.code for mark in read(ended).all_marks} == {"fhir_start_missing"}


@pytest.mark.parametrize("ended", [
    dose(5, **start("2026-03-02", "2026-03-06")),
    dose(5, boundsPeriod={"start": "2026-03-02"}, count=1),
])  # fmt: skip
def test_what_was_completed_with_an_end_is_read(ended):
    assert marks(request(ended, status="completed")) == []


def test_words_that_may_say_the_end_of_what_was_completed_are_left_out():
    words = dose(5, "5 mg twice a day for 7 days", **start("2026-03-02"))

    [row] = read(request(words, status="completed")).rows

    assert choices_for({mark.code for mark in row.marks}) == ("out",)


@pytest.mark.parametrize("count", range(1, len(ANSWERS) + 1))
def test_each_choice_that_is_offered_has_words(count):
    for codes in combinations(ANSWERS, count):
        assert all(str(DECISIONS[choice]) for choice in choices_for(codes))


def test_a_statement_that_was_instructed_holds_from_its_period():
    stated = statement(dose(2.5), effectivePeriod={"start": "2024-03"})

    [row] = read(stated, MedicationStatement_s1={"instructed"}).rows

    # Who stated it is nobody who decided.
    assert (row.said.decided_by, row.said.medicine) == ("", "Prednisolone")
    assert row.said.effective == Effective(date(2024, 3, 1), "month")
    assert row.said.components == (times(2, "2.5"),)


def test_a_taper_that_is_stated_is_one_of_steps_once_it_was_instructed():
    stated = statement(
        {**dose(5, **start("2026-03-02", "2026-03-08")), "sequence": 1},
        {**dose(2.5, **start("2026-03-09", "2026-03-15")), "sequence": 2},
        reasonCode=[{"text": "relapse"}],
    )

    rows = read(stated, MedicationStatement_s1={"instructed"}).rows

    assert [(row.said.kind, row.said.effective.on.day) for row in rows] == [
        ("dose", 2),
        ("dose", 9),
        ("stop", 16),
    ]


@pytest.mark.parametrize(("repeat", "timing"), [
    ({"frequency": 1, "period": 6, "periodUnit": "h"},
     [Timing("times", times=1, period=6, period_unit="hour")]),
    ({"dayOfWeek": ["thu", "mon"], "frequency": 2, "period": 1, "periodUnit": "wk"},
     [Timing("times", times=1, weekdays=(1, 4))]),
    ({"when": ["MORN", "EVE"], **daily(2)},
     [Timing("slot", slot="morning"), Timing("slot", slot="evening")]),
    ({"when": ["MORN", "EVE"]},
     [Timing("slot", slot="morning"), Timing("slot", slot="evening")]),
    ({"timeOfDay": ["08:00:00"], **daily(1)}, [Timing("clock", clock=time(8))]),
    ({"dayOfWeek": ["mon"], "frequencyMax": 3, **daily(2)},
     [Timing("times", times=2, times_to=3, weekdays=(1,))]),
    ({"count": 1}, [Timing("once")]),
])  # fmt: skip
def test_timings_of_other_systems_are_read(repeat, timing):
    [row] = read(request(dose(5, boundsPeriod={"start": "2026-03-02"}, **repeat))).rows

    assert [part.timing for part in row.said.components] == timing


@pytest.mark.parametrize(("change", "path", "code"), [
    ({"timing": {"repeat": {**start("2026-03-02"), "when": ["C"]}}},
     "dosageInstruction[0].timing.repeat.when", "fhir_when"),
    ({"timing": {"repeat": {**start("2026-03-02"), "offset": 30}}},
     "dosageInstruction[0].timing.repeat.offset", "fhir_element"),
    ({"timing": {"repeat": {**start("2026-03-02"), "periodUnit": "a"}}},
     "dosageInstruction[0].timing.repeat.periodUnit", "fhir_period"),
    ({"timing": {"repeat": {**start("2026-03-02"), "frequency": "2"}}},
     "dosageInstruction[0].timing.repeat.frequency", "fhir_type"),
    ({"timing": {"repeat": {**start("2026-03-02"), "frequency": 2, "period": 3}}},
     "dosageInstruction[0].timing.repeat.frequency", "fhir_frequency"),
    ({"timing": {"repeat": {**start("2026-03-02"), "frequency": 1, "when": ["MORN", "EVE"]}}},
     "dosageInstruction[0].timing.repeat.frequency", "fhir_frequency"),
    ({"timing": {"repeat": {**start("2026-03-02"), "frequency": 1,
      "timeOfDay": ["08:00:00", "20:00:00"]}}},
     "dosageInstruction[0].timing.repeat.frequency", "fhir_frequency"),
    ({"timing": {"repeat": {**start("2026-03-02"), "frequency": 2, "when": ["MORN"],
      "timeOfDay": ["20:00:00"]}}},
     "dosageInstruction[0].timing.repeat.timeOfDay", "fhir_when_and_time"),
    ({"timing": {"repeat": {**start("2026-03-02"), "frequency": 1, "periodUnit": "wk",
      "dayOfWeek": ["mon", "thu"]}}},
     "dosageInstruction[0].timing.repeat.frequency", "fhir_weekdays"),
    ({"timing": {"repeat": {**start("2026-03-02"), "frequency": 1, "period": 1, "periodUnit": "d",
      "dayOfWeek": ["mon"]}, "code": {"coding": [{"code": "BID"}]}}},
     "dosageInstruction[0].timing.code", "fhir_code_differs"),
    ({"timing": {"repeat": {"boundsPeriod": {"start": "2026-03-02"}, "when": ["MORN"]},
      "code": {"coding": [{"code": "BID"}]}}},
     "dosageInstruction[0].timing.code", "fhir_code_differs"),
    ({"timing": {"repeat": {"boundsPeriod": {"start": "2026-03-02"}, "frequencyMax": 3,
      "period": 1, "periodUnit": "d"}}},
     "dosageInstruction[0].timing.repeat.frequencyMax", "fhir_frequency"),
    ({"timing": {"repeat": {"boundsPeriod": {"start": "2026-03-02"}, "frequency": 1,
      "periodMax": 6, "periodUnit": "h"}}},
     "dosageInstruction[0].timing.repeat.periodMax", "fhir_period"),
    ({"timing": {"repeat": {"boundsPeriod": {"start": "2026-03-02"}, "count": 1,
      "dayOfWeek": ["mon"]}}},
     "dosageInstruction[0].timing.repeat.count", "fhir_count"),
    ({"method": {"text": "chew"}}, "dosageInstruction[0].method", "fhir_element"),
    ({"extension": [{"url": "http://elsewhere/x", "valueBoolean": True}]},
     "dosageInstruction[0].extension", "fhir_extension"),
    ({"modifierExtension": [{"url": "http://elsewhere/x"}]},
     "dosageInstruction[0].modifierExtension", "fhir_element"),
    ({"doseAndRate": [{"doseQuantity": {"value": 5, "code": "[iU]", "system":
      "http://unitsofmeasure.org"}}]},
     "dosageInstruction[0].doseAndRate[0].doseQuantity.code", "fhir_unit"),
    ({"doseAndRate": [{"doseQuantity": {"value": 5, "unit": "g", "code": "mg", "system":
      "http://unitsofmeasure.org"}}]},
     "dosageInstruction[0].doseAndRate[0].doseQuantity.unit", "fhir_unit_disagrees"),
    ({"doseAndRate": []}, "dosageInstruction[0].doseAndRate", "fhir_amount_missing"),
    ({"timing": {"repeat": start("2026-03-02", period=2, frequency=1)}},
     "dosageInstruction[0]", "anchor_missing"),
])  # fmt: skip
def test_what_is_not_understood_is_an_error_with_its_path(change, path, code):
    found = read(request({**dose(5, **start("2026-03-02")), **change}))

    assert (path, code) in [(path_of(mark), mark.code) for mark in found.all_marks]
    assert {mark.place.part.split()[0] for mark in found.all_marks} == {"MedicationRequest/r1"}
    assert [row.said for row in found.rows] == [None]


@pytest.mark.parametrize(("elements", "path", "code"), [
    ({"status": "on-hold"}, "status", "fhir_status"),
    ({"status": "stopped"}, "status", "fhir_status"),
    ({"doNotPerform": True}, "doNotPerform", "fhir_not_perform"),
    ({"dosageInstruction": []}, "dosageInstruction", "fhir_dosage_missing"),
    ({"medicationCodeableConcept": {}}, "medicationReference", "fhir_medicine_missing"),
    ({"modifierExtension": [{"url": "x"}]}, "modifierExtension", "fhir_element"),
    ({"nonsense": 1}, "nonsense", "fhir_element"),
])  # fmt: skip
def test_a_request_that_may_not_hold_is_not_read(elements, path, code):
    assert (path, code) in marks(request(dose(5, **start("2026-03-02")), **elements))


@pytest.mark.parametrize("text", [
    "5 mg twice a day for 7 days",
    "50 mg twice a day",
    "5 g twice a day",
    "5 mg three times a day",
    "2 tablets twice a day",
    "5 mg twice a day on Mondays",
    "5 mg in the morning",
    "5 mg at night",
    "5 mg nightly",
    "“50 mg” twice a day",
    "5 mg at 08:00",
    "5 mcg twice a day",
    "5 mg twice weekly",
    "5 mg twice every other day",
    "half a tablet of 5 mg twice a day",
])  # fmt: skip
def test_text_that_disagrees_with_the_structure_is_shown_and_not_resolved(text):
    five_days = dose(5, text, **start("2026-03-02", "2026-03-06"))

    [row] = read(request(five_days)).rows

    [mark] = row.marks
    assert (path_of(mark), mark.code) == ("dosageInstruction[0].text", "fhir_disagrees")
    assert mark.cell == text
    assert row.said is None


@pytest.mark.parametrize("text", [
    "5 mg twice a day for 5 days", "Take 5 mg two times daily", "As directed", "5 mg bd",
])  # fmt: skip
def test_text_that_agrees_or_says_less_is_no_question(text):
    found = read(request(dose(5, text, **start("2026-03-02", "2026-03-06"))))

    assert found.is_understood
    assert found.rows[0].said.note == text


@pytest.mark.parametrize(("text", "repeat"), [
    ("5 mg twice a day", {"frequencyMax": 2, **daily(1)}),
    ("5 mg every 4 hours", {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}),
    ("5 mg once or twice a day", daily(2)),
])  # fmt: skip
def test_text_that_names_one_end_of_a_range_or_both_of_none_disagrees(text, repeat):
    [row] = read(request(dose(5, text, boundsPeriod={"start": "2026-03-02"}, **repeat))).rows

    assert [mark.code for mark in row.marks] == ["fhir_disagrees"]


def test_a_person_decides_that_the_structure_holds_and_the_words_stay():
    unclear = request(dose(5, "5 mg twice a day for 7 days", **start("2026-03-02", "2026-03-06")))

    found = read(unclear, MedicationRequest_r1=["structure"])

    assert [row.said.kind for row in found.rows] == ["dose", "stop"]
    assert found.rows[0].said.note == "5 mg twice a day for 7 days"


def test_without_a_start_a_person_decides_whether_it_is_the_day_of_writing():
    undated = request(dose(5), authoredOn="2026-03-02T10:00:00+00:00")

    assert marks(undated) == [
        ("dosageInstruction[0].timing.repeat.boundsPeriod.start", "fhir_start_missing")
    ]
    [row] = read(undated, MedicationRequest_r1=["authored"]).rows
    assert row.said.effective.on == date(2026, 3, 2)
    assert row.said.document_on == date(2026, 3, 2)


def test_what_is_left_out_by_a_person_is_counted():
    other = {**request(dose(5, **start("2026-03-02"))), "id": "r2"}

    found = read(request(dose(5)), other, MedicationRequest_r1=["out"])

    assert found.is_understood
    assert dict(found.left_out) == {"MedicationRequest out": 1}


@pytest.mark.parametrize(("elements", "why"), [
    ({"intent": "plan"}, "plan"),
    ({"intent": "proposal"}, "proposal"),
    ({"status": "entered-in-error"}, "entered-in-error"),
    ({"status": "cancelled"}, "cancelled"),
])  # fmt: skip
def test_what_is_no_instruction_is_left_out_and_said(elements, why):
    kept = {**request(dose(5, **start("2026-03-02"))), "id": "r2"}

    found = read(request(dose(5), **elements), kept)

    assert len(found.rows) == 1
    assert dict(found.left_out) == {f"MedicationRequest {why}": 1}


def test_a_gap_between_two_places_is_marked():
    found = marks(
        request(
            {**dose(40, **start("2026-03-02", "2026-03-06")), "sequence": 1},
            {**dose(30, **start("2026-03-09")), "sequence": 2},
        )
    )

    assert found == [("dosageInstruction[1].timing.repeat", "fhir_bounds_gap")]


WHOLE = bundle(request(dose(5, **start("2026-03-02"))))


@pytest.mark.parametrize(("content", "code"), [
    (WHOLE[:-20], "json_broken"),
    (WHOLE.decode().encode("utf-16"), "json_encoding"),
    (WHOLE.replace(b"Prednisolone", "Prednizón".encode("cp1250")), "json_encoding"),
    (b"[" * 100_000, "json_deep"),
    (WHOLE.replace(b'"value": 5', b'"value": 5, "value": 6'), "json_twice"),
    (WHOLE.replace(b'"value": 5', b'"value": NaN'), "json_number"),
    (WHOLE.replace(b'"value": 5', b'"value": 1e999999999'), "json_number"),
    (WHOLE.replace(b"Prednisolone", rb"\u0000"), "json_signs"),
    (WHOLE.replace(b"Prednisolone", rb"\ud800"), "json_signs"),
    (b'{"resourceType": "Patient"}', "fhir_no_bundle"),
    (b'{"resourceType": "Bundle", "entry": {}}', "fhir_no_bundle"),
    (b'{"resourceType": "Bundle", "entry": [{"resource": {}}]}', "fhir_no_bundle"),
    (bundle({"resourceType": "Patient", "id": "p"}), "fhir_no_doses"),
    (bundle(request(dose()), {**request(dose()), "subject": {"reference": "Patient/q"}}),
     "fhir_several_patients"),
    (b"{" + b" " * (5 * 2**20), "file_too_large"),
])  # fmt: skip
def test_a_file_that_is_no_whole_bundle_of_one_patient_is_refused(content, code):
    with pytest.raises(FileProblem) as problem:
        read_bundle(content, LONDON)

    assert problem.value.code == code


def test_words_that_end_a_dose_disagree_with_one_that_does_not():
    [row] = read(request(dose(5, "Withhold", **start("2026-03-02")))).rows

    assert [mark.code for mark in row.marks] == ["fhir_disagrees"]


def test_a_mark_of_utf_8_is_no_problem():
    assert read_bundle(b"\xef\xbb\xbf" + WHOLE, LONDON).is_understood


def test_a_rate_and_a_tablet_of_other_systems_are_read():
    tablet = {
        "value": 2,
        "unit": "TAB",
        "code": "TAB",
        "system": "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm",
    }
    hourly = {"value": 8.5, "unit": "ug/h", "code": "ug/h", "system": "http://unitsofmeasure.org"}
    often = {"timing": {"repeat": start("2026-03-02")}}
    bounds = {"timing": {"repeat": {"boundsPeriod": {"start": "2026-03-02"}}}}

    [tablets] = read(request({**often, "doseAndRate": [{"doseQuantity": tablet}]})).rows
    [rated] = read(request({**bounds, "doseAndRate": [{"rateQuantity": hourly}]})).rows

    assert tablets.said.components == (times(2, "2", "tablet"),)
    assert rated.said.components == (rate("8.5", "hour"),)


def recorded(told: Told) -> tuple[Around, RegimenRecord]:
    """A regimen with this log, and what its export needs beside it; nothing is in a database."""
    clinic = Clinic(pk=1, uuid=uuid4(), name="Spasticity Clinic", time_zone="Europe/London")
    patient = Patient(clinic=clinic)
    at_noon = datetime(2026, 11, 30, 12, tzinfo=LONDON)
    entries = {
        each.number: Entry(number=each.number, recorded_by_id=1, recorded_by_name="J. Lind",
                           recorded_at=at_noon)
        for each in told.records
    }  # fmt: skip
    history = History(tuple(told.records), tuple(told.withdrawals))
    version = RegimenVersion(
        entry=Entry(number=1),
        regimen_id=uuid4(), medicine_name="baclofen", form="tablet", route="oral", unit="mg",
        indication="pain", responsible_id=2, responsible_name="Dr A. Osei", indication_text="",
    )  # fmt: skip
    regimen = RegimenRecord(version, None, history)
    record = PatientRecord(patient, PatientVersion(), (regimen,), 99, "", "J. Lind", at_noon)
    texts = {each.entry: said_of(each, at_noon) for each in told.records}
    return Around(record, entries, {}, texts, {}, []), regimen


def said_of(step: StepRecord, at: datetime) -> StepText:
    blank = dict.fromkeys(StepText._fields)
    return StepText(**{
        **blank, "entry": step.entry, "number": step.number, "recorded_by": 1,
        "recorded_by_name": "J. Lind", "recorded_at": at, "kind": step.kind, "reason": "other",
        "reason_text": f"why {step.number}", "note": f"note {step.number}", "correction_reason": "",
        "decided_by": 2, "decided_by_name": "Dr A. Osei", "received_how": "letter",
    })  # fmt: skip


A_FEW = st.sampled_from([
    (times(3, "5"),),
    (at("morning", "2.5"), at("bedtime", "11 to 13", period=2, anchor=ANCHOR)),
    (rate("8.5", "hour", window_from=time(22), window_to=time(6)),),
])  # fmt: skip


@given(histories(A_FEW))
@settings(max_examples=60)
def test_a_log_that_was_exported_reads_back_as_the_same_timeline(told):
    around, regimen = recorded(told)
    made = [each.resource for each in (medication(around, regimen), *steps(around, regimen))]
    file = written({"resourceType": "Bundle", "entry": [{"resource": each} for each in made]})
    live = regimen.history.live
    if not live:
        with pytest.raises(FileProblem, match="fhir_no_doses"):
            read_bundle(file.encode(), LONDON)
        return

    found = read_bundle(file.encode(), LONDON)

    assert found.all_marks == ()
    said = [row.said for row in found.rows]
    assert sorted((s.note, s.kind, s.effective, s.components) for s in said) == sorted(
        (f"note {step.number}", *step.says) for step in live
    )
    assert {(s.medicine, s.decided_by, s.received_how) for s in said} == {
        ("baclofen, tablet, By mouth", "Dr A. Osei", "letter")
    }


scalars = st.none() | st.booleans() | st.integers(-5, 400) | st.text(max_size=6)
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner)
)


def paths_of(value: Any, path: tuple = ()) -> list[tuple]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in items:
        inner = (*path, key)
        found += paths_of(part, inner) if isinstance(part, dict | list) else [inner]
    return found


@given(st.data(), histories(doses, most=2))
@settings(max_examples=120)
def test_whatever_stands_in_a_bundle_it_is_read_or_marked(data, told):
    """No error but that of the file, and no step half understood."""
    around, regimen = recorded(told)
    made = [each.resource for each in (medication(around, regimen), *steps(around, regimen))]
    whole = {"resourceType": "Bundle", "entry": [{"resource": each} for each in made]}
    whole["entry"].append({"resource": request(dose(5, "5 mg", **start("2026-03-02")))})
    changed = json.loads(written(whole))
    *way, last = data.draw(st.sampled_from(paths_of(changed)))
    place = changed
    for key in way:
        place = place[key]
    place[last] = data.draw(junk)

    try:
        found = read_bundle(json.dumps(changed).encode(), LONDON)
    except FileProblem:
        return

    for row in found.rows:
        assert (row.said is None) == bool(row.marks)
        if row.said:
            assert not row.said.components or not check_components(row.said.components)


def test_how_it_was_recorded_first_is_kept_as_far_as_it_can_be():
    """Numbers of five digits and more; nothing that a column or a clock cannot hold."""
    told = {
        "resourceType": "Provenance",
        "id": "r1",
        "recorded": "2026-03-02T10:00:00+00:00",
        "agent": [{"who": {"display": "N" * 400}}],
        "extension": [
            {"url": own("entry"), "valuePositiveInt": 123456},
            {"url": own("entry-digest"), "valueString": "no digest"},
            {"url": own("time-zone"), "valueString": "Middle/Earth"},
        ],
    }

    [row] = read(request(dose(5, **start("2026-03-02"))), told).rows

    assert row.first.number == 123456
    assert (row.first.digest, row.first.time_zone) == ("", "")
    assert row.first.recorded_by == "N" * 150
