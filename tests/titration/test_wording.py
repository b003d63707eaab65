"""The words of doses: read aloud, unmistakable, and never two doses in the same words."""

import dataclasses
import re
from collections import defaultdict
from datetime import date, time
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration import doses
from tests.titration.doses import ANCHOR, amount, at, rate, times
from titration import dosing, wording
from titration.dosing import Component, Timing
from titration.timeline import Effective
from titration.typed import read_dose
from titration.wording import memory
from titration.wording.memory import once_per_language

NO_BREAK = "\u00a0"


def words(*components: Component) -> str:
    """The words of a dose, with the no-break space shown as a tilde."""
    return wording.dosage_words(components).replace(NO_BREAK, "~")


def lines(*components: Component) -> list[tuple[str, str, str]]:
    return [
        (line.label, line.amount.replace(NO_BREAK, " "), line.detail.replace(NO_BREAK, " "))
        for line in wording.dosage_lines(components)
    ]


def as_needed(component: Component, **fields: Any) -> Component:
    return dataclasses.replace(component, as_needed=True, **fields)


# Doses in one line

SCHEDULES = [
    ("5~mg three times a day (5~mg each time)", [times(3, "5")]),
    (
        "5~mg in the morning; 5~mg at midday; 10~mg at bedtime",
        [at("morning", "5"), at("midday", "5"), at("bedtime", "10")],
    ),
    (
        "50~micrograms once only, as 1~mL of 50~micrograms per mL",
        [
            Component(
                amount("50", "microgram"),
                Timing("once"),
                volume=Decimal(1),
                concentration=Decimal(50),
                concentration_unit="microgram",
            )
        ],
    ),
    ("200~micrograms per 24 hours, continuously", [rate("200", "24 hours")]),
    (
        "4~mg at breakfast; 4~mg at lunch; 0~mg at dinner; 4~mg at bedtime",
        [at("breakfast", "4"), at("lunch", "4"), at("dinner", "0"), at("bedtime", "4")],
    ),
    (
        "25~mg on alternate days, counted from 16-Nov-2026",
        [times(1, "25", period=2, anchor=ANCHOR)],
    ),
    ("25 to 50~mg once a day", [times(1, "25 to 50")]),
    ("300~mg twice a day (300~mg each time)", [times(2, "300")]),
    (
        "3~mg on MONDAY, WEDNESDAY and FRIDAY; 4~mg on TUESDAY, THURSDAY, SATURDAY and SUNDAY",
        [times(1, "3", weekdays=(1, 3, 5)), times(1, "4", weekdays=(2, 4, 6, 7))],
    ),
    (
        "40~mg in the morning on alternate days, counted from 16-Nov-2026",
        [at("morning", "40", period=2, anchor=ANCHOR)],
    ),
    (
        "100~mg at 07:00; 50~mg at 19:30",
        [
            Component(amount("100"), Timing("clock", clock=time(7))),
            Component(amount("50"), Timing("clock", clock=time(19, 30))),
        ],
    ),
    ("10~mg once a week on MONDAY", [times(1, "10", weekdays=(1,))]),
    (
        "10~mg twice a day on MONDAY each week (10~mg each time)",
        [times(2, "10", weekdays=(1,))],
    ),
    (
        "40~mg once every 2 weeks, counted from MONDAY 16-Nov-2026",
        [times(1, "40", period=2, period_unit="week", anchor=ANCHOR)],
    ),
    (
        "40~mg at bedtime on MONDAY and THURSDAY in one week of every 2 weeks, counted from MONDAY "
        "16-Nov-2026",
        [at("bedtime", "40", period=2, period_unit="week", weekdays=(1, 4), anchor=ANCHOR)],
    ),
    (
        "11.25~mg once every 3 months, counted from 16-Nov-2026",
        [times(1, "11.25", period=3, period_unit="month", anchor=ANCHOR)],
    ),
    ("10~mg three times a week (10~mg each time)", [times(3, "10", period_unit="week")]),
    ("5~mg every 6 hours", [times(1, "5", period=6, period_unit="hour")]),
    ("5~mg every hour", [times(1, "5", period_unit="hour")]),
    (
        "5~mg twice a day on one day of every 3 days (5~mg each time), counted from 16-Nov-2026",
        [times(2, "5", period=3, anchor=ANCHOR)],
    ),
    (
        "140~mg once a day on the first 5 days of every 28 days, counted from 16-Nov-2026",
        [times(1, "140", period=28, days_on=5, anchor=ANCHOR)],
    ),
    (
        "5~mg in the morning on the first 21 days of every 28 days, counted from 16-Nov-2026",
        [at("morning", "5", period=28, days_on=21, anchor=ANCHOR)],
    ),
    ("5~mg every 4 to 6 hours", [times(1, "5", period=4, period_to=6, period_unit="hour")]),
    (
        "100~units once every 12 to 16 weeks",
        [times(1, "100", "unit", period=12, period_to=16, period_unit="week")],
    ),
    ("5~mg once or twice a day (5~mg each time)", [times(1, "5", times_to=2)]),
    ("5~mg two to three times a day (5~mg each time)", [times(2, "5", times_to=3)]),
    (
        "5~mg at bedtime once every 2 to 3 days",
        [at("bedtime", "5", period=2, period_to=3)],
    ),
    ("5~micrograms per minute, continuously", [rate("5", "minute")]),
    ("5~mg 12 times a day (5~mg each time)", [times(12, "5")]),
    (
        "25~micrograms per hour, continuously, changed every 72 hours",
        [rate("25", "hour", changed_every_hours=72)],
    ),
    (
        "7~micrograms per hour, each day from 22:00 to 06:00 the next day; "
        "11~micrograms per hour, each day from 06:00 to 22:00",
        [
            rate("7", "hour", window_from=time(22), window_to=time(6)),
            rate("11", "hour", window_from=time(6), window_to=time(22)),
        ],
    ),
    (
        "10~mg as needed for “pain” (10~mg each time), at most 60~mg in 24 hours",
        [
            as_needed(
                times(None, "10"), as_needed_for="pain", maximum=amount("60"), maximum_hours=24
            )
        ],
    ),
    (
        "10~mg every 4 hours, as needed, at most 60~mg and at most four times in 24 hours",
        [
            as_needed(
                times(1, "10", period=4, period_unit="hour"),
                maximum=amount("60"),
                maximum_times=4,
                maximum_hours=24,
            )
        ],
    ),
    (
        "1,500~mg once only in the evening; 300~mg twice a day (300~mg each time)",
        [Component(amount("1500"), Timing("once", slot="evening")), times(2, "300")],
    ),
    (
        "15~mg at bedtime, strengths used “1 × 10 mg + half × 10 mg”, product “Lioresal”, "
        "calculation “by weight”",
        [
            dataclasses.replace(
                at("bedtime", "15"),
                strengths="1 × 10 mg + half × 10 mg",
                product="Lioresal",
                calculation="by weight",
            )
        ],
    ),
]


