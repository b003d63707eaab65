"""The dose calendar: what it says and never says, day by day and step by step, and who gets it."""

import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from access.models import AccessedPatient, AccessEvent, AccessKind, Role
from ledger import erasing
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import amount, at, in_words, rate, times
from tests.titration.exports import pages_of, readable, text_of
from tests.titration.factories import medicine_of, plan_of, planned_row, regimen_of, step_of
from tests.titration.issuing import (
    TODAY,
    copies,
    event,
    issue_of,
    recorded,
    revised,
    told,
    words_in,
)
from titration import actions
from titration.dosing import Component, Timing
from titration.exports import calendar, plan_copy
from titration.exports.calendar_rows import laid
from titration.exports.plan_copy import Options
from titration.wording.calendar import LABELS

pytestmark = pytest.mark.django_db

RECORD_ONLY = (
    "This is a record. It proposes no dose: every amount and date was written by the person named "
    "beside it."
)
CHECKING = "For checking only. This copy is not recorded as given out: do not hand it over."
START = date(2026, 11, 30)  # a Monday
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def made_regimen(module_db):
    clinic = ClinicFactory(name="Spasticity Clinic", telephone="01632 960100")
    prescriber = member(clinic, name="Dr A. Osei")
    patient = PatientFactory(
        clinic=clinic,
        by=prescriber,
        family_name="Novak",
        nhs_number="9434765919",
        record_number="QS-10442",
    )
    return regimen_of(patient, medicine_of(clinic, "Baclofen"), prescriber)


@pytest.fixture
def regimen(made_regimen, client, db):
    regimen = deepcopy(made_regimen)
    client.force_login(regimen.responsible)
    return regimen


@pytest.fixture
def clinic(regimen):
    return regimen.regimen.clinic


@pytest.fixture
def prescriber(regimen):
    return regimen.responsible


@pytest.fixture
def version(regimen):
    return plan_of(regimen)


def address(version, **query) -> str:
    return reverse("plan-calendar", args=[version.plan_id], query=query)


def options(**asked) -> Options:
    return Options(by="Dr A. Osei", at=NOW, **asked)


def made(version, **asked) -> bytes:
    return calendar.calendar_file(plan_copy.read(version.plan), options(**asked))


def said(version, **asked) -> str:
    return text_of(made(version, **asked))


def by_day(version, first=START, **asked) -> bytes:
    return made(version, rows="days", first=first, **asked)


def table_of(version, **asked):
    found = laid(plan_copy.read(version.plan), options(**asked))
    return found.tables[0]


def test_download_is_a_pdf_that_names_nobody_and_is_not_kept(client, version):
    response = client.get(address(version))

    assert response.headers["Content-Type"] == "application/pdf"
    assert "no-store" in response.headers["Cache-Control"]
    name = f"calendar-{str(version.plan_id)[:8]}-version-1-{TODAY:%Y-%m-%d}.pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.content.startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["plan-calendar", "plan-ical"])
def test_download_is_one_access_event_of_the_patient(client, version, prescriber, name):
    client.get(reverse(name, args=[version.plan_id]))

    event = AccessEvent.objects.latest("pk")
    assert (event.kind, event.route, event.user) == (AccessKind.EXPORT, name, prescriber)
    patient = version.plan.regimen.patient_id
    assert AccessedPatient.objects.get(event=event).patient == patient


def test_calendar_says_whose_it_is_and_who_signed_what_when(version):
    pages = pages_of(made(version))

    for page in pages:
        assert "NOVAK, Irena (Ms)" in page
        assert "Born 12-Mar-1961" in page
        assert "NHS No. 943 476 5919" in page
        assert "Record No. QS-10442" in page
        assert "Baclofen, tablet" in page
        assert "By mouth" in page
        assert "Spasticity Clinic" in page
        assert "Telephone 01632 960100" in page
        assert RECORD_ONLY in page
        assert f"Page 1 of {len(pages)}" in page
    signed = version.entry.recorded_at.strftime("%d-%b-%Y")
    assert f"Version 1, signed on {signed} by Dr A. Osei" in pages[0]


