"""What a clinic's worklist shows of a regimen, and on which days.

Pure: nothing here asks what day it is. Each item says for every day to come whether it is shown,
so that none grows stale because a day has passed, and nothing has to be done at midnight.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from titration.planning import AWAITING, CLOSED, OPEN, WITHDRAWN, Carried, Standing
from titration.pump import Pump, PumpRecord
from titration.timeline import STOPPED, WITHHELD, Segment, StepRecord, segments

TOPICS = (
    "pump-alarm",  # an alarm was heard, or the low-reservoir alarm date is near
    "pump-refill",  # a refill is booked, or the pump is to be replaced, before long
    "withheld",  # withheld, or stopped of late
    "differs",  # a plan waits for its prescriber, a step was disputed, a report differs
    "passed",  # a planned day has passed and nothing is recorded
    "ahead",  # a planned day is today, or is near
    "confirm",  # a step waits for the prescriber who is named in it
    "sign",  # somebody asked for a signature under a draft
    "call-back",  # somebody was to be called back, and no contact has answered that
    "review",  # a review's day has passed, or is near
    "no-review",  # the medicine is taken and no review is written
    "plan-ended",  # the plan is over and the medicine is not
    "offer",  # offered to another clinic, and not accepted
    "nobody",  # whose responsible prescriber may be one no longer; who is, the reader knows
)
DAYS_BEFORE_REFILL, DAYS_BEFORE_REPLACEMENT = 14, 90
DAYS_AHEAD = {
    "pump-alarm": DAYS_BEFORE_REFILL,
    "pump-refill": DAYS_BEFORE_REPLACEMENT,
    "ahead": 7,
    "call-back": 7,
    "review": 7,
}
DAYS_STOPPED = 14


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be shown from the day `shown_from` until the day before `shown_until`.

    It is sorted by `day`. `whose` is the person it waits for, `about` the identity of what it tells
    of: an entry, a planned row, a plan, a draft, a review or a regimen; `number` the entry that
    brought it about, 0 for a draft.
    """

    topic: str
    day: date
    shown_from: date
    shown_until: date | None
    whose: int
    about: UUID
    number: int

    def is_shown(self, today: date) -> bool:
        return self.shown_from <= today and (self.shown_until is None or today < self.shown_until)


@dataclass(frozen=True, slots=True)
class Text:
    """What the timeline does not carry of a step: when it was typed and whom it waits for.

    `on` is the clinic's day on which it was recorded; `waits_for` its prescriber, who has neither
    typed nor confirmed it. Disputed by the entry `disputed` on the day `disputed_on`.
    """

    on: date
    waits_for: int | None = None
    disputed: int | None = None
    disputed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan of a regimen that is not over, or the last that was; how it stands since `since`.

    `number` and `signed_on` are those of its newest version; `answered` is the last entry by which
    a prescriber signed it or let it go on.
    """

    plan: UUID
    number: int
    signed_on: date
    end: str
    review_on: date | None
    standing: Standing
    since: date
    carried: tuple[Carried, ...]
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Reported:
    """A standing report that differs, as recorded by `number` on the day `on`.

    Its last day is `last_on`. `is_told` once a prescriber was told of it.
    """

    report: UUID
    number: int
    on: date
    last_on: date
    is_told: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call back that no contact has answered: its contact, entry, day and who is to call."""

    contact: UUID
    number: int
    on: date
    whose: int


@dataclass(frozen=True, slots=True)
class Booked:
    """The newest text of a review: its day, and the entry and the day that recorded it."""

    review: UUID
    number: int
    recorded_on: date
    status: str
    review_on: date
    whose: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A draft under which somebody asked for a signature, and on which day."""

    draft: UUID
    on: date


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a regimen: its newest text of entry `number`, its log and its plan.

    `texts` are of the steps that wait for somebody or are disputed, by the entry of their texts.
    `is_present` unless the patient died or left. Another clinic has the record as it was before the
    entry `handed_on`, and answers for it; 0 where none does.
    """

    regimen: UUID
    number: int
    since: date
    responsible: int
    live: tuple[StepRecord, ...] = ()
    texts: Mapping[UUID, Text] = field(default_factory=dict)
    plan: Planned | None = None
    reviews: tuple[Booked, ...] = ()
    asked: tuple[Asked, ...] = ()
    pump: Pump = field(default_factory=Pump)
    reports: tuple[Reported, ...] = ()
    is_present: bool = True
    handed_on: int = 0


Stretch = tuple[date, date | None]
"""From a day until the day before another, or without an end."""


def items(known: Known) -> frozenset[Item]:
    """Everything that the worklist shows of a regimen, on whatever day."""
    said = (*_confirmations(known), *_disputes(known))
    found = [item for item in said if item.number > known.handed_on]
    if known.is_present:
        held = segments(known.live)
        going = _stretches(held, None)
        reviews = _standing_reviews(known, held)
        found += _withheld(known, held)
        found += _differing(known)
        found += _reports(known, held)
        found += _rows(known)
        found += _asked(known)
        found += [_review(known, booked, until) for booked, until in reviews]
        found += _unreviewed(known, going, [until for _booked, until in reviews])
        found += _ended(known, going, has_review=bool(reviews))
        found += _held(known, held)
        found += _pump(known)
    return frozenset(
        item for item in found if item.shown_until is None or item.shown_from < item.shown_until
    )


