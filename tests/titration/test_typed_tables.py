"""Pasted plans: what each row says, and what is marked of it."""

import time
from datetime import date

import pytest

from titration import dosing, typed, wording
from titration.typed import Interval

PACK = ("breakfast", "lunch", "dinner", "bedtime")


def starts_of(text: str, **given: object) -> list[object]:
    return [row.start for row in typed.read_table(text, **given).rows]  # type: ignore[arg-type]


def marks_of(table: typed.Table) -> list[list[tuple[str, str]]]:
    return [[(mark.problem, mark.text) for mark in row.marks] for row in table.rows]


def words_of(table: typed.Table, **given: str) -> list[str]:
    """Each row as pages would print it; its problem where it is not read."""
    found = []
    for row in table.rows:
        read = typed.read_row(row, table, **given)
        words = wording.dosage_words(read.components).replace("\u00a0", " ")
        found.append(words or read.kind or read.problem)
    return found


def test_a_spreadsheet_with_headings_is_read_by_them() -> None:
    table = typed.read_table(
        "Date\tMorning (mg)\tBed\tNotes\n16/11/2026\t5\t10 mg\tcall\n30 Nov 2026\t\t0\t\n"
    )
    assert table.slots == ("morning", "bedtime")
    assert table.units == (("morning", "mg"),)
    assert table.header == "Date\tMorning (mg)\tBed\tNotes"
    first, second = table.rows
    assert (first.start, first.words, first.marks) == (date(2026, 11, 16), "call", ())
    assert first.amounts == (("morning", "5"), ("bedtime", "10 mg"))
    assert words_of(table)[0] == "5 mg in the morning; 10 mg at bedtime"
    assert second.amounts == (("bedtime", "0"),)
    assert (first.line, first.source) == (2, "16/11/2026\t5\t10 mg\tcall")


@pytest.mark.parametrize(
    "text",
    [
        "Week\tDose\tNotes\n1\t5 mg once a day\tcall\n3\t10 mg once a day\t",
        "Week,Dose,Notes\n1,5 mg once a day,call\n3,10 mg once a day,",
        "Week;Dose;Notes\n1;5 mg once a day;call\n3;10 mg once a day;",
        '"Week","Dose","Notes"\r\n"1","5 mg once a day","call"\r\n"3","10 mg once a day",""\r\n',
        "| Week | Dose | Notes |\n|:--|---|--:|\n| 1 | 5 mg once a day | call |\n"
        "| 3 | 10 mg once a day | |",
        "Week | Dose | Notes\n1 | 5 mg once a day | call\n3 | 10 mg once a day |",
        "Week  Dose              Notes\n1     5 mg once a day   call\n3     10 mg once a day  none",
    ],
)
def test_one_table_is_read_however_its_cells_are_parted(text: str) -> None:
    table = typed.read_table(text)
    assert [row.dose for row in table.rows] == ["5 mg once a day", "10 mg once a day"]
    assert [row.start for row in table.rows] == [None, Interval(2, "week")]
    assert table.rows[0].words == "call"
    assert marks_of(table) == [[], []]


def test_a_cell_in_quotation_marks_may_hold_lines_and_signs() -> None:
    table = typed.read_table('Date,Dose\n16 Nov 2026,"5 mg morning,\n10 mg ""bedtime"""\n')
    assert table.rows[0].dose == '5 mg morning,\n10 mg "bedtime"'
    table = typed.read_table('Date\tDose\n16 Nov 2026\t"5 mg morning\n10 mg bedtime"\nx\tstop')
    assert words_of(table) == ["5 mg in the morning; 10 mg at bedtime", "stop"]
    assert [row.line for row in table.rows] == [2, 4]


def test_a_quotation_mark_that_never_closes_hides_no_line() -> None:
    table = typed.read_table('Date\tDose\n16 Nov 2026\t"5 mg once a day\n17 Nov 2026\tstop')
    assert [row.start for row in table.rows] == [date(2026, 11, 16), date(2026, 11, 17)]
    assert marks_of(table)[0] == [("not_understood", '"5 mg once a day')]


