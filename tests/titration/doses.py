"""Doses for tests: short builders, and strategies for every shape that the checks accept."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from titration import dosing
from titration.dosing import Amount, Component, Timing

ANCHOR = date(2026, 11, 16)  # a Monday


def amount(figures: str, unit: str = "mg") -> Amount:
    return Amount(*dosing.parse_figures(figures), unit)


def at(slot: str, figures: str, unit: str = "mg", **timing: Any) -> Component:
    return Component(amount(figures, unit), Timing("slot", slot=slot, **timing))


def times(count: int | None, figures: str, unit: str = "mg", **timing: Any) -> Component:
    return Component(amount(figures, unit), Timing("times", times=count, **timing))


def rate(figures: str, per: str, unit: str = "microgram", **timing: Any) -> Component:
    return Component(amount(figures, unit), Timing("continuous", rate_per=per, **timing))


figures = st.integers(0, 10**14 - 1).map(lambda value: Decimal(value).scaleb(-6))
units = st.sampled_from(sorted(dosing.UNITS))


@st.composite
def amounts(draw: st.DrawFn, ranges: bool = True) -> Amount:
    low, high = draw(figures), draw(figures) if ranges and draw(st.booleans()) else None
    if high is not None:
        low, high = sorted((low, high))
    return Amount(low, None if high == low else high, draw(units))


clocks = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
anchors = st.dates(date(1990, 1, 1), date(2040, 1, 1))
weekdays = st.sets(st.integers(1, 7), min_size=1, max_size=6).map(lambda days: tuple(sorted(days)))
day_patterns = st.one_of(
    st.just({}),
    st.builds(lambda days: {"weekdays": days}, weekdays),
    st.builds(
        lambda days, period, anchor: {
            "weekdays": days,
            "period": period,
            "period_unit": "week",
            "anchor": anchor,
        },
        weekdays,
        st.integers(2, 12),
        anchors,
    ),
    st.builds(
        lambda unit, anchor: {"period_unit": unit, "anchor": anchor},
        st.sampled_from(["week", "month"]),
        st.none() | anchors,
    ),
    st.builds(
        lambda unit, period, anchor: {"period_unit": unit, "period": period, "anchor": anchor},
        st.sampled_from(["day", "week", "month"]),
        st.integers(2, 12),
        anchors,
    ),
    st.builds(
        lambda on, off, anchor: {"period": on + off, "days_on": on, "anchor": anchor},
        st.integers(2, 21),
        st.integers(1, 14),
        anchors,
    ),
)
hours = st.builds(
    lambda period, more: {
        "period_unit": "hour",
        "period": period,
        "period_to": period + more if more else None,
    },
    st.integers(1, 72),
    st.integers(0, 24),
)
ranges_of_periods = st.builds(
    lambda unit, period, more: {"period_unit": unit, "period": period, "period_to": period + more},
    st.sampled_from(["day", "week", "month"]),
    st.integers(1, 12),
    st.integers(1, 12),
)
windows: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.tuples(clocks, clocks).filter(
    lambda ends: ends[0] != ends[1]
).map(lambda ends: {"window_from": ends[0], "window_to": ends[1]})
timings = st.one_of(
    st.just(Timing("once")),
    st.builds(lambda slot: Timing("once", slot=slot), st.sampled_from(dosing.SLOTS)),
    st.builds(lambda clock: Timing("once", clock=clock), clocks),
    st.builds(
        lambda slot, days: Timing("slot", slot=slot, **days),
        st.sampled_from(dosing.SLOTS),
        day_patterns,
    ),
    st.builds(lambda clock, days: Timing("clock", clock=clock, **days), clocks, day_patterns),
    st.builds(
        lambda count, more, days: Timing(
            "times", times=count, times_to=count + more if more else None, **days
        ),
        st.integers(1, 12),
        st.just(0) | st.integers(1, 4),
        day_patterns | hours,
    ),
    st.builds(
        lambda slot, days: Timing("slot", slot=slot, **days),
        st.sampled_from(dosing.SLOTS),
        ranges_of_periods,
    ),
    st.builds(lambda days: Timing("times", times=1, **days), ranges_of_periods),
    st.builds(
        lambda per, window, changed: Timing(
            "continuous", rate_per=per, changed_every_hours=changed, **window
        ),
        st.sampled_from(dosing.RATES),
        windows,
        st.none() | st.integers(1, 168),
    ),
)
# What people type, without the quotation marks in which pages show it: signs that pages use too.
SIGNS = "5mg;,.()×+½żم"
texts = st.just("") | st.text(f"{SIGNS} ", max_size=9)
said = st.builds(str.__add__, st.sampled_from(SIGNS), texts)
maxima = st.one_of(
    st.just({}),
    st.builds(
        lambda most, count, within: {
            "maximum": most,
            "maximum_times": count,
            "maximum_hours": within,
        },
        st.none() | amounts(ranges=False).filter(lambda most: most.low > 0),
        st.none() | st.integers(1, 12),
        st.integers(1, 72),
    ).filter(lambda most: most["maximum"] or most["maximum_times"]),
)
as_needed = st.builds(
    lambda reason, most: {"as_needed": True, "as_needed_for": reason, **most}, texts, maxima
)
beside: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.builds(
    lambda strengths, product, calculation, instruction, volume, concentration: {
        "strengths": strengths,
        "product": product,
        "calculation": calculation,
        "instruction": instruction,
        "volume": volume,
        **concentration,
    },
    texts,
    texts,
    texts,
    texts,
    st.none() | figures.filter(bool),
    st.just({})
    | st.builds(
        lambda value, unit: {"concentration": value, "concentration_unit": unit},
        figures.filter(bool),
        units,
    ),
)


def in_words(text: str) -> Component:
    return Component(None, dosing.IN_WORDS, instruction=text)


@st.composite
def amounted(draw: st.DrawFn) -> Component:
    """A part of a dose with an amount, of any shape that the checks accept."""
    needed = draw(st.just({}) | as_needed)
    timing = draw(timings | st.just(Timing("times")) if needed else timings)
    return Component(draw(amounts()), timing, **needed, **draw(beside))


def components() -> st.SearchStrategy[Component]:
    """A part of a dose of any shape that the checks accept, also one in words alone."""
    return st.one_of(*[amounted()] * 7, said.map(in_words))


def doses_of(parts: st.SearchStrategy[Component]) -> st.SearchStrategy[tuple[Component, ...]]:
    """Up to three parts that the checks accept together."""
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return several.filter(lambda found: not dosing.check_together(found))


doses = doses_of(components())
doses_that_go_on = doses_of(components().filter(lambda part: part.timing.kind != "once"))
