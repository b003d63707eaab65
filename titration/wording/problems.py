"""What is wrong with a typed dose, and what to do about it.

A message names the matter and never an amount: not the one typed, not one that would do.
"""

from django.utils.translation import gettext, gettext_noop

_MESSAGES = {
    # Figures: dosing.AMOUNT_ERRORS.
    "empty": gettext_noop("Write the amount in digits."),
    "comma": gettext_noop(
        "Write the figure without a comma: a point stands before decimals, and nothing parts "
        "the thousands."
    ),
    "exponent": gettext_noop("Write the figure out in full, with digits and a point only."),
    "sign": gettext_noop("Write the figure without a plus or minus sign."),
    "bare_dot": gettext_noop("Write a digit before the point and a digit after it."),
    "trailing_zero": gettext_noop(
        "Leave out zeros at the end of the decimals, and the point when nothing follows it."
    ),
    "leading_zero": gettext_noop(
        "Leave out zeros in front of the figure; one zero stands before the point only."
    ),
    "too_large": gettext_noop(
        "The figure has more than eight digits before the point and cannot be kept. Check the "
        "figure and its unit."
    ),
    "too_fine": gettext_noop(
        "The figure has more than six decimals and cannot be kept. Check the figure and its unit."
    ),
    "foreign_digits": gettext_noop("Write the figure with the digits 0 to 9."),
    "fraction": gettext_noop("Write decimals with a point, not a fraction."),
    "spaces": gettext_noop("Write the figure without spaces."),
    "range_order": gettext_noop(
        "Write the lower figure of a range first. The two figures must differ."
    ),
    "range_words": gettext_noop(
        "Write a range with the word “to” between the two figures, not with a dash."
    ),
    "not_a_number": gettext_noop(
        "Write only digits, with a point before decimals. The unit has a field of its own."
    ),
    # Shape: dosing.PROBLEMS.
    "all_zero": gettext_noop(
        "Every amount is zero. To record that the patient takes none, record a withhold or a stop."
    ),
    "amount_figure": gettext_noop("Write the amount again: it cannot be kept as it stands."),
    "anchor_missing": gettext_noop(
        "Write the day from which the days, weeks or months are counted."
    ),
    "anchor_unused": gettext_noop(
        "Leave out the day of counting: this timing is not counted from a day."
    ),
    "as_needed_for_unused": gettext_noop(
        "A reason for taking it as needed is written, but the dose is not marked as needed. Mark "
        "it, or leave the reason out."
    ),
    "changed_bounds": gettext_noop(
        "Write after how many whole hours it is changed, from 1 to 999, or leave that out."
    ),
    "clock_missing": gettext_noop("Write the clock time."),
    "clock_seconds": gettext_noop("Write clock times in hours and minutes."),
    "concentration_figure": gettext_noop("Write the concentration as a figure above zero."),
    "concentration_missing": gettext_noop(
        "Write the figure of the concentration, or leave its unit out."
    ),
    "concentration_unit_missing": gettext_noop("Choose the unit of the concentration."),
    "days_on_bounds": gettext_noop(
        "Write on how many days in a row it is taken, and on how many after them it is not."
    ),
    "empty_dose": gettext_noop("Write at least one amount and when it is taken."),
    "hours_need_times": gettext_noop(
        "Hours cannot be counted from a time of day. Choose a number of times in so many hours, "
        "or count in days, weeks or months."
    ),
    "instruction_alone": gettext_noop(
        "What is kept in words only has no amount, no timing and nothing beside it. Clear these, "
        "or choose when the amount is taken."
    ),
    "instruction_missing": gettext_noop("Write the instruction in words."),
    "kind_unknown": gettext_noop("Choose when the dose is taken."),
    "maximum_figure": gettext_noop(
        "Write the maximum again: a figure with its unit, a whole number of times, or both, in a "
        "whole number of hours."
    ),
    "maximum_hours_missing": gettext_noop("Write within how many hours the maximum holds."),
    "maximum_missing": gettext_noop(
        "Write the maximum itself, as an amount or a number of times, or leave its hours out."
    ),
    "maximum_range": gettext_noop("Write the maximum as one figure, not as a range."),
    "maximum_unused": gettext_noop(
        "A maximum is written, but the dose is not marked as needed. Mark it, or leave the "
        "maximum out."
    ),
    "maximum_zero": gettext_noop("Write a maximum above zero, or leave it out."),
    "period_bounds": gettext_noop(
        "Write the number of hours, days, weeks or months as a whole number from 1 to 999."
    ),
    "period_range": gettext_noop(
        "Write a range of hours, days, weeks or months with the lower number first, and no days "
        "of the week and no number of times a day beside it."
    ),
    "period_unit_unknown": gettext_noop("Choose hours, days, weeks or months."),
    "rate_missing": gettext_noop(
        "Choose whether the rate is per minute, per hour or per 24 hours."
    ),
    "repeated": gettext_noop("The same line is written twice. Leave one of them out."),
    "slot_missing": gettext_noop("Choose the time of day."),
    "text_controls": gettext_noop(
        "Write the text on one line, without hidden signs. Text pasted from elsewhere can hold "
        "such signs: type it instead."
    ),
    "times_bounds": gettext_noop("Write the number of times as a whole number from 1 to 99."),
    "times_missing": gettext_noop("Write how many times."),
    "times_range": gettext_noop("Write the lower number of times first."),
    "timing_extra": gettext_noop(
        "Something is written that does not belong to this kind of timing. Leave it out, or "
        "choose another kind."
    ),
    "unit_unknown": gettext_noop("Choose the unit from the list."),
    "volume_figure": gettext_noop("Write the volume as a figure above zero."),
    "weekdays_and_period": gettext_noop(
        "Named weekdays come every week, or in one of several weeks. Choose one of these, or "
        "leave the weekdays out."
    ),
    "weekdays_every_day": gettext_noop("All seven days are named: choose every day instead."),
    "weekdays_unknown": gettext_noop("Choose each weekday once, Monday first."),
    "window_empty": gettext_noop(
        "The rate starts and ends at the same time of day. Leave both out for the whole day."
    ),
    "window_half": gettext_noop("Write both the start and the end of this part of the day."),
    "window_missing": gettext_noop(
        "There are several rates: write for each from when to when it runs."
    ),
    "windows_overlap": gettext_noop("Two rates run at the same time of day. Correct their hours."),
    # What disagrees: dosing.DISAGREEMENTS.
    "strengths": gettext_noop(
        "The typed figures disagree: the strengths used do not add up to the amount. Check both."
    ),
    "concentration": gettext_noop(
        "The typed figures disagree: the volume and the concentration do not make the amount. "
        "Check all three."
    ),
}


def problem_words(code: str) -> str:
    """Say what a code of AMOUNT_ERRORS, PROBLEMS or DISAGREEMENTS means and what to do.

    Raises KeyError for any other code.
    """
    return gettext(_MESSAGES[code])