def test_amounts_at_times_of_day_stand_in_columns_of_their_own(regimen):
    version = plan_of(
        regimen,
        planned_row(START, at("bedtime", "13"), at("morning", "7")),
        planned_row("3 days", at("midday", "11"), at("morning", "17")),
    )

    table = table_of(version)

    assert table.slots == ["morning", "midday", "bedtime"]
    amounts = [
        {slot: [line.text for line in lines] for slot, lines in row.slots.items()}
        for row in table.rows
    ]
    assert amounts == [
        {"bedtime": ["13\u00a0mg"], "morning": ["7\u00a0mg"]},
        {"midday": ["11\u00a0mg"], "morning": ["17\u00a0mg"]},
    ]
    text = said(version)
    assert "From Morning Midday Bedtime Begun" in text
    assert "Monday 30-Nov-2026 7 mg no dose 13 mg" in text
    assert "Thursday 03-Dec-2026 17 mg 11 mg no dose" in text


def test_times_of_day_that_the_plan_was_written_in_have_columns(regimen):
    row = planned_row(START, at("morning", "7"))
    version = plan_of(regimen, row, slots=("morning", "evening"))

    assert table_of(version).slots == ["morning", "evening"]


def test_what_is_in_words_stands_on_the_calendar_as_it_was_typed(regimen):
    parts = at("night", "13"), in_words("17 by the ward chart")
    version = plan_of(regimen, planned_row(START, at("night", "7")), planned_row("3 days", *parts))

    [row] = table_of(version).rows[1:]
    assert [(line.text, line.is_typed, line.ticks) for line in row.lines] == [
        ("13\u00a0mg at night", False, 0),
        ("17 by the ward chart", True, 0),
    ]
    assert "totalled" not in said(version)
    days = laid(plan_copy.read(version.plan), options(rows="days", first=START))
    assert len(days.tables[0].rows) == 3, "no day is laid out through words"


def test_a_part_of_a_dose_in_words_looks_like_the_amounts_and_a_remark_like_less(regimen):
    parts = at("night", "13"), in_words("17 by the ward chart")
    row = replace(planned_row(START, *parts), words="ring the ward")

    [row] = table_of(plan_of(regimen, row)).rows
    assert [(line.text, line.is_dose) for line in row.lines] == [
        ("13\u00a0mg at night", True),
        ("17 by the ward chart", True),
        ("ring the ward", False),
    ]


def once(figures: str, unit: str = "mg", **more) -> Component:
    return Component(amount(figures, unit), Timing("once"), **more)


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        ((times(3, "7"),), "7 mg three times a day (7 mg each time)"),
        ((times(1, "7", period=6, period_unit="hour"),), "7 mg every 6 hours"),
        ((times(1, "7", weekdays=(1,)),), "7 mg once a week on MONDAY"),
        ((times(3, "7", period_unit="week"),), "7 mg three times a week (7 mg each time)"),
        ((at("morning", "7 to 11"),), "7 to 11 mg in the morning"),
        ((rate("211", "24 hours"),), "211 micrograms per 24 hours, continuously"),
        (
            (at("morning", "7", period=2),),
            "7 mg in the morning on alternate days, counted from 30-Nov-2026",
        ),
        ((Component(amount("7"), Timing("clock", clock=time(8, 30))),), "7 mg at 08:30"),
    ],
)
def test_what_is_no_daily_amount_at_a_time_of_day_is_written_out(regimen, dose, words):
    version = plan_of(
        regimen, planned_row(START, at("morning", "13")), planned_row("2 days", *dose)
    )
    # Written so that the plan begins with the row in question.
    alone = plan_of_rows(version, planned_row(START, *dose))

    assert words in said(alone)
    assert table_of(alone).slots == []


def plan_of_rows(version, *rows):
    """A version of the same plan that has these rows."""
    return revised(version, *rows)


def test_a_dose_in_words_beside_amounts_goes_across_all_columns(regimen):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "7")),
        planned_row("2 days", at("morning", "11"), times(2, "13")),
    )

    table = table_of(version)

    assert table.rows[1].slots == {}
    assert [line.text for line in table.rows[1].lines] == [
        "11\u00a0mg in the morning",
        "13\u00a0mg twice a day (13\u00a0mg each time)",
    ]
    assert table.has_besides  # so that the words do not stand below "Morning" alone


