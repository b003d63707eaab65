"""NHS numbers, record numbers, telephone numbers. Pure: standard library only."""

import re

from patients import folding

WEIGHTS = range(10, 1, -1)

FEWEST_TO_DIAL = 3
"""Digits. A number within the house may be as short."""

TELEPHONE = re.compile(r"(\(?\+)?[0-9() \-]+(ext\.?[0-9 ]+)?", re.ASCII | re.IGNORECASE)


class NhsNumberError(ValueError):
    """Not an NHS number; `code`: "digits", "length", "check" (its check digit) or "repeated"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_nhs_number(text: str) -> str:
    """The ten digits of an NHS number, typed with or without spaces or hyphens.

    The tenth is the modulus 11 check digit (NHS Data Model and Dictionary, "NHS Number"). Raises
    NhsNumberError. One digit ten times passes that check, but is what people type for "none".
    """
    digits = re.sub(r"[\s\-–]", "", text)
    if not re.fullmatch("[0-9]+", digits):
        raise NhsNumberError("digits")
    if not is_ten_digits(digits):
        raise NhsNumberError("length")
    if len(set(digits)) == 1:
        raise NhsNumberError("repeated")
    if nhs_check_digit(digits[:9]) != digits[9]:
        raise NhsNumberError("check")
    return digits


def nhs_check_digit(nine: str) -> str:
    """The tenth digit of an NHS number that begins so; "" when no number begins so."""
    total = sum(int(digit) * weight for digit, weight in zip(nine, WEIGHTS, strict=True))
    check = (11 - total % 11) % 11
    return "" if check == 10 else str(check)


def is_ten_digits(text: str) -> bool:
    """Whether this looks like an NHS number without its spaces."""
    return bool(re.fullmatch("[0-9]{10}", text))


def nhs_number_error(text: str) -> str:
    """Why ten typed digits are no NHS number: a code; "" when they are one, or are not ten."""
    try:
        parse_nhs_number(text)
    except NhsNumberError as error:
        return error.code if error.code in {"check", "repeated"} else ""
    return ""


def fold_record_number(text: str) -> str:
    """A clinic's record number as it is compared: without case, spaces and signs."""
    return folding.key(text)


def telephone_error(text: str) -> str:
    """Why this is no telephone number: "signs" or "length" (too few digits); "" when it is one.

    It is kept as typed. Digits, spaces, brackets and hyphens, a plus before all of them, and at
    the end an extension: "(01632) 960-001 ext 12".
    """
    if not TELEPHONE.fullmatch(text):
        return "signs"
    main = re.split("ext", text, flags=re.IGNORECASE)[0]
    return "" if len(re.findall("[0-9]", main)) >= FEWEST_TO_DIAL else "length"


def telephone_url(text: str) -> str:
    """The address that has a telephone dial this (RFC 3966); "" for none.

    The "(0)" of "+44 (0)1632" is dialled within the country only, and so left out after a plus.
    """
    main, *extension = re.split("ext", text, flags=re.IGNORECASE)
    if "+" in main:
        main = main.replace("(0)", "")
    dialled = re.sub("[^0-9+]", "", main)
    after = re.sub("[^0-9]", "", "".join(extension))
    return f"tel:{dialled}" + (f";ext={after}" if after else "") if dialled else ""