@pytest.mark.parametrize(("expected", "components"), SCHEDULES, ids=[s[0] for s in SCHEDULES])
def test_dose_reads(expected: str, components: list[Component]) -> None:
    assert dosing.check_components(components) == []
    assert words(*components) == expected


# A line for each part


@pytest.mark.parametrize(
    ("component", "line"),
    [
        (at("morning", "10"), ("Morning", "10 mg", "")),
        (times(3, "5"), ("Three times a day", "5 mg each time", "")),
        (
            at("morning", "40", period=2, anchor=ANCHOR),
            ("Morning, on alternate days", "40 mg", "counted from 16-Nov-2026"),
        ),
        (
            Component(amount("100"), Timing("clock", clock=time(7), weekdays=(1,))),
            ("07:00, once a week on MONDAY", "100 mg", ""),
        ),
        (
            rate("25", "hour", changed_every_hours=72),
            ("Continuously", "25 micrograms per hour", "changed every 72 hours"),
        ),
        (Component(amount("50"), Timing("once")), ("Once only", "50 mg", "")),
        (
            as_needed(times(None, "10"), maximum_times=4, maximum_hours=24),
            ("As needed", "10 mg each time", "at most four times in 24 hours"),
        ),
        (
            as_needed(at("bedtime", "10"), as_needed_for="pain"),
            ("Bedtime, as needed for “pain”", "10 mg", ""),
        ),
    ],
)
def test_line_reads(component: Component, line: tuple[str, str, str]) -> None:
    assert lines(component) == [line]


# Never the same words for two doses