def test_what_is_taken_as_needed_stands_beside_and_has_no_box(regimen):
    needed = replace(
        times(None, "13"),
        as_needed=True,
        as_needed_for="spasms",
        maximum_times=3,
        maximum_hours=24,
    )
    version = plan_of(regimen, planned_row(START, at("morning", "7"), needed))

    [row] = table_of(version, rows="days", first=START).rows[:1]

    [line] = row.besides
    assert line.text.startswith("13\u00a0mg as needed for “spasms”")
    assert line.ticks == 0
    assert [line.ticks for line in row.slots["morning"]] == [1]


def test_rows_of_words_stops_and_reviews_are_told_in_words(regimen):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "7")),
        planned_row("2 weeks", kind="words", words="Blood test before the next step"),
        planned_row("review", at("morning", "11")),
        planned_row("1 month", kind="stop"),
        end="stop",
    )

    text = said(version)

    assert "Monday 14-Dec-2026 Blood test before the next step" in text
    assert "After your review; no date yet 11 mg" in text
    assert "1 month after the row before Stop" in text


def test_a_row_that_a_review_opened_has_its_day(regimen, prescriber):
    row = planned_row("review", at("morning", "11"))
    version = plan_of(regimen, planned_row(START, at("morning", "7")), row)
    copy = plan_copy.read(version.plan)
    opened = replace(copy, dates=(START, START + timedelta(days=9)))

    document = calendar.document(opened, options())

    [_first, second] = document["tables"][0]["rows"]
    assert [words["text"] for words in second["when"]] == ["Wednesday", "09-Dec-2026"]


def test_texts_of_the_prescriber_and_of_the_clinic_stand_below(version, regimen):
    version = revised(version)
    plan = plan_copy.read(version.plan)
    text = replace(
        plan.version.text, if_missed="Skip it.\nRing us.", if_unwell="Ring 111.", end="review"
    )
    plan = replace(plan, log=replace(plan.log, versions=(replace(plan.version, text=text),)))
    clinic_text = words_in(version.plan.clinic, "en-GB", {}, "We answer on weekdays.")

    words = text_of(calendar.calendar_file(plan, options(text=clinic_text)))

    assert "If doses are missed Skip it. Ring us." in words
    assert "If unwell Ring 111." in words
    assert "From the clinic We answer on weekdays." in words
    assert "The last dose continues until a review." in words


def test_nothing_stands_for_the_clinic_until_it_writes_it(version):
    assert "From the clinic" not in said(version)


# A row a day.


def rows_of_days(file: bytes) -> list[str]:
    """Each row of a calendar of days: from a weekday to the next."""
    names = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
    return re.findall(rf"(?:{names}) \d\d-\w{{3}}-\d{{4}}", text_of(file))


def test_a_dose_on_alternate_days_is_on_its_days_only(regimen):
    version = plan_of(regimen, planned_row(START, at("morning", "7", period=2)))

    text = text_of(by_day(version))

    assert "Monday 30-Nov-2026 7 mg" in text
    assert "Tuesday 01-Dec-2026 No dose on this day" in text
    assert "Wednesday 02-Dec-2026 7 mg" in text
    assert len(re.findall("7 mg", text)) == 46


def test_a_weekly_dose_stands_on_its_weekday_and_on_no_other(regimen):
    version = plan_of(regimen, planned_row(START, times(1, "7", weekdays=(3,))))

    text = text_of(by_day(version))

    assert "Wednesday 02-Dec-2026 7 mg once a week on WEDNESDAY" in text
    others = re.findall(r"(\w+) \d\d-\w{3}-\d{4} 7 mg", text)
    assert set(others) == {"Wednesday"}


def test_a_day_on_says_the_dose_of_that_day_and_a_day_off_that_there_is_none(regimen):
    dose = times(2, "5 to 7", times_to=3, period=7, days_on=5)
    version = plan_of(regimen, planned_row(START, dose))

    text = text_of(by_day(version))

    day = "5 to 7 mg two to three times a day (5 to 7 mg each time)"
    assert f"Friday 04-Dec-2026 {day} Saturday 05-Dec-2026 No dose on this day" in text
    assert f"Sunday 06-Dec-2026 No dose on this day Monday 07-Dec-2026 {day}" in text


