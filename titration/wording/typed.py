"""What was not understood of a typed dose, date or table, and how to write it instead.

A message names the matter and never an amount: not the one typed, not one that would do.
"""

from django.utils.translation import gettext, gettext_noop

from titration.wording.problems import problem_words

_MESSAGES = {
    # Doses: what was typed.
    "amount_in_words": gettext_noop("Write the amount in digits, with decimals for its parts."),
    "amount_missing": gettext_noop("Write the amount that belongs to this timing."),
    "clock_unclear": gettext_noop("Write clock times by the 24-hour clock, in hours and minutes."),
    "concentration_per": gettext_noop(
        "A concentration is kept for each mL, and none is worked out. Where it is written for "
        "another volume, write it as the product, in quotation marks."
    ),
    "days_unclear": gettext_noop(
        "This may mean one day or several. Say how many times a day, and on which days."
    ),
    "duration": gettext_noop(
        "How long it lasts is not part of a dose: write it as the start of the next row."
    ),
    "each_time_differs": gettext_noop(
        "The amount said to be of each time is not the amount of the dose. Check both."
    ),
    "latin": gettext_noop(
        "Write this out in words, for example “once a day”, “three times a day”, “in the "
        "morning” or “as needed”."
    ),
    "more_steps": gettext_noop("Write each step of the plan in a row of its own."),
    "night": gettext_noop("Say which time is meant: “at bedtime”, “at night” or a clock time."),
    "not_understood": gettext_noop(
        "This part was not understood. Write it in other words. How it is taken may stand in "
        "quotation marks after the word “instruction”, and what has no amount after “in words”."
    ),
    "nothing_typed": gettext_noop("Nothing is written here."),
    "once_unclear": gettext_noop(
        "Write “once only” for a single dose, or “once a day” for one that comes every day."
    ),
    "or_unclear": gettext_noop(
        "Write “to” between two numbers that all between them may be. One of two that are not "
        "neighbours cannot be kept: write the one that is meant."
    ),
    "per_day": gettext_noop(
        "Write the amount of each time, and how many times or at which times of the day it is "
        "taken."
    ),
    "reach_unclear": gettext_noop(
        "It is not clear which of the amounts this belongs to: the days, the words “as needed”, or "
        "the product. Put a semicolon between the parts, and write beside each what holds for it."
    ),
    "reason_unclear": gettext_noop(
        "It is not clear where the reason ends. Put the reason in quotation marks."
    ),
    "said_twice": gettext_noop("This is said twice for one amount. Say it once."),
    "single_mixed": gettext_noop(
        "A single dose stands beside a dose that goes on. Write each in a row of its own."
    ),
    "slots_unnamed": gettext_noop(
        "Several figures are written without their times of day. Name the time of each."
    ),
    "times_period_missing": gettext_noop(
        "Say in which time: for example “twice a day” or “twice a week”."
    ),
    "timing_clash": gettext_noop(
        "These timings do not go together for one amount. Write one timing for each amount."
    ),
    "timing_missing": gettext_noop("Write when this amount is taken."),
    "too_long": gettext_noop("This is too long for one dose. Write each step in a row of its own."),
    "total_unclear": gettext_noop(
        "“Daily”, “weekly” or “monthly” beside other parts may be once in that time, or the total "
        "of the others. Write “once a day” or a time of day, and leave a total out."
    ),
    "unit_missing": gettext_noop("Write the unit after the figure."),
    "unit_unclear": gettext_noop("Write the unit out in full."),
    "weekday_disagrees": gettext_noop("The weekday is not that of the date. Check both."),
    "weekday_unclear": gettext_noop(
        "Say how often this weekday comes: for example “once a week on MONDAY” or “every MONDAY”."
    ),
    "write_apart": gettext_noop(
        "Several times of day share what is written beside the amount. Write each time with its "
        "own amount."
    ),
    "write_micrograms": gettext_noop("Write “micrograms” in full."),
    "write_millilitres": gettext_noop("Write “mL” for millilitres."),
    "write_nanograms": gettext_noop("Write “nanograms” in full."),
    "write_units": gettext_noop("Write “units” in full, or “million units”."),
    # Dates and intervals.
    "date_ambiguous": gettext_noop(
        "This date can be read in two ways. Write the month by its name."
    ),
    "date_none": gettext_noop("There is no such day. Check the date."),
    "date_unknown": gettext_noop(
        "Write the date as day, month by its name, and year in four digits."
    ),
    "interval_range": gettext_noop("Write one number of days, weeks or months, not a range."),
    "interval_unknown": gettext_noop("Write a whole number with the word days, weeks or months."),
    "interval_zero": gettext_noop("Write a number of days, weeks or months above zero."),
    "year_missing": gettext_noop("Write the year too, in four digits."),
    "year_two_digits": gettext_noop("Write the year in four digits."),
    # Tables.
    "column_unknown": gettext_noop(
        "It is not clear what this column holds. Write a heading over it, or move its text."
    ),
    "labels_disagree": gettext_noop(
        "The weeks, days or dates written do not follow on from the row before. Write when this "
        "row starts."
    ),
    "last_duration": gettext_noop(
        "It is written how long this row lasts, and no row follows. Write what comes after it."
    ),
    "paste_too_long": gettext_noop("This is too much for one plan. Paste it in parts."),
    "slot_unclear": gettext_noop(
        "This heading names no time of day that the record knows. Write for example “morning”, "
        "“evening”, “bedtime” or a clock time."
    ),
    "length_unclear": gettext_noop(
        "This may be the number of a day, a week or a month, or how long the row lasts. Write when "
        "the row starts, or head the column “Day”, or “Duration” with its days written out."
    ),
    "start_unknown": gettext_noop("It was not understood when this row starts. Write it again."),
}


def typed_problem_words(code: str) -> str:
    """Say what a code of typed.PROBLEMS, dosing.PROBLEMS or AMOUNT_ERRORS means.

    Raises KeyError for any other code.
    """
    return gettext(_MESSAGES[code]) if code in _MESSAGES else problem_words(code)