def _pump(known: Known) -> Iterator[Item]:
    """An alarm that was heard and the dates of the pump, for as long as its events say so.

    One row for what one event says of a topic: by the earliest day, from the first day of any.
    """
    pump = known.pump
    said: dict[tuple[str, PumpRecord], list[tuple[date, date]]] = {}
    for topic, record, name, ahead in (
        ("pump-alarm", pump.alarm if pump.is_alarm_heard else None, "", 0),
        ("pump-alarm", pump.low_reservoir, "low_reservoir_on", DAYS_BEFORE_REFILL),
        ("pump-refill", pump.refill, "refill_on", DAYS_BEFORE_REFILL),
        ("pump-refill", pump.replacement, "replacement_on", DAYS_BEFORE_REPLACEMENT),
    ):
        if record is not None:
            day = getattr(record.text, name) if name else record.text.effective.on
            said.setdefault((topic, record), []).append((day, _earlier(day, ahead)))
    for (topic, record), days in said.items():
        item = _item(known, topic, min(day for day, _begin in days), record.entry, record.number)
        yield replace(item, shown_from=min(begin for _day, begin in days))


def _earlier(day: date, days: int) -> date:
    """So many days earlier, or the first day that there is."""
    return max(day, date.min + timedelta(days=days)) - timedelta(days=days)


def _item(known: Known, topic: str, day: date, about: UUID, number: int) -> Item:
    """An item that is shown from its day on and waits for the responsible prescriber."""
    return Item(topic, day, day, None, known.responsible, about, number)


def _later(day: date, days: int) -> date:
    """So many days later, or the last day that there is."""
    return min(day, date.max - timedelta(days=days)) + timedelta(days=days)


def _stretches(held: Iterable[Segment], begin: date | None) -> list[Stretch]:
    """When the medicine is taken or withheld: not yet stopped. The first begins with `begin`."""
    found: list[Stretch] = []
    for segment in held:
        if segment.state == STOPPED:
            if begin is not None:
                found.append((begin, segment.start.on))
            begin = None
        elif begin is None:
            begin = segment.start.on
    return found if begin is None else [*found, (begin, None)]


def _confirmations(known: Known) -> Iterator[Item]:
    for step in known.live:
        text = known.texts.get(step.entry)
        if text and text.waits_for is not None and text.disputed is None:
            item = _item(known, "confirm", text.on, step.entry, step.number)
            yield replace(item, whose=text.waits_for)


def _disputes(known: Known) -> Iterator[Item]:
    """A disputed step waits for whoever corrects or withdraws it; a correction ends the dispute."""
    for step in known.live:
        text = known.texts.get(step.entry)
        if text and text.disputed is not None and text.disputed_on is not None:
            yield _item(known, "differs", text.disputed_on, step.entry, text.disputed)


def _withheld(known: Known, held: Iterable[Segment]) -> Iterator[Item]:
    """Withheld until the next instruction; stopped, for some days, unless one comes before."""
    for segment in held:
        if segment.state not in (WITHHELD, STOPPED):
            continue
        day, end = segment.start.on, segment.end.on if segment.end else None
        if segment.state == STOPPED:
            end = min(end or date.max, _later(day, DAYS_STOPPED))
        item = _item(known, "withheld", day, segment.step.entry, segment.step.number)
        yield replace(item, shown_until=end)


def _differing(known: Known) -> Iterator[Item]:
    """A plan whose remaining rows wait for the prescriber."""
    plan = known.plan
    if plan and plan.carried and plan.standing.state == AWAITING:
        ends = [row.open_until for row in plan.carried]
        until = None if None in ends else max(filter(None, ends))
        item = _item(known, "differs", plan.since, plan.plan, plan.standing.number)
        yield replace(item, shown_until=until)


def _reports(known: Known, held: Sequence[Segment]) -> Iterator[Item]:
    """A report that differs, of which no prescriber was told and to which none has answered.

    An answer is an instruction recorded since that holds on the report's last day or later, not a
    correction of anything else of one from before; or a signature or a "goes on" for the plan. A
    plan that waits for its prescriber stands for it, as long as it does.
    """
    plan, begin = known.plan, date.min
    for item in _differing(known):
        if item.shown_until is None:
            return
        begin = item.shown_until
    for report in known.reports:
        is_answered = (plan is not None and plan.answered > report.number) or any(
            segment.step.said_by > report.number
            and (segment.end is None or segment.end.on > report.last_on)
            for segment in held
        )
        if not report.is_told and not is_answered:
            item = _item(known, "differs", report.on, report.report, report.number)
            yield replace(item, shown_from=max(item.shown_from, begin))


