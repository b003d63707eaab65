"""The rows of the dose log as finished HTML.

A template that places some forty strings in each row costs more than all that is read for the
page.
"""

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from patients.finished import NOTHING, html, placed
from titration.presenters.log import LIVE, LogRow

# Stands for a line in an address that is looked up once for a table.
SOME_LINE = str(UUID(int=0))


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


class Piece(NamedTuple):
    """Finished rows, up to the place in the last of them where `row` can be confirmed, if any."""

    text: SafeString
    row: LogRow | None = None


class LogTable(NamedTuple):
    """The head of the table and its body."""

    labels: dict[str, str]
    pieces: Sequence[Piece]


def log_table(
    rows: Iterable[LogRow], *, may_record: bool, confirmable: Container[UUID] = ()
) -> LogTable:
    """The table of these rows, in their order; with the ways to correct them, where one may.

    Of the entries that are `confirmable` there is room for it.
    """
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
    opening, closing = placed(UP_TO_CONFIRMING, **labels), placed(FROM_THERE_ON, **labels)
    links = _links() if may_record else NOTHING
    pieces: list[Piece] = []
    texts: list[str] = []
    for row in rows:
        texts.append(_up_to_confirming(opening, row))
        if row.entry in confirmable:
            pieces.append(Piece(SafeString("".join(texts)), row))
            texts = []
        texts.append(_from_there_on(closing, row, links))
    if texts:
        pieces.append(Piece(SafeString("".join(texts))))
    return LogTable(labels, pieces)


def _links() -> SafeString:
    """The links of a row, for SOME_LINE."""
    return html(
        '<div class="on-screen"><a href="{to_correct}">{correct}</a> · '
        '<a href="{to_withdraw}">{withdraw}</a></div>',
        to_correct=reverse("step-correct", args=[SOME_LINE]),
        correct=_("Correct"),
        to_withdraw=reverse("step-retract", args=[SOME_LINE]),
        withdraw=_("Withdraw"),
    )


def _up_to_confirming(pattern: str, row: LogRow) -> SafeString:
    return html(
        pattern,
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


def _from_there_on(pattern: str, row: LogRow, links: SafeString) -> SafeString:
    return html(
        pattern,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        number=row.number,
        imported=_imported(row),
        correction=_correction(row),
        links=SafeString(links.replace(SOME_LINE, str(row.step)))
        if row.status == LIVE
        else NOTHING,
    )


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
