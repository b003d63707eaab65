"""NHS numbers, record numbers, telephone numbers."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from patients import numbers

NINE = st.lists(st.integers(0, 9), min_size=9, max_size=9)


def with_check_digit(nine: list[int]) -> str | None:
    """The number of these nine digits, by the sum written out; None when there is none."""
    check = (11 - sum(digit * (10 - place) for place, digit in enumerate(nine)) % 11) % 11
    return None if check == 10 else "".join(map(str, [*nine, check]))


@pytest.mark.parametrize(
    "typed", ["943 476 5919", "9434765919", " 943-476-5919 ", "943\u00a0476\u00a05919"]
)
def test_nhs_number_is_read_when_typed_with_or_without_spaces(typed):
    assert numbers.parse_nhs_number(typed) == "9434765919"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("943 476 5918", "check"),
        ("943 476 591", "length"),
        ("943 476 59190", "length"),
        ("943 476 591O", "digits"),
        ("٩٤٣٤٧٦٥٩١٩", "digits"),
        ("", "digits"),
        ("000 000 0000", "repeated"),
        ("1111111111", "repeated"),
    ],
)
def test_nhs_number_is_refused_when_it_is_none(typed, code):
    with pytest.raises(numbers.NhsNumberError) as refused:
        numbers.parse_nhs_number(typed)

    assert refused.value.code == code


@given(NINE)
def test_nhs_number_is_read_when_its_check_digit_fits(nine):
    number = with_check_digit(nine)
    assume(number is not None and len(set(number)) > 1)

    assert numbers.parse_nhs_number(number) == number


@given(NINE, st.integers(0, 9), st.integers(1, 9))
def test_nhs_number_is_refused_when_one_digit_is_mistyped(nine, place, shift):
    number = with_check_digit(nine)
    assume(number is not None)
    wrong = str((int(number[place]) + shift) % 10)

    with pytest.raises(numbers.NhsNumberError):
        numbers.parse_nhs_number(number[:place] + wrong + number[place + 1 :])


def test_record_number_is_compared_without_case_spaces_and_signs():
    assert numbers.fold_record_number("rn 00-123/A") == numbers.fold_record_number("RN00123a")


def test_error_is_told_only_of_ten_digits():
    assert numbers.nhs_number_error("943 476 5918") == "check"
    assert numbers.nhs_number_error("943 476 5919") == ""
    assert numbers.nhs_number_error("12/3/1961") == ""


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("01632 960983", "tel:01632960983"),
        ("(01632) 960-983", "tel:01632960983"),
        ("+44 1632 960983", "tel:+441632960983"),
        ("(+44) 1632 960983", "tel:+441632960983"),
        ("+44 (0)1632 960983", "tel:+441632960983"),
        ("01632 960983 ext 12", "tel:01632960983;ext=12"),
        ("01632 960983EXT.12", "tel:01632960983;ext=12"),
        ("999", "tel:999"),
    ],
)
def test_telephone_number_is_kept_as_typed_and_dialled(typed, dialled):
    assert numbers.telephone_error(typed) == ""
    assert numbers.telephone_url(typed) == dialled


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("01632 960983 / 07700 900123", "signs"),
        ("01632 960983, 07700 900123", "signs"),
        ("01632+960983", "signs"),
        ("++44 1632 960983", "signs"),
        ("work 01632 960983", "signs"),
        ("01632 960983 ext", "signs"),
        ("ext 12", "signs"),
        ("٠١٦٣٢ ٩٦٠٩٨٣", "signs"),
        ("01632\n960983", "signs"),
        ("12", "length"),
        ("+", "signs"),
        ("--", "length"),
        ("12 ext 345", "length"),
    ],
)
def test_telephone_number_is_refused_when_it_is_none(typed, code):
    assert numbers.telephone_error(typed) == code


def test_nothing_is_dialled_without_a_number():
    assert numbers.telephone_url("") == ""
