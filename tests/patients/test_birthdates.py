"""Birth dates as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients import birthdates

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed",
    [
        "12/3/1961",
        "12/03/1961",
        "12-03-1961",
        "12.3.1961",
        "12 3 1961",
        "12,3,1961",
        "12. 3. 1961",
        "12/3/61",
        "12.3.61",
        "12/3/'61",
        "12-Mar-1961",
        "12-mar-61",
        "12 March 1961",
        "12 March 61",
        "12 march '61",
        "12th March 1961",
        "12 Mar. 1961",
        "12mar1961",
        "12MAR61",
        "March 12, 1961",
        "mar 12 1961",
        "1961-03-12",
        "1961/3/12",
        "1961.03.12",
        "1961 March 12",
        "12031961",
        "120361",
        "19610312",
        "  12/3/1961  ",
    ],
)
def test_birth_date_is_read_however_it_is_typed(typed):
    assert birthdates.parse(typed, today=TODAY) == date(1961, 3, 12)


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("3/12/1961", date(1961, 12, 3)),
        ("1/2/03", date(2003, 2, 1)),
        ("21/11/26", date(2026, 11, 21)),
        ("22/11/26", date(1926, 11, 22)),
        ("31/12/27", date(1927, 12, 31)),
        ("29/2/00", date(2000, 2, 29)),
        ("1 September 58", date(1958, 9, 1)),
        ("1 Sept 1958", date(1958, 9, 1)),
        ("20011210", date(2001, 12, 10)),
        ("20112001", date(2001, 11, 20)),
        ("19121912", date(1912, 12, 19)),
    ],
)
def test_birth_date_is_day_first_and_in_the_past(typed, born):
    assert birthdates.parse(typed, today=TODAY) == born


@pytest.mark.parametrize(
    "typed",
    [
        "31/2/1961",
        "3/13/1961",
        "0/3/1961",
        "12/3/1849",
        "22/11/2026",
        "12/3",
        "March 1961",
        "1961",
        "12 Ma 1961",
        "12 Marches 1961",
        "Novak",
        "1234567",
        "9434765919",
        "١٢/٣/١٩٦١",
        "",
    ],
)
def test_birth_date_is_none_when_there_is_no_such_day_yet(typed):
    assert birthdates.parse(typed, today=TODAY) is None


@given(
    st.dates(date(1850, 1, 1), TODAY),
    st.sampled_from(
        ["%d/%m/%Y", "%d-%b-%Y", "%d %B %Y", "%Y-%m-%d", "%d%m%Y", "%Y%m%d", "%B %d %Y"]
    ),
)
def test_birth_date_comes_back_from_every_full_writing(born, writing):
    assert birthdates.parse(born.strftime(writing), today=TODAY) == born


@given(st.dates(date(1926, 11, 22), TODAY))
def test_two_digit_year_is_the_newest_that_is_past(born):
    assert birthdates.parse(born.strftime("%d.%m.%y"), today=TODAY) == born


@pytest.mark.parametrize(
    ("boxes", "code"),
    [
        (("", "", ""), "missing"),
        (("12", "", "1961"), "missing"),
        (("12", "3", "61"), "year"),
        (("31", "2", "1961"), "none"),
        (("12", "13", "1961"), "none"),
        (("12", "Mars", "1961"), "none"),
        (("1x", "3", "1961"), "none"),
    ],
)
def test_boxes_are_refused_when_they_hold_no_date(boxes, code):
    with pytest.raises(birthdates.DateError) as refused:
        birthdates.from_boxes(*boxes)

    assert refused.value.code == code


@pytest.mark.parametrize("month", ["3", "03", "Mar", "march", "MAR."])
def test_boxes_are_read_when_the_month_is_a_figure_or_a_name(month):
    assert birthdates.from_boxes("12", month, "1961") == date(1961, 3, 12)


@pytest.mark.parametrize(
    ("born", "months"),
    [
        (date(1961, 3, 12), 788),
        (date(2026, 11, 21), 0),
        (date(2026, 10, 22), 0),
        (date(2026, 10, 21), 1),
    ],
)
def test_months_of_age_are_completed_ones(born, months):
    assert birthdates.months_of_age(born, TODAY) == months
