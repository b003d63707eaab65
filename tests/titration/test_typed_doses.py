"""Doses as people type them: what is read, in the words that pages print, and what is marked."""

import pytest

from titration import dosing, typed, wording

# Typed, and the words in which pages say it.
READ = {
    # Times a day.
    "5 mg three times a day": "5 mg three times a day (5 mg each time)",
    "5 mg 3 times a day": "5 mg three times a day (5 mg each time)",
    "5mg 3x a day": "5 mg three times a day (5 mg each time)",
    "5 mg three times daily": "5 mg three times a day (5 mg each time)",
    "5 mg, three times a day": "5 mg three times a day (5 mg each time)",
    "Take 5 mg three times a day.": "5 mg three times a day (5 mg each time)",
    "5 mg three times a day (5 mg each time)": "5 mg three times a day (5 mg each time)",
    "25 mg daily": "25 mg once a day",
    "25 mg once daily": "25 mg once a day",
    "25 MG ONCE A DAY": "25 mg once a day",
    "25 to 50 mg twice a day": "25 to 50 mg twice a day (25 to 50 mg each time)",
    "25 mg to 50 mg once a day": "25 to 50 mg once a day",
    "1 to 2 tablets once a day": "1 to 2 tablets once a day",
    "0.5 mL once a day": "0.5 mL once a day",
    "2.5 millilitres once a day": "2.5 mL once a day",
    "100 Micrograms once a day": "100 micrograms once a day",
    "1 million units once a day": "1 million units once a day",
    "1,500\u00a0mg once a day": "1,500 mg once a day",
    "1500 mg once a day": "1,500 mg once a day",
    # Times of the day.
    "5mg morning, 5mg midday, 10mg bedtime": (
        "5 mg in the morning; 5 mg at midday; 10 mg at bedtime"
    ),
    "5 mg in the morning and 10 mg at bedtime": "5 mg in the morning; 10 mg at bedtime",
    "5 mg morning\n10 mg bedtime": "5 mg in the morning; 10 mg at bedtime",
    "Morning 5 mg, bedtime 10 mg": "5 mg in the morning; 10 mg at bedtime",
    "morning: 5 mg; bedtime: 10 mg": "5 mg in the morning; 10 mg at bedtime",
    "8 mg breakfast 4 mg lunch 4 mg dinner 8 mg bed": (
        "8 mg at breakfast; 4 mg at lunch; 4 mg at dinner; 8 mg at bedtime"
    ),
    "5 mg morning and evening": "5 mg in the morning; 5 mg in the evening",
    "5 mg every morning": "5 mg in the morning",
    "5 mg once a day in the morning": "5 mg in the morning",
    "5 mg twice a day: breakfast and dinner": "5 mg at breakfast; 5 mg at dinner",
    "10 mg 08:00 and 20:00": "10 mg at 08:00; 10 mg at 20:00",
    "10 mg at 8:00, 5 mg at 20:00": "10 mg at 08:00; 5 mg at 20:00",
    "10 mg at 0800 and at 20.30": "10 mg at 08:00; 10 mg at 20:30",
    "10 mg at 2000 hours": "10 mg at 20:00",
    "10 mg once every morning": "10 mg in the morning",
    "10 mg 8am and 8:30 pm": "10 mg at 08:00; 10 mg at 20:30",
    "75 mg morning, 150 mg at night": "75 mg in the morning; 150 mg at night",
    "5 mg nightly": "5 mg at night",
    "300 mg on alternate nights": "300 mg at night on alternate days",
    "5 mg once every other night": "5 mg at night on alternate days",
    # One or the other of two neighbours; the verbs of other routes; other units.
    "1 or 2 tablets at night": "1 to 2 tablets at night",
    "Apply 1 patch twice a week": "1 patch twice a week (1 patch each time)",
    "Inject 1000 international units once a day": "1,000 units once a day",
    "20 mEq once a day": "20 mEq once a day",
    # Hours, days, weeks and months.
    "10 mg every 6 hours": "10 mg every 6 hours",
    "10 mg 6-hourly": "10 mg every 6 hours",
    "10 mg every hour": "10 mg every hour",
    "25 mg on alternate days": "25 mg on alternate days",
    "25 mg every other day": "25 mg on alternate days",
    "25 mg every 2 days": "25 mg on alternate days",
    # Written ranges of times and of periods.
    "5 mg every 4 to 6 hours as needed": "5 mg every 4 to 6 hours, as needed",
    "5 mg 4 to 6 hourly": "5 mg every 4 to 6 hours",
    "5 mg once or twice a day": "5 mg once or twice a day (5 mg each time)",
    "5 mg 2 to 3 times a day": "5 mg two to three times a day (5 mg each time)",
    "5 mg two or three times daily": "5 mg two to three times a day (5 mg each time)",
    "5 mg every 2 to 3 days at bedtime": "5 mg at bedtime once every 2 to 3 days",
    "100 units every 12 to 16 weeks": "100 units once every 12 to 16 weeks",
    # Days on and days off.
    "140 mg once a day, days 1 to 5 of a 28-day cycle": (
        "140 mg once a day on the first 5 days of every 28 days"
    ),
    "5 mg in the morning on the first 21 days of every 28, counted from 16-Nov-2026": (
        "5 mg in the morning on the first 21 days of every 28 days, counted from 16-Nov-2026"
    ),
    "5 mg at bedtime, 5 days on, 2 days off": "5 mg at bedtime on the first 5 days of every 7 days",
    "5 mg twice a day 3 days on and 4 off": (
        "5 mg twice a day on the first 3 days of every 7 days (5 mg each time)"
    ),
    "5 mg every morning, 1 day on, 1 day off": "5 mg in the morning on alternate days",
    "1 g once a day, 2 weeks on, 1 week off": (
        "1 g once a day on the first 14 days of every 21 days"
    ),
    "40 mg once a fortnight": "40 mg once every 2 weeks",
    "10 mg every 3rd day": "10 mg once every 3 days",
    "5 micrograms per minute continuously": "5 micrograms per minute, continuously",
    "25 mg alternate days at bedtime": "25 mg at bedtime on alternate days",
    "25 mg twice a day on alternate days": (
        "25 mg twice a day on alternate days (25 mg each time)"
    ),
    "25 mg on alternate days, counted from 16 Nov 2026": (
        "25 mg on alternate days, counted from 16-Nov-2026"
    ),
    "25 mg every third day": "25 mg once every 3 days",
    "25 mg every 4 weeks": "25 mg once every 4 weeks",
    "25 mg fortnightly": "25 mg once every 2 weeks",
    "25 mg monthly": "25 mg once a month",
    "25 mg three times a week": "25 mg three times a week (25 mg each time)",
    "25 mg every 2 weeks, counted from Monday 16 November 2026": (
        "25 mg once every 2 weeks, counted from MONDAY 16-Nov-2026"
    ),
    # Named weekdays.
    "10 mg once a week on Monday": "10 mg once a week on MONDAY",
    "10 mg Mondays": "10 mg once a week on MONDAY",
    "10 mg every Monday": "10 mg once a week on MONDAY",
    "10 mg weekly on Monday": "10 mg once a week on MONDAY",
    "10 mg Mon, Wed and Fri": "10 mg on MONDAY, WEDNESDAY and FRIDAY",
    "3 mg Mon Wed Fri": "3 mg on MONDAY, WEDNESDAY and FRIDAY",
    "10 mg on friday and monday": "10 mg on MONDAY and FRIDAY",
    "10 mg twice a week on Mon and Thu": "10 mg on MONDAY and THURSDAY",
    "10 mg Monday to Friday": "10 mg on MONDAY, TUESDAY, WEDNESDAY, THURSDAY and FRIDAY",
    "10 mg at bedtime on Mondays": "10 mg at bedtime once a week on MONDAY",
    "10 mg every 2 weeks on Monday": "10 mg on MONDAY in one week of every 2 weeks",
    # Continuous.
    "200 micrograms per 24 hours": "200 micrograms per 24 hours, continuously",
    "200 micrograms/24 hours": "200 micrograms per 24 hours, continuously",
    "200 micrograms over 24 hours": "200 micrograms per 24 hours, continuously",
    "5 mg/hour": "5 mg per hour, continuously",
    "5 mg an hour from 08:00 to 20:00": "5 mg per hour, each day from 08:00 to 20:00",
    "5 mg per hour 20:00-08:00": "5 mg per hour, each day from 20:00 to 08:00 the next day",
    "25 micrograms per hour, changed every 72 hours": (
        "25 micrograms per hour, continuously, changed every 72 hours"
    ),
    "10 micrograms per hour, changed every week": (
        "10 micrograms per hour, continuously, changed every 7 days"
    ),
    # Once.
    "300 mg once": "300 mg once only",
    "300 mg once only": "300 mg once only",
    "300 mg as a single dose at 08:00": "300 mg once only at 08:00",
    # As needed.
    "5 mg as needed": "5 mg as needed (5 mg each time)",
    "5 mg when required for muscle spasm, max 20 mg in 24 hours": (
        "5 mg as needed for “muscle spasm” (5 mg each time), at most 20 mg in 24 hours"
    ),
    "5 mg every 6 hours if needed, no more than 4 times in 24 hours": (
        "5 mg every 6 hours, as needed, at most four times in 24 hours"
    ),
    '5 mg as needed for "pain at night"': "5 mg as needed for “pain at night” (5 mg each time)",
    "5 mg as needed, max 6 doses in 24 hours": (
        "5 mg as needed (5 mg each time), at most six times in 24 hours"
    ),
    # In words.
    "5 mg three times a day, instruction “before meals”": (
        "5 mg three times a day (5 mg each time), instruction “before meals”"
    ),
    "18 units at bedtime; in words “correction doses by the ward chart”": (
        "18 units at bedtime; in words, not totalled “correction doses by the ward chart”"
    ),
    "In words: “ten beads less every three days”": (
        "in words, not totalled “ten beads less every three days”"
    ),
    # What is written beside the amount.
    "75 micrograms once (1.5 mL)": "75 micrograms once only, volume 1.5 mL",
    "50 micrograms once (1 mL of 50 micrograms per mL)": (
        "50 micrograms once only, as 1 mL of 50 micrograms per mL"
    ),
    "15 mg at bedtime, strengths used “1 × 10 mg + half × 10 mg”": (
        "15 mg at bedtime, strengths used “1 × 10 mg + half × 10 mg”"
    ),
}

