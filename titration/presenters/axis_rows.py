"""What stands beside doses on a time axis, as rows of the table that says the same in words."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _

from access.addresses import url_of
from patients.finished import html, placed
from titration import wording
from titration.intake import Report
from titration.models import PumpEventKind, Review, WrittenAs
from titration.presenters.contacts import mark_words as contact_words
from titration.presenters.copies import copy_words
from titration.presenters.copies import told_words as copy_told_words
from titration.presenters.intake import heading_words as report_words
from titration.presenters.intake import told_words
from titration.presenters.lanes import Beside, bar_words
from titration.presenters.log import quoted
from titration.presenters.observed import ended_words, series_words, value_words
from titration.presenters.pumps import pump_facts
from titration.presenters.reviews import heading_words as review_words
from titration.pump import PumpRecord
from titration.reading.contacted import Contacted
from titration.reading.issued import Issued
from titration.reading.observed import Effect, Observed
from titration.timeline import Effective

ROW = """
<tr>
<td data-label="{when_label}">{when}</td>
<th scope="row" data-label="{what_label}"><a href="{url}">{what}</a></th>
<td data-label="{said_label}">{said}</td></tr>"""


class AxisRow(NamedTuple):
    """Something that was recorded, as the table says it."""

    when: str
    what: str
    said: str
    url: str


def table_body(rows: Iterable[AxisRow]) -> SafeString:
    """The rows of the table, finished."""
    pattern = placed(ROW, when_label=_("When"), what_label=_("What"), said_label=_("As written"))
    finished = (
        html(pattern, when=row.when, what=row.what, url=row.url, said=_in_lines(row.said))
        for row in rows
    )
    return SafeString("".join(finished))


def _in_lines(text: str) -> SafeString:
    said = html("{text}", text=normalize_newlines(text))
    return SafeString(said.replace("\n", "<br>"))


class RowAt(NamedTuple):
    """A row not yet written: its order in time, the last day that it tells of, and what writes it.

    `last` is date.max of what goes on.
    """

    order: tuple
    last: date
    write: Callable[[], AxisRow]


def rows_beside(beside: Beside, query: str) -> Iterator[RowAt]:
    """A row for everything; `query` ends the addresses of another moment."""
    for effect in beside.effects:
        yield RowAt(effect.order, _last_of(effect), partial(_effect_row, effect, query))
    for score in beside.scores:
        yield RowAt(score.order, score.effective.on, partial(_score_row, score, query))
    for review in beside.reviews:
        order = Effective(review.review_on).order
        yield RowAt(order, review.review_on, partial(_review_row, review))
    for each in beside.contacts:
        write = partial(_contact_row, each, beside, query)
        yield RowAt(each.order, each.effective.on, write)
    for regimen, title in beside.titles.items():
        yield from _rows_of_regimen(beside, regimen, title, query)


def _rows_of_regimen(beside: Beside, regimen: UUID, title: str, query: str) -> Iterator[RowAt]:
    for report in beside.reports.get(regimen, ()):
        order = Effective(report.from_on).order
        yield RowAt(order, report.last_on, partial(_report_row, report, title, query))
    for record in beside.pumps.get(regimen, ()):
        url = url_of("pump", regimen) + query
        write = partial(_pump_row, record, title, url)
        yield RowAt(record.order, record.text.effective.on, write)
    for copy in beside.copies.get(regimen, ()):
        last = copy.told.told_on if copy.told else date.max
        order = Effective(copy.issued_on).order
        yield RowAt(order, last, partial(_copy_row, copy, title))


def _last_of(effect: Effect) -> date:
    if effect.is_continuing:
        return date.max
    return effect.ended.on if effect.ended else effect.effective.on


def _effect_row(effect: Effect, query: str) -> AxisRow:
    said = _("%(what)s; end: %(ended)s") % {
        "what": bar_words(effect),
        "ended": ended_words(effect),
    }
    return AxisRow(
        wording.effective_words(effect.effective),
        str(WrittenAs(effect.written_as).label).capitalize(),
        said,
        url_of("side-effect", effect.line) + query,
    )


def _score_row(each: Observed, query: str) -> AxisRow:
    return AxisRow(
        wording.effective_words(each.effective),
        series_words(each),
        value_words(each),
        url_of("observation", each.line) + query,
    )


def _review_row(review: Review) -> AxisRow:
    return AxisRow(
        wording.effective_words(Effective(review.review_on)),
        _("Review"),
        review_words(review),
        url_of("regimen", review.regimen_id),
    )


def _contact_row(each: Contacted, beside: Beside, query: str) -> AxisRow:
    said = [
        (_("About"), beside.titles.get(each.regimen, "") if each.regimen else ""),
        (_("With whom"), quoted(each.with_whom)),
        (_("What was said"), quoted(each.said)),
        (_("What they were told"), quoted(each.told)),
    ]
    return AxisRow(
        wording.effective_words(each.effective),
        _("Contact"),
        _lines(contact_words(each), said),
        url_of("contact", each.contact) + query,
    )


def _report_row(report: Report, title: str, query: str) -> AxisRow:
    said = [report_words(report), *([told_words(report)] if report.is_differing else [])]
    return AxisRow(
        wording.effective_words(Effective(report.from_on)),
        _("Intake as reported: %(regimen)s") % {"regimen": title},
        "\n".join(said),
        url_of("intake-report", report.report) + query,
    )


def _pump_row(record: PumpRecord, title: str, url: str) -> AxisRow:
    text = record.text
    return AxisRow(
        wording.effective_words(text.effective),
        _("Pump event: %(regimen)s") % {"regimen": title},
        _lines(str(PumpEventKind(text.kind).label), pump_facts(text)),
        url,
    )


def _copy_row(copy: Issued, title: str) -> AxisRow:
    said = [copy_words(copy), *([copy_told_words(copy.told)] if copy.told else [])]
    return AxisRow(
        wording.effective_words(Effective(copy.issued_on)),
        _("On paper: %(regimen)s") % {"regimen": title},
        "\n".join(said),
        url_of("issue", copy.issue),
    )


def _lines(first: str, facts: list[tuple[str, str]]) -> str:
    said = [
        _("%(term)s: %(words)s.") % {"term": term, "words": words} for term, words in facts if words
    ]
    return "\n".join([first, *said])
