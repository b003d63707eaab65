"""The worklist against a slow model that asks, for one day, what is true on that day.

Thousands of the made-up ones come with `--hypothesis-profile=thorough`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.models import Role
from ledger.models import Retraction, RetractionReason
from ledger.writing import AlreadySuperseded
from patients import actions as patient_actions
from patients.actions import NothingChanged
from patients.identity import HERE, Standing
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.doses import times
from tests.titration.factories import (
    contact_of,
    draft_of,
    medicine_of,
    plan_text,
    planned_row,
    pump_event_of,
    regimen_of,
    report_of,
    report_text,
    signed_plan,
    step_of,
)
from tests.titration.histories import histories
from titration import actions, listed, planning, projection, timeline, worklist
from titration.listed import Person, Scope
from titration.models import (
    Confirmation,
    Contact,
    Dispute,
    DoseStep,
    IntakeReport,
    PlanDraft,
    PlanVersion,
    Review,
    WorklistRow,
)
from titration.planning import Link
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.pump import Pump, PumpRecord, PumpText, pump_after
from titration.reading import logged, planned, pumped
from titration.timeline import Effective, StepRecord
from titration.worklist import Asked, Booked, Call, Known, Planned, Reported, Text

TODAY = date(2026, 10, 25)

# The model: what is true on one day, asked of the facts one by one.


class Line(NamedTuple):
    """What stands in the list: of which topic, sorted by which day, about what."""

    topic: str
    day: date
    about: UUID


def model(known: Known, today: date) -> set[Line]:
    return set(_model(known, today))


def _model(known: Known, today: date) -> Iterator[Line]:
    for step in known.live:
        text = known.texts[step.entry]
        if (text.disputed or step.number) <= known.handed_on:
            continue
        if text.disputed is not None:
            yield Line("differs", text.disputed_on or today, step.entry)
        elif text.waits_for is not None:
            yield Line("confirm", text.on, step.entry)
    if not known.is_present:
        return
    come = [s for s in known.live if s.kind != "single" and s.effective.on <= today]
    last = come[-1] if come else None
    if last and last.kind == "withhold":
        yield Line("withheld", last.effective.on, last.entry)
    if last and last.kind == "stop" and (today - last.effective.on).days < 14:
        yield Line("withheld", last.effective.on, last.entry)
    for asked in known.asked:
        yield Line("sign", asked.on, asked.draft)
    yield from _of_pump(known.pump, today)
    if last is None or last.kind != "stop":
        yield Line("nobody", known.since, known.regimen)
    yield from _of_plan(known, today)
    written = [review for review in _written(known) if not _is_closed(known, review, today)]
    for review in written:
        if (review.review_on - today).days <= 7:
            yield Line("review", review.review_on, review.review)
    yield from _of_reports(known, today)
    begun = _begun(come)
    if begun is None:
        return
    if not written:
        yield Line("no-review", max([begun, *_looked_at(known)]), known.regimen)
    ended = _plan_ended(known)
    if ended is not None and max(ended, begun) <= today:
        yield Line("plan-ended", max(ended, begun), known.plan.plan if known.plan else UUID(int=0))


def _of_pump(pump: Pump, today: date) -> Iterator[Line]:
    """An event is listed while anything that it says of a topic is; by the earliest of its days."""
    for topic, said in (
        (
            "pump-alarm",
            [
                (pump.alarm, "effective", 0) if pump.is_alarm_heard else (None, "", 0),
                (pump.low_reservoir, "low_reservoir_on", 14),
            ],
        ),
        ("pump-refill", [(pump.refill, "refill_on", 14), (pump.replacement, "replacement_on", 90)]),
    ):
        for entry in {record.entry for record, _name, _ahead in said if record}:
            days = [
                (record.text.effective.on if name == "effective" else getattr(record.text, name), n)
                for record, name, n in said
                if record and record.entry == entry
            ]
            if any((day - today).days <= ahead for day, ahead in days):
                yield Line(topic, min(day for day, _ahead in days), entry)


def _begun(come: list[StepRecord]) -> date | None:
    """Since when the medicine has not been stopped, of the instructions that have come."""
    begun = None
    for step in come:
        if step.kind == "stop":
            begun = None
        elif begun is None:
            begun = step.effective.on
    return begun


def _looked_at(known: Known) -> list[date]:
    """The days of reviews that were done or missed."""
    return [r.review_on for r in known.reviews if r.status in ("done", "missed")]


def _of_plan(known: Known, today: date) -> Iterator[Line]:
    plan = known.plan
    if plan is None:
        return
    still = [row for place, row in enumerate(plan.carried) if _is_left(plan, place, today)]
    if plan.standing.state == "awaiting" and still:
        yield Line("differs", plan.since, plan.plan)
    if plan.standing.state == "open":
        days = sorted((row.planned_on, row.row.row) for row in still if row.planned_on)
        for topic, rows in (
            ("passed", [row for row in days if row[0] < today]),
            ("ahead", [row for row in days if 0 <= (row[0] - today).days <= 7]),
        ):
            if rows:
                yield Line(topic, *rows[0])


def _of_reports(known: Known, today: date) -> Iterator[Line]:
    """Reports that differ, of which nobody was told and which nothing recorded since answers."""
    plan = known.plan
    places = range(len(plan.carried)) if plan else ()
    left = [place for place in places if plan and _is_left(plan, place, today)]
    if plan and plan.standing.state == "awaiting" and left:
        return
    order = [step for step in known.live if step.kind != "single"]
    for report in known.reports:
        answers = [plan.answered] if plan else []
        for place, step in enumerate(order):
            later = order[place + 1] if place + 1 < len(order) else None
            if later is None or later.effective.on > report.last_on:
                answers.append(step.said_by)
        is_answered = any(number > report.number for number in answers)
        if not report.is_told and not is_answered and report.on <= today:
            yield Line("differs", report.on, report.report)


def called(known: Sequence[Call], today: date) -> set[Line]:
    """The call backs that are overdue, or due within a week."""
    near = [call for call in known if (call.on - today).days <= 7]
    return {Line("call-back", call.on, call.contact) for call in near}


def _is_left(plan: Planned, place: int, today: date) -> bool:
    """Nothing is recorded of the row, and nothing of a later one has come to take its place."""
    row = plan.carried[place]
    later = [each.step.effective.on for each in plan.carried[place + 1 :] if each.step]
    took_it = [on for on in later if on <= today or (row.planned_on and on <= row.planned_on)]
    return row.step is None and not took_it


def _written(known: Known) -> list[Booked]:
    """The reviews that are booked, and the one at the end of the plan until there is another."""
    booked = [review for review in known.reviews if review.status == "booked"]
    plan = known.plan
    is_over = plan is None or plan.standing.state in ("withdrawn", "completed", "closed")
    if plan is None or is_over or plan.review_on is None:
        return booked
    if any(review.number > plan.number for review in known.reviews):
        return booked
    whose = known.responsible
    named = Booked(plan.plan, plan.number, plan.signed_on, "booked", plan.review_on, whose)
    return [*booked, named]


def _is_closed(known: Known, review: Booked, today: date) -> bool:
    """Whether the medicine was stopped, by an entry after the booking that was not history then."""
    order = [step for step in known.live if step.kind != "single"]
    for place, step in enumerate(order):
        later = order[place + 1] if place + 1 < len(order) else None
        was_over = later is not None and later.effective.on <= review.recorded_on
        if (
            step.kind == "stop"
            and step.said_by > review.number
            and step.effective.on <= today
            and not was_over
        ):
            return True
    return False


def _plan_ended(known: Known) -> date | None:
    plan = known.plan
    if plan is None or not plan.carried:
        return None
    last = plan.carried[-1].step
    if plan.standing.state in ("withdrawn", "completed", "closed"):
        day, number = plan.since, plan.standing.number
    elif last is not None:
        day, number = last.effective.on, last.said_by
    else:
        return None
    if any(review.status == "done" and review.number > number for review in known.reviews):
        return None
    if plan.standing.state in ("withdrawn", "closed") or plan.end == "stop":
        return day
    if plan.end == "review" and not _written(known):
        return day
    return None


# Made up: any log, any plan in any standing, any reviews

days = st.integers(-40, 40).map(lambda n: TODAY + timedelta(days=n))
past = st.integers(-40, 0).map(lambda n: TODAY + timedelta(days=n))
numbers = st.integers(1, 40)
states = st.sampled_from(["open", "paused", "awaiting", "withdrawn", "completed", "closed"])


@st.composite
def reviews(draw: st.DrawFn) -> Booked:
    """A review; one that was done or missed was so by today."""
    status = draw(st.sampled_from(["booked", "done", "missed", "cancelled"]))
    on = draw(days if status == "booked" else past)
    return Booked(draw(st.uuids()), draw(numbers), draw(past), status, on, 1)


@st.composite
def plans(draw: st.DrawFn, live: tuple[StepRecord, ...]) -> Planned:
    rows = [
        planned_row(draw(days), row=UUID(int=place + 1), kind="words", words="as agreed")
        if draw(st.booleans())
        else planned_row("review", row=UUID(int=place + 1), kind="words", words="as agreed")
        for place in range(draw(st.integers(1, 6)))
    ]
    lines = [step.step for step in live]
    links = [
        Link(row.row, draw(st.sampled_from(lines)), place)
        for place, row in enumerate(rows)
        if lines and draw(st.booleans())
    ]
    return Planned(
        plan=uuid4(),
        number=draw(numbers),
        signed_on=draw(past),
        end=draw(st.sampled_from(planning.ENDS)),
        review_on=draw(st.none() | days),
        standing=planning.Standing(draw(states), draw(numbers)),
        since=draw(past),
        carried=planning.carried_rows(rows, links, live),
        answered=draw(numbers),
    )


pump_events = st.builds(
    lambda kind, on, number, dates, alarm: PumpRecord(
        uuid4(),
        number,
        uuid4(),
        PumpText(kind, Effective(on), "baclofen", alarm=alarm, **dates),
        number,
    ),
    st.sampled_from(["implanted", "checked", "replaced", "removed"]),
    past,
    numbers,
    st.fixed_dictionaries(
        {},
        optional={
            "low_reservoir_on": days,
            "refill_on": days,
            "replacement_on": days,
            "volume_filled": st.just(Decimal(40)),
        },
    ),
    st.sampled_from(["", "heard", "not-heard"]),
)
reports = st.builds(Reported, st.uuids(), numbers, past, past, st.booleans())
calls = st.builds(Call, st.uuids(), numbers, days, st.just(1))


@st.composite
def regimens(draw: st.DrawFn) -> Known:
    told = draw(histories())
    live = timeline.live_steps(told.records, told.withdrawals)
    texts = {
        step.entry: Text(
            on=draw(past),
            waits_for=draw(st.none() | st.integers(1, 3)),
            disputed=(disputed := draw(st.none() | numbers)),
            disputed_on=draw(past) if disputed else None,
        )
        for step in live
    }
    return Known(
        regimen=uuid4(),
        number=draw(numbers),
        since=draw(past),
        responsible=draw(st.integers(1, 3)),
        live=live,
        texts=texts,
        plan=draw(st.none() | plans(live)),
        reviews=tuple(draw(st.lists(reviews(), max_size=3))),
        asked=tuple(draw(st.lists(st.builds(Asked, st.uuids(), past), max_size=1))),
        pump=pump_after(draw(st.lists(pump_events, max_size=4))),
        reports=tuple(draw(st.lists(reports, max_size=2))),
        is_present=draw(st.sampled_from([True, True, True, False])),
        handed_on=draw(st.just(0) | numbers),
    )


def lines(known: Known, today: date) -> set[Line]:
    shown = [item for item in worklist.items(known) if item.is_shown(today)]
    found = {Line(item.topic, item.day, item.about) for item in shown}
    assert len(found) == len(shown)
    return found


@given(regimens(), st.integers(0, 60))
def test_what_is_shown_on_a_day_is_what_is_true_on_it(known: Known, ahead: int) -> None:
    today = TODAY + timedelta(days=ahead)
    assert lines(known, today) == model(known, today)


@given(st.lists(calls, max_size=4), st.integers(0, 60))
def test_a_call_back_is_shown_from_a_week_before_its_day(known: list[Call], ahead: int) -> None:
    today = TODAY + timedelta(days=ahead)
    shown = [item for item in worklist.calls(known) if item.is_shown(today)]
    assert {Line(i.topic, i.day, i.about) for i in shown} == called(known, today)


@given(regimens())
def test_no_item_is_shown_longer_before_its_day_than_the_list_reads(known: Known) -> None:
    """A page reads the index up to so many days ahead: nothing that is shown may lie further on."""
    for item in worklist.items(known):
        ahead = worklist.DAYS_AHEAD.get(item.topic, 0)
        assert item.day <= max(item.shown_from, TODAY) + timedelta(days=ahead)


# The record: what the actions leave in the table, at several clinics' and several days' pages

REFUSALS = (
    RuleBroken,
    ChangedMeanwhile,
    AlreadySuperseded,
    PermissionDenied,
    NothingChanged,
)
VERBS = (
    *("dose", "dose", "withhold", "resume", "stop", "correct", "retract", "confirm", "dispute"),
    *("plan", "plan", "revise", "paused", "resumed", "withdrawn", "completed", "follow"),
    *("book", "done", "missed", "cancelled", "ask", "discard", "left", "here", "withdraw"),
    *("pump", "pump"),
    *("report", "told", "unreport", "call", "answer", "uncall"),
)
doings = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(-25, 20)),
    min_size=1,
    max_size=14,
)


class Desk:
    """Two regimens of two patients of a clinic, a prescriber and a recorder who work on them."""

    def __init__(self) -> None:
        self.clinic = ClinicFactory.create()
        self.today = self.clinic.local(timezone.now()).date()
        self.people = [member(self.clinic), member(self.clinic, Role.RECORDER)]
        medicine = medicine_of(self.clinic)
        self.versions = [
            regimen_of(
                PatientFactory(clinic=self.clinic), medicine, self.people[0], route="intrathecal"
            )
            for _again in range(2)
        ]

    def do(self, verb: str, which: int, days: int) -> None:
        """Do one thing, unless a rule refuses it."""
        self.version, self.by = self.versions[which], self.people[days % 2]
        self.on, self.days = self.today + timedelta(days=days), days
        name = {"resume": "step", "dose": "step", "withhold": "step", "stop": "step"}.get(
            verb, verb
        )
        if verb in ("paused", "resumed", "withdrawn", "completed"):
            name = "event"
        elif verb in ("done", "missed", "cancelled"):
            name = "reviewed"
        elif verb in ("left", "here"):
            name = "standing"
        try:
            getattr(self, f"_{name}")(verb)
        except REFUSALS:
            return

    def _live(self) -> tuple[StepRecord, ...]:
        return logged.history(self.version.regimen).live

    def _some_step(self) -> DoseStep | None:
        live = self._live()
        return DoseStep.objects.get(pk=live[self.days % len(live)].entry) if live else None

    def _step(self, verb: str) -> None:
        step_of(self.version, self.on, verb, by=self.by)

    def _correct(self, _verb: str) -> None:
        if (step := self._some_step()) is not None:
            actions.correct_step(
                step=step,
                instruction=actions.Instruction(
                    kind=step.kind,
                    effective=timeline.Effective(self.on),
                    decided_by=step.decided_by,
                    decided_by_name=step.decided_by_name,
                    received_how="letter",
                    reason=step.reason,
                    components=tuple(part.as_written() for part in step.parts),
                ),
                correction_reason="slip",
                by=self.by,
            )

    def _retract(self, _verb: str) -> None:
        if (step := self._some_step()) is not None:
            actions.retract_step(
                step=step, reason=RetractionReason.TWICE, reason_text="", by=self.by
            )

    def _confirm(self, _verb: str) -> None:
        if (step := self._some_step()) is not None:
            actions.confirm_step(step=step, by=self.people[0])

    def _pump(self, _verb: str) -> None:
        pump_event_of(
            self.version,
            self.today - timedelta(days=abs(self.days)),
            ("implanted", "alarm", "checked", "removed")[self.days % 4],
            by=self.by,
            alarm=("", "heard", "not-heard")[self.days % 3],
            low_reservoir_on=self.on if self.days % 4 != 3 else None,
            replacement_on=self.on + timedelta(days=80) if self.days % 5 == 0 else None,
        )

    def _dispute(self, _verb: str) -> None:
        if (step := self._some_step()) is not None:
            actions.dispute_step(step=step, says="", by=self.people[0])

    def _plan(self, _verb: str, revises: PlanVersion | None = None) -> None:
        ends = ("continue", "review")[self.days % 2]
        rows = [
            planned_row(self.on + timedelta(days=4 * place), times(3, str(place + 5)))
            for place in range(1 + self.days % 4)
        ]
        more = {"review_on": self.on} if ends == "review" else {}
        draft = draft_of(self.version.regimen, by=self.people[0], revises=revises)
        signed_plan(draft, plan_text(*rows, end=ends, **more))

    def _newest(self) -> PlanVersion | None:
        versions = PlanVersion.objects.newest().filter(plan__regimen=self.version.regimen_id)
        return versions.select_related("plan", "entry").order_by("entry__number").last()

    def _revise(self, verb: str) -> None:
        if (version := self._newest()) is not None:
            self._plan(verb, version)

    def _event(self, verb: str) -> None:
        if (version := self._newest()) is not None:
            regimen = self.version.regimen
            logs = planned.plan_logs([regimen.pk])[regimen.pk]
            actions.record_plan_event(
                plan=version.plan,
                kind=verb,
                reason_text="as agreed",
                seen=actions.newest_number(regimen, logged.history(regimen), logs),
                by=self.people[0],
            )

    def _follow(self, _verb: str) -> None:
        """Record the next row of the plan, as it was planned, by a form that names the row."""
        regimen = self.version.regimen
        plans = planned.plan_logs([regimen.pk])[regimen.pk]
        log = planned.present_plan(plans, logged.history(regimen))
        left = planning.open_rows(log.carried(self._live()), self.today) if log else ()
        if log is None or not left or left[0].planned_on is None:
            return
        actions.record_step(
            regimen=regimen,
            instruction=actions.Instruction(
                kind="dose",
                effective=timeline.Effective(left[0].planned_on),
                decided_by=self.people[0],
                decided_by_name=self.people[0].name,
                received_how="signed-plan",
                reason="step-up",
                components=left[0].row.components,
            ),
            from_row=actions.FromRow(log.newest.entry, left[0].row.row),
            by=self.by,
        )

    def _book(self, _verb: str) -> None:
        text = actions.ReviewText("booked", self.on, "Grip", self.people[0])
        actions.book_review(regimen=self.version.regimen, text=text, by=self.by)

    def _reviewed(self, verb: str) -> None:
        review = Review.objects.newest().filter(regimen=self.version.regimen_id).last()
        if review is not None:
            text = actions.ReviewText(verb, self.on, "Grip", self.people[0])
            actions.update_review(review=review, text=text, by=self.by)

    def _ask(self, _verb: str) -> None:
        draft = draft_of(self.version.regimen, by=self.by)
        PlanDraft.objects.filter(pk=draft.pk).update(asked_by=self.by, asked_at=timezone.now())
        projection.refresh([self.version.regimen])

    def _discard(self, _verb: str) -> None:
        draft = PlanDraft.objects.filter(regimen=self.version.regimen_id).first()
        if draft is not None:
            actions.discard_draft(draft=draft, seen=draft.revision, by=self.by)

    def _standing(self, verb: str) -> None:
        patient = self.version.regimen.patient
        newest = patient.versions.latest("entry__number")
        standing = Standing("left", min(self.on, self.today)) if verb == "left" else HERE
        patient_actions.revise_patient(
            patient=patient,
            seen=newest.entry,
            identity=newest.identity,
            standing=standing,
            by=self.by,
        )

    def _withdraw(self, _verb: str) -> None:
        if self.days == 0:
            actions.retract_regimen(
                regimen=self.version.regimen,
                reason=RetractionReason.TWICE,
                reason_text="",
                by=self.by,
            )

    def _report(self, _verb: str) -> None:
        """Something else taken, whole days missed, or times of day."""
        on = min(self.on, self.today)
        what = ("different", "missed", "missed")[self.days % 3]
        slots = "morning" if self.days % 3 == 2 else ""
        report_of(self.version, by=self.by, from_on=on, until_on=on, what=what, slots=slots)

    def _some_report(self) -> IntakeReport | None:
        return IntakeReport.objects.newest().filter(regimen=self.version.regimen_id).last()

    def _told(self, _verb: str) -> None:
        if (report := self._some_report()) is not None:
            said = {
                name: getattr(report, name)
                for name in ("what", "from_on", "until_on", "slots", "taken")
            }
            doctor = self.people[0]
            actions.correct_intake(
                report=report,
                text=report_text(
                    self.version, **said, told=doctor, told_name=doctor.name, told_on=self.today
                ),
                correction_reason="told",
                by=self.by,
            )

    def _unreport(self, _verb: str) -> None:
        if (report := self._some_report()) is not None:
            actions.retract_intake(
                report=report, reason=RetractionReason.TWICE, reason_text="", by=self.by
            )

    def _call(self, _verb: str) -> None:
        """A contact with a call back, of the medicine or of none."""
        regimen = self.version.regimen
        contact_of(
            regimen.patient,
            self.by,
            call_back=max(self.on, self.today),
            regimen=regimen if self.days % 2 else None,
        )

    def _answer(self, _verb: str) -> None:
        """The last contact is answered, in vain where the days are odd."""
        patient = self.version.regimen.patient
        last = Contact.objects.newest().filter(patient=patient).last()
        if last is not None:
            in_vain = {"reached": "no-answer", "call_back": self.today + timedelta(days=2)}
            more = in_vain if self.days % 2 else {}
            contact_of(patient, self.by, answers=last.contact, **more)

    def _uncall(self, _verb: str) -> None:
        contact = Contact.objects.newest().filter(patient=self.version.regimen.patient).last()
        if contact is not None:
            actions.retract_contact(
                contact=contact, reason=RetractionReason.TWICE, reason_text="", by=self.by
            )

    def listed(self, today: date) -> set[tuple[UUID | None, Line]]:
        """What a page would read on a day, with everybody taken for one who prescribes no more."""
        former = {self.clinic.pk: [Person(person.pk, person.name) for person in self.people]}
        named = listed.still_named(former)
        found = listed.first_rows(Scope({self.clinic.pk: today}, former=former, named=named), 500)
        rows = [row for of_topic in found.values() for row in of_topic]
        said = {(row.regimen_id, Line(row.topic, row.day, row.about)) for row in rows}
        assert len(said) == len(rows)
        return said

    def true(self, today: date) -> set[tuple[UUID | None, Line]]:
        """What the model says of each regimen, by what the tables of the record hold."""
        found = {
            (contact.regimen_id, line)
            for version in self.versions
            for contact, call in waiting_calls(version.regimen.patient_id)
            for line in called([call], today)
        }
        return found | {
            (version.regimen_id, line)
            for version in self.versions
            if (known := known_of(version.regimen_id)) is not None
            for line in model(known, today)
        }


def known_of(pk: UUID) -> Known | None:
    """The facts of a regimen, read one by one; none of one that was withdrawn."""
    newest = worklist_version(pk)
    regimen = newest.regimen
    if regimen.card.is_retracted:
        return None
    history = logged.history(regimen)
    live = history.live
    version = regimen.patient.versions.latest("entry__number")
    return Known(
        regimen=pk,
        number=newest.entry.number,
        since=day_of(newest.entry),
        responsible=newest.responsible_id,
        live=live,
        texts={step.entry: text_of(step) for step in live},
        plan=plan_of_record(regimen, history),
        reviews=tuple(
            Booked(
                review.review,
                review.entry.number,
                day_of(review.entry),
                review.status,
                review.review_on,
                review.whose_id,
            )
            for review in Review.objects.filter(regimen=pk, entry__superseded_by=None)
        ),
        asked=tuple(
            Asked(draft.pk, regimen.clinic.local(draft.asked_at).date())
            for draft in PlanDraft.objects.filter(regimen=pk)
            if draft.asked_at
        ),
        pump=pumped.pump_log(pk).pump,
        reports=tuple(reports_of_record(pk)),
        is_present=version.status == "here",
    )


def waiting_calls(patient: UUID) -> Iterator[tuple[Contact, Call]]:
    """The contacts that set a call back and that no other one answers, looked at one by one."""
    newest = Contact.objects.filter(patient=patient, entry__superseded_by=None)
    gone = Retraction.objects.values("entry__subject")
    live = list(newest.exclude(contact__in=gone).select_related("entry"))
    for contact in live:
        is_answered = any(other.answers == contact.contact for other in live)
        if contact.call_back_on and contact.call_back_by_id and not is_answered:
            yield (
                contact,
                Call(
                    contact.contact,
                    contact.entry.number,
                    contact.call_back_on,
                    contact.call_back_by_id,
                ),
            )


def reports_of_record(regimen: UUID) -> Iterator[Reported]:
    """The reports that differ; each by the first of its texts since which it says the same."""
    for line in set(IntakeReport.objects.filter(regimen=regimen).values_list("report", flat=True)):
        texts = list(IntakeReport.objects.filter(report=line).order_by("-entry__number"))
        newest = texts[0]
        whole = newest.what == "missed" and not newest.slots
        differs = newest.what in ("different", "stopped") or whole
        if not differs or Retraction.objects.filter(entry__subject=line).exists():
            continue
        first = newest
        for text in texts:
            if any(
                getattr(text, name) != getattr(newest, name)
                for name in ("what", "from_on", "until_on", "slots", "taken")
            ):
                break
            first = text
        last_on = newest.until_on or newest.reported_on
        yield Reported(
            line, first.entry.number, day_of(first.entry), last_on, bool(newest.told_name)
        )


def worklist_version(pk: UUID):
    return logged.RegimenVersion.objects.select_related("regimen__clinic").get(
        regimen=pk, entry__superseded_by=None
    )


def day_of(entry) -> date:
    return entry.clinic.local(entry.recorded_at).date()


def text_of(step: StepRecord) -> Text:
    written = DoseStep.objects.get(pk=step.entry)
    waits = written.decided_by_id not in (None, written.entry.recorded_by_id)
    dispute = Dispute.objects.filter(disputes=written).first()
    if not waits or Confirmation.objects.filter(confirms=written).exists():
        return Text(day_of(written.entry))
    if dispute is not None:
        return Text(
            day_of(written.entry),
            written.decided_by_id,
            dispute.entry.number,
            day_of(dispute.entry),
        )
    return Text(day_of(written.entry), written.decided_by_id)


def plan_of_record(regimen, history: logged.History) -> Planned | None:
    """The plan that is not over, or the last one; with the day of the entry that left it so."""
    ended = planned.ended_by(regimen.patient.versions.latest("entry__number"))
    logs = planned.plan_logs([regimen.pk])[regimen.pk]
    going = [log for log in logs if not log.standing(history, ended).is_over]
    for log in [*going, *logs[::-1]][:1]:
        standing = log.standing(history, ended)
        entry = regimen.clinic.entries.get(number=standing.number)
        return Planned(
            plan=log.plan,
            number=log.newest.number,
            signed_on=log.newest.signed_on,
            end=log.newest.text.end,
            review_on=log.newest.text.review_on,
            standing=standing,
            since=ended.on if ended and ended.number == standing.number else day_of(entry),
            carried=log.carried(history.live),
            answered=max(
                [log.newest.number, *(e.number for e in log.events if e.kind == "continued")]
            ),
        )
    return None


class TheRecord(TestCase):
    @given(doings)
    @settings(max_examples=15, deadline=None)
    def test_the_page_of_any_day_shows_what_is_true_on_it(self, doings):
        desk = Desk()
        for doing in doings:
            desk.do(*doing)
        for ahead in (0, 1, 3, 8, 15, 40):
            today = desk.today + timedelta(days=ahead)
            assert desk.listed(today) == desk.true(today)
        assert not list(projection.differences(desk.clinic))
        rows = set(map(projection.values, WorklistRow.objects.all()))
        projection.rebuild()
        assert set(map(projection.values, WorklistRow.objects.all())) == rows
