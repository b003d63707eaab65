"""The timeline page of one regimen: where the patient stands, the plan, the chart, the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.addresses import url_of
from access.models import User
from access.policies import CONFIRM, EXPORT_CHARTS, RECORD, SIGN, allows
from ledger.moments import Moment
from patients.presenters import banner, not_today
from titration import intake, planning, policies, timeline
from titration.chart import pictures
from titration.models import PUMP_ROUTES, Indication, Regimen, RegimenVersion, Route, StepKind
from titration.presenters.axis_rows import rows_beside, table_body
from titration.presenters.glance import contacts_card, reported_card
from titration.presenters.lanes import Beside, lanes_of
from titration.presenters.log import log_rows, ordered, quoted
from titration.presenters.log_table import log_table
from titration.presenters.pumps import pump_card
from titration.presenters.regimen_plans import RegimenPlans, regimen_plans
from titration.reading import contacted, logged, observed, pumped, reported
from titration.reading.contacted import Contacted
from titration.reading.logged import History
from titration.reading.planned import PlanLog
from titration.reading.pumped import PumpLog

WINDOW = 25
MOST_SCORES = 500


@dataclass(frozen=True)
class Button:
    """An action that the person may take now."""

    text: str
    url: str
    is_main: bool = False


def title_of(version: RegimenVersion) -> str:
    """Route first: "By mouth: baclofen, tablet"."""
    words = {
        "route": Route(version.route).label,
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
    indication = str(Indication(version.indication).label)
    if text := quoted(version.indication_text):
        return _("%(indication)s, %(text)s") % {"indication": indication, "text": text}
    return indication


def titles_of(patient: UUID, known: int | None = None) -> dict[UUID, str]:
    """The titles of a patient's regimens by their ids; one query."""
    versions = RegimenVersion.objects.newest(known).filter(regimen__patient=patient)
    return {version.regimen_id: title_of(version) for version in versions}


def regimen_page(
    regimen: Regimen,
    history: History,
    user: User,
    now: datetime,
    *,
    is_whole_log: bool,
    is_whole_plan: bool = False,
    with_versions: bool = False,
    moment: Moment | None = None,
) -> dict[str, Any]:
    """What the page shows at `now`, the clinic's aware local time.

    At a `moment`, to which `history` belongs too, the page is as known then, and offers no
    recording. `with_versions` draws the versions of plans that no longer hold too. Needs
    regimen_plans.EXISTING read with the regimen.
    """
    version, is_retracted = logged.text_of(regimen, history.known)
    now, query = (moment.at, moment.query) if moment else (now, "")
    step = history.in_force(now)
    ahead = history.upcoming(now)
    log = ordered(history)
    shown = log if is_whole_log else log[:WINDOW]
    title = title_of(version)
    person = banner(regimen.patient, today=now.date(), moment=moment)
    is_open = not is_retracted and moment is None and not person.is_erased
    may_record = is_open and allows(user, regimen.clinic, RECORD)
    may_plan = may_record and not person.ended
    plans = regimen_plans(
        regimen,
        history,
        now,
        may_record=may_record,
        query=query,
        is_retracted=is_retracted,
        with_versions=with_versions,
        is_whole=is_whole_plan,
    )
    read = [*shown, *ahead, *([step] if step else [])]
    rows = _rows_of(history, regimen, now, read, plans.logs)
    contacts = contacted.contacts([regimen.patient_id], history.known)
    pump = pumped.pump_log(regimen.pk, history.known) if version.route in PUMP_ROUTES else None
    beside = _beside(regimen, history, title, contacts, pump)
    state = timeline.state_of(step)
    waiting = {
        key: row.decided_by
        for key, row in rows.items()
        if row.is_unconfirmed and row.decided_by is not None
    }
    confirmable = _confirmable(user, regimen, waiting) if may_record else set()
    return {
        "regimen": regimen,
        "banner": person,
        "not_today": not_today(moment, url_of("regimen", regimen.pk)),
        "title": title,
        "is_retracted": is_retracted,
        "indication": indication_of(version),
        "responsible": version.responsible_name,
        "supplied_by": quoted(version.supplied_by),
        "strengths": version.strengths,
        "state": state,
        "step": rows[step.entry] if step else None,
        "only_singles": bool(history.live) and not timeline.instructions(history.live),
        "ahead": [rows[record.entry] for record in ahead],
        "chart": pictures(
            history.live,
            title=title,
            route=str(Route(version.route).label),
            now=now,
            is_today=moment is None,
            plans=plans.picture,
            lanes=lanes_of(beside),
        ),
        "beside": _words_beside(beside, regimen.patient_id, query),
        "plans": plans,
        "pump": pump_card(regimen.pk, pump, query),
        "with_versions": with_versions,
        "reported": reported_card(
            regimen, beside.reports[regimen.pk], may_record=may_record, query=query
        ),
        "contacts": contacts_card(regimen, contacts, may_record=may_record, query=query),
        "ended": person.ended,
        "review_url": url_of("review-new", regimen.pk) if may_plan else "",
        "table": log_table(
            [rows[record.entry] for record in shown],
            may_record=may_record,
            confirmable=confirmable,
        ),
        "hidden_rows": len(log) - len(shown),
        "log_length": f"{len(log):,}",
        "may_record": may_record,
        "may_stand_for_others": version.responsible_id == user.pk
        and any(decided_by != user.pk for decided_by in waiting.values()),
        "confirmable": confirmable,
        "buttons": _buttons(regimen, state) if may_record else [],
        "plan_buttons": _plan_buttons(regimen, state, plans, user) if may_plan else [],
        "may_export": allows(user, regimen.clinic, EXPORT_CHARTS),
    }