# Typed, the problem, and what of it is marked.
MARKED = {
    "": ("nothing_typed", None),
    "5 mcg once a day": ("write_micrograms", "mcg"),
    "5 µg once a day": ("write_micrograms", "µg"),
    "5 ng once a day": ("write_nanograms", "ng"),
    "10 U once a day": ("write_units", "U"),
    "10U once a day": ("write_units", "U"),
    "10 IU once a day": ("write_units", "IU"),
    "2 cc once a day": ("write_millilitres", "cc"),
    "2 l once a day": ("unit_unclear", "l"),
    "5 mg OD": ("latin", "OD"),
    "5 mg QD": ("latin", "QD"),
    "5 mg bd": ("latin", "bd"),
    "5 mg t.d.s.": ("latin", "t.d.s."),
    "5 mg qds": ("latin", "qds"),
    "5 mg nocte": ("latin", "nocte"),
    "5 mg mane": ("latin", "mane"),
    "5 mg prn": ("latin", "prn"),
    "5 mg q6h": ("latin", "q6h"),
    "5 mg at midnight": ("night", "at midnight"),
    "5 mg in the night": ("night", "in the night"),
    "5 mg twice nightly": ("timing_clash", "5 mg twice nightly"),
    "1 or 2 mg at night": ("or_unclear", "1 or 2"),
    "1 or 3 tablets at night": ("or_unclear", "1 or 3"),
    "10 mg at night (5 mL of 10 mg/5 mL)": ("concentration_per", "10 mg"),
    "5 mg in words “by the chart”": ("instruction_alone", "5 mg in words “by the chart”"),
    "in words “by the chart” at night": (
        "instruction_alone",
        "in words “by the chart” at night",
    ),
    "in words “ ”": ("instruction_missing", "in words “ ”"),
    "5 mg morning, 10 mg night, instruction “with food”": (
        "reach_unclear",
        "5 mg morning, 10 mg night, instruction “with food”",
    ),
    "5 three times a day": ("unit_missing", "5"),
    "5,5 mg once a day": ("comma", "5,5"),
    "1,500 mg once a day": ("comma", "1,500"),
    ".5 mg once a day": ("bare_dot", ".5"),
    "5. mg once a day": ("bare_dot", "5."),
    "5.0 mg once a day": ("trailing_zero", "5.0"),
    "05 mg once a day": ("leading_zero", "05"),
    "-5 mg once a day": ("sign", "-5"),
    "Morning -5 mg": ("sign", "-5"),
    "5-10 mg once a day": ("range_words", "5-10"),
    "10 to 5 mg once a day": ("range_order", "10 to 5"),
    "1/2 tablet once a day": ("fraction", "1/2"),
    "½ tablet once a day": ("fraction", "½"),
    "٥ mg once a day": ("foreign_digits", "٥"),
    "half a tablet once a day": ("amount_in_words", "half"),
    "two tablets once a day": ("amount_in_words", "two"),
    "8/4/4/8": ("slots_unnamed", "8/4/4/8"),
    "1-0-1": ("slots_unnamed", "1-0-1"),
    "5 mg": ("timing_missing", "5 mg"),
    "5 mg 10 mg bedtime": ("timing_missing", "5 mg"),
    "1 500 mg once a day": ("unit_missing", "1"),
    "morning": ("amount_missing", "morning"),
    "Mondays 5 mg: every 6 hours 5 mg": ("not_understood", ":"),
    "5 mg morning and": ("not_understood", "and"),
    "15 mg per day": ("per_day", "per day"),
    "15 mg/day": ("per_day", "/day"),
    "15 mg a day in three doses": ("per_day", "a day"),
    "80 mg daily in 4 divided doses": ("not_understood", "in"),
    "300 mg twice": ("times_period_missing", "twice"),
    "300 mg once in the morning": ("once_unclear", "once"),
    "10 mg once on Mondays": ("timing_clash", "10 mg once on Mondays"),
    "10 mg on Monday": ("weekday_unclear", "on Monday"),
    "10 mg once a week on Mon and Thu": ("timing_clash", "on Mon and Thu"),
    "10 mg daily on Mondays": ("timing_clash", "daily"),
    "10 mg twice every 3 days": ("days_unclear", "10 mg twice every 3 days"),
    "10 mg biweekly": ("not_understood", "biweekly"),
    "10 mg three times a day in the morning": (
        "timing_clash",
        "10 mg three times a day in the morning",
    ),
    "5 mg morning and 10 mg bedtime on alternate days": (
        "reach_unclear",
        "5 mg morning and 10 mg bedtime on alternate days",
    ),
    "5 mg morning, 10 mg bedtime, product “x”": (
        "reach_unclear",
        "5 mg morning, 10 mg bedtime, product “x”",
    ),
    "5 mg once a day for 3 days": ("duration", "for 3 days"),
    "5 mg once a day then 10 mg once a day": ("more_steps", "then"),
    "increase to 10 mg once a day": ("more_steps", "increase"),
    "5 mg 0800": ("leading_zero", "0800"),
    "5 mg at 2460": ("clock_unclear", "at 2460"),
    "5 mg at 8": ("clock_unclear", "at 8"),
    "5 mg at 24:00": ("clock_unclear", "at 24:00"),
    "5 mg at 12 am": ("clock_unclear", "at 12 am"),
    "5 mg three times a day (15 mg each time)": ("each_time_differs", "(15 mg each time)"),
    "5 mg three times a day (15 mg)": ("not_understood", "(15 mg"),
    "5 mg continuously": ("rate_missing", "5 mg continuously"),
    "5 mg as needed, max 4 in 24 hours": ("unit_missing", "4"),
    "5 mg as needed, at most 20 mg a day": ("maximum_hours_missing", "at most 20 mg"),
    "5 mg as needed for pain in the morning": ("reason_unclear", "pain in the morning"),
    "5 mg morning and evening as needed": ("write_apart", "5 mg morning and evening as needed"),
    "5 mg three to two times a day": ("times_range", "three"),
    "5 mg every 6 to 4 hours": ("period_range", "5 mg every 6 to 4 hours"),
    "5 mg every 4-6 hours": ("range_words", "every 4-6"),
    "5 mg every 8 or 12 hours": ("or_unclear", "8 or 12"),
    "5 mg 2 or 4 times a day": ("or_unclear", "2 or 4 times"),
    "5 mg 2 to 3 times": ("times_period_missing", "2 to 3 times"),
    "5 mg twice a day every 2 to 3 days": ("period_range", "5 mg twice a day every 2 to 3 days"),
    "5 mg 2 to 3 times a day in the morning": (
        "timing_clash",
        "5 mg 2 to 3 times a day in the morning",
    ),
    "10 mg 5 days on, 2 days off": ("timing_missing", "10 mg 5 days on, 2 days off"),
    "10 mg once a day, 0 days on, 2 days off": ("days_on_bounds", "0 days on, 2 days off"),
    "10 mg once a day on the first 7 days of every 7": (
        "days_on_bounds",
        "on the first 7 days of every 7",
    ),
    "10 mg on Mondays, 5 days on, 2 days off": ("timing_clash", "5 days on, 2 days off"),
    "5 mg once; 10 mg once a day": ("single_mixed", None),
    "30 mg daily, 10 mg three times a day": ("total_unclear", "30 mg daily"),
    "5 mg morning, 10 mg bedtime, 15 mg every day": ("total_unclear", "15 mg every day"),
    "35 mg weekly; 5 mg once a day": ("total_unclear", "35 mg weekly"),
    "0 mg once a day": ("all_zero", None),
    "5 mg once a day; 5 mg once a day": ("repeated", None),
    "25 mg on alternate days, counted from 3/4/2026": ("date_ambiguous", "3/4/2026"),
    "25 mg on alternate days, counted from Tuesday 16 Nov 2026": (
        "weekday_disagrees",
        "Tuesday 16 Nov 2026",
    ),
    "baclofen 5 mg once a day": ("not_understood", "baclofen"),
    "5 mg orally once a day": ("not_understood", "orally"),
    "nothing": ("not_understood", "nothing"),
    "5 mg once a day except Sundays": ("not_understood", "except"),
    "5 mg once a day\u202e": ("not_understood", "\u202e"),
}


