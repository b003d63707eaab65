"""What pages print is read back as it was, and whatever is typed never raises and is never guessed.

Ten thousand of each: pytest tests/titration/test_typed_properties.py --hypothesis-profile=thorough
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import doses
from titration import dosing, typed, wording
from titration.dosing import Component

CODES = {*typed.PROBLEMS, *dosing.PROBLEMS, *dosing.AMOUNT_ERRORS}
FIGURE = re.compile(r"(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.[0-9]+)?")

SCRAPS = (
    *("5 mg", "10", "0.5", ".5", "1,500 mg", "1/2", "½", "25 to 50 mg", "8/4/4/8", "5 mcg", "10 U"),
    *("in the morning", "bedtime", "at night", "08:00", "24:00", "8 pm", "12 am", "noon"),
    *("three times a day", "3 times", "once", "once only", "twice a week", "every 6 hours"),
    *("on alternate days", "every other day", "daily", "MONDAY", "Mondays", "on Monday and Thu"),
    *("as needed", "for pain", "at most 20 mg", "in 24 hours", "per 24 hours", "per hour", "a day"),
    *("counted from 16-Nov-2026", "from 08:00 to 20:00", "changed every 72 hours", "product “x”"),
    *("instruction “x”", "in words “5 mg”", "every other night", "1 or 2 tablets", "Mon Wed"),
    *("as 1 mL of 50 micrograms per mL", "(1.5 mL)", "(5 mg each time)", "(", ")", "“", "”", '"'),
    *(
        ",",
        ";",
        "and",
        "then",
        "stop",
        "-",
        "–",
        ":",
        "\n",
        "\u00a0",
        " ",
        ".",
        "/",
        "bd",
        "for 3 days",
    ),
)
scraps = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=3), max_size=9).map(" ".join)


def figures_in(text: str) -> set[Decimal]:
    return {Decimal(found.replace(",", "")) for found in FIGURE.findall(text)}


def figures_of(components: Sequence[Component]) -> Iterator[Decimal]:
    for part in components:
        for amount in (part.amount, part.maximum):
            if amount is not None:
                yield amount.low
                if amount.high is not None:
                    yield amount.high
        yield from (value for value in (part.volume, part.concentration) if value is not None)


def is_single(parts: Sequence[Component]) -> bool:
    return all(part.timing.kind == "once" for part in parts)


def is_mixed(parts: Sequence[Component]) -> bool:
    return len({part.timing.kind == "once" for part in parts}) > 1


@given(doses)
def test_what_pages_print_is_read_as_the_same_dose(parts: tuple[Component, ...]) -> None:
    words = wording.dosage_words(parts)
    read = typed.read_dose(words)
    if is_mixed(parts):
        assert read.problem == "single_mixed"
        return
    assert (read.problem, read.at) == ("", None), words
    assert read.components == parts
    assert read.kind == ("single" if is_single(parts) else "dose")


@given(doses, st.data())
def test_a_dose_with_one_sign_changed_has_only_figures_that_are_written(
    parts: tuple[Component, ...], data: st.DataObject
) -> None:
    words = wording.dosage_words(parts)
    at = data.draw(st.integers(0, len(words) - 1))
    put = data.draw(st.sampled_from(["", words[at] * 2, "0", ".", ",", " ", ";", "x", "\n"]))
    changed = words[:at] + put + words[at + 1 :]
    read = typed.read_dose(changed)
    assert read.problem == "" or read.problem in CODES
    assert bool(read.components) == (read.problem == "")
    assert set(figures_of(read.components)) <= figures_in(changed)


@given(scraps | st.text(), st.sampled_from(["", "mg", "tablet"]))
def test_whatever_is_typed_gives_a_dose_that_reads_the_same_or_a_problem(
    text: str, unit: str
) -> None:
    read = typed.read_dose(text, unit=unit)
    if read.problem:
        assert read.problem in CODES
        assert (read.kind, read.components) == ("", ())
        assert read.at is None or 0 <= read.at[0] <= read.at[1] <= max(len(text), 1)
        return
    assert set(figures_of(read.components)) <= figures_in(text)
    if read.kind != "stop":
        again = typed.read_dose(wording.dosage_words(read.components))
        assert (again.problem, again.components) == ("", read.components)


@given(scraps | st.text())
def test_dates_and_intervals_are_read_or_refused_with_a_code(text: str) -> None:
    for read in (typed.read_date, typed.read_interval, typed.read_amount):
        code = ""
        try:
            read(text)
        except typed.NotUnderstood as problem:
            code = problem.code
        assert code == "" or code in CODES


LINES = (
    *(
        "Week 1: 5 mg once a day",
        "Week 2",
        "Days 1 to 3",
        "16 Nov 2026",
        "01/12/2026",
        "31 Nov 2026",
    ),
    *("Date", "Dose", "Morning", "Bed", "Notes", "Night", "Week", "5", "0", "8/4/4/8", "stop"),
    *(
        "then nothing",
        "1. 5 mg",
        "- 5 mg once a day",
        "for 3 days",
        "half a tablet",
        "---",
        "2 weeks",
    ),
    *('"a', '"', '"x\ny"', '""', "|", "\\|", "<br>", " "),
)
SIGNS = ("\t", "|", ",", ";", "  ", ": ", "\n", "\n", "\r\n", " ")
pastes = st.lists(st.sampled_from(LINES) | st.sampled_from(SIGNS) | scraps, max_size=25).map(
    "".join
)
slots = st.sampled_from([(), dosing.SLOTS[:1], ("breakfast", "lunch", "dinner", "bedtime")])


@given(pastes | st.text(), slots, st.sampled_from(["", "mg"]))
def test_every_line_and_sign_of_a_paste_is_in_a_row(
    text: str, named: tuple[str, ...], unit: str
) -> None:
    table = typed.read_table(text, slots=named, unit=unit)
    kept = "\n".join([table.header, *(row.source for row in table.rows)])
    for line in re.split(r"[\r\n]", text):
        if re.search(r"\w", line):
            for piece in re.split(r"[\s;,]+", line):
                assert piece in kept
    for mark in [*table.marks, *(mark for row in table.rows for mark in row.marks)]:
        assert mark.problem in CODES


@given(pastes, slots, st.sampled_from(["", "mg"]))
def test_every_figure_of_a_row_is_read_kept_in_words_or_marked(
    text: str, named: tuple[str, ...], unit: str
) -> None:
    table = typed.read_table(text, slots=named, unit=unit)
    for row in table.rows:
        held = " ".join(
            [row.dose, row.words, *(typed_text for _slot, typed_text in row.amounts)]
            + [mark.text for mark in row.marks]
        )
        read = typed.read_row(row, table, unit=unit)
        assert set(figures_of(read.components)) <= figures_in(held)
        assert read.kind or row.words or row.marks
        if read.problem:
            assert row.marks or row.words