def _small_timings() -> list[Timing]:
    """Every accepted timing over a few values of each field."""
    other = date(2026, 11, 17)
    patterns: list[dict[str, Any]] = [
        {
            "period": period,
            "period_unit": unit,
            "anchor": anchor,
            "weekdays": weekdays,
        }
        for period, unit, anchor, weekdays in product(
            (1, 2, 3, 12, 24),
            dosing.PERIOD_UNITS,
            (None, ANCHOR, other),
            ((), (1,), (2,), (1, 2), (1, 2, 3)),
        )
    ]
    clocks = (time(7), time(7, 30), time(19))
    timings = [
        *(Timing("once", slot=slot) for slot in ("", *dosing.SLOTS)),
        *(Timing("once", clock=clock) for clock in clocks),
        *(Timing("slot", slot=slot, **days) for slot in dosing.SLOTS for days in patterns),
        *(Timing("clock", clock=clock, **days) for clock in clocks for days in patterns),
        *(Timing("times", times=count, **days) for count in (1, 2, 3, 12) for days in patterns),
        *(
            Timing(
                "continuous",
                rate_per=per,
                changed_every_hours=changed,
                window_from=start,
                window_to=end,
            )
            for per, changed, start, end in product(
                dosing.RATES, (None, 1, 2, 72), (None, *clocks), (None, *clocks)
            )
        ),
    ]
    component = times(1, "5")
    return [
        timing
        for timing in timings
        if not dosing.check_component(dataclasses.replace(component, timing=timing))
    ]


def test_two_timings_never_read_the_same() -> None:
    seen = defaultdict(set)
    for timing in _small_timings():
        seen[words(dataclasses.replace(times(1, "5"), timing=timing))].add(timing)
    assert len(seen) > 500
    assert [sorted(map(str, same)) for same in seen.values() if len(same) > 1] == []


def test_two_timings_never_make_the_same_line() -> None:
    seen = defaultdict(set)
    for timing in _small_timings():
        seen[lines(dataclasses.replace(times(1, "5"), timing=timing))[0]].add(timing)
    assert [sorted(map(str, same)) for same in seen.values() if len(same) > 1] == []


def test_two_sets_of_fields_beside_a_dose_never_read_the_same() -> None:
    values: dict[str, tuple[Any, ...]] = {
        "as_needed_for": ("", "pain", "at most 60 mg in 24 hours"),
        "maximum": (None, amount("60"), amount("60", "g")),
        "maximum_times": (None, 1, 24),
        "maximum_hours": (None, 1, 24),
        "strengths": ("", "2 × 5 mg"),
        "product": ("", "2 × 5 mg"),
        "calculation": ("", "2 × 5 mg"),
        "volume": (None, Decimal(1)),
        "concentration": (None, Decimal(1)),
        "concentration_unit": ("", "mg", "microgram"),
    }
    seen = defaultdict(set)
    for as_needed_too in (False, True):
        for chosen in product(*values.values()):
            fields: dict[str, Any] = dict(zip(values, chosen, strict=True))
            component = dataclasses.replace(times(1, "5"), as_needed=as_needed_too, **fields)
            if not dosing.check_component(component):
                seen[words(component)].add(component)
    assert len(seen) > 500
    assert [same for same in seen.values() if len(same) > 1] == []


def test_two_amounts_never_read_the_same() -> None:
    figures = ("0", "0.5", "5", "50", "500", "5000", "5 to 50", "0.5 to 5")
    written = [amount(*pair) for pair in product(figures, dosing.UNITS)]
    shown = {wording.amount_words(each) for each in written}
    assert len(shown) == len(written)


@given(doses.doses, doses.doses)
def test_two_doses_never_read_the_same(
    first: tuple[Component, ...], second: tuple[Component, ...]
) -> None:
    assert (words(*first) == words(*second)) == (first == second)
    assert (lines(*first) == lines(*second)) == (first == second)


@given(doses.doses, doses.components(), st.data())
def test_a_dose_with_one_thing_changed_never_reads_the_same(
    components: tuple[Component, ...], other: Component, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(components) - 1))
    name = data.draw(st.sampled_from([field.name for field in dataclasses.fields(Component)]))
    changed = list(components)
    changed[place] = dataclasses.replace(changed[place], **{name: getattr(other, name)})
    if dosing.check_components(changed) or tuple(changed) == components:
        return
    assert words(*components) != words(*changed)
    assert lines(*components) != lines(*changed)


# Written practice


