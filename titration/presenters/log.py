"""The dose log as finished strings: what pages and the PDF print row by row."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Clinic
from access.wording import moment_words as words_of_moment
from ledger.models import Entry, FileFormat, Retraction
from titration import dosing, timeline, wording
from titration.importing import Place
from titration.models import ReceivedHow, StepKind, reasons_for
from titration.presenters.followed import followed_steps
from titration.reading import logged
from titration.reading.logged import CameFrom, History, StepText
from titration.reading.planned import PlanLog
from titration.timeline import StepRecord

Value = TypeVar("Value")

LIVE, CORRECTED, WITHDRAWN = "live", "corrected", "withdrawn"


HEADINGS = {
    StepKind.WITHHOLD.value: gettext_lazy("Withheld: the patient takes none"),
    StepKind.RESUME.value: gettext_lazy("Resumed"),
    StepKind.STOP.value: gettext_lazy("Stopped"),
    StepKind.SINGLE.value: gettext_lazy("Single dose"),
}


class LogRow(NamedTuple):
    """One entry of the dose log, ready to print.

    `status` is live, corrected (a later entry replaced it) or withdrawn; `error` says by whom,
    when and why for the last two. `lines` is a line for each part of the dose. `plan` says which
    row of a signed plan it was recorded from, or that it is outside the plan; `imported` that it
    was brought in from a file.
    """

    entry: UUID
    step: UUID
    number: str
    kind: str
    status: str
    error: str
    moment: str
    is_ahead: bool
    heading: str
    lines: Sequence[wording.DoseLine]
    total_label: str
    total: str
    change: str
    reason: str
    reason_text: str
    note: str
    decided: str
    decided_by: int | None
    received: str
    confirmation: str
    is_unconfirmed: bool
    is_disputed: bool
    recorded_by: str
    recorded_at: str
    correction: str
    disagreements: Sequence[str] = ()
    plan: str = ""
    is_outside_plan: bool = False
    imported: str = ""


def or_erased(value: Value | None) -> Value | str:
    """The value of a sealed field, or the word that stands where one was erased."""
    return _("erased") if value is None else value


def quoted(text: str | None) -> str:
    """What somebody typed, in quotation marks, or the word where it was erased; "" for no text."""
    return f"“{text}”" if text else or_erased(text)


def moment_words(moment: datetime, clinic: Clinic) -> str:
    """A recorded time on the clinic's clock: "16-Nov-2026 14:30"."""
    return words_of_moment(moment, clinic.zone)


def recorded_words(entry: Entry | StepText, clinic: Clinic) -> dict[str, str]:
    """By whom, when and as which entry something was recorded: the parts of a sentence."""
    return {
        "name": entry.recorded_by_name,
        "when": moment_words(entry.recorded_at, clinic),
        "number": f"{entry.number:,}",
    }


def withdrawal_reason(withdrawal: Retraction) -> str:
    """Why something was withdrawn: the coded reason, and what was typed beside it."""
    reason = str(withdrawal.get_reason_display())
    if text := quoted(withdrawal.reason_text):
        return _("%(reason)s, %(text)s") % {"reason": reason, "text": text}
    return reason


def withdrawal_words(withdrawal: Retraction, clinic: Clinic) -> str:
    """By whom, when and why something was withdrawn. Needs its entry."""
    return _("withdrawn by %(name)s, %(when)s, entry %(number)s: %(reason)s") % {
        **recorded_words(withdrawal.entry, clinic),
        "reason": withdrawal_reason(withdrawal),
    }


def heading_words(kind: str) -> str:
    """What a step does, for all but a plain dose, which needs no heading."""
    return str(HEADINGS.get(kind, ""))


def ordered(history: History, *, oldest_first: bool = False) -> list[StepRecord]:
    """Every text of the log by its moment, newest first; corrected and withdrawn ones too."""
    return sorted(history.records, key=lambda r: r.order, reverse=not oldest_first)


def log_rows(
    history: History,
    clinic: Clinic,
    now: datetime,
    records: Sequence[StepRecord],
    plans: Sequence[PlanLog] = (),
) -> list[LogRow]:
    """The rows of `records`, in their order; `now` is the clinic's aware local time.

    Only the records given are read in full, in two queries however many they are. `plans` are the
    signed plans of the regimen, known at the same entry; without them the rows tell of none.
    """
    [rows] = rows_of_logs([Shown(history, records, plans)], clinic, now)
    return rows


class Shown(NamedTuple):
    """What is shown of a log, as of `log_rows`."""

    history: History
    records: Sequence[StepRecord]
    plans: Sequence[PlanLog] = ()


