"""Planned and recorded side by side, in words: what the picture of both shows, row by row.

It compares what was written with what was recorded and judges neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from patients.finished import NOTHING, html
from titration import dosing, planning, timeline, wording
from titration.planning import Carried
from titration.presenters.log import heading_words, quoted
from titration.presenters.plan_text import end_words
from titration.reading.planned import PlanLog

SHOWN_BEFORE, SHOWN_AFTER, MOST_SHOWN = 3, 6, 12
"""Of a longer plan: how many rows stand around the first open one."""

# Stands for a row in an address that is looked up once for a table.
SOME_ROW = UUID(int=0)

ROW = """
<tr{tone}>
<th scope="row" class="num" data-label="{row_label}">{number}</th>
<td data-label="{planned_label}"{date}>{planned}</td>
<td data-label="{dose_label}">{dose}{dose_total}{typed}</td>
{cells}
</tr>"""
RECORDED = """<td data-label="{recorded_label}"><span class="nowrap">{recorded}</span></td>
<td data-label="{given_label}">{given}{given_total}<br><span class="meta">{entry}</span></td>
<td data-label="{difference_label}"><span class="lines">{difference}</span></td>"""
NOT_RECORDED = """<td colspan="3" data-label="{recorded_label}">{words}{link}</td>"""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A planned row and what was recorded from it, ready to print; doses and days on their lines.

    `typed` is what was written beside the planned dose. `words` stand in place of a record where
    there is none, of a row that `is_open` or of one that was passed over.
    """

    row: UUID
    number: str
    planned: str
    dose: str
    dose_total: str
    typed: str
    recorded: str = ""
    given: str = ""
    given_total: str = ""
    entry: str = ""
    difference: str = ""
    words: str = ""
    is_open: bool = False
    is_dated: bool = False


@dataclass(frozen=True)
class PlannedTable:
    """The head of the table and its rows, finished; `hidden` rows of a long plan are left out.

    `end` says what comes after the last row.
    """

    labels: dict[str, str]
    rows: Sequence[SafeString]
    hidden: int
    length: int
    end: str


def planned_table(
    log: PlanLog,
    carried: Sequence[Carried],
    today: date,
    *,
    record_url: str = "",
    is_whole: bool = True,
) -> PlannedTable:
    """The rows of the newest version beside what was recorded from them, as of a clinic's day.

    `record_url` is where a step is recorded from SOME_ROW, "" where that cannot be. Unless it is to
    be whole, a long plan shows the rows around the first one that is still open.
    """
    labels = planned_labels()
    finished = {name: html("{label}", label=label) for name, label in labels.items()}
    first, last = (0, len(carried)) if is_whole else _window(carried, today)
    link = NOTHING
    if record_url:
        link = html(
            '<div class="on-screen"><a href="{url}">{words}</a></div>',
            url=record_url,
            words=_("Record this row"),
        )
    rows = [_finished(row, finished, link) for row in planned_rows(carried, today, first, last)]
    text = log.newest.text
    end = end_words(text.end, text.review_on)
    return PlannedTable(labels, rows, len(carried) - len(rows), len(carried), end)


def planned_labels() -> dict[str, str]:
    """The heads of the columns."""
    return {
        "row_label": _("Row"),
        "planned_label": _("Planned for"),
        "dose_label": _("Planned, as written"),
        "recorded_label": _("Recorded for"),
        "given_label": _("Recorded"),
        "difference_label": _("Difference"),
    }


def _window(carried: Sequence[Carried], today: date) -> tuple[int, int]:
    length = len(carried)
    if length <= MOST_SHOWN:
        return 0, length
    passed = planning.first_open(carried, today)
    first = min(max(0, passed - SHOWN_BEFORE), length - SHOWN_BEFORE - SHOWN_AFTER)
    return first, first + SHOWN_BEFORE + SHOWN_AFTER


