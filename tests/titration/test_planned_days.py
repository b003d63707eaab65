"""A plan laid out day by day: which days a timing names, and where the days end."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import ANCHOR, at, doses, rate, times
from tests.titration.factories import plan_text, planned_row
from titration.dosing import Timing
from titration.planning import anchored, laid_dates
from titration.planning.days import MOST_DAYS, comes_on, laid_days

MONDAY = ANCHOR


def days(timing: Timing, count: int = 15, start: date = MONDAY) -> list[int]:
    """How many days after `start` the timing comes."""
    return [n for n in range(count) if comes_on(timing, start + timedelta(days=n))]


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing("slot", slot="morning"), list(range(15))),
        (Timing("times", times=3), list(range(15))),
        (Timing("times", times=1, period=6, period_unit="hour"), list(range(15))),
        (Timing("times", times=1, times_to=2), list(range(15))),
        (Timing("times", times=1, period=5, period_to=7, period_unit="hour"), list(range(15))),
        (Timing("continuous", rate_per="hour"), list(range(15))),
        (Timing("slot", slot="morning", period=2, anchor=MONDAY), [0, 2, 4, 6, 8, 10, 12, 14]),
        (Timing("times", times=1, period=3, anchor=MONDAY), [0, 3, 6, 9, 12]),
        (
            Timing("times", times=2, period=7, days_on=5, anchor=MONDAY),
            [0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14],
        ),
        (Timing("times", times=1, weekdays=(1, 4)), [0, 3, 7, 10, 14]),
        (Timing("times", times=1, period_unit="week", anchor=MONDAY), [0, 7, 14]),
        (
            Timing("slot", slot="morning", weekdays=(1, 3), period=2, period_unit="week",
                   anchor=MONDAY),
            [0, 2, 14],
        ),
    ],
)  # fmt: skip
def test_a_timing_comes_on_its_days_only(timing, expected):
    assert days(timing) == expected


def test_months_are_counted_from_a_day_that_each_month_has():
    timing = Timing("times", times=1, period_unit="month", anchor=date(2027, 1, 28))
    assert days(timing, 120, date(2027, 1, 28)) == [0, 31, 59, 90]


@pytest.mark.parametrize(
    "timing",
    [
        Timing("times", times=3, period_unit="week"),
        Timing("times", times=1, period_unit="week"),
        Timing("times", times=2, period_unit="week", anchor=MONDAY),
        Timing("times", times=1, times_to=2, period_unit="week", anchor=MONDAY),
        Timing("times", times=1, period=2, period_to=3),
        Timing("times", times=1, period=24, period_to=36, period_unit="hour"),
        Timing("times", times=1, period=36, period_unit="hour"),
        Timing("times", times=1, period=72, period_unit="hour"),
        Timing("continuous", rate_per="hour", changed_every_hours=72),
        Timing("times", times=1, period_unit="month", anchor=date(2026, 10, 31)),
        Timing("slot", slot="morning", period=2, anchor=MONDAY + timedelta(days=30)),
        Timing(
            "slot",
            slot="morning",
            weekdays=(1,),
            period=2,
            period_unit="week",
            anchor=MONDAY + timedelta(days=2),
        ),
    ],
)
def test_a_timing_that_does_not_say_its_days_is_not_laid(timing):
    assert comes_on(timing, MONDAY) is None


def laid(*rows, first=MONDAY, most=MOST_DAYS, **text):
    said = plan_text(*rows, **text)
    return laid_days(said, laid_dates(said.rows), first, most)


def test_a_dose_holds_until_the_next_row_and_no_further_than_asked():
    found = laid(
        planned_row(MONDAY, at("morning", "5")),
        planned_row("3 days", at("morning", "7")),
        most=5,
    )
    assert [day.row for day in found.days] == [0, 0, 0, 1, 1]
    assert [day.on for day in found.days] == [MONDAY + timedelta(days=n) for n in range(5)]
    assert found.rest == 2


def test_days_ask_for_no_more_than_a_quarter():
    assert len(laid(planned_row(MONDAY, at("morning", "5"))).days) == MOST_DAYS


def test_the_last_day_there_is_ends_the_days():
    late = date(9999, 12, 28)
    assert len(laid(planned_row(MONDAY, at("morning", "5")), first=late).days) == 4
    assert len(laid(planned_row(late, at("morning", "5")), first=MONDAY).days) == 4


def test_a_row_after_the_last_day_is_left_to_the_rest():
    found = laid(
        planned_row(MONDAY, at("morning", "5")), planned_row("9 days", at("morning", "7")), most=5
    )
    assert found.rest == 1


def test_alternate_days_are_counted_from_the_start_of_the_row():
    found = laid(planned_row(MONDAY, at("morning", "5", period=2)), most=4)
    assert [len(day.parts) for day in found.days] == [1, 0, 1, 0]


@pytest.mark.parametrize("kind", ["stop", "words"])
def test_the_days_end_before_a_row_that_gives_no_dose(kind):
    end = {"end": "stop"} if kind == "stop" else {}
    words = {"words": "Ring us"} if kind == "words" else {}
    found = laid(
        planned_row(MONDAY, at("morning", "5")), planned_row("3 days", kind=kind, **words), **end
    )
    assert (len(found.days), found.rest) == (3, 1)


def test_no_day_is_laid_while_a_row_in_words_holds():
    found = laid(
        planned_row(MONDAY, kind="words", words="As told"),
        planned_row("3 days", at("morning", "5")),
    )
    assert (found.days, found.rest) == ((), 0)


def test_a_row_whose_days_are_not_said_ends_the_days():
    found = laid(
        planned_row(MONDAY, at("morning", "5")),
        planned_row("3 days", times(3, "7", period_unit="week")),
    )
    assert (len(found.days), found.rest) == (3, 1)


def test_a_row_after_a_review_waits_beside_the_days():
    found = laid(
        planned_row(MONDAY, at("morning", "5")),
        planned_row("review", at("morning", "7")),
        planned_row(MONDAY + timedelta(days=10), at("morning", "11")),
    )
    assert (len(found.days), found.rest) == (10, 1)


def test_a_single_dose_is_on_its_day_and_ends_nothing():
    once = at("morning", "50")
    once = type(once)(once.amount, Timing("once"))
    found = laid(
        planned_row(MONDAY, at("morning", "5")), planned_row("1 day", once, kind="single"), most=3
    )
    assert [(day.row, day.singles) for day in found.days] == [(0, ()), (0, (1,)), (0, ())]


def test_the_review_that_ends_the_plan_ends_the_days():
    found = laid(
        planned_row(MONDAY, at("morning", "5")),
        end="review",
        review_on=MONDAY + timedelta(days=4),
    )
    assert len(found.days) == 5


def test_a_continuous_rate_holds_every_day():
    assert len(laid(planned_row(MONDAY, rate("200", "24 hours")), most=7).days) == 7


@pytest.mark.parametrize("first", [date(2026, 3, 1), date(2026, 10, 20)])
def test_every_day_comes_once_across_a_change_of_the_clocks(first):
    found = laid(planned_row(first, at("morning", "5", period=2)), first=first, most=60)
    assert [day.on for day in found.days] == [first + timedelta(days=n) for n in range(60)]
    assert [bool(day.parts) for day in found.days] == [True, False] * 30


@given(st.lists(st.tuples(doses, st.integers(1, 40)), min_size=1, max_size=4))
def test_a_day_has_nothing_but_parts_of_the_dose_that_holds(written):
    rows = [
        planned_row(f"{gap} days" if place else MONDAY, *parts)
        for place, (parts, gap) in enumerate(written)
    ]
    text = plan_text(*rows)
    dates = laid_dates(text.rows)

    found = laid_days(text, dates, MONDAY)

    assert len(found.days) <= MOST_DAYS
    assert len({day.on for day in found.days}) == len(found.days)
    for day in found.days:
        begun = [n for n, start in enumerate(dates) if start and start <= day.on]
        assert day.row == begun[-1]
        assert set(day.parts) <= set(anchored(text.rows[day.row].components, dates[day.row]))
        assert day.row < found.rest or dates[found.rest] > day.on