def rows_of_logs(shown: Sequence[Shown], clinic: Clinic, now: datetime) -> list[list[LogRow]]:
    """As `log_rows`, of several regimens known at one entry; in two queries however many."""
    logs = [_Rows(each, clinic, now) for each in shown]
    wanted = {entry for log in logs for entry in log.wanted}
    texts = logged.step_texts(wanted, shown[0].history.known if shown else None)
    withdrawals = _withdrawals({line for log in logs for line in log.withdrawn})
    return [log.written(texts, withdrawals) for log in logs]


class _Rows:
    """Says what the shown records need beside the pure history, and writes their rows from it."""

    texts: Mapping[UUID, StepText]
    withdrawals: Mapping[UUID, Retraction]

    def __init__(self, shown: Shown, clinic: Clinic, now: datetime) -> None:
        history, self.shown, plans = shown
        self.clinic = clinic
        self.now = now
        self.live = {record.entry for record in history.live}
        self.successors = _successors(history.records)
        self.wanted = {r.entry for r in self.shown} | {
            self.successors[r.entry].entry for r in self.shown if r.entry in self.successors
        }
        self.withdrawn = {w.step for w in history.withdrawals} & {r.step for r in self.shown}
        told = timeline.instructions(history.live)
        self.before = {step.entry: before for before, step in pairwise(told)}
        self.followed = followed_steps(plans, history)

    def written(
        self, texts: Mapping[UUID, StepText], withdrawals: Mapping[UUID, Retraction]
    ) -> list[LogRow]:
        self.texts, self.withdrawals = texts, withdrawals
        return [self._row(record) for record in self.shown]

    def _row(self, record: StepRecord) -> LogRow:
        text = self.texts[record.entry]
        status, error = self._status(record)
        total = None
        if record.kind != timeline.SINGLE:
            total = dosing.total_per_day(record.components)
        said = confirmation_words(text, self.clinic) if status == LIVE else UNSAID
        followed = self.followed.get(record.entry)
        return LogRow(
            entry=record.entry,
            step=record.step,
            number=f"{record.number:,}",
            kind=record.kind,
            status=status,
            error=error,
            moment=wording.effective_words(record.effective),
            is_ahead=not record.effective.has_come(self.now),
            heading=heading_words(record.kind),
            lines=wording.dosage_lines(record.components),
            total_label=wording.total_label(total) if total else "",
            total=wording.total_words(total) if total else "",
            change=self._change(record, total),
            reason=reason_words(text),
            reason_text=quoted(text.reason_text),
            note=quoted(text.note),
            decided=text.decided_by_name,
            decided_by=text.decided_by,
            received=received_words(text),
            confirmation=said.words,
            is_unconfirmed=said.is_awaited,
            is_disputed=said.is_disputed,
            recorded_by=text.recorded_by_name,
            recorded_at=moment_words(text.recorded_at, self.clinic),
            correction=quoted(text.correction_reason),
            disagreements=disagreement_words(record.components),
            plan=followed.words if followed else "",
            is_outside_plan=followed is not None and followed.is_outside,
            imported=imported_words(text, self.clinic),
        )

    def _change(self, record: StepRecord, total: dosing.Total | None) -> str:
        """The difference from the instruction before, where both have a total per day."""
        before = self.before.get(record.entry)
        if before is None or total is None:
            return ""
        difference = dosing.difference(total, dosing.total_per_day(before.components))
        return "" if difference is None else wording.difference_words(difference, total.unit)

    def _status(self, record: StepRecord) -> tuple[str, str]:
        if record.entry in self.live:
            return LIVE, ""
        successor = self.successors.get(record.entry)
        if successor is not None:
            later = self.texts[successor.entry]
            return CORRECTED, _("corrected by %(name)s, %(when)s, entry %(number)s: %(reason)s") % {
                **recorded_words(later, self.clinic),
                "reason": or_erased(later.correction_reason),
            }
        withdrawal = self.withdrawals[record.step]
        return WITHDRAWN, withdrawal_words(withdrawal, self.clinic)


def _withdrawals(lines: Collection[UUID]) -> dict[UUID, Retraction]:
    """By line: the retraction that withdrew it."""
    if not lines:
        return {}
    retractions = Retraction.objects.select_related("entry").filter(entry__subject__in=lines)
    return {retraction.entry.subject: retraction for retraction in retractions}


def _successors(records: Iterable[StepRecord]) -> dict[UUID, StepRecord]:
    """By entry: the record that replaced it in its line."""
    successors: dict[UUID, StepRecord] = {}
    newest: dict[UUID, StepRecord] = {}
    for record in sorted(records, key=lambda r: r.number):
        if record.step in newest:
            successors[newest[record.step].entry] = record
        newest[record.step] = record
    return successors


def reason_words(text: StepText) -> str:
    """Why the step was written, from the list of its kind."""
    return str(reasons_for(text.kind)(text.reason).label)


