"""Whether a row may fill a form: only where what is recorded is what the plan expected, pure.

Ten thousand of each: pytest tests/titration/test_expected.py --hypothesis-profile=thorough
"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.titration.doses import at, doses, times
from tests.titration.factories import STARTED, planned_row
from titration import planning
from titration.planning import Link, Row
from titration.planning.expected import CHANGED, GATED, OTHER_DOSE, WORDS_ONLY, unexpected_before
from titration.timeline import Effective, StepRecord

FIVE, ELEVEN = (times(3, "5"),), (times(3, "11"),)
KIND = {"dose": "dose", "single": "single", "stop": "stop", "words": "dose"}

# A plan of one row a week, of which each says a dose; some are rows of words, or given once.
plans = st.lists(
    st.one_of(
        st.builds(lambda parts: {"kind": "dose", "components": parts}, doses),
        st.just({"kind": "words", "words": "by the diary"}),
        st.just({"kind": "single", "components": (at("morning", "7"),)}),
    ),
    min_size=1,
    max_size=6,
).map(
    lambda contents: [
        Row(uuid4(), start="on", on=STARTED + timedelta(weeks=n), **content)
        for n, content in enumerate(contents)
    ]
)


def told(number: int, kind: str, components, on: date) -> StepRecord:
    return StepRecord(uuid4(), number, uuid4(), kind, Effective(on), tuple(components))


def carried_out(rows: list[Row], count: int) -> tuple[list[StepRecord], list[Link]]:
    """The first rows recorded as they are planned, each on its day; those of words not at all."""
    live, links = [], []
    for number, row in enumerate(rows[:count], start=1):
        if row.kind == "words":
            continue
        parts = planning.anchored(row.components, row.on)
        live.append(told(number * 2, KIND[row.kind], parts, row.on))
        links.append(Link(row.row, live[-1].step, number * 2 + 1))
    return live, links


@given(plans, st.data())
def test_a_plan_carried_out_as_written_always_fills_its_next_row(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    live, links = carried_out(rows, place)
    carried = planning.carried_rows(rows, links, live)
    why = unexpected_before(carried, rows[place].row, live, ())
    assert why == (WORDS_ONLY if rows[place].kind == "words" else "")


@given(plans, doses, st.data())
def test_another_dose_from_anywhere_fills_nothing(rows, dose, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    assume(rows[place].kind != "words")
    live, links = carried_out(rows, place)
    carried = planning.carried_rows(rows, links, live)
    expected = planning.expected_before(carried, rows[place].row)
    assume(expected is None or not planning.same_dose(dose, expected.components))
    changed = [*live, told(999, "dose", dose, rows[place].on - timedelta(days=1))]
    why = unexpected_before(carried, rows[place].row, changed, ())
    assert why == (CHANGED if expected is None else OTHER_DOSE)


@given(plans, st.sampled_from(["withhold", "stop"]), st.data())
def test_nothing_is_filled_for_a_patient_who_takes_none(rows, kind, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    assume(rows[place].kind != "words")
    live, links = carried_out(rows, place)
    changed = [*live, told(999, kind, (), rows[place].on - timedelta(days=1))]
    carried = planning.carried_rows(rows, links, changed)
    assert unexpected_before(carried, rows[place].row, changed, ()) in (CHANGED, OTHER_DOSE)


def rows_of_two():
    return [planned_row(STARTED, *FIVE), planned_row("2 weeks", *ELEVEN)]


@pytest.mark.parametrize(
    ("components", "why"),
    [
        (FIVE, ""),
        ((times(3, "5", period=2, anchor=STARTED),), OTHER_DOSE),
        ((times(3, "5"), at("bedtime", "5")), OTHER_DOSE),
        ((times(2, "5"),), OTHER_DOSE),
        ((times(3, "5", unit="microgram"),), OTHER_DOSE),
        ((replace(times(3, "5"), as_needed=True),), OTHER_DOSE),
        ((replace(times(3, "5"), product="Lioresal"),), OTHER_DOSE),
    ],
)
def test_a_dose_is_the_expected_one_in_every_part(components, why):
    rows = rows_of_two()
    live = [told(1, "dose", components, STARTED)]
    carried = planning.carried_rows(rows, (), live)
    assert unexpected_before(carried, rows[1].row, live, ()) == why


def test_a_pattern_of_days_counts_from_whichever_day_it_was_recorded():
    rows = [planned_row(STARTED, times(1, "5", period=2)), planned_row("2 weeks", *ELEVEN)]
    later = date(2026, 3, 4)
    live = [told(1, "dose", (times(1, "5", period=2, anchor=later),), later)]
    carried = planning.carried_rows(rows, (), live)
    assert unexpected_before(carried, rows[1].row, live, ()) == ""


def test_a_step_recorded_ahead_is_what_stands_before_a_later_row():
    rows = [*rows_of_two(), planned_row("2 weeks", times(3, "17"))]
    live = [told(1, "dose", FIVE, STARTED), told(2, "dose", ELEVEN, date(2099, 1, 1))]
    carried = planning.carried_rows(rows, (), live)
    assert unexpected_before(carried, rows[2].row, live, ()) == ""
    assert unexpected_before(carried, rows[1].row, live, ()) == OTHER_DOSE


def test_the_first_row_goes_by_what_its_signer_saw():
    rows = rows_of_two()
    seen = [told(1, "dose", (times(2, "3"),), date(2026, 1, 5))]
    carried = planning.carried_rows(rows, (), seen)
    assert unexpected_before(carried, rows[0].row, seen, seen) == ""
    newer = [*seen, told(2, "dose", (times(2, "2"),), date(2026, 2, 2))]
    assert unexpected_before(carried, rows[0].row, newer, seen) == CHANGED
    assert unexpected_before(carried, rows[0].row, (), seen) == CHANGED
    single = [*seen, told(2, "single", (times(2, "2"),), date(2026, 2, 2))]
    assert unexpected_before(carried, rows[0].row, single, seen) == ""
    same_words = [replace(seen[0], entry=uuid4(), number=9)]
    assert unexpected_before(carried, rows[0].row, same_words, seen) == ""


def test_a_row_that_waits_for_a_review_fills_nothing_until_one_opens_it():
    rows = [planned_row(STARTED, *FIVE), planned_row("review", *ELEVEN)]
    live, links = carried_out(rows, 1)
    for opened, why in (({}, GATED), ({rows[1].row: STARTED + timedelta(weeks=1)}, "")):
        carried = planning.carried_rows(rows, links, live, opened)
        assert unexpected_before(carried, rows[1].row, live, ()) == why