def _finished(row: PlannedRow, labels: dict[str, SafeString], link: SafeString) -> SafeString:
    if row.entry:
        cells = html(
            RECORDED,
            **labels,
            recorded=row.recorded,
            given=_lines(row.given),
            given_total=_total_line(row.given_total),
            entry=row.entry,
            difference=row.difference,
        )
    else:
        to_row = SafeString(link.replace(str(SOME_ROW), str(row.row))) if row.is_open else NOTHING
        cells = html(NOT_RECORDED, **labels, words=row.words, link=to_row)
    return html(
        ROW,
        **labels,
        tone=NOTHING if row.entry or row.is_open else SafeString(' class="ahead"'),
        number=row.number,
        planned=row.planned,
        date=SafeString(' class="date"') if row.is_dated else NOTHING,
        dose=_lines(row.dose),
        dose_total=_total_line(row.dose_total),
        typed=html('<br><span class="lines">{words}</span>', words=row.typed)
        if row.typed and row.dose
        else _lines(row.typed),
        cells=cells,
    )


def _lines(words: str) -> SafeString:
    return html('<span class="lines">{words}</span>', words=words)


def _total_line(words: str) -> SafeString:
    return html('<br><span class="meta">{words}</span>', words=words) if words else NOTHING


def planned_rows(
    carried: Sequence[Carried], today: date, first: int = 0, last: int | None = None
) -> list[PlannedRow]:
    """The rows from place `first` up to `last`, as of a clinic's day."""
    places = range(first, len(carried) if last is None else last)
    return [_row(carried[place], place, today) for place in places]


def _row(each: Carried, place: int, today: date) -> PlannedRow:
    row, step, day = each.row, each.step, each.planned_on
    said: dict[str, Any] = {
        "number": str(place + 1),
        "planned": wording.weekday_words(day) if day else wording.start_words(row, None),
        "dose": "" if row.kind == "words" else wording.row_words(row, day),
        "dose_total": _total(row.components, is_single=row.kind == "single"),
        "typed": quoted(row.words),
        "is_dated": day is not None,
    }
    if step is None:
        is_open = each.is_open(today)
        words = nothing_words(each, today)
        if not is_open:
            words = _("Passed over: a later row was recorded.")
        return PlannedRow(row.row, **said, words=words, is_open=is_open)
    effective = step.effective
    is_day = effective.precision == "day" and effective.time is None
    given = [heading_words(step.kind), wording.dosage_words(step.components)]
    difference = ["" if each.days is None else wording.apart_words(each.days), changed_words(each)]
    return PlannedRow(
        row.row,
        **said,
        recorded=wording.weekday_words(effective.on)
        if is_day
        else wording.effective_words(effective),
        given="\n".join(filter(None, given)),
        given_total=_total(step.components, is_single=step.kind == timeline.SINGLE),
        entry=_("entry %(number)s") % {"number": f"{step.number:,}"},
        difference="\n".join(filter(None, difference)),
    )


def _total(components: Sequence[dosing.Component], *, is_single: bool) -> str:
    """The labelled total per day, unless the dose says it itself: one part, once a day."""
    total = None if is_single else dosing.total_per_day(components)
    if total is None or (
        len(components) == 1 and dosing.times_per_day(components[0].timing) == (1, 1)
    ):
        return ""
    return wording.total_sentence(total)


def nothing_words(each: Carried, today: date) -> str:
    """What stands in place of a record of an open row: "Planned for 16-Nov-2026, nothing recorded".

    Of a day that has not come it only says that nothing is recorded.
    """
    if each.planned_on is None or each.planned_on > today:
        return _("Nothing recorded yet")
    return _("Planned for %(date)s, nothing recorded") % {
        "date": wording.date_words(each.planned_on)
    }


def changed_words(each: Carried) -> str:
    """Whether a recorded row is as planned; by how much the total differs, where two compare."""
    step, row = each.step, each.row
    if step is None or row.kind == "words":
        return ""
    if not each.is_changed:
        return _("as planned")
    if row.kind != "dose" or step.kind == timeline.SINGLE:
        return _("changed")
    total = dosing.total_per_day(step.components)
    difference = dosing.difference(total, dosing.total_per_day(row.components))
    if total is None or difference is None:
        return _("changed")
    return _("changed: total per day %(difference)s") % {
        "difference": wording.difference_words(difference, total.unit)
        if difference
        else _("the same")
    }
