"""Planned and recorded side by side, in words: what the picture of both shows, row by row.

It compares what was written with what was recorded and judges neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from patients.finished import NOTHING, html
from titration import dosing, planning, timeline, wording
from titration.planned import PlanLog
from titration.planning import Carried
from titration.presenters.log import heading_words
from titration.presenters.plan_text import end_words
from titration.timeline import StepRecord

SHOWN_BEFORE, SHOWN_AFTER, MOST_SHOWN = 3, 6, 12
"""Of a longer plan: how many rows stand around the first open one."""

# Stands for a row in an address that is looked up once for a table.
SOME_ROW = UUID(int=0)

ROW = """
<tr{tone}>
<th scope="row" class="num">{number}</th>
<td data-label="{planned_label}">{planned}</td>
<td data-label="{dose_label}">{dose}</td>
{cells}
</tr>"""
RECORDED = """<td data-label="{recorded_label}">{moment}</td>
<td data-label="{given_label}">{given}</td>
<td data-label="{difference_label}">{difference}</td>"""
NOT_RECORDED = """<td colspan="3" data-label="{recorded_label}">{words}{link}</td>"""


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
    labels = _labels()
    finished = {name: html("{label}", label=label) for name, label in labels.items()}
    passed = len(carried) - len(planning.open_rows(carried))
    first, last = (0, len(carried)) if is_whole else _window(len(carried), passed)
    link = _link(record_url) if record_url else NOTHING
    rows = []
    for place in range(first, last):
        each = carried[place]
        if each.step is not None:
            cells = _recorded(each, each.step, finished)
        elif place < passed:
            cells = _not_recorded(_("Passed over: a later row was recorded."), NOTHING, finished)
        else:
            to_row = SafeString(link.replace(str(SOME_ROW), str(each.row.row)))
            cells = _not_recorded(nothing_words(each, today), to_row, finished)
        rows.append(
            html(
                ROW,
                **finished,
                tone=SafeString(' class="ahead"') if not each.step and place < passed else NOTHING,
                number=str(place + 1),
                planned=_planned(each),
                dose=_planned_dose(each),
                cells=cells,
            )
        )
    text = log.newest.text
    hidden = len(carried) - len(rows)
    return PlannedTable(labels, rows, hidden, len(carried), end_words(text.end, text.review_on))


def _labels() -> dict[str, str]:
    return {
        "row_label": _("Row"),
        "planned_label": _("Planned for"),
        "dose_label": _("Planned, as written"),
        "recorded_label": _("Recorded for"),
        "given_label": _("Recorded"),
        "difference_label": _("Difference"),
    }


def _window(length: int, passed: int) -> tuple[int, int]:
    if length <= MOST_SHOWN:
        return 0, length
    first = min(max(0, passed - SHOWN_BEFORE), length - SHOWN_BEFORE - SHOWN_AFTER)
    return first, first + SHOWN_BEFORE + SHOWN_AFTER


def _link(record_url: str) -> SafeString:
    return html(' · <a href="{url}">{words}</a>', url=record_url, words=_("Record this row"))


def _planned(each: Carried) -> SafeString:
    """The planned day with its weekday, or what the row waits for."""
    if each.planned_on is None:
        return html("{words}", words=wording.start_words(each.row, None))
    return _nowrap(wording.weekday_words(each.planned_on))


def _nowrap(words: str) -> SafeString:
    return html('<span class="nowrap">{words}</span>', words=words)


def _planned_dose(each: Carried) -> SafeString:
    row = each.row
    if row.kind == "words":
        return html('<span class="lines">“{words}”</span>', words=row.words)
    said = [html("<b>{words}</b>", words=_("Stop"))] if row.kind == "stop" else []
    if row.components:
        words = wording.row_words(row, each.planned_on)
        said.append(html('<span class="lines">{words}</span>', words=words))
        said += _total(row.components, is_single=row.kind == "single")
    if row.words:
        said.append(html('<span class="lines">“{words}”</span>', words=row.words))
    return SafeString("<br>".join(said))


def _total(components: Sequence[dosing.Component], *, is_single: bool) -> list[SafeString]:
    total = None if is_single else dosing.total_per_day(components)
    if total is None or (len(components) == 1 and components[0].timing.times == 1):
        return []
    return [html('<span class="meta">{words}</span>', words=wording.total_sentence(total))]


def _recorded(each: Carried, step: StepRecord, labels: dict[str, SafeString]) -> SafeString:
    """From when the step holds that was recorded from the row, its dose, and the difference."""
    effective = step.effective
    is_day = effective.precision == "day" and effective.time is None
    moment = wording.weekday_words(effective.on) if is_day else wording.effective_words(effective)
    return html(
        RECORDED,
        **labels,
        moment=_nowrap(moment),
        given=_dose_of(step),
        difference=_difference(each),
    )


def _not_recorded(words: str, link: SafeString, labels: dict[str, SafeString]) -> SafeString:
    return html(NOT_RECORDED, **labels, words=words, link=link)


def nothing_words(each: Carried, today: date) -> str:
    """What stands in place of a record of an open row: "Planned for 16-Nov-2026, nothing recorded".

    Of a day that has not come it only says that nothing is recorded.
    """
    if each.planned_on is None or each.planned_on > today:
        return _("Nothing recorded yet")
    return _("Planned for %(date)s, nothing recorded") % {
        "date": wording.date_words(each.planned_on)
    }


def _dose_of(step: StepRecord) -> SafeString:
    heading = heading_words(step.kind)
    said = [html("<b>{words}</b>", words=heading)] if heading else []
    if step.components:
        said.append(html("{words}", words=wording.dosage_words(step.components)))
        said += _total(step.components, is_single=step.kind == timeline.SINGLE)
    entry = _("entry %(number)s") % {"number": f"{step.number:,}"}
    said.append(html('<span class="meta">{words}</span>', words=entry))
    return SafeString("<br>".join(said))


def _difference(each: Carried) -> SafeString:
    """The days between, then whether the dose is the one that was planned, and by how much not."""
    if each.step is None:
        return NOTHING
    said = [] if each.days is None else [wording.apart_words(each.days)]
    said.append(changed_words(each))
    return SafeString("<br>".join(html("{words}", words=words) for words in said if words))


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
