"""The remaining rows of a plan, moved by a typed number of days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from titration.planning.shapes import Row


def move_dates(
    rows: Sequence[Row], days: Sequence[date | None], place: int, by: int
) -> tuple[Row, ...]:
    """The rows with those from `place` on `by` days later, or earlier where `by` is negative.

    `days` are those on which the rows start now (`laid_dates`). What is written as a date, or was
    opened by a review, is a date that many days on, and so is the first that moves; the rows that
    count from the row before them move with it. Doses, words and typed intervals stay as they are,
    and so do rows that wait for a review. Raises OverflowError past the years 1 to 9999.
    """
    return (
        *rows[:place],
        *(
            _moved(row, day, by, is_first=row is rows[place])
            for row, day in zip(rows[place:], days[place:], strict=True)
        ),
    )


def _moved(row: Row, day: date | None, by: int, *, is_first: bool) -> Row:
    if day is None or (row.start == "after" and not is_first):
        return row
    return replace(row, start="on", on=day + timedelta(days=by), count=None, unit="")
