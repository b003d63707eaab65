"""What was not understood of a pasted row is not understood in the row of the draft either."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.titration.test_typed_properties import pastes, slots
from titration import document, typed, wording


def drafted(text: str, named: tuple[str, ...] = (), unit: str = "mg") -> list[dict[str, Any]]:
    table = typed.read_table(text, slots=named, unit=unit)
    return document.pasted_rows(table, unit=unit, date_words=wording.date_words)


def is_read(row: dict[str, Any], unit: str) -> bool:
    """Whether the cells of a row of a draft make a dose, all of them understood."""
    cells = [(key, text) for key, text in row["amounts"].items() if text.strip()]
    reads = [typed.read_slots(cells, unit=unit)] if cells else []
    if row["dose"].strip():
        reads.append(typed.read_dose(row["dose"], unit=unit))
    return bool(reads) and not any(read.problem for read in reads)


@pytest.mark.parametrize(
    "text",
    [
        "Date\tDose\tOld dose\n16 Nov 2026\t5 mg once a day\t10 mg at bedtime",
        "Date\tDose\tTea\n16 Nov 2026\t5 mg in the morning\t10 mg at 22:00",
        "Date,Dose\n16 Nov 2026,5 mg in the morning, 10 mg at bedtime",
    ],
)
def test_a_cell_of_an_unknown_column_is_never_one_more_part_of_the_dose(text: str) -> None:
    (row,) = drafted(text)
    assert not is_read(row, "mg")


@given(pastes, slots, st.sampled_from(["", "mg"]))
def test_a_row_with_a_mark_about_its_dose_is_never_read(
    text: str, named: tuple[str, ...], unit: str
) -> None:
    table = typed.read_table(text, slots=named, unit=unit)
    for row, draft in zip(table.rows, drafted(text, named, unit), strict=True):
        if any(mark.about == "dose" for mark in row.marks):
            assert not is_read(draft, unit), draft


@pytest.mark.parametrize("tea", ["10", "5", "3"])
def test_a_cell_of_no_column_is_marked_though_its_figure_stands_beside_it(tea: str) -> None:
    table = typed.read_table(f"Date\tMorning\tMidday\tTea\n08 Aug 2027\t10\t5\t{tea}")
    [row] = document.pasted_rows(table, unit="mg", date_words=str)
    assert row["amounts"] == {"morning": "10", "midday": "5"}
    assert row["dose"] == f"? {tea}"


def test_two_cells_of_no_column_are_both_marked() -> None:
    table = typed.read_table("Date\tMorning\tSupper\tTea\n08 Aug 2027\t10\t5\t5")
    [row] = document.pasted_rows(table, unit="mg", date_words=str)
    assert row["dose"] == "? 5\n? 5"


@pytest.mark.parametrize("heading", ["Week", "Day", "Month"])
def test_a_start_that_is_not_clear_is_not_read_in_the_draft_either(heading: str) -> None:
    rows = drafted(f"{heading}\tDose\n1\t5 mg once a day\n1 week\t10 mg once a day")
    assert rows[1]["when"] == "? 1 week"
    whole = document.blank(unit="mg") | {"rows": rows}
    assert "1 week" in [p.text.removeprefix("? ") for p in document.read(whole)[1]]


def test_a_figure_that_may_be_a_length_stands_where_the_start_is_asked() -> None:
    rows = drafted("Days\tDose\n3\t5 mg once a day\n4\t10 mg once a day")
    assert [(row["when"], row["dose"]) for row in rows] == [
        ("3", "5 mg once a day"),
        ("4", "10 mg once a day"),
    ]
    whole = document.blank(unit="mg") | {"rows": rows}
    assert {p.cell for p in document.read(whole)[1] if p.row} == {"when"}
