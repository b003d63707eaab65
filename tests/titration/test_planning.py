"""Plans, pure: dates laid by typed intervals, differences, what was carried out, how it stands.

Ten thousand of each: pytest tests/titration/test_planning.py --hypothesis-profile=thorough
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from access.forms import written
from tests.titration.doses import at, doses, rate, times
from tests.titration.factories import plan_text, planned_row
from tests.titration.histories import Told, histories
from titration import planning, timeline
from titration.planning import Event, Link, Row, checks
from titration.timeline import Effective, StepRecord, Withdrawal


def codes(text) -> list[tuple[int | None, str]]:
    return [(problem.row, problem.code) for problem in planning.check_plan(text)]


# Strategies: rows of every kind, laid in any way

row_ids = st.integers(1, 60).map(lambda number: UUID(int=number))
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
around = st.dates(date(2026, 10, 18), date(2026, 11, 8))  # where the histories lie
starts = st.one_of(
    st.builds(lambda on: {"start": "on", "on": on}, days),
    st.builds(
        lambda count, unit: {"start": "after", "count": count, "unit": unit},
        st.integers(1, 999),
        st.sampled_from(planning.INTERVAL_UNITS),
    ),
    st.just({"start": "review"}),
)
contents = st.one_of(
    st.builds(lambda parts: {"kind": "dose", "components": parts}, doses),
    st.builds(lambda words: {"kind": "words", "words": words}, st.text(max_size=20)),
    st.just({"kind": "stop"}),
)
tables = st.lists(
    st.builds(lambda row, start, content: Row(row, **start, **content), row_ids, starts, contents),
    max_size=12,
    unique_by=lambda row: row.row,
)


@st.composite
def revisions(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """A table and what somebody made of it: rows kept, changed, moved, removed and added."""
    before = draw(tables)
    kept = [row for row in before if draw(st.booleans())]
    changed = [
        replace(row, words=draw(st.text(max_size=3))) if draw(st.booleans()) else row
        for row in kept
    ]
    known = {row.row for row in before}
    added = [row for row in draw(tables) if row.row not in known]
    return before, draw(st.permutations([*changed, *added]))


# Dates


def row_after(count: int, unit: str) -> Row:
    return planned_row(f"{count} {unit}", times(1, "5"))


def test_calendar_months_from_31_january_do_not_drift():
    rows = [planned_row(date(2026, 1, 31), times(1, "5")), *(row_after(1, "month") for _ in "1234")]

    assert planning.laid_dates(rows) == (
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    )


def test_a_month_after_31_january_of_a_leap_year_is_29_february():
    rows = [planned_row(date(2028, 1, 31), times(1, "5")), row_after(1, "month")]

    assert planning.laid_dates(rows)[1] == date(2028, 2, 29)


def test_a_year_after_29_february_is_28_february_and_four_years_after_is_the_29th_again():
    rows = [
        planned_row(date(2028, 2, 29), times(1, "5")),
        row_after(12, "month"),
        row_after(36, "month"),
    ]

    assert planning.laid_dates(rows)[1:] == (date(2029, 2, 28), date(2032, 2, 29))


def test_days_after_a_month_count_from_where_it_landed():
    rows = [
        planned_row(date(2026, 1, 31), times(1, "5")),
        row_after(1, "month"),
        row_after(3, "days"),
        row_after(1, "month"),
    ]

    assert planning.laid_dates(rows)[1:] == (date(2026, 2, 28), date(2026, 3, 3), date(2026, 4, 3))


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
@pytest.mark.parametrize("unit", ["day", "week"])
def test_no_date_shifts_where_the_clocks_change(zone, unit):
    """Midnights of the laid days, on the clinic's clock, are those of the same calendar days."""
    rows = [planned_row(date(2026, 1, 1), times(1, "5")), *(row_after(1, unit) for _ in range(400))]
    step = timedelta(days=7 if unit == "week" else 1)

    laid = planning.laid_dates(rows)

    assert laid == tuple(date(2026, 1, 1) + step * n for n in range(401))
    midnights = [datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(zone)) for d in laid if d]
    assert len({midnight.utcoffset() for midnight in midnights}) == 2  # both changes were crossed
    assert tuple(midnight.date() for midnight in midnights) == laid