@pytest.mark.parametrize(
    ("heading", "slot"),
    [
        ("Morning", "morning"),
        ("in the morning", "morning"),
        ("BREAKFAST", "breakfast"),
        ("Midday", "midday"),
        ("Lunchtime:", "lunch"),
        ("Afternoon mg", "afternoon"),
        ("Dinner (mg)", "dinner"),
        ("Evening", "evening"),
        ("Bed", "bedtime"),
        ("At bedtime", "bedtime"),
        ("Night (mg)", "night"),
        ("08:00", "08:00"),
        ("8 pm", "20:00"),
    ],
)
def test_a_heading_names_a_time_of_day(heading: str, slot: str) -> None:
    table = typed.read_table(f"Date\t{heading}\n16 Nov 2026\t5 mg")
    assert table.rows[0].amounts == ((slot, "5 mg"),)
    assert table.marks == ()


@pytest.mark.parametrize("heading", ["AM", "pm", "Supper", "Tea", "nocte"])
def test_a_heading_that_names_no_known_time_of_day_is_marked(heading: str) -> None:
    table = typed.read_table(f"Date\tMorning\t{heading}\n16 Nov 2026\t5 mg\t10 mg")
    assert [(mark.problem, mark.text) for mark in table.marks] == [("slot_unclear", heading)]
    assert marks_of(table) == [[("slot_unclear", "10 mg")]]
    assert words_of(table) == ["slot_unclear"]


def test_a_column_that_is_not_known_is_marked_cell_by_cell() -> None:
    table = typed.read_table(
        "Date\tDose\tReview date\tOld dose\n"
        "16 Nov 2026\t5 mg once a day\t30 Nov 2026\t10 mg once a day\n"
    )
    assert [mark.text for mark in table.marks] == ["Review date", "Old dose"]
    assert marks_of(table) == [
        [("column_unknown", "30 Nov 2026"), ("column_unknown", "10 mg once a day")]
    ]
    assert words_of(table) == ["column_unknown"]


def test_a_cell_beyond_the_headings_is_marked() -> None:
    table = typed.read_table("Date,Dose\n16 Nov 2026,5 mg morning, 10 mg bedtime")
    assert marks_of(table) == [[("column_unknown", "10 mg bedtime")]]
    assert words_of(table) == ["column_unknown"]


def test_cells_parted_by_gaps_are_marked_when_one_is_missing() -> None:
    table = typed.read_table("Date  Morning  Bedtime\n16 Nov 2026  5 mg")
    assert marks_of(table) == [[("column_unknown", "16 Nov 2026  5 mg")]]
    assert table.rows[0].amounts == ()


def test_a_dose_and_its_frequency_may_have_a_column_each() -> None:
    table = typed.read_table("Dose (mg)\tFrequency\n5\tthree times a day\n10\ttwice a day")
    assert words_of(table) == [
        "5 mg three times a day (5 mg each time)",
        "10 mg twice a day (10 mg each time)",
    ]


def test_columns_without_headings_are_known_by_every_cell() -> None:
    table = typed.read_table("Week 1\t5 mg once a day\tcall\nWeek 2\t10 mg once a day\t")
    assert words_of(table) == ["5 mg once a day", "10 mg once a day"]
    assert table.rows[0].words == "call"
    assert starts_of("16 Nov 2026\t5 mg once a day") == [date(2026, 11, 16)]


def test_figures_without_headings_are_marked_and_never_placed() -> None:
    text = "Week 1\t5\t5\nWeek 2\t5\t10"
    table = typed.read_table(text, unit="mg")
    assert [row.amounts for row in table.rows] == [(), ()]
    assert marks_of(table)[1] == [("slots_unnamed", "5"), ("slots_unnamed", "10")]
    named = typed.read_table(text, unit="mg", slots=("morning", "bedtime"))
    assert words_of(named, unit="mg")[1] == "5 mg in the morning; 10 mg at bedtime"
    other = typed.read_table(text, unit="mg", slots=PACK)
    assert [row.amounts for row in other.rows] == [(), ()]


