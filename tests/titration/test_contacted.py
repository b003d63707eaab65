"""Contacts, pure: which call backs wait, and how often one was tried."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from titration.reading.contacted import Contacted, attempts, open_calls, standing
from titration.timeline import Effective

DAY = date(2026, 11, 2)


def contact(number: int, line: UUID | None = None, **said) -> Contacted:
    columns = {
        "entry": uuid4(),
        "number": number,
        "contact": line or uuid4(),
        "patient": uuid4(),
        "regimen": None,
        "how": "telephone",
        "direction": "out",
        "reached": "reached",
        "with_whom": "",
        "said": "",
        "told": "",
        "whose_name": "N. Ash",
        "answers": None,
        "call_back_on": None,
        "call_back_time": None,
        "call_back_for": "",
        "call_back_by": None,
        "call_back_name": "",
        "is_last_try": False,
        "correction_reason": "",
        "by_name": "N. Ash",
        "at": datetime(2026, 11, 2, 9, tzinfo=UTC),
        "submission": uuid4(),
        "effective": Effective(DAY),
    }
    return Contacted(**columns | said)


def chain(*reached: str) -> list[Contacted]:
    """A contact that sets a call back, and one after the other that answers it and sets another."""
    found = [contact(1, call_back_on=DAY)]
    for number, outcome in enumerate(reached, 2):
        found.append(contact(number, answers=found[-1].contact, reached=outcome, call_back_on=DAY))
    return found


def test_a_call_back_waits_until_a_contact_answers_it() -> None:
    [call] = chain()
    assert open_calls([call]) == (call,)
    assert open_calls([call, contact(2, answers=call.contact)]) == ()


def test_an_answer_that_sets_another_is_the_one_that_waits() -> None:
    first, second = chain("no-answer")
    assert open_calls([first, second]) == (second,)


def test_a_call_back_waits_again_when_its_answer_is_withdrawn() -> None:
    [call] = chain()
    answer = contact(2, answers=call.contact, withdrawn=3)
    assert open_calls(standing([call, answer])) == (call,)


def test_the_first_due_comes_first() -> None:
    late, soon = contact(1, call_back_on=date(2026, 11, 9)), contact(2, call_back_on=DAY)
    assert open_calls([late, soon]) == (soon, late)


def test_attempts_are_those_in_a_row_that_reached_nobody() -> None:
    live = chain("no-answer", "reached", "message-left", "no-answer")
    assert [attempts(each, live) for each in live] == [0, 1, 0, 1, 2]


@given(st.lists(st.sampled_from(["reached", "no-answer", "message-left"]), max_size=8))
def test_one_call_back_of_a_chain_waits_whatever_came_of_it(outcomes: list[str]) -> None:
    live = chain(*outcomes)
    assert open_calls(live) == (live[-1],)


def test_a_circle_of_answers_ends() -> None:
    one, two = uuid4(), uuid4()
    live = [
        contact(1, one, answers=two, reached="no-answer"),
        contact(2, two, answers=one, reached="no-answer"),
    ]
    assert attempts(live[0], live) == 2