def test_two_doses_of_different_days_are_each_on_their_own(regimen):
    version = plan_of(
        regimen,
        planned_row(
            START,
            at("morning", "7", period=2, anchor=START),
            at("morning", "11", period=2, anchor=START + timedelta(days=1)),
        ),
        planned_row("5 weeks", at("morning", "13")),
    )

    rows = table_of(version, rows="days", first=START + timedelta(days=1)).rows

    found = [[line.text for line in row.slots["morning"]] for row in rows[:4]]
    assert found == [["11\u00a0mg"], ["7\u00a0mg"], ["11\u00a0mg"], ["7\u00a0mg"]]


def test_boxes_are_as_many_as_the_times_of_a_day(regimen):
    version = plan_of(
        regimen,
        planned_row(START, times(3, "7"), times(1, "11", period=6, period_unit="hour")),
        planned_row("1 day", at("morning", "4"), at("bedtime", "0")),
        planned_row("1 day", rate("200", "24 hours")),
    )

    rows = table_of(version, rows="days", first=START).rows

    assert [line.ticks for line in rows[0].lines] == [3, 4]
    assert [line.ticks for slot in ("morning", "bedtime") for line in rows[1].slots[slot]] == [1, 0]
    assert [line.ticks for line in rows[2].lines] == [0]


def test_days_that_the_plan_does_not_say_are_left_to_the_steps_below(regimen):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "7")),
        planned_row("3 days", times(3, "11", period_unit="week")),
        planned_row("1 week", at("morning", "13")),
    )

    text = text_of(by_day(version))

    assert "Wednesday 02-Dec-2026 7 mg" in text
    assert "The days on this calendar end on 02-Dec-2026." in text
    after = text.partition("After these days")[2]
    assert "Thursday 03-Dec-2026 11 mg three times a week (11 mg each time)" in after
    assert "Thursday 10-Dec-2026 13 mg" in after
    assert "04-Dec-2026" not in text


def test_a_single_dose_stands_on_its_day(regimen):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "7")),
        planned_row("2 days", once("97"), kind="single"),
    )

    text = text_of(by_day(version))

    assert "Wednesday 02-Dec-2026 7 mg 97 mg once only" in text
    assert len(re.findall("97 mg", text)) == 1


def test_at_most_92_days_stand_in_one_file(regimen):
    version = plan_of(regimen, planned_row(START, at("morning", "7")))

    assert len(rows_of_days(by_day(version))) == 92
    assert "The days on this calendar end on 01-Mar-2027." in text_of(by_day(version))


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
@pytest.mark.parametrize("first", [date(2027, 3, 1), date(2027, 10, 15)])
def test_each_day_comes_once_across_a_change_of_the_clocks(clinic, regimen, zone, first):
    clinic.time_zone = zone
    clinic.save()
    version = plan_of(regimen, planned_row(first, at("morning", "7", period=2)))

    found = rows_of_days(by_day(version, first))

    days = [first + timedelta(days=n) for n in range(92)]
    assert found == [f"{day:%A %d-%b-%Y}" for day in days]


def test_no_row_is_cut_and_the_head_of_the_table_is_repeated(regimen):
    slots = ("morning", "breakfast", "midday", "lunch", "afternoon", "dinner", "bedtime")
    rows = [planned_row(START, *(at(slot, "7") for slot in slots))]
    rows += [
        planned_row("1 week", *(at(slot, str(figure)) for slot in slots), words=f"Step {figure}")
        for figure in range(11, 50)
    ]
    pages = pages_of(made(plan_of(regimen, *rows)))

    assert len(pages) > 3
    for page in pages[:-1]:
        assert "From Morning Breakfast Midday Lunch Afternoon Dinner Bedtime Begun" in page
    for figure in range(11, 50):
        holds = [page for page in pages if f"Step {figure}" in page]
        assert len(holds) == 1
        assert len(re.findall(rf"\b{figure} mg", holds[0])) == 7


