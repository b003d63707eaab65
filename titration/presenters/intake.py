"""What was reported of the intake, in words that no reader takes for an instruction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Retraction
from titration import dosing, intake, timeline, wording
from titration.intake import Day, Report, Slot
from titration.models import Intake, Reporter
from titration.planning.days import comes_on
from titration.presenters.log import moment_words, quoted
from titration.presenters.texts import TextCard, corrected_words, status_of
from titration.reading.together import Together, beside
from titration.timeline import Segment, StepRecord


def days_words(from_on: date, until_on: date | None, reported_on: date) -> str:
    """The days that a report tells of; of one without an end, that it was still so."""
    words = {"first": wording.date_words(from_on)}
    if until_on is None:
        words["day"] = wording.date_words(reported_on)
        return _("from %(first)s, still so on %(day)s") % words
    if until_on == from_on:
        return _("on %(first)s") % words
    return _("from %(first)s to %(last)s") % {**words, "last": wording.date_words(until_on)}


def slots_words(slots: Iterable[Slot]) -> str:
    """Times of day, in words: "in the morning, at 21:30"."""
    return ", ".join(wording.timing_words(_timing(slot)) for slot in slots)


def _timing(slot: Slot) -> dosing.Timing:
    if isinstance(slot, str):
        return dosing.Timing("slot", slot=slot)
    return dosing.Timing("clock", clock=slot)


def what_words(report: Report) -> str:
    """What is said to have been taken: "missed in the morning", "something else taken, “half”"."""
    match report.what:
        case Intake.AS_INSTRUCTED:
            return _("taken as instructed")
        case Intake.AS_PLANNED:
            return _("taken as version %(version)s of the written plan says") % {
                "version": report.version
            }
        case Intake.MISSED if report.slots:
            return _("missed %(moments)s") % {"moments": slots_words(report.slots)}
        case Intake.MISSED:
            return _("nothing taken")
        case Intake.STOPPED:
            return _("taken no longer")
    return _("something else taken, %(words)s") % {"words": quoted(report.taken)}


def heading_words(report: Report) -> str:
    """The report in a sentence: "Reported by a carer: nothing taken on 3-Nov-2026"."""
    return _("Reported by %(reporter)s: %(what)s %(days)s") % {
        "reporter": Reporter(report.reporter).label,
        "what": what_words(report),
        "days": days_words(report.from_on, report.until_on, report.reported_on),
    }


def told_words(report: Report) -> str:
    """Which prescriber was told when, or that none is recorded as told."""
    if not report.told_name:
        return _("No prescriber is recorded as told.")
    return _("%(name)s was told on %(date)s.") % {
        "name": report.told_name,
        "date": wording.date_words(report.told_on) if report.told_on else "",
    }


def report_cards(
    texts: Sequence[Report],
    shown: Iterable[Report],
    clinic: Clinic,
    withdrawals: Mapping[UUID, Retraction],
    *,
    together: Together | None = None,
    may_record: bool = False,
    query: str = "",
) -> list[TextCard]:
    """The texts `shown`, of all `texts` of the regimen; `withdrawals` by line, with their entry."""
    newest = {text.report: text.entry for text in sorted(texts, key=lambda text: text.number)}
    return [
        _card(
            text,
            clinic,
            status=status_of(text, newest[text.report]),
            together=beside(together or {}, text.submission, text.number),
            withdrawal=withdrawals.get(text.report),
            may_record=may_record,
            query=query,
        )
        for text in shown
    ]


def _card(
    text: Report,
    clinic: Clinic,
    *,
    status: str,
    together: Sequence[str],
    withdrawal: Retraction | None,
    may_record: bool,
    query: str,
) -> TextCard:
    details = [
        (_("Who reports it"), _reporter(text)),
        (_("Reported on"), wording.date_words(text.reported_on)),
        (_("Prescriber told"), told_words(text)),
        (_("Note"), quoted(text.note)),
        (_("Why the entry is corrected"), quoted(text.correction_reason)),
    ]
    may_change = may_record and status == "live"
    return TextCard(
        entry=text.entry,
        line=text.report,
        heading=heading_words(text),
        details=[(term, words) for term, words in details if words],
        number=f"{text.number:,}",
        recorded_by=text.by_name,
        recorded_at=moment_words(text.at, clinic),
        status=status,
        error=corrected_words(status, withdrawal, clinic),
        url=reverse("intake-report", args=[text.report]) + query,
        correct_url=reverse("intake-correct", args=[text.report]) if may_change else "",
        retract_url=reverse("intake-retract", args=[text.report]) if may_change else "",
        together=together,
    )


def _reporter(text: Report) -> str:
    label = str(Reporter(text.reporter).label)
    if name := quoted(text.reporter_name):
        return _("%(who)s, %(name)s") % {"who": label, "name": name}
    return label


def grid_days(live: Iterable[StepRecord], until: date, count: int) -> list[Day]:
    """So many days that end with `until`, each with the times of day of what held on it.

    A day on which the instruction changed has those of both, a day off has none.
    """
    held = timeline.segments(live)
    days = [until - timedelta(days=back) for back in reversed(range(count))]
    return [_grid_day(day, held) for day in days]


def _grid_day(day: date, held: Sequence[Segment]) -> Day:
    # What ends at a clock time is of that day too; what ends with a day is of the days before.
    here = [
        segment
        for segment in held
        if segment.start.on <= day
        and (
            segment.end is None
            or segment.end.on > day
            or (segment.end.on == day and segment.end.time is not None)
        )
    ]
    comes = [
        (part, comes_on(part.timing, day)) for segment in here for part in segment.step.components
    ]
    # What surely comes on other days only is not asked about; what does not say its days is.
    due = [(part, does) for part, does in comes if does is not False]
    # Whether those times are all of the dose of the day: then to tick each is to tick the day.
    is_whole = bool(due) and all(does and _is_at_its_time(part) for part, does in due)
    return Day(
        day,
        intake.slots_of_dose(part for part, _does in due),
        has_instruction=bool(here),
        is_off=bool(here) and not due,
        is_whole=is_whole,
    )


def _is_at_its_time(part: dosing.Component) -> bool:
    return part.timing.kind in ("slot", "clock") and not part.as_needed
