"""A figure or a written range with its unit, at a place in a text."""

import re
from decimal import Decimal

from titration.dosing import UNITS, Amount, AmountError, parse_figures
from titration.typed.problems import NotUnderstood
from titration.typed.vocabulary import NO_BREAK_SPACE, SPACES, UNITS_REFUSED, unit_of

# All that a person could mean as a figure; dosing.parse_figures says which of it is one.
_FIGURE = re.compile(
    r"(?:[-+−±]\s?)?(?:[0-9]|\.[0-9])[0-9.,·/⁄'’٬٫]*(?:[eE][-+]?[0-9]+)?[¼½¾⅐-⅞]?|[¼½¾⅐-⅞]"
)
_DASH = re.compile(r"\s*[-‐‑‒–—~]\s*(?=[0-9.])")
_TO = re.compile(r"\s+to\s+(?=[-+−±0-9.])", re.IGNORECASE | re.ASCII)
_OR = re.compile(r"\s+or\s+(?=[-+−±0-9.])", re.IGNORECASE | re.ASCII)
_UNIT = re.compile(
    r"\s*(million[ -]units?|international\s+units?|[A-Za-zµμ]+)(?![A-Za-z0-9])", re.IGNORECASE
)
# "to" and "or" stand in a range; any other letter beside a figure is of its unit.
_UNIT_SIGNS = re.compile(
    r"(?!\b(?:to|or)\b)\b[A-Za-z]|(?<=[0-9])[A-Za-z]", re.IGNORECASE | re.ASCII
)
_SLASHED = re.compile(r"[0-9.]+(?:\s*[/-]\s*[0-9.]+){2,}")
LONGEST = 200
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")


def read_amount(text: str, *, unit: str = "") -> Amount:
    """Read one amount: "25 mg", "0.5 to 1 mL", or bare figures where `unit` is given.

    Raises NotUnderstood, also for anything that stands beside it.
    """
    if not text.strip():
        raise NotUnderstood("nothing_typed")
    if len(text) > LONGEST:
        raise NotUnderstood("too_long")
    start = len(text) - len(text.lstrip())
    found = amount_at(text, text.translate(SPACES), start, unit)
    if found is None:
        raise NotUnderstood("not_understood", (start, len(text.rstrip())))
    amount, end = found
    if text[end:].strip():
        raise NotUnderstood("not_understood", (end, len(text.rstrip())))
    return amount


def amount_at(text: str, plain: str, at: int, unit: str = "") -> tuple[Amount, int] | None:
    """The amount that starts at a place of a text, and where it ends; none when no figure does.

    `plain` is the text with every kind of space as a plain one. Raises NotUnderstood when a
    figure does start here and is not one that can be kept, or has no unit.
    """
    first = _figure(plain, at)
    if first is None:
        return None
    low, end = first
    if slashed := _SLASHED.match(plain, at):
        raise NotUnderstood("slots_unnamed", slashed.span())
    low_unit, low_end = _unit(plain, end)
    high, high_unit, joined_by_or = "", "", _OR.match(plain, low_end)
    joined = joined_by_or or _TO.match(plain, low_end)
    if joined and (second := _figure(plain, joined.end())):
        high, end = second
        high_unit, low_end = _unit(plain, end)
        if low_unit and high_unit and low_unit != high_unit:
            raise NotUnderstood("unit_unclear", (at, low_end))
    elif (joined := _DASH.match(plain, low_end)) and (second := _figure(plain, joined.end())):
        raise NotUnderstood("range_words", (at, second[1]))
    written = f"{low} to {high}" if high else low
    if text[end : end + 1] == NO_BREAK_SPACE:
        written = " to ".join(
            figure.replace(",", "") if _THOUSANDS.fullmatch(figure) else figure
            for figure in written.split(" to ")
        )
    try:
        figures = parse_figures(written)
    except AmountError as error:
        raise NotUnderstood(error.code, (at, end)) from None
    found_unit = high_unit or low_unit or unit
    if not found_unit:
        raise NotUnderstood("unit_missing", (at, end))
    amount = Amount(*figures, found_unit)
    if joined_by_or and not _are_neighbours(amount):
        raise NotUnderstood("or_unclear", (at, end))
    return amount, low_end


def is_bare(written: str) -> bool:
    """Whether an amount that was read is written without its unit: which, is said elsewhere."""
    return not _UNIT_SIGNS.search(written)


def _are_neighbours(amount: Amount) -> bool:
    """Whether one or the other is all that lies between: "1 or 2 tablets", never "5 or 10 mg"."""
    is_counted = UNITS[amount.unit].ucum.startswith("{") and amount.unit != "unit"
    return is_counted and amount.low % 1 == 0 and amount.high == amount.low + 1


def figure_of(amount: Amount) -> Decimal | None:
    """The one figure of an amount, none of a range."""
    return amount.low if amount.high is None else None


def _figure(plain: str, at: int) -> tuple[str, int] | None:
    found = _FIGURE.match(plain, at)
    if not found:
        return None
    # A comma at the end parts this from what follows.
    written = found[0].rstrip(",")
    return written, at + len(written)


def _unit(plain: str, at: int) -> tuple[str, int]:
    """The unit that stands at a place, and where it ends; nothing where no unit stands."""
    found = _UNIT.match(plain, at)
    if not found:
        return "", at
    unit = unit_of(found[1])
    if unit:
        return unit, found.end()
    code = UNITS_REFUSED.get(found[1]) or UNITS_REFUSED.get(found[1].lower())
    if code:
        raise NotUnderstood(code, found.span(1))
    return "", at