def test_doses_are_written_large(version):
    sizes: list[tuple[float, str]] = []

    def visit(text, _cm, tm, _font, size):
        sizes.append((size * abs(tm[0] or tm[1]), text))

    for page in PdfReader(BytesIO(made(version))).pages:
        page.extract_text(visitor_text=visit)
    doses = [size for size, text in sizes if re.search(r"\bmg\b", text)]
    assert doses
    assert min(doses) >= 14


# Lines that a calendar never crosses.

UNITS = "mg|micrograms?|mL|g|units?|tablets?|patch(?:es)?|mmol"
NUMBER = re.compile(rf"([0-9][0-9,]*(?:\.[0-9]+)?)(?: to ([0-9.,]+))?\s(?:{UNITS})\b")


def numbers(text: str) -> set[str]:
    return {figure for pair in NUMBER.findall(text) for figure in pair if figure}


@pytest.mark.parametrize("rows", ["steps", "days"])
def test_every_number_with_a_unit_was_written(regimen, rows):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "1009"), at("midday", "0.307"), at("bedtime", "13")),
        planned_row("3 days", at("morning", "17", period=2), at("bedtime", "19", period=2)),
        planned_row("3 days", times(3, "23"), times(1, "29", period=5, period_unit="hour")),
        planned_row("3 days", times(2, "31 to 37")),
        planned_row("3 days", rate("211", "24 hours"), times(2, "41")),
        planned_row(
            "3 days",
            replace(
                at("morning", "43"),
                volume=Decimal("47"),
                concentration=Decimal("53"),
                concentration_unit="mg",
            ),
        ),
        planned_row("1 month", times(1, "59", weekdays=(1, 5))),
        planned_row("review", times(4, "61")),
    )
    small = {"0.307", "13", "17", "19", "23", "29", "31", "37", "41", "43", "47", "53", "59", "61"}
    written = {"1,009", "211"} | small

    text = said(version, rows=rows, first=START)

    assert numbers(text) <= written
    if rows == "steps":
        assert numbers(text) == written
        assert "per day" not in text.lower()


CASES = {
    "1 baclofen up": (
        [times(3, "5"), times(3, "10"), times(3, "15"), times(3, "20"), times(4, "20")],
        "3 days",
        ["5 mg three times a day (5 mg each time)", "20 mg four times a day (20 mg each time)"],
        {"5", "10", "15", "20"},
    ),
    "2 an uneven day": (
        [(at("morning", "5"), at("midday", "5"), at("bedtime", "10"))],
        "",
        ["Morning Midday Bedtime", "5 mg 5 mg 10 mg"],
        {"5", "10"},
    ),
    "3 into the spinal fluid": (
        [
            rate("200", "24 hours"),
            rate("220", "24 hours"),
            (
                rate("8", "hour", window_from=time(6), window_to=time(22)),
                rate("10.5", "hour", window_from=time(22), window_to=time(6)),
            ),
        ],
        "1 week",
        [
            "200 micrograms per 24 hours, continuously",
            "10.5 micrograms per hour, each day from 22:00 to 06:00 the next day",
        ],
        {"200", "220", "8", "10.5"},
    ),
    "4 the pack of 21 tablets": (
        [
            tuple(at(slot, figure) for slot, figure in zip(PACK, line.split("/"), strict=True))
            for PACK in [("breakfast", "lunch", "dinner", "bedtime")]
            for line in ("8/4/4/8", "4/4/4/8", "4/4/4/4", "4/4/0/4", "4/0/0/4", "4/0/0/0")
        ],
        "1 day",
        ["8 mg 4 mg 4 mg 8 mg", "4 mg 4 mg 0 mg 4 mg", "4 mg 0 mg 0 mg 0 mg"],
        {"8", "4", "0"},
    ),
    "5 lamotrigine": (
        [times(1, "25", period=2), times(1, "25"), times(1, "25 to 50"), times(1, "100 to 200")],
        "2 weeks",
        [
            "25 mg on alternate days, counted from 30-Nov-2026",
            "25 mg once a day",
            "25 to 50 mg once a day",
        ],
        {"25", "50", "100", "200"},
    ),
    "6 gabapentin": (
        [times(1, "300"), times(2, "300"), times(3, "300"), times(3, "600")],
        "1 day",
        ["300 mg once a day", "300 mg twice a day (300 mg each time)"],
        {"300", "600"},
    ),
}


