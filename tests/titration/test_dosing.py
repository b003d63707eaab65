"""Figures, shapes, totals, bases and disagreements of doses, against slow obvious models."""

import dataclasses
import re
from datetime import time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration import doses
from tests.titration.doses import ANCHOR, amount, at, in_words, rate, times
from titration import dosing
from titration.dosing import Amount, Component, Timing

# Figures


@given(st.integers(0, 10**14 - 1))
def test_figure_round_trips_through_its_plain_text(millionths: int) -> None:
    value = Decimal(millionths).scaleb(-6)
    assert dosing.parse_figures(dosing.plain(value)) == (value, None)


@given(st.from_regex(r"\A(0|[1-9][0-9]{0,7})(\.[0-9]{0,5}[1-9])?\Z"))
def test_typed_text_round_trips_through_its_figure(text: str) -> None:
    value, high = dosing.parse_figures(text)
    assert (dosing.plain(value), high) == (text, None)


@given(doses.figures)
def test_shown_figure_differs_from_the_typed_one_in_commas_only(value: Decimal) -> None:
    shown = dosing.figure(value)
    assert re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?", shown)
    assert shown.replace(",", "") == dosing.plain(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0.000000", "0"),
        ("0.500000", "0.5"),
        ("999", "999"),
        ("1000", "1,000"),
        ("1482.50", "1,482.5"),
        ("1E+3", "1,000"),
        ("99999999.999999", "99,999,999.999999"),
    ],
)
def test_figure_is_shown_without_superfluous_zeros(value: str, shown: str) -> None:
    assert dosing.figure(Decimal(value)) == shown