def test_figures_parted_by_slashes_need_their_times_of_day() -> None:
    assert marks_of(typed.read_table("8/4/4/8", unit="mg")) == [[("slots_unnamed", "8/4/4/8")]]
    table = typed.read_table("8/4/4/8 mg\n4/4/0/4 mg", slots=PACK)
    assert table.rows[1].amounts == tuple(zip(PACK, ("4 mg", "4 mg", "0 mg", "4 mg"), strict=True))
    headed = typed.read_table("Day\tDose in mg (breakfast/lunch/dinner/bed)\n1\t8/4/4/8")
    assert words_of(headed) == ["8 mg at breakfast; 4 mg at lunch; 4 mg at dinner; 8 mg at bedtime"]
    fewer = typed.read_table("8/4/4", unit="mg", slots=PACK)
    assert marks_of(fewer) == [[("slots_unnamed", "8/4/4")]]


def test_a_blank_cell_is_no_amount_and_a_nought_is_one() -> None:
    table = typed.read_table("Morning\tMidday\tBed\n5 mg\t\t0 mg\n0\t0\t0", unit="mg")
    assert table.rows[0].amounts == (("morning", "5 mg"), ("bedtime", "0 mg"))
    assert marks_of(table) == [[], [("all_zero", "0/0/0")]]


@pytest.mark.parametrize("cell", ["-", "nil", "half", "1,5", "5 mcg", "5-10", "x"])
def test_an_amount_that_is_none_is_kept_as_typed_and_marked(cell: str) -> None:
    table = typed.read_table(f"Morning\tBed\n5\t{cell}", unit="mg")
    assert table.rows[0].amounts[1] == ("bedtime", cell)
    assert [mark.text for mark in table.rows[0].marks] == [cell]
    assert typed.read_row(table.rows[0], table, unit="mg").problem


@pytest.mark.parametrize("bare", ["5", "5 to 10", "5\u00a0TO\u00a010"])
def test_bare_figures_beside_another_unit_are_marked(bare: str) -> None:
    table = typed.read_table(f"Morning\tBed\n50 micrograms\t{bare}", unit="mg")
    assert marks_of(table) == [[("unit_missing", f"50 micrograms/{bare}")]]


def test_amounts_below_weekdays_come_on_that_day_of_each_week() -> None:
    table = typed.read_table("Week\tMon\tTue (mg)\tSun\n1\t3 mg\t4\t\n2\t3 mg\t0.5 mg\t5 mg")
    assert words_of(table) == [
        "3 mg once a week on MONDAY; 4 mg once a week on TUESDAY",
        "3 mg once a week on MONDAY; 0.5 mg once a week on TUESDAY; 5 mg once a week on SUNDAY",
    ]
    assert marks_of(table) == [[], []]
    other = typed.read_table("Mon\tTue\n3 mg\tnil")
    assert ("not_understood", "nil") in marks_of(other)[0]
    beside = typed.read_table("Mon\tMorning\n3 mg\t4 mg")
    assert marks_of(beside) == [[("timing_clash", "3 mg every Monday")]]


@pytest.mark.parametrize(
    "text",
    [
        "Morning, Bedtime\n5 mg",
        "Morning; Bedtime\n5 mg",
        "Morning\tBedtime\n5 mg",
        "Mon, Wed, Fri\n5 mg",
    ],
)
def test_one_amount_below_several_times_is_marked_and_given_to_none(text: str) -> None:
    table = typed.read_table(text)
    assert marks_of(table) == [[("column_unknown", "5 mg")]]
    assert words_of(table) == ["column_unknown"]


def test_the_end_of_the_last_row_is_never_lost() -> None:
    last = "9 Mar 2026\t15 Mar 2026\t7 mg once a day"
    table = typed.read_table(f"From\tTo\tDose\n2 Mar 2026\t8 Mar 2026\t5 mg once a day\n{last}")
    assert marks_of(table) == [[], [("last_duration", last)]]
    lines = typed.read_table("Weeks 1 and 2: 5 mg once a day\nWeeks 3 to 4: 7 mg once a day")
    assert marks_of(lines) == [[], [("last_duration", "Weeks 3 to 4: 7 mg once a day")]]


