"""The measures that a clinic can put on its list to begin with. It changes them as it likes.

Codes are LOINC's (the unit of a laboratory value is part of them) and units UCUM's. A measure for
which no code is certain has none: the Ashworth and Penn scales, ratings, walking time, and eGFR,
whose codes each name a formula. Entry bounds catch slips in typing: they are far outside what is
met with.
"""

from decimal import Decimal

from titration.actions.measures import MeasureText
from titration.models import CodeSystem, MeasureKind

MUSCLES = (
    "shoulder adductors",
    "elbow flexors",
    "wrist flexors",
    "finger flexors",
    "hip flexors",
    "hip adductors",
    "knee flexors (hamstrings)",
    "knee extensors (quadriceps)",
    "ankle plantar flexors (calf)",
)
UNITS_PER_LITRE = ("units per litre", "U/L")
NONE_TO_TEN = tuple(str(number) for number in range(11))


def _number(
    name: str, unit: str, ucum: str, bounds: tuple[str, str], code: str = "", **more
) -> MeasureText:
    return MeasureText(
        name,
        MeasureKind.NUMBER.value,
        unit=unit,
        ucum=ucum,
        lowest=Decimal(bounds[0]),
        highest=Decimal(bounds[1]),
        code_system=CodeSystem.LOINC.value if code else "",
        code=code,
        **more,
    )


def _rating(name: str, choices: tuple[str, ...], code: str = "", **more) -> MeasureText:
    return MeasureText(
        name,
        MeasureKind.CHOICE.value,
        choices=choices,
        code_system=CodeSystem.LOINC.value if code else "",
        code=code,
        **more,
    )


STARTING_LIST = (
    _rating(
        "Modified Ashworth Scale", ("0", "1", "1+", "2", "3", "4"), sites=MUSCLES, has_side=True
    ),
    _rating("Penn Spasm Frequency", ("0", "1", "2", "3", "4")),
    _rating("Stiffness, 0 to 10", NONE_TO_TEN),
    _rating("Pain, 0 to 10", NONE_TO_TEN, "72514-3"),
    _rating("Craving, 0 to 10", NONE_TO_TEN),
    _number("Walking time, 10 metres", "seconds", "s", ("1", "600")),
    _number(
        "Blood pressure",
        "mmHg",
        "mm[Hg]",
        ("20", "320"),
        "85354-9",
        labels=("upper", "lower"),
        part_codes=("8480-6", "8462-4"),
    ),
    _number("Pulse", "beats per minute", "/min", ("15", "320"), "8867-4"),
    _number("Weight", "kg", "kg", ("0.3", "400"), "29463-7"),
    _number("Temperature", "degrees Celsius", "Cel", ("25", "45"), "8310-5"),
    _number("eGFR", "mL per minute per 1.73 m²", "mL/min/{1.73_m2}", ("1", "250")),
    _number("Creatinine", "micromoles per litre", "umol/L", ("5", "3000"), "14682-9"),
    _number("Bilirubin, total", "micromoles per litre", "umol/L", ("0.5", "1500"), "14631-6"),
    _number("Alanine aminotransferase (ALT)", *UNITS_PER_LITRE, ("1", "30000"), "1742-6"),
    _number("Aspartate aminotransferase (AST)", *UNITS_PER_LITRE, ("1", "30000"), "1920-8"),
    _number("Alkaline phosphatase (ALP)", *UNITS_PER_LITRE, ("1", "10000"), "6768-6"),
    _number("Gamma-glutamyl transferase (GGT)", *UNITS_PER_LITRE, ("1", "10000"), "2324-2"),
)