@pytest.mark.parametrize("rows", ["steps", "days"])
@pytest.mark.parametrize("case", CASES)
def test_each_published_case_is_a_calendar_as_written(regimen, case, rows):
    doses, interval, words, figures = CASES[case]
    parts = [dose if isinstance(dose, tuple) else (dose,) for dose in doses]
    starts = [START, *[interval] * (len(parts) - 1)]
    version = plan_of(
        regimen, *(planned_row(on, *dose) for on, dose in zip(starts, parts, strict=True))
    )

    text = said(version, rows=rows, first=START)

    assert numbers(text) == figures
    assert all(each in text for each in words)


def test_the_trial_boluses_of_case_3_are_single_doses(regimen):
    rows = [
        planned_row(
            START + timedelta(days=n),
            once(
                figure,
                "microgram",
                volume=Decimal(volume),
                concentration=Decimal("50"),
                concentration_unit="microgram",
            ),
            kind="single",
        )
        for n, (figure, volume) in enumerate([("50", "1"), ("75", "1.5"), ("100", "2")])
    ]
    version = plan_of(regimen, *rows, planned_row("1 week", rate("200", "24 hours")))

    text = said(version)

    assert "Once only 75 micrograms once only, as 1.5 mL of 50 micrograms per mL" in text
    assert numbers(text) == {"50", "75", "100", "1", "1.5", "2", "200"}


# In the clinic's approved words.


def test_labels_are_the_clinics_words_where_it_approved_them(version):
    text = words_in(
        version.plan.clinic,
        "cy",
        {"calendar": "Calendr dosau", "from": "O", "missed": "Os collir dosau"},
        "Ffoniwch y clinig.",
    )

    words = said(version, text=text)

    assert "Calendr dosau" in words
    assert "Ffoniwch y clinig." in words
    assert "Dose calendar" not in words
    assert "Born 12-Mar-1961" in words  # no word was approved for it
    root: Any = PdfReader(BytesIO(made(version, text=text))).root_object
    assert root["/Lang"] == "cy"


def test_dates_are_in_one_language_or_the_other(version):
    some = {"month-3": "Maw"}
    welsh = ("Ion", "Chw", "Maw", "Ebr", "Mai", "Meh", "Gor", "Aws", "Med", "Hyd", "Tach", "Rhag")
    months = {f"month-{number}": word for number, word in enumerate(welsh, start=1)}
    assert "12-Mar-1961" in said(version, text=words_in(version.plan.clinic, "cy", some))
    assert "12-Maw-1961" in said(version, text=words_in(version.plan.clinic, "ga", months))


@pytest.mark.parametrize("language", ["ar", "zh-Hans", "ur", "pa", "am"])
def test_every_script_is_shown(version, language):
    labels = {
        "ar": {"calendar": "جدول الجرعات", "none": "لا جرعة", "version": "{version} {name} {date}"},
        "zh-Hans": {"calendar": "服药日历", "page": "第{page}页，共{pages}页"},
        "ur": {"calendar": "خوراک کا کیلنڈر"},
        "pa": {"calendar": "ਖੁਰਾਕ ਕੈਲੰਡਰ"},
        "am": {"calendar": "የመድኃኒት ቀን መቁጠሪያ"},
    }[language]

    words = said(version, text=words_in(version.plan.clinic, language, labels))

    assert "cannot be shown" not in words
    assert "5 mg three times a day (5 mg each time)" in words
    if language == "zh-Hans":
        assert "第1页，共1页" in words.replace(" ", "")


def lines_seen(file: bytes) -> list[str]:
    """The lines of the first page as an eye reads them, from the left of the sheet to the right."""
    pieces: dict[float, list[tuple[float, str]]] = {}

    def visit(text, cm, tm, _font, _size):
        if text.strip():
            x = tm[4] * cm[0] + cm[4]
            y = tm[5] * cm[3] + cm[5]
            pieces.setdefault(round(y), []).append((x, text))

    PdfReader(BytesIO(file)).pages[0].extract_text(visitor_text=visit)
    return [readable("".join(text for _x, text in sorted(line))) for line in pieces.values()]


