"""The headings of a table's columns: what each column holds, by its words alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from titration.typed.pieces import clock_time
from titration.typed.problems import NotUnderstood
from titration.typed.vocabulary import (
    CLOCK,
    SPACES,
    WEEKDAY,
    WEEKDAY_NAMES,
    slot_of,
    unit_of,
    weekday_of,
)

_ROLES = {
    word: role
    for role, words in {
        "start": (
            *("date", "dates", "from", "from date", "start", "starts", "starting", "start date"),
            *("begin", "w/c", "week commencing", "week beginning", "week starting"),
        ),
        "until": ("to", "to date", "until", "end", "ends", "end date", "last day"),
        "week": ("week", "week no", "week number", "wk"),
        "day": ("day", "day no", "day number"),
        "month": ("month", "month number"),
        "weeks": ("weeks",),
        "days": ("days",),
        "months": ("months",),
        "after": ("after", "interval", "start after", "starts after"),
        "lasts": ("duration", "for", "how long", "length", "lasts"),
        "dose": ("dose", "doses", "dosage", "dose and timing", "dose to take", "amount"),
        "timing": ("timing", "frequency", "how often", "times", "times a day"),
        "words": (
            *("words", "instruction", "instructions", "note", "notes", "comment", "comments"),
            *("remark", "remarks"),
        ),
        "number": ("#", "no", "number", "step", "steps", "stage", "row", "phase"),
    }.items()
    for word in words
}
# What a column of them counts in. Below "Days" a figure may be a number or a length.
COUNTED = {role: unit for unit in ("day", "week", "month") for role in (unit, f"{unit}s")}
# They name a time of day, but none that the record has.
_UNCLEAR = re.compile(
    r"(?:at\s+)?(?:nocte|mane|noct|am|pm|a\.m\.|p\.m\.|supper|tea"
    r"|tea[ -]?time|evening meal|midnight)",
    re.IGNORECASE,
)
_UNIT = re.compile(r"^(?P<words>.*?)\s*(?:\((?:in\s+)?(?P<inner>[^()]*)\)|\bin\s+(?P<after>\S+))$")
_SLASHED = re.compile(r"[a-z -]+(?:/[a-z -]+)+", re.IGNORECASE)
_CLOCK = re.compile(CLOCK, re.IGNORECASE | re.ASCII)
_WEEKDAY = re.compile(WEEKDAY, re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column holds.

    role    "start", "until", one of COUNTED, "after", "lasts", "dose", "timing", "words",
            "number", "slots" (an amount for each of `slots`, parted by slashes when several),
            "weekday" (an amount for one day of each week), "unclear" (a time of day that is not
            known), "unknown", or "" without a heading
    slots   of SLOTS, or clock times as "08:00"; of a weekday its name
    unit    what bare figures in the column are counted in
    """

    role: str
    slots: tuple[str, ...] = ()
    unit: str = ""


def heading_of(text: str) -> Heading:
    """Read one heading: "Date", "Morning (mg)", "08:00", "Dose in mg"."""
    words = " ".join(text.translate(SPACES).split()).rstrip(":.")
    unit, words = _with_unit(words)
    lowered = words.lower()
    if lowered in _ROLES:
        return Heading(_ROLES[lowered], unit=unit)
    slots = _slots(words)
    if slots:
        return Heading("slots", slots, unit)
    if _WEEKDAY.fullmatch(words):
        return Heading("weekday", (WEEKDAY_NAMES[weekday_of(words) - 1],), unit)
    if _UNCLEAR.fullmatch(words):
        return Heading("unclear", unit=unit)
    return Heading("unknown" if words else "")


def is_header(cells: Sequence[str]) -> bool:
    """Whether cells are headings: one is known, and none but clock times holds a figure."""
    headings = [heading_of(cell) for cell in cells]
    return any(heading.role not in ("", "unknown") for heading in headings) and not any(
        any(sign.isdigit() for sign in cell)
        for cell, heading in zip(cells, headings, strict=True)
        if heading.role != "slots"
    )


def _with_unit(words: str) -> tuple[str, str]:
    found = _UNIT.match(words)
    if found:
        inner = found["inner"] or found["after"] or ""
        if unit := unit_of(inner):
            return unit, found["words"]
        if _slots(inner):
            unit, rest = _with_unit(found["words"])
            return unit, inner if rest.lower() in ("", "dose", "doses", "amount") else words
        return "", words
    head, _space, last = words.rpartition(" ")
    unit = unit_of(last)
    return (unit, head) if head and unit else ("", words)


def _slots(words: str) -> tuple[str, ...]:
    items = words.split("/") if _SLASHED.fullmatch(words) else [words]
    slots = [slot_of(item) or _clock(item.strip()) for item in items]
    return tuple(slots) if all(slots) and len(set(slots)) == len(slots) else ()


def _clock(words: str) -> str:
    if not _CLOCK.fullmatch(words):
        return ""
    try:
        return f"{clock_time(words, (0, len(words))):%H:%M}"
    except NotUnderstood:
        return ""
