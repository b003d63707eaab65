"""The timeline page of one regimen: where the patient stands, the chart, the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import User
from access.policies import CONFIRM, EXPORT_CHARTS, RECORD, allows
from ledger.moments import Moment
from patients.presenters import banner, not_today
from titration import reading, timeline
from titration.chart import pictures
from titration.models import Regimen, RegimenVersion, StepKind
from titration.presenters.log import log_rows, ordered, quoted
from titration.presenters.log_table import log_table
from titration.reading import History

WINDOW = 25


@dataclass(frozen=True)
class Button:
    """An action that the person may take now."""

    text: str
    url: str
    is_main: bool = False


def title_of(version: RegimenVersion) -> str:
    """Route first: "By mouth: baclofen, tablet"."""
    words = {
        "route": version.get_route_display(),
        "medicine": version.medicine_name,
        "form": version.form,
    }
    if version.form:
        return _("%(route)s: %(medicine)s, %(form)s") % words
    return _("%(route)s: %(medicine)s") % words


def place_of(version: RegimenVersion) -> tuple[str, str, UUID]:
    """Where a regimen stands among others: by medicine, then route, then the same way each time."""
    return version.medicine_name.casefold(), version.route, version.regimen_id


def indication_of(version: RegimenVersion) -> str:
    """What it is for: the coded indication and the words beside it."""
    text = quoted(version.indication_text)
    if not text:
        return str(version.get_indication_display())
    return _("%(indication)s, %(text)s") % {
        "indication": version.get_indication_display(),
        "text": text,
    }


def regimen_page(
    regimen: Regimen,
    history: History,
    user: User,
    now: datetime,
    *,
    is_whole_log: bool,
    moment: Moment | None = None,
) -> dict[str, object]:
    """What the page shows at `now`, the clinic's aware local time.

    At a `moment`, to which `history` belongs too, the page is as known then, and offers no
    recording.
    """
    version, is_retracted = reading.text_of(regimen, history.known)
    now = moment.at if moment else now
    step = history.in_force(now)
    ahead = history.upcoming(now)
    log = ordered(history)
    shown = log if is_whole_log else log[:WINDOW]
    rows = _rows_of(history, regimen, now, [*shown, *ahead, *([step] if step else [])])
    title = title_of(version)
    person = banner(regimen.patient, today=now.date(), moment=moment)
    is_open = not is_retracted and moment is None and not person.is_erased
    may_record = is_open and allows(user, regimen.clinic, RECORD)
    return {
        "regimen": regimen,
        "banner": person,
        "not_today": not_today(moment, reverse("regimen", args=[regimen.pk])),
        "title": title,
        "is_retracted": is_retracted,
        "indication": indication_of(version),
        "responsible": version.responsible_name,
        "strengths": version.strengths,
        "state": timeline.state_of(step),
        "step": rows[step.entry] if step else None,
        "only_singles": bool(history.live) and not timeline.instructions(history.live),
        "ahead": [rows[record.entry] for record in ahead],
        "chart": pictures(
            history.live,
            title=title,
            route=str(version.get_route_display()),
            now=now,
            is_today=moment is None,
        ),
        "table": log_table([rows[record.entry] for record in shown], may_record=may_record),
        "hidden_rows": len(log) - len(shown),
        "log_length": f"{len(log):,}",
        "may_record": may_record,
        "confirmable": _confirmable(user, regimen, rows.values()) if may_record else set(),
        "buttons": _buttons(regimen, timeline.state_of(step)) if may_record else [],
        "may_export": allows(user, regimen.clinic, EXPORT_CHARTS),
    }


def _rows_of(history: History, regimen: Regimen, now: datetime, records) -> dict:
    unique = list({record.entry: record for record in records}.values())
    return {row.entry: row for row in log_rows(history, regimen.clinic, now, unique)}


def _confirmable(user: User, regimen: Regimen, rows) -> set:
    """The steps of the page that wait for this person's own confirmation."""
    if not allows(user, regimen.clinic, CONFIRM):
        return set()
    return {row.entry for row in rows if row.is_unconfirmed and row.decided_by == user.pk}


def _buttons(regimen: Regimen, state: str) -> Sequence[Button]:
    """What can be recorded in this state; the first is the one most often wanted."""
    address = reverse("step-new", args=[regimen.pk])

    def button(kind: StepKind, text: str, *, is_main: bool = False) -> Button:
        return Button(text, f"{address}?kind={kind.value}", is_main)

    buttons = []
    if state == timeline.WITHHELD:
        buttons.append(button(StepKind.RESUME, _("Resume"), is_main=True))
    buttons.append(button(StepKind.DOSE, _("Record dose step"), is_main=state != timeline.WITHHELD))
    if state == timeline.TAKING:
        buttons.append(button(StepKind.WITHHOLD, _("Withhold")))
    if state in (timeline.TAKING, timeline.WITHHELD):
        buttons.append(button(StepKind.STOP, _("Stop")))
    buttons.append(button(StepKind.SINGLE, _("Single dose")))
    return buttons
