"""Dates and intervals as typed: one reading, or none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titration import typed, wording

ON = date(2026, 11, 16)  # a Monday


@pytest.mark.parametrize(
    "text",
    [
        "16 Nov 2026",
        "16-Nov-2026",
        "16 November 2026",
        "16th November, 2026",
        "16 nov. 2026",
        "16Nov 2026",
        "November 16, 2026",
        "2026-11-16",
        "16/11/2026",
        "16.11.2026",
        "16-11-2026",
        "11/16/2026",
        "Monday 16 Nov 2026",
        "Mon, 16/11/2026",
        "MONDAY 16-Nov-2026",
        " 16\u00a0Nov\u00a02026 ",
    ],
)
def test_a_date_with_one_reading_is_read(text: str) -> None:
    assert typed.read_date(text) == ON


def test_a_day_that_equals_its_month_has_one_reading() -> None:
    assert typed.read_date("03/03/2026") == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "nothing_typed"),
        ("3/4/2026", "date_ambiguous"),
        ("03.04.2026", "date_ambiguous"),
        ("16/11/26", "year_two_digits"),
        ("16 Nov 26", "year_two_digits"),
        ("16 Nov", "year_missing"),
        ("31 Nov 2026", "date_none"),
        ("30 February 2026", "date_none"),
        ("2026-13-01", "date_none"),
        ("16/16/2026", "date_none"),
        ("Tuesday 16 Nov 2026", "weekday_disagrees"),
        ("Monday", "date_unknown"),
        ("16/11-2026", "date_unknown"),
        ("20261116", "date_unknown"),
        ("16 Nob 2026", "date_unknown"),
        ("16 Nov 2026 at noon", "date_unknown"),
        ("46342", "date_unknown"),
        ("١٦ Nov 2026", "date_unknown"),
    ],
)
def test_a_date_that_is_none_or_two_is_refused(text: str, problem: str) -> None:
    with pytest.raises(typed.NotUnderstood) as refused:
        typed.read_date(text)
    assert refused.value.code == problem


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_date_that_pages_print_is_read(on: date) -> None:
    assert typed.read_date(wording.date_words(on)) == on
    assert typed.read_date(on.isoformat()) == on


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from("/.-"))
def test_a_date_in_figures_is_its_own_or_refused(on: date, sign: str) -> None:
    for text in (f"{on:%d{sign}%m{sign}%Y}", f"{on:%m{sign}%d{sign}%Y}"):
        try:
            assert typed.read_date(text) == on
        except typed.NotUnderstood as problem:
            code = problem.code
        else:
            code = ""
        assert (code == "date_ambiguous") == (on.day <= 12 and on.day != on.month)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("2 weeks", 2, "week"),
        ("14 days", 14, "day"),
        ("1 month", 1, "month"),
        ("one month", 1, "month"),
        ("after 3 days", 3, "day"),
        ("After two Weeks", 2, "week"),
        ("3 days later", 3, "day"),
    ],
)
def test_an_interval_is_a_count_and_its_unit(text: str, count: int, unit: str) -> None:
    assert typed.read_interval(text) == typed.Interval(count, unit)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "nothing_typed"),
        ("2", "interval_unknown"),
        ("2w", "interval_unknown"),
        ("2/52", "interval_unknown"),
        ("weekly", "interval_unknown"),
        ("a fortnight", "interval_unknown"),
        ("1.5 weeks", "interval_unknown"),
        ("2 years", "interval_unknown"),
        ("1000 days", "interval_unknown"),
        ("1 to 2 weeks", "interval_range"),
        ("2-4 weeks", "interval_range"),
        ("0 days", "interval_zero"),
    ],
)
def test_what_is_no_interval_is_refused(text: str, problem: str) -> None:
    with pytest.raises(typed.NotUnderstood) as refused:
        typed.read_interval(text)
    assert refused.value.code == problem
