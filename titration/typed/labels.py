"""What stands before a dose and says when it starts: a date, "Week 3", "Days 1 to 3".

A week or a day by its number says nothing by itself: only against the row before it.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from titration.typed.dates import DATE_SHAPE, LONGEST, MOST, Interval, read_date, read_interval
from titration.typed.problems import NotUnderstood
from titration.typed.vocabulary import (
    COUNT,
    END,
    SPACES,
    UNIT_SYMBOLS,
    UNIT_WORDS,
    UNITS_REFUSED,
    number_of,
)

_FLAGS = re.IGNORECASE | re.ASCII
_UNIT = r"(?P<unit>day|week|month)s?"
_MEASURES = "|".join(
    sorted(map(re.escape, {*UNIT_SYMBOLS, *UNIT_WORDS, *UNITS_REFUSED}), key=len, reverse=True)
)
# "Week 1 - 5 mg" is a week and a dose, not five weeks.
_LAST = rf"(?:\s*(?:to|until|(?P<and>and|&)|[-–—])\s*(?P<last>{COUNT})(?!\s*(?:{_MEASURES}){END}))?"
# "Week 3 onwards", and "Day 8 on:" where nothing follows that it could be the first word of.
_ONWARDS = r"(?:\s+(?:onwards?\b|on(?=\s*(?:[:;,=–—]|\Z))))?"
_NUMBERED = re.compile(
    rf"(?:on\s+|from\s+|in\s+)?(?P<kind>day|week|wk|month)s?\s*(?:no\.?\s*|number\s+)?"
    rf"(?P<first>{COUNT}){_LAST}{_ONWARDS}",
    _FLAGS,
)
_BARE = re.compile(rf"(?P<first>{COUNT}){_LAST}", _FLAGS)
_ORDINAL = re.compile(rf"(?:step|stage|row|phase|no\.?|number|#)\s*(?P<first>{COUNT})", _FLAGS)
_WEEK_OF = r"w/c|week\s+(?:commencing|beginning|starting)"
_DATES = re.compile(
    rf"(?:(?:starting|start|beginning|from|on|{_WEEK_OF})\s+)?(?P<on>{DATE_SHAPE})"
    rf"(?:\s*(?:to|until|till|[-–—])\s*(?P<until>{DATE_SHAPE}))?",
    _FLAGS,
)
_AFTER = re.compile(
    rf"(?:then\s+)?(?:after\s+(?:a\s+further\s+)?{COUNT}\s*(?:day|week|month)s?"
    rf"|{COUNT}\s*(?:day|week|month)s?\s+(?:later|after)){END}",
    _FLAGS,
)
_FOR = (
    rf"for\s+(?:(?:the\s+)?(?:first|next|a\s+further|another)\s+)?(?P<count>{COUNT})\s*{_UNIT}{END}"
)
_DURATION = re.compile(_FOR, _FLAGS)
_DURATION_LAST = re.compile(rf"[\s,(]{{0,3}}{_FOR}[\s.,;)]*(?:(?:and\s+)?then[\s.,;:]*)?\Z", _FLAGS)
_BETWEEN = re.compile(r"[\s(),]*")
_AFTER_LABEL = re.compile(r"[\s)]*(?:[:;,=.](?=\s|\Z)|:|[-–—](?=\s))?\s*", _FLAGS)


@dataclass(frozen=True, slots=True)
class Label:
    """What was said of when a row starts: any of these.

    on, until       dates
    kind            "day", "week" or "month" with its number `first`, and `last` of a stretch
    after           how long after the row before
    lasts           how long the row lasts
    ordinal         its number among the rows, which says nothing of time
    """

    on: date | None = None
    until: date | None = None
    kind: str = ""
    first: int = 0
    last: int = 0
    after: Interval | None = None
    lasts: Interval | None = None
    ordinal: int = 0


def label_at(text: str) -> tuple[Label, int]:
    """The label at the beginning of a text, and where it ends; an empty one and 0 when none is.

    Raises NotUnderstood for a date that is none, or has two readings.
    """
    plain = text.translate(SPACES)
    label, end, at = Label(), 0, _skip(plain, 0)
    while at < len(plain):
        found = _fact(plain, at, label)
        if found is None:
            break
        label, end = found
        at = _skip(plain, end)
    return label, end


def read_label(text: str, *, bare: str = "") -> Label:
    """Read a cell that says when a row starts; bare figures count in `bare`, when it is given.

    Raises NotUnderstood.
    """
    plain = text.translate(SPACES).strip().rstrip(":.,")
    if len(plain) > LONGEST:
        raise NotUnderstood("start_unknown")
    if bare and (found := _BARE.fullmatch(plain)):
        return _numbered(found, bare)
    label, end = label_at(plain)
    if label == Label() or plain[end:].strip(" )"):
        raise NotUnderstood("start_unknown")
    return label


def without_label(text: str) -> tuple[Label, str]:
    """The label at the beginning of a line, and the rest of the line. Raises NotUnderstood."""
    label, end = label_at(text)
    if not end:
        return label, text
    separator = _AFTER_LABEL.match(text.translate(SPACES), end)
    return label, text[separator.end() if separator else end :]


def after_sign(text: str, at: int) -> str | None:
    """What follows the sign that ends a label at a place; none when no sign stands there."""
    separator = _AFTER_LABEL.match(text.translate(SPACES), at)
    return text[separator.end() :] if separator and separator[0].strip(" )") else None


def without_duration(text: str) -> tuple[Interval | None, str]:
    """How long a dose is said to last at its end ("for 3 days"), and the dose without that."""
    found = _DURATION_LAST.search(text.translate(SPACES))
    if not found or not 1 <= number_of(found["count"]) <= MOST:
        return None, text
    return Interval(number_of(found["count"]), found["unit"].lower()), text[: found.start()]


def _skip(plain: str, at: int) -> int:
    found = _BETWEEN.match(plain, at)
    return found.end() if found else at


def _fact(plain: str, at: int, label: Label) -> tuple[Label, int] | None:
    """The label with one more fact, and where that ends; none when no new fact stands here."""
    if not label.on and (found := _DATES.match(plain, at)):
        try:
            on = read_date(found["on"])
            return replace(label, on=on, until=_until(found["until"], on)), found.end()
        except NotUnderstood as problem:
            raise NotUnderstood(problem.code, found.span()) from None
    if not label.kind and (found := _NUMBERED.match(plain, at)):
        kind = found["kind"].lower().replace("wk", "week")
        numbered = _numbered(found, kind)
        return replace(label, kind=kind, first=numbered.first, last=numbered.last), found.end()
    if not label.after and (found := _AFTER.match(plain, at)):
        words = re.sub(r"^then\s+|a\s+further\s+", "", found[0], flags=re.IGNORECASE)
        return replace(label, after=read_interval(words)), found.end()
    if not label.lasts and (found := _DURATION.match(plain, at)):
        lasts = read_interval(f"{found['count']} {found['unit']}")
        return replace(label, lasts=lasts), found.end()
    if not label.ordinal and (found := _ORDINAL.match(plain, at)):
        return replace(label, ordinal=number_of(found["first"])), found.end()
    return None


def _until(written: str | None, on: date) -> date | None:
    if not written:
        return None
    until = read_date(written)
    if until < on:
        raise NotUnderstood("labels_disagree")
    return until


def _numbered(found: re.Match[str], kind: str) -> Label:
    first = number_of(found["first"])
    last = number_of(found["last"]) if found["last"] else 0
    # "Weeks 1 and 3" leaves a week out.
    if last and (last <= first or (found["and"] and last != first + 1)):
        raise NotUnderstood("labels_disagree")
    return Label(kind=kind, first=first, last=last)
