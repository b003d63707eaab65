"""Real schedules typed into a draft: read in the same words, with every date and exact totals.

The published cases are test data (their sources are named in shared/cases), never defaults.
"""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from titration import document, dosing, planning, wording
from titration.document import Document
from titration.planning import PlanText

Typed = tuple[str, Any] | tuple[str, Any, str]


def drafted(*rows: Typed, **head: Any) -> Document:
    """A draft of rows typed as (when, dose in words or amounts by time of day, words beside)."""
    written = []
    for when, dose, *words in rows:
        cells = {"amounts": dose} if isinstance(dose, dict) else {"dose": dose}
        written.append(
            {"row": str(uuid4()), "when": when, "words": words[0] if words else "", **cells}
        )
    base = {"purpose": "titration", "unit": "mg", "end": "continue"}
    return document.tidy({**base, **head, "rows": written})


def read(found: Document) -> PlanText:
    text, problems = document.read(found)
    assert problems == ()
    assert text is not None
    again = document.document_of(
        text,
        unit=found["unit"],
        dose_words=wording.dosage_words,
        date_words=wording.date_words,
    )
    assert document.read(again) == (text, ())
    return text


def says(text: PlanText) -> list[tuple[str, str]]:
    """The day and the words of each row, with plain spaces."""
    days = planning.laid_dates(text.rows)
    return [
        (
            wording.date_words(day) if day else wording.start_words(row, None),
            wording.row_words(row, day).replace("\u00a0", " "),
        )
        for row, day in zip(text.rows, days, strict=True)
    ]


def totals(text: PlanText) -> list[str]:
    found = [dosing.total_per_day(row.components) for row in text.rows if row.kind == "dose"]
    return [wording.total_words(total).replace("\u00a0", " ") if total else "" for total in found]


def test_baclofen_by_mouth_up():
    doses = [f"{figure} mg three times a day" for figure in ("5", "10", "15", "20")]
    text = read(
        drafted(
            ("16 Nov 2026", doses[0]),
            *(("3 days", dose) for dose in doses[1:]),
            ("3 days", "", "Further changes as needed, not above 80 mg per day"),
        )
    )
    assert says(text) == [
        ("16-Nov-2026", "5 mg three times a day (5 mg each time)"),
        ("19-Nov-2026", "10 mg three times a day (10 mg each time)"),
        ("22-Nov-2026", "15 mg three times a day (15 mg each time)"),
        ("25-Nov-2026", "20 mg three times a day (20 mg each time)"),
        ("28-Nov-2026", "Further changes as needed, not above 80 mg per day"),
    ]
    assert totals(text) == ["15 mg", "30 mg", "45 mg", "60 mg"]


def test_baclofen_by_mouth_down_as_the_prescriber_writes_it():
    text = read(
        drafted(
            ("1 Dec 2026", "15 mg three times a day"),
            ("4 days", "10 mg three times a day"),
            ("3 days", "5 mg twice a day"),
            ("1 week", "Stop"),
            purpose="taper",
            end="stop",
        )
    )
    assert [day for day, _words in says(text)] == [
        "01-Dec-2026",
        "05-Dec-2026",
        "08-Dec-2026",
        "15-Dec-2026",
    ]
    assert totals(text) == ["45 mg", "30 mg", "10 mg"]
    assert text.rows[-1].kind == "stop"


def test_baclofen_on_an_uneven_day():
    text = read(drafted(("16 Nov 2026", {"morning": "5", "midday": "5", "bedtime": "10"})))
    assert says(text)[0][1] == "5 mg in the morning; 5 mg at midday; 10 mg at bedtime"
    assert totals(text) == ["20 mg"]