@pytest.mark.parametrize("text", READ)
def test_a_dose_typed_in_plain_words_is_read(text: str) -> None:
    read = typed.read_dose(text)
    assert (read.problem, read.at) == ("", None)
    assert wording.dosage_words(read.components).replace("\u00a0", " ") == READ[text]


@pytest.mark.parametrize("text", MARKED)
def test_what_is_not_understood_is_marked_where_it_stands(text: str) -> None:
    read = typed.read_dose(text)
    problem, marked = MARKED[text]
    assert (read.kind, read.components, read.problem) == ("", (), problem)
    assert (text[slice(*read.at)] if read.at else None) == marked


@pytest.mark.parametrize("text", ["stop", "Stopped", "then stop", "then nothing", "Then nothing."])
def test_stopping_is_read_from_its_own_words_only(text: str) -> None:
    assert typed.read_dose(text) == typed.Read("stop")


@pytest.mark.parametrize("text", ["none", "nil", "0", "-", "stop in the evening", "do not stop"])
def test_other_words_never_stop_a_medicine(text: str) -> None:
    assert typed.read_dose(text, unit="mg").problem


def test_one_dose_taken_once_is_a_single_dose() -> None:
    assert typed.read_dose("300 mg once").kind == "single"
    assert typed.read_dose("300 mg once a day").kind == "dose"


