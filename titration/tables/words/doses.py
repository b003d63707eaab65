"""What each column of a part of a dose holds, in words."""

from django.utils.translation import gettext_lazy as _

DOSE_WORDS = {
    "low": _("The amount; the lower one of a written range."),
    "high": _("The higher amount of a written range; empty without one."),
    "unit": _("Unit of the amount."),
    "timing": _(
        "How it is timed: once, at a slot, at a clock time, so many times, continuously; or in "
        "words only, without an amount."
    ),
    "slot": _("The time of day in words."),
    "clock": _("The clock time; local."),
    "times": _("How many times in each period."),
    "times_to": _("The higher number of a written range of times; empty without one."),
    "period": _("How many units of time the period has."),
    "period_to": _("The higher number of a written range of periods; empty without one."),
    "period_unit": _("Unit of the period."),
    "days_on": _("Of periods of days: on how many of their first days; empty for one."),
    "anchor": _("Day from which periods are counted."),
    "weekdays": _("Named days of the week: 1 for Monday to 7 for Sunday, one after the other."),
    "window_from": _("Clock time at which a rate begins each day."),
    "window_to": _("Clock time at which it ends."),
    "rate_per": _("Of a rate: for each minute, each hour, or each 24 hours."),
    "changed_every_hours": _("After how many hours a patch or a bag is changed."),
    "as_needed": _("Whether it is taken as needed."),
    "as_needed_for": _("What it is needed for, as typed."),
    "maximum_low": _("The most that is written, by amount."),
    "maximum_high": _("The higher amount where the most is a range."),
    "maximum_unit": _("Unit of the most."),
    "maximum_times": _("The most that is written, by times."),
    "maximum_hours": _("In how many hours that most counts."),
    "strengths": _("Strengths used, as typed."),
    "volume": _("Volume in mL, as typed."),
    "concentration": _("Amount in each mL, as typed."),
    "concentration_unit": _("Unit of that amount."),
    "product": _("Product as supplied, as typed."),
    "calculation": _("Calculation as typed."),
    "instruction": _("How it is taken in words, as typed; without an amount, all that is said."),
}
"""By column, in every table of parts of doses."""
