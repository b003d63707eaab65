"""One part of a dose as a FHIR R4 Dosage: every form that the checks accept. No database."""

from datetime import date, time
from decimal import Decimal

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import ANCHOR, at, components, in_words, rate, times
from tests.titration.fhir import check_codes, extension, objects, read
from titration import dosing, wording
from titration.dosing import Component, Timing
from titration.exports.fhir import written
from titration.exports.fhir.dosage import dosage
from titration.fhir import BASE

Dosage = get_fhir_model_class("Dosage")


def told(part: Component):
    """The Dosage as another program reads it."""
    text = wording.component_words(part)
    file = written(dosage(part, "oral", text, 1, {"boundsPeriod": {"start": date(2026, 3, 2)}}))
    Dosage.model_validate_json(file)
    return read(file)


@given(components())
def test_every_form_is_a_whole_dosage_in_the_words_of_pages(part):
    found = told(part)

    check_codes({"extension": [{"url": f"{BASE}/pump-rate", "valueDosage": found}]}, "Procedure")
    assert found["text"] == wording.component_words(part)
    assert found["timing"]["repeat"]["boundsPeriod"] == {"start": "2026-03-02"}
    assert ("asNeededBoolean" in found or "asNeededCodeableConcept" in found) == part.as_needed


@given(components())
def test_every_amount_is_one_that_was_written_to_the_digit(part):
    """No figure comes from anywhere else: neither an average, nor a sum, nor a float."""
    found = told(part)

    figures = {each["value"] for each in objects(found) if "code" in each and "value" in each}
    amount = [part.amount.low, part.amount.high] if part.amount else []
    typed = {*amount, part.volume, part.concentration}
    typed |= {part.maximum.low} if part.maximum else set()
    typed -= {None}
    hours = {Decimal(part.maximum_hours)} if part.maximum else set()
    per_ml = {Decimal(1)} if part.concentration else set()
    assert figures <= typed | hours | per_ml
    assert typed <= figures


@given(st.integers(0, 10**14 - 1).map(lambda value: Decimal(value).scaleb(-6)))
def test_a_figure_keeps_its_digits(value):
    digits = dosing.plain(value)

    assert written({"value": value}) == f'{{"value":{digits}}}'


def test_a_part_in_words_has_them_and_no_amount():
    found = told(in_words("17 units by the ward chart"))

    assert not {"doseAndRate", "maxDosePerPeriod"} & set(found)
    assert extension(found, "instruction") == "17 units by the ward chart"
    assert found["text"] == "in words, not totalled “17 units by the ward chart”"
    assert set(found["timing"]["repeat"]) == {"boundsPeriod"}


@pytest.mark.parametrize(("timing", "repeat"), [
    (Timing("once"), {"count": 1}),
    (Timing("once", slot="bedtime"), {"count": 1, "when": ["HS"]}),
    (Timing("slot", slot="morning"),
     {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}),
    (Timing("clock", clock=time(8, 30), weekdays=(1, 4)),
     {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon", "thu"],
      "timeOfDay": ["08:30:00"]}),
    (Timing("times", times=3), {"frequency": 3, "period": 1, "periodUnit": "d"}),
    (Timing("times", times=1, period=6, period_unit="hour"),
     {"frequency": 1, "period": 6, "periodUnit": "h"}),
    (Timing("times", times=1, period=2, anchor=ANCHOR),
     {"frequency": 1, "period": 2, "periodUnit": "d"}),
    (Timing("times", times=3, period=2, period_unit="week", anchor=ANCHOR),
     {"frequency": 3, "period": 2, "periodUnit": "wk"}),
    (Timing("slot", slot="evening", weekdays=(1,), period=4, period_unit="week", anchor=ANCHOR),
     {"frequency": 1, "period": 4, "periodUnit": "wk", "dayOfWeek": ["mon"], "when": ["EVE"]}),
    (Timing("times", times=1, period=3, period_unit="month", anchor=ANCHOR),
     {"frequency": 1, "period": 3, "periodUnit": "mo"}),
])  # fmt: skip
def test_a_timing_that_fhir_has_is_told_by_its_structure(timing, repeat):
    part = Component(dosing.Amount(Decimal("2.5"), None, "mg"), timing)

    found = told(part)["timing"]

    del found["repeat"]["boundsPeriod"]
    assert found["repeat"] == repeat
    assert extension(found, "counted-from") == (str(ANCHOR) if timing.anchor else None)


@pytest.mark.parametrize("part", [
    times(2, "5", period=3, anchor=ANCHOR),
    times(1, "5", period=28, days_on=5, anchor=ANCHOR),
    times(2, "5", times_to=3, period=3, anchor=ANCHOR),
    times(2, "5", weekdays=(1,), period=2, period_unit="week", anchor=ANCHOR),
    at("morning", "5", weekdays=(1, 4), period=2, period_unit="week", anchor=ANCHOR),
])  # fmt: skip
def test_a_timing_that_fhir_would_read_otherwise_is_told_in_words(part):
    """Twice a day on one day of every three is not twice in three days."""
    found = told(part)["timing"]

    assert set(found["repeat"]) == {"boundsPeriod"}
    assert found["code"] == {"text": wording.timing_words(part.timing)}
    assert extension(found, "days")["period"]["valuePositiveInt"] == part.timing.period


def test_a_rate_has_its_unit_of_time_and_its_window():
    part = rate("14.5", "hour", window_from=time(22), window_to=time(6))

    found = told(part)

    [dose] = found["doseAndRate"]
    assert dose["rateQuantity"]["value"] == Decimal("14.5")
    assert dose["rateQuantity"]["code"] == "ug/h"
    window = extension(found, "window")
    assert (window["from"]["valueTime"], window["to"]["valueTime"]) == ("22:00:00", "06:00:00")


def test_weekly_is_never_a_daily_figure():
    found = told(times(1, "13", period_unit="week", weekdays=()))

    assert found["doseAndRate"] == [
        {
            "doseQuantity": {
                "value": 13,
                "unit": "mg",
                "system": "http://unitsofmeasure.org",
                "code": "mg",
            }
        }
    ]