def test_bare_figures_take_the_unit_that_is_given() -> None:
    read = typed.read_dose("5 morning, 10 to 15 bedtime", unit="mg")
    assert [part.amount.unit for part in read.components] == ["mg", "mg"]


def test_a_unit_that_is_typed_stays() -> None:
    (part,) = typed.read_dose("50 micrograms once a day", unit="mg").components
    assert part.amount.unit == "microgram"


def test_a_bare_figure_beside_another_unit_is_marked() -> None:
    text = "50 micrograms morning, 10 bedtime"
    read = typed.read_dose(text, unit="mg")
    assert (read.problem, text[slice(*read.at or ())]) == ("unit_missing", "10")


def test_what_stands_in_quotation_marks_is_kept_to_the_letter() -> None:
    (part,) = typed.read_dose("5 mg once a day, product “ Ż;\u00a01,5 mg (bd) ”").components
    assert part.product == " Ż;\u00a01,5 mg (bd) "


def test_days_may_be_counted_from_the_day_on_which_a_row_starts() -> None:
    (part,) = typed.read_dose("25 mg on alternate days").components
    assert part.timing.anchor is None
    assert dosing.check_component(part) == ["anchor_missing"]


def test_a_very_long_text_is_not_read() -> None:
    assert typed.read_dose("5 mg once a day; " * 1000).problem == "too_long"


@pytest.mark.parametrize("unit", dosing.UNITS)
def test_every_unit_is_read_as_pages_write_it(unit: str) -> None:
    for count in ("1", "2"):
        amount = dosing.Amount(*dosing.parse_figures(count), unit)
        assert typed.read_amount(wording.amount_words(amount)) == amount


@pytest.mark.parametrize("text", ["", "mg", "5 mg x", "5 mg 5 mg", "5 mcg", "5"])
def test_an_amount_with_anything_beside_it_is_refused(text: str) -> None:
    with pytest.raises(typed.NotUnderstood):
        typed.read_amount(text)


def test_every_problem_has_a_message_of_its_own() -> None:
    words = [wording.typed_problem_words(code) for code in typed.PROBLEMS]
    assert len(set(words)) == len(typed.PROBLEMS)
    for code in (*dosing.PROBLEMS, *dosing.AMOUNT_ERRORS):
        assert wording.typed_problem_words(code) == wording.problem_words(code)


def test_no_message_names_an_amount() -> None:
    for code in typed.PROBLEMS:
        assert not any(
            sign.isdigit() for sign in wording.typed_problem_words(code).replace("24-hour", "")
        )