def _beside(
    regimen: Regimen,
    history: History,
    title: str,
    contacts: Sequence[Contacted],
    pump: PumpLog | None,
) -> Beside:
    """What stands beside the regimen or beside none, and the scores since it began."""
    patient, known = regimen.patient_id, history.known
    since = history.live[0].effective.on if history.live else None
    of_it = (None, regimen.pk)
    reports = reported.reports([regimen.pk], known)
    return Beside(
        titles={regimen.pk: title},
        effects=[each for each in observed.effects(patient, known) if each.regimen in of_it],
        scores=observed.observations(patient, known, since=since, most=MOST_SCORES),
        contacts=[each for each in contacted.standing(contacts) if each.regimen in of_it],
        reports={regimen.pk: intake.standing(reports[regimen.pk])},
        pumps={regimen.pk: pump.live} if pump else {},
    )


def _words_beside(beside: Beside, patient: UUID, query: str) -> dict[str, object]:
    """The newest rows of what stands under the doses, and where all of them are."""
    rows = sorted(rows_beside(beside, query), key=lambda row: row.order[:4], reverse=True)
    return {
        "body": table_body(row.write() for row in rows[:WINDOW]),
        "hidden": len(rows) - min(len(rows), WINDOW),
        "more_url": f"{url_of('patient', patient)}{query or '?'}"
        f"{'&' if query else ''}table=all#axis-table",
    }


def _rows_of(
    history: History, regimen: Regimen, now: datetime, records, plans: Sequence[PlanLog]
) -> dict:
    unique = list({record.entry: record for record in records}.values())
    return {row.entry: row for row in log_rows(history, regimen.clinic, now, unique, plans)}


def _confirmable(user: User, regimen: Regimen, waiting: Mapping[UUID, int]) -> set:
    """The steps of the page that wait for this person to confirm them."""
    if not waiting or not allows(user, regimen.clinic, CONFIRM):
        return set()
    named = policies.stands_for(user, regimen, waiting.values())
    return {entry for entry, decided_by in waiting.items() if decided_by in named}


def _buttons(regimen: Regimen, state: str) -> Sequence[Button]:
    """What can be recorded in this state; the first is the one most often wanted."""
    address = url_of("step-new", regimen.pk)

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


_EVENTS = {
    planning.OPEN: ("plan-paused", gettext_lazy("Pause plan")),
    planning.PAUSED: ("plan-resumed", gettext_lazy("Plan goes on")),
    planning.AWAITING: ("plan-continued", gettext_lazy("Goes on as written")),
}


def _plan_buttons(
    regimen: Regimen, state: str, plans: RegimenPlans, user: User
) -> Sequence[Button]:
    """A plan where there is none, else what its prescriber most often records of it."""
    if plans.standing is None:
        url = url_of("plan-new", regimen.pk)
        return [Button(_("New plan"), url)] if state != timeline.STOPPED else []
    if not allows(user, regimen.clinic, SIGN):
        return []
    route, words = _EVENTS[plans.standing.state]
    return [Button(str(words), reverse(route, args=[plans.plan]))]