def received_words(text: StepText) -> str:
    """How the instruction was received, with the date of the document where there is one."""
    how = str(ReceivedHow(text.received_how).label)
    if text.document_on is None:
        return how
    return _("%(how)s of %(date)s") % {
        "how": how,
        "date": wording.date_words(text.document_on),
    }


WHOLE_RECORDS = (FileFormat.LEDGER_CSV, FileFormat.TRANSFER)


def imported_words(text: StepText, clinic: Clinic) -> str:
    """By whom a step was brought in from which file, and who recorded it first; "" for others."""
    origin = text.came_from
    if origin is None:
        return ""
    place = wording.place_words(Place(or_erased(origin.place), origin.row))
    if origin.file_format in WHOLE_RECORDS:  # both names stand with the entry
        words = _("Came from %(file)s, %(place)s, on %(date)s.")
    else:
        words = _("Imported by %(name)s from %(file)s, %(place)s, on %(date)s.")
    brought = words % {
        "name": text.recorded_by_name,
        "file": quoted(origin.file_name),
        "place": place,
        "date": wording.date_words(clinic.local(text.recorded_at).date()),
    }
    first = _first_words(origin, clinic)
    return f"{brought} {first}" if first else brought


def _first_words(origin: CameFrom, clinic: Clinic) -> str:
    """Who recorded an imported step first, when, and as which entry where; "" where unknown."""
    at = origin.first_recorded_at
    zone = ZoneInfo(origin.first_time_zone) if origin.first_time_zone else clinic.zone
    said = {
        "name": or_erased(origin.first_recorded_by),
        "when": words_of_moment(at, zone) if at else "",
        "number": f"{origin.first_number or 0:,}",
        "clinic": or_erased(origin.first_clinic),
    }
    match bool(said["name"]), bool(at), origin.first_number is not None:
        case True, True, True:
            return (
                _("Recorded first by %(name)s, %(when)s, as entry %(number)s of %(clinic)s.") % said
            )
        case True, True, False:
            return _("Recorded first by %(name)s, %(when)s.") % said
        case True, False, _number:
            return _("Recorded first by %(name)s.") % said
        case False, True, _number:
            return _("Recorded first %(when)s.") % said
    return ""


class Confirmation(NamedTuple):
    """Whether the prescriber who is named stands by what was typed, in words."""

    words: str
    is_awaited: bool = False
    is_disputed: bool = False
    is_unsaid: bool = False

    @property
    def is_open(self) -> bool:
        """Not to be relied on yet: it waits for its prescriber, was disputed by them, or came from
        elsewhere without their word.
        """
        return self.is_awaited or self.is_disputed or self.is_unsaid


UNSAID = Confirmation("")


def confirmation_words(text: StepText, clinic: Clinic) -> Confirmation:
    """Whether the prescriber confirmed or disputed a step that somebody else typed."""
    if text.disputed_at is not None:
        return Confirmation(_dispute_words(text, clinic), is_disputed=True)
    if text.confirmed_at is not None:
        words = _("Confirmed by %(name)s, %(when)s")
        when = moment_words(text.confirmed_at, clinic)
        return Confirmation(words % {"name": text.confirmed_by_name, "when": when})
    if text.decided_by is None:
        return _decided_outside(text)
    if text.decided_by == text.recorded_by:
        if text.came_from is not None:
            return Confirmation(_("Imported by the prescriber"))
        return Confirmation(_("Recorded by the prescriber"))
    words = _("Not yet confirmed by %(name)s") % {"name": text.decided_by_name}
    return Confirmation(words, is_awaited=True)


def _decided_outside(text: StepText) -> Confirmation:
    """Of a whole record it is known who typed it; what was not confirmed there never is here."""
    origin = text.came_from
    if origin is None or origin.file_format not in WHOLE_RECORDS:
        return Confirmation(_("Prescriber from outside the clinic"))
    if origin.first_recorded_by == text.decided_by_name:
        return Confirmation(_("Recorded by the prescriber, outside the clinic"))
    words = _("Came without a confirmation by %(name)s") % {"name": text.decided_by_name}
    return Confirmation(words, is_unsaid=True)


def _dispute_words(text: StepText, clinic: Clinic) -> str:
    assert text.disputed_at is not None  # noqa: S101 - asked before
    said = {
        "name": text.disputed_by_name,
        "when": moment_words(text.disputed_at, clinic),
        "text": quoted(text.dispute_says),
    }
    if not said["text"]:
        return _("Disputed by %(name)s, %(when)s") % said
    return _("Disputed by %(name)s, %(when)s: %(text)s") % said


def disagreement_words(components: Iterable[dosing.Component]) -> tuple[str, ...]:
    """That typed figures disagree, once for each way; never what they would be."""
    codes = dict.fromkeys(code for c in components for code in dosing.disagreements(c))
    return tuple(wording.problem_words(code) for code in codes)
