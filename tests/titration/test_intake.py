"""Reports of intake, pure: which stand, which differ, and days on end as one."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import at, times
from titration import intake
from titration.dosing import Component, Timing
from titration.intake import Day, Report, Run, runs, slots_of_dose

MONDAY = date(2026, 11, 2)
AT = datetime(2026, 11, 3, 9, tzinfo=UTC)


def report(number: int = 1, line: UUID | None = None, **said) -> Report:
    columns = {
        "entry": uuid4(),
        "number": number,
        "report": line or uuid4(),
        "regimen": uuid4(),
        "what": "different",
        "from_on": MONDAY,
        "until_on": MONDAY,
        "slots": (),
        "version": None,
        "taken": "half",
        "reporter": "patient",
        "reporter_name": "",
        "reported_on": MONDAY,
        "told_name": "",
        "told_on": None,
        "note": "",
        "correction_reason": "",
        "by_name": "N. Ash",
        "at": AT,
        "recorded_on": MONDAY,
        "submission": uuid4(),
    }
    return Report(**columns | said)


def day(n: int, **said) -> Day:
    slots = said.pop("offered", ("morning", "bedtime"))
    return Day(MONDAY + timedelta(days=n), slots, **said)


def told(days, **asked) -> list[tuple]:
    first = min(each.on for each in days)
    return [
        (run.what, (run.from_on - first).days, (run.until_on - first).days)
        for run in runs(days, **{"others_as_instructed": False, **asked})
    ]


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ({"what": "different"}, True),
        ({"what": "stopped"}, True),
        ({"what": "missed"}, True),
        ({"what": "missed", "slots": ("morning",)}, False),
        ({"what": "as-instructed"}, False),
        ({"what": "as-planned"}, False),
    ],
)
def test_differs_by_whole_days_only(said: dict, differs: bool) -> None:
    assert report(**said).is_differing is differs


def test_the_newest_text_of_a_line_stands_when_it_was_corrected() -> None:
    line = uuid4()
    texts = [report(1, line), report(5, line, taken="a quarter")]
    assert [(t.number, t.said_since) for t in intake.standing(texts)] == [(5, 5)]


def test_says_the_same_since_the_first_text_when_only_the_note_was_corrected() -> None:
    line = uuid4()
    texts = [report(1, line), report(5, line, note="by telephone", told_name="Dr A")]
    assert [(t.number, t.said_since) for t in intake.standing(texts)] == [(5, 1)]


def test_nothing_stands_of_a_line_when_it_was_withdrawn() -> None:
    line = uuid4()
    texts = [report(1, line, withdrawn=7), report(5, line, withdrawn=7), report(6)]
    assert [t.number for t in intake.standing(texts)] == [6]


def test_both_stand_when_two_reports_tell_of_one_day() -> None:
    assert len(intake.standing([report(1), report(2, what="stopped")])) == 2


def test_equal_days_on_end_are_one_report() -> None:
    days = [day(0, is_none=True), day(1, is_none=True), day(2), day(3, is_none=True)]
    assert told(days) == [("missed", 0, 1), ("missed", 3, 3)]


def test_nothing_is_said_of_blank_days_unless_asked() -> None:
    days = [day(0), day(1, taken="half"), day(2)]
    assert told(days) == [("different", 1, 1)]
    assert told(days, others_as_instructed=True) == [
        ("as-instructed", 0, 0),
        ("different", 1, 1),
        ("as-instructed", 2, 2),
    ]


def test_nothing_is_said_of_a_blank_day_without_an_instruction() -> None:
    days = [day(0, has_instruction=False), day(1)]
    assert told(days, others_as_instructed=True) == [("as-instructed", 1, 1)]


def test_a_day_is_missed_whole_when_each_part_of_its_dose_is_ticked() -> None:
    both = ("morning", "bedtime")
    assert runs([day(0, missed=both, is_whole=True)], others_as_instructed=False) == (
        Run("missed", MONDAY, MONDAY),
    )
    assert runs([day(0, missed=both)], others_as_instructed=False) == (
        Run("missed", MONDAY, MONDAY, both),
    )


def test_other_words_begin_another_report() -> None:
    days = [day(0, taken="half"), day(1, taken="half"), day(2, taken="a third")]
    assert told(days) == [("different", 0, 1), ("different", 2, 2)]


typed = st.builds(
    lambda missed, is_none, taken: {"missed": missed, "is_none": is_none, "taken": taken},
    st.sampled_from([(), ("morning",), ("bedtime",), ("morning", "bedtime")]),
    st.booleans(),
    st.sampled_from(["", "half", "twice"]),
)


@given(st.lists(typed, max_size=14), st.booleans())
def test_the_runs_say_of_each_day_what_was_typed_of_it(typed: list[dict], others: bool) -> None:
    """Against a model that looks at each day by itself."""
    days = [day(n, is_whole=True, **said) for n, said in enumerate(typed)]
    found = runs(days, others_as_instructed=others)
    for each in days:
        here = {(r.what, r.slots, r.taken) for r in found if r.from_on <= each.on <= r.until_on}
        expected = set()
        is_none = each.is_none or each.missed == each.offered
        if is_none or each.missed:
            expected.add(("missed", () if is_none else each.missed, ""))
        if each.taken:
            expected.add(("different", (), each.taken))
        if each.is_blank and others:
            expected.add(("as-instructed", (), ""))
        assert here == expected
    for run in found:  # as long as they can be
        after = run.until_on + timedelta(days=1)
        assert not any(
            (r.what, r.slots, r.taken, r.from_on) == (run.what, run.slots, run.taken, after)
            for r in found
        )


def test_slots_come_in_the_order_of_the_day_then_clock_times() -> None:
    dose = (
        at("bedtime", "5"),
        Component(at("bedtime", "5").amount, Timing("clock", clock=time(21, 30))),
        at("morning", "5"),
        times(3, "5"),
    )
    assert slots_of_dose(dose) == ("morning", "bedtime", time(21, 30))
