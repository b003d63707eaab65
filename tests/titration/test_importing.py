"""Files of doses are read as they stand, or marked with what is not clear: never guessed."""

import csv
import io
import re
import zipfile
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.titration import spreadsheets as made
from tests.titration.doses import clocks, doses
from tests.titration.spreadsheets import number_cell, sheet, xlsx
from titration import importing, wording
from titration.importing import FileProblem, FileRead, Matching, Opened
from titration.importing.moments import Days, read_moment
from titration.timeline import Effective
from titration.typed import NotUnderstood

LONDON = ZoneInfo("Europe/London")
HEAD = ("Date", "Dose")
DOSE = "10 mg three times a day"


def cells(opened: Opened, place: int = 0) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in opened.sheets[place].lines]


def read(content: bytes, *roles: str, order: str = "", unit: str = "", **opened) -> FileRead:
    """The rows of the first sheet, whose headings are its first row; two columns unless given."""
    found = importing.sheet_of(importing.open_file(content, **opened))
    assert found is not None
    roles = roles or ("from", "dose")
    matching = Matching(found.lines[0].row, roles, order, unit)
    return importing.read_sheet(found, matching, LONDON)


def table(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD, separator: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows([head, *rows])
    return file.getvalue().encode()


def problems(read: FileRead) -> list[tuple[int | None, str, str]]:
    return [(mark.place.row, mark.place.column, mark.code) for mark in read.all_marks]


# Files that cannot be read


BOMB = xlsx({"S": f"<sheetData>{' ' * (51 * 2**20)}</sheetData>"})
CORNERS = xlsx(
    {
        "S": f"<sheetData>{number_cell('A1', 1)}{number_cell('XFD1048576', 2)}</sheetData>"
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    }
)
NONE = "not_a_spreadsheet"
OF_LATER = bytearray(xlsx({"S": sheet([HEAD])}))
OF_LATER[OF_LATER.index(b"PK\x01\x02") + 6] = 99  # the version of zip that it wants
OF_LATER = bytes(OF_LATER)
MERGED = xlsx({"S": sheet([HEAD] * 600, merged=["A1:CV600"])})
ENTITIES = made.zipped(
    {"xl/workbook.xml": '<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w>&b;</w>'}
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b" \r\n", "file_empty"),
        (b"a" * (5 * 2**20 + 1), "file_too_large"),
        (BOMB, "unpacks_too_large"),
        (CORNERS, "too_many_columns"),
        (ENTITIES, "not_a_spreadsheet"),
        (xlsx({"S": sheet([HEAD])})[:-40], "not_a_spreadsheet"),
        (xlsx({"S": sheet([HEAD])})[:200] + b"\0" * 200, "not_a_spreadsheet"),
        (made.zipped({"letter.xml": "<a/>"}), "not_a_spreadsheet"),
        (made.zipped({"xl/workbook.xml": "<workbook><sheets>"}), "not_a_spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_or_locked"),
        (b"Date,Dose\r\n2026-03-02,5\0 mg\r\n", "nul_bytes"),
        (b"Date,Dose\n\xff\xfe\0\n", "nul_bytes"),
        ("Date,Dose\n".encode("utf-16")[:-1], "encoding_broken"),
        (b'Date,Dose\n2026-03-02,"5 mg\n', "quote_open"),
        (b'Date,Dose\n2026-03-02,"5 mg" x\n', "quote_open"),
        (("Date,Dose\n" + "a,b\n" * 5001).encode(), "too_many_rows"),
        (("," * 101 + "\n").encode() + b"a" + b"," * 101, "too_many_columns"),
        (b"\x81\x8d\x90 Date,Dose", "encoding_unknown"),
        (made.zipped({"xl/workbook.xml": '<?xml version="1.0" encoding="hex"?><a/>'}), NONE),
        (made.zipped({"xl/workbook.xml": '<?xml version="1.0" encoding="shift_jis"?><a/>'}), NONE),
        (made.zipped({"xl/workbook.xml": "<a/>"}, zipfile.ZIP_LZMA), NONE),
        (OF_LATER, NONE),
        (MERGED, "too_many_merged"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, code: str) -> None:
    with pytest.raises(FileProblem) as problem:
        importing.open_file(content)
    assert problem.value.code == code
    assert wording.import_words(code)


def test_no_more_cells_are_read_than_there_is_time_for(monkeypatch) -> None:
    monkeypatch.setattr("titration.importing.package.MOST_ELEMENTS", 100)
    with pytest.raises(FileProblem, match="too_many_cells"):
        importing.open_file(xlsx({"S": f"<sheetData>{'<c/>' * 100}</sheetData>"}))


def test_a_header_that_claims_a_small_size_lets_no_more_through() -> None:
    content = bytearray(BOMB)
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    with pytest.raises(FileProblem):
        importing.open_file(bytes(content))


@given(st.binary(max_size=200), st.integers(0, 3000))
@settings(max_examples=60)
def test_whatever_bytes_come_they_are_read_or_refused(put: bytes, at: int) -> None:
    whole = xlsx({"S": sheet([HEAD, ("2026-03-02", DOSE)])})
    for content in (put, whole[:at] + put + whole[at + len(put) :], b"Date,Dose\n" + put):
        try:
            opened = importing.open_file(content)
        except FileProblem:
            continue
        if found := importing.sheet_of(opened):
            importing.read_sheet(found, Matching(1, ("from", "dose")), LONDON)


# Encodings and separators


@pytest.mark.parametrize(
    ("codec", "understood"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_says_how_it_was_understood(codec: str, understood: str, separator: str) -> None:
    rows = table(("02-Mar-2026", "Łódź;\nżółć, “x”"), separator=separator)
    opened = importing.open_file(rows.decode().encode(codec))
    assert (opened.encoding, opened.separator) == (understood, separator)
    assert cells(opened) == [["Date", "Dose"], ["02-Mar-2026", "Łódź;\nżółć, “x”"]]


def test_of_two_possible_encodings_a_person_chooses() -> None:
    content = "Date,Note\n02-Mar-2026,Müller żółć\n".encode("cp1250")
    opened = importing.open_file(content)
    assert opened.sheets == ()
    assert dict(opened.encodings) == {
        "cp1252": ("02-Mar-2026,Müller ¿ó³æ",),
        "cp1250": ("02-Mar-2026,Müller żółć",),
    }
    assert cells(importing.open_file(content, encoding="cp1250"))[1][1] == "Müller żółć"


def test_rows_are_counted_as_spreadsheets_count_them() -> None:
    content = b'Date,Dose\n\n2026-03-02,"5 mg\nthree times a day"\nnonsense,x\n'
    assert [row.place.row for row in read(content).rows] == [3, 4]


# Cells of a spreadsheet


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (number_cell("A2", 46083, made.DAY), "2026-03-02"),
        (number_cell("A2", "46083.586805555555", made.MOMENT), "2026-03-02 14:05"),
        (number_cell("A2", 45352, made.MONTH), "2024-03"),
        (number_cell("A2", "0.3333333333333333", made.CLOCK), "08:00"),
        (number_cell("A2", 59, made.DAY), "1900-02-28"),
        (number_cell("A2", "2.5"), "2.5"),
        (number_cell("A2", "7.0000"), "7"),
        (number_cell("A2", "3", made.ROUNDED), "3"),
        ('<c r="A2" t="s"><v>1</v></c>', "shared"),
        ('<c r="A2" t="str"><f>A1</f><v>5 mg</v></c>', "5 mg"),
        ('<c r="A2" t="b"><v>1</v></c>', "TRUE"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(cell: str, text: str) -> None:
    opened = importing.open_file(xlsx({"S": sheet([HEAD, (cell,)])}, strings=("other", "shared")))
    [_head, line] = opened.sheets[0].lines
    assert [(each.text, each.problem) for each in line.cells] == [(text, "")]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (number_cell("A2", "2.5", made.ROUNDED), "figure_shown_otherwise"),
        (number_cell("A2", "0.5", made.PERCENT), "figure_shown_otherwise"),
        (number_cell("A2", "5", made.WORDED), "figure_shown_otherwise"),
        (number_cell("A2", "60", made.DAY), "date_shown_otherwise"),
        ('<c r="A2"><f>B1*2</f></c>', "formula_without_value"),
        ('<c r="A2" t="e"><v>#REF!</v></c>', "cell_error"),
        ('<c r="A2" t="s"><v>99</v></c>', "cell_unclear"),
        ('<c r="A2" t="s"><v>²</v></c>', "cell_unclear"),
        ('<c r="A2" t="s"><v>10000000000</v></c>', "cell_unclear"),
        ('<c r="A2" t="str"><v>2026-03-02\u202e</v></c>', "cell_signs"),
        (number_cell("A2", "1e999"), "cell_unclear"),
    ],
)
def test_a_cell_that_is_not_what_it_shows_is_marked(cell: str, code: str) -> None:
    [row] = read(xlsx({"S": sheet([HEAD, (cell, DOSE)])}, strings=("2026-03-02",))).rows
    assert (row.said, [mark.code for mark in row.marks]) == (None, [code])


@pytest.mark.parametrize("number", ["41", "999"])
def test_a_figure_in_a_format_that_is_not_known_or_shows_nothing_is_marked(number: str) -> None:
    content = xlsx({"S": sheet([HEAD, (number_cell("A2", "5", 1), DOSE)])})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    styles = parts["xl/styles.xml"].replace('<xf numFmtId="201"/>', f'<xf numFmtId="{number}"/>')
    content = made.zipped({**parts, "xl/styles.xml": styles})
    assert [code for *_place, code in problems(read(content))] == ["figure_shown_otherwise"]


def test_days_count_from_1904_where_the_file_says_so() -> None:
    rows = sheet([HEAD, (number_cell("A2", 44621, made.DAY), DOSE)])
    assert cells(importing.open_file(xlsx({"S": rows}, is_1904=True)))[1][0] == "2026-03-02"


@pytest.mark.parametrize("days", ["2957003", "2958464.999999"])
def test_a_day_from_1904_after_the_last_one_is_marked(days: str) -> None:
    rows = sheet([HEAD, (number_cell("A2", days, made.DAY), DOSE)])
    [row] = read(xlsx({"S": rows}, is_1904=True)).rows
    assert [mark.code for mark in row.marks] == ["date_shown_otherwise"]


def test_a_cell_of_a_table_that_would_show_otherwise_than_it_is_is_marked() -> None:
    content = table(("2026-03-02", DOSE, "Take \u202egm 01"), head=(*HEAD, "Note"))
    [row] = read(content, "from", "dose", "note").rows
    assert (row.said, [mark.code for mark in row.marks]) == (None, ["cell_signs"])


def test_merged_cells_are_marked_in_each_row_that_they_cover() -> None:
    rows = sheet([HEAD, ("2026-03-02", DOSE), ("", DOSE)], merged=["A2:A3"])
    assert problems(read(xlsx({"S": rows}))) == [(2, "Date", "merged"), (3, "Date", "merged")]


@pytest.mark.parametrize(
    "cell",
    [
        made.text_cell("A2", "2026-03-02").replace("<is>", f"<is>{made.STRUCK}"),
        '<c r="A2" t="s"><v>0</v></c>',
        number_cell("A2", 46083, len(made.FORMATS)),
    ],
)
def test_what_is_struck_through_is_marked(cell: str) -> None:
    content = xlsx({"S": sheet([HEAD, (cell, DOSE)])}, struck=["2026-03-02"])
    assert problems(read(content)) == [(2, "Date", "struck")]


def test_a_hidden_row_is_marked() -> None:
    content = xlsx({"S": sheet([HEAD, ("2026-03-02", DOSE)]).replace('r="2"', 'r="2" hidden="1"')})
    assert {code for *_place, code in problems(read(content))} == {"row_hidden"}


@pytest.mark.parametrize("hiding", ['hidden="1"', 'width="0" customWidth="1"'])
def test_what_is_hidden_above_or_on_another_sheet_is_named(hiding) -> None:
    cols = f'<cols><col min="2" max="3" {hiding}/></cols>'
    rows = sheet([("Log of 2026",), (), (*HEAD, "Mood"), ("2026-03-02", DOSE, "low")])
    sheets = {f"S{n}": sheet([("x",)]) for n in range(52)}
    opened = importing.open_file(xlsx({"Log": cols + rows, **sheets}))
    [log, *others] = opened.sheets
    assert opened.unopened == ("S49", "S50", "S51")
    assert importing.other_sheets(opened, log) == tuple(sheets)
    assert importing.other_sheets(opened, others[0])[0] == "Log"
    found = importing.read_sheet(log, Matching(3, ("from", "dose", "")), LONDON)
    assert found.columns_hidden == ("Dose",)
    assert found.columns_left_out == ("Mood",)
    assert found.rows_above == ((1, "Log of 2026"),)
    assert found.is_understood


def test_a_hidden_sheet_is_offered_and_not_taken() -> None:
    opened = importing.open_file(xlsx({"Old": sheet([HEAD]), "Now": sheet([HEAD])}, hidden=["Old"]))
    assert [(each.name, each.is_hidden) for each in opened.sheets] == [
        ("Old", True),
        ("Now", False),
    ]
    found = importing.sheet_of(opened)
    assert found is not None
    assert found.name == "Now"


# Rows


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("03/04/2026", DOSE), "Date", "date_ambiguous"),
        (("3/4/26", DOSE), "Date", "year_two_digits"),
        (("31-Feb-2026", DOSE), "Date", "date_none"),
        (("", DOSE), "Date", "date_missing_here"),
        (("2026-03-29 01:30", DOSE), "Date", "time_skipped"),
        (("2026-10-25 01:30", DOSE), "Date", "time_comes_twice"),
        (("2026-03-02 08:00+05:00", DOSE), "Date", "offset_of_another_zone"),
        (("2026-03-02 08:00:30", DOSE), "Date", "clock_seconds"),
        (("2026-03-02", "2,5 mg three times a day"), "Dose", "comma"),
        (("2026-03-02", "5 mcg three times a day"), "Dose", "write_micrograms"),
        (("2026-03-02", "5 blobs three times a day"), "Dose", "unit_missing"),
        (("2026-03-02", "10 three times a day"), "Dose", "unit_missing"),
        (("2026-03-02", "5 mg tds"), "Dose", "latin"),
        (("2026-03-02", ""), "Dose", "dose_missing"),
        (("2026-03-02", DOSE, "beyond"), "", "cell_beyond"),
    ],
)
def test_what_is_not_understood_is_marked_at_its_row_and_column(row, column, code) -> None:
    found = read(table(("2026-01-01", DOSE), row))
    assert problems(found) == [(3, column, code)]
    assert [bool(each.said) for each in found.rows] == [True, False]
    assert f"row 3{f', column “{column}”' if column else ''}" in wording.mark_words(
        found.all_marks[0]
    )