def test_amounts_and_dates_keep_their_order_from_right_to_left(regimen):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "7"), at("bedtime", "1009")),
        planned_row("3 days", times(3, "11 to 13")),
        if_missed="Ring 01632 960100.",
    )
    labels = {"version": "الإصدار {version}، وقّعه {name} في {date}", "morning": "صباحًا"}

    file = made(version, text=words_in(version.plan.clinic, "ar", labels))

    lines = lines_seen(file)
    assert "30-Nov-2026" in lines
    assert "1,009 mg7 mg" in lines  # the morning stands to the right of bedtime
    assert any(line.startswith("11 to 13 mg three times a day") for line in lines)
    assert any("12-Mar-1961" in line for line in lines)
    assert any(f"{TODAY:%d-%b-%Y}" in line for line in lines)
    assert "Ring 01632 960100." in lines


def test_what_no_font_can_show_is_named(version):
    text = words_in(version.plan.clinic, "cy", {}, "Ffoniwch \ue000 y clinig.")

    words = said(version, text=text)

    assert "Ffoniwch [U+E000] y clinig." in words
    assert "1 character cannot be shown: U+E000" in words


def test_what_stands_in_english_is_told_before_it_is_given_out(version, client):
    words_in(version.plan.clinic, "cy", {"calendar": "Calendr dosau"})

    page = client.get(reverse("plan-issue", args=[version.plan_id])).text

    assert f"Welsh (cy): {len(LABELS)} things stand in English" in page
    assert "If doses are missed" in page
    assert "every dose that is written out in words" in page


def test_language_is_asked_for_in_the_address(client, version):
    words_in(version.plan.clinic, "cy", {"calendar": "Calendr dosau"})
    words_in(version.plan.clinic, "en-GB", {}, "We answer on weekdays.")

    assert "Calendr dosau" in text_of(client.get(address(version, language="cy")).content)
    assert "We answer on weekdays." in text_of(client.get(address(version)).content)
    assert client.get(address(version, language="fr")).status_code == 404


# What is given out, and what is not.


def test_a_copy_that_is_not_recorded_says_so_on_every_page(client, version):
    pages = pages_of(client.get(address(version)).content)
    assert all(CHECKING in page for page in pages)
    assert "Given out on" not in " ".join(pages)


def test_a_recorded_copy_has_its_day_and_no_such_mark(client, version):
    issue = issue_of(version)
    response = client.get(address(version, issue=issue.entry.subject))
    text = text_of(response.content)
    assert CHECKING not in text
    assert f"Given out on {TODAY:%d-%b-%Y}" in text


def test_a_copy_says_what_it_replaces(version):
    issue_of(version)
    second = revised(version)
    words = f"This replaces version 1, given out on {TODAY:%d-%b-%Y}. That copy no longer holds."
    assert words in said(second)


def test_the_file_of_a_copy_that_no_longer_holds_is_refused(client, version):
    issue = issue_of(version)
    second = revised(version)
    response = client.get(address(second, issue=issue.entry.subject))
    assert response.status_code == 409
    assert "This copy no longer holds." in response.text


def test_a_copy_of_another_plan_is_not_found(client, version, regimen, prescriber):
    patient = PatientFactory(clinic=version.plan.clinic)
    other = plan_of(regimen_of(patient, regimen.medicine.versions.get(), prescriber))
    issue = issue_of(other)
    assert client.get(address(version, issue=issue.entry.subject)).status_code == 404


NAMES = ["plan-calendar", "plan-ical", "plan-issue"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("paused", "The plan is paused."),
        ("withdrawn", "The plan was withdrawn."),
        ("completed", "The plan was completed."),
    ],
)
def test_a_plan_that_is_not_open_is_refused_with_what_to_do(client, version, name, kind, words):
    event(version, kind)
    response = client.get(reverse(name, args=[version.plan_id]))
    assert response.status_code == 409
    assert words in response.text
    assert reverse("plan", args=[version.plan_id]) in response.text


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_that_waits_for_its_prescriber_is_refused(client, version, regimen, name):
    step_of(regimen, TODAY, components=(times(3, "11"),))
    response = client.get(reverse(name, args=[version.plan_id]))
    assert response.status_code == 409
    assert "waits for its prescriber" in response.text


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_of_which_another_dose_was_recorded_is_refused(client, version, name):
    recorded(version, 0, times(3, "11"), on=START)
    response = client.get(reverse(name, args=[version.plan_id]))
    assert response.status_code == 409
    assert "signs a version that says what is taken now" in response.text