def test_what_is_no_date_below_to_may_be_a_dose() -> None:
    table = typed.read_table("Dose\tTo\n5 mg once a day\t7 mg once a day")
    assert marks_of(table) == [[("column_unknown", "7 mg once a day")]]
    assert words_of(table) == ["column_unknown"]


def test_stop_stands_in_any_one_cell() -> None:
    table = typed.read_table(
        "Date\tMorning\tBed\n16 Nov 2026\t5\t5\n17 Nov 2026\tstop\t", unit="mg"
    )
    assert words_of(table, unit="mg")[1] == "stop"
    beside = typed.read_table("Date\tMorning\tBed\n16 Nov 2026\tstop\t5", unit="mg")
    assert marks_of(beside) == [[("not_understood", "stop")]]


ON = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Week 1: 5 mg once a day\nWeek 3: 10 mg once a day", [None, Interval(2, "week")]),
        ("Week 1 - 5 mg once a day\nWeek 2 - 6 mg once a day", [None, Interval(1, "week")]),
        ("Week one 5 mg once a day\nWeek two 6 mg once a day", [None, Interval(1, "week")]),
        ("Day 1, 300 mg once\nDay 2, 300 mg twice a day", [None, Interval(1, "day")]),
        ("Days 1 to 3: 5 mg once a day\nDay 4: 6 mg once a day", [None, Interval(3, "day")]),
        ("Days 1 to 3: 5 mg once a day\nDay 4 onwards: stop", [None, Interval(3, "day")]),
        ("Days 1–3\t5 mg once a day\nDay 4 on\tstop", [None, Interval(3, "day")]),
        (
            "From\tTo\tDose\n16 Nov 2026\t29 Nov 2026\t5 mg once a day\n30 Nov 2026\t\tstop",
            [date(2026, 11, 16), date(2026, 11, 30)],
        ),
        ("Days\tDose\n1-3\t5 mg once a day\nday 4\tstop", [None, Interval(3, "day")]),
        ("Weeks 1 and 2: 5 mg once a day\nWeeks 3 & 4: stop", [None, Interval(2, "week")]),
        ("Month 1: 5 mg once a day\nMonth 2: stop", [None, Interval(1, "month")]),
        (
            "From 16 Nov 2026 - 10 mg twice a day\nfrom 30 Nov 2026: stop",
            [date(2026, 11, 16), date(2026, 11, 30)],
        ),
        (
            "16 Nov 2026 to 29 Nov 2026: 10 mg twice a day\nMonday 30 Nov 2026 stop",
            [date(2026, 11, 16), date(2026, 11, 30)],
        ),
        ("Week commencing 16/11/2026: 5 mg once a day", [date(2026, 11, 16)]),
        (
            "Week 1 (16 Nov 2026): 5 mg once a day\nWeek 2 (23 Nov 2026): stop",
            [date(2026, 11, 16), date(2026, 11, 23)],
        ),
        ("5 mg once a day for 3 days\n10 mg once a day", [None, Interval(3, "day")]),
        ("For 2 weeks: 5 mg once a day\nThen 10 mg once a day", [None, Interval(2, "week")]),
        ("5 mg once a day\nAfter 2 weeks: 10 mg once a day", [None, Interval(2, "week")]),
        ("5 mg once a day\n2 weeks later, 10 mg once a day", [None, Interval(2, "week")]),
        (
            "5 mg once a day for 3 days; 10 mg once a day for 1 week; then nothing",
            [None, Interval(3, "day"), Interval(1, "week")],
        ),
        (
            "5 mg once a day for 3 days, then 10 mg once a day for 3 days, then stop",
            [None, Interval(3, "day"), Interval(3, "day")],
        ),
        ("1. 5 mg once a day\n2. 10 mg once a day", [None, None]),
        ("• Week 1: 5 mg once a day\n• Week 2: stop", [None, Interval(1, "week")]),
        ("Dose\n5 mg once a day for 3 days\nstop", [None, Interval(3, "day")]),
        ("Week\tDose\n1-2\t5 mg once a day\n3\tstop", [None, Interval(2, "week")]),
        ("Duration\tDose\n3 days\t5 mg once a day\n\tstop", [None, Interval(3, "day")]),
        ("Dose\tAfter\n5 mg once a day\t\nstop\t2 weeks", [None, Interval(2, "week")]),
        ("\tDose\nWeek 1\t5 mg once a day\nWeek 2\tstop", [None, Interval(1, "week")]),
        ("Start\tDose\n16 Nov 2026\t5 mg once a day\n1 week\tstop", [ON, Interval(1, "week")]),
    ],
)
def test_rows_start_when_it_is_written_and_not_otherwise(text: str, expected: list) -> None:
    table = typed.read_table(text)
    assert [row.start for row in table.rows] == expected
    assert marks_of(table) == [[] for _row in expected]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Week 2: 5 mg once a day\nWeek 1: stop", "labels_disagree"),
        ("Week 1: 5 mg once a day\nWeek 1: stop", "labels_disagree"),
        ("Week 1: 5 mg once a day\nDay 8: stop", "labels_disagree"),
        ("Days 1 to 3: 5 mg once a day\nDays 5 to 7: stop", "labels_disagree"),
        ("Days 1 to 3: 5 mg once a day\nDays 3 to 5: stop", "labels_disagree"),
        ("Week 1: 5 mg once a day for 2 weeks\nWeek 2: stop", "labels_disagree"),
        ("5 mg once a day\nWeek 2: stop", "labels_disagree"),
        ("Weeks 1 and 2: 5 mg once a day\nWeeks 3 and 5: stop", "labels_disagree"),
        ("5 mg once a day\n3/4/2026: stop", "date_ambiguous"),
        ("5 mg once a day\nFrom 31 Nov 2026: stop", "date_none"),
        ("5 mg once a day\nFrom 16 Nov 26: stop", "year_two_digits"),
        ("Date\tDose\n16 Nov 2026\t5 mg once a day\nnext week\tstop", "start_unknown"),
        ("Week\tDose\n1\t5 mg once a day\n1 week\tstop", "start_unknown"),
        ("Days\tDose\n3\t5 mg once a day\n4\t10 mg once a day", "length_unclear"),
        ("Dose\tWeeks\n5 mg once a day\t1\n10 mg once a day\t2", "length_unclear"),
    ],
)
def test_a_start_that_is_not_clear_is_left_blank_and_marked(text: str, problem: str) -> None:
    row = typed.read_table(text).rows[1]
    assert (row.start, row.marks[0].problem) == (None, problem)


