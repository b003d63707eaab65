"""Planned rows in words: when they start, what they say, and what keeps a plan from a signature."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from titration import dosing, planning
from titration.planning import Problem, Row
from titration.wording.dates import date_words
from titration.wording.doses import dosage_words
from titration.wording.memory import once_per_language
from titration.wording.problems import problem_words

_MESSAGES = {
    "date_bounds": gettext_noop("This date lies before 1900 or after 2999. Check the year."),
    "date_missing": gettext_noop("Write the date on which this row starts."),
    "days_of_each": gettext_noop(
        "Two parts are for the same time, and their days repeat after the same number of days, "
        "weeks or months. Write after each from which day it is counted, as in “counted from "
        "16-Nov-2026”."
    ),
    "dates_not_rising": gettext_noop(
        "This row does not start after the row before it. Check the two dates."
    ),
    "dose_beside_words": gettext_noop("A row of words only carries no amounts."),
    "dose_missing": gettext_noop("Write the dose of this row, or mark it as a row of words only."),
    "end_unknown": gettext_noop("Choose what happens at the end of the plan."),
    "first_row_undated": gettext_noop(
        "The first row has no row before it to count from. Write its date."
    ),
    "interval_bounds": gettext_noop("Write a whole number from 1 to 999."),
    "interval_missing": gettext_noop(
        "Write how many days, weeks or months after the row before this row starts."
    ),
    "no_rows": gettext_noop("Write at least one row."),
    "once_in_dose": gettext_noop(
        "A dose given once cannot stand in one row with a dose that continues."
    ),
    "purpose_unknown": gettext_noop("Choose what the plan is for."),
    "review_bounds": gettext_noop(
        "The date of the review lies before 1900 or after 2999. Check the year."
    ),
    "review_date_unused": gettext_noop(
        "The date of a review is written, but the plan does not end with a review."
    ),
    "row_twice": gettext_noop("A row stands in the plan twice. Copy it anew."),
    "single_not_once": gettext_noop(
        "A dose given once cannot stand in one row with a dose that continues."
    ),
    "start_extra": gettext_noop(
        "A row starts on a date, or so long after the row before, or after a review: one of them."
    ),
    "start_unknown": gettext_noop("Write when this row starts."),
    "stop_has_dose": gettext_noop("A row that stops the medicine carries no amounts."),
    "stop_missing": gettext_noop(
        "The plan ends with stopping the medicine: write the last row as the stop, with its date."
    ),
    "stop_not_last": gettext_noop(
        "Only the last row stops the medicine, in a plan whose end says that it stops."
    ),
    "text_signs": gettext_noop(
        "What is written for missed doses, for being unwell or as a note holds hidden signs, which "
        "text pasted from elsewhere can bring: type it instead."
    ),
    "too_many_rows": gettext_noop("A plan has at most 200 rows. Begin a second plan after it."),
    "words_missing": gettext_noop("Write the words of this row."),
    "words_signs": gettext_noop(
        "The words of this row hold hidden signs, which text pasted from elsewhere can bring: type "
        "them instead."
    ),
}


def plan_problem_words(problem: Problem) -> str:
    """What keeps a plan from being signed, with the row it belongs to."""
    code = problem.code
    says = _(_MESSAGES[code]) if code in _MESSAGES else problem_words(code)
    if problem.row is None:
        return says
    return _("Row %(row)s: %(problem)s") % {"row": problem.row + 1, "problem": says}


def start_words(row: Row, day: date | None) -> str:
    """When a row starts: its day where that is known, else what it waits for."""
    if day is not None:
        return date_words(day)
    if row.start == "review":
        return _("after a review; no date until the review is recorded")
    return interval_words(row.count or 0, row.unit)


def interval_words(count: int, unit: str) -> str:
    """How long after the row before a row starts: "2 weeks after the row before"."""
    return _interval((count, unit))


@once_per_language
def _interval(count_and_unit: tuple[int, str]) -> str:
    count, unit = count_and_unit
    match unit:
        case "week":
            words = ngettext(
                "%(count)s week after the row before", "%(count)s weeks after the row before", count
            )
        case "month":
            words = ngettext(
                "%(count)s month after the row before",
                "%(count)s months after the row before",
                count,
            )
        case _:
            words = ngettext(
                "%(count)s day after the row before", "%(count)s days after the row before", count
            )
    return words % {"count": count}


def row_words(row: Row, day: date | None = None) -> str:
    """What a row says: its dose, part by part on lines of their own, "Stop", or its own words.

    Patterns of days without a day of counting are counted from `day`, where that is known.
    """
    if row.kind == "stop":
        return _("Stop")
    if row.kind == "words":
        return row.words
    words = dosage_words(planning.anchored(row.components, day))
    if lacks_counting_day(row, day):
        return f"{words}\n{_('counted from the day on which this row starts')}"
    return words


def lacks_counting_day(row: Row, day: date | None) -> bool:
    """Whether a pattern of days of the row has nothing yet to be counted from."""
    return day is None and any(
        "anchor_missing" in dosing.check_component(part) for part in row.components
    )


def apart_words(days: int) -> str:
    """How far a recorded day lies from the planned one: "3 days after the planned date"."""
    if days == 0:
        return _("on the planned date")
    if days > 0:
        words = ngettext(
            "%(count)s day after the planned date", "%(count)s days after the planned date", days
        )
    else:
        words = ngettext(
            "%(count)s day before the planned date",
            "%(count)s days before the planned date",
            -days,
        )
    return words % {"count": abs(days)}
