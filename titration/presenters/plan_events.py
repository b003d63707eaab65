"""The page on which an event of a plan is recorded: how it stands, what remains, what it does."""

from datetime import datetime

from django.utils.translation import gettext as _

from titration import planning, wording
from titration.models import Plan
from titration.presenters.log import log_rows
from titration.presenters.plan import plan_title
from titration.presenters.plan_rows import plan_table
from titration.presenters.plan_standing import standing_words
from titration.presenters.regimen import title_of
from titration.reading import planned
from titration.reading.logged import History
from titration.reading.planned import PlanLog

HEADINGS = {
    "paused": lambda: _("Pause plan"),
    "resumed": lambda: _("Plan goes on"),
    "continued": lambda: _("Plan goes on"),
    "withdrawn": lambda: _("Withdraw plan"),
    "completed": lambda: _("Complete plan"),
}
WHAT_IT_DOES = {
    "paused": lambda: _(
        "The patient stays on the last recorded instruction, and the rows that remain wait. This "
        "is not to withhold: to record that the patient takes none, record that on the regimen."
    ),
    "resumed": lambda: _(
        "The rows that remain count again from now on. Where their dates move, they count once the "
        "draft with the new dates is signed."
    ),
    "continued": lambda: _(
        "The rows that remain count again as they are written, after what they waited for. Where "
        "their dates move, they count once the draft with the new dates is signed."
    ),
    "withdrawn": lambda: _(
        "The rows that remain count no longer. The plan stays legible, with your name and reason. "
        "This stops no medicine: a stop is recorded on the regimen."
    ),
    "completed": lambda: _(
        "The plan has done what it was for. Rows that nothing was recorded from count no longer."
    ),
}
BUTTONS = {
    "paused": lambda: _("Pause the plan for %(name)s"),
    "resumed": lambda: _("Let the plan go on for %(name)s"),
    "continued": lambda: _("Let the plan go on for %(name)s"),
    "withdrawn": lambda: _("Withdraw the plan of %(name)s"),
    "completed": lambda: _("Complete the plan of %(name)s"),
}


def event_page(
    plan: Plan, log: PlanLog, history: History, kind: str, now: datetime, name: str
) -> dict[str, object]:
    """What stands beside the form. `name` is the patient's, for the button."""
    standing = log.standing(history, planned.ended(plan.regimen.patient_id))
    carried = log.carried(history.live)
    first = planning.first_open(carried, now.date())
    step = history.in_force(now)
    title = title_of(plan.regimen.card.version)
    return {
        "plan": plan,
        "title": plan_title(title, log.newest.text.purpose),
        "heading": HEADINGS[kind](),
        "what_it_does": WHAT_IT_DOES[kind](),
        "button": BUTTONS[kind]() % {"name": name},
        "is_grave": kind == "withdrawn",
        "standing": standing_words(log, standing, plan.clinic),
        "recorded": log_rows(history, plan.clinic, now, [step] if step else []),
        "stays": review_words(log),
        "table": plan_table(carried, now.date(), only=carried[first:]),
    }


def review_words(log: PlanLog) -> str:
    """That the review at the end moves with no row; "" where the plan names none."""
    on = log.newest.text.review_on
    if on is None:
        return ""
    return _(
        "The review at the end, on %(date)s, does not move with the rows. Write another date for "
        "it in the draft where it is to move."
    ) % {"date": wording.date_words(on)}
