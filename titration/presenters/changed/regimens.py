"""What the entries of a regimen say: its steps, who stands by them, its text, its reviews."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Entry, Retraction
from titration import timeline, wording
from titration.changes import Changes, Key, RegimenChanges
from titration.models import (
    Confirmation,
    Dispute,
    DoseStep,
    IntakeReport,
    PumpEvent,
    RegimenVersion,
    Review,
    ReviewStatus,
    RowRecorded,
)
from titration.presenters.changed.line import Line, changed_fields, recorded_cell, stacked
from titration.presenters.changed.plans import PlanLines
from titration.presenters.changed.pumps import pump_line, pump_texts
from titration.presenters.changed.told import report_line
from titration.presenters.followed import followed_steps
from titration.presenters.log import (
    UNSAID,
    confirmation_words,
    heading_words,
    imported_words,
    or_erased,
    quoted,
    reason_words,
    received_words,
    withdrawal_reason,
)
from titration.presenters.regimen import indication_of
from titration.presenters.reviews import heading_words as review_words
from titration.presenters.versions import version_row
from titration.reading.logged import StepText
from titration.timeline import StepRecord


def regimen_lines(changes: Changes, of: RegimenChanges, clinic: Clinic) -> list[Line]:
    """The entries of one regimen in their order, each told once. No query.

    A confirmation, a dispute, and the row that a step was recorded from are told with the step
    where it is told too; the withdrawal of a regimen with those of its steps.
    """
    return list(_Regimen(changes, of, clinic).lines())


class _Regimen:
    def __init__(self, changes: Changes, of: RegimenChanges, clinic: Clinic) -> None:
        self.changes, self.of, self.clinic = changes, of, clinic
        self.records = {record.entry: record for record in of.history.records}
        self.live = {record.entry for record in of.history.live}
        self.followed = followed_steps(of.plans, of.history)
        self.plans = PlanLines(changes, of, clinic)
        self.belongs = self._belonging()

    def lines(self) -> Iterator[Line]:
        tellers: dict[str, Callable[[Key], Line]] = {
            Confirmation.KIND: self._answer,
            Dispute.KIND: self._answer,
            DoseStep.KIND: self._step,
            IntakeReport.KIND: self._report,
            RegimenVersion.KIND: self._version,
            Retraction.KIND: self._withdrawal,
            Review.KIND: self._review,
            RowRecorded.KIND: self._link,
            PumpEvent.KIND: partial(pump_line, self.of.pump, self.clinic),
            **self.plans.tellers,
        }
        told = {number for numbers in self.belongs.values() for number in numbers}
        for key in self.of.keys:
            if key.number not in told:
                yield tellers[key.kind](key)

    def _belonging(self) -> dict[UUID, list[int]]:
        """By an entry that is told: the numbers of those that are told with it."""
        found: dict[UUID, list[int]] = {}
        keys = {key.entry: key for key in self.of.keys}
        regimen = next((key for key in self.of.keys if self._withdraws_all(key)), None)
        for key in self.of.keys:
            teller: UUID | None = None
            if key.entry in self.changes.about:
                teller = self.changes.about[key.entry]
            elif key.kind == RowRecorded.KIND:
                step = self._recorded(key)
                teller = step.entry if step else None
            elif key.number in self.changes.copies:
                continue
            elif regimen and key.number > regimen.number and self._withdraws_step(key):
                teller = regimen.entry
            if teller in keys:
                found.setdefault(teller, []).append(key.number)
        return found

    def _withdraws_all(self, key: Key) -> bool:
        return key.kind == Retraction.KIND and key.subject == self.of.regimen

    def _withdraws_step(self, key: Key) -> bool:
        is_step = any(record.step == key.subject for record in self.of.history.records)
        return key.kind == Retraction.KIND and is_step

    def _recorded(self, key: Key) -> StepRecord | None:
        """The text of a step that was recorded with its link to a planned row."""
        return self._last(key.subject, key.number)

    def _last(self, line: UUID, until: int) -> StepRecord | None:
        """The newest text of a step before an entry."""
        texts = [r for r in self.of.history.records if r.step == line and r.number < until]
        return max(texts, key=lambda record: record.number, default=None)

    def _step(self, key: Key) -> Line:
        record, text = self.records[key.entry], self.changes.texts[key.entry]
        corrected = self._last(record.step, record.number)
        followed = self.followed.get(record.entry)
        said = confirmation_words(text, self.clinic)
        is_open = said.is_open and record.entry in self.live
        if said.is_awaited and not is_open:
            said = UNSAID
        before = corrected or self._followed_on(record)
        return Line(
            numbers=(key.number, *self.belongs.get(key.entry, ())),
            what=_what(record, is_correction=corrected is not None),
            before=step_words(before) if before else "",
            now=step_words(record),
            decided=stacked(
                [
                    _decided(text),
                    _reason(text),
                    quoted(text.note),
                    quoted(text.correction_reason),
                    followed.words if followed else "",
                    imported_words(text, self.clinic),
                    "" if is_open else said.words,
                ]
            ),
            recorded=self._by_text(text),
            error=self._error(record),
            open=said.words if is_open else "",
        )

    def _followed_on(self, record: StepRecord) -> StepRecord | None:
        """The instruction that a step changes, in the log as it stands now."""
        if record.kind == timeline.SINGLE:
            return None
        return timeline.before(self.of.history.live, record.effective, record.step)

    def _error(self, record: StepRecord) -> str:
        if record.entry in self.live:
            return ""
        later = [
            r.number
            for r in self.of.history.records
            if r.step == record.step and r.number > record.number
        ]
        if later:
            return _("Corrected by entry %(number)s") % {"number": f"{min(later):,}"}
        number = next(w.number for w in self.of.history.withdrawals if w.step == record.step)
        return _("Withdrawn by entry %(number)s") % {"number": f"{number:,}"}

    def _answer(self, key: Key) -> Line:
        """A confirmation or a dispute of a step that was recorded before the sheet begins."""
        entry = self.changes.about[key.entry]
        record, text = self.records[entry], self.changes.texts[entry]
        is_dispute = key.kind == Dispute.KIND
        said = confirmation_words(text, self.clinic)
        name, at = (
            (text.disputed_by_name, text.disputed_at)
            if is_dispute
            else (text.confirmed_by_name, text.confirmed_at)
        )
        assert at is not None  # noqa: S101 - the entry is known
        return Line(
            numbers=(key.number,),
            what=_("Step disputed") if is_dispute else _("Step confirmed"),
            now=step_words(record),
            decided=stacked([_decided(text), "" if is_dispute else said.words]),
            recorded=recorded_cell(name or "", at, key.number, self.clinic),
            error=self._error(record),
            open=said.words if is_dispute else "",
        )

    def _link(self, key: Key) -> Line:
        """Where its step is not told: that it belongs to a row of a plan."""
        record = self._recorded(key)
        followed = self.followed.get(record.entry) if record else None
        return Line(
            numbers=(key.number,),
            what=_("Step recorded from a plan"),
            now=step_words(record) if record else "",
            decided=followed.words if followed else "",
        )

    def _report(self, key: Key) -> Line:
        return report_line(self.changes, self.of.reports, key, self.clinic)

    def _withdrawal(self, key: Key) -> Line:
        if pump_texts(self.of.pump, key.subject):
            return pump_line(self.of.pump, self.clinic, key)
        if key.number in self.changes.copies:
            return self.plans.withdrawn_copy(key)
        if any(report.report == key.subject for report in self.of.reports):
            return self._report(key)
        withdrawal = self.changes.withdrawals[key.entry]
        is_all = self._withdraws_all(key)
        record = None if is_all else self._last(key.subject, key.number)
        return Line(
            numbers=(key.number, *self.belongs.get(key.entry, ())),
            what=_("Regimen withdrawn as entered in error")
            if is_all
            else _("Step withdrawn as entered in error"),
            before=step_words(record) if record else "",
            now=_("It counts no longer."),
            decided=withdrawal_reason(withdrawal),
            recorded=self._by_entry(withdrawal.entry),
        )

    def _version(self, key: Key) -> Line:
        """The regimen was opened, or its text changed: what of it, and who is responsible."""
        place = _place(self.of.versions, key.entry)
        version = self.of.versions[place]
        recorded = self._by_entry(version.entry)
        if place == 0:
            now = stacked(
                [
                    indication_of(version),
                    _("Responsible prescriber: %(name)s") % {"name": version.responsible_name},
                ]
            )
            return Line((key.number,), _("Regimen opened"), now=now, recorded=recorded)
        earlier = self.of.versions[place - 1]
        before, now = changed_fields(
            version_row(earlier, self.clinic).details, version_row(version, self.clinic).details
        )
        what = _("Text of the regimen changed")
        if earlier.responsible_id != version.responsible_id:
            what = _("Responsible prescriber changed")
        return Line((key.number,), what, before=before, now=now, recorded=recorded)

    def _review(self, key: Key) -> Line:
        place = _place(self.of.reviews, key.entry)
        review = self.of.reviews[place]
        earlier = [each for each in self.of.reviews[:place] if each.review == review.review]
        opens = ""
        if review.opens_on is not None:
            opens = _("The planned row that waited for it starts on %(date)s.") % {
                "date": wording.date_words(review.opens_on)
            }
        return Line(
            numbers=(key.number,),
            what=_review_heading(review, is_first=not earlier),
            before=review_words(earlier[-1]) if earlier else "",
            now=stacked([review_words(review), opens]),
            decided=stacked([or_erased(review.what_for), or_erased(review.outcome)]),
            recorded=self._by_entry(review.entry),
        )

    def _by_text(self, text: StepText) -> str:
        return recorded_cell(text.recorded_by_name, text.recorded_at, text.number, self.clinic)

    def _by_entry(self, entry: Entry) -> str:
        return recorded_cell(entry.recorded_by_name, entry.recorded_at, entry.number, self.clinic)


def _place(records: Sequence[RegimenVersion] | Sequence[Review], entry: UUID) -> int:
    return next(place for place, record in enumerate(records) if record.pk == entry)


def _what(record: StepRecord, *, is_correction: bool) -> str:
    if is_correction:
        return _("Step corrected")
    return heading_words(record.kind) or _("Dose")


def step_words(record: StepRecord) -> str:
    """What a step says: its kind, its dose with a line for each part, and from when."""
    return stacked(
        [
            heading_words(record.kind),
            *map(wording.component_words, record.components),
            _("from %(moment)s") % {"moment": wording.effective_words(record.effective)},
        ]
    )


def _decided(text: StepText) -> str:
    return _("Decided by %(name)s, %(received)s") % {
        "name": text.decided_by_name,
        "received": received_words(text),
    }


def _reason(text: StepText) -> str:
    words = reason_words(text)
    if said := quoted(text.reason_text):
        return _("%(reason)s, %(text)s") % {"reason": words, "text": said}
    return words


def _review_heading(review: Review, *, is_first: bool) -> str:
    match review.status:
        case ReviewStatus.DONE:
            return _("Review done")
        case ReviewStatus.MISSED:
            return _("Review missed")
        case ReviewStatus.CANCELLED:
            return _("Review cancelled")
    return _("Review booked") if is_first else _("Review changed")
