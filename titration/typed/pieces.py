"""What each piece beside an amount says: from the words that matched to what a part keeps.

Every function takes the source, the name of the piece, the part it belongs to and the match, and
gives the place where the piece ends; none when it is not such a piece after all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

from titration.dosing import Amount
from titration.typed.amounts import amount_at, figure_of
from titration.typed.dates import read_date
from titration.typed.parts import DAILY, Count, Every, Part
from titration.typed.problems import NotUnderstood
from titration.typed.tokens import MOMENT, TIMES, TOKENS
from titration.typed.vocabulary import COUNT, END, ORDINALS, WEEKDAY, number_of, slot_of, weekday_of

_FLAGS = re.IGNORECASE | re.ASCII
_EACH = re.compile(r"\s*(?:each(?:\s+time)?|per\s+dose)\s*\)", _FLAGS)
_OF = re.compile(r"\s*of\s+", _FLAGS)
_PER_ML = re.compile(rf"\s*(?:per\s+|/\s*)m[lL]{END}")
_PER_SOME_ML = re.compile(r"\s*(?:per|/|in)\s*[0-9.]+\s*m[lL]", _FLAGS)
_CLOSE = re.compile(r"\s*\)")
_IN_HOURS = re.compile(
    rf"\s*(?:in|within|per|every)\s+(?:any\s+)?([0-9]{{1,5}})\s*(?:hours?|hrs?|h){END}", _FLAGS
)
_AND_MOST = re.compile(
    rf"\s*(?:,|,?\s+and)\s+(?:(?:at\s+most|max(?:imum)?(?:\s+of)?|(?:no|not)\s+more\s+than){END}\s*)",
    _FLAGS,
)
_TIMES = re.compile(rf"\s*{TIMES}", _FLAGS)
_DOSES = re.compile(rf"\s*(?P<count>{COUNT})\s*doses?{END}", _FLAGS)
_CLOCK = re.compile(
    r"(?:at\s+)?([0-9]{1,2})(?:[:.]?([0-9]{2}))?\s*(?:([ap])\.?m\.?|hours|hrs|h)?", _FLAGS
)
_MOMENT = re.compile(MOMENT, _FLAGS | re.VERBOSE)
_WEEKDAY = re.compile(WEEKDAY, _FLAGS)
_THROUGH = re.compile(r"\s*(?:to|through|[-–])\s*", _FLAGS)
_ADVERBS = {
    "hourly": (1, "hour"),
    "daily": (1, "day"),
    "weekly": (1, "week"),
    "fortnightly": (2, "week"),
    "monthly": (1, "month"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A typed text, the same with every space a plain one, and the unit of bare figures."""

    text: str
    plain: str
    unit: str


Take = Callable[[Source, str, Part, re.Match[str]], int | None]


def clock_time(words: str, at: tuple[int, int]) -> time:
    """Read "08:00", "at 8:30", "8 am". Raises NotUnderstood: 12 am may be noon or midnight."""
    found = _CLOCK.fullmatch(words)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    half = found[3].lower() if found and found[3] else ""
    if hour > (11 if half else 23) or minute > 59 or (half and hour == 0):
        raise NotUnderstood("clock_unclear", at)
    return time(hour + 12 if half == "p" else hour, minute)


