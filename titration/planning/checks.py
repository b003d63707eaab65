"""Whether a plan has a shape that can be signed and carried out without doubt. Judges no amount."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from uuid import UUID

from titration import dosing
from titration.planning.dates import anchored, laid_dates
from titration.planning.shapes import (
    ENDS,
    INTERVAL_UNITS,
    MOST_ROWS,
    PURPOSES,
    ROW_KINDS,
    STARTS,
    PlanText,
    Row,
)

PROBLEMS = (
    "date_bounds",
    "date_missing",
    "days_of_each",
    "dates_not_rising",
    "dose_beside_words",
    "dose_missing",
    "end_unknown",
    "first_row_undated",
    "interval_bounds",
    "interval_missing",
    "no_rows",
    "once_in_dose",
    "purpose_unknown",
    "review_bounds",
    "review_date_unused",
    "row_twice",
    "single_not_once",
    "start_extra",
    "start_unknown",
    "stop_has_dose",
    "stop_missing",
    "stop_not_last",
    "text_signs",
    "too_many_rows",
    "words_missing",
    "words_signs",
)

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
# Signs that do not show, or turn the direction of writing so that words show in another order than
# they are kept; line breaks and tabs are writing.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

ANY_DAY = date(2000, 1, 1)  # a day of counting for a row whose day is not known yet


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a plan from being signed. `row` is the place of the row, none for the whole.

    `code` is one of PROBLEMS, or of dosing.PROBLEMS for a row's dose.
    """

    row: int | None
    code: str


def check_plan(text: PlanText) -> list[Problem]:
    """Every problem of a plan, in the order of its rows; an empty list when it can be signed."""
    problems = [Problem(None, code) for code in _of_whole(text)]
    for place, row in enumerate(text.rows):
        problems += [Problem(place, code) for code in dict.fromkeys(_of_row(text, place, row))]
    problems += [
        Problem(place, "date_bounds")
        for place, day in enumerate(laid_dates(text.rows))
        if not _is_within(day)
    ]
    problems += check_order(text.rows)
    return problems


def _is_within(day: date | None) -> bool:
    return day is None or FIRST_DAY <= day <= LAST_DAY


def _of_whole(text: PlanText) -> Iterator[str]:
    if text.purpose not in PURPOSES:
        yield "purpose_unknown"
    if text.end not in ENDS:
        yield "end_unknown"
    if text.review_on is not None and text.end != "review":
        yield "review_date_unused"
    if not _is_within(text.review_on):
        yield "review_bounds"
    if any(map(HIDDEN.search, (text.if_missed, text.if_unwell, text.note))):
        yield "text_signs"
    if not text.rows:
        yield "no_rows"
    if len(text.rows) > MOST_ROWS:
        yield "too_many_rows"
    if len({row.row for row in text.rows}) < len(text.rows):
        yield "row_twice"
    if text.end == "stop" and text.rows and text.rows[-1].kind != "stop":
        yield "stop_missing"


def _of_row(text: PlanText, place: int, row: Row) -> Iterator[str]:
    if row.start not in STARTS:
        yield "start_unknown"
    elif place == 0 and row.start == "after":
        yield "first_row_undated"
    yield from _start(row)
    if HIDDEN.search(row.words):
        yield "words_signs"
    match row.kind:
        case "words":
            if not row.words.strip():
                yield "words_missing"
            if row.components:
                yield "dose_beside_words"
        case "stop":
            if row.components:
                yield "stop_has_dose"
            if place != len(text.rows) - 1 or text.end != "stop":
                yield "stop_not_last"
        case kind if kind in ROW_KINDS:
            yield from _dose(row)
        case _:
            yield "dose_missing"


def _start(row: Row) -> Iterator[str]:
    if row.start == "on" and row.on is None:
        yield "date_missing"
    if row.start == "after":
        if row.count is None or row.unit not in INTERVAL_UNITS:
            yield "interval_missing"
        elif not 1 <= row.count <= 999:
            yield "interval_bounds"
    if (row.start != "on" and row.on is not None) or (
        row.start != "after" and (row.count is not None or row.unit)
    ):
        yield "start_extra"


def _dose(row: Row) -> Iterator[str]:
    if not row.components:
        yield "dose_missing"
        return
    yield from dosing.check_components(anchored(row.components, ANY_DAY))
    if _share_their_days(row):
        yield "days_of_each"
    is_once = [part.timing.kind == "once" for part in row.components]
    if row.kind == "single" and not all(is_once):
        yield "single_not_once"
    if row.kind == "dose" and any(is_once):
        yield "once_in_dose"


def _share_their_days(row: Row) -> bool:
    """Whether two parts are for one time of day and days of one length, counted from no day.

    "10 mg at bedtime on alternate days; 5 mg at bedtime on alternate days" is mostly meant by
    turns, and would be taken together on one day and not at all on the next. So are 10 mg on 5 days
    on and 2 off, and 5 mg on 2 days on and 5 off.
    """
    counted = [
        replace(part.timing, days_on=None)
        for part in row.components
        if anchored([part], ANY_DAY) != (part,) and not part.as_needed
    ]
    return len(set(counted)) < len(counted)


def check_order(rows: Sequence[Row], opened: Mapping[UUID, date] | None = None) -> list[Problem]:
    """Rows whose day is not after the day of the dated row before; `opened` as in laid_dates."""
    days = laid_dates(rows, opened)
    dated = [(place, day) for place, day in enumerate(days) if day is not None]
    return [
        Problem(place, "dates_not_rising")
        for (_before, earlier), (place, day) in pairwise(dated)
        if day <= earlier
    ]