@pytest.mark.parametrize(
    "text",
    [
        "16 Nov 2026: 5 mg once a day\n9 Nov 2026: stop",
        "16 Nov 2026 to 22 Nov 2026: 5 mg once a day\n24 Nov 2026: stop",
        "Week 1 (16 Nov 2026): 5 mg once a day\nWeek 2 (30 Nov 2026): stop",
        "16 Nov 2026: 5 mg once a day for 3 days\n20 Nov 2026: stop",
    ],
)
def test_a_date_that_does_not_follow_on_is_kept_and_marked(text: str) -> None:
    row = typed.read_table(text).rows[1]
    assert isinstance(row.start, date)
    assert [(mark.problem, mark.about) for mark in row.marks] == [("labels_disagree", "start")]


def test_how_long_the_last_row_lasts_is_marked() -> None:
    table = typed.read_table("Week 1: 5 mg once a day\nWeek 2: 10 mg once a day for 2 weeks")
    assert [mark.problem for mark in table.rows[1].marks] == ["last_duration"]
    assert words_of(table)[1] == "10 mg once a day"


def test_a_dose_beside_a_date_that_is_not_clear_is_still_read() -> None:
    table = typed.read_table("3/4/2026: 5 mg once a day\nFrom 16 Nov 26 - 10 mg once a day")
    assert words_of(table) == ["5 mg once a day", "10 mg once a day"]
    assert marks_of(table) == [
        [("date_ambiguous", "3/4/2026")],
        [("year_two_digits", "From 16 Nov 26")],
    ]
    for line in (
        "16 Nov 10 mg once a day",
        "16 Nov 10.5 mg once a day",
        "May 2 tablets once a day",
    ):
        (row,) = typed.read_table(line).rows
        assert (row.dose, row.start, row.marks[0].about) == (line, None, "dose")


