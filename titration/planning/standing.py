"""How a signed plan stands: open, paused, waiting for its prescriber, or over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from titration.planning.carried import Link
from titration.timeline import STOP, Segment, StepRecord, Withdrawal, segments

OPEN, PAUSED, AWAITING = "open", "paused", "awaiting"
WITHDRAWN, COMPLETED, CLOSED = "withdrawn", "completed", "closed"

# What a prescriber records of a plan beside its versions.
EVENTS = ("paused", "resumed", "continued", "withdrawn", "completed")


@dataclass(frozen=True, slots=True)
class Event:
    """Something recorded of a plan: one of EVENTS, "signed" for a version, or "differs".

    "differs" is a report or an instruction from elsewhere that does not agree with the plan. `on`
    is the clinic's day on which it was recorded.
    """

    number: int
    kind: str
    on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """One of the states above; `number` is the entry that left the plan so.

    `reason` says what closed it: followed | stop | died | left.
    """

    state: str
    number: int
    reason: str = ""

    @property
    def is_over(self) -> bool:
        return self.state in (WITHDRAWN, COMPLETED, CLOSED)


def standing(
    events: Iterable[Event],
    live: Iterable[StepRecord],
    links: Iterable[Link],
    ended: Event | None = None,
    followed: int | None = None,
    back: int | None = None,
    stood: Iterable[StepRecord] = (),
    withdrawals: Iterable[Withdrawal] = (),
) -> Standing:
    """How the plan stands after these; a "signed" is among `events`. Needs no present moment.

    An instruction that was recorded after the newest version, from no row of the plan, and holds
    on that day or later, leaves the remaining rows to wait for the prescriber, until a later
    "continued" or version; a single dose does not, since it ends nothing. A stop closes the plan,
    recorded from a row or not, until it is withdrawn as entered in error or a version is signed
    after it. `ended` is that the patient died or left, by the entry which says so. `followed` is
    the entry by which another plan of the regimen was signed after the newest version: that closes
    the plan for good, whatever becomes of a stop before it. `back` is the last entry by which the
    patient was here again: the rows then wait, as after an instruction from outside.

    `stood` are the steps that stood when the newest version or "continued" was recorded, and
    `withdrawals` those of the log: the rows wait too where one of those instructions, from no row
    and holding on that day or later, was withdrawn since, or corrected to say something else. The
    plan was signed on what was no instruction.
    """
    ordered = sorted(events, key=lambda event: event.number)
    signed = [event for event in ordered if event.kind == "signed"][-1]
    for event in reversed(ordered):
        if event.kind in (WITHDRAWN, COMPLETED) and event.number > signed.number:
            return Standing(event.kind, event.number)
    if followed is not None:
        return Standing(CLOSED, followed, "followed")
    if ended is not None:
        return Standing(CLOSED, ended.number, ended.kind)
    live = tuple(live)
    held = segments(live)
    stops = [step.number for step in _since(signed, held) if step.kind == STOP]
    if stops:
        return Standing(CLOSED, max(stops), "stop")
    answered = [event for event in ordered if event.kind in ("signed", "continued")][-1]
    of_plan = {link.step for link in links}
    outside = [step.number for step in _since(answered, held) if step.step not in of_plan]
    undone = _undone(answered, stood, live, withdrawals)
    outside += [number for line, number in undone.items() if line not in of_plan]
    outside += [e.number for e in ordered if e.kind == "differs" and e.number > answered.number]
    outside += [back] if back is not None and back > answered.number else []
    if outside:
        return Standing(AWAITING, max(outside))
    last = [e for e in ordered if e.kind in ("signed", PAUSED, "resumed")][-1]
    return Standing(PAUSED if last.kind == PAUSED else OPEN, last.number)


def _since(event: Event, held: Iterable[Segment]) -> list[StepRecord]:
    """The instructions recorded after an event that hold on its day or later.

    What is entered late of a time that was over by then says nothing of the plan, nor does a
    correction of a note, a reason or a name, after which a line says the same moment and dose.
    """
    return [step for step in _holding(event, held) if step.said_by > event.number]


def _undone(
    event: Event,
    stood: Iterable[StepRecord],
    live: Iterable[StepRecord],
    withdrawals: Iterable[Withdrawal],
) -> dict[UUID, int]:
    """By line, the entry by which an instruction that stood at an event says its dose no longer."""
    gone = {withdrawal.step: withdrawal.number for withdrawal in withdrawals}
    now = {step.step: step for step in live}
    return {
        step.step: now[step.step].said_by if step.step in now else gone[step.step]
        for step in _holding(event, segments(stood))
        if step.step not in now or now[step.step].says != step.says
    }


def _holding(event: Event, held: Iterable[Segment]) -> list[StepRecord]:
    """The instructions that hold on the day of an event or later."""
    return [segment.step for segment in held if segment.end is None or segment.end.on > event.on]