def test_a_row_after_a_review_and_those_that_count_from_it_have_no_date_until_it_opens():
    waiting = planned_row("review", times(1, "10"))
    rows = [planned_row(date(2026, 3, 2), times(1, "5")), waiting, row_after(1, "week")]

    assert planning.laid_dates(rows) == (date(2026, 3, 2), None, None)
    assert planning.laid_dates(rows, {waiting.row: date(2026, 4, 1)}) == (
        date(2026, 3, 2),
        date(2026, 4, 1),
        date(2026, 4, 8),
    )


def test_a_day_past_the_year_9999_is_not_known():
    first = planned_row(date(9999, 12, 30), times(1, "5"))
    rows = [first, row_after(1, "week"), row_after(1, "month")]

    assert planning.laid_dates(rows) == (date(9999, 12, 30), None, None)


@given(tables)
def test_laying_dates_never_changes_a_dose(rows):
    before = [(row.kind, row.components, row.words) for row in rows]

    laid = planning.laid_dates(rows)

    assert [(row.kind, row.components, row.words) for row in rows] == before
    for row, day in zip(rows, laid, strict=True):
        counted = planning.anchored(row.components, day)
        assert [part.amount for part in counted] == [part.amount for part in row.components]
        assert planning.same_dose(counted, row.components)


@given(tables, st.dictionaries(row_ids, days))
def test_every_laid_day_is_the_typed_one_or_counted_from_the_one_before(rows, opened):
    laid = planning.laid_dates(rows, opened)

    for place, (row, day) in enumerate(zip(rows, laid, strict=True)):
        before = laid[place - 1] if place else None
        if row.start == "on":
            assert day == row.on
        elif row.start == "review":
            assert day == opened.get(row.row)
        elif before is None:
            assert day is None
        elif row.unit != "month":
            assert day == before + timedelta(days=row.count * (7 if row.unit == "week" else 1))
        else:  # the right month; the day is checked above, by hand
            months = before.year * 12 + before.month + row.count
            assert (day.year * 12 + day.month) == months


def test_three_rows_of_different_length_and_size_survive_untouched():
    """No equal steps are assumed: 5 mg for 3 days, 11 mg for 2 weeks, 13 to 17 mg for a month."""
    text = plan_text(
        planned_row(date(2026, 3, 2), times(3, "5")),
        planned_row("3 days", at("morning", "11"), at("bedtime", "7")),
        planned_row("2 weeks", rate("13 to 17", "24 hours")),
        planned_row("1 month", kind="words", words="Ring the clinic"),
    )

    assert codes(text) == []
    assert planning.laid_dates(text.rows) == (
        date(2026, 3, 2),
        date(2026, 3, 5),
        date(2026, 3, 19),
        date(2026, 4, 19),
    )
    assert [row.components for row in text.rows] == [
        (times(3, "5"),),
        (at("morning", "11"), at("bedtime", "7")),
        (rate("13 to 17", "24 hours"),),
        (),
    ]


# Moving what remains


@given(tables, st.dictionaries(row_ids, days), st.integers(0, 12), st.integers(-999, 999))
def test_moving_changes_no_dose_and_no_interval_but_the_first(rows, opened, place, by):
    laid = planning.laid_dates(rows, opened)
    moved = planning.move_dates(rows, laid, place, by)

    assert moved[:place] == tuple(rows[:place])
    for number, (was, now) in enumerate(zip(rows, moved, strict=True)):
        assert replace(now, start=was.start, on=was.on, count=was.count, unit=was.unit) == was
        if was.start == "after" and number != place:
            assert now == was


@given(tables, st.dictionaries(row_ids, days), st.integers(0, 12), st.integers(-999, 999))
def test_moving_moves_every_day_that_is_known_and_dates_no_other(rows, opened, place, by):
    assume(not any(row.unit == "month" for row in rows))
    laid = planning.laid_dates(rows, opened)

    again = planning.laid_dates(planning.move_dates(rows, laid, place, by), opened)

    assert again[:place] == laid[:place]
    assert again[place:] == tuple(
        day + timedelta(days=by) if day is not None else None for day in laid[place:]
    )


