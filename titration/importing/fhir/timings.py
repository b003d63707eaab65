"""When a dose is taken, and for which days: FHIR R4 Timing, as far as it has one meaning."""

from dataclasses import dataclass, replace
from datetime import date, time

from titration.dosing import Timing, times_per_day
from titration.fhir import PERIOD_UNITS, WEEKDAYS, WHEN
from titration.importing.fhir.nodes import Node

SLOTS = {code: slot for slot, code in WHEN.items()}
UNITS_OF_PERIOD = {code: unit for unit, code in PERIOD_UNITS.items()}
# HL7 v3 GTSAbbreviation: times a day.
ABBREVIATIONS = {"QD": 1, "BID": 2, "TID": 3, "QID": 4}


@dataclass(frozen=True)
class Bounds:
    """From when a dosage holds and until when, as written; a duration is a count and a unit."""

    start: str = ""
    end: str = ""
    count: int | None = None
    unit: str = ""


def read_bounds(timing: Node | None) -> Bounds:
    repeat = timing.value.get("repeat") if timing else None
    if not isinstance(repeat, dict) or timing is None:
        return Bounds()
    node = Node(repeat, timing.part, timing.path_of("repeat"), timing.marks)
    found = Bounds()
    if period := node.node("boundsPeriod"):
        found = Bounds(period.text("start"), period.text("end"))
        period.close()
    if duration := node.node("boundsDuration"):
        unit = UNITS_OF_PERIOD.get(duration.text("code"), "")
        duration.skip("system", "unit")
        found = replace(found, count=duration.whole("value"), unit=unit)
        if unit not in ("day", "week", "month"):
            duration.fail("fhir_duration", "code", duration.value.get("code", ""))
        duration.close()
    return found


def read_timings(
    node: Node, timing: Node | None, rate_per: str, *, as_needed: bool
) -> list[Timing]:
    """When the amount is taken: a timing for each time of day that is named."""
    window = node.parts("window")
    changed = node.own("changed-every")
    if rate_per:
        rate = Timing(
            "continuous",
            rate_per=rate_per,
            window_from=_clock(window, "from"),
            window_to=_clock(window, "to"),
            changed_every_hours=changed.whole("valuePositiveInt") if changed else None,
        )
        close_repeat(timing)
        return [rate]
    if timing is None:
        if not as_needed:
            node.fail("fhir_timing_missing", "timing")
        return [Timing("times")]
    anchor = timing.own("counted-from")
    start = _day(anchor) if anchor else None
    timing.own("counted-from-start")
    if days := timing.parts("days"):
        timing.skip("code")
        close_repeat(timing)
        return [_of_days(days, start)]
    found = _of_repeat(timing, as_needed=as_needed)
    return [replace(each, anchor=start) for each in found]


def close_repeat(timing: Node | None) -> None:
    """Mark whatever a repeat says beside its bounds."""
    if repeat := _repeat(timing):
        repeat.close()


def _repeat(timing: Node | None) -> Node | None:
    repeat = timing.node("repeat") if timing else None
    if repeat:
        repeat.skip("boundsPeriod", "boundsDuration")
    return repeat


def _of_days(days: Node, anchor: date | None) -> Timing:
    """A pattern of days that FHIR cannot hold, as our extension has it."""
    slot, clock, times = days.text("slot"), _clock(days, "clock"), days.whole("times")
    times_to = days.whole("times-to")
    weekdays = _weekdays(days, "weekday")
    kind = "slot" if slot else "clock" if clock else "times"
    period, unit = days.whole("period") or 1, days.text("period-unit")
    days_on = days.whole("days-on")
    days.close()
    return Timing(
        kind,
        slot=slot,
        clock=clock,
        times=times,
        times_to=times_to,
        period=period,
        period_unit=unit,
        days_on=days_on,
        anchor=anchor,
        weekdays=weekdays,
    )


def _of_repeat(timing: Node, *, as_needed: bool) -> list[Timing]:
    """What the repeat says; the code alone where it says nothing, and nothing where they differ."""
    code, repeat = timing.node("code"), _repeat(timing)
    said = repeat.value.keys() - repeat.taken if repeat else set()
    found = _of_elements(timing, repeat, as_needed=as_needed or code is not None)
    if code is None:
        return found
    abbreviation = next((c.text("code") for c in code.nodes("coding")), "")
    times = ABBREVIATIONS.get(abbreviation)
    if not said and times:
        return [Timing("times", times=times)]
    if times is None and not said & {"count", "frequency", "period"}:
        timing.fail("fhir_timing_code", "code", abbreviation or code.text("text"))
        return []
    often = [times_per_day(each) for each in found]
    if times and found and (None in often or sum(n for n, _ in filter(None, often)) != times):
        timing.fail("fhir_code_differs", "code", abbreviation)
        return []
    return found