@pytest.mark.parametrize(
    ("order", "said"),
    [("day-first", date(2026, 4, 3)), ("month-first", date(2026, 3, 4))],
)
def test_days_in_figures_are_read_as_the_person_says(order: str, said: date) -> None:
    content = table(("03/04/2026", DOSE))
    [sheet_] = importing.open_file(content).sheets
    assert importing.asks_for_order(sheet_, Matching(1, ("from", "dose"))) == ["03/04/2026"]
    [row] = read(content, order=order).rows
    assert row.said is not None
    assert row.said.effective == Effective(said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2019", Effective(date(2019, 1, 1), "year")),
        ("05/2019", Effective(date(2019, 5, 1), "month")),
        ("May 2019", Effective(date(2019, 5, 1), "month")),
        ("Mon 02-Mar-2026 at 08:05", Effective(date(2026, 3, 2), "day", time(8, 5), 0)),
        ("2026-10-25T01:30+01:00", Effective(date(2026, 10, 25), "day", time(1, 30), 60)),
    ],
)
def test_a_moment_is_read_as_finely_as_it_is_written(written: str, said: Effective) -> None:
    [row] = read(table((written, DOSE))).rows
    assert row.said is not None
    assert row.said.effective == said


def test_a_day_that_contradicts_what_was_said_of_the_file_is_marked() -> None:
    assert problems(read(table(("25/12/2026", DOSE)), order="month-first")) == [
        (2, "Date", "date_other_order")
    ]