def test_months_count_from_the_day_that_they_moved_to():
    first = planned_row(date(2026, 1, 31), times(1, "5"))
    rows = [first, row_after(1, "month"), row_after(1, "month")]

    moved = planning.move_dates(rows, planning.laid_dates(rows), 1, 7)

    assert planning.laid_dates(moved) == (date(2026, 1, 31), date(2026, 3, 7), date(2026, 4, 7))


def test_moving_past_the_calendar_is_refused():
    rows = [planned_row(date(9999, 12, 30), times(1, "5"))]

    with pytest.raises(OverflowError):
        planning.move_dates(rows, planning.laid_dates(rows), 0, 7)


# Differences


@given(revisions())
def test_either_version_comes_back_from_the_differences(pair):
    before, after = pair

    found = planning.differences(before, after)

    assert planning.before_of(found) == tuple(before)
    assert planning.after_of(found) == tuple(after)
    assert len(found) == len({row.row for row in [*before, *after]})


@given(revisions())
def test_rows_that_are_not_moved_stand_in_one_order_and_no_fewer_could_be(pair):
    before, after = pair
    found = planning.differences(before, after)

    moved = planning.moved_rows(found)

    places = [d.place_before for d in found if d.place_before is not None and d.after is not None]
    stay = [d.place_before for d in found if d.after and d.before and d.after.row not in moved]
    assert stay == sorted(stay)
    assert len(stay) == longest_rising(places)


def longest_rising(places: list[int]) -> int:
    """By trying every beginning: slow and obvious."""
    best: list[int] = []
    for number, place in enumerate(places):
        best.append(1 + max((best[n] for n in range(number) if places[n] < place), default=0))
    return max(best, default=0)


def test_a_row_pushed_down_by_an_added_one_is_not_moved():
    rows = [planned_row("1 week", times(1, figure)) for figure in ("5", "7", "11")]
    added = planned_row("1 week", times(1, "13"))

    found = planning.differences(rows, [rows[0], added, rows[1], rows[2]])

    assert [d.is_added for d in found] == [False, True, False, False]
    assert all(d.is_same for d in found if not d.is_added)
    assert planning.moved_rows(found) == frozenset()


def test_a_row_taken_to_the_top_is_the_one_that_moved():
    rows = [planned_row("1 week", times(1, figure)) for figure in ("5", "7", "11", "13")]

    found = planning.differences(rows, [rows[3], *rows[:3]])

    assert planning.moved_rows(found) == {rows[3].row}


# What was carried out

FIVE, TEN = (times(3, "5"),), (times(3, "10"),)


def recorded(number: int, on: date, components=FIVE, kind: str = "dose", step=None) -> StepRecord:
    return StepRecord(uuid4(), number, step or uuid4(), kind, Effective(on), components)


@pytest.fixture
def two_rows() -> tuple[Row, Row]:
    return planned_row(date(2026, 3, 2), *FIVE), planned_row("2 weeks", *TEN)


def test_a_row_is_carried_by_the_step_that_is_linked_to_it(two_rows):
    step = recorded(7, date(2026, 3, 5))

    first, second = planning.carried_rows(two_rows, [Link(two_rows[0].row, step.step, 8)], [step])

    assert (first.step, first.days, first.is_changed) == (step, 3, False)
    assert (second.step, second.planned_on) == (None, date(2026, 3, 16))


def test_a_step_withdrawn_as_entered_in_error_carries_nothing(two_rows):
    link = Link(two_rows[0].row, uuid4(), 8)

    assert planning.carried_rows(two_rows, [link], [])[0].step is None


def test_a_corrected_step_still_carries_its_row(two_rows):
    """A correction keeps the line; the live record is the newer text."""
    line = uuid4()
    corrected = recorded(9, date(2026, 3, 2), TEN, step=line)

    [first, _second] = planning.carried_rows(
        two_rows, [Link(two_rows[0].row, line, 8)], [corrected]
    )

    assert (first.step, first.is_changed, first.days) == (corrected, True, 0)


def test_of_several_steps_for_one_row_the_last_to_be_linked_that_stands_carries_it(two_rows):
    row = two_rows[0].row
    early, late, gone = recorded(3, date(2026, 3, 2)), recorded(5, date(2026, 3, 9)), uuid4()
    links = [Link(row, gone, 12), Link(row, late.step, 6), Link(row, early.step, 4)]

    assert planning.carried_rows(two_rows, links, [early, late])[0].step == late


