"""One part of a dose as it is being read: its amount, what was said of it, and what that makes.

Each thing is said once. Whatever does not make one timing without doubt is refused.
"""

from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any, NamedTuple

from titration import dosing
from titration.dosing import Amount, Component, Timing
from titration.typed.problems import NotUnderstood

Span = tuple[int, int]

# An anchor may be missing: a planned row counts from the day on which it starts.
ALLOWED = {"anchor_missing"}

_DAYS_SAID = {"count", "every", "one_day", "cycle", "one_week", "weekdays"}


class Every(NamedTuple):
    """Every so many hours, days, weeks or months, or a range of so many."""

    period: int
    unit: str
    period_to: int | None = None


class Count(NamedTuple):
    """So many times, or a range of so many, in every period."""

    times: int
    times_to: int | None
    every: Every


DAILY = Every(1, "day")
# What says, beside a period, how many times in it or at what time.
_MOMENTS_SAID = {"count", "moments", "weekdays", "one_day", "cycle", "rate", "window"}
ONCE = (1, None)
_MAY_HOLD_FOR_OTHERS = {
    *("weekdays", "one_day", "cycle", "one_week", "as_needed", "changed", "product", "calculation"),
    "instruction",
}


@dataclass(slots=True)
class Part:
    """What has been read of one part; `said` holds the value of each thing and where it stands."""

    start: int
    amount: Amount | None = None
    end: int = 0
    amount_at: Span | None = None
    is_bare: bool = False
    said: dict[str, tuple[Any, Span]] = field(default_factory=dict)

    def say(self, name: str, value: Any, at: Span) -> None:
        """Keep one thing that was said. Raises NotUnderstood when it was said before."""
        if name in self.said:
            raise NotUnderstood("said_twice", at)
        self.said[name] = (value, at)
        self.end = max(self.end, at[1])

    def get(self, name: str, default: Any = None) -> Any:
        return self.said[name][0] if name in self.said else default

    @property
    def span(self) -> Span:
        return self.start, self.end

    @property
    def says_what_may_hold_for_others(self) -> bool:
        """Whether its days, that it is taken as needed, or its product are said of it."""
        return bool(self.said.keys() & _MAY_HOLD_FOR_OTHERS or self._pattern() not in (None, DAILY))

    @property
    def is_as_needed(self) -> bool:
        return "as_needed" in self.said

    @property
    def may_be_a_total(self) -> bool:
        """Whether only "daily", "weekly" or "monthly" is said of when: once, or in all?"""
        every = self.get("every")
        return every is not None and every[0] == 1 and not self.said.keys() & _MOMENTS_SAID

    def components(self) -> tuple[Component, ...]:
        """The components that this part makes: one, or one for each moment of the day.

        Raises NotUnderstood.
        """
        if "in_words" in self.said:
            return (self._in_words(),)
        if self.amount is None:
            raise NotUnderstood("amount_missing", self.span)
        timings = self._timings()
        beside = self._beside()
        if len(timings) > 1 and beside:
            raise NotUnderstood("write_apart", self.span)
        if self.get("each_time") not in (None, self.amount):
            raise NotUnderstood("each_time_differs", self.said["each_time"][1])
        found = tuple(Component(self.amount, timing, **beside) for timing in timings)
        for component in found:
            for code in dosing.check_component(component):
                if code not in ALLOWED:
                    raise NotUnderstood(code, self.span)
        return found

    def _in_words(self) -> Component:
        if self.amount is not None or len(self.said) > 1:
            raise NotUnderstood("instruction_alone", self.span)
        found = Component(None, dosing.IN_WORDS, instruction=self.get("in_words"))
        for code in dosing.check_component(found):
            raise NotUnderstood(code, self.span)
        return found

    def _pattern(self) -> Every | None:
        """The period that is said, alone or with a count."""
        count = self.get("count")
        return self.get("every") or (count.every if count else None)

    def _timings(self) -> tuple[Timing, ...]:
        said = self.said.keys()
        anchor = self.get("anchor")
        if "rate" in said or "window" in said or "continuous" in said:
            return (self._continuous(),)
        if "changed" in said:
            raise NotUnderstood("timing_clash", self.said["changed"][1])
        moments = self.get("moments", ())
        if "bare_count" in said and self.get("every") == DAILY:
            (few, most), at = self.said.pop("bare_count")
            self.say("count", Count(few, most, DAILY), at)
        if "single" in said or "bare_count" in said:
            return (self._single(moments),)
        base = self._days()
        if anchor is not None:
            base = replace(base, anchor=anchor)
        if base.period_unit == "hour" and moments:
            raise NotUnderstood("timing_clash", self.span)
        if not moments:
            return (base,)
        count = self.get("count")
        times = (count.times, count.times_to) if count else ONCE
        if count and count.every == DAILY and times != (len(moments), None):
            raise NotUnderstood("timing_clash", self.span)
        if count and count.every != DAILY and times != ONCE and not base.weekdays:
            raise NotUnderstood("timing_clash", self.span)
        if len(set(moments)) < len(moments):
            raise NotUnderstood("said_twice", self.said["moments"][1])
        return tuple(
            replace(base, kind="clock", clock=moment, times=None, times_to=None)
            if isinstance(moment, time)
            else replace(base, kind="slot", slot=moment, times=None, times_to=None)
            for moment in moments
        )

    def _continuous(self) -> Timing:
        clash = self.said.keys() & (
            _DAYS_SAID | {"moments", "single", "bare_count", "anchor", "each_time"}
        )
        # "Each day" may stand before the hours of a window, and a rate runs on every day.
        if clash - {"every"} or self.get("every", DAILY) != DAILY:
            raise NotUnderstood("timing_clash", self.span)
        if "continuous" in self.said and "window" in self.said:
            raise NotUnderstood("timing_clash", self.span)
        if "rate" not in self.said:
            raise NotUnderstood("rate_missing", self.span)
        start, end = self.get("window", (None, None))
        return Timing(
            "continuous",
            rate_per=self.get("rate"),
            window_from=start,
            window_to=end,
            changed_every_hours=self.get("changed"),
        )

    def _single(self, moments: tuple) -> Timing:
        if self.said.keys() & (_DAYS_SAID | {"anchor"}):
            raise NotUnderstood("timing_clash", self.span)
        if "bare_count" in self.said:
            times, at = self.said["bare_count"]
            if times != ONCE:
                raise NotUnderstood("times_period_missing", at)
            # "Once in the morning" may be once, or once every morning.
            if moments or "as_needed" in self.said or "single" in self.said:
                raise NotUnderstood("once_unclear", at)
        if len(moments) > 1:
            raise NotUnderstood("timing_clash", self.span)
        if not moments:
            return Timing("once")
        if isinstance(moments[0], time):
            return Timing("once", clock=moments[0])
        return Timing("once", slot=moments[0])

    def _days(self) -> Timing:
        """Which days, and how many times on each, as a timing that counts times."""
        count, every = self.get("count"), self.get("every")
        a_day: tuple[int, int | None] | None = None
        pattern: Count | None = None
        if count and count.every == DAILY:
            a_day = count.times, count.times_to
        elif count:
            pattern = count
        if every:
            if pattern or (every == DAILY and self.said.keys() & {"one_day", "weekdays"}):
                raise NotUnderstood("timing_clash", self.said["every"][1])
            if every == DAILY:
                a_day = a_day or ONCE
            else:
                pattern = Count(*ONCE, every)
        if "one_day" in self.said:
            if pattern:
                raise NotUnderstood("timing_clash", self.said["one_day"][1])
            pattern = Count(*ONCE, Every(self.get("one_day"), "day"))
        if "cycle" in self.said:
            return self._cycle(a_day, pattern)
        if "weekdays" in self.said:
            return self._weekdays(a_day, pattern, is_counted=bool(count and pattern))
        if "one_week" in self.said:
            raise NotUnderstood("timing_clash", self.said["one_week"][1])
        if pattern:
            return self._pattern_timing(a_day, pattern)
        if a_day is None:
            if "moments" in self.said:
                return Timing("times", times=1)
            if "as_needed" in self.said:
                return Timing("times")
            raise NotUnderstood("timing_missing", self.span)
        times, times_to = a_day
        return Timing("times", times=times, times_to=times_to)

    def _pattern_timing(self, a_day: tuple[int, int | None] | None, pattern: Count) -> Timing:
        times, times_to = pattern.times, pattern.times_to
        if pattern.every.unit == "day":
            # "Twice every 3 days" may be on one day of them or on two.
            if (times, times_to) != ONCE:
                raise NotUnderstood("days_unclear", self.span)
            times, times_to = a_day or ONCE
        elif a_day is not None:
            raise NotUnderstood("timing_clash", self.span)
        period, unit, period_to = pattern.every
        return Timing(
            "times",
            times=times,
            times_to=times_to,
            period=period,
            period_to=period_to,
            period_unit=unit,
        )

    def _cycle(self, a_day: tuple[int, int | None] | None, pattern: Count | None) -> Timing:
        (on, of), at = self.said["cycle"]
        if pattern or self.said.keys() & {"weekdays", "one_week"}:
            raise NotUnderstood("timing_clash", at)
        # "10 mg, 5 days on, 2 days off" may be 10 mg on each of the five, or on all of them.
        if a_day is None and "moments" not in self.said:
            raise NotUnderstood("timing_missing", self.span)
        times, times_to = a_day or ONCE
        days_on = on if on > 1 else None
        return Timing("times", times=times, times_to=times_to, period=of, days_on=days_on)

    def _weekdays(
        self, a_day: tuple[int, int | None] | None, pattern: Count | None, is_counted: bool
    ) -> Timing:
        (days, is_weekly), at = self.said["weekdays"]
        period = self.get("one_week", 1)
        if "one_week" in self.said and (pattern or period < 2):
            raise NotUnderstood("timing_clash", self.said["one_week"][1])
        if pattern:
            period, unit, period_to = pattern.every
            is_each = (pattern.times, pattern.times_to) == (len(days), None)
            if unit != "week" or period_to is not None or (is_counted and not is_each):
                raise NotUnderstood("timing_clash", at)
        elif len(days) == 1 and not is_weekly and period == 1:
            raise NotUnderstood("weekday_unclear", at)
        times, times_to = a_day or ONCE
        return Timing(
            "times",
            times=times,
            times_to=times_to,
            period=period,
            period_unit="week" if period > 1 else "day",
            weekdays=days,
        )

    def _beside(self) -> dict[str, Any]:
        beside: dict[str, Any] = {}
        if "as_needed" in self.said:
            beside |= {"as_needed": True, "as_needed_for": self.get("as_needed")}
        if "maximum" in self.said:
            beside |= self.get("maximum")
        for name in ("strengths", "product", "calculation", "instruction", "volume"):
            if name in self.said:
                beside[name] = self.get(name)
        if "concentration" in self.said:
            amount = self.get("concentration")
            beside |= {"concentration": amount.low, "concentration_unit": amount.unit}
        return beside
