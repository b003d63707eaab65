"""What the entries of contacts and of reported intake say: recorded, corrected, withdrawn."""

from collections.abc import Sequence
from typing import TypeVar

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Retraction
from titration.changes import Changes, Key
from titration.intake import Report
from titration.presenters.changed.line import Line, recorded_cell, stacked
from titration.presenters.contacts import call_words
from titration.presenters.contacts import heading_words as contact_words
from titration.presenters.intake import heading_words as report_words
from titration.presenters.intake import told_words
from titration.presenters.log import quoted, withdrawal_reason
from titration.reading.contacted import Contacted

T = TypeVar("T", Contacted, Report)


def contact_line(
    changes: Changes, contacts: Sequence[Contacted], key: Key, clinic: Clinic
) -> Line | None:
    """What an entry says of a contact; none where it is of something else."""
    texts = [text for text in contacts if text.contact == key.subject]
    if not texts:
        return None
    text, before = _texts(texts, key)
    return _line(changes, key, clinic, text, before, _contact, _("Contact"))


def report_line(changes: Changes, reports: Sequence[Report], key: Key, clinic: Clinic) -> Line:
    """What an entry says of a report of the intake."""
    text, before = _texts([text for text in reports if text.report == key.subject], key)
    return _line(changes, key, clinic, text, before, _report, _("Report of the intake"))


def _texts(texts: Sequence[T], key: Key) -> tuple[T, T | None]:
    """The text of an entry, or that which it withdrew, and the text before it."""
    earlier = [text for text in texts if text.number < key.number]
    text = next(
        (text for text in texts if text.entry == key.entry), earlier[-1] if earlier else None
    )
    assert text is not None  # noqa: S101 - an entry of the line has a text
    return text, earlier[-1] if earlier else None


def _line(changes, key: Key, clinic: Clinic, text, before, words, what: str) -> Line:
    if key.kind == Retraction.KIND:
        withdrawal = changes.withdrawals[key.entry]
        entry = withdrawal.entry
        return Line(
            numbers=(key.number,),
            what=_("Withdrawn as entered in error"),
            before=words(text),
            decided=withdrawal_reason(withdrawal),
            recorded=recorded_cell(entry.recorded_by_name, entry.recorded_at, key.number, clinic),
        )
    if before is not None:
        what = _("%(what)s, corrected") % {"what": what}
    return Line(
        numbers=(key.number,),
        what=what,
        before=words(before) if before else "",
        now=words(text),
        decided=quoted(text.correction_reason),
        recorded=recorded_cell(text.by_name, text.at, text.number, clinic),
        error=_("withdrawn since") if text.withdrawn is not None else "",
    )


def _contact(text: Contacted) -> str:
    call = call_words(text)
    return stacked(
        [
            contact_words(text),
            quoted(text.with_whom),
            quoted(text.said),
            quoted(text.told),
            _("Call back: %(call)s") % {"call": call} if call else "",
        ]
    )


def _report(text: Report) -> str:
    return stacked([report_words(text), told_words(text), quoted(text.note)])
