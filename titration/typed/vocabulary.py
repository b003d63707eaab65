"""The words in which people write doses in English, as patterns. Units, slots, days, counts.

Patterns match ASCII only, in any capitals; a word ends where its letters end.
"""

import re

END = r"(?![A-Za-z0-9])"

# A space that pages put before a unit; it tells a figure that a page printed from one typed.
NO_BREAK_SPACE = "\u00a0"
_SPACES = "\t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
SPACES = str.maketrans(dict.fromkeys(_SPACES, " "))

# Symbols keep their capitals; words may have any.
UNIT_SYMBOLS = {
    "mg": "mg",
    "MG": "mg",
    "mgs": "mg",
    "g": "g",
    "mL": "mL",
    "ml": "mL",
    "mls": "mL",
    "L": "L",
    "mmol": "mmol",
    "mEq": "mEq",
}
UNIT_WORDS = {
    "milligram": "mg",
    "gram": "g",
    "gramme": "g",
    "millilitre": "mL",
    "milliliter": "mL",
    "litre": "L",
    "liter": "L",
    "millimole": "mmol",
    "milliequivalent": "mEq",
    "international unit": "unit",
    "tab": "tablet",
    "cap": "capsule",
} | {
    word: word
    for word in (
        *("microgram", "nanogram", "unit", "tablet", "capsule", "drop", "puff", "inhalation"),
        *("spray", "sachet", "lozenge", "application", "actuation", "ampoule", "film", "piece"),
        "vial",
    )
}
UNIT_WORDS |= {f"{word}s": unit for word, unit in UNIT_WORDS.items()} | {
    "patch": "patch",
    "patches": "patch",
    "suppository": "suppository",
    "suppositories": "suppository",
    "pessary": "pessary",
    "pessaries": "pessary",
    "million unit": "million-unit",
    "million units": "million-unit",
    "million-unit": "million-unit",
    "million-units": "million-unit",
}
# Source: ISMP 2021 list of error-prone abbreviations.
UNITS_REFUSED = (
    dict.fromkeys(("mcg", "mcgs", "ug", "µg", "μg", "mkg", "µ", "μ"), "write_micrograms")
    | dict.fromkeys(("ng", "ngs"), "write_nanograms")
    | dict.fromkeys(("u", "iu", "ius", "mu", "miu"), "write_units")
    | dict.fromkeys(("cc", "ccs", "ccm"), "write_millilitres")
    | dict.fromkeys(("l", "gm", "gms", "gr", "grs", "tsp", "tbsp", "amp", "m"), "unit_unclear")
)
LATIN = {
    *("od", "qd", "om", "ow", "bd", "bid", "bds", "td", "tid", "tds", "qds", "qid", "qod", "eod"),
    *("nocte", "noct", "mane", "prn", "sos", "stat", "hs", "ac", "pc", "cc", "po", "qam", "qpm"),
    *("qhs", "qn", "qw", "q24h", "q12h", "q8h", "q6h", "q4h", "q3h", "q2h"),
}

NUMBERS = {
    word: value
    for value, word in enumerate(
        (
            *("one", "two", "three", "four", "five", "six"),
            *("seven", "eight", "nine", "ten", "eleven", "twelve"),
        ),
        start=1,
    )
}
ORDINALS = {"other": 2, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6} | {
    f"{number}{ending}": number
    for number, ending in ((2, "nd"), (3, "rd"), (4, "th"), (5, "th"), (6, "th"))
}
COUNT = rf"(?:(?:{'|'.join(NUMBERS)}){END}|(?:[1-9][0-9]{{0,4}}|0)(?![0-9]|[.,:/][0-9]))"

_SLOT_NOUNS = {
    "morning": "mornings?",
    "breakfast": "breakfast(?:[ -]?time)?",
    "midday": "mid-?day|noon",
    "lunch": "lunch(?:[ -]?time)?",
    "afternoon": "afternoons?",
    "dinner": "dinner(?:[ -]?time)?",
    "evening": "evenings?",
    "bedtime": "bed(?:[ -]?time)?",
    "night": "night[ -]?time|nightly|nights?",
}
_SLOT_NOUN = [
    (slot, re.compile(noun, re.IGNORECASE | re.ASCII)) for slot, noun in _SLOT_NOUNS.items()
]
_SLOT_NAMES = "|".join(_SLOT_NOUNS.values())
# What is taken "in the night" is not what is taken when it begins.
SLOT = (
    r"(?:(?:in\s+the(?!\s+night)|at|with|before(?=\s+bed)|every|each)\s+)?"
    rf"(?:{_SLOT_NAMES}){END}"
)
# One of the times of day by its bare name.
SLOT_NAME = rf"(?:{_SLOT_NAMES}){END}"
_HALF = r"\s*[ap]\.?m\.?"
# Without its colon a clock time needs the word "at": it may be a figure.
CLOCK = (
    rf"(?:(?:at\s+)?[0-9]{{1,2}}(?::[0-9]{{2}}(?:{_HALF})?|{_HALF})"
    rf"|at\s+(?:[0-9]{{1,2}}\.[0-9]{{2}}|[0-9]{{4}}(?:\s*(?:hours|hrs|h))?)){END}(?!:)"
)

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    rf"|mon|tues?|wed|thurs?|thu|fri|sat|sun){END}"
)


def unit_of(word: str) -> str | None:
    """The unit of UNITS that a word names, or none. "mg", "Tablets", "million units"."""
    return UNIT_SYMBOLS.get(word) or UNIT_WORDS.get(" ".join(word.lower().split()))


def slot_of(words: str) -> str | None:
    """The slot that words name: "in the morning", "Bedtime", "bed"; none for any other."""
    noun = re.sub(r"^(?:in\s+the|at|with|before|every|each)\s+", "", words.strip().lower())
    return next((slot for slot, pattern in _SLOT_NOUN if pattern.fullmatch(noun)), None)


def weekday_of(name: str) -> int:
    """1 to 7 for "Monday", "mon", "TUES", "Thursdays"."""
    return next(n for n, full in enumerate(WEEKDAY_NAMES, 1) if full.startswith(name.lower()[:3]))


def number_of(word: str) -> int:
    """The value of a count as matched by COUNT."""
    return NUMBERS.get(word.lower()) or int(word)
