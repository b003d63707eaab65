"""Writes of reviews: book, rebook, do, miss or cancel one; each is a new text of its line."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import User
from access.policies import RECORD, SIGN, check
from ledger.writing import Asking, Log, check_newest, verb, writing
from titration import planning, policies, projection
from titration.actions.shared import check_regimen_stands, today_of
from titration.models import Regimen, Review, ReviewStatus
from titration.planning import Carried, Event
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.reading import logged, planned
from titration.reading.logged import History
from titration.timeline import StepRecord


@dataclass(frozen=True)
class ReviewText:
    """What one text of a review says; `opens_row` and `opens_on` as in the Review model."""

    status: str
    review_on: date
    what_for: str
    whose: User
    outcome: str = ""
    opens_row: UUID | None = None
    opens_on: date | None = None


@verb
def book_review(
    *, regimen: Regimen, text: ReviewText, by: User, submission: Asking, seen: int | None = None
):
    """Book a review of a regimen, or record one that was done unbooked. Returns the Review.

    `seen` is the newest entry of the patient that the person's page knew: ChangedMeanwhile when
    somebody booked a review of the regimen since.
    """
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_regimen_stands(regimen)
        booked = Review.objects.newest().filter(regimen=regimen, status=ReviewStatus.BOOKED)
        if seen is not None and booked.filter(entry__number__gt=seen).exists():
            raise ChangedMeanwhile
        return _add(log, Review(regimen=regimen), text)


@verb
def update_review(*, review: Review, text: ReviewText, by: User, submission: Asking):
    """Rebook a review, or record that it was done, missed or cancelled. Returns the new Review.

    `review` is the newest text of its line as the person saw it: AlreadySuperseded otherwise.
    Only a prescriber changes or takes back the opening of a row, or says that the review that
    opened one was not done. Of a withdrawn regimen a review is missed or cancelled, nothing else.
    """
    regimen = review.regimen
    check(by, regimen.clinic, RECORD)
    with writing(regimen.clinic, by=by, submission=submission) as log:
        check_newest(review.entry)
        if text.status not in (ReviewStatus.MISSED, ReviewStatus.CANCELLED):
            check_regimen_stands(regimen)
        return _add(log, Review(regimen=regimen, review=review.review), text, before=review)


def waiting_rows(regimen: Regimen, review: Review | None = None) -> tuple[Carried, ...]:
    """The rows of the plan that is not over which wait for a review: no day yet, nothing recorded.

    With `review` the row that it opened is among them: its day may still be changed.
    """
    history = logged.history(regimen)
    log = _present(regimen, history)
    return _waiting(log, history.live, _opened(log, review)) if log else ()


def _present(regimen: Regimen, history: History) -> planned.PlanLog | None:
    logs = planned.plan_logs([regimen.pk])[regimen.pk]
    return planned.present_plan(logs, history, planned.ended(regimen.patient_id))


def _opened(log: planned.PlanLog, besides: Review | None) -> dict[UUID, date]:
    """The days from which reviews opened rows, all but the one that `besides` opened."""
    own = besides.opens_row if besides else None
    return {row: on for row, on in log.opened.items() if row != own}


def _waiting(
    log: planned.PlanLog, live: tuple[StepRecord, ...], opened: dict[UUID, date]
) -> tuple[Carried, ...]:
    return tuple(
        each
        for each in planning.carried_rows(log.rows, log.links, live, opened)
        if each.row.start == "review" and each.planned_on is None and each.step is None
    )


def _add(log: Log, review: Review, text: ReviewText, before: Review | None = None) -> Review:
    regimen = review.regimen
    _check(log, regimen, text, before)
    for name in ("status", "review_on", "what_for", "outcome", "opens_row", "opens_on", "whose"):
        setattr(review, name, getattr(text, name))
    review.whose_name = text.whose.name
    log.add(
        review,
        subject=review.review,
        patient=regimen.patient_id,
        supersedes=before.entry if before else None,
    )
    log.flush()
    projection.refresh([regimen])
    return review


def _check(log: Log, regimen: Regimen, text: ReviewText, before: Review | None) -> None:
    is_booked = text.status == ReviewStatus.BOOKED
    ended = planned.ended(regimen.patient_id) if is_booked else None
    check_review(text, today_of(log), ended)
    if before is None or text.whose != before.whose:
        policies.check_prescribes_at(text.whose, regimen.clinic, "whose")
    if opens_anew(text, before):
        check(log.by, regimen.clinic, SIGN)
        history = logged.history(regimen)
        check_opening(text, _present(regimen, history), history.live, before)


def check_review(text: ReviewText | Review, today: date, ended: Event | None) -> None:
    """What is asked of a review by itself; `ended` is that the patient died or left."""
    if text.status not in ReviewStatus.values:
        raise RuleBroken("status", _("Choose what became of the review."))
    if not (text.what_for or "").strip():
        raise RuleBroken("what_for", _("Write what the review is for."))
    if text.status == ReviewStatus.BOOKED:
        if ended is not None:
            raise RuleBroken(
                None,
                _("The record says that the patient died or left the clinic. No review is booked."),
            )
        if text.review_on < today:
            raise RuleBroken("review_on", _("A review is booked for today or a later day."))
    elif text.status != ReviewStatus.CANCELLED and text.review_on > today:
        raise RuleBroken(
            "review_on", _("This day has not come yet. Rebook the review if it moves.")
        )


def opens_anew(text: ReviewText | Review, before: Review | None) -> bool:
    """Whether a review opens a planned row, or no longer does, other than its text before."""
    opens = (text.opens_row, text.opens_on)
    stood = (before.opens_row, before.opens_on) if before else (None, None)
    return opens != stood or (opens != (None, None) and text.status != ReviewStatus.DONE)


def check_opening(
    text: ReviewText | Review,
    plan: planned.PlanLog | None,
    live: tuple[StepRecord, ...],
    before: Review | None,
) -> None:
    """A review that was done opens a row of the plan that waits for one, on a day that fits."""
    if (text.opens_row, text.opens_on) == (None, None):
        return
    if text.status != ReviewStatus.DONE:
        raise RuleBroken("opens_row", _("Only a review that was done opens a planned row."))
    if text.opens_row is None or text.opens_on is None:
        raise RuleBroken("opens_on", _("Write the date from which the row starts."))
    opened = _opened(plan, before) if plan else {}
    waiting = _waiting(plan, live, opened) if plan else ()
    if plan is None or text.opens_row not in {each.row.row for each in waiting}:
        raise RuleBroken("opens_row", _("No row of the signed plan waits for this review."))
    if planning.check_order(plan.rows, {**opened, text.opens_row: text.opens_on}):
        raise RuleBroken(
            "opens_on",
            _(
                "The rows of the plan would not start one after the other. Write a day after the "
                "row before this one, and so that the next row with a date comes later."
            ),
        )
