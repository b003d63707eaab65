"""The page of a signed plan: how it stands, every row in full words, its versions and drafts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from access.addresses import url_of
from access.models import Clinic, User
from access.policies import RECORD, SIGN, allows
from ledger.moments import Moment
from patients.presenters import banner, not_today
from titration import planning, policies
from titration.models import Plan, PlanDraft, PlanEventKind
from titration.presenters.copies import copies
from titration.presenters.log import moment_words, quoted
from titration.presenters.plan_differences import PlanDifferences, plan_differences
from titration.presenters.plan_rows import SOME_ROW, plan_table
from titration.presenters.plan_standing import signed_words, standing_words
from titration.presenters.plan_text import facts, purpose_words
from titration.presenters.regimen import Button, title_of
from titration.reading import issued, logged, planned
from titration.reading.logged import History
from titration.reading.planned import PlanLog, RecordedEvent, SignedVersion


@dataclass(frozen=True)
class VersionLine:
    """One version in the list; `compare_url` is "" for the first."""

    name: str
    signed: str
    url: str
    compare_url: str
    is_shown: bool


@dataclass(frozen=True)
class EventLine:
    """Something recorded of the plan: what, by whom, and the reason in quotation marks."""

    what: str
    recorded: str
    reason: str


@dataclass(frozen=True)
class DraftLine:
    """A draft that would revise the plan, and who saved it last."""

    words: str
    edit_url: str
    sign_url: str


def plan_title(regimen_title: str, purpose: str) -> str:
    """What the plan is of: "Taper: By mouth: baclofen, tablet"."""
    return _("%(purpose)s: %(regimen)s") % {
        "purpose": purpose_words(purpose),
        "regimen": regimen_title,
    }


def version_name(version: SignedVersion) -> str:
    return _("Version %(number)s") % {"number": version.version}


def plan_page(
    plan: Plan,
    log: PlanLog,
    history: History,
    user: User,
    now: datetime,
    *,
    shown: SignedVersion,
    compared: SignedVersion | None = None,
    moment: Moment | None = None,
) -> dict[str, object]:
    """What the page shows at `now`, the clinic's aware local time: the version `shown`.

    At a `moment`, to which `log` and `history` belong too, the page is as known then, and offers
    nothing to do. `compared` is the version that `shown` stands beside, where one was asked for.
    """
    regimen = plan.regimen
    now = moment.at if moment else now
    version, is_retracted = logged.text_of(regimen, history.known)
    person = banner(regimen.patient, today=now.date(), moment=moment)
    standing = log.standing(history, planned.ended(regimen.patient_id, history.known))
    is_now = moment is None and not person.is_erased
    is_open = is_now and not is_retracted
    may_sign = is_open and allows(user, plan.clinic, SIGN)
    may_record = is_open and allows(user, plan.clinic, RECORD)
    carried = planning.carried_rows(shown.text.rows, log.links, history.live, log.opened)
    title = title_of(version)
    query = moment.query if moment else ""
    given_out = issued.all_issues([plan.pk], history.known)[plan.pk]
    record_url = ""
    if may_record and standing.state == planning.OPEN and shown is log.newest:
        record_url = f"{url_of('step-new', regimen.pk)}?row={SOME_ROW}"
    return {
        "plan": plan,
        "regimen": regimen,
        "banner": person,
        "not_today": not_today(moment, url_of("plan", plan.pk)),
        "query": query,
        "regimen_title": title,
        "title": plan_title(title, shown.text.purpose),
        "is_retracted": is_retracted,
        "standing": standing_words(log, standing, plan.clinic),
        "is_newest": shown is log.newest,
        "newest_name": version_name(log.newest),
        "shown_name": version_name(shown),
        "signed": signed_words(shown, plan.clinic),
        "facts": facts(shown.text),
        "table": plan_table(carried, now.date(), record_url=record_url),
        "events": [_event_line(each, plan.clinic) for each in reversed(log.events)],
        "versions": _versions(plan, log, shown, query),
        "differences": _differences(compared, shown, log) if compared else None,
        "drafts": _drafts(plan, user) if may_record else [],
        "copies": copies(
            log,
            standing,
            given_out,
            plan.clinic,
            live=history.live,
            is_retracted=is_retracted,
            may_record=is_now and allows(user, plan.clinic, RECORD),
        ),
        "buttons": event_buttons(plan, standing) if may_sign else [],
        "revise_url": url_of("plan-new", regimen.pk) if may_record and not standing.is_over else "",
    }


EVENT_WORDS = {
    "continued": lambda: _("Goes on as written"),
    "resumed": lambda: _("Plan goes on"),
    "paused": lambda: _("Pause plan"),
    "completed": lambda: _("Complete plan"),
    "withdrawn": lambda: _("Withdraw plan"),
}


def event_buttons(plan: Plan, standing: planning.Standing) -> list[Button]:
    """What a prescriber may record of a plan as it stands; moving dates drafts a version.

    None stands out among them: which it is to be is not for the page to say.
    """
    allowed = policies.EVENTS_OF_STATE.get(standing.state, set())
    buttons = []
    for kind, words in EVENT_WORDS.items():
        if kind not in allowed:
            continue
        address = reverse(f"plan-{kind}", args=[plan.pk])
        buttons.append(Button(words(), address))
        if kind == "continued":
            buttons.append(Button(_("Move the dates that remain"), f"{address}?dates=later"))
    return buttons


def _event_line(event: RecordedEvent, clinic: Clinic) -> EventLine:
    words = {
        "name": event.by_name,
        "when": moment_words(event.at, clinic),
        "number": f"{event.number:,}",
    }
    return EventLine(
        what=str(PlanEventKind(event.kind).label),
        recorded=_("recorded by %(name)s, %(when)s, entry %(number)s") % words,
        reason=quoted(event.reason_text),
    )


def _versions(plan: Plan, log: PlanLog, shown: SignedVersion, query: str) -> list[VersionLine]:
    """Newest first; each with the way to what changed in it."""
    address = url_of("plan", plan.pk)
    more = query.replace("?", "&", 1)
    return [
        VersionLine(
            name=version_name(each),
            signed=_("signed by %(name)s, %(when)s, entry %(number)s")
            % signed_words(each, plan.clinic),
            url=f"{address}?version={each.version}{more}",
            compare_url=f"{address}?version={each.version}&compare={each.version - 1}{more}"
            if each.version > 1
            else "",
            is_shown=each is shown,
        )
        for each in reversed(log.versions)
    ]


def _differences(before: SignedVersion, after: SignedVersion, log: PlanLog) -> PlanDifferences:
    names = (version_name(before), version_name(after))
    return plan_differences(before.text, after.text, log.opened, names)


def _drafts(plan: Plan, user: User) -> Sequence[DraftLine]:
    drafts: Iterable[PlanDraft] = (
        PlanDraft.objects.filter(revises__plan=plan)
        .select_related("saved_by", "revises")
        .order_by("-saved_at")
    )
    may_sign = allows(user, plan.clinic, SIGN)
    return [
        DraftLine(
            words=_("Draft from version %(version)s, last saved by %(name)s, %(when)s")
            % {
                "version": draft.revises.version if draft.revises else "",
                "name": draft.saved_by.name,
                "when": moment_words(draft.saved_at, plan.clinic),
            },
            edit_url=url_of("plan-edit", draft.pk),
            sign_url=url_of("plan-sign", draft.pk) if may_sign else "",
        )
        for draft in drafts
    ]