def test_range_is_read_with_the_word_to() -> None:
    assert dosing.parse_figures(" 25 to 50.5 ") == (Decimal(25), Decimal("50.5"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("1,000", "comma"),
        ("2,5", "comma"),
        ("1·5", "comma"),
        ("1e3", "exponent"),
        ("1E-3", "exponent"),
        ("-5", "sign"),
        ("−5", "sign"),
        ("+5", "sign"),
        ("±5", "sign"),
        (".5", "bare_dot"),
        ("5.", "bare_dot"),
        (".", "bare_dot"),
        ("5.0", "trailing_zero"),
        ("5.50", "trailing_zero"),
        ("0.0", "trailing_zero"),
        ("05", "leading_zero"),
        ("00", "leading_zero"),
        ("100000000", "too_large"),
        ("0.1234567", "too_fine"),
        ("٥", "foreign_digits"),
        ("५", "foreign_digits"),
        ("１０", "foreign_digits"),
        ("1/2", "fraction"),
        ("½", "fraction"),
        ("1½", "fraction"),
        ("1 000", "spaces"),
        ("1\u00a0000", "spaces"),
        ("50 to 25", "range_order"),
        ("25 to 25", "range_order"),
        ("25-50", "range_words"),
        ("25 – 50", "range_words"),
        ("25 to 50.0", "trailing_zero"),
        ("25 to -50", "sign"),
        ("25 to", "not_a_number"),
        ("25 to 50 to 75", "not_a_number"),
        ("25 mg", "not_a_number"),
        ("l0", "not_a_number"),
        ("1O", "not_a_number"),
        ("1.5.2", "not_a_number"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("5\n", None),
        ("5\n6", "spaces"),
    ],
)
def test_typed_figure_is_refused_by_name(text: str, code: str | None) -> None:
    if code is None:
        assert dosing.parse_figures(text)
        return
    with pytest.raises(dosing.AmountError) as refused:
        dosing.parse_figures(text)
    assert refused.value.code == code
    assert code in dosing.AMOUNT_ERRORS


@given(st.text() | st.text("0123456789.,-+ eEto½/", max_size=12))
def test_typed_text_is_read_exactly_or_refused_by_a_known_code(text: str) -> None:
    try:
        low, high = dosing.parse_figures(text)
    except dosing.AmountError as error:
        code = error.code
    else:
        written = [dosing.plain(low)] if high is None else [dosing.plain(low), dosing.plain(high)]
        assert text.split() in (written, [*written[:1], "to", *written[1:]])
        return
    assert code in dosing.AMOUNT_ERRORS


# Totals


def _doses_of_each_day(timing: Timing, days: int) -> list[int] | None:
    """The slow obvious model: lay the doses out day by day. None for what is not counted."""
    if timing.kind in ("once", "continuous", "words"):
        return None
    count = timing.times or 1
    if timing.period_unit == "hour":
        laid = [0] * days
        for hour in range(0, days * 24, timing.period):
            laid[hour // 24] += count
        return laid
    if timing.weekdays:
        weeks = timing.period if timing.period_unit == "week" else 1
        return [
            count if day % 7 + 1 in timing.weekdays and (day // 7) % weeks == 0 else 0
            for day in range(days)
        ]
    length = {"day": 1, "week": 7, "month": 30}[timing.period_unit] * timing.period
    return [count if day % length < (timing.days_on or 1) else 0 for day in range(days)]


def _ends_of(timing: Timing) -> tuple[Timing, Timing]:
    """The timing by the fewest and by the most doses that a written range allows."""
    fewest = dataclasses.replace(
        timing, times_to=None, period=timing.period_to or timing.period, period_to=None
    )
    most = dataclasses.replace(
        timing, times=timing.times_to or timing.times, times_to=None, period_to=None
    )
    return fewest, most


def _slow_total(components: tuple[Component, ...]) -> tuple[Fraction, Fraction, str] | None:
    low, high, units = Fraction(0), Fraction(0), set()
    for part in components:
        if part.as_needed:
            continue
        laid = [_doses_of_each_day(timing, days=800) for timing in _ends_of(part.timing)]
        if part.amount is None or any(days is None or len(set(days)) > 1 for days in laid):
            return None
        most = part.amount.low if part.amount.high is None else part.amount.high
        low += laid[0][0] * Fraction(part.amount.low)
        high += laid[1][0] * Fraction(most)
        units.add(part.amount.unit)
    return (low, high, units.pop()) if len(units) == 1 else None


every_day = st.one_of(
    st.builds(lambda slot: Timing("slot", slot=slot), st.sampled_from(dosing.SLOTS)),
    st.builds(lambda clock: Timing("clock", clock=clock), doses.clocks),
    st.builds(lambda count: Timing("times", times=count), st.integers(1, 12)),
    st.builds(
        lambda count, more: Timing("times", times=count, times_to=count + more),
        st.integers(1, 12),
        st.integers(1, 3),
    ),
    st.just(Timing("times", times=1, period=4, period_to=6, period_unit="hour")),
    st.builds(
        lambda count, period: Timing("times", times=count, period=period, period_unit="hour"),
        st.integers(1, 3),
        st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 12, 24, 48]),
    ),
)
daily_doses = st.lists(
    st.builds(
        lambda amount, timing, as_needed: Component(
            dataclasses.replace(amount, unit="mg"), timing, as_needed=as_needed
        ),
        doses.amounts(),
        every_day,
        st.booleans(),
    ),
    max_size=8,
).map(tuple)


@given(daily_doses | doses.doses)
def test_total_equals_a_fraction_sum_of_doses_laid_out_by_day(
    components: tuple[Component, ...],
) -> None:
    slow, total = _slow_total(components), dosing.total_per_day(components)
    if slow is None:
        assert total is None
        return
    assert total is not None
    high = total.low if total.high is None else total.high
    assert (Fraction(total.low), Fraction(high), total.unit) == slow


@given(doses.doses)
def test_no_total_when_a_regular_part_does_not_repeat_within_a_day(
    components: tuple[Component, ...],
) -> None:
    if any(not part.as_needed and dosing.times_per_day(part.timing) is None for part in components):
        assert dosing.total_per_day(components) is None


@given(daily_doses)
def test_total_says_when_it_leaves_out_as_needed_parts(components: tuple[Component, ...]) -> None:
    total = dosing.total_per_day(components)
    if total is not None:
        assert total.leaves_out_as_needed == any(part.as_needed for part in components)


@pytest.mark.parametrize(
    "components",
    [
        (),
        (times(1, "25", period=2, anchor=ANCHOR),),
        (times(1, "10", weekdays=(1,)),),
        (times(1, "10", period_unit="week"),),
        (times(3, "10", period_unit="week"),),
        (times(1, "100", period=4, period_unit="week", anchor=ANCHOR),),
        (times(1, "100", period_unit="month"),),
        (times(1, "5", period=5, period_unit="hour"),),
        (times(1, "5", period=48, period_unit="hour"),),
        (rate("200", "24 hours"),),
        (rate("25", "hour", changed_every_hours=72),),
        (Component(amount("50"), Timing("once")),),
        (at("morning", "5"), at("bedtime", "5", period=2, anchor=ANCHOR)),
        (at("morning", "5"), at("bedtime", "5", "tablet")),
        (dataclasses.replace(at("bedtime", "5"), as_needed=True),),
    ],
    ids=lambda components: f"{len(components)} parts",
)
def test_no_total_for(components: tuple[Component, ...]) -> None:
    assert dosing.total_per_day(components) is None


def test_total_of_ranges_is_a_range() -> None:
    total = dosing.total_per_day((times(2, "25 to 50"), at("bedtime", "7")))
    assert total == dosing.Total(Decimal(57), Decimal(107), "mg")


def test_total_counts_every_six_hours_four_times() -> None:
    total = dosing.total_per_day((times(1, "5", period=6, period_unit="hour"),))
    assert total == dosing.Total(Decimal(20), None, "mg")


# Differences


def test_difference_is_what_was_added() -> None:
    before, total = (dosing.total_per_day((times(3, figures),)) for figures in ("5", "4.5"))
    assert dosing.difference(total, before) == Decimal("-1.5")


@pytest.mark.parametrize(
    "other",
    [
        None,
        dosing.Total(Decimal(5), None, "g"),
        dosing.Total(Decimal(5), Decimal(7), "mg"),
        dosing.Total(Decimal(5), None, "mg", leaves_out_as_needed=True),
    ],
)
def test_no_difference_between_totals_of_two_kinds(other: dosing.Total | None) -> None:
    total = dosing.Total(Decimal(11), None, "mg")
    assert dosing.difference(total, other) is None
    assert dosing.difference(other, total) is None


# Bases


def test_basis_is_the_total_when_there_is_one() -> None:
    assert dosing.basis((times(3, "5"),)) == dosing.Basis("day", "mg", Decimal(15))


def test_basis_of_rate_windows_is_lowest_to_highest_stored_rate() -> None:
    night, day = time(22), time(6)
    basis = dosing.basis(
        (
            rate("7", "hour", window_from=night, window_to=day),
            rate("11", "hour", window_from=day, window_to=time(12)),
            rate("5", "hour", window_from=time(12), window_to=night),
        )
    )
    assert (basis.kind, basis.low, basis.high) == ("rate", Decimal(5), Decimal(11))


def test_basis_of_one_rate_has_no_range() -> None:
    basis = dosing.basis((rate("25", "hour", changed_every_hours=72),))
    assert basis == dosing.Basis(
        "rate", "microgram", Decimal(25), None, Timing("continuous", rate_per="hour")
    )


def test_basis_of_alternate_days_is_the_amount_as_written() -> None:
    part = times(1, "25", period=2, anchor=ANCHOR)
    assert dosing.basis((part,)) == dosing.Basis("dose", "mg", Decimal(25), None, part.timing)


@pytest.mark.parametrize(
    "components",
    [
        (),
        (times(1, "3", weekdays=(1, 3, 5)), times(1, "4", weekdays=(2, 4, 6, 7))),
        (rate("5", "hour"), at("bedtime", "5", "microgram")),
        (at("bedtime", "5", "microgram"), rate("5", "hour")),
        (rate("5", "hour"), rate("5", "24 hours")),
        (rate("5", "hour"), rate("5", "hour", "mg")),
        (at("morning", "5"), at("bedtime", "5", "tablet")),
        (Component(amount("300"), Timing("once")), times(2, "75")),
    ],
    ids=lambda components: f"{len(components)} parts",
)
def test_basis_is_words_when_no_one_figure_is_written(components: tuple[Component, ...]) -> None:
    assert dosing.basis(components).kind == "words"


def test_basis_of_as_needed_parts_alone_has_no_figure() -> None:
    basis = dosing.basis((dataclasses.replace(times(None, "10"), as_needed=True),))
    assert (basis.kind, basis.low) == ("as_needed", None)


@given(doses.doses)
def test_basis_shows_stored_figures_or_the_total(components: tuple[Component, ...]) -> None:
    basis, total = dosing.basis(components), dosing.total_per_day(components)
    stored = {
        figure
        for part in components
        if part.amount and not part.as_needed
        for figure in (part.amount.low, part.amount.high)
    }
    if total is not None:
        assert (basis.kind, basis.low, basis.high) == ("day", total.low, total.high)
    else:
        assert {basis.low, basis.high} <= stored | {None}
        assert basis.kind != "day"


def test_a_part_in_words_leaves_the_dose_without_a_total_and_an_axis() -> None:
    parts = (at("bedtime", "13"), in_words("17 units by the ward chart"))
    assert dosing.total_per_day(parts) is None
    assert dosing.basis(parts).kind == "words"
    assert dosing.total_per_day(parts[:1]) is not None


def test_axis_is_shared_by_alternate_days_at_other_times_of_day() -> None:
    first = dosing.basis((at("morning", "40", period=2, anchor=ANCHOR),))
    second = dosing.basis((at("evening", "35", period=2, anchor=ANCHOR.replace(day=17)),))
    assert first.axis == second.axis


def test_axis_differs_between_alternate_days_and_each_day() -> None:
    assert dosing.basis((at("morning", "40", period=2, anchor=ANCHOR),)).axis != (
        dosing.basis((at("morning", "40"),)).axis
    )


# Shape


@given(doses.doses)
def test_no_problem_in_a_dose_of_any_kept_shape(components: tuple[Component, ...]) -> None:
    assert dosing.check_components(components) == []


def _needed(component: Component, **fields: Any) -> Component:
    return dataclasses.replace(component, as_needed=True, **fields)


def _with(component: Component, **fields: Any) -> Component:
    return dataclasses.replace(component, **fields)


FIVE = times(1, "5")
TOO_FINE = Decimal("0.1234567")


@pytest.mark.parametrize(
    ("code", "component"),
    [
        ("unit_unknown", times(1, "5", "mcg")),
        ("instruction_alone", _with(FIVE, timing=dosing.IN_WORDS, instruction="by the chart")),
        ("instruction_alone", _with(FIVE, amount=None, instruction="by the chart")),
        ("instruction_alone", _needed(in_words("by the chart"))),
        ("instruction_missing", in_words(" ")),
        ("text_controls", in_words("by the\nchart")),
        ("text_controls", _with(FIVE, instruction="by the\nchart")),
        ("amount_figure", _with(FIVE, amount=Amount(Decimal(-5), None, "mg"))),
        ("amount_figure", _with(FIVE, amount=Amount(TOO_FINE, None, "mg"))),
        ("amount_figure", _with(FIVE, amount=Amount(Decimal("NaN"), None, "mg"))),
        ("amount_figure", _with(FIVE, amount=Amount(Decimal(5), Decimal("Infinity"), "mg"))),
        ("range_order", _with(FIVE, amount=Amount(Decimal(5), Decimal(5), "mg"))),
        ("kind_unknown", _with(FIVE, timing=Timing(""))),
        ("timing_extra", at("morning", "5", times=2)),
        ("timing_extra", times(1, "5", slot="morning")),
        ("timing_extra", times(1, "5", rate_per="hour")),
        ("timing_extra", rate("5", "hour", weekdays=(1,))),
        ("timing_extra", _with(FIVE, timing=Timing("once", period=2))),
        ("timing_extra", _with(FIVE, timing=Timing("once", slot="morning", clock=time(8)))),
        ("slot_missing", at("", "5")),
        ("slot_missing", at("noon", "5")),
        ("clock_missing", _with(FIVE, timing=Timing("clock"))),
        ("clock_seconds", _with(FIVE, timing=Timing("clock", clock=time(8, 0, 1)))),
        ("clock_seconds", rate("5", "hour", window_from=time(8, 0, 1), window_to=time(9))),
        ("times_missing", times(None, "5")),
        ("times_missing", _needed(times(None, "5", period=2, anchor=ANCHOR))),
        ("times_bounds", times(0, "5")),
        ("times_bounds", times(100, "5")),
        ("period_bounds", times(1, "5", period=0)),
        ("period_bounds", times(1, "5", period=1000, anchor=ANCHOR)),
        ("period_range", times(1, "5", period=6, period_to=6, period_unit="hour")),
        ("period_range", times(2, "5", period=2, period_to=3)),
        ("period_range", times(1, "5", period=2, period_to=3, weekdays=(1,), period_unit="week")),
        ("times_range", times(3, "5", times_to=3)),
        ("times_range", times(3, "5", times_to=100)),
        ("anchor_unused", times(1, "5", period=2, period_to=3, anchor=ANCHOR)),
        ("period_unit_unknown", times(1, "5", period_unit="fortnight")),
        ("hours_need_times", at("morning", "5", period=6, period_unit="hour")),
        ("days_on_bounds", times(1, "5", period=7, days_on=1, anchor=ANCHOR)),
        ("days_on_bounds", times(1, "5", period=7, days_on=7, anchor=ANCHOR)),
        ("days_on_bounds", times(1, "5", period=7, period_unit="week", days_on=2, anchor=ANCHOR)),
        ("weekdays_unknown", times(1, "5", weekdays=(0,))),
        ("weekdays_unknown", times(1, "5", weekdays=(3, 1))),
        ("weekdays_unknown", times(1, "5", weekdays=(1, 1))),
        ("weekdays_every_day", times(1, "5", weekdays=(1, 2, 3, 4, 5, 6, 7))),
        ("weekdays_and_period", times(1, "5", weekdays=(1,), period_unit="week")),
        ("weekdays_and_period", times(1, "5", weekdays=(1,), period=2, anchor=ANCHOR)),
        ("weekdays_and_period", times(1, "5", weekdays=(1,), period_unit="month")),
        ("anchor_missing", times(1, "5", period=2)),
        ("anchor_missing", times(1, "5", period=4, period_unit="week")),
        ("anchor_missing", at("morning", "5", period=2, period_unit="week", weekdays=(1,))),
        ("anchor_unused", times(1, "5", anchor=ANCHOR)),
        ("anchor_unused", times(1, "5", period=6, period_unit="hour", anchor=ANCHOR)),
        ("anchor_unused", times(1, "5", weekdays=(1,), anchor=ANCHOR)),
        ("rate_missing", rate("5", "")),
        ("rate_missing", rate("5", "second")),
        ("window_half", rate("5", "hour", window_from=time(8))),
        ("window_empty", rate("5", "hour", window_from=time(8), window_to=time(8))),
        ("changed_bounds", rate("5", "hour", changed_every_hours=0)),
        ("as_needed_for_unused", _with(FIVE, as_needed_for="pain")),
        ("maximum_unused", _with(FIVE, maximum=amount("60"), maximum_hours=24)),
        ("maximum_hours_missing", _needed(FIVE, maximum=amount("60"))),
        ("maximum_hours_missing", _needed(FIVE, maximum_times=4)),
        ("maximum_missing", _needed(FIVE, maximum_hours=24)),
        ("maximum_range", _needed(FIVE, maximum=amount("50 to 60"), maximum_hours=24)),
        ("maximum_zero", _needed(FIVE, maximum=amount("0"), maximum_hours=24)),
        ("maximum_figure", _needed(FIVE, maximum=amount("60", "U"), maximum_hours=24)),
        ("maximum_figure", _needed(FIVE, maximum_times=0, maximum_hours=24)),
        ("maximum_figure", _needed(FIVE, maximum_times=4, maximum_hours=0)),
        ("volume_figure", _with(FIVE, volume=Decimal(0))),
        ("volume_figure", _with(FIVE, volume=TOO_FINE)),
        ("concentration_missing", _with(FIVE, concentration_unit="mg")),
        ("concentration_unit_missing", _with(FIVE, concentration=Decimal(5))),
        ("concentration_figure", _with(FIVE, concentration=Decimal(0), concentration_unit="mg")),
        ("unit_unknown", _with(FIVE, concentration=Decimal(5), concentration_unit="%")),
        ("text_controls", _with(FIVE, product="one line\nand another")),
        ("text_controls", _with(FIVE, calculation="turned \u202egm 05\u202c about")),
    ],
)
def test_component_has_a_problem_by_name(code: str, component: Component) -> None:
    assert dosing.check_component(component) == [code]
    assert code in dosing.check_components((component, at("bedtime", "5")))


@pytest.mark.parametrize(
    ("code", "components"),
    [
        ("empty_dose", ()),
        ("all_zero", (at("morning", "0"), at("bedtime", "0"))),
        ("repeated", (at("morning", "5"), at("morning", "5"))),
        ("window_missing", (rate("5", "hour"), rate("7", "hour"))),
        (
            "windows_overlap",
            (
                rate("5", "hour", window_from=time(22), window_to=time(6)),
                rate("7", "hour", window_from=time(5, 59), window_to=time(22)),
            ),
        ),
        (
            "windows_overlap",
            (
                rate("5", "hour", window_from=time(8), window_to=time(12)),
                rate("7", "hour", window_from=time(11), window_to=time(0)),
            ),
        ),
    ],
)
def test_components_have_a_problem_together(code: str, components: tuple[Component, ...]) -> None:
    assert dosing.check_components(components) == [code]


@given(st.lists(st.tuples(doses.clocks, doses.clocks).filter(lambda w: w[0] != w[1]), max_size=4))
def test_windows_overlap_when_they_share_a_minute(windows: list[tuple[time, time]]) -> None:
    def minutes(start: time, end: time) -> set[int]:
        first = start.hour * 60 + start.minute
        length = (end.hour * 60 + end.minute - first) % 1440
        return {(first + minute) % 1440 for minute in range(length)}

    parts = tuple(
        rate(str(position), "hour", window_from=start, window_to=end)
        for position, (start, end) in enumerate(windows, start=1)
    )
    laid = [minutes(*window) for window in windows]
    shared = sum(map(len, laid)) > len(set().union(*laid))
    assert ("windows_overlap" in dosing.check_together(parts)) == shared


# Disagreements


@pytest.mark.parametrize(
    ("text", "figures", "codes"),
    [
        ("1 × 10 mg + half × 10 mg", "15", ()),
        ("1 × 10 mg + half × 10 mg", "20", ("strengths",)),
        ("2 x 5 mg", "10", ()),
        ("2X5mg", "10", ()),
        ("1 and a half × 10 mg", "15", ()),
        ("one and a half x 10 mg", "10", ("strengths",)),
        ("1½ × 10 mg", "15", ()),
        ("a quarter × 10 mg", "2.5", ()),
        ("three quarters × 10 mg", "7.5", ()),
        ("2 tablets of 5 mg", "11", ("strengths",)),
        ("2 × 5 mg tablets + 1 × 1 mg tablet", "11", ()),
        ("0.5 × 0.1 mg", "0.05", ()),
        ("3 × 3.3 mg", "10", ("strengths",)),
        # Not understood completely, or in another unit: no statement.
        ("10 mg", "15", ()),
        ("5 mL of 1 mg per mL", "7", ()),
        ("2 × 5 mg and some more", "11", ()),
        ("2 × 500 micrograms", "2", ()),
        ("1 × 1 mg + 1 × 500 micrograms", "2", ()),
        ("2 tablets", "2", ()),
        ("11/2 × 10 mg", "15", ()),
        ("2 × 5 mg +", "11", ()),
        ("2 × 5 mg", "11 to 12", ()),
    ],
)
def test_strengths_disagree_only_when_wholly_understood(
    text: str, figures: str, codes: tuple[str, ...]
) -> None:
    component = dataclasses.replace(times(1, figures), strengths=text)
    assert dosing.disagreements(component) == codes


@pytest.mark.parametrize(
    ("figures", "unit", "codes"),
    [
        ("75", "microgram", ()),
        ("76", "microgram", ("concentration",)),
        ("76", "mg", ()),
        ("76 to 77", "microgram", ()),
    ],
)
def test_volume_and_concentration_disagree_in_one_unit_only(
    figures: str, unit: str, codes: tuple[str, ...]
) -> None:
    component = Component(
        amount(figures, unit),
        Timing("once"),
        volume=Decimal("1.5"),
        concentration=Decimal(50),
        concentration_unit="microgram",
    )
    assert dosing.disagreements(component) == codes


def test_volume_beside_a_rate_is_not_compared() -> None:
    component = dataclasses.replace(
        rate("200", "24 hours"),
        volume=Decimal(20),
        concentration=Decimal(500),
        concentration_unit="microgram",
    )
    assert dosing.disagreements(component) == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [("2", Fraction(2)), ("half", Fraction(1, 2)), ("1 and a half", Fraction(3, 2))]
            ),
            doses.figures,
        ),
        min_size=1,
        max_size=4,
    ),
    doses.figures,
)
def test_strengths_disagree_when_their_exact_sum_differs(
    terms: list[tuple[tuple[str, Fraction], Decimal]], written: Decimal
) -> None:
    text = " + ".join(f"{count} × {dosing.plain(strength)} mg" for (count, _), strength in terms)
    exact = sum((value * Fraction(strength) for (_, value), strength in terms), Fraction(0))
    component = Component(Amount(written, None, "mg"), Timing("times", times=1), strengths=text)
    assert (dosing.disagreements(component) == ()) == (exact == Fraction(written))


@given(st.text(), doses.components())
def test_disagreements_are_known_codes_for_any_text(text: str, component: Component) -> None:
    found = dosing.disagreements(dataclasses.replace(component, strengths=text))
    assert set(found) <= set(dosing.DISAGREEMENTS)


# Units


def test_units_leave_out_what_is_misread() -> None:
    assert not {"mcg", "µg", "ug", "U", "IU", "cc", "ml"} & set(dosing.UNITS)


def test_units_are_named_by_their_own_code() -> None:
    assert all(unit.code == code and unit.ucum for code, unit in dosing.UNITS.items())