def _figures_with_units(text: str) -> set[tuple[str, str]]:
    """Each figure before a no-break space, with the word after it; quoted text left out."""
    text = re.sub("“[^”]*”", "", text)
    found = set()
    for low, high, unit in re.findall(
        rf"([0-9][0-9,.]*)(?: to ([0-9][0-9,.]*))?{NO_BREAK}(million units|[a-zA-Z]+)", text
    ):
        found |= {(figure.replace(",", ""), unit) for figure in (low, high) if figure}
    return found


@given(doses.doses)
def test_only_stored_amounts_are_shown(components: tuple[Component, ...]) -> None:
    stored = set()
    for part in components:
        for each in (part.amount, part.maximum):
            if each is not None:
                high = each.low if each.high is None else each.high
                unit = wording.unit_words(each.unit, high)
                stored |= {(dosing.plain(each.low), unit), (dosing.plain(high), unit)}
        if part.volume is not None:
            stored.add((dosing.plain(part.volume), "mL"))
        if part.concentration is not None:
            unit = wording.unit_words(part.concentration_unit, part.concentration)
            stored.add((dosing.plain(part.concentration), unit))
    assert _figures_with_units(wording.dosage_words(components)) <= stored


@given(doses.doses)
def test_no_error_prone_abbreviation_is_written(components: tuple[Component, ...]) -> None:
    text = re.sub("“[^”]*”", "", wording.dosage_words(components))
    assert not re.search(r"\b(mcg|IU|U|QD|OD|BD|TDS|QDS|PRN|cc|ml)\b|[µμ@/]", text)


@given(doses.doses)
def test_each_time_is_said_wherever_an_amount_could_pass_for_the_sum(
    components: tuple[Component, ...],
) -> None:
    for part in components:
        timing = part.timing
        several = timing.kind == "times" and (timing.times, timing.times_to) != (1, None)
        plain = dataclasses.replace(
            part, as_needed_for="", strengths="", product="", calculation=""
        )
        assert ("each time" in wording.component_words(plain)) == several
        assert ("each time" in wording.dosage_lines([plain])[0].amount) == several


@pytest.mark.parametrize(
    ("figures", "unit", "expected"),
    [
        ("1", "tablet", "1~tablet"),
        ("2", "tablet", "2~tablets"),
        ("0.5", "tablet", "0.5~tablets"),
        ("1.5", "tablet", "1.5~tablets"),
        ("0", "tablet", "0~tablets"),
        ("1 to 2", "tablet", "1 to 2~tablets"),
        ("1", "microgram", "1~microgram"),
        ("1500", "microgram", "1,500~micrograms"),
        ("1", "million-unit", "1~million units"),
        ("6", "unit", "6~units"),
        ("0.5", "mg", "0.5~mg"),
    ],
)
def test_amount_reads(figures: str, unit: str, expected: str) -> None:
    assert wording.amount_words(amount(figures, unit)).replace(NO_BREAK, "~") == expected


# Totals


def test_total_reads_with_its_label() -> None:
    total = dosing.total_per_day((times(3, "5"),))
    assert total is not None
    assert wording.total_sentence(total) == f"Total per day: 15{NO_BREAK}mg"


def test_total_says_that_as_needed_doses_are_not_counted() -> None:
    total = dosing.total_per_day((times(3, "5 to 7"), as_needed(times(None, "11"))))
    assert total is not None
    assert wording.total_label(total) == "Total per day, as-needed doses not counted"
    assert wording.total_words(total) == f"15 to 21{NO_BREAK}mg"


@pytest.mark.parametrize(
    ("difference", "expected"),
    [("-5", "−5~mg"), ("5", "+5~mg"), ("-1250.5", "−1,250.5~mg"), ("0", "same total")],
)
def test_difference_reads(difference: str, expected: str) -> None:
    shown = wording.difference_words(Decimal(difference), "mg")
    assert shown.replace(NO_BREAK, "~") == expected


