"""Whether a typed dose has a shape that can be kept and read back without doubt.

A problem is a code of PROBLEMS and refuses the dose; its message is in wording.py. None of them
judges an amount.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import time
from decimal import Decimal
from itertools import pairwise

from titration.dosing.figures import is_figure
from titration.dosing.shapes import (
    IN_WORDS,
    KINDS,
    PERIOD_UNITS,
    RATES,
    SLOTS,
    UNITS,
    Amount,
    Component,
    Timing,
)

PROBLEMS = (
    "all_zero",
    "amount_figure",
    "anchor_missing",
    "anchor_unused",
    "as_needed_for_unused",
    "changed_bounds",
    "clock_missing",
    "clock_seconds",
    "concentration_figure",
    "concentration_missing",
    "concentration_unit_missing",
    "days_on_bounds",
    "empty_dose",
    "hours_need_times",
    "instruction_alone",
    "instruction_missing",
    "kind_unknown",
    "maximum_figure",
    "maximum_hours_missing",
    "maximum_missing",
    "maximum_range",
    "maximum_unused",
    "maximum_zero",
    "period_bounds",
    "period_range",
    "period_unit_unknown",
    "range_order",
    "rate_missing",
    "repeated",
    "slot_missing",
    "text_controls",
    "times_bounds",
    "times_missing",
    "times_range",
    "timing_extra",
    "unit_unknown",
    "volume_figure",
    "weekdays_and_period",
    "weekdays_every_day",
    "weekdays_unknown",
    "window_empty",
    "window_half",
    "window_missing",
    "windows_overlap",
)

MOST_TIMES = 99
MOST_IN_A_PERIOD = 999

_DAY_PATTERN = {"period", "period_to", "period_unit", "days_on", "anchor", "weekdays"}
_USED = {
    "once": {"slot", "clock"},
    "slot": {"slot"} | _DAY_PATTERN,
    "clock": {"clock"} | _DAY_PATTERN,
    "times": {"times", "times_to"} | _DAY_PATTERN,
    "continuous": {"window_from", "window_to", "rate_per", "changed_every_hours"},
    "words": set(),
}
_UNUSED = {
    kind: tuple(
        (field.name, field.default)
        for field in fields(Timing)
        if field.name != "kind" and field.name not in used
    )
    for kind, used in _USED.items()
}
# Line breaks would let typed text pass for another line of the dose, and the signs that turn the
# direction of writing would let it show in another order than it is kept.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def check_components(components: Sequence[Component]) -> list[str]:
    """Name every problem of a dose, each code once; an empty list when it can be kept."""
    codes = [code for component in components for code in check_component(component)]
    codes += check_together(components)
    return list(dict.fromkeys(codes))


def check_component(component: Component) -> list[str]:
    """Name the problems that one part has by itself, each code once."""
    if component.amount is None or component.is_words:
        return list(dict.fromkeys(_words_problems(component)))
    return list(
        dict.fromkeys(
            (
                *_amount_problems(component.amount),
                *_timing_problems(component.timing, component.as_needed),
                *_as_needed_problems(component),
                *_beside_problems(component),
            )
        )
    )


def check_together(components: Sequence[Component]) -> list[str]:
    """Name the problems that only the parts together have."""
    if not components:
        return ["empty_dose"]
    codes = []
    amounts = [part.amount for part in components]
    if all(amount and amount.low == 0 and amount.high is None for amount in amounts):
        codes.append("all_zero")
    if len(set(components)) < len(components):
        codes.append("repeated")
    rates = [
        part.timing
        for part in components
        if part.timing.kind == "continuous" and not part.as_needed
    ]
    if len(rates) > 1:
        windows = [
            (rate.window_from, rate.window_to)
            for rate in rates
            if rate.window_from is not None and rate.window_to is not None
        ]
        if len(windows) < len(rates):
            codes.append("window_missing")
        if _overlap(windows):
            codes.append("windows_overlap")
    return codes


def _words_problems(component: Component) -> Iterator[str]:
    """A part in words is that and nothing beside: another figure would be read as its amount."""
    if component != Component(None, IN_WORDS, instruction=component.instruction):
        yield "instruction_alone"
    if not component.instruction.strip():
        yield "instruction_missing"
    if _CONTROLS.search(component.instruction):
        yield "text_controls"


def _amount_problems(amount: Amount) -> Iterator[str]:
    if amount.unit not in UNITS:
        yield "unit_unknown"
    if not is_figure(amount.low) or (amount.high is not None and not is_figure(amount.high)):
        yield "amount_figure"
    elif amount.high is not None and amount.low >= amount.high:
        yield "range_order"


def _timing_problems(timing: Timing, as_needed: bool) -> Iterator[str]:
    kind = timing.kind
    if kind not in KINDS:
        yield "kind_unknown"
        return
    if any(getattr(timing, name) != blank for name, blank in _UNUSED[kind]) or (
        timing.slot and timing.clock is not None
    ):
        yield "timing_extra"
    if (kind == "slot" and not timing.slot) or (timing.slot and timing.slot not in SLOTS):
        yield "slot_missing"
    if kind == "clock" and timing.clock is None:
        yield "clock_missing"
    if any(
        moment is not None and (moment.second or moment.microsecond or moment.tzinfo)
        for moment in (timing.clock, timing.window_from, timing.window_to)
    ):
        yield "clock_seconds"
    if kind == "times":
        if timing.times is None:
            if not as_needed or timing != Timing("times"):
                yield "times_missing"
        elif not 1 <= timing.times <= MOST_TIMES:
            yield "times_bounds"
        if timing.times_to is not None and not (timing.times or 0) < timing.times_to <= MOST_TIMES:
            yield "times_range"
    if kind == "continuous":
        yield from _rate_problems(timing)
    elif kind != "once":
        yield from _day_problems(timing)


def _day_problems(timing: Timing) -> Iterator[str]:
    period, unit, weekdays = timing.period, timing.period_unit, timing.weekdays
    if not 1 <= period <= MOST_IN_A_PERIOD:
        yield "period_bounds"
    if unit not in PERIOD_UNITS:
        yield "period_unit_unknown"
    if unit == "hour" and timing.kind != "times":
        yield "hours_need_times"
    if timing.period_to is not None and not _is_range_of_periods(timing):
        yield "period_range"
    if timing.days_on is not None and (
        unit != "day" or weekdays or not 2 <= timing.days_on < period
    ):
        yield "days_on_bounds"
    if weekdays:
        if list(weekdays) != sorted(set(weekdays)) or not 1 <= weekdays[0] <= weekdays[-1] <= 7:
            yield "weekdays_unknown"
        if (period > 1) != (unit == "week") or unit not in ("day", "week"):
            yield "weekdays_and_period"
        elif period == 1 and len(weekdays) == 7:
            yield "weekdays_every_day"
    if timing.anchor is None:
        if timing.is_counted:
            yield "anchor_missing"
    elif unit == "hour" or timing.period_to is not None or (unit == "day" and period == 1):
        yield "anchor_unused"


def _is_range_of_periods(timing: Timing) -> bool:
    """Whether "every 4 to 6 hours" says one thing: not where days of the periods are named, nor
    how often on one of their days.
    """
    is_once = (timing.times or 1, timing.times_to) == (1, None)
    return (
        timing.period_to is not None
        and timing.period < timing.period_to <= MOST_IN_A_PERIOD
        and not timing.weekdays
        and timing.days_on is None
        and (timing.period_unit != "day" or is_once)
    )


def _rate_problems(timing: Timing) -> Iterator[str]:
    if timing.rate_per not in RATES:
        yield "rate_missing"
    if (timing.window_from is None) != (timing.window_to is None):
        yield "window_half"
    elif timing.window_from is not None and timing.window_from == timing.window_to:
        yield "window_empty"
    changed = timing.changed_every_hours
    if changed is not None and not 1 <= changed <= MOST_IN_A_PERIOD:
        yield "changed_bounds"


def _as_needed_problems(component: Component) -> Iterator[str]:
    maximum, times, hours = (
        component.maximum,
        component.maximum_times,
        component.maximum_hours,
    )
    has_maximum = maximum is not None or times is not None
    if not component.as_needed:
        if component.as_needed_for:
            yield "as_needed_for_unused"
        if has_maximum or hours is not None:
            yield "maximum_unused"
    if maximum is not None:
        if maximum.high is not None:
            yield "maximum_range"
        if maximum.unit not in UNITS or not is_figure(maximum.low):
            yield "maximum_figure"
        elif maximum.low == 0:
            yield "maximum_zero"
    if times is not None and not 1 <= times <= MOST_TIMES:
        yield "maximum_figure"
    if hours is None:
        if has_maximum:
            yield "maximum_hours_missing"
    elif not has_maximum:
        yield "maximum_missing"
    elif not 1 <= hours <= MOST_IN_A_PERIOD:
        yield "maximum_figure"


def _beside_problems(component: Component) -> Iterator[str]:
    volume, concentration, unit = (
        component.volume,
        component.concentration,
        component.concentration_unit,
    )
    if volume is not None and not _is_positive(volume):
        yield "volume_figure"
    if concentration is None:
        if unit:
            yield "concentration_missing"
    elif not unit:
        yield "concentration_unit_missing"
    elif unit not in UNITS:
        yield "unit_unknown"
    if concentration is not None and not _is_positive(concentration):
        yield "concentration_figure"
    if any(map(_CONTROLS.search, component.texts)):
        yield "text_controls"


def _is_positive(value: Decimal) -> bool:
    return is_figure(value) and value > 0


def _overlap(windows: Sequence[tuple[time, time]]) -> bool:
    """Whether any two parts of the day share a moment; a part may cross midnight."""
    stretches = []
    for start, end in windows:
        if start < end:
            stretches.append((start, end))
        else:
            stretches.append((start, time.max))
            if end > time.min:
                stretches.append((time.min, end))
    stretches.sort()
    return any(first[1] > second[0] for first, second in pairwise(stretches))
