"""What stands in the way of reading typed text: codes, whose messages are in wording/typed.py."""

PROBLEMS = (
    # Doses.
    "amount_in_words",
    "amount_missing",
    "clock_unclear",
    "concentration_per",
    "days_unclear",
    "duration",
    "each_time_differs",
    "latin",
    "more_steps",
    "night",
    "not_understood",
    "nothing_typed",
    "once_unclear",
    "or_unclear",
    "per_day",
    "reach_unclear",
    "reason_unclear",
    "said_twice",
    "single_mixed",
    "slots_unnamed",
    "times_period_missing",
    "timing_clash",
    "timing_missing",
    "too_long",
    "total_unclear",
    "unit_missing",
    "unit_unclear",
    "weekday_disagrees",
    "weekday_unclear",
    "write_apart",
    "write_micrograms",
    "write_millilitres",
    "write_nanograms",
    "write_units",
    # Dates and intervals.
    "date_ambiguous",
    "date_none",
    "date_unknown",
    "interval_range",
    "interval_unknown",
    "interval_zero",
    "year_missing",
    "year_two_digits",
    # Tables.
    "column_unknown",
    "labels_disagree",
    "last_duration",
    "length_unclear",
    "paste_too_long",
    "slot_unclear",
    "start_unknown",
)


class NotUnderstood(ValueError):
    """Typed text was not understood: `code` says why, `at` is the span that it is about.

    `code` is one of PROBLEMS above, of dosing.PROBLEMS or of dosing.AMOUNT_ERRORS.
    """

    def __init__(self, code: str, at: tuple[int, int] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.at = at
