"""The pump that events tell of: what holds now, and which event said it."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import rate
from titration.pump import (
    BEGINNINGS,
    REMOVED,
    PumpRecord,
    PumpText,
    check_text,
    pump_after,
)
from titration.timeline import Effective

numbers = count(1)


def event(kind: str, day: int, **said) -> PumpRecord:
    text = PumpText(kind, Effective(date(2026, 3, day)), "baclofen", **said)
    number = next(numbers)
    return PumpRecord(uuid4(), number, uuid4(), text, number)


def test_no_event_is_no_pump():
    assert not pump_after([]).is_in_place


@pytest.mark.parametrize("kind", ["implanted", "in-place", "refilled", "checked", "alarm"])
def test_pump_is_in_place_once_any_event_tells_of_it(kind):
    assert pump_after([event(kind, 1)]).is_in_place


def test_pump_taken_out_leaves_nothing():
    out = event("removed", 9)
    pump = pump_after([event("implanted", 1, refill_on=date(2026, 6, 1)), out])
    assert (pump.is_in_place, pump.refill, pump.removed) == (False, None, out)


def test_what_a_later_event_leaves_unsaid_holds_on():
    first = event("implanted", 1, model="Pump of 40 mL", rates=(rate("223", "24 hours"),))
    pump = pump_after([first, event("checked", 5)])
    assert (pump.model, pump.programme) == (first, first)


def test_newest_event_that_says_it_counts_in_the_order_of_their_days():
    later = event("programmed", 9, rates=(rate("241", "24 hours"),))
    earlier = event("programmed", 5, rates=(rate("223", "24 hours"),))  # recorded after it
    assert pump_after([later, earlier]).programme == later


def test_filling_ends_the_dates_of_the_reservoir_before():
    dated = event("checked", 1, low_reservoir_on=date(2026, 4, 1), refill_on=date(2026, 3, 30))
    filled = event("refilled", 9, volume_filled=Decimal(40))
    pump = pump_after([dated, filled])
    assert (pump.low_reservoir, pump.refill, pump.filled) == (None, None, filled)


def test_refill_ends_them_also_where_no_volume_is_written():
    dated = event("checked", 1, low_reservoir_on=date(2026, 4, 1), refill_on=date(2026, 3, 30))
    refilled = event("refilled", 9)
    pump = pump_after([dated, refilled])
    assert (pump.low_reservoir, pump.refill, pump.filled) == (None, None, refilled)


def test_correction_of_the_earlier_of_one_day_stays_the_earlier():
    before = event("checked", 9, low_reservoir_on=date(2026, 4, 1))
    filled = event("refilled", 9, low_reservoir_on=date(2026, 8, 1))
    again = replace(before, entry=uuid4(), number=next(numbers))
    assert pump_after([filled, again]).low_reservoir == filled


def test_filling_keeps_the_dates_that_it_brings():
    filled = event("refilled", 9, volume_filled=Decimal(40), low_reservoir_on=date(2026, 8, 1))
    assert pump_after([event("implanted", 1), filled]).low_reservoir == filled


def test_replaced_pump_begins_anew():
    old = event("implanted", 1, model="Old", replacement_on=date(2026, 5, 1))
    pump = pump_after([old, event("replaced", 9)])
    assert (pump.model, pump.replacement, pump.is_in_place) == (None, None, True)


def test_alarm_stands_until_an_event_says_that_none_is_heard():
    heard = event("alarm", 1, alarm="heard")
    assert pump_after([heard, event("checked", 2)]).is_alarm_heard
    assert not pump_after([heard, event("checked", 2, alarm="not-heard")]).is_alarm_heard


kinds = st.sampled_from(["implanted", "in-place", "refilled", "checked", "replaced", "removed"])
events = st.builds(
    lambda kind, day, clock, filled, low: event(
        kind,
        day,
        **({"volume_filled": Decimal(filled)} if filled and kind != REMOVED else {}),
        **({"low_reservoir_on": date(2026, 8, low)} if low and kind != REMOVED else {}),
    ),
    kinds,
    st.integers(1, 28),
    st.none() | st.times(),
    st.integers(0, 3),
    st.integers(0, 5),
)


@given(st.lists(events, max_size=8))
def test_low_reservoir_date_equals_a_slow_model(records):
    """Walk back from the end: the first date met counts, unless something ended it first."""
    found = None
    for record in sorted(records, key=lambda r: (r.text.effective.on, r.number), reverse=True):
        if record.text.kind == REMOVED:
            break
        if record.text.low_reservoir_on:
            found = record
            break
        filled = record.text.kind == "refilled" or record.text.volume_filled is not None
        if filled or record.text.kind in BEGINNINGS:
            break
    assert pump_after(records).low_reservoir == found


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"concentration": Decimal(500)}, ("concentration_unit", "concentration_half")),
        ({"concentration_unit": "microgram"}, ("concentration", "concentration_half")),
        ({"kind": "concentration"}, ("concentration", "concentration_missing")),
        (
            {"concentration": Decimal(0), "concentration_unit": "mg"},
            ("concentration", "concentration_zero"),
        ),
        ({"bolus": Decimal(5)}, ("bolus_unit", "unit_missing")),
        ({"bolus_lockout_minutes": 60}, ("bolus", "bolus_missing")),
        (
            {"bolus": Decimal(5), "bolus_unit": "microgram", "bolus_times": 4},
            ("bolus_hours", "limit_half"),
        ),
        ({"kind": "alarm"}, ("alarm", "alarm_missing")),
        ({"bridge_minutes": 95}, ("bridge", "bridge_missing")),
        ({"kind": REMOVED, "mode": "continuous"}, ("kind", "removed_runs")),
    ],
)
def test_what_contradicts_itself_is_named(said, problem):
    text = replace(event("refilled", 1).text, **said)
    assert list(check_text(text)) == [problem]


def test_whole_print_out_has_no_problem():
    text = event(
        "refilled",
        1,
        concentration=Decimal(2000),
        concentration_unit="microgram",
        bolus=Decimal(5),
        bolus_unit="microgram",
        bolus_times=4,
        bolus_hours=24,
        bolus_lockout_minutes=60,
        bridge=Decimal("37.5"),
        bridge_unit="microgram",
        bridge_minutes=95,
        rates=(rate("9", "hour", window_from=time(8), window_to=time(20)),),
    ).text
    assert not check_text(text)
