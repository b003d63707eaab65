"""Plays the demonstration through the actions, in the order in which it was recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from access.models import Clinic, Membership, User
from patients.actions import add_patient, confirm_context, record_context, revise_patient
from patients.models import Patient
from titration import actions
from titration.demo import neurology, others, pumps, spasticity
from titration.demo.contexts import told_of
from titration.demo.medicines import MEDICINES
from titration.demo.neighbour import build_neighbour
from titration.demo.people import CLINIC, MOREAU, PEOPLE
from titration.demo.planning import PlayedPlan
from titration.demo.story import (
    MONDAY,
    Calendar,
    Course,
    Felt,
    PumpRead,
    Said,
    Seen,
    Spoken,
    Step,
    Story,
)
from titration.models import Contact, DoseStep, MeasureVersion, MedicineVersion, Regimen, SideEffect
from titration.policies import effective_at
from titration.pump import PumpText
from titration.timeline import Effective

STORIES = (*spasticity.STORIES, *pumps.STORIES, *neurology.STORIES, *others.STORIES)
OPENED = -60
"""The week in which the clinic began to use the service."""

Thread = Iterator[datetime]
"""One matter from beginning to end: it yields when it wants to act next, and acts when resumed."""


@transaction.atomic
def build(password: str, today: date | None = None) -> Clinic:
    """Make the demonstration clinic with everything in it, and its neighbour, or nothing at all.

    `today` is a day in the clinic's zone; everything is recorded before the Monday of its week.
    """
    clinic = Clinic.objects.create(is_demo=True, **CLINIC)
    on = Calendar(today or timezone.localdate(timezone=clinic.zone))
    people = _people(clinic, password, on)
    _Play(clinic, on, people).run()
    build_neighbour(clinic, on, next(iter(people.values())).password)
    return clinic


def _people(clinic: Clinic, password: str, on: Calendar) -> dict[str, User]:
    """Everybody who signs in, by key. They share one password, and so its slow digest."""
    since = on.at(OPENED - 1, MONDAY, "09:00").replace(tzinfo=clinic.zone)
    shared = make_password(password)
    people = {
        person.key: User.objects.create(
            email=person.email,
            name=person.name,
            profession=person.profession,
            password=shared,
            date_joined=since,
        )
        for person in PEOPLE
    }
    for person in PEOPLE:
        Membership.objects.create(
            user=people[person.key], clinic=clinic, role=person.role, started_at=since
        )
    return people


class _Play:
    """Brings the threads forward in the clinic's one order; `now` is the moment that has come."""

    def __init__(self, clinic: Clinic, on: Calendar, people: dict[str, User]) -> None:
        self.clinic = clinic
        self.on = on
        self.people = people
        self.medicines: dict[str, MedicineVersion] = {}
        self.measures: dict[str, MeasureVersion] = {}
        self.now = on.at(OPENED, MONDAY, "00:00").replace(tzinfo=clinic.zone)
        self._turn = count()
        self._waiting: list[tuple[datetime, int, Thread]] = []

    def run(self) -> None:
        self.start(self._catalogue())
        for story in STORIES:
            self.start(self._story(story(self.on)))
        while self._waiting:
            self.now, _turn, thread = heappop(self._waiting)
            self.start(thread)

    def start(self, thread: Thread) -> None:
        """Let a thread go on until it names its next moment, which may not be in the past."""
        moment = next(thread, None)
        if moment is None:
            return
        moment = moment.replace(tzinfo=self.clinic.zone)
        if moment < self.now:
            raise ValueError(f"{moment} comes after {self.now} has passed")
        heappush(self._waiting, (moment, next(self._turn), thread))

    def _catalogue(self) -> Thread:
        for position, text in enumerate(MEDICINES):
            yield self.on.at(OPENED, MONDAY, "09:10") + timedelta(minutes=3 * position)
            self.medicines[text.name] = actions.add_medicine(
                clinic=self.clinic, text=text, by=self.people[MOREAU], recorded_at=self.now
            )

        yield self.on.at(OPENED, MONDAY, "11:00")
        actions.add_measures(
            clinic=self.clinic,
            texts=actions.STARTING_LIST,
            by=self.people[MOREAU],
            recorded_at=self.now,
        )
        versions = MeasureVersion.objects.filter(measure__clinic=self.clinic)
        self.measures = {v.name: v for v in versions.select_related("measure")}

    def _story(self, story: Story) -> Thread:
        by = self.people[story.by]
        identity = replace(story.identity, telephone=story.telephone)
        yield story.arrived
        version = add_patient(clinic=self.clinic, identity=identity, by=by, recorded_at=self.now)
        self.start(self._context(version.patient, identity.record_number))
        regimens: dict[int, Regimen] = {}
        for place, course in enumerate(story.courses):
            self.start(self._course(version.patient, course, regimens, place))
        self.start(self._spoken(version.patient, story.spoken, regimens))
        for seen in story.seen:
            self.start(self._seen(version.patient, seen, regimens))
        if story.ended is not None:
            recorded, standing = story.ended
            yield recorded
            revise_patient(
                patient=version.patient,
                seen=version.entry,
                identity=identity,
                standing=standing,
                by=by,
                recorded_at=self.now,
            )

    def _context(self, patient: Patient, record_number: str) -> Thread:
        for told in told_of(record_number, self.on):
            yield told.recorded
            seen = {version.topic: version.entry for version in patient.context.newest()}
            asked = {"patient": patient, "by": self.people[told.by], "recorded_at": self.now}
            record_context(texts=told.texts, seen=seen, **asked)
            if told.unchanged:
                confirm_context(seen=[seen[topic] for topic in told.unchanged], **asked)

    def _spoken(
        self, patient: Patient, contacts: Sequence[Spoken], regimens: Mapping[int, Regimen]
    ) -> Thread:
        """The contacts of a patient, in their order; `regimens` are those opened, by place."""
        made: list[Contact] = []
        for spoken in contacts:
            yield spoken.recorded
            by = self.people[spoken.by]
            calls = spoken.call_back is not None
            text = actions.ContactText(
                how=spoken.how,
                direction=spoken.direction,
                reached=spoken.reached,
                effective=self._effective(spoken.recorded),
                whose=by,
                whose_name=by.name,
                regimen=regimens.get(spoken.course) if spoken.course is not None else None,
                with_whom=spoken.with_whom,
                said=spoken.said,
                told=spoken.told,
                answers=made[spoken.answers].contact if spoken.answers is not None else None,
                call_back_on=spoken.call_back,
                call_back_for=spoken.call_back_for,
                call_back_by=by if calls else None,
                call_back_name=by.name if calls else "",
                is_last_try=spoken.is_last_try,
            )
            made.append(
                actions.record_contact(patient=patient, text=text, by=by, recorded_at=self.now)
            )

    def _said(self, regimen: Regimen, said: Said) -> Thread:
        yield said.recorded
        told = self.people.get(said.told)
        day = said.recorded.date()
        text = actions.IntakeText(
            what=said.what,
            from_on=said.from_on,
            until_on=said.until_on,
            taken=said.taken,
            slots=said.slots,
            reporter=said.reporter,
            reporter_name=said.reporter_name,
            reported_on=day,
            told=told,
            told_name=told.name if told else "",
            told_on=day if told else None,
            note=said.note,
        )
        by = self.people[said.by]
        actions.record_intake(regimen=regimen, reports=(text,), by=by, recorded_at=self.now)

    def _seen(self, patient: Patient, seen: Seen, regimens: Mapping[int, Regimen]) -> Thread:
        yield seen.recorded
        effective = self._effective(seen.moment)
        beside = {"measured_by": seen.measured_by, "note": seen.note}
        actions.record_observations(
            patient=patient,
            observations=tuple(
                actions.ObservationText(effective, self.measures[name], **{**beside, **value})
                for name, value in seen.values
            ),
            effects=tuple(self._felt(felt, regimens) for felt in seen.felt),
            by=self.people[seen.by],
            recorded_at=self.now,
        )
        recorded = SideEffect.objects.filter(patient=patient, entry__recorded_at=self.now)
        in_order = recorded.select_related("entry", "regimen").order_by("entry__number")
        for felt, effect in zip(seen.felt, in_order, strict=True):
            if felt.ended is not None:
                self.start(self._end(effect, felt.ended, seen.by))

    def _felt(self, felt: Felt, regimens: Mapping[int, Regimen]) -> actions.EffectText:
        return actions.EffectText(
            effective=self._effective(felt.began),
            written_as=felt.kind,
            symptom=felt.symptom,
            words=felt.words,
            severity=felt.severity,
            course=felt.ends,
            regimen=None if felt.course is None else regimens[felt.course],
            reported_by=felt.said_by,
        )

    def _end(self, effect: SideEffect, ended: tuple[datetime, Effective], by: str) -> Thread:
        recorded, end = ended
        yield recorded
        actions.end_effect(effect=effect, ended=end, by=self.people[by], recorded_at=self.now)

    def _course(
        self, patient: Patient, course: Course, regimens: dict[int, Regimen], place: int
    ) -> Thread:
        yield course.opened
        version = actions.open_regimen(
            patient=patient,
            text=actions.RegimenText(
                medicine=self.medicines[course.medicine],
                route=course.route,
                unit=course.unit,
                form=course.form,
                indication=course.indication,
                indication_text=course.indication_text,
                supplied_by=course.supplied_by,
                responsible=self.people[course.responsible],
            ),
            by=self.people[course.by],
            recorded_at=self.now,
        )
        plan = PlayedPlan(version.regimen, course, self.people, self.start, lambda: self.now)
        for thread in plan.threads():
            self.start(thread)
        regimens[place] = version.regimen
        for step in course.steps:
            self.start(self._step(version.regimen, step, plan))
        for said in course.said:
            self.start(self._said(version.regimen, said))
        for event in course.pump:
            self.start(self._pump_event(version.regimen, event))

    def _pump_event(self, regimen: Regimen, event: PumpRead) -> Thread:
        yield event.recorded
        actions.record_pump_event(
            regimen=regimen,
            text=PumpText(event.kind, self._effective(event.moment), "", **event.said),
            by=self.people[event.by],
            recorded_at=self.now,
        )

    def _step(self, regimen: Regimen, step: Step, plan: PlayedPlan) -> Thread:
        yield step.recorded
        record = actions.record_step(
            regimen=regimen,
            instruction=self._instruction(step),
            from_row=plan.row(step.row),
            by=self.people[step.by],
            recorded_at=self.now,
        )
        if step.corrected is not None:
            self.start(self._correction(record, step.corrected.step, step.corrected.why))
        if step.withdrawn is not None:
            yield step.withdrawn.recorded
            actions.retract_step(
                step=record,
                reason=step.withdrawn.reason,
                reason_text=step.withdrawn.reason_text,
                by=self.people[step.withdrawn.by],
                recorded_at=self.now,
            )
        yield from self._confirmation(record, step)

    def _correction(self, wrong: DoseStep, step: Step, why: str) -> Thread:
        yield step.recorded
        record = actions.correct_step(
            step=wrong,
            instruction=self._instruction(step),
            correction_reason=why,
            by=self.people[step.by],
            recorded_at=self.now,
        )
        yield from self._confirmation(record, step)

    def _confirmation(self, record: DoseStep, step: Step) -> Thread:
        if step.confirmed is not None:
            yield step.confirmed
            actions.confirm_step(step=record, by=self.people[step.decided_by], recorded_at=self.now)

    def _instruction(self, step: Step) -> actions.Instruction:
        decided_by = self.people.get(step.decided_by)
        return actions.Instruction(
            kind=step.kind,
            effective=self._effective(step.moment),
            decided_by=decided_by,
            decided_by_name=decided_by.name if decided_by else step.decided_by,
            received_how=step.received,
            reason=step.reason,
            components=step.components,
            document_on=step.document_on,
            reason_text=step.reason_text,
            note=step.note,
        )

    def _effective(self, moment: date | datetime | Effective) -> Effective:
        if isinstance(moment, Effective):
            return moment
        if isinstance(moment, datetime):
            return effective_at(self.clinic.zone, moment.date(), moment.time())
        return Effective(moment)
