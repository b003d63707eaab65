"""The changes sheet: for whom it was made, since when, and what it says, as finished strings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic, User
from patients import presenters as patients
from patients.finished import NOTHING, html
from patients.wording import has_other_record_words
from titration.changes import BREAK, MOST, Changes, PatientChanges, RegimenChanges, Span
from titration.presenters.changed import Line, patient_lines, regimen_lines
from titration.presenters.changed.regimens import step_words
from titration.presenters.log import moment_words, quoted
from titration.presenters.plan_standing import CHIPS
from titration.presenters.regimen import place_of, title_of
from titration.reading import planned
from titration.reading.planned import present_plan

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class RegimenSheet:
    """A regimen: how it stands now, and what was recorded of it."""

    title: str
    url: str
    facts: Facts
    lines: Sequence[Line]
    error: str = ""

    @property
    def rows(self) -> Iterator[SafeString]:
        return map(cells, self.lines)


@dataclass(frozen=True)
class PatientSheet:
    """A patient: who they are, what was recorded of them, and of their regimens."""

    patient: UUID
    name: str
    url: str
    facts: Facts
    ended: str
    lines: Sequence[Line]
    regimens: Sequence[RegimenSheet]

    @property
    def rows(self) -> Iterator[SafeString]:
        return map(cells, self.lines)


@dataclass(frozen=True)
class Asked:
    """What a sheet tells of and for whom it is made.

    `why` says how its beginning was found: "visit", "first" (there was none before) or "chosen".
    """

    span: Span
    why: str
    by: User
    now: datetime
    is_mine: bool = False
    patient: UUID | None = None


@dataclass(frozen=True)
class Sheet:
    """A page of the sheet. `since` is its `moment` with how that was found.

    `facts` say all of that in a list; `notices` are sentences that stand above the sheet.

    `earlier` and `later` are the marks of the pages around it, where there are any: that of the
    first page is none, and then `has_earlier` tells of it.
    """

    moment: str
    since: str
    up_to: str
    whose: str
    by: str
    facts: Facts
    notices: Sequence[str]
    patients: Sequence[PatientSheet]
    has_earlier: bool = False
    earlier: UUID | None = None
    later: UUID | None = None


@dataclass(frozen=True)
class Pages:
    """Which patients are on a page of those found, and the pages around it."""

    patients: Sequence[UUID]
    count: int
    has_earlier: bool
    earlier: UUID | None
    later: UUID | None


ROW = """
<tr{tone}>
<th scope="row" class="lines">{what}{error}{open}</th>
<td class="lines" data-label="{before_label}">{before}</td>
<td class="lines" data-label="{now_label}">{now}</td>
<td class="lines" data-label="{decided_label}">{decided}</td>
<td class="lines" data-label="{recorded_label}">{recorded}</td>
</tr>"""


def labels() -> dict[str, str]:
    """The heads of the columns."""
    return {
        "what_label": _("What"),
        "before_label": _("Before"),
        "now_label": _("Now"),
        "decided_label": _("Decided, and why"),
        "recorded_label": _("Recorded"),
    }


def cells(line: Line) -> SafeString:
    """A line as a row of the table."""
    return html(
        ROW,
        **labels(),
        tone=SafeString(' class="err"') if line.error else NOTHING,
        what=line.what,
        error=_chip(line.error, "rust"),
        open=_chip(line.open, "amber"),
        before=line.before,
        now=line.now,
        decided=line.decided,
        recorded=line.recorded,
    )


def _chip(words: str, tone: str) -> SafeString:
    if not words:
        return NOTHING
    return html('\n<span class="chip {tone}">{words}</span>', tone=tone, words=words)


def page_of(found: Mapping[UUID, object], after: UUID | None, size: int) -> Pages:
    """The page after a patient; the first one where that is none, or not among those found."""
    keys = list(found)
    start = keys.index(after) + 1 if after is not None and after in found else 0
    page = keys[start : start + size]
    return Pages(
        patients=page,
        count=len(keys),
        has_earlier=start > 0,
        earlier=keys[start - size - 1] if start > size else None,
        later=page[-1] if start + size < len(keys) else None,
    )


def sheet(asked: Asked, pages: Pages, changes: Changes) -> Sheet:
    """What the page shows. The access event of its patients is written before."""
    span = asked.span
    up_to = _("%(moment)s, entry %(number)s of the clinic’s ledger") % {
        "moment": moment_words(asked.now, span.clinic),
        "number": f"{span.high:,}",
    }
    words = ngettext("%(count)s patient", "%(count)s patients", pages.count)
    since, whose = _since_words(asked), _whose_words(asked)
    return Sheet(
        moment=moment_words(span.since, span.clinic),
        since=since,
        up_to=up_to,
        whose=whose,
        by=asked.by.name,
        facts=[
            (_("Since"), since),
            (_("Up to"), up_to),
            (_("Clinic"), f"{span.clinic.name}, {span.clinic.time_zone}"),
            (_("Tells of"), whose),
            (_("Recorded of"), words % {"count": f"{pages.count:,}"}),
            (_("Made by"), asked.by.name),
        ],
        notices=_notices(span),
        patients=patient_sheets(changes, asked.now),
        has_earlier=pages.has_earlier,
        earlier=pages.earlier,
        later=pages.later,
    )


def _whose_words(asked: Asked) -> str:
    """Of whom the sheet tells."""
    if asked.is_mine and asked.patient is not None:
        return _("One patient: the regimens whose responsible prescriber is %(name)s") % {
            "name": asked.by.name
        }
    if asked.is_mine:
        return _("Regimens whose responsible prescriber is %(name)s") % {"name": asked.by.name}
    if asked.patient is not None:
        return _("One patient, chosen for this sheet")
    return _("Every patient of the clinic")


def _since_words(asked: Asked) -> str:
    """From which moment the sheet tells, and why from there."""
    moment = moment_words(asked.span.since, asked.span.clinic)
    match asked.why:
        case "visit":
            return _(
                "%(moment)s, when you last used the records of this clinic before a break of "
                "%(hours)s hours or more"
            ) % {"moment": moment, "hours": BREAK // timedelta(hours=1)}
        case "first":
            return _("%(moment)s, seven days ago: no earlier visit of yours is recorded") % {
                "moment": moment
            }
    return _("%(moment)s, as you chose") % {"moment": moment}


def _notices(span: Span) -> list[str]:
    """That more was recorded than a sheet tells of."""
    if span.begins is None:
        return []
    return [
        _(
            "More than %(most)s entries were recorded since. This sheet tells of the newest "
            "%(most)s, from %(moment)s on: what was recorded before is not on it. Choose one "
            "patient, or read their page, for more."
        )
        % {"most": f"{MOST:,}", "moment": moment_words(span.begins, span.clinic)}
    ]


def patient_sheets(changes: Changes, now: datetime) -> list[PatientSheet]:
    """What the page shows of each patient, in their order; `now` is aware."""
    clinic = changes.span.clinic
    people = {row.patient: row for row in patients.rows([p.patient for p in changes.patients])}
    here = {row.patient: row.is_here for row in people.values() if row.has_moved}
    moved = patients.moved_words(here) if here else {}
    return [
        _patient(
            changes,
            of,
            people[of.patient],
            clinic,
            clinic.local(now),
            moved.get(of.patient, ()),
        )
        for of in changes.patients
    ]


def _patient(
    changes: Changes,
    of: PatientChanges,
    row: patients.Row,
    clinic: Clinic,
    now: datetime,
    moved: Sequence[str],
) -> PatientSheet:
    facts = [
        (_("Born"), row.born),
        (_("NHS No."), row.nhs_number),
        (_("Record No."), row.record_number),
        (_("Telephone"), row.telephone),
        (_("Linked"), has_other_record_words() if row.is_linked else ""),
        *((_("Transfer"), words) for words in moved),
    ]
    ended = planned.ended_by(of.versions[-1]) if of.versions else None
    regimens = sorted(of.regimens, key=lambda each: place_of(each.versions[-1]))
    return PatientSheet(
        patient=of.patient,
        name=row.name,
        url=row.url,
        facts=[fact for fact in facts if fact[1]],
        ended=row.ended,
        lines=patient_lines(changes, of, clinic),
        regimens=[_regimen(changes, each, clinic, now, ended) for each in regimens],
    )


def _regimen(
    changes: Changes,
    of: RegimenChanges,
    clinic: Clinic,
    now: datetime,
    ended: planned.Event | None,
) -> RegimenSheet:
    version, history = of.versions[-1], of.history
    step = history.in_force(now)
    words = step_words(step) if step else _("No recorded instruction stands.")
    if step is None and history.live:
        words = _("No recorded instruction has begun yet.")
    plan = present_plan(of.plans, history, ended)
    standing = plan.standing(history, ended).state if plan else ""
    is_withdrawn = any(
        key.subject == of.regimen and key.entry in changes.withdrawals for key in of.keys
    )
    facts = [
        (_("Last recorded instruction"), words),
        (_("Plan"), str(CHIPS[standing]) if standing else ""),
        (_("Responsible prescriber"), version.responsible_name),
        (_("Supplied by"), quoted(version.supplied_by)),
    ]
    return RegimenSheet(
        title=title_of(version),
        url=reverse("regimen", args=[of.regimen]),
        facts=[fact for fact in facts if fact[1]],
        lines=regimen_lines(changes, of, clinic),
        error=_("ENTERED IN ERROR") if is_withdrawn else "",
    )