def _quoted(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    part.say(name, _verbatim(source, found), found.span())
    return found.end()


def _verbatim(source: Source, found: re.Match[str]) -> str:
    group = "text" if found["text"] is not None else "straight"
    return source.text[slice(*found.span(group))]


def _anchor(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    try:
        part.say(name, read_date(found["date"]), found.span())
    except NotUnderstood as problem:
        raise NotUnderstood(problem.code, problem.at or found.span("date")) from None
    return found.end()


def _changed(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    """ "Changed every 72 hours", "changed every 7 days": in hours, of which a day has 24."""
    hours = 168 if found["week"] or found["weeks"] else 24 if found["days"] else 1
    part.say(name, hours * number_of(found["count"] or "1"), found.span())
    return found.end()


def _as_needed(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    if found["text"] is not None or found["straight"] is not None:
        part.say(name, _verbatim(source, found), found.span())
        return found.end()
    start, end = found.span("words") if found["words"] else (found.end(), found.end())
    # A reason without quotation marks ends where the maximum begins, and holds no timing.
    for word in re.finditer(r"[A-Za-z]+", source.plain[start:end]):
        at = start + word.start()
        known = next((token for token in TOKENS if token[1].match(source.plain, at)), None)
        if known and known[0] == "maximum":
            end = at
            break
        if known or (
            word[0].lower() in ("and", "or", "then", "plus") and start + word.end() == end
        ):
            raise NotUnderstood("reason_unclear", (start, end))
    reason = source.text[start:end].strip()
    if found["words"] and not reason:
        raise NotUnderstood("reason_unclear", found.span())
    part.say(name, reason, (found.start(), end))
    return end


def _maximum(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    at = found.end()
    limits: dict[str, object] = {}
    while True:
        limit, key, end = _limit(source, at)
        if key in limits:
            raise NotUnderstood("said_twice", (at, end))
        limits[key] = limit
        more = _AND_MOST.match(source.plain, end)
        if not more:
            break
        at = more.end()
    hours = _IN_HOURS.match(source.plain, end)
    if not hours:
        raise NotUnderstood("maximum_hours_missing", (found.start(), end))
    part.say(name, {**limits, "maximum_hours": int(hours[1])}, (found.start(), hours.end()))
    return hours.end()


def _limit(source: Source, at: int) -> tuple[object, str, int]:
    if times := _TIMES.match(source.plain, at):
        most, most_to = _count_of(times)
        if most_to is not None:
            raise NotUnderstood("maximum_range", times.span())
        return most, "maximum_times", times.end()
    if doses := _DOSES.match(source.plain, at):
        return number_of(doses["count"]), "maximum_times", doses.end()
    at += len(source.plain[at:]) - len(source.plain[at:].lstrip(" "))
    # A bare figure here may be an amount, or a number of times.
    found = amount_at(source.text, source.plain, at)
    if found is None:
        raise NotUnderstood("maximum_figure", (at, at + 1))
    return found[0], "maximum", found[1]


def _count_of(found: re.Match[str]) -> tuple[int, int | None]:
    """A number of times, or a range of two: "twice", "2 to 3 times", "once or twice"."""
    most = _times_of(found["count"])
    if not found["few"]:
        return most, None
    fewest = _times_of(found["few"])
    if fewest >= most:
        raise NotUnderstood("times_range", found.span("few"))
    _check_or(found, ("few", fewest), ("count", most))
    return fewest, most


def _check_or(found: re.Match[str], low: tuple[str, int], high: tuple[str, int]) -> None:
    """ "2 or 4 times" says one of the two, which no range does: only neighbours are a range."""
    joined = found.string[found.end(low[0]) : found.start(high[0])]
    if joined.strip().lower() == "or" and high[1] - low[1] > 1:
        raise NotUnderstood("or_unclear", (found.start(low[0]), found.end(high[0])))


def _times_of(words: str) -> int:
    words = words.lower()
    fixed = {"once": 1, "twice": 2, "thrice": 3}.get(words)
    return fixed if fixed is not None else number_of(re.sub(r"\s*times?$", "", words))


def _volume(source: Source, name: str, part: Part, found: re.Match[str]) -> int | None:
    """ "as 1 mL of 50 micrograms per mL", "volume 1 mL", "(1.5 mL)"; or "(5 mg each time)"."""
    plain, is_open = source.plain, found["open"] is not None
    volume, end = _amount_in(source, found.end())
    if is_open and (each := _EACH.match(plain, end)):
        part.say("each_time", volume, (found.start(), each.end()))
        return each.end()
    if (
        volume.unit != "mL"
        or figure_of(volume) is None
        or (part.amount and part.amount.unit == "mL" and is_open and not _OF.match(plain, end))
    ):
        raise NotUnderstood("not_understood", (found.start(), end))
    part.say("volume", volume.low, (found.start(), end))
    if of := _OF.match(plain, end):
        end = _strength(source, part, found.start(), of.end())
    if is_open:
        closed = _CLOSE.match(plain, end)
        if not closed:
            raise NotUnderstood("not_understood", (found.start(), end))
        end = closed.end()
    return end


def _concentration(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    return _strength(source, part, found.start(), found.end())


def _strength(source: Source, part: Part, start: int, at: int) -> int:
    amount, end = _amount_in(source, at)
    per = _PER_ML.match(source.plain, end)
    if not per and _PER_SOME_ML.match(source.plain, end):
        raise NotUnderstood("concentration_per", (at, end))
    if not per or figure_of(amount) is None:
        raise NotUnderstood("concentration_figure", (at, end))
    part.say("concentration", amount, (start, per.end()))
    return per.end()


def _amount_in(source: Source, at: int) -> tuple[Amount, int]:
    found = amount_at(source.text, source.plain, at)
    if found is None:
        raise NotUnderstood("not_understood", (at, at + 1))
    return found


def _window(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    start = clock_time(found["start"], found.span("start"))
    end = clock_time(found["end"], found.span("end"))
    if found["next_day"] and end > start:
        raise NotUnderstood("timing_clash", found.span())
    part.say(name, (start, end), found.span())
    return found.end()


def _rate(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    part.say(
        name, "24 hours" if found["day"] else "minute" if found["minute"] else "hour", found.span()
    )
    return found.end()


def _flag(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    part.say(name, True, found.span())
    return found.end()


def _number(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    part.say(name, number_of(found["count"]), found.span())
    return found.end()


def _cycle(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    """ "On the first 5 days of every 7", "days 1 to 5 of a 28-day cycle"."""
    return _say_cycle(part, number_of(found["on"]), number_of(found["of"]), found)


def _on_off(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    """ "5 days on, 2 days off", "4 weeks on, 2 weeks off"; a bare "off" counts as "on" does."""
    is_off_in_weeks = found["weeks_off"] or (found["weeks"] and not found["days_off"])
    on = number_of(found["on"]) * (7 if found["weeks"] else 1)
    off = number_of(found["off"]) * (7 if is_off_in_weeks else 1)
    return _say_cycle(part, on, on + off, found)


def _say_cycle(part: Part, on: int, of: int, found: re.Match[str]) -> int:
    if not 1 <= on < of:
        raise NotUnderstood("days_on_bounds", found.span())
    part.say("cycle", (on, of), found.span())
    return found.end()


def _count(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    per = found["per"].lower() if found["per"] else ""
    every = _fortnight_or(per) if per else _period(found)
    part.say(name, Count(*_count_of(found), every), found.span())
    _say_moment(part, found)
    return found.end()


def _bare_count(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    part.say(name, _count_of(found), found.span())
    return found.end()


def _every(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    every = _period(found)
    _say_moment(part, found)
    if every.unit == "hour":
        # "Every 6 hours" is once in 6 hours, a count by itself.
        part.say("count", Count(1, None, every), found.span())
    else:
        part.say(name, every, found.span())
    return found.end()


def _say_moment(part: Part, found: re.Match[str]) -> None:
    """ "On alternate nights", "every other morning": the days, and the time of each."""
    if slot := found["ordinal_slot"] or found["alternate_slot"]:
        part.say("moments", (slot_of(slot),), found.span())


def _period(found: re.Match[str]) -> Every:
    if found["every"]:
        return _every_of(found, "every", found["every_unit"].lower())
    if found["ordinal"]:
        return Every(ORDINALS[found["ordinal"].lower()], (found["ordinal_unit"] or "day").lower())
    if found["alternate"]:
        return Every(2, "day")
    if found["hourly"]:
        return _every_of(found, "hourly", "hour")
    if found["adverb"]:
        return Every(*_ADVERBS[found["adverb"].lower()])
    return _fortnight_or((found["each"] or found["each_only"]).lower())


def _fortnight_or(unit: str) -> Every:
    return Every(2, "week") if unit == "fortnight" else Every(1, unit)


def _every_of(found: re.Match[str], name: str, unit: str) -> Every:
    period, to = number_of(found[name]), found[f"{name}_to"]
    if not to:
        return Every(period, unit)
    _check_or(found, (name, period), (f"{name}_to", number_of(to)))
    return Every(period, unit, number_of(to))


def _weekdays(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    offset = found.start("days")
    items = list(_WEEKDAY.finditer(found["days"]))
    days = [weekday_of(item[0]) for item in items]
    for (first, second), (start, end) in zip(pairwise(items), pairwise(list(days)), strict=True):
        between = found["days"][first.end() : second.start()]
        if _THROUGH.fullmatch(between):
            if len(items) > 2 or end <= start:
                raise NotUnderstood("weekday_unclear", found.span())
            days = list(range(start, end + 1))
    if len(set(days)) < len(days):
        raise NotUnderstood("said_twice", (offset, found.end()))
    is_weekly = bool(re.search("every|each", found["prefix"], re.IGNORECASE)) or all(
        item[0].lower().endswith("days") for item in items
    )
    part.say(name, (tuple(sorted(days)), is_weekly), found.span())
    return found.end()


def _moments(source: Source, name: str, part: Part, found: re.Match[str]) -> int:
    moments: list[str | time] = []
    for item in _MOMENT.finditer(found[0]):
        slot = slot_of(item[0])
        at = (found.start() + item.start(), found.start() + item.end())
        moments.append(slot if slot else clock_time(item[0], at))
    part.say(name, tuple(moments), found.span())
    if re.search(r"\b(?:every|each|nightly)\b", found[0], re.IGNORECASE):
        part.say("every", DAILY, found.span())
    return found.end()


TAKES: dict[str, Take] = {
    "strengths": _quoted,
    "product": _quoted,
    "calculation": _quoted,
    "instruction": _quoted,
    "in_words": _quoted,
    "anchor": _anchor,
    "changed": _changed,
    "as_needed": _as_needed,
    "maximum": _maximum,
    "volume_of": _volume,
    "concentration": _concentration,
    "window": _window,
    "rate": _rate,
    "single": _flag,
    "one_day": _number,
    "cycle": _cycle,
    "on_off": _on_off,
    "one_week": _number,
    "count": _count,
    "every": _every,
    "weekdays": _weekdays,
    "moments": _moments,
    "bare_count": _bare_count,
    "continuous": _flag,
    "each_time": lambda _source, _name, _part, found: found.end(),
}
