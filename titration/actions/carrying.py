"""Recording a step from a row of a signed plan: what must hold of the plan and the row."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from titration import planning, wording
from titration.models import ReceivedHow, RowRecorded
from titration.policies import RuleBroken
from titration.reading.logged import History
from titration.reading.planned import PlanLog


@dataclass(frozen=True)
class FromRow:
    """The row that a step is recorded from: its identity, and the entry of the version read."""

    version: UUID
    row: UUID


def check_row(
    plans: Sequence[PlanLog],
    from_row: FromRow,
    history: History,
    ended: planning.Event | None,
) -> int | None:
    """The row can be recorded now: of the newest version of an open plan, and not recorded yet.

    `plans` and `history` are those of the regimen, `ended` that the patient died or left. Returns
    the id of who signed that version, none of one that was brought in from elsewhere. Raises
    RuleBroken with what to do.
    """
    log = next((log for log in plans if _has(log, from_row.version)), None)
    if log is None:
        raise RuleBroken(None, _("This row is of another regimen. Open it again from its plan."))
    if log.newest.entry != from_row.version:
        raise RuleBroken(
            None,
            _(
                "%(name)s signed version %(version)s of the plan meanwhile. Read the row as it is "
                "now, then read back what you typed."
            )
            % {"name": log.newest.signed_by_name, "version": log.newest.version},
        )
    _check_open(log.standing(history, ended).state)
    place = next((n for n, row in enumerate(log.rows) if row.row == from_row.row), None)
    if place is None:
        raise RuleBroken(
            None,
            _("The plan no longer has this row. Record a step without the plan, or look at it."),
        )
    _check_unrecorded(log.carried(history.live)[place], place)
    return log.newest.signed_by


def _has(log: PlanLog, version: UUID) -> bool:
    return any(signed.entry == version for signed in log.versions)


def _check_open(state: str) -> None:
    if state == planning.OPEN:
        return
    match state:
        case planning.PAUSED:
            says = _("The plan is paused: its rows wait until a prescriber lets it go on.")
        case planning.AWAITING:
            says = _(
                "The remaining rows wait for the prescriber; the plan says since when and why. "
                "They go on once a prescriber says so."
            )
        case _:
            says = _("The plan is over: nothing more is recorded from its rows.")
    raise RuleBroken(None, says)


def _check_unrecorded(carried: planning.Carried, place: int) -> None:
    if carried.step is None:
        return
    raise RuleBroken(
        None,
        _(
            "Row %(row)s is recorded already: entry %(number)s, from %(moment)s. Correct that "
            "entry if it is wrong."
        )
        % {
            "row": place + 1,
            "number": f"{carried.step.number:,}",
            "moment": wording.effective_words(carried.step.effective),
        },
    )


def signer_of(line: UUID) -> int | None:
    """The id of who signed the version that a step was recorded from, if it was signed here."""
    links = RowRecorded.objects.filter(step=line, version__entry__came_from=None)
    links = links.order_by("-entry__number")
    return links.values_list("version__entry__recorded_by", flat=True).first()


def check_received(received_how: str, decided_by: int | None, signer: int | None) -> None:
    """A step is received from a signed plan when it is of its row, and its signer decided it."""
    if received_how != ReceivedHow.SIGNED_PLAN:
        return
    if signer is None:
        raise RuleBroken(
            "received_how",
            _(
                "Only a step recorded from a row is received from a signed plan. Choose how this "
                "decision was received."
            ),
        )
    if decided_by != signer:
        raise RuleBroken(
            "decided_by",
            _(
                "What is received from a signed plan was decided by who signed it. Choose that "
                "person, or choose how another decision was received."
            ),
        )
