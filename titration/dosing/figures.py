"""Figures as people type them and as pages show them.

Source of the grammar: ISMP 2021 list of error-prone abbreviations, symbols and dose designations
(a nought before the point, none after the last digit, a comma for thousands when shown).
"""

import re
from decimal import Decimal


class AmountError(ValueError):
    """A typed figure was refused; `code` is one of AMOUNT_ERRORS (words: wording.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


AMOUNT_ERRORS = (
    "empty",
    "comma",
    "exponent",
    "sign",
    "bare_dot",
    "trailing_zero",
    "leading_zero",
    "too_large",
    "too_fine",
    "foreign_digits",
    "fraction",
    "spaces",
    "range_order",
    "range_words",
    "not_a_number",
)

_FIGURE = re.compile(r"(0|[1-9][0-9]{0,7})(\.[0-9]{0,5}[1-9])?")
_RANGE = re.compile(r"(\S+) +to +(\S+)")
# What is wrong with a figure that the grammar refuses: the first that fits names it.
_FAULTS = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        ("exponent", r"[0-9.]+[eE][-+]?[0-9]+"),
        ("range_words", r"(?s).*\S\s*[-‐‑‒–—~]\s*\d.*"),
        ("sign", r"[-+−±].*"),
        ("fraction", r".*[/⁄¼½¾⅐-⅞].*"),
        ("foreign_digits", r".*(?![0-9])\d.*"),
        ("comma", r"[0-9.]*[,٫٬·'’][0-9.,]*"),
        ("spaces", r"[0-9.]+(\s+[0-9.]+)+"),
        ("bare_dot", r"\.[0-9]*|[0-9]+\."),
        ("leading_zero", r"0[0-9]+(\.[0-9]+)?"),
        ("trailing_zero", r"[0-9]+\.[0-9]*0"),
        ("too_large", r"[0-9]{9,}(\.[0-9]+)?"),
        ("too_fine", r"[0-9]+\.[0-9]{7,}"),
    )
)


def parse_figures(text: str) -> tuple[Decimal, Decimal | None]:
    """Read a typed figure ("25") or a written range ("25 to 50") exactly.

    Up to eight digits before the point and six after, none of them superfluous. Raises
    AmountError with a code of AMOUNT_ERRORS.
    """
    text = text.strip()
    written = _RANGE.fullmatch(text)
    if not written:
        return _parse_figure(text), None
    low, high = (_parse_figure(part) for part in written.groups())
    if low >= high:
        raise AmountError("range_order")
    return low, high


def _parse_figure(text: str) -> Decimal:
    if _FIGURE.fullmatch(text):
        return Decimal(text)
    if not text:
        raise AmountError("empty")
    raise AmountError(
        next((code for code, fault in _FAULTS if fault.fullmatch(text)), "not_a_number")
    )


def is_figure(value: Decimal) -> bool:
    """Whether a stored figure is one that could have been typed."""
    return _FIGURE.fullmatch(plain(value)) is not None


def plain(value: Decimal) -> str:
    """Write a figure as it is typed: "0.5", "1482.5", no trailing zero, no exponent."""
    return _trimmed(format(value, "f"))


def figure(value: Decimal) -> str:
    """Write a figure as it is shown: "0.5", "1,482.5"."""
    return _trimmed(format(value, ",f"))


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
