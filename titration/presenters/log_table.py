"""The rows of the dose log as finished HTML.

A template that places some forty strings in each row costs more than all that is read for the
page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from patients.finished import NOTHING, html
from titration.presenters.log import LIVE, LogRow

# Stands for a line in an address that is looked up once for a table.
SOME_LINE = UUID(int=0)


UP_TO_CONFIRMING = """
<tr{tone}>
<td class="date" data-label="{moment_label}">{moment}</td>
<td data-label="{dose_label}">{error}{heading}{lines}{disagreements}{note}{plan}</td>
<td class="num" data-label="{total_label}">{total}</td>
<td class="num" data-label="{change_label}">{change}</td>
<td data-label="{reason_label}">{reason}{reason_text}</td>
<td data-label="{decided_label}">{decided}, {received} {confirmation}"""
FROM_THERE_ON = """</td>
<td data-label="{recorded_label}">{recorded_by}<br>
<span class="nowrap">{recorded_at}</span><br>{entry_label} {number}
{imported}{correction}{links}</td>
</tr>"""


@dataclass(frozen=True)
class TableRow:
    """A row of the table in two pieces: between them is room for confirming it."""

    entry: UUID
    step: UUID
    number: str
    opening: SafeString
    closing: SafeString


@dataclass(frozen=True)
class LogTable:
    """The head of the table and its rows."""

    labels: dict[str, str]
    rows: Sequence[TableRow]


def log_table(rows: Iterable[LogRow], *, may_record: bool) -> LogTable:
    """The table of these rows, in their order; with the ways to correct them, where one may."""
    labels = {
        "moment_label": _("From"),
        "dose_label": _("Dose as written"),
        "total_label": _("Total per day"),
        "change_label": _("Change"),
        "reason_label": _("Reason"),
        "decided_label": _("Decided"),
        "recorded_label": _("Recorded"),
        "entry_label": _("Entry"),
    }
    finished = {name: html("{label}", label=label) for name, label in labels.items()}
    links = _links() if may_record else NOTHING
    return LogTable(labels, [_table_row(row, finished, links) for row in rows])


def _links() -> SafeString:
    """The links of a row, for SOME_LINE."""
    return html(
        '<br><a href="{to_correct}">{correct}</a> · <a href="{to_withdraw}">{withdraw}</a>',
        to_correct=reverse("step-correct", args=[SOME_LINE]),
        correct=_("Correct"),
        to_withdraw=reverse("step-retract", args=[SOME_LINE]),
        withdraw=_("Withdraw"),
    )


def _table_row(row: LogRow, labels: dict[str, SafeString], links: SafeString) -> TableRow:
    opening = html(
        UP_TO_CONFIRMING,
        **labels,
        tone=_tone(row),
        moment=row.moment,
        error=_error(row),
        heading=html("{words}<br>", words=row.heading) if row.heading else NOTHING,
        lines=_lines(row),
        disagreements=_disagreements(row),
        note=row.note,
        plan=_plan(row),
        total=row.total,
        change=row.change,
        reason=row.reason,
        reason_text=f": {row.reason_text}" if row.reason_text else NOTHING,
        decided=row.decided,
        received=row.received,
        confirmation=html(_confirmation(row), words=row.confirmation),
    )
    closing = html(
        FROM_THERE_ON,
        **labels,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        number=row.number,
        imported=_imported(row),
        correction=_correction(row),
        links=SafeString(links.replace(str(SOME_LINE), str(row.step)))
        if row.status == LIVE
        else NOTHING,
    )
    return TableRow(row.entry, row.step, row.number, opening, closing)


def _tone(row: LogRow) -> SafeString:
    if row.error:
        return SafeString(' class="err"')
    return SafeString(' class="ahead"') if row.is_ahead else NOTHING


def _error(row: LogRow) -> SafeString:
    if not row.error:
        return NOTHING
    return html("<b>{mark}</b> {words}<br>", mark=_("ENTERED IN ERROR"), words=row.error)


def _confirmation(row: LogRow) -> str:
    if row.is_disputed:
        return '<span class="chip rust">{words}</span>'
    if row.is_unconfirmed:
        return '<span class="chip amber">{words}</span>'
    return '<br><span class="meta">{words}</span>'


def _plan(row: LogRow) -> SafeString:
    """Which row of the plan it is of; what is outside the plan stands out."""
    if not row.plan:
        return NOTHING
    pattern = '<div><span class="{look}">{words}</span></div>'
    return html(pattern, look="chip" if row.is_outside_plan else "meta", words=row.plan)


def _lines(row: LogRow) -> SafeString:
    """A line for each part of the dose."""
    pattern = "{label} <b>{amount}</b>{detail}<br>"
    lines = (
        html(pattern, label=label, amount=amount, detail=f", {detail}" if detail else NOTHING)
        for label, amount, detail in row.lines
    )
    return SafeString("".join(lines))


def _disagreements(row: LogRow) -> SafeString:
    said = (html('<span class="field-error">{words}</span>', words=w) for w in row.disagreements)
    return SafeString("".join(said))


def _imported(row: LogRow) -> SafeString:
    if not row.imported:
        return NOTHING
    return html('<br><span class="meta">{words}</span>', words=row.imported)


def _correction(row: LogRow) -> SafeString:
    if not row.correction:
        return NOTHING
    return html("<br>{words}", words=_("A correction: %(reason)s") % {"reason": row.correction})
