"""The rows of a plan as finished HTML: when each starts, what it says, what was recorded of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from patients.finished import NOTHING, html
from titration import dosing, planning, wording
from titration.dosing import Total
from titration.planning import Carried, Row
from titration.presenters.log import heading_words
from titration.timeline import SINGLE, StepRecord

# Stands for a row in an address that is looked up once for a table.
SOME_ROW = UUID(int=0)

ROW = """
<tr{tone}>
<th scope="row" data-label="{row_label}">{number}</th>
<td data-label="{starts_label}">{starts}</td>
<td data-label="{dose_label}">{dose}</td>
<td data-label="{recorded_label}">{recorded}</td>
</tr>"""


@dataclass(frozen=True)
class PlanTable:
    """The head of the table and its rows, finished."""

    labels: dict[str, str]
    rows: Sequence[SafeString]


def plan_table(
    carried: Sequence[Carried],
    today: date,
    *,
    only: Sequence[Carried] | None = None,
    record_url: str = "",
    has_differences: bool = False,
) -> PlanTable:
    """Every row of a plan with what was recorded from it, as of a day of the clinic.

    `only` are those of them to show, where not all are; `record_url` is where SOME_ROW is recorded,
    "" where no row can be. With `has_differences` each total is compared with that of the row
    before, where the two compare.
    """
    labels = {
        "row_label": _("Row"),
        "starts_label": _("Starts"),
        "dose_label": _("Dose as written"),
        "recorded_label": _("Recorded"),
    }
    finished = {name: html("{label}", label=label) for name, label in labels.items()}
    rows = []
    before: Total | None = None
    for place, each in enumerate(carried):
        if only is not None and each not in only:
            continue
        is_open = each.is_open(today)
        is_passed_over = each.step is None and not is_open
        recorded = _recorded(each, today, is_passed_over=is_passed_over)
        if record_url and is_open:
            recorded = SafeString(recorded + _to_record(each.row, place, record_url))
        dose, total = dose_cell(each.row, each.planned_on), total_of(each.row)
        if has_differences and (words := difference_from(total, before)):
            dose = SafeString(dose + _meta(words))
        before = total
        rows.append(
            html(
                ROW,
                **finished,
                tone=SafeString(' class="ahead"') if is_passed_over else NOTHING,
                number=str(place + 1),
                starts=starts_cell(each.row, each.planned_on),
                dose=dose,
                recorded=recorded,
            )
        )
    return PlanTable(labels, rows)


def _to_record(row: Row, place: int, record_url: str) -> SafeString:
    """The way to recording a row; alike but for its number, so that each is found by its own."""
    return html(
        ' <a class="nowrap on-screen" href="{url}">{words}</a>',
        url=record_url.replace(str(SOME_ROW), str(row.row)),
        words=_("Record row %(row)s") % {"row": place + 1},
    )


def starts_cell(row: Row, day: date | None) -> SafeString:
    """The day with its weekday, and below it what it was counted from; else what it waits for."""
    if day is None:
        return html("{words}", words=capfirst(wording.start_words(row, None)))
    words = html('<span class="nowrap">{words}</span>', words=wording.weekday_words(day))
    if row.start == "after":
        how = wording.interval_words(row.count or 0, row.unit)
        return html('{words}<br><span class="meta">{how}</span>', words=words, how=how)
    if row.start == "review":
        how = _("opened by a review")
        return html('{words}<br><span class="meta">{how}</span>', words=words, how=how)
    return words


def dose_cell(row: Row, day: date | None) -> SafeString:
    """What a row says: a line for each part of its dose, the labelled total, its words."""
    said = [_heading(row)]
    if row.components:
        counted = planning.anchored(row.components, day)
        said += [_lines(wording.dosage_lines(counted))]
        if wording.lacks_counting_day(row, day):
            said.append(_meta(_("counted from the day on which this row starts")))
        total = total_of(row)
        if total is not None:
            said.append(_meta(wording.total_sentence(total)))
    if row.words:
        said.append(html('<span class="lines">“{words}”</span>', words=row.words))
    return SafeString("".join(filter(None, said)))


def total_of(row: Row) -> Total | None:
    """The total per day of a row that is a dose which goes on, where dosing gives one."""
    return dosing.total_per_day(row.components) if row.kind == "dose" else None


def difference_from(total: Total | None, before: Total | None) -> str:
    """By how much two totals of rows that follow each other differ; "" where they do not compare"""
    difference = dosing.difference(total, before)
    if total is None or difference is None:
        return ""
    return _("Difference of the totals from the row before: %(difference)s") % {
        "difference": wording.difference_words(difference, total.unit)
    }


def _heading(row: Row) -> SafeString:
    match row.kind:
        case "stop":
            return html("<b>{words}</b><br>", words=_("Stop"))
        case "single":
            return html("{words}<br>", words=_("Single dose"))
    return NOTHING


def _lines(lines: Iterable[wording.DoseLine]) -> SafeString:
    pattern = "{label} <b>{amount}</b>{detail}<br>"
    return SafeString(
        "".join(
            html(pattern, label=label, amount=amount, detail=f", {detail}" if detail else NOTHING)
            for label, amount, detail in lines
        )
    )


def _meta(words: str) -> SafeString:
    return html('<span class="meta">{words}</span><br>', words=words)


def _recorded(each: Carried, today: date, *, is_passed_over: bool) -> SafeString:
    """What was recorded: from when, how far from the planned date, and another dose in full."""
    step = each.step
    if step is None:
        if is_passed_over:
            return html("{words}", words=_("Nothing; a later row was recorded."))
        has_come = each.planned_on is not None and each.planned_on < today
        return html("{words}", words=_("Nothing recorded") if has_come else "")
    said = [html("{words}<br>", words=_since(step))]
    if each.days is not None:
        said.append(_meta(wording.apart_words(each.days)))
    if each.is_changed:
        said.append(html("{words}<br>", words=_("Changed; recorded as:")))
        if heading := heading_words(step.kind):
            said.append(html("{words}<br>", words=heading))
        said.append(_lines(wording.dosage_lines(step.components)))
    said.append(_meta(_("entry %(number)s") % {"number": f"{step.number:,}"}))
    return SafeString("".join(said))


def _since(step: StepRecord) -> str:
    moment = {"moment": wording.effective_words(step.effective)}
    return (_("On %(moment)s") if step.kind == SINGLE else _("From %(moment)s")) % moment