def test_columns_of_amounts_and_of_times_of_day_make_one_dose() -> None:
    head = ("Date", "Morning (mg)", "Bedtime", "Kind", "Note")
    rows = ("2026-03-02", "5", "10 mg", "", "with food"), ("March 2026", "", "", "Withheld", "")
    first, second = read(table(*rows, head=head), "from", "morning", "bedtime", "kind", "note").rows
    assert first.said is not None
    assert wording.dosage_words(first.said.components) == (
        "5\u00a0mg in the morning; 10\u00a0mg at bedtime"
    )
    assert first.said.note == "with food"
    assert second.said is not None
    assert (second.said.kind, second.said.effective) == (
        "withhold",
        Effective(date(2026, 3, 1), "month"),
    )
    head = ("Date", "Amount", "Unit", "Timing")
    [row] = read(
        table(("2019", "25 to 50", "mg", "at bedtime"), head=head),
        *("from", "amount", "unit", "timing"),
    ).rows
    assert row.said is not None
    assert wording.dosage_words(row.said.components) == "25 to 50\u00a0mg at bedtime"


@pytest.mark.parametrize(
    ("kind", "dose", "code"),
    [
        ("stop", DOSE, "dose_beside_none"),
        ("dose", "stop", "kind_disagrees"),
        ("single", DOSE, "kind_disagrees"),
        ("pause", DOSE, "kind_unknown"),
        ("withhold", "stop", "kind_disagrees"),
    ],
)
def test_a_kind_and_a_dose_that_disagree_are_marked(kind: str, dose: str, code: str) -> None:
    content = table(("2026-03-02", kind, dose), head=("Date", "Kind", "Dose"))
    [mark] = read(content, "from", "kind", "dose").all_marks
    assert mark.code == code


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        (("", "dose"), "no_from"),
        (("from", ""), "no_dose"),
        (("from", "from"), "role_twice"),
    ],
)
def test_columns_that_do_not_make_a_log_are_refused(roles: tuple[str, ...], code: str) -> None:
    assert code in [mark.code for mark in read(table(("2026-03-02", DOSE)), *roles).marks]


