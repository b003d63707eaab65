"""What was learned since an entry, against a slow obvious model.

Ten thousand of each: pytest tests/titration/test_learned.py --hypothesis-profile=thorough
"""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.histories import Told, histories
from titration import timeline
from titration.learned import (
    ADDED,
    CONFIRMED,
    CORRECTED,
    DISPUTED,
    WITHDRAWN,
    Learned,
    learned_since,
)
from titration.timeline import Effective, StepRecord, Withdrawal

knowns = st.integers(0, 45)


def told_since(told: Told, known: int) -> list[Learned]:
    """What each entry after one says, told one after the other."""
    texts: dict[UUID, StepRecord] = {}
    said = []
    for entry in told.entries:
        if isinstance(entry, Withdrawal):
            learned = Learned(WITHDRAWN, entry.number, texts[entry.step])
        elif entry.step in texts:
            learned = Learned(CORRECTED, entry.number, entry, texts[entry.step])
        else:
            learned = Learned(ADDED, entry.number, entry)
        if isinstance(entry, StepRecord):
            texts[entry.step] = entry
        if entry.number > known:
            said.append(learned)
    return said


@given(histories(), knowns)
def test_what_was_learned_is_what_was_told_since(told: Told, known: int) -> None:
    assert list(learned_since(known, told.records, told.withdrawals)) == told_since(told, known)


@given(histories(), knowns)
def test_what_stood_then_and_what_was_learned_make_what_stands_now(told: Told, known: int) -> None:
    lines = {r.step: r for r in timeline.live_steps(told.records, told.withdrawals, known)}
    for learned in learned_since(known, told.records, told.withdrawals):
        if learned.what == WITHDRAWN:
            assert lines.pop(learned.step.step) == learned.step
        else:
            assert lines.get(learned.step.step) == learned.before
            lines[learned.step.step] = learned.step

    now = timeline.live_steps(told.records, told.withdrawals)
    assert set(lines.values()) == set(now)


@given(histories(), knowns, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(told: Told, known: int, random) -> None:
    records, withdrawals = told.records, told.withdrawals
    random.shuffle(records)
    random.shuffle(withdrawals)

    assert list(learned_since(known, records, withdrawals)) == told_since(told, known)


@pytest.mark.parametrize("what", [CONFIRMED, DISPUTED])
@given(told=histories(), known=knowns, data=st.data())
def test_answers_since_are_told_in_their_place(what: str, told: Told, known: int, data) -> None:
    chosen = data.draw(st.lists(st.sampled_from(told.records), unique=True)) if told.records else []
    last = max((entry.number for entry in told.entries), default=0)
    answered = {record.entry: last + place for place, record in enumerate(chosen, start=1)}
    said = {"confirmations" if what == CONFIRMED else "disputes": answered}

    learned = learned_since(known, told.records, told.withdrawals, **said)

    assert [found for found in learned if found.what == what] == [
        Learned(what, answered[record.entry], record)
        for record in chosen
        if answered[record.entry] > known
    ]
    assert [found.number for found in learned] == sorted(found.number for found in learned)


def test_each_correction_of_a_chain_is_told_with_the_text_before_it() -> None:
    on = Effective(date(2026, 3, 2))
    first, second, third = (
        StepRecord(UUID(int=number), number, UUID(int=1), "dose", on) for number in (1, 2, 3)
    )
    withdrawal = Withdrawal(UUID(int=1), 4)

    learned = learned_since(1, [first, second, third], [withdrawal], {third.entry: 5})

    assert learned == (
        Learned(CORRECTED, 2, second, first),
        Learned(CORRECTED, 3, third, second),
        Learned(WITHDRAWN, 4, third),
        Learned(CONFIRMED, 5, third),
    )