def test_a_list_number_that_may_be_a_figure_is_not_left_out() -> None:
    (row,) = typed.read_table("2. 5 mg once a day").rows
    assert (row.dose, row.marks[0].problem) == ("2. 5 mg once a day", "bare_dot")
    rows = typed.read_table("1. 5 mg once a day\n3. 5 mg once a day").rows
    assert all(row.marks for row in rows)


def test_a_line_that_is_no_dose_is_kept_and_marked() -> None:
    table = typed.read_table("Baclofen plan\n\nWeek 1: half a tablet at night\nWeek 2: 5 mg bd")
    assert [row.source for row in table.rows] == [
        "Baclofen plan",
        "Week 1: half a tablet at night",
        "Week 2: 5 mg bd",
    ]
    assert [row.marks[0].problem for row in table.rows] == [
        "not_understood",
        "amount_in_words",
        "latin",
    ]


def test_nothing_pasted_is_said() -> None:
    for text in ("", " \n\t\n ", "---"):
        assert [mark.problem for mark in typed.read_table(text).marks] == ["nothing_typed"]


def test_more_than_a_thousand_rows_are_refused_whole() -> None:
    for text in ("x" * 200_000, "5 mg once a day\n" * 1001):
        table = typed.read_table(text)
        assert (table.rows, [mark.problem for mark in table.marks]) == ((), ["paste_too_long"])


@pytest.mark.parametrize(
    "paste",
    [
        " " * 99_000 + "x",
        "5 mg once a day" + " " * 90_000 + "for",
        "-" * 99_000 + "x",
        '"' * 99_001,
        '"a""b' * 19_000,
        "Week 1: " + "1" * 90_000,
        "Date\t" * 9_000,
        "Duration\tDose\n" + "1-" * 40_000 + "\tstop",
        "8/" * 40_000,
        "for " * 20_000,
        "(" * 90_000,
        "5 mg morning; " * 7_000,
        ("5 mg as needed for " + "a " * 900 + "\n") * 40,
    ],
)
def test_no_paste_takes_long(paste: str) -> None:
    start = time.perf_counter()
    table = typed.read_table(paste, slots=PACK)
    assert time.perf_counter() - start < 2
    assert table.marks or any(row.marks for row in table.rows)


@pytest.mark.parametrize("heading", ["Dose", "Dosage", "Amount"])
def test_a_second_column_for_the_same_thing_is_marked(heading: str) -> None:
    table = typed.read_table(f"Dose\t{heading}\n5 mg once a day\t10 mg once a day")
    assert [(mark.problem, mark.text) for mark in table.marks] == [("column_unknown", heading)]
    assert words_of(table) == ["column_unknown"]
    twice = typed.read_table("Morning\tin the morning\n5 mg\t10 mg")
    assert marks_of(twice) == [[("column_unknown", "10 mg")]]


def test_a_dash_before_one_dose_is_not_left_out() -> None:
    rows = typed.read_table("10 mg once a day\n- 5 mg once a day").rows
    assert [bool(row.marks) for row in rows] == [False, True]
    rows = typed.read_table("Plan\n- 10 mg once a day\n- 5 mg once a day").rows
    assert [bool(row.marks) for row in rows] == [True, False, False]