# The words of an axis


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ([times(3, "5")], "total per day"),
        ([rate("25", "hour", changed_every_hours=72)], "rate per hour"),
        ([rate("200", "24 hours")], "rate per 24 hours"),
        ([times(1, "25", period=2, anchor=ANCHOR)], "each dose, on alternate days"),
        ([at("morning", "40", period=2, anchor=ANCHOR)], "each dose, on alternate days"),
        ([times(1, "10", weekdays=(1,))], "each dose, once a week"),
        ([times(2, "10", weekdays=(1, 4))], "each dose, twice a day on MONDAY and THURSDAY"),
        ([times(1, "5", period=72, period_unit="hour")], "each dose, every 72 hours"),
        ([Component(amount("50"), Timing("once", slot="morning"))], "single dose"),
        ([as_needed(times(None, "10"))], "as needed only"),
        ([at("morning", "5"), at("bedtime", "1", "tablet")], "as written, in words"),
        ([], "as written, in words"),
    ],
)
def test_basis_reads(components: list[Component], expected: str) -> None:
    assert wording.basis_label(dosing.basis(components)) == expected


def test_timings_on_one_axis_share_its_label_and_no_other_axis_does() -> None:
    labels = defaultdict(set)
    for timing in _small_timings():
        basis = dosing.basis([dataclasses.replace(times(1, "5"), timing=timing)])
        labels[basis.axis].add(wording.basis_label(basis))
    assert all(len(words) == 1 for words in labels.values())
    assert len(set().union(*labels.values())) == len(labels)


# Dates


def test_day_reads_with_the_month_in_letters() -> None:
    assert wording.date_words(date(2026, 5, 2)) == "02-May-2026"


@pytest.mark.parametrize(
    ("effective", "expected"),
    [
        (Effective(date(2026, 11, 16)), "16-Nov-2026"),
        (Effective(date(2026, 11, 16), "day", time(14, 30), 0), "16-Nov-2026 14:30"),
        (Effective(date(2024, 3, 1), "month"), "March 2024"),
        (Effective(date(2019, 1, 1), "year"), "2019"),
    ],
)
def test_moment_reads_as_finely_as_it_is_known(effective: Effective, expected: str) -> None:
    assert wording.effective_words(effective) == expected


# Problems

CODES = sorted({*dosing.AMOUNT_ERRORS, *dosing.PROBLEMS, *dosing.DISAGREEMENTS})
JUDGING = re.compile(
    r"\b(recommend|suggest|optimal|ideal|safe|unsafe|should|too high|too low|target|normal|"
    r"tolerated|compliant|on track|next dose due|overdue)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("code", CODES)
def test_problem_reads_as_a_sentence_that_judges_nothing(code: str) -> None:
    message = wording.problem_words(code)
    assert re.fullmatch(r"[A-Z].*\.", message)
    assert not JUDGING.search(message)


@pytest.mark.parametrize("code", CODES)
def test_problem_names_no_amount(code: str) -> None:
    figures = re.findall(r"[0-9]+", wording.problem_words(code))
    bounds = {
        "foreign_digits": ["0", "9"],
        "changed_bounds": ["1", "999"],
        "period_bounds": ["1", "999"],
        "times_bounds": ["1", "99"],
        "rate_missing": ["24"],
    }
    assert figures == bounds.get(code, [])


def test_problem_words_refuse_an_unknown_code() -> None:
    with pytest.raises(KeyError):
        wording.problem_words("unheard_of")


# Languages


def test_words_are_remembered_for_each_language_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = ""

    @once_per_language
    def write(value: int) -> str:
        return f"{spoken} {value}"

    monkeypatch.setattr(memory, "get_language", lambda: spoken)
    for language in ("de", "pl", "de"):
        spoken = language
        assert write(5) == f"{language} 5"


def test_a_part_in_words_whose_words_were_erased_says_so():
    part = Component(None, dosing.IN_WORDS)
    assert wording.component_words(part) == "in words, not totalled erased"
    assert wording.dosage_lines([part]) == [("In words, not totalled", "erased", "")]


@pytest.mark.parametrize("name", ["instruction", "strengths", "product", "calculation"])
def test_quotation_marks_in_what_was_typed_never_end_it(name: str) -> None:
    """Else a part of a dose that nobody wrote could be read behind them, here and as typed."""
    text = "a”; 10 mg in the morning, product “x"
    part = at("bedtime", "5")
    parts = [dataclasses.replace(part, **{name: text})]
    if name == "instruction":
        parts.append(doses.in_words(text))

    words = wording.dosage_words(parts)

    assert words.count("“a’; 10 mg in the morning, product ‘x”") == len(parts)
    read = read_dose(words).components
    assert [(each.amount, each.timing) for each in read] == [
        (each.amount, each.timing) for each in parts
    ]
