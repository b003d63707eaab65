"""The rules of the work asked of records that are brought in whole, entry by entry.

Each record is checked as the action that records its kind would have checked it when it was
recorded first: against what stood then, on that day. Who was allowed to is of the other place.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Record, Retraction, RetractionReason
from patients import context, identity
from patients import wording as person_wording
from patients.context import TOPICS
from patients.models import ContextVersion, Gender, PatientCard, PatientVersion
from titration import planning, policies, wording
from titration.actions.observed_rules import ObservationText, check_kind
from titration.actions.plan_rules import Plans, plan_text
from titration.actions.reviews import check_opening, check_review, opens_anew
from titration.models import (
    Contact,
    Course,
    DoseStep,
    Indication,
    Intake,
    IntakeReport,
    IssueTold,
    Observation,
    PlanEvent,
    PlanEventKind,
    PlanIssue,
    PlanVersion,
    PumpEvent,
    Regimen,
    RegimenVersion,
    Review,
    RowRecorded,
    SideEffect,
    StepKind,
    Symptom,
    slots_of,
)
from titration.policies import RuleBroken
from titration.reading import planned, pumped
from titration.reading.logged import History
from titration.timeline import StepRecord, Withdrawal


class Rules:
    """What is known of a patient after some entries, and what the rules ask of the next one.

    `check` asks of a record that is not known yet, `learn` adds one. Both take the subject of the
    entry; `number` and `at`, the clinic's aware local time, are those of its recording.
    """

    def __init__(self) -> None:
        self.person = PatientVersion()
        self.regimens: dict[UUID, RegimenVersion] = {}
        self.steps: dict[UUID, list[StepRecord]] = defaultdict(list)
        self.regimen_of: dict[UUID, UUID] = {}
        self.withdrawn: dict[UUID, int] = {}
        self.versions: dict[UUID, PlanVersion] = {}
        self.plan_of_row: dict[UUID, UUID] = {}
        self.contacts: set[UUID] = set()
        self.plans = Plans()
        self._live: dict[UUID, tuple[StepRecord, ...]] = {}

    def learn(self, record: Record, subject: UUID, number: int, at: datetime) -> None:
        """Know a record."""
        self.plans.learn(record, subject, number, at)
        match record:
            case PatientVersion():
                self.person = record
            case RegimenVersion():
                self.regimens[record.regimen_id] = record
            case DoseStep():
                self._learn_step(
                    record.regimen_id,
                    StepRecord(
                        record.pk,
                        number,
                        record.step,
                        record.kind,
                        record.effective,
                        tuple(part.as_written() for part in record.parts),
                    ),
                )
            case Retraction():
                self.withdrawn[subject] = number
                self._live.pop(self.regimen_of.get(subject, subject), None)
            case PlanVersion():
                self.versions[record.plan_id] = record
                self.plan_of_row |= {row.row: record.plan_id for row in record.rows}
            case Contact():
                self.contacts.add(record.contact)

    def _learn_step(self, regimen: UUID, step: StepRecord) -> None:
        """Know a step. One that comes last of all, as most do, costs no reading of the others."""
        live, is_new = self._live.pop(regimen, None), step.step not in self.regimen_of
        self.regimen_of[step.step] = regimen
        self.steps[regimen].append(step)
        if is_new and live and step.effective.order > live[-1].effective.order:
            self._live[regimen] = (*live, step)

    def check(
        self, record: Record, subject: UUID, at: datetime, *, is_correction: bool = False
    ) -> None:
        """Raise RuleBroken for a record that its action would have refused."""
        if regimen := _regimen_of(record):
            self._check_regimen(record, regimen)
        check = _CHECKS.get(type(record))
        if check is not None:
            check(self, record, subject, at)
        # A later text of a side effect may also say that it ended.
        is_bare = getattr(record, "correction_reason", None) == ""
        if is_correction and is_bare and not isinstance(record, SideEffect):
            raise RuleBroken("correction_reason", _("Write why the entry is corrected."))

    def live(self, regimen: UUID) -> tuple[StepRecord, ...]:
        """The steps of a regimen that stand."""
        if regimen not in self._live:
            self._live[regimen] = self.history(regimen).live
        return self._live[regimen]

    def history(self, regimen: UUID) -> History:
        """The log of a regimen."""
        gone = (Withdrawal(line, number) for line, number in self.withdrawn.items())
        return History(tuple(self.steps[regimen]), tuple(gone))

    @property
    def card(self) -> PatientCard:
        """The patient as the rules of days ask for them."""
        return PatientCard(version=self.person, birth_date=self.person.birth_date)

    def _check_regimen(self, record: Record, regimen: Regimen) -> None:
        if regimen.pk in self.withdrawn and isinstance(record, _STANDING):
            raise RuleBroken(None, _("The regimen was withdrawn before this was recorded."))
        if regimen.pk not in self.regimens and not isinstance(record, RegimenVersion):
            raise RuleBroken("regimen", _("The regimen was not opened before this."))

    def _of_person(self, record: PatientVersion, _subject: UUID, at: datetime) -> None:
        if record.birth_date is None:
            raise RuleBroken("birth_date", _("Write the date of birth."))
        if record.gender not in Gender.values:
            raise RuleBroken("gender", _("Choose one of the list."))
        problems = identity.problems(record.identity, record.standing, today=at.date())
        for field, code in problems:
            raise RuleBroken(field, person_wording.problem_words(field, code))

    def _of_context(self, record: ContextVersion, _subject: UUID, at: datetime) -> None:
        topic = TOPICS[record.topic]
        for _line, _part, code in context.problems(topic, record.text, today=at.date()):
            raise RuleBroken(None, person_wording.topic_problem_words(topic, code))

    def _of_regimen(self, record: RegimenVersion, _subject: UUID, _at: datetime) -> None:
        if record.indication == Indication.OTHER and not (record.indication_text or "").strip():
            raise RuleBroken("indication_text", _("Write in words what the medicine is for."))
        before = self.regimens.get(record.regimen_id)
        if before is None or not self.steps[record.regimen_id]:
            return
        if (before.medicine_name, before.route) != (record.medicine_name, record.route):
            raise RuleBroken(
                "medicine_name", _("Medicine and route stay as they are once steps are recorded.")
            )

    def _of_step(self, record: DoseStep, _subject: UUID, at: datetime) -> None:
        effective, live = record.effective, self.live(record.regimen_id)
        is_new = record.step not in self.regimen_of
        if is_new and live and effective.order > live[-1].effective.order:
            live = _last(live)
        if self.regimen_of.get(record.step, record.regimen_id) != record.regimen_id:
            raise RuleBroken("regimen", _("The step was recorded of another regimen first."))
        policies.check_effective(effective, at.date(), self.card.version.life)
        policies.check_dosage(record.kind, tuple(part.as_written() for part in record.parts))
        policies.check_reason(record.kind, record.reason)
        policies.check_moment_free(live, effective, record.kind, record.step)
        policies.check_order(live, effective, record.kind, None if is_new else record.step)

    def _of_withdrawal(self, record: Retraction, subject: UUID, _at: datetime) -> None:
        if record.reason == RetractionReason.OTHER and not (record.reason_text or "").strip():
            raise RuleBroken("reason_text", _("Write the reason in your own words."))
        regimen = self.regimen_of.get(subject)
        if regimen is not None and regimen not in self.withdrawn:
            policies.check_withdrawal(self.live(regimen), subject)

    def _of_plan(self, record: PlanVersion, _subject: UUID, _at: datetime) -> None:
        before = self.versions.get(record.plan_id)
        if record.version != (before.version + 1 if before else 1):
            raise RuleBroken("version", _("The versions do not follow one after the other."))
        if any(
            self.plan_of_row.get(row.row, record.plan_id) != record.plan_id for row in record.rows
        ):
            raise RuleBroken(None, _("A row belongs to another plan."))
        if any(part.of_row >= len(record.rows) for part in record.parts):
            raise RuleBroken(None, _("A dose belongs to no row of the plan."))
        text, regimen = plan_text(record), record.plan.regimen_id
        policies.check_plan(text)
        policies.check_present(self.card)
        history, logs = self.history(regimen), self.plans.logs(regimen)
        own = next((log for log in logs if log.plan == record.plan_id), None)
        policies.check_no_open_plan([log for log in logs if log is not own], history)
        if own is not None:
            policies.check_not_ended(own.standing(history))
        if problems := planning.check_order(text.rows, own.opened if own else {}):
            raise RuleBroken(None, wording.plan_problem_words(problems[0]))

    def _of_plan_event(self, record: PlanEvent, _subject: UUID, _at: datetime) -> None:
        if record.plan_id not in self.versions:
            raise RuleBroken("plan", _("The plan was not signed before this."))
        regimen = record.plan.regimen_id
        [log] = [each for each in self.plans.logs(regimen) if each.plan == record.plan_id]
        standing = log.standing(self.history(regimen), self.plans.ended)
        # Before a plan waited for what it was signed on to be withdrawn, one that was paused could
        # go on after that: the record of it travels too, and the plan waits where it arrives.
        if (standing.state, record.kind) != (planning.AWAITING, PlanEventKind.RESUMED):
            policies.check_plan_event(standing, record.kind)
        needs_reason = (PlanEventKind.WITHDRAWN, PlanEventKind.PAUSED)
        if record.kind in needs_reason and not (record.reason_text or "").strip():
            raise RuleBroken("reason_text", _("Write the reason in your own words."))

    def _of_link(self, record: RowRecorded, _subject: UUID, _at: datetime) -> None:
        if record.row not in {row.row for row in record.version.rows}:
            raise RuleBroken("row", _("The version of the plan has no such row."))
        if self.regimen_of.get(record.step) != record.version.plan.regimen_id:
            raise RuleBroken("step", _("No such step was recorded of the regimen before."))

    def _of_review(self, record: Review, _subject: UUID, at: datetime) -> None:
        check_review(record, at.date(), self.plans.ended)
        before = self.plans.reviews.get(record.review)
        if opens_anew(record, before):
            logs, history = self.plans.logs(record.regimen_id), self.history(record.regimen_id)
            plan = planned.present_plan(logs, history, self.plans.ended)
            check_opening(record, plan, history.live, before)

    def _of_copy(self, record: PlanIssue, _subject: UUID, at: datetime) -> None:
        _check_was(record.issued_on, at.date(), "issued_on")

    def _of_telling(self, record: IssueTold, _subject: UUID, at: datetime) -> None:
        _check_was(record.told_on, at.date(), "told_on")

    def _of_report(self, record: IntakeReport, _subject: UUID, at: datetime) -> None:
        _check_was(record.reported_on, at.date(), "reported_on")
        policies.check_day(record.from_on, at.date(), self.card, "from_on")
        if (record.what == Intake.DIFFERENT) != bool((record.taken or "").strip()):
            raise RuleBroken("taken", _("Write what was taken instead, as it was reported."))
        try:
            slots_of(record.slots)
        except ValueError:
            raise RuleBroken("slots", _("Choose times of day from the list.")) from None
        if record.version is not None and record.version.plan.regimen_id != record.regimen_id:
            raise RuleBroken("version", _("The plan is of another regimen."))

    def _of_contact(self, record: Contact, _subject: UUID, at: datetime) -> None:
        _check_was(record.on, at.date(), "on")
        policies.check_born(record.on, self.card, "on")
        if record.precision != "day":
            raise RuleBroken("on", _("Write day, month and year."))
        if record.answers is not None and record.answers not in self.contacts:
            raise RuleBroken("answers", _("There is no contact that it answers."))

    def _of_observation(self, record: Observation, _subject: UUID, at: datetime) -> None:
        self._check_was_theirs(record, at)
        columns = {name: getattr(record, name) for name in _VALUE}
        columns["words"] = columns["words"] or ""
        check_kind(record, ObservationText(record.effective, **columns))

    def _of_effect(self, record: SideEffect, _subject: UUID, at: datetime) -> None:
        self._check_was_theirs(record, at)
        if record.symptom == Symptom.OTHER and not (record.words or "").strip():
            raise RuleBroken("words", _("Write in words what it was."))
        if record.course == Course.ENDED and record.ended_on is not None:
            _check_was(record.ended_on, at.date(), "ended_on")

    def _of_pump(self, record: PumpEvent, _subject: UUID, at: datetime) -> None:
        self._check_was_theirs(record, at)
        text = pumped.text_of(record, [part.as_written() for part in record.parts])
        policies.check_pump(text, self.regimens[record.regimen_id].route, at.date())

    def _check_was_theirs(self, record: Observation | SideEffect | PumpEvent, at: datetime) -> None:
        policies.check_has_come(record.effective, at)
        policies.check_effective(record.effective, at.date(), self.card.version.life)


_STANDING = (RegimenVersion, DoseStep, PlanVersion, PlanEvent, RowRecorded, PlanIssue, PumpEvent)
"""What is only recorded of a regimen that stands."""

_VALUE = ("figure", "second_figure", "choice", "yes", "words")

_CHECKS: dict[type[Record], Callable] = {
    PatientVersion: Rules._of_person,
    ContextVersion: Rules._of_context,
    RegimenVersion: Rules._of_regimen,
    DoseStep: Rules._of_step,
    Retraction: Rules._of_withdrawal,
    PlanVersion: Rules._of_plan,
    PlanEvent: Rules._of_plan_event,
    RowRecorded: Rules._of_link,
    Review: Rules._of_review,
    PlanIssue: Rules._of_copy,
    IssueTold: Rules._of_telling,
    IntakeReport: Rules._of_report,
    Contact: Rules._of_contact,
    Observation: Rules._of_observation,
    SideEffect: Rules._of_effect,
    PumpEvent: Rules._of_pump,
}


def _last(live: tuple[StepRecord, ...]) -> tuple[StepRecord, ...]:
    """The last instruction and the single doses since: all that bears on a step after them."""
    places = (n for n in range(len(live) - 1, 0, -1) if live[n].kind != StepKind.SINGLE)
    return live[next(places, 0) :]


def _regimen_of(record: Record) -> Regimen | None:
    """The regimen that a record is of, whichever way leads to it."""
    if isinstance(record, PlanVersion | PlanEvent):
        return record.plan.regimen
    if isinstance(record, RowRecorded | PlanIssue):
        return record.version.plan.regimen
    return getattr(record, "regimen", None)


def _check_was(on: date, today: date, field: str) -> None:
    if on > today:
        raise RuleBroken(field, _("This day has not come yet. Check the date."))