# The schedules of the shared cases, as a person would paste them, and the words of each row.
CASES = {
    "1 baclofen by mouth": (
        "5 mg three times a day for 3 days; 10 mg three times a day for 3 days; "
        "15 mg three times a day for 3 days; 20 mg three times a day for 3 days; "
        "20 mg four times a day",
        [
            "5 mg three times a day (5 mg each time)",
            "10 mg three times a day (10 mg each time)",
            "15 mg three times a day (15 mg each time)",
            "20 mg three times a day (20 mg each time)",
            "20 mg four times a day (20 mg each time)",
        ],
        [None, *[Interval(3, "day")] * 4],
    ),
    "2 baclofen, uneven day": (
        "5 mg morning, 5 mg midday, 10 mg bedtime",
        ["5 mg in the morning; 5 mg at midday; 10 mg at bedtime"],
        [None],
    ),
    "3 baclofen into the spinal fluid": (
        "50 micrograms once only (1 mL of 50 micrograms per mL)\n"
        "1 day later: 75 micrograms once (1.5 mL)\n"
        "1 day later: 100 micrograms once (2 mL)\n"
        "200 micrograms per 24 hours continuously\n"
        "220 micrograms per 24 hours\n"
        "5 micrograms per hour 06:00 to 22:00; 9 micrograms per hour 22:00 to 06:00",
        [
            "50 micrograms once only, as 1 mL of 50 micrograms per mL",
            "75 micrograms once only, volume 1.5 mL",
            "100 micrograms once only, volume 2 mL",
            "200 micrograms per 24 hours, continuously",
            "220 micrograms per 24 hours, continuously",
            "5 micrograms per hour, each day from 06:00 to 22:00; "
            "9 micrograms per hour, each day from 22:00 to 06:00 the next day",
        ],
        [None, Interval(1, "day"), Interval(1, "day"), None, None, None],
    ),
    "4 methylprednisolone pack": (
        "Day\tBreakfast (mg)\tLunch (mg)\tDinner (mg)\tBed (mg)\n"
        "1\t8\t4\t4\t8\n2\t4\t4\t4\t8\n3\t4\t4\t4\t4\n4\t4\t4\t0\t4\n5\t4\t0\t0\t4\n6\t4\t0\t0\t0\n"
        "7\tthen nothing\t\t\t",
        [
            "8 mg at breakfast; 4 mg at lunch; 4 mg at dinner; 8 mg at bedtime",
            "4 mg at breakfast; 4 mg at lunch; 4 mg at dinner; 8 mg at bedtime",
            "4 mg at breakfast; 4 mg at lunch; 4 mg at dinner; 4 mg at bedtime",
            "4 mg at breakfast; 4 mg at lunch; 0 mg at dinner; 4 mg at bedtime",
            "4 mg at breakfast; 0 mg at lunch; 0 mg at dinner; 4 mg at bedtime",
            "4 mg at breakfast; 0 mg at lunch; 0 mg at dinner; 0 mg at bedtime",
            "stop",
        ],
        [None, *[Interval(1, "day")] * 6],
    ),
    "5 lamotrigine": (
        "25 mg on alternate days for 2 weeks; 25 mg daily for 2 weeks; "
        "25 to 50 mg once a day for 2 weeks; then 100 to 200 mg once a day",
        [
            "25 mg on alternate days",
            "25 mg once a day",
            "25 to 50 mg once a day",
            "100 to 200 mg once a day",
        ],
        [None, *[Interval(2, "week")] * 3],
    ),
    "6 gabapentin": (
        "day 1, 300 mg once\nday 2, 300 mg twice a day\nday 3, 300 mg three times a day\n"
        "after 1 week: 600 mg three times a day",
        [
            "300 mg once only",
            "300 mg twice a day (300 mg each time)",
            "300 mg three times a day (300 mg each time)",
            "600 mg three times a day (600 mg each time)",
        ],
        [None, Interval(1, "day"), Interval(1, "day"), Interval(1, "week")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_shared_case_goes_in_as_written_and_reads_back_in_the_same_words(case: str) -> None:
    text, words, starts = CASES[case]
    table = typed.read_table(text)
    assert marks_of(table) == [[] for _row in words]
    assert words_of(table) == words
    assert [row.start for row in table.rows] == starts
    for row in table.rows:
        components = typed.read_row(row, table).components
        assert typed.read_dose(wording.dosage_words(components)).components == components or not (
            components
        )


def test_every_slot_of_the_record_has_a_heading() -> None:
    table = typed.read_table("\t".join(dosing.SLOTS) + "\n" + "\t".join(["5 mg"] * 8))
    assert table.slots == dosing.SLOTS
