"""The timeline against a slow obvious model, over histories of every shape.

Ten thousand of each: pytest tests/titration/test_timeline.py --hypothesis-profile=thorough
"""

from datetime import date, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.histories import (
    Told,
    effectives,
    happens,
    histories,
    is_earlier,
    presents,
    tell,
)
from titration import timeline
from titration.timeline import Effective, StepRecord


def has_begun(effective: Effective, now: datetime) -> bool:
    instant = happens(effective)
    return instant <= now if instant else effective.on <= now.date()


def live_of(told: Told, known: int | None = None) -> tuple[StepRecord, ...]:
    return timeline.live_steps(told.records, told.withdrawals, known)


# Which steps stand, and in which order


@given(histories())
def test_live_steps_are_those_that_stand_when_told_in_order(told: Told) -> None:
    assert list(live_of(told)) == tell(told)


@given(histories(), st.integers(0, 45))
def test_as_known_at_is_what_had_been_told_by_then(told: Told, known: int) -> None:
    assert list(live_of(told, known)) == tell(told, known)


@given(histories(), st.randoms(use_true_random=False))
def test_live_steps_do_not_depend_on_the_order_of_rows(told: Told, random) -> None:
    records, withdrawals = told.records, told.withdrawals
    random.shuffle(records)
    random.shuffle(withdrawals)

    assert timeline.live_steps(records, withdrawals) == live_of(told)


@given(effectives, effectives)
def test_order_of_moments_is_that_of_the_model(one: Effective, other: Effective) -> None:
    earlier = is_earlier(one, other)

    assert (one.order < other.order) is (earlier is True)
    assert (one.order == other.order) is (earlier is None)


# What holds when


@given(histories())
def test_segments_join_from_each_instruction_to_the_next(told: Told) -> None:
    instructions = [step for step in tell(told) if step.kind != "single"]
    states = {"dose": "taking", "resume": "taking", "withhold": "withheld", "stop": "stopped"}

    segments = timeline.segments(live_of(told))

    assert [segment.step for segment in segments] == instructions
    assert [segment.state for segment in segments] == [states[s.kind] for s in instructions]
    assert [segment.start for segment in segments] == [s.effective for s in instructions]
    assert [segment.end for segment in segments] == [
        *(step.effective for step in instructions[1:]),
        *([None] if instructions else []),
    ]


@given(histories(), presents)
def test_in_force_is_the_last_instruction_that_has_begun(told: Told, now: datetime) -> None:
    expected = None
    for step in tell(told):
        if step.kind != "single" and has_begun(step.effective, now):
            expected = step

    assert timeline.in_force(live_of(told), now) == expected


@given(histories(), presents)
def test_in_force_lies_in_the_one_segment_around_now(told: Told, now: datetime) -> None:
    live = live_of(told)
    around = [
        segment
        for segment in timeline.segments(live)
        if has_begun(segment.start, now)
        and not (segment.end is not None and has_begun(segment.end, now))
    ]

    assert [segment.step for segment in around] == [
        step for step in [timeline.in_force(live, now)] if step
    ]


@given(histories(), presents)
def test_every_step_has_begun_or_is_upcoming(told: Told, now: datetime) -> None:
    assert list(timeline.upcoming(live_of(told), now)) == [
        step for step in tell(told) if not has_begun(step.effective, now)
    ]


@given(histories(), effectives, st.data())
def test_before_is_the_last_instruction_earlier_than_a_moment(
    told: Told, moment: Effective, data: st.DataObject
) -> None:
    live = tell(told)
    apart_from = data.draw(st.sampled_from([None, *(step.step for step in live)]))
    expected, is_past_its_place = None, False
    for step in live:
        earlier = is_earlier(step.effective, moment)
        if step.step == apart_from:
            is_past_its_place = earlier is None
        elif step.kind != "single" and (earlier or (earlier is None and not is_past_its_place)):
            expected = step

    assert timeline.before(live_of(told), moment, apart_from) == expected


@given(histories(), effectives, st.sampled_from(["dose", "stop", "single"]), st.data())
def test_holder_of_moment_is_a_step_of_that_very_moment(
    told: Told, moment: Effective, kind: str, data: st.DataObject
) -> None:
    live = tell(told)
    apart_from = data.draw(st.sampled_from([None, *(step.step for step in live)]))
    holders = [
        step
        for step in live
        if step.step != apart_from
        and (step.kind == "single") is (kind == "single")
        and step.effective.precision == moment.precision == "day"
        and is_earlier(step.effective, moment) is None
    ]

    assert timeline.holder_of_moment(live_of(told), moment, kind, apart_from) == (
        holders[0] if holders else None
    )


@given(histories())
def test_single_doses_end_nothing(told: Told) -> None:
    live = live_of(told)
    without = [step for step in live if step.kind != "single"]

    assert timeline.segments(live) == timeline.segments(without)
    assert {*timeline.single_doses(live), *timeline.instructions(live)} == set(live)


# Examples that name the rule


def step(number: int, effective: Effective, kind: str = "dose", line: int = 0) -> StepRecord:
    return StepRecord(UUID(int=number), number, UUID(int=line or number), kind, effective)


def test_correction_of_a_correction_is_the_one_that_stands() -> None:
    on = Effective(date(2026, 11, 2))
    texts = [step(1, on), step(2, on, line=1), step(3, on, line=1)]

    assert timeline.live_steps(texts) == (texts[2],)
    assert timeline.live_steps(texts, known=2) == (texts[1],)


def test_withdrawal_takes_the_whole_line_of_corrections() -> None:
    on = Effective(date(2026, 11, 2))
    texts = [step(1, on), step(2, on, line=1)]
    withdrawal = timeline.Withdrawal(UUID(int=1), 3)

    assert timeline.live_steps(texts, [withdrawal]) == ()
    assert timeline.live_steps(texts, [withdrawal], known=2) == (texts[1],)


def test_coarser_moments_come_first_and_untimed_ones_before_timed() -> None:
    first = date(2026, 1, 1)
    moments = [
        Effective(first, "year"),
        Effective(first, "month"),
        Effective(first),
        Effective(first, "day", time(0), 0),
        Effective(first, "day", time(9), 0),
    ]
    steps = [step(9 - place, moment) for place, moment in enumerate(moments)]

    assert [s.effective for s in timeline.live_steps(reversed(steps))] == moments


def test_hour_that_comes_twice_keeps_its_order() -> None:
    summer = step(2, Effective(date(2026, 10, 25), "day", time(1, 30), 60))
    winter = step(1, Effective(date(2026, 10, 25), "day", time(1, 10), 0))

    assert timeline.live_steps([summer, winter]) == (summer, winter)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((date(2026, 11, 2), "week"), "none of day, month, year"),
        ((date(2026, 11, 2), "day", time(9)), "come together"),
        ((date(2026, 11, 2), "day", None, 0), "come together"),
        ((date(2026, 11, 1), "month", time(9), 0), "only a day"),
        ((date(2026, 11, 2), "month"), "by its first day"),
        ((date(2026, 11, 1), "year"), "by its first day"),
    ],
)
def test_moment_that_says_more_than_is_known_is_refused(fields: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Effective(*fields)
