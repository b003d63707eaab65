"""What bears on dosing beside the medicines themselves: its topics, and what a text of one holds.

Pure: standard library only. Nothing here weighs what was written: it checks shapes alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_LINES = 40
"""Lines of one text. More of them are a paste that went wrong."""

# As amounts are typed everywhere: no comma, exponent, sign, foreign digits, bare or trailing dot.
_FIGURE = re.compile(r"(0|[1-9][0-9]{0,7})(\.[0-9]{0,5}[1-9])?", re.ASCII)


class Status(StrEnum):
    """Whether a topic was asked about, and what the answer was."""

    NOT_ASKED = "not-asked"
    NONE_KNOWN = "none-known"
    STATED = "stated"


STATUSES = frozenset(Status)


class Box(StrEnum):
    """How a part is typed: words on a line, one of a few codes, a figure, a day by ISO 8601."""

    LINE = "line"
    CHOICE = "choice"
    FIGURE = "figure"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a line. `has_come`: a day that is not in the future."""

    name: str
    box: Box = Box.LINE
    is_needed: bool = False
    choices: tuple[str, ...] = ()
    length: int = 200
    has_come: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the context; its first part says what a line is about.

    `has_none`: it can be said that there is none. `is_single`: one line says all.
    """

    code: str
    parts: tuple[Part, ...]
    has_none: bool = True
    is_single: bool = False

    @property
    def most(self) -> int:
        """How many lines a text may have."""
        return 1 if self.is_single else MOST_LINES


def _choice(name: str, *choices: str, is_needed: bool = False) -> Part:
    return Part(name, Box.CHOICE, is_needed, choices)


_SINCE, _UNTIL, _NOTE = Part("since", length=80), Part("until", length=80), Part("note", length=300)

ALLERGIES = "allergies"
TOPICS = {
    topic.code: topic
    for topic in (
        # FHIR R4 AllergyIntolerance: code.text, reaction.manifestation.text, reaction.severity.
        Topic(
            ALLERGIES,
            (
                Part("substance", is_needed=True),
                Part("reaction"),
                _choice("severity", "mild", "moderate", "severe"),
            ),
        ),
        # FHIR R4 Condition: code.text, onsetString, note.
        Topic("conditions", (Part("condition", is_needed=True), _SINCE, _NOTE)),
        # FHIR R4 MedicationStatement: medicationCodeableConcept.text, dosage.text.
        Topic(
            "medicines",
            (
                Part("medicine", is_needed=True),
                Part("dose", length=300),
                _choice("kind", "prescribed", "over-the-counter", "herbal"),
                Part("prescriber"),
                _SINCE,
                _UNTIL,
            ),
        ),
        Topic(
            "sedatives", (Part("substance", is_needed=True), Part("amount"), _SINCE, _UNTIL, _NOTE)
        ),
        Topic(
            "pregnancy",
            (_choice("state", "pregnant", "breastfeeding", "both", is_needed=True), _NOTE),
            is_single=True,
        ),
        # FHIR R4 Observation: code, valueQuantity, effectiveDateTime, note.
        Topic(
            "kidney",
            (
                _choice(
                    "measure", "egfr", "creatinine-clearance", "serum-creatinine", is_needed=True
                ),
                Part("value", Box.FIGURE, is_needed=True),
                # UCUM.
                _choice("unit", "mL/min/{1.73_m2}", "mL/min", "umol/L", "mg/dL", is_needed=True),
                Part("on", Box.DAY, is_needed=True, has_come=True),
                Part("source"),
            ),
        ),
        # FHIR R4 Encounter: class, location, period.
        Topic(
            "setting",
            (
                _choice("setting", "home", "hospital", "other", is_needed=True),
                Part("place"),
                Part("from", Box.DAY),
                Part("to", Box.DAY),
            ),
            has_none=False,
        ),
        # FHIR R4 Patient.communication.
        Topic(
            "language",
            (
                Part("language", is_needed=True, length=80),
                _choice("interpreter", "needed", "not-needed"),
                _NOTE,
            ),
            has_none=False,
        ),
        Topic(
            "giver",
            (
                _choice("giver", "patient", "family", "professional", "other", is_needed=True),
                Part("who"),
                _NOTE,
            ),
            has_none=False,
        ),
    )
}
"""Every topic by its code, in the order of pages."""

Line = Mapping[str, str]
"""What is written of one thing, by the name of its part; nothing for a part that is empty."""


@dataclass(frozen=True, slots=True)
class TopicText:
    """What is known of a topic. Only a text that is stated has lines."""

    status: str = Status.NOT_ASKED
    lines: tuple[Line, ...] = ()


NOT_ASKED = TopicText()


def problems(topic: Topic, text: TopicText, *, today: date) -> Iterator[tuple[int, str, str]]:
    """What speaks against recording this: (line, part, code), none when it is well.

    The part is "" for what is said of the topic, and then the line is 0. Each code has its
    sentence in wording.
    """
    if text.status not in STATUSES or (text.status == Status.NONE_KNOWN and not topic.has_none):
        yield 0, "", "status"
    elif text.status == Status.STATED and not text.lines:
        yield 0, "", "empty"
    elif text.status != Status.STATED and text.lines:
        yield 0, "", "both"
    elif len(text.lines) > topic.most:
        yield 0, "", "too_many"
    for place, line in enumerate(text.lines):
        for part, code in _line_problems(topic, line, today):
            yield place, part, code


def _line_problems(topic: Topic, line: Line, today: date) -> Iterator[tuple[str, str]]:
    parts = {part.name: part for part in topic.parts}
    for name in line:
        if name not in parts:
            yield "", "unknown"
    for name, part in parts.items():
        written = line.get(name, "")
        if not written:
            if part.is_needed:
                yield name, "missing"
        elif code := _part_problem(part, written, today):
            yield name, code
    if _day(line.get("to", "")) < _day(line.get("from", "")) != date.max:
        yield "to", "before_from"


def _part_problem(part: Part, written: str, today: date) -> str:
    if part.box == Box.CHOICE:
        return "" if written in part.choices else "choice"
    if part.box == Box.FIGURE:
        return "" if _FIGURE.fullmatch(written) else "figure"
    if part.box == Box.DAY:
        on = _day(written)
        if on == date.max:
            return "none"
        return "future" if part.has_come and on > today else ""
    return "too_long" if len(written) > part.length else ""


def _day(written: str) -> date:
    """The day that is written; the last of all where none is."""
    try:
        on = date.fromisoformat(written)
    except ValueError:
        return date.max
    return on if on.isoformat() == written else date.max
