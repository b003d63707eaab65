"""What the entries of what was observed say: recorded, corrected, ended, withdrawn."""

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Retraction
from titration import wording
from titration.changes import Changes, Key
from titration.models import Severity, WrittenAs
from titration.presenters.changed.line import Line, recorded_cell, stacked
from titration.presenters.log import quoted, withdrawal_words
from titration.presenters.observed import (
    effect_words,
    ended_words,
    series_words,
    value_words,
)
from titration.reading.observed import Effect, Observed


def observed_line(changes: Changes, key: Key, clinic: Clinic) -> Line | None:
    """What an entry says of something observed; none where it is of something else. No query."""
    texts = changes.observed.get(key.subject)
    if not texts:
        return None
    if key.kind == Retraction.KIND:
        withdrawal = changes.withdrawals[key.entry]
        return Line(
            numbers=(key.number,),
            what=_("Withdrawn as entered in error"),
            before=said_words(texts[-1]),
            recorded=_recorded(withdrawal.entry, clinic),
            error=withdrawal_words(withdrawal, clinic),
        )
    place = next(n for n, each in enumerate(texts) if each.entry == key.entry)
    text, before = texts[place], texts[place - 1] if place else None
    return Line(
        numbers=(key.number,),
        what=_what(text, before),
        before=said_words(before) if before else "",
        now=said_words(text),
        decided=stacked([_by(text), quoted(text.correction_reason)]),
        recorded=recorded_cell(text.recorded_by_name, text.recorded_at, text.number, clinic),
        error=_("withdrawn since") if text.withdrawn else "",
    )


def _what(text: Observed | Effect, before: Observed | Effect | None) -> str:
    if before is None:
        if isinstance(text, Observed):
            return _("Observed")
        return str(WrittenAs(text.written_as).label).capitalize()
    if isinstance(text, Effect) and text.ended and not text.correction_reason:
        return _("Ended")
    return _("Corrected")


def said_words(text: Observed | Effect) -> str:
    if isinstance(text, Observed):
        return stacked(
            [
                _("%(measure)s: %(value)s")
                % {"measure": series_words(text), "value": value_words(text)},
                wording.effective_words(text.effective),
                quoted(text.note),
            ]
        )
    return stacked(
        [
            effect_words(text),
            _("began %(began)s; end: %(ended)s")
            % {"began": wording.effective_words(text.effective), "ended": ended_words(text)},
            str(Severity(text.severity).label),
            quoted(text.words),
        ]
    )


def _by(text: Observed | Effect) -> str:
    by = text.measured_by if isinstance(text, Observed) else text.reported_by
    return by or ""


def _recorded(entry, clinic: Clinic) -> str:
    return recorded_cell(entry.recorded_by_name, entry.recorded_at, entry.number, clinic)