def _of_elements(timing: Node, repeat: Node | None, *, as_needed: bool) -> list[Timing]:
    count = frequency = frequency_max = period = period_max = None
    unit = ""
    weekdays: tuple[int, ...] = ()
    moments: list[Timing] = []
    if repeat:
        count, frequency, period = (repeat.whole(n) for n in ("count", "frequency", "period"))
        frequency_max, period_max = repeat.whole("frequencyMax"), repeat.whole("periodMax")
        unit = repeat.text("periodUnit")
        weekdays = _weekdays(repeat, "dayOfWeek")
        slots, clocks = _slots(repeat), _clocks(repeat)
        if slots and clocks:  # tim-10
            repeat.fail("fhir_when_and_time", "timeOfDay")
            return []
        moments = slots or clocks
        repeat.close()
    if frequency_max is not None and frequency is None:
        timing.fail("fhir_frequency", "repeat.frequencyMax", frequency_max)
        return []
    if period_max is not None and period is None:
        timing.fail("fhir_period", "repeat.periodMax", period_max)
        return []
    if count is not None and not (frequency or period or weekdays or unit):
        if count > 1 or len(moments) > 1:
            timing.fail("fhir_count", "repeat.count", count)
            return []
        [moment] = moments or [Timing("once")]
        return [replace(moment, kind="once")]
    if count is not None:
        timing.fail("fhir_count", "repeat.count", count)
        return []
    if frequency is None and period is None and not weekdays and not moments:
        if not as_needed:
            timing.fail("fhir_timing_missing", "repeat")
        return [Timing("times")]
    every = _period(timing, period, unit, weekdays, frequency)
    if every is None:
        return []
    if frequency_max is not None and (moments or (weekdays and unit != "d")):
        timing.fail("fhir_frequency", "repeat.frequencyMax", frequency_max)
        return []
    pattern = Timing(
        "times",
        times=1 if weekdays and unit == "wk" and every[0] == 1 else frequency or 1,
        times_to=frequency_max,
        period=every[0],
        period_to=period_max,
        period_unit=every[1],
        weekdays=weekdays,
    )
    if not moments:
        return [pattern]
    # "1" with two times of day is written for either of them, and for each of them.
    if frequency not in (None, len(moments)):
        timing.fail("fhir_frequency", "repeat.frequency", frequency)
        return []
    return [
        replace(pattern, kind=moment.kind, slot=moment.slot, clock=moment.clock, times=None)
        for moment in moments
    ]


def _period(
    timing: Node,
    period: int | None,
    unit: str,
    weekdays: tuple[int, ...],
    frequency: int | None,
) -> tuple[int, str] | None:
    """Every how many of what; none, and marked, where the repeat does not say it as we keep it."""
    if period is None and not unit:
        return 1, "day"
    if unit not in UNITS_OF_PERIOD:
        timing.fail("fhir_period", "repeat.periodUnit", unit)
        return None
    length, of = period or 1, UNITS_OF_PERIOD[unit]
    if weekdays and of == "week" and length == 1:
        # Once a week on Monday and Thursday: each of the days, or either of them?
        if frequency not in (None, len(weekdays)):
            timing.fail("fhir_weekdays", "repeat.frequency", frequency)
            return None
        return 1, "day"
    if of in ("day", "week", "month") and length > 1:
        if weekdays and (len(weekdays) > 1 or (frequency or 1) > 1):
            timing.fail("fhir_weekdays", "repeat.dayOfWeek")
            return None
        if of == "day" and (frequency or 1) > 1:
            timing.fail("fhir_frequency", "repeat.frequency", frequency)
            return None
    return length, of


def _weekdays(node: Node, name: str) -> tuple[int, ...]:
    found = node.codes(name)
    if unknown := [day for day in found if day not in WEEKDAYS]:
        node.fail("fhir_weekday", name, unknown[0])
        return ()
    return tuple(sorted(WEEKDAYS.index(day) + 1 for day in found))


def _slots(repeat: Node) -> list[Timing]:
    found = repeat.codes("when")
    if unknown := [code for code in found if code not in SLOTS]:
        repeat.fail("fhir_when", "when", unknown[0])
        return []
    return [Timing("slot", slot=SLOTS[code]) for code in found]


def _clocks(repeat: Node) -> list[Timing]:
    found = []
    for written in repeat.codes("timeOfDay"):
        clock = _time(written)
        if clock is None:
            repeat.fail("time_unknown", "timeOfDay", written)
            return []
        found.append(Timing("clock", clock=clock))
    return found


def _day(anchor: Node) -> date | None:
    written = anchor.text("valueDate")
    try:
        return date.fromisoformat(written)
    except ValueError:
        anchor.fail("date_none", "valueDate", written)
        return None


def _clock(node: Node | None, name: str) -> time | None:
    written = node.text(name) if node else ""
    return _time(written) if written else None


def _time(written: str) -> time | None:
    try:
        return time.fromisoformat(written)
    except ValueError:
        return None
