"""What the entries of a regimen's plans say: signed, revised, paused, given out, told."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic
from titration import planning, wording
from titration.changes import Changes, Key, RegimenChanges
from titration.models import (
    IssuedAs,
    IssuedHow,
    IssueTold,
    PlanEvent,
    PlanEventKind,
    PlanIssue,
    PlanVersion,
)
from titration.planning import PlanText
from titration.presenters.changed.line import Line, recorded_cell, stacked
from titration.presenters.copies import copy_words, written_words
from titration.presenters.log import or_erased, quoted, withdrawal_reason
from titration.presenters.plan_differences import difference_sentences
from titration.presenters.plan_text import end_words, purpose_words
from titration.reading.planned import PlanLog

ROWS = 6
"""Rows of a plan, or differences of two versions, that are told; its page has all of them."""


class PlanLines:
    """The lines of one regimen's plans; `tellers` gives them by the kind of entry."""

    def __init__(self, changes: Changes, of: RegimenChanges, clinic: Clinic) -> None:
        self.changes, self.clinic = changes, clinic
        self.plans = {log.plan: log for log in of.plans}
        self.tellers: Mapping[str, Callable[[Key], Line]] = {
            IssueTold.KIND: self._told,
            PlanEvent.KIND: self._event,
            PlanIssue.KIND: self._copy,
            PlanVersion.KIND: self._version,
        }

    def _version(self, key: Key) -> Line:
        log = self.plans[key.subject]
        place = next(i for i, each in enumerate(log.versions) if each.entry == key.entry)
        signed = log.versions[place]
        before, what, now = "", _("Plan signed"), plan_words(signed.text, log.opened)
        if place:
            what = _("Plan revised: version %(number)s signed") % {"number": signed.version}
            now = _differences(log, place)
        return Line(
            numbers=(key.number,),
            what=what,
            before=before,
            now=now,
            decided=_("Signed by %(name)s") % {"name": signed.signed_by_name},
            recorded=recorded_cell(
                signed.signed_by_name, signed.signed_at, key.number, self.clinic
            ),
        )

    def _event(self, key: Key) -> Line:
        log = self.plans[key.subject]
        event = next(each for each in log.events if each.number == key.number)
        return Line(
            numbers=(key.number,),
            what=str(PlanEventKind(event.kind).label),
            decided=stacked(
                [_("Decided by %(name)s") % {"name": event.by_name}, quoted(event.reason_text)]
            ),
            recorded=recorded_cell(event.by_name, event.at, key.number, self.clinic),
        )

    def _copy(self, key: Key) -> Line:
        copy = self.changes.copies[key.number]
        return Line(
            numbers=(key.number,),
            what=_("Copy of the plan given out"),
            error=_("Withdrawn by entry %(number)s")
            % {"number": f"{copy.withdrawn.entry.number:,}"}
            if copy.withdrawn
            else "",
            now=stacked(
                [
                    _("Version %(number)s, %(form)s, %(how)s on %(date)s")
                    % {
                        "number": copy.version,
                        "form": IssuedAs(copy.issued_as).label,
                        "how": IssuedHow(copy.how).label,
                        "date": wording.date_words(copy.issued_on),
                    },
                    written_words(copy.written),
                    _to(copy.to_whom),
                ]
            ),
            recorded=recorded_cell(copy.by_name, copy.at, key.number, self.clinic),
        )

    def withdrawn_copy(self, key: Key) -> Line:
        """That a copy was recorded in error."""
        copy = self.changes.copies[key.number]
        withdrawal = self.changes.withdrawals[key.entry]
        entry = withdrawal.entry
        return Line(
            numbers=(key.number,),
            what=_("Copy of the plan withdrawn as entered in error"),
            before=copy_words(copy),
            decided=withdrawal_reason(withdrawal),
            recorded=recorded_cell(
                entry.recorded_by_name, entry.recorded_at, key.number, self.clinic
            ),
        )

    def _told(self, key: Key) -> Line:
        copy = self.changes.copies[key.number]
        told = copy.told
        assert told is not None  # noqa: S101 - the entry is known
        return Line(
            numbers=(key.number,),
            what=_("Told that a copy no longer holds"),
            before=_("Version %(number)s, given out on %(date)s")
            % {"number": copy.version, "date": wording.date_words(copy.issued_on)},
            now=stacked(
                [
                    _("Told on %(date)s, %(how)s")
                    % {
                        "date": wording.date_words(told.told_on),
                        "how": IssuedHow(told.how).label,
                    },
                    _to(told.to_whom),
                ]
            ),
            recorded=recorded_cell(told.by_name, told.at, key.number, self.clinic),
        )


def _to(whom: str | None) -> str:
    return _("to %(name)s") % {"name": or_erased(whom)} if whom != "" else ""


def plan_words(text: PlanText, opened: Mapping[UUID, date]) -> str:
    """What a plan is for, its first rows with their dates, and what follows the last."""
    days = planning.laid_dates(text.rows, opened)
    rows = [
        _("Row %(row)s, %(starts)s: %(words)s")
        % {
            "row": place + 1,
            "starts": wording.start_words(row, days[place]),
            "words": wording.row_words(row, days[place]).replace("\n", "; "),
        }
        for place, row in enumerate(text.rows[:ROWS])
    ]
    more = len(text.rows) - len(rows)
    if more:
        words = ngettext("and %(count)s more row", "and %(count)s more rows", more)
        rows.append(words % {"count": more})
    return stacked([purpose_words(text.purpose), *rows, end_words(text.end, text.review_on)])


def _differences(log: PlanLog, place: int) -> str:
    sentences = difference_sentences(
        log.versions[place - 1].text, log.versions[place].text, log.opened
    )
    more = len(sentences) - ROWS
    if more > 0:
        words = ngettext(
            "and %(count)s more difference; the plan’s page has all of them",
            "and %(count)s more differences; the plan’s page has all of them",
            more,
        )
        return stacked([*sentences[:ROWS], words % {"count": more}])
    return stacked(sentences) or _("Nothing differs from the version before.")