def test_baclofen_into_the_spinal_fluid():
    text = read(
        drafted(
            ("16 Nov 2026", "50 micrograms once only (1 mL of 50 micrograms per mL)"),
            ("1 day", "75 once only, as 1.5 mL of 50 micrograms per mL"),
            ("1 day", "100 micrograms once only, as 2 mL of 50 micrograms per mL"),
            ("after review", "200 micrograms per 24 hours continuously"),
            ("1 week", "220 micrograms per 24 hours continuously"),
            (
                "1 week",
                "8 micrograms per hour from 08:00 to 20:00; 12 per hour from 20:00 to 08:00",
            ),
            unit="microgram",
        )
    )
    assert [row.kind for row in text.rows] == ["single"] * 3 + ["dose"] * 3
    assert "as 1.5 mL of 50 micrograms per mL" in says(text)[1][1]
    assert says(text)[3] == (
        "after a review; no date until the review is recorded",
        "200 micrograms per 24 hours, continuously",
    )
    assert totals(text) == ["", "", ""]


def test_methylprednisolone_pack():
    lines = ["8/4/4/8", "4/4/4/8", "4/4/4/4", "4/4/0/4", "4/0/0/4", "4/0/0/0"]
    slots = ["breakfast", "lunch", "dinner", "bedtime"]
    rows = [
        ("1 day" if place else "16 Nov 2026", dict(zip(slots, line.split("/"), strict=True)))
        for place, line in enumerate(lines)
    ]
    text = read(drafted(*rows, ("1 day", "then nothing"), slots=slots, end="stop", purpose="taper"))
    assert totals(text) == ["24 mg", "20 mg", "16 mg", "12 mg", "8 mg", "4 mg"]
    assert "0 mg at dinner" in says(text)[3][1]
    assert says(text)[-1] == ("22-Nov-2026", "Stop")


def test_lamotrigine_beside_valproate():
    text = read(
        drafted(
            ("16 Nov 2026", "25 mg on alternate days"),
            ("2 weeks", "25 mg once a day"),
            ("2 weeks", "", "Then steps of 25 to 50 mg per day every 1 to 2 weeks"),
            ("after review", "100 to 200 mg once a day"),
        )
    )
    assert says(text)[0][1] == "25 mg on alternate days, counted from 16-Nov-2026"
    assert totals(text) == ["", "25 mg", "100 to 200 mg"], "alternate days have no daily figure"


def test_gabapentin():
    text = read(
        drafted(
            ("16 Nov 2026", "300 mg once a day"),
            ("1 day", "300 mg twice a day"),
            ("1 day", "300 mg three times a day"),
            ("after review", "600 mg three times a day"),
        )
    )
    assert totals(text) == ["300 mg", "600 mg", "900 mg", "1,800 mg"]


def test_a_taper_of_forty_rows_with_doses_on_alternate_days():
    rows = [("16 Nov 2026", "20 mg once a day")]
    for step in range(1, 39):
        dose = 20 - step / 2
        rows.append(("5 days", f"{dose:g} mg on alternate days; {dose + 0.5:g} mg at bedtime"))
    text = read(drafted(*rows, ("5 days", "Stop"), purpose="taper", end="stop"))
    days = planning.laid_dates(text.rows)
    assert len(text.rows) == 40
    assert days == tuple(date(2026, 11, 16) + timedelta(days=5 * n) for n in range(40))
    assert says(text)[1][1] == (
        "19.5 mg on alternate days, counted from 21-Nov-2026; 20 mg at bedtime"
    )
    assert totals(text) == ["20 mg", *[""] * 38]


def test_three_rows_of_different_length_and_size_stay_as_they_are():
    text = read(
        drafted(
            ("16 Nov 2026", {"morning": "37.5"}),
            ("11 days", {"morning": "31"}),
            ("3 weeks", {"morning": "7.25", "bedtime": "2"}),
            purpose="taper",
        )
    )
    assert says(text) == [
        ("16-Nov-2026", "37.5 mg in the morning"),
        ("27-Nov-2026", "31 mg in the morning"),
        ("18-Dec-2026", "7.25 mg in the morning; 2 mg at bedtime"),
    ]


def test_months_are_counted_from_the_thirty_first():
    text = read(drafted(("31 Jan 2027", "5 mg once a day"), *[("1 month", "7 mg once a day")] * 4))
    assert [day for day, _words in says(text)] == [
        "31-Jan-2027",
        "28-Feb-2027",
        "31-Mar-2027",
        "30-Apr-2027",
        "31-May-2027",
    ]
