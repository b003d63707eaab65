"""When the rows of a pasted plan start, from what is written beside them and beside the row before.

No date is worked out: a row has the date that is written, or the interval from the row before
that its number, or the length of the row before, states.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from titration.typed.dates import MOST, Interval
from titration.typed.labels import Label

Start = date | Interval | None


def starts(
    labels: Sequence[Label], lasting: Sequence[Interval | None]
) -> tuple[list[Start], list[tuple[int, str]]]:
    """The start of each row, and the problems as pairs of a row's place and a code.

    `lasting` says how long each row lasts, where that is written.
    """
    found: list[Start] = []
    problems: list[tuple[int, str]] = []
    for n, label in enumerate(labels):
        if n == 0:
            found.append(label.on or label.after)
            continue
        start, agrees = _start(label, labels[n - 1], lasting[n - 1])
        found.append(start)
        if not agrees:
            problems.append((n, "labels_disagree"))
    if labels and (lasting[-1] or labels[-1].last or labels[-1].until):
        problems.append((len(labels) - 1, "last_duration"))
    return found, problems


def _start(label: Label, before: Label, lasted: Interval | None) -> tuple[Start, bool]:
    """When a row starts, and whether all that is written of it agrees."""
    stated = [interval for interval in (label.after, lasted) if interval]
    agrees = True
    if label.kind:
        step = label.first - before.first
        follows = label.kind == before.kind and 0 < step <= MOST
        if before.last and label.first != before.last + 1:
            follows = False
        if follows:
            stated.append(Interval(step, label.kind))
        else:
            agrees = False
    if len({_in_days(interval) for interval in stated}) > 1:
        agrees = False
    if label.on:
        if before.on:
            agrees = agrees and _dates_agree(label.on, before, stated)
        return label.on, agrees
    return (stated[0] if stated and agrees else None), agrees


def _dates_agree(on: date, before: Label, stated: Sequence[Interval]) -> bool:
    if before.on is None or on <= before.on:
        return False
    if before.until and before.until + timedelta(days=1) != on:
        return False
    days = [
        interval.count * {"day": 1, "week": 7}[interval.unit]
        for interval in stated
        if interval.unit != "month"
    ]
    return all(before.on + timedelta(days=count) == on for count in days)


def _in_days(interval: Interval) -> tuple[int, str]:
    if interval.unit == "week":
        return interval.count * 7, "day"
    return interval.count, interval.unit