@pytest.mark.parametrize("heading", ["Morning (mcg)", "Morning µg", "Morning (mg per week)"])
def test_a_heading_with_a_unit_that_is_not_read_takes_no_other_unit(heading: str) -> None:
    content = table(("2026-03-02", "17"), head=("Date", heading))
    [mark] = read(content, "from", "morning", unit="mg").all_marks
    assert (mark.place.column, mark.code) == (heading, "unit_missing")


@pytest.mark.parametrize("day", ["9999-12-31 23:00", "0001-01-01 00:10"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_clock_at_the_ends_of_time_is_refused(day: str, zone: str) -> None:
    with pytest.raises(NotUnderstood):
        read_moment(day, "", Days(ZoneInfo(zone)))


def test_a_table_without_headings_loses_no_row() -> None:
    content = table(("2026-03-09", DOSE), head=("2026-03-02", DOSE))
    assert [mark.code for mark in read(content).marks] == ["headings_missing"]


moments = st.one_of(
    st.dates(date(1990, 1, 1), date(2027, 1, 1)).map(Effective),
    st.dates(date(1990, 1, 1), date(2027, 1, 1)).map(
        lambda on: Effective(on.replace(day=1), "month")
    ),
    st.builds(
        lambda on, clock: Effective(on, "day", clock, 0),
        st.dates(date(2026, 1, 5), date(2026, 3, 20)),
        clocks,
    ),
)


@given(st.lists(st.tuples(moments, doses), min_size=1, max_size=4), st.booleans())
@settings(max_examples=40)
def test_what_is_written_as_pages_print_it_is_read_as_the_same(rows, as_spreadsheet) -> None:
    rows = [
        (moment, parts)
        for moment, parts in rows
        if len({part.timing.kind == "once" for part in parts}) == 1
    ]
    written = [
        (wording.effective_words(moment), wording.dosage_words(parts)) for moment, parts in rows
    ]
    content = xlsx({"S": sheet([HEAD, *written])}) if as_spreadsheet else table(*written)
    found = read(content)
    # A comma may part thousands or decimals: a file does not tell which.
    unclear = [re.search("[0-9],[0-9]{3}", dose) is not None for _moment, dose in written]
    assert [mark.code for mark in found.all_marks] == (
        ["comma"] * sum(unclear) if rows else ["no_rows"]
    )
    said = [row.said for row in found.rows if row.said]
    clear = [row for row, is_unclear in zip(rows, unclear, strict=True) if not is_unclear]
    assert [(each.effective, each.components) for each in said] == clear


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", " "])
@pytest.mark.parametrize(
    "dose", ["1{}000 mg at bedtime", "1,000{}mg at bedtime", "1{}200{}mg daily"]
)
def test_no_space_makes_thousands_of_a_figure(space, dose) -> None:
    written = dose.replace("{}", space)
    for unit in ("", "mg"):
        assert read(table(("2026-03-02", written)), unit=unit).rows[0].said is None
    cells = written.rpartition("mg")[0].strip(), "mg", "at bedtime"
    head = ("Date", "Amount", "Unit", "Timing")
    found = read(table(("2026-03-02", *cells), head=head), "from", "amount", "unit", "timing")
    assert found.rows[0].said is None
    found = read(table(("2026-03-02", cells[0])), "from", "morning", unit="mg")
    assert found.rows[0].said is None


def test_a_number_that_was_recorded_first_keeps_who_and_when() -> None:
    head = (*HEAD, "Who", "When")
    [row] = read(
        table(("2026-03-02", DOSE, "J. Lind", "3 Mar 2026 08:05"), head=head),
        *("from", "dose", "recorded_by", "recorded_at"),
    ).rows
    assert row.first is not None
    assert row.first.recorded_at is not None
    assert (row.first.recorded_by, row.first.recorded_at.time()) == ("J. Lind", time(8, 5))