def test_what_was_carried_under_one_version_counts_under_the_next(two_rows):
    """The row keeps its identity through versions, whatever else of it is changed."""
    step = recorded(7, date(2026, 3, 2))
    links = [Link(two_rows[0].row, step.step, 8)]
    revised = [two_rows[0], planned_row("1 week", times(3, "7")), replace(two_rows[1], count=3)]

    assert planning.carried_rows(two_rows, links, [step])[0].step == step
    assert planning.carried_rows(revised, links, [step])[0].step == step
    assert [c.step for c in planning.carried_rows(revised, links, [step])[1:]] == [None, None]


@pytest.mark.parametrize("precision", ["month", "year"])
def test_a_step_whose_day_is_not_known_is_no_number_of_days_away(two_rows, precision):
    on = date(2026, 3, 1) if precision == "month" else date(2026, 1, 1)
    step = replace(recorded(7, on), effective=Effective(on, precision))

    [first, _second] = planning.carried_rows(
        two_rows, [Link(two_rows[0].row, step.step, 8)], [step]
    )

    assert first.days is None


def test_a_resumption_carries_a_row_with_a_dose_and_a_withholding_does_not(two_rows):
    row, day = two_rows[0], date(2026, 3, 2)

    assert planning.is_as_planned(row, recorded(7, day, kind="resume"), day)
    assert not planning.is_as_planned(row, recorded(7, day, (), kind="withhold"), day)


def test_an_alternate_day_dose_is_as_planned_counted_from_either_day():
    row = planned_row(date(2026, 3, 2), times(1, "25", period=2))
    for counted_from in (date(2026, 3, 2), date(2026, 3, 5)):
        dose = planning.anchored(row.components, counted_from)
        assert planning.is_as_planned(row, recorded(7, date(2026, 3, 5), dose), date(2026, 3, 2))
    other = planning.anchored(row.components, date(2026, 3, 3))
    assert not planning.is_as_planned(row, recorded(7, date(2026, 3, 5), other), date(2026, 3, 2))


@pytest.fixture
def third_recorded(two_rows):
    """Rows of 2, 16 and 30 March, the third recorded from that day, ahead or not."""
    rows = [*two_rows, planned_row(date(2026, 3, 30), *FIVE), planned_row("1 week", *TEN)]
    step = recorded(7, date(2026, 3, 30), FIVE)
    return rows, [Link(rows[2].row, step.step, 8)], [step]


def test_remaining_rows_are_those_after_the_last_recorded_once_it_holds(third_recorded):
    carried = planning.carried_rows(*third_recorded)

    left = planning.open_rows(carried, date(2026, 3, 30))

    assert [each.row for each in left] == [third_recorded[0][3]]
    assert planning.first_open(carried, date(2026, 3, 30)) == 3


def test_rows_before_one_recorded_ahead_remain_until_it_holds(third_recorded):
    rows = third_recorded[0]

    left = planning.open_rows(planning.carried_rows(*third_recorded), date(2026, 3, 29))

    assert [each.row for each in left] == [rows[0], rows[1], rows[3]]


def test_a_row_recorded_ahead_before_its_time_passes_over_those_planned_no_earlier(third_recorded):
    rows, links, [step] = third_recorded
    early = replace(step, effective=Effective(date(2026, 3, 16)))

    left = planning.open_rows(planning.carried_rows(rows, links, [early]), date(2026, 3, 1))

    assert [each.row for each in left] == [rows[0], rows[3]]


def test_a_row_without_a_day_remains_until_what_was_recorded_ahead_of_it_holds(third_recorded):
    rows, links, live = third_recorded
    waits = planned_row("review", *TEN)
    carried = planning.carried_rows([rows[0], waits, *rows[2:]], links, live)

    assert carried[1].is_open(date(2026, 3, 29))
    assert not carried[1].is_open(date(2026, 3, 30))


# How a plan stands