@pytest.mark.parametrize("name", NAMES)
def test_a_regimen_entered_in_error_is_refused(client, version, regimen, prescriber, name):
    actions.retract_regimen(regimen=regimen.regimen, reason="twice", reason_text="", by=prescriber)
    response = client.get(reverse(name, args=[version.plan_id]))
    assert response.status_code == 409
    assert "entered in error" in response.text


@pytest.mark.parametrize("name", NAMES)
def test_a_person_who_was_erased_is_refused(client, version, clinic, name):
    erasing.erase(
        clinic=clinic,
        patient=version.plan.regimen.patient_id,
        reason="request",
        by=member(clinic, Role.ADMINISTRATOR),
    )
    response = client.get(reverse(name, args=[version.plan_id]))
    assert response.status_code == 403
    assert "were erased" in response.text


@pytest.mark.parametrize("name", NAMES)
def test_a_view_of_the_past_is_not_given_out(client, version, name):
    number = version.entry.number
    response = client.get(reverse(name, args=[version.plan_id]), {"known": number})
    is_writing = name == "plan-issue"  # the page that also records that a copy was given out
    assert response.status_code == (400 if is_writing else 409)
    refusal = "writes in today’s record" if is_writing else "Only the plan as it stands now"
    assert refusal in response.text


def test_days_that_cannot_be_laid_out_are_refused_with_what_to_do(client, regimen):
    version = plan_of(regimen, planned_row(START, times(3, "7", period_unit="week")))
    response = client.get(address(version, rows="days", **{"from": "2026-11-30"}))
    assert response.status_code == 409
    assert "Choose a row a step" in response.text


@pytest.mark.parametrize("query", [{"rows": "weeks"}, {"from": "soon"}])
def test_an_address_that_is_not_understood_is_refused(client, version, query):
    assert client.get(address(version, **query)).status_code == 400


@pytest.mark.parametrize("name", ["plan-calendar", "plan-ical"])
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_roles_without_charts_get_no_copy(client, version, clinic, role, name):
    client.force_login(member(clinic, role))
    assert client.get(reverse(name, args=[version.plan_id])).status_code == 403


# The file itself.


def elements(reader: PdfReader):
    waiting = [reader.root_object["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting.extend(element)
        elif isinstance(element, dict):
            yield element
            if "/K" in element:
                waiting.append(element["/K"])


def test_file_is_accessible(version):
    reader = PdfReader(BytesIO(made(version)))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata.title == "NOVAK, Irena (Ms): Dose calendar"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    tags = {element.get("/S") for element in elements(reader)}
    assert {"/H1", "/Table", "/TH", "/TD"} <= tags


def test_the_same_plan_at_the_same_moment_gives_the_same_file(version):
    assert made(version) == made(version)


MARKUP = '*bold* = Heading #sys.inputs.history $x^2$ `raw` @ref <label> \\ #read("/etc/passwd") ] ['


def test_typed_text_is_never_markup(regimen):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "7"), words=MARKUP),
        if_missed=MARKUP,
        if_unwell=MARKUP,
    )
    shown = re.sub(r"\s", "", said(version))
    assert shown.count(re.sub(r"\s", "", readable(MARKUP))) == 3


def test_a_calendar_takes_the_same_queries_however_long_the_plan(
    client, regimen, django_assert_max_num_queries
):
    version = plan_of(
        regimen,
        planned_row(START, at("morning", "7")),
        *(planned_row("1 day", at("morning", str(n))) for n in range(11, 60)),
    )
    for _copy in range(4):
        issue_of(version)
    with django_assert_max_num_queries(26):
        client.get(address(version))


def test_a_copy_of_which_somebody_was_told_is_still_named_as_replaced(version):
    issue = issue_of(version)
    second = revised(version)
    told(issue)
    assert "This replaces version 1" in said(second)
    assert len(copies(second)) == 1
