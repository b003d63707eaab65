"""What a dose comes to: its total per day, and the basis in which its figures are written.

Never an average: a dose that does not repeat within a day has no figure per day, and is kept as
the amount of each time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from titration.dosing.shapes import Component, Timing


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one day's regular amounts in `unit`; `high` is set when a part is a range."""

    low: Decimal
    high: Decimal | None
    unit: str
    leaves_out_as_needed: bool = False


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of a dose are written in, for the axis of a chart.

    kind    "day" (total per day), "rate" (stored rates, lowest to highest), "dose" (the one
            regular amount, which does not repeat within a day), "as_needed" (only such parts),
            "words" (no one figure); the last two have no unit and no figures
    timing  of a "rate" its rate_per alone; of a "dose" its timing as written
    axis    equal for figures that may stand on one axis
    """

    kind: str
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    timing: Timing | None = None
    leaves_out_as_needed: bool = False

    @property
    def axis(self) -> tuple[str, str, Timing | None]:
        if self.kind == "dose" and self.timing:
            return self.kind, self.unit, days_of(self.timing)
        return self.kind, self.unit, self.timing


WORDS = Basis("words")
AS_NEEDED = Basis("as_needed", leaves_out_as_needed=True)


def times_per_day(timing: Timing) -> tuple[int, int] | None:
    """How many times a timing comes in every single day, fewest and most; none when days differ.

    "Every 6 hours" comes 4 times, and "every 4 to 6 hours" 4 to 6 times; "every 5 hours",
    alternate days, named weekdays, weeks, months, a continuous rate and a single dose have no such
    number.
    """
    if timing.kind in ("slot", "clock"):
        return (1, 1) if timing.is_every_day else None
    if timing.kind != "times" or timing.times is None:
        return None
    fewest, most = timing.times, timing.times_to or timing.times
    if timing.period_unit != "hour":
        return (fewest, most) if timing.is_every_day else None
    shortest, longest = timing.period, timing.period_to or timing.period
    if 24 % shortest or 24 % longest:
        return None
    return fewest * (24 // longest), most * (24 // shortest)


def total_per_day(components: Iterable[Component]) -> Total | None:
    """Add up one day's regular amounts, exactly; as-needed parts are left out, and that is said.

    None unless there is a regular part, all of them repeat within a day, and all are in one unit;
    nor where a part is in words, which may say anything of the day.
    """
    low = high = Decimal(0)
    unit = ""
    is_range = leaves_out_as_needed = False
    for component in components:
        if component.as_needed:
            leaves_out_as_needed = True
            continue
        amount = component.amount
        times = times_per_day(component.timing)
        if amount is None or times is None or (unit and amount.unit != unit):
            return None
        fewest, most = times
        unit = amount.unit
        low += fewest * amount.low
        high += most * (amount.low if amount.high is None else amount.high)
        is_range |= amount.high is not None or fewest != most
    if not unit:
        return None
    return Total(low, high if is_range and high > low else None, unit, leaves_out_as_needed)


def difference(total: Total | None, before: Total | None) -> Decimal | None:
    """How much more `total` is than the one before; none unless the two are of one kind.

    That is: both exist, in one unit, without ranges, and both or neither leave out
    as-needed parts.
    """
    if total is None or before is None or total.high is not None or before.high is not None:
        return None
    if (total.unit, total.leaves_out_as_needed) != (before.unit, before.leaves_out_as_needed):
        return None
    return total.low - before.low


def basis(components: Iterable[Component]) -> Basis:
    """Say what the figures of a dose are written in, and which figures may be drawn."""
    parts = tuple(components)
    total = total_per_day(parts)
    if total:
        return Basis(
            "day",
            total.unit,
            total.low,
            total.high,
            leaves_out_as_needed=total.leaves_out_as_needed,
        )
    regular = [part for part in parts if not part.as_needed]
    if not regular:
        return AS_NEEDED if parts else WORDS
    amounts = [part.amount for part in regular if part.amount is not None]
    if len(amounts) < len(regular):
        return WORDS
    timing, unit = regular[0].timing, amounts[0].unit
    leaves_out_as_needed = len(regular) < len(parts)
    if timing.kind == "continuous":
        is_one_rate = all(part.timing.rate_per == timing.rate_per for part in regular)
        if not is_one_rate or any(amount.unit != unit for amount in amounts):
            return WORDS
        low = min(amount.low for amount in amounts)
        high = max(amount.low if amount.high is None else amount.high for amount in amounts)
        return Basis(
            "rate",
            unit,
            low,
            None if high == low else high,
            Timing("continuous", rate_per=timing.rate_per),
            leaves_out_as_needed,
        )
    if len(regular) > 1:
        return WORDS
    return Basis("dose", unit, amounts[0].low, amounts[0].high, timing, leaves_out_as_needed)


def days_of(timing: Timing) -> Timing:
    """The pattern of days of a timing, without the moment of the day and the day of counting.

    One named weekday once is once a week, whichever day it is.
    """
    if timing.kind == "once":
        return Timing("once")
    times = timing.times or 1
    is_once = (times, timing.times_to) == (1, None)
    if is_once and len(timing.weekdays) == 1 and timing.period_unit == "day":
        return Timing("times", times=1, period_unit="week")
    return Timing(
        "times",
        times=times,
        times_to=timing.times_to,
        period=timing.period,
        period_to=timing.period_to,
        period_unit=timing.period_unit,
        days_on=timing.days_on,
        weekdays=timing.weekdays,
    )
