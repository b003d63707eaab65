"""What a prescriber reads before they sign: every row and date, what differs, what holds now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from titration import planning, wording
from titration.models import PlanDraft, Regimen
from titration.planning import PlanText
from titration.presenters.log import LogRow, log_rows, moment_words
from titration.presenters.plan import plan_title, version_name
from titration.presenters.plan_differences import PlanDifferences, plan_differences
from titration.presenters.plan_rows import PlanTable, plan_table
from titration.presenters.plan_standing import StandingWords, standing_words
from titration.presenters.plan_text import facts
from titration.reading import planned
from titration.reading.logged import History
from titration.reading.planned import PlanLog


@dataclass(frozen=True)
class ToSign:
    """A draft as it is read before signing. `notices` say what has no day yet."""

    title: str
    saved: str
    facts: Sequence[tuple[str, str]]
    table: PlanTable
    notices: Sequence[str]
    differences: PlanDifferences | None


def to_sign(
    draft: PlanDraft, text: PlanText, log: PlanLog | None, history: History, now: datetime, of: str
) -> ToSign:
    """The draft in full words. `of` names the regimen, `log` the plan that the draft revises."""
    opened = log.opened if log else {}
    carried = planning.carried_rows(text.rows, log.links if log else (), history.live, opened)
    names = (version_name(log.newest), _("This draft")) if log else ("", "")
    return ToSign(
        title=plan_title(of, text.purpose),
        saved=_("Draft, last saved by %(name)s, %(when)s")
        % {"name": draft.saved_by.name, "when": moment_words(draft.saved_at, draft.clinic)},
        facts=facts(text),
        table=plan_table(carried, now.date(), has_differences=True),
        notices=notices(text, log),
        differences=plan_differences(log.newest.text, text, opened, names) if log else None,
    )


def notices(text: PlanText, log: PlanLog | None = None) -> list[str]:
    """Which rows wait for a review, and which patterns of days are counted from no day yet."""
    days = planning.laid_dates(text.rows, log.opened if log else {})
    said = []
    for number, (row, day) in enumerate(zip(text.rows, days, strict=True), start=1):
        words = {"row": number}
        if day is None and row.start == "review":
            said.append(_("Row %(row)s waits for a review, and has no date until it is recorded."))
        elif day is None:
            said.append(_("Row %(row)s has no date until the row before it has one."))
        else:
            continue
        said[-1] %= words
        if wording.lacks_counting_day(row, day):
            pattern = _("The days of row %(row)s are counted from the day on which it starts.")
            said.append(pattern % words)
    return said


def standing_now(
    log: PlanLog, history: History, regimen: Regimen
) -> tuple[StandingWords, str] | None:
    """How the revised plan stands, and what a signature makes of that; none if it is open."""
    standing = log.standing(history, planned.ended(regimen.patient_id))
    match standing.state:
        case planning.OPEN:
            return None
        case planning.PAUSED:
            makes = _("Signing this version ends the pause: the rows below count from then on.")
        case planning.AWAITING:
            makes = _("Signing this version ends the waiting: the rows below count from then on.")
        case _:
            makes = _("Signing this version opens the plan again.")
    return standing_words(log, standing, regimen.clinic), makes


def recorded_now(regimen: Regimen, history: History, now: datetime) -> list[LogRow]:
    """The last recorded instruction, and those that are recorded but have not begun."""
    step = history.in_force(now)
    records = [*([step] if step else []), *history.upcoming(now)]
    return log_rows(history, regimen.clinic, now, records)


def side_by_side(log: PlanLog, text: PlanText, names: tuple[str, str]) -> PlanDifferences:
    """The newest version and a draft that was written from an older one, every row of both."""
    return plan_differences(log.newest.text, text, log.opened, names, is_whole=True)