def slow_standing(
    live, events: list[Event], links: list[Link], ended, followed, back, said_since, stood, gone
):
    """Entry by entry, by the rules as ADR 0014 says them; slow and obvious."""
    signed = max(e.number for e in events if e.kind == "signed")
    over = [e for e in events if e.kind in ("withdrawn", "completed") and e.number > signed]
    if over:
        newest = max(over, key=lambda e: e.number)
        return newest.kind, newest.number, ""
    if followed is not None:
        return "closed", followed, "followed"
    if ended is not None:
        return "closed", ended.number, ended.kind
    told_live = [step for step in live if step.kind != timeline.SINGLE]

    def counts(step: StepRecord, since: Event) -> bool:
        if said_since[step.step] <= since.number:
            return False
        later = told_live[told_live.index(step) + 1 :]
        return not later or later[0].effective.on > since.on

    newest_signed = next(e for e in events if e.number == signed)
    stops = [s.number for s in told_live if s.kind == "stop" and counts(s, newest_signed)]
    if stops:
        return "closed", max(stops), "stop"
    answered = max((e for e in events if e.kind in ("signed", "continued")), key=lambda e: e.number)
    lines = {link.step for link in links}
    outside = [s.number for s in told_live if s.step not in lines and counts(s, answered)]
    outside += [e.number for e in events if e.kind == "differs" and e.number > answered.number]
    if back is not None and back > answered.number:
        outside.append(back)
    now = {step.step: step for step in live}
    told_then = [step for step in stood if step.kind != timeline.SINGLE]
    for place, step in enumerate(told_then):
        is_over = place + 1 < len(told_then) and told_then[place + 1].effective.on <= answered.on
        if is_over or step.step in lines:
            continue
        if step.step not in now:
            outside.append(gone[step.step])
        elif now[step.step].says != step.says:
            outside.append(said_since[step.step])
    if outside:
        return "awaiting", max(outside), ""
    last = max(
        (e for e in events if e.kind in ("signed", "paused", "resumed")), key=lambda e: e.number
    )
    return ("paused" if last.kind == "paused" else "open"), last.number, ""


def slow_said_since(told: Told) -> dict[UUID, int]:
    """By line: since when it says what it says now, text by text; entries numbered by twos."""
    since: dict[UUID, int] = {}
    said: dict[UUID, tuple] = {}
    for text in told.records:
        says = (text.kind, text.effective, text.components)
        if said.get(text.step) != says:
            said[text.step], since[text.step] = says, text.number * 2
    return since


happenings = st.lists(
    st.tuples(
        st.integers(-20, 60), st.sampled_from([*planning.EVENTS, "signed", "differs"]), around
    ),
    max_size=6,
    unique_by=lambda happening: happening[0],
)


