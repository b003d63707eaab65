"""Parts of one dose that share their time and their pattern of days, and say from when of none."""

from datetime import timedelta

import pytest

from tests.titration.doses import at
from tests.titration.factories import STARTED, plan_text, planned_row
from titration import planning

ALTERNATE = {"period": 2}


def problems(*components) -> list[str]:
    return [each.code for each in planning.check_plan(plan_text(planned_row(STARTED, *components)))]


def test_two_doses_by_turns_say_from_when_each_is_counted():
    by_turns = [at("bedtime", "10", **ALTERNATE), at("bedtime", "5", **ALTERNATE)]
    assert problems(*by_turns) == ["days_of_each"]


def test_days_on_and_the_days_between_them_say_from_when_each_is_counted():
    """10 mg on five days and 5 mg on the other two: from one day they would share two of them."""
    five = at("bedtime", "10", period=7, days_on=5)
    assert problems(five, at("bedtime", "5", period=7, days_on=2)) == ["days_of_each"]
    after = at("bedtime", "5", period=7, days_on=2, anchor=STARTED + timedelta(days=5))
    assert problems(five, after) == []


@pytest.mark.parametrize("days", [0, 1])
def test_what_is_counted_from_a_written_day_is_as_written(days):
    first = at("bedtime", "10", **ALTERNATE, anchor=STARTED)
    assert problems(first, at("bedtime", "5", **ALTERNATE, anchor=STARTED + timedelta(days))) == []


def test_other_times_or_other_patterns_are_apart():
    assert problems(at("bedtime", "10", **ALTERNATE), at("morning", "5", **ALTERNATE)) == []
    assert problems(at("bedtime", "10", **ALTERNATE), at("bedtime", "5", period=3)) == []
    assert problems(at("bedtime", "10"), at("bedtime", "5")) == []
