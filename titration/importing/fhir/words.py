"""Whether the words of a dosage say another thing than its structure. It never says which is right.

Only what both say is compared: figures, units, weekdays, times of day. Words that have none of
these ("as directed") disagree with nothing.
"""

import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal

from titration.dosing import Component, within_marks
from titration.importing.fhir.dosage import DosageSaid
from titration.importing.fhir.timings import Bounds
from titration.typed.vocabulary import (
    NUMBERS,
    ORDINALS,
    SPACES,
    UNITS_REFUSED,
    WEEKDAY_NAMES,
    slot_of,
    unit_of,
)

_QUOTED = re.compile(r"“([^”]*)”")
_COUNTED = re.compile(r"counted from (?:[A-Za-z]+ )?[0-9]{2}-[A-Za-z]{3}-[0-9]{4}")
_CLOCK = re.compile(r"\b([0-9]{1,2}):([0-9]{2})\b")
_FIGURE = re.compile(
    r"(?<![\w.])([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
    r"(?:\s*(million[ -]units?|[A-Za-zµμ]+))?"
)
_WORD = re.compile(r"[A-Za-z]+")
_SLOT = re.compile(
    r"\b(mornings?|breakfast|mid-?day|noon|lunch|afternoons?|dinner|evenings?|bed(?:[ -]?time)?"
    r"|night(?:[ -]?time|ly|s)?)\b",
    re.IGNORECASE,
)
WORDS = {**NUMBERS, **ORDINALS, "once": 1, "twice": 2, "thrice": 3, "alternate": 2} | {
    "half": Decimal("0.5"),
    "quarter": Decimal("0.25"),
}
_PERIODS = {
    "day": re.compile(r"\b(?:daily|(?:a|per|each|every) day)\b", re.IGNORECASE),
    "week": re.compile(r"\b(?:weekly|fortnightly|(?:a|per|each|every) week)\b", re.IGNORECASE),
    "month": re.compile(r"\b(?:monthly|(?:a|per|each|every) month)\b", re.IGNORECASE),
}
_ALTERNATE = re.compile(r"\b(?:alternate|(?:every|each) (?:other|second)) day", re.IGNORECASE)
_ONCE_OR_TWICE = re.compile(r"\bonce (?:or|to) twice\b", re.IGNORECASE)
_NONE_TAKEN = re.compile(r"\b(?:stop|withh[eo]ld|hold|omit|suspend|discontinue)", re.IGNORECASE)


def disagrees(said: DosageSaid) -> bool:
    """Whether the text of a dosage and its structure say different things."""
    text = _COUNTED.sub(" ", _without_what_was_typed(said).translate(SPACES))
    if not said.components or not text.strip():
        return False
    return any(
        (
            _clocks(text, said),
            _figures(text, said),
            _days(text, said),
            _slots(text, said),
            _periods(text, said),
            _ranges(text, said),
            _ends(text, said),
        )
    )


def _without_what_was_typed(said: DosageSaid) -> str:
    """The words without what their structure has as typed text; another's quotation marks stay."""
    typed = {within_marks(text) for part in said.components for text in part.texts}
    return _QUOTED.sub(lambda found: " " if found[1] in typed else found[0], said.text)