@given(
    histories(),
    happenings,
    st.sets(st.integers(0, 45)),
    st.none() | st.sampled_from(["died", "left"]),
    st.none() | st.integers(100, 120),
    st.none() | st.integers(-30, 130),
)
def test_standing_is_that_of_the_slow_model(told, happened, linked, gone, followed, back):
    """Steps have even numbers and events odd ones, so that each may come before any other."""
    first = Event(-41, "signed", date(2020, 1, 1))
    events = [first, *(Event(2 * number + 1, kind, on) for number, kind, on in happened)]
    live = [
        replace(step, number=step.number * 2, said_since=(step.said_since or step.number) * 2)
        for step in timeline.live_steps(told.records, told.withdrawals)
    ]
    links = [Link(uuid4(), step.step, step.number) for step in live if step.number // 2 in linked]
    ended = Event(1_000, gone, date(2026, 1, 1)) if gone else None

    answered = max(e.number for e in events if e.kind in ("signed", "continued"))
    stood = timeline.live_steps(told.records, told.withdrawals, answered // 2)
    withdrawals = [replace(each, number=each.number * 2) for each in told.withdrawals]

    found = planning.standing(events, live, links, ended, followed, back, stood, withdrawals)

    gone = {each.step: each.number for each in withdrawals}
    since = slow_said_since(told)
    expected = slow_standing(live, events, links, ended, followed, back, since, stood, gone)
    assert (found.state, found.number, found.reason) == expected


def test_a_plan_is_open_from_its_signature_and_paused_until_it_goes_on():
    day = date(2026, 3, 2)
    events = [Event(5, "signed", day), Event(6, "paused", day), Event(7, "resumed", day)]

    found = [planning.standing(events[: n + 1], [], []) for n in range(3)]

    assert [(each.state, each.number) for each in found] == [
        (planning.OPEN, 5),
        (planning.PAUSED, 6),
        (planning.OPEN, 7),
    ]


def test_a_version_signed_after_a_pause_opens_the_plan():
    day = date(2026, 3, 2)
    events = [Event(5, "signed", day), Event(6, "paused", day), Event(7, "signed", day)]

    assert planning.standing(events, [], []).state == planning.OPEN


def test_a_single_dose_from_outside_leaves_the_plan_open():
    single = recorded(9, date(2026, 3, 5), kind="single")

    found = planning.standing([Event(5, "signed", date(2026, 3, 2))], [single], [])

    assert found.state == planning.OPEN


def test_an_instruction_learned_late_of_a_time_that_was_over_says_nothing_of_the_plan():
    late = recorded(9, date(2025, 1, 2))
    since = recorded(3, date(2025, 6, 1))

    found = planning.standing([Event(5, "signed", date(2026, 3, 2))], [late, since], [])

    assert found.state == planning.OPEN


@pytest.mark.parametrize("kind", ["dose", "stop"])
def test_a_correction_that_leaves_moment_and_dose_says_nothing_new_of_a_plan(kind):
    """A note put right; once another text says another moment, that text counts."""
    line, signed = uuid4(), Event(5, "signed", date(2026, 3, 2))
    first = recorded(3, date(2026, 2, 1), () if kind == "stop" else FIVE, kind=kind, step=line)
    noted = replace(first, entry=uuid4(), number=8)
    moved = replace(noted, entry=uuid4(), number=11, effective=Effective(date(2026, 2, 2)))
    texts = [first, noted, replace(noted, entry=uuid4(), number=10), moved]

    found = [planning.standing([signed], timeline.live_steps(texts[:n]), []) for n in (1, 2, 3, 4)]

    assert [each.state for each in found[:3]] == [planning.OPEN] * 3
    assert found[3].is_over == (kind == "stop")
    assert found[3].number == 11


def of_withdrawals(texts, gone, *events, links=()) -> planning.Standing:
    """How a plan stands after these events, beside a log of these texts and withdrawals."""
    answered = max(e.number for e in events if e.kind in ("signed", "continued"))
    stood = timeline.live_steps(texts, gone, answered)
    live = timeline.live_steps(texts, gone)
    return planning.standing(events, live, links, stood=stood, withdrawals=gone)


def test_a_plan_waits_once_the_instruction_that_it_was_signed_on_is_withdrawn():
    """The dose before it, if there is any, holds again: nobody signed a plan on that."""
    day = date(2026, 3, 2)
    before, base = recorded(2, date(2026, 1, 1)), recorded(3, date(2026, 2, 1))
    signed, gone = Event(5, "signed", day), [Withdrawal(base.step, 9)]

    found = of_withdrawals([before, base], gone, signed)
    goes_on = of_withdrawals([before, base], gone, signed, Event(11, "continued", day))
    carried = of_withdrawals([before, base], gone, signed, links=[Link(uuid4(), base.step, 4)])
    alone = of_withdrawals([base], gone, signed)

    assert (found.state, found.number) == (alone.state, alone.number) == (planning.AWAITING, 9)
    assert goes_on.state == carried.state == planning.OPEN


def test_a_plan_waits_once_the_instruction_that_it_was_signed_on_is_moved_out_of_the_way():
    """Corrected to be before another one, or to be a single dose: that other one holds now."""
    before, base = recorded(2, date(2026, 1, 1)), recorded(3, date(2026, 2, 1))
    signed = Event(5, "signed", date(2026, 3, 2))
    earlier = replace(base, entry=uuid4(), number=9, effective=Effective(date(2025, 12, 1)))
    single = replace(base, entry=uuid4(), number=9, kind="single")

    for corrected in (earlier, single):
        found = of_withdrawals([before, base, corrected], [], signed)
        assert (found.state, found.number) == (planning.AWAITING, 9)


def test_what_was_over_or_not_yet_known_at_the_signature_is_withdrawn_without_the_plan():
    over, base = recorded(2, date(2026, 1, 1)), recorded(3, date(2026, 2, 1))
    outside = recorded(7, date(2026, 3, 9))
    signed = Event(5, "signed", date(2026, 3, 2))
    gone = [Withdrawal(over.step, 9), Withdrawal(outside.step, 10)]

    assert of_withdrawals([over, base, outside], gone, signed).state == planning.OPEN


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_stop_closes_the_plan_and_its_withdrawal_opens_it_again(is_planned):
    stop = recorded(9, date(2026, 4, 1), (), kind="stop")
    links = [Link(uuid4(), stop.step, 10)] if is_planned else []
    signed = [Event(5, "signed", date(2026, 3, 2))]

    found = planning.standing(signed, [stop], links)

    assert (found.state, found.reason, found.number) == (planning.CLOSED, "stop", 9)
    assert planning.standing(signed, [], links).state == planning.OPEN


@pytest.mark.parametrize("why", ["died", "left"])
def test_death_and_leaving_close_a_plan_that_was_not_over(why):
    signed, gone = Event(5, "signed", date(2026, 3, 2)), Event(9, why, date(2026, 4, 1))

    found = planning.standing([signed], [], [], gone)
    before = planning.standing([signed, Event(6, "withdrawn", signed.on)], [], [], gone)

    assert (found.state, found.reason, found.number) == (planning.CLOSED, why, 9)
    assert before.state == planning.WITHDRAWN


def test_a_plan_of_somebody_who_is_here_again_waits_until_it_is_said_to_go_on():
    signed, on = Event(5, "signed", date(2026, 3, 2)), date(2026, 4, 1)

    waits = planning.standing([signed], [], [], back=9)
    goes_on = planning.standing([signed, Event(11, "continued", on)], [], [], back=9)
    revised = planning.standing([signed, Event(11, "signed", on)], [], [], back=9)

    assert (waits.state, waits.number) == (planning.AWAITING, 9)
    assert goes_on.state == revised.state == planning.OPEN


# Bounds of dates, and signs that do not show


@pytest.mark.parametrize(
    ("on", "is_within"),
    [
        (date(1, 1, 1), False),
        (date(1899, 12, 31), False),
        (date(1900, 1, 1), True),
        (date(2999, 12, 31), True),
        (date(3000, 1, 1), False),
        (date(9999, 12, 31), False),
    ],
)
def test_dates_of_a_plan_lie_within_bounds(on, is_within):
    row = planned_row(on, *FIVE)
    ends = {"end": "review", "review_on": on}

    assert codes(plan_text(row)) == ([] if is_within else [(0, "date_bounds")])
    whole = codes(plan_text(planned_row(date(2026, 3, 2), *FIVE), **ends))
    assert whole == ([] if is_within else [(None, "review_bounds")])


def test_a_date_that_is_laid_past_the_bounds_is_a_problem_of_its_row():
    rows = planned_row(date(2999, 12, 1), *FIVE), planned_row("2 months", *TEN)

    assert codes(plan_text(*rows)) == [(1, "date_bounds")]


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x07", "\x85", "\u2028", "\x0b"])
@pytest.mark.parametrize("where", ["if_missed", "if_unwell", "note", "words"])
def test_signs_that_do_not_show_are_a_problem_of_the_words_of_a_plan(sign, where):
    row = planned_row(date(2026, 3, 2), *FIVE)
    said = f"Take 1 {sign}0 mg"

    if where == "words":
        found = codes(plan_text(replace(row, words=said)))
    else:
        found = codes(plan_text(row, **{where: said}))

    assert found == ([(0, "words_signs")] if where == "words" else [(None, "text_signs")])


def test_lines_and_letters_of_any_language_are_words_of_a_plan():
    said = "Bei Übelkeit:\nanrufen\tsofort\n\nاتصل بنا"
    row = planned_row(date(2026, 3, 2), *FIVE, words=said)

    assert codes(plan_text(row, note=said, if_missed=said, if_unwell=said)) == []


def test_plans_refuse_the_signs_that_forms_refuse() -> None:
    """Two modules say which: what is pure imports nothing of another app."""
    assert checks.HIDDEN == written.HIDDEN
