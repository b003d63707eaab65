"""The plans of all regimens of a patient, a line each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from access.addresses import url_of
from titration import planning, wording
from titration.planning import Standing
from titration.presenters.axis import Regimens
from titration.presenters.plan_standing import CHIPS
from titration.presenters.planned import nothing_words
from titration.presenters.regimen_plans import plan_name
from titration.reading.planned import PlanLog
from titration.timeline import StepRecord


@dataclass(frozen=True)
class PlanLine:
    """A regimen's plan in one line: its name, its state unless it is open, its next row.

    `is_late` says that the planned date of that row has come and nothing is recorded.
    """

    name: str
    url: str
    chip: str
    following: str
    is_late: bool


def plan_lines(read: Regimens, today: date, query: str) -> dict[UUID, PlanLine]:
    """By regimen of one patient: the plan that is not over. No query."""
    found = {}
    for regimen, (_logs, log) in read.plans.items():
        history = read.logs[regimen]
        if log is not None:
            found[regimen] = _plan_line(
                log, log.standing(history, read.ended), history.live, today, query
            )
    return found


def _plan_line(
    log: PlanLog,
    standing: Standing,
    live: Sequence[StepRecord],
    today: date,
    query: str,
) -> PlanLine:
    remaining = planning.open_rows(log.carried(live), today)
    following, is_late = "", False
    if remaining:
        each = remaining[0]
        is_late = each.planned_on is not None and each.planned_on <= today
        following = nothing_words(each, today)
        if not is_late:
            words = {"start": wording.start_words(each.row, each.planned_on)}
            following = _("Next row: %(start)s") % words
    is_open = standing.state == planning.OPEN
    return PlanLine(
        name=_("%(plan)s, signed by %(name)s")
        % {"plan": plan_name(log), "name": log.newest.signed_by_name},
        url=url_of("plan", log.plan) + query,
        chip="" if is_open else str(CHIPS[standing.state]),
        following=following,
        is_late=is_late,
    )