def calls(open_calls: Iterable[Call]) -> frozenset[Item]:
    """What the worklist shows of a patient's open call backs, on whatever day.

    They wait although a medicine was withdrawn, stopped, or the patient died or left: somebody was
    promised a call, until a contact answers it.
    """
    ahead = timedelta(days=DAYS_AHEAD["call-back"])
    return frozenset(
        Item("call-back", call.on, call.on - ahead, None, call.whose, call.contact, call.number)
        for call in open_calls
    )


def _rows(known: Known) -> Iterator[Item]:
    """Of an open plan, on any day: the first row that has passed, and the first that is to come.

    One of each, so that a plan of a row a day does not fill the list. While a plan is paused or
    waits for its prescriber, its rows wait.
    """
    plan = known.plan
    if plan is None or plan.standing.state != OPEN:
        return
    dated = [
        (row.planned_on, row.row.row, row.open_until)
        for row in plan.carried
        if row.planned_on and row.open_until != date.min
    ]
    first_shown, passed_from = date.min, date.min
    for day, row, until in sorted(dated, key=lambda each: each[:2]):
        item, after = _item(known, "ahead", day, row, plan.number), _later(day, 1)
        begin = max(first_shown, day - timedelta(days=DAYS_AHEAD["ahead"]))
        yield replace(item, shown_from=begin, shown_until=after)
        if passed_from < date.max:
            passed = max(passed_from, after)
            yield replace(item, topic="passed", shown_from=passed, shown_until=until)
        first_shown, passed_from = after, max(passed_from, until or date.max)


def _asked(known: Known) -> Iterator[Item]:
    for asked in known.asked:
        yield _item(known, "sign", asked.on, asked.draft, 0)


def _standing_reviews(known: Known, held: Sequence[Segment]) -> list[tuple[Booked, date | None]]:
    """The reviews that are booked, each with the day from which a stop has closed it.

    The day that the end of a plan names is one of them, until something is recorded of a review
    after the plan was signed.
    """
    booked = [review for review in known.reviews if review.status == "booked"]
    plan = known.plan
    if (
        plan
        and plan.review_on
        and not plan.standing.is_over
        and not any(review.number > plan.number for review in known.reviews)
    ):
        booked.append(
            Booked(
                plan.plan,
                plan.number,
                plan.signed_on,
                "booked",
                plan.review_on,
                known.responsible,
            )
        )
    return [(review, _closed_by_stop(review, held)) for review in booked]


def _closed_by_stop(review: Booked, held: Iterable[Segment]) -> date | None:
    """The day of the first stop recorded after the review and not over by then; none without."""
    stops = (
        segment.start.on
        for segment in held
        if segment.state == STOPPED
        and segment.step.said_by > review.number
        and (segment.end is None or segment.end.on > review.recorded_on)
    )
    return min(stops, default=None)


def _review(known: Known, booked: Booked, until: date | None) -> Item:
    return replace(
        _item(known, "review", booked.review_on, booked.review, booked.number),
        shown_from=booked.review_on - timedelta(days=DAYS_AHEAD["review"]),
        shown_until=until,
        whose=booked.whose,
    )


def _unreviewed(
    known: Known, going: Iterable[Stretch], closings: Sequence[date | None]
) -> Iterator[Item]:
    """The medicine is taken or withheld and no review stands, since it began or since the last."""
    last = max(
        (review.review_on for review in known.reviews if review.status in ("done", "missed")),
        default=date.min,
    )
    for begin, end in going:
        if all(closing is not None and closing <= begin for closing in closings):
            day = last if begin < last and (end is None or last < end) else begin
            item = _item(known, "no-review", day, known.regimen, known.number)
            yield replace(item, shown_until=end)


def _ended(known: Known, going: Iterable[Stretch], *, has_review: bool) -> Iterator[Item]:
    """The plan is over, or its every row is recorded, and the medicine goes on.

    Not where a plan that ran its course says that the last dose continues, or that it does until a
    review and one is booked; nor once a review was done since.
    """
    end = _end(known.plan)
    if known.plan is None or end is None:
        return
    day, number = end
    if known.plan.standing.state not in (WITHDRAWN, CLOSED) and (
        known.plan.end == "continue" or (known.plan.end == "review" and has_review)
    ):
        return
    if any(review.status == "done" and review.number > number for review in known.reviews):
        return
    for begin, until in going:
        item = _item(known, "plan-ended", max(day, begin), known.plan.plan, number)
        yield replace(item, shown_until=until)


def _end(plan: Planned | None) -> tuple[date, int] | None:
    """The day on which a plan ended and the entry that says so; none while rows remain."""
    if plan is None:
        return None
    if plan.standing.is_over:
        return plan.since, plan.standing.number
    last = plan.carried[-1].step if plan.carried else None
    return (last.effective.on, last.said_by) if last else None


def _held(known: Known, held: Sequence[Segment]) -> Iterator[Item]:
    """Somebody is responsible for the regimen until it is stopped: who, is `whose`."""
    begin = min(known.since, held[0].start.on) if held else known.since
    for start, end in _stretches(held, begin):
        item = _item(known, "nobody", known.since, known.regimen, known.number)
        yield replace(item, shown_from=start, shown_until=end)
