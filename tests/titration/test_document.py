"""A draft's document: what was typed is read as a plan or marked, never lost, never guessed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.doses import doses
from titration import document, dosing, planning, typed, wording
from titration.document import Document
from titration.dosing import Component
from titration.planning import PlanText, Row

FIRST = date(2026, 11, 16)  # a Monday


def row(when: str = "", dose: str = "", words: str = "", **amounts: str) -> dict[str, Any]:
    return {"row": str(uuid4()), "when": when, "dose": dose, "words": words, "amounts": amounts}


def typed_plan(*rows: dict[str, Any], **head: Any) -> Document:
    """A titration in mg whose last dose continues, unless `head` says otherwise."""
    return document.tidy(
        {"purpose": "titration", "unit": "mg", "end": "continue", "rows": list(rows), **head}
    )


def read(found: Document) -> PlanText:
    text, problems = document.read(found)
    assert problems == ()
    assert text is not None
    return text


def doses_of(text: PlanText) -> list[str]:
    return [wording.row_words(row) for row in text.rows]


def words_of(components: Sequence[Component]) -> str:
    return wording.dosage_words(components)


def codes(found: Document) -> list[tuple[str, str]]:
    return [(problem.cell, problem.code) for problem in document.read(found)[1]]


# Reading


def test_amounts_stand_in_the_columns_unit():
    found = typed_plan(row("16 Nov 2026", morning="5", bedtime="10 to 15"), slots=["bedtime"])
    assert found["slots"] == ["bedtime", "morning"]
    parts = read(found).rows[0].components
    assert [(part.timing.slot, str(part.amount.low), part.amount.unit) for part in parts] == [
        ("bedtime", "10", "mg"),
        ("morning", "5", "mg"),
    ]


def test_a_dose_in_words_stands_after_the_columns():
    found = typed_plan(row("2026-11-16", "10 mg at bedtime", morning="5"))
    assert doses_of(read(found)) == ["5\u00a0mg in the morning; 10\u00a0mg at bedtime"]


@pytest.mark.parametrize(
    ("when", "start", "count", "unit"),
    [
        ("16 Nov 2026", "on", None, ""),
        ("Monday 16-Nov-2026", "on", None, ""),
        ("2 weeks", "after", 2, "week"),
        ("after 1 month", "after", 1, "month"),
        ("after review", "review", None, ""),
        ("Review", "review", None, ""),
        ("after the next review", "review", None, ""),
    ],
)
def test_one_cell_says_when_a_row_starts(when, start, count, unit):
    found = typed_plan(row("15 Nov 2026", "5 mg once a day"), row(when, "10 mg once a day"))
    second = read(found).rows[1]
    assert (second.start, second.count, second.unit) == (start, count, unit)


@pytest.mark.parametrize(
    ("dose", "words", "kind"),
    [
        ("5 mg three times a day", "", "dose"),
        ("50 micrograms once only", "", "single"),
        ("", "Further changes as needed, call first", "words"),
        ("5 mg at bedtime", "with food", "dose"),
    ],
)
def test_the_kind_of_a_row_follows_from_what_is_typed(dose, words, kind):
    assert read(typed_plan(row("16 Nov 2026", dose, words))).rows[0].kind == kind


def test_a_stop_is_typed_as_a_dose():
    found = typed_plan(row("16 Nov 2026", "5 mg at bedtime"), row("3 days", "Stop"), end="stop")
    assert read(found).rows[1].kind == "stop"


def test_a_row_with_nothing_in_it_is_left_out():
    found = typed_plan(row(), row("16 Nov 2026", "5 mg at bedtime"), row())
    assert len(read(found).rows) == 1
    assert [each.number for each in document.read_rows(found)] == [0, 1, 0]


def test_what_is_not_understood_is_marked_where_it_stands():
    found = typed_plan(
        row("soon", "5 mg bd", morning="5-10"),
        row("2 weks", "5 mg twice a day", words="x"),
        review="31 Feb 2026",
        end="review",
    )
    assert document.read(found)[0] is None
    assert [(p.cell, p.code, p.text) for p in document.read(found)[1]] == [
        ("review", "date_none", "31 Feb 2026"),
        ("when", "date_unknown", "soon"),
        ("morning", "range_words", "5-10"),
        ("dose", "latin", "bd"),
        ("when", "date_unknown", "2 weks"),
    ]


def test_what_is_understood_but_cannot_be_signed_is_a_problem_beside_the_text():
    found = typed_plan(row("2 weeks", "5 mg at bedtime"), purpose="", end="stop")
    assert document.read(found)[0] is not None
    assert codes(found) == [
        ("purpose", "purpose_unknown"),
        ("end", "stop_missing"),
        ("when", "first_row_undated"),
    ]


def test_a_single_dose_beside_a_dose_that_goes_on_is_a_problem_of_the_row():
    assert codes(typed_plan(row("16 Nov 2026", "5 mg once only", morning="5"))) == [
        ("dose", "once_in_dose")
    ]


def test_a_stop_beside_an_amount_is_a_problem_of_the_row():
    found = typed_plan(row("16 Nov 2026", "stop", morning="5"), end="stop")
    assert codes(found) == [("dose", "stop_has_dose")]


def test_a_nought_is_an_amount_and_a_blank_is_none():
    found = typed_plan(row("16 Nov 2026", breakfast="4", lunch="0", dinner=" "))
    assert [str(part.amount.low) for part in read(found).rows[0].components] == ["4", "0"]


def test_a_bare_figure_without_a_unit_is_marked():
    assert codes(typed_plan(row("16 Nov 2026", morning="5"), unit="")) == [
        ("morning", "unit_missing")
    ]


# Tidying: nothing typed is lost, nothing else is kept


def test_what_is_typed_stays_as_it_is():
    found = typed_plan(row(" soon? ", "5mg  b.d.", "Ask\nher", morning=" 5 "), note=" x ")
    assert found["rows"][0]["when"] == " soon? "
    assert found["rows"][0]["words"] == "Ask\nher"
    assert found["rows"][0]["amounts"] == {"morning": " 5 "}
    assert found["note"] == " x "
    assert document.tidy(json.loads(json.dumps(found))) == found


@pytest.mark.parametrize(
    "given", [None, [], "x", {"rows": 7}, {"rows": [7, {"amounts": 3}]}, {"slots": [{}]}]
)
def test_anything_is_tidied_to_a_document(given):
    found = document.tidy(given)
    assert found["rows"]
    document.read(found)


def test_a_hidden_column_in_which_something_stands_is_shown():
    found = typed_plan(row(midday="5"), slots=["morning"])
    assert found["slots"] == ["morning", "midday"]


def test_two_rows_of_one_identity_become_two():
    same = row("x")
    found = typed_plan(same, {**same, "when": "y"})
    assert found["rows"][0]["row"] == same["row"] != found["rows"][1]["row"]
    assert found["rows"][1]["when"] == "y"


@pytest.mark.parametrize(
    ("given", "cell"),
    [
        ({"rows": [{}] * 201}, "rows"),
        ({"rows": [{"dose": "5" * 4001}]}, "dose"),
        ({"rows": [{"amounts": {"morning": "5" * 101}}]}, "amount"),
        ({"note": "x" * 4001}, "note"),
        ({"rows": [{"words": "x" * 4000}] * 150}, "rows"),
    ],
)
def test_more_than_a_draft_holds_is_refused(given, cell):
    with pytest.raises(document.TooLong) as refusal:
        document.tidy(given)
    assert refusal.value.cell == cell


@pytest.mark.parametrize("key", ["\x00", "\ud800", "x", ""])
def test_only_rows_have_something_to_be_undone(key):
    one = str(uuid4())
    found = document.tidy({"undo": [{"when": {key: "x", one: "\ud800y\x00"}}]})
    assert found["undo"] == [{"when": {one: "?y"}}]


# Buttons


def laid(*rows: dict[str, Any], first: str = "16 Nov 2026", every: str = "3 days") -> Document:
    return document.laid(typed_plan(*rows), first, every)


def test_rows_are_laid_on_dates():
    found = laid(row("", "5 mg at bedtime"), row(), row("x", "10 mg at bedtime"))
    assert [each["when"] for each in found["rows"]] == ["16 Nov 2026", "", "3 days"]
    assert planning.laid_dates(read(found).rows) == (FIRST, date(2026, 11, 19))


def test_a_row_that_waits_for_a_review_stays_so_when_rows_are_laid():
    found = laid(row("", "5 mg at bedtime"), row("after review", "10 mg at bedtime"))
    assert [each["when"] for each in found["rows"]] == ["16 Nov 2026", "after review"]


def test_calendar_months_are_counted_from_the_last_of_january():
    rows = [row("", f"{dose} mg at bedtime") for dose in (5, 7, 11, 13)]
    found = laid(*rows, first="31 January 2027", every="1 month")
    assert planning.laid_dates(read(found).rows) == (
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    )


def test_what_laying_replaced_comes_back():
    before = typed_plan(row("as said", "5 mg at bedtime"), row("x", "y"))
    after = document.undone(document.laid(before, "16 Nov 2026", "1 week"))
    assert after == before


@pytest.mark.parametrize(("first", "every"), [("soon", "3 days"), ("16 Nov 2026", "1 to 2 weeks")])
def test_rows_are_not_laid_on_what_is_not_understood(first, every):
    with pytest.raises(typed.NotUnderstood):
        laid(row("", "5 mg at bedtime"), first=first, every=every)


def test_a_removed_row_comes_back_in_its_place():
    before = typed_plan(row("a"), row("b", "5 mg bd"), row("c"))
    after = document.removed(before, 1)
    assert [each["when"] for each in after["rows"]] == ["a", "c"]
    assert document.undone(after) == before


def test_the_only_row_comes_back():
    before = typed_plan(row("a"))
    after = document.removed(before, 0)
    assert document.is_blank(after["rows"][0])
    assert document.undone(after) == before


def test_a_copied_row_has_its_cells_and_another_identity():
    after = document.copied(typed_plan(row("a", "b", "c", morning="5"), row("z")), 0)
    first, second, third = after["rows"]
    assert first["row"] != second["row"]
    assert {**second, "row": first["row"]} == first
    assert third["when"] == "z"


def test_rows_are_moved_within_the_plan_only():
    found = typed_plan(row("a"), row("b"))
    assert [each["when"] for each in document.moved(found, 1, 0)["rows"]] == ["b", "a"]
    assert document.moved(found, 0, -1) == found
    assert document.moved(found, 1, 2) == found


def test_a_row_more_than_a_plan_holds_is_refused():
    found = typed_plan(*[row("a") for _ in range(200)])
    with pytest.raises(document.TooLong):
        document.inserted(found, 0)


# Properties

whens = st.sampled_from(["", "16 Nov 2026", "2 weeks", "after review", "soon", "31 Feb 2027"])
amounts = st.dictionaries(
    st.sampled_from(dosing.SLOTS), st.sampled_from(["5", "0", "2.50", "5 to 7", "x", " "])
)
dose_texts = st.sampled_from(["", "5 mg bd", "Stop", "7 mg once only", "once"]) | doses.map(
    words_of
)
cells = st.builds(
    lambda when, dose, words, amounts: {**row(when, dose, words), "amounts": amounts},
    whens,
    dose_texts,
    st.sampled_from(["", "with food", "\n"]),
    amounts,
)
documents = st.lists(cells, max_size=6).map(lambda rows: typed_plan(*rows))


def without_starts(found: Document) -> Document:
    return {**found, "undo": [], "rows": [{**each, "when": ""} for each in found["rows"]]}


@given(documents, st.sampled_from(["1 day", "2 weeks", "one month"]))
def test_laying_rows_on_dates_never_changes_a_dose(before: Document, every: str) -> None:
    after = document.laid(before, "31 January 2027", every)
    assert without_starts(after) == without_starts(before)
    read_before, read_after = document.read_rows(before), document.read_rows(after)
    for one, other in zip(read_before, read_after, strict=True):
        assert (one.row.components, one.row.words) == (other.row.components, other.row.words)
        assert one.row.kind == other.row.kind


@given(documents)
def test_reading_changes_nothing_and_names_only_cells_that_are_there(found: Document) -> None:
    copy = json.loads(json.dumps(found))
    text, problems = document.read(found)
    assert found == copy == document.tidy(copy)
    there = {each["row"] for each in found["rows"]}
    for problem in problems:
        if problem.row is None:
            assert problem.cell in document.WHOLE
        else:
            assert str(problem.row) in there
            assert problem.cell in (*document.CELLS, *dosing.SLOTS)
    if text is not None:
        assert text.rows == tuple(each.row for each in document.read_rows(found) if each.number)


@given(documents, st.data())
def test_nothing_typed_is_lost_by_a_button_that_is_undone(before: Document, data) -> None:
    place = data.draw(st.integers(0, len(before["rows"]) - 1))
    if document.is_blank(before["rows"][place]):
        return
    after = document.undone(document.removed(before, place))
    typed_rows = [
        [each for each in found["rows"] if not document.is_blank(each)] for found in (before, after)
    ]
    assert typed_rows[0] == typed_rows[1]


def plan_row(parts: tuple[Component, ...], words: str) -> Row:
    once = [part.timing.kind == "once" for part in parts]
    kind = "single" if all(once) else "dose"
    return Row(uuid4(), kind, "after", count=2, unit="week", components=parts, words=words)


planned_doses = doses.filter(lambda parts: len({p.timing.kind == "once" for p in parts}) == 1)
later_rows = st.one_of(
    st.builds(plan_row, planned_doses, st.sampled_from(["", "with food"])),
    st.builds(lambda: Row(uuid4(), "words", "review", words="As agreed\nby telephone")),
)
first_rows = st.builds(
    lambda parts: replace(plan_row(parts, ""), start="on", on=FIRST, count=None, unit=""),
    planned_doses,
)
plans = st.builds(
    lambda first, rest, slots: PlanText(
        "taper",
        (first, *rest, Row(uuid4(), "stop", "after", count=1, unit="month", words="and call")),
        "stop",
        if_missed="Take it when you think of it.",
        slots=tuple(slots),
    ),
    first_rows,
    st.lists(later_rows, max_size=4),
    st.lists(st.sampled_from(dosing.SLOTS), unique=True),
)


@given(plans, st.sampled_from(["mg", "microgram", "tablet"]))
def test_a_signed_plan_reads_back_as_the_same_plan(text: PlanText, unit: str) -> None:
    found = document.document_of(
        text, unit=unit, dose_words=words_of, date_words=wording.date_words
    )
    again, _problems = document.read(found)
    assert again is not None
    assert set(text.slots) <= set(again.slots)
    assert replace(again, slots=text.slots) == text


# Pasting


def pasted(text: str, unit: str = "mg", slots: Sequence[str] = ()) -> Document:
    table = typed.read_table(text, slots=slots, unit=unit)
    rows = document.pasted_rows(table, unit=unit, date_words=wording.date_words)
    return typed_plan(*rows, unit=unit)


def test_a_pasted_table_is_typed_into_rows():
    found = pasted("Date\tMorning\tBedtime\n16 Nov 2026\t5\t10\n23 Nov 2026\t10\t0\n")
    assert [(each["when"], each["amounts"]) for each in found["rows"]] == [
        ("16-Nov-2026", {"morning": "5", "bedtime": "10"}),
        ("23-Nov-2026", {"morning": "10", "bedtime": "0"}),
    ]
    assert planning.laid_dates(read(found).rows) == (FIRST, date(2026, 11, 23))


def test_a_pasted_cell_that_is_not_understood_is_marked_in_the_draft_too():
    found = pasted("Date\tMorning\tBedtime\n16 Nov 2026\tfive\t10\nlater\t5\t10-15\n")
    assert [(cell, code) for cell, code in codes(found) if cell != "rows"] == [
        ("morning", "not_understood"),
        ("when", "date_unknown"),
        ("bedtime", "range_words"),
    ]
    assert found["rows"][0]["amounts"]["morning"] == "five"
    assert found["rows"][1]["when"] == "later"


def test_the_unit_of_a_pasted_heading_is_kept_where_the_draft_has_another():
    found = pasted("Date\tMorning (micrograms)\n16 Nov 2026\t50\n17 Nov 2026\t75 mg\n")
    assert [part.amount.unit for each in read(found).rows for part in each.components] == [
        "microgram",
        "mg",
    ]


@pytest.mark.parametrize("dose", ["50 once a day", "50 in the morning; 75 at bedtime"])
def test_a_pasted_dose_never_takes_another_unit_than_its_heading_has(dose):
    found = pasted(f"Date\tDose (micrograms)\n16 Nov 2026\t{dose}\n")
    text, problems = document.read(found)
    if text is None:
        assert problems
    else:
        assert {part.amount.unit for part in text.rows[0].components} == {"microgram"}


# Two texts of one draft


def test_each_row_is_taken_as_it_was_chosen():
    base = typed_plan(row("a"), row("b"), row("c"))
    first, second, third = base["rows"]
    mine = {**base, "note": "mine", "rows": [{**first, "dose": "5 mg bd"}, second]}
    added = row("d")
    theirs = {**base, "note": "theirs", "rows": [first, {**second, "when": "x"}, third, added]}
    pairs = document.compared(mine, theirs)
    assert [(pair.place, pair.place_theirs, pair.is_same) for pair in pairs] == [
        (1, 1, False),
        (2, 2, False),
        (0, 3, False),
        (0, 4, False),
    ]
    chosen = {
        "note": "theirs",
        first["row"]: "mine",
        second["row"]: "theirs",
        third["row"]: "mine",
        added["row"]: "theirs",
    }
    found = document.merged(mine, theirs, chosen)
    assert [(each["when"], each["dose"]) for each in found["rows"]] == [
        ("a", "5 mg bd"),
        ("x", ""),
        ("d", ""),
    ]
    assert found["note"] == "theirs"


def test_a_row_keeps_the_unit_of_its_text_where_another_is_chosen():
    row = document.new_row() | {"amounts": {"morning": "25"}, "dose": "7 at noon"}
    mine = document.blank(unit="mg", slots=["morning"]) | {"rows": [row]}
    theirs = mine | {"unit": "microgram", "rows": [row | {"words": "theirs"}]}

    found = document.merged(mine, theirs, {"unit": "mine", row["row"]: "theirs"})

    assert found["unit"] == "mg"
    assert found["rows"][0]["amounts"] == {"morning": "25 microgram"}
    assert found["rows"][0]["dose"] == "7 microgram at noon"


def test_nothing_is_merged_without_a_choice():
    base = typed_plan(row("a"))
    mine = {**base, "rows": [{**base["rows"][0], "when": "b"}]}
    with pytest.raises(KeyError):
        document.merged(mine, base, {})


@given(documents, documents)
def test_all_of_mine_or_all_of_theirs_is_one_of_the_two(mine: Document, theirs: Document) -> None:
    keys = [pair.key for pair in document.compared(mine, theirs)] + list(document.HEAD)
    for side, text in (("mine", mine), ("theirs", theirs)):
        found = document.merged(mine, theirs, dict.fromkeys(keys, side))
        typed_rows = [each for each in text["rows"] if not document.is_blank(each)]
        kept = [each for each in found["rows"] if not document.is_blank(each)]
        assert kept == typed_rows