def _clocks(text: str, said: DosageSaid) -> bool:
    written = {time(int(h), int(m)) for h, m in _CLOCK.findall(text) if int(h) < 24 > int(m) // 60}
    timings = [part.timing for part in said.components]
    known = {c for t in timings for c in (t.clock, t.window_from, t.window_to) if c}
    return not written <= known


def _figures(text: str, said: DosageSaid) -> bool:
    plain = _CLOCK.sub(" ", text)
    written, pairs = set(), set()
    for digits, unit in _FIGURE.findall(plain):
        value = Decimal(digits.replace(",", ""))
        written.add(value)
        # A unit that is refused as typed ("mcg") is none of the structure's: a person says.
        if named := unit_of(unit) or (unit if unit.lower() in UNITS_REFUSED else None):
            pairs.add((value, named))
    spelt = {Decimal(WORDS[w]) for w in map(str.lower, _WORD.findall(plain)) if w in WORDS}
    if not written | spelt <= _figures_of(said):
        return True
    amounts = dict.fromkeys(_amounts(said))
    if not pairs <= set(amounts):
        return True
    is_told = bool(written | spelt)
    if is_told and not _ends_of_ranges(said) <= written | spelt:
        return True
    return is_told and not {value for value, _unit in _taken(said)} <= written | spelt


def _amounts(said: DosageSaid) -> Iterator[tuple[Decimal, str]]:
    """Every figure with its unit that the structure says."""
    for part in said.components:
        yield from _taken_of(part)
        if part.maximum:
            yield part.maximum.low, part.maximum.unit
        if part.volume is not None:
            yield part.volume, "mL"
        if part.concentration is not None:
            yield part.concentration, part.concentration_unit


def _taken(said: DosageSaid) -> Iterator[tuple[Decimal, str]]:
    for part in said.components:
        yield from _taken_of(part)


def _taken_of(part: Component) -> Iterator[tuple[Decimal, str]]:
    if part.amount is None:
        return
    yield part.amount.low, part.amount.unit
    if part.amount.high is not None:
        yield part.amount.high, part.amount.unit


def _days(text: str, said: DosageSaid) -> bool:
    written = {n for n, name in enumerate(WEEKDAY_NAMES, 1) if name in text.lower()}
    return bool(written) and written != {d for p in said.components for d in p.timing.weekdays}


def _periods(text: str, said: DosageSaid) -> bool:
    """Whether the words count by days, weeks or months of which the structure knows nothing."""
    written = {unit for unit, pattern in _PERIODS.items() if pattern.search(text)}
    timings = [part.timing for part in said.components]
    if _ALTERNATE.search(text) and all(timing.period != 2 for timing in timings):
        return True
    known = {timing.period_unit for timing in timings}
    if any(timing.weekdays for timing in timings):
        known |= {"day", "week"}
    return bool(written) and not written & known


def _ends_of_ranges(said: DosageSaid) -> set[Decimal]:
    """Both numbers of each range of times and of periods: words with one of them say less."""
    timings = [part.timing for part in said.components]
    times = [(t.times, t.times_to) for t in timings if t.times_to is not None]
    periods = [(t.period, t.period_to) for t in timings if t.period_to is not None]
    return {Decimal(end) for ends in (*times, *periods) for end in ends if end is not None}


def _ranges(text: str, said: DosageSaid) -> bool:
    """Whether the words leave open a number of times that the structure fixes."""
    is_open = any(part.timing.times_to is not None for part in said.components)
    return bool(_ONCE_OR_TWICE.search(text)) and not is_open


def _ends(text: str, said: DosageSaid) -> bool:
    """Whether the words say that none is taken, and the structure has no end."""
    return bool(_NONE_TAKEN.search(text)) and not (said.bounds.end or said.bounds.count)


def _slots(text: str, said: DosageSaid) -> bool:
    written = {slot_of(word) for word in _SLOT.findall(text)}
    return not written <= {part.timing.slot for part in said.components}


def _figures_of(said: DosageSaid) -> set[Decimal]:
    """Every figure that the structure of a dosage says, of amounts, counts and spans."""
    found = {Decimal(1)}
    for part in said.components:
        timing = part.timing
        found |= {
            Decimal(value)
            for value in (
                *(figure for figure, _unit in _taken_of(part)),
                *(part.volume, part.concentration),
                *(part.maximum.low if part.maximum else None, part.maximum_times),
                *(part.maximum_hours, timing.times, timing.period, timing.changed_every_hours),
                *(timing.times_to, timing.period_to),
                *((timing.days_on, timing.period - timing.days_on) if timing.days_on else ()),
            )
            if value is not None
        }
        if timing.changed_every_hours and timing.changed_every_hours % 24 == 0:
            found.add(Decimal(timing.changed_every_hours // 24))
        if timing.rate_per == "24 hours":
            found.add(Decimal(24))
    return found | _spans_of(said.bounds)


def _spans_of(bounds: Bounds) -> set[Decimal]:
    """The days, and the whole weeks, for which a dosage holds."""
    days = 0
    if bounds.count is not None:
        found = {Decimal(bounds.count)}
        days = bounds.count if bounds.unit == "day" else 7 * bounds.count * (bounds.unit == "week")
    else:
        found = set()
        try:
            start, end = date.fromisoformat(bounds.start), date.fromisoformat(bounds.end)
            days = (end - start).days + 1
        except ValueError:
            days = 0
    if days:
        found.add(Decimal(days))
        if days % 7 == 0:
            found.add(Decimal(days // 7))
    return found
