"""Whether the figures that were typed for one part of a dose agree with each other.

Says only that they disagree: never which is meant, never the figure that it would have had. What
is not understood completely is passed over in silence.
"""

import re
from fractions import Fraction

from titration.dosing.shapes import Component

DISAGREEMENTS = ("strengths", "concentration")

_COUNTS = {
    word: Fraction(value)
    for value, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_PARTS = {
    "half": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "three quarters": Fraction(3, 4),
    "½": Fraction(1, 2),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
}
_UNITS = {
    "mg": "mg",
    "microgram": "microgram",
    "micrograms": "microgram",
    "nanogram": "nanogram",
    "nanograms": "nanogram",
    "g": "g",
    "mL": "mL",
    "mmol": "mmol",
    "unit": "unit",
    "units": "unit",
}
_FORM = (
    r"(?:tablet|capsule|sachet|patch|suppository|lozenge|ampoule|vial)"
    r"|(?:tablet|capsule|sachet|patche|lozenge|ampoule|vial)s|suppositories"
)
_FIGURE = r"[0-9]{1,8}(?:\.[0-9]{1,6})?"
_TERM = re.compile(
    rf"""\s*
    (?: (?P<count>{_FIGURE}|{"|".join(_COUNTS)})
        (?: \s+and\s+(?:a\s+)?(?P<and_part>half|quarter) | \s*(?P<glyph>[½¼¾]) )?
      | (?:a\s+)?(?P<part>{"|".join(_PARTS)})
    )
    (?: \s*[×xX*]\s* | \s+(?:(?:{_FORM})\s+)?of\s+ )
    (?P<strength>{_FIGURE})\s*(?P<unit>{"|".join(_UNITS)})
    (?: \s+(?:{_FORM}) )?
    \s*""",
    re.VERBOSE,
)


def disagreements(component: Component) -> tuple[str, ...]:
    """Name the typed figures that disagree with the amount, as codes of DISAGREEMENTS.

    Only an amount without a range, and only figures in its own unit, are compared. Beside a
    continuous rate a volume may be that of the bag or the reservoir, so it is not compared.
    """
    amount = component.amount
    if amount is None or amount.high is not None:
        return ()
    found = []
    if component.strengths:
        understood = strengths_sum(component.strengths)
        if understood and understood[1] == amount.unit and understood[0] != Fraction(amount.low):
            found.append("strengths")
    if (
        component.volume is not None
        and component.concentration is not None
        and component.concentration_unit == amount.unit
        and component.timing.kind != "continuous"
        and Fraction(component.volume) * Fraction(component.concentration) != Fraction(amount.low)
    ):
        found.append("concentration")
    return tuple(found)


def strengths_sum(text: str) -> tuple[Fraction, str] | None:
    """Add up strengths as typed ("1 × 10 mg + half × 10 mg"): the exact sum and its unit.

    None unless every term names a count and a strength, all in one unit.
    """
    total, units = Fraction(0), set()
    for term in text.split("+"):
        match = _TERM.fullmatch(term)
        if not match:
            return None
        total += _count(match) * Fraction(match["strength"])
        units.add(_UNITS[match["unit"]])
    return (total, units.pop()) if len(units) == 1 else None


def _count(match: re.Match[str]) -> Fraction:
    if match["part"]:
        return _PARTS[match["part"]]
    whole = _COUNTS.get(match["count"]) or Fraction(match["count"])
    part = match["and_part"] or match["glyph"]
    return whole + _PARTS[part] if part else whole
