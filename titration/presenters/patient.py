"""All of a patient's regimens as finished strings: where each stands at a moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.addresses import url_of
from access.composed import Rows
from access.models import Clinic, User
from access.policies import EXPORT_CHARTS, RECORD, VIEW_ACCESS, allows
from ledger.models import Retraction
from ledger.moments import Moment
from patients.models import Patient
from patients.presenters import banner, not_today
from titration import dosing, timeline, wording
from titration.forms.span import SpanForm
from titration.models import DoseStep, RegimenVersion
from titration.presenters.axis import Regimens, patient_axis
from titration.presenters.log import (
    confirmation_words,
    heading_words,
    quoted,
    received_words,
    withdrawal_words,
)
from titration.presenters.patient_plans import PlanLine, plan_lines
from titration.presenters.regimen import indication_of, place_of, title_of
from titration.reading import logged, planned
from titration.reading.logged import History, StepText
from titration.timeline import StepRecord


@dataclass(frozen=True)
class Instruction:
    """A recorded step in words; `unconfirmed` says who has yet to confirm it, if anybody has.

    `confirmation` says how it stands with that in any case; `note` is the instruction as typed.
    """

    heading: str
    lines: Sequence[wording.DoseLine]
    total_label: str
    total: str
    moment: str
    decided: str
    received: str
    note: str
    confirmation: str
    unconfirmed: str


@dataclass(frozen=True)
class Standing:
    """Where a regimen stands: the last instruction whose moment has come, and the one ahead.

    `state` is of timeline.STATE_AFTER; `words` stand where no instruction has begun. `plan` is the
    one that is not over.
    """

    url: str
    title: str
    state: str
    words: str
    now: Instruction | None
    ahead: Instruction | None
    indication: str
    responsible: str
    plan: PlanLine | None = None


@dataclass(frozen=True)
class Withdrawn:
    """A regimen entered in error, and by whom, when and why it was withdrawn."""

    url: str
    title: str
    words: str


class Carrying(NamedTuple):
    """Withdrawn steps on their way here: how many, the next one, and (title, address) of the
    regimens that it can be entered on: those of its medicine, then those of others."""

    words: str
    following: str
    same: Sequence[tuple[str, str]]
    others: Sequence[tuple[str, str]]


class Everything(NamedTuple):
    """Every regimen of a patient in its place, those that were withdrawn, and what was read of the
    others."""

    versions: Sequence[RegimenVersion]
    withdrawals: Mapping[UUID, Retraction]
    standing: Regimens

    @property
    def records(self) -> Iterator[StepRecord]:
        """Every text of every step of those that stand."""
        return chain.from_iterable(log.records for log in self.standing.logs.values())


def everything_of(patient: Patient, known: int | None = None) -> Everything:
    """As known at an entry number; in five queries, twelve with plans."""
    versions = sorted(_versions(patient.pk, known), key=place_of)
    of_them = _retractions([version.regimen_id for version in versions], known)
    withdrawals = {retraction.entry.subject: retraction for retraction in of_them}
    standing = [version for version in versions if version.regimen_id not in withdrawals]
    return Everything(versions, withdrawals, read_of(standing, patient, known))


def patient_page(
    patient: Patient,
    found: Everything,
    user: User,
    now: datetime,
    carried: Sequence[DoseStep],
    moment: Moment | None = None,
    *,
    span: SpanForm,
    is_whole_table: bool = False,
) -> dict[str, object]:
    """What the page shows at `now`, the clinic's aware local time; needs the patient's clinic.

    At a `moment`, to which `found` belongs too, the page is as known then, and offers no
    recording. `span` has the range of days that is drawn.
    """
    now = moment.at if moment else now
    versions, withdrawals, read = found
    rows = standings(read, patient.clinic, now, moment)
    person = banner(patient, today=now.date(), moment=moment)
    is_open = moment is None and not person.is_erased
    may_record = is_open and allows(user, patient.clinic, RECORD)
    return {
        "banner": person,
        "not_today": not_today(moment, url_of("patient", patient.pk)),
        "patient": patient,
        "known": moment.text if moment else "",
        "axis": patient_axis(patient, read, now, moment, span, is_whole=is_whole_table),
        "active": [row for row in rows if row.state != timeline.STOPPED],
        "stopped": [row for row in rows if row.state == timeline.STOPPED],
        "withdrawn": [
            _withdrawn(version, withdrawals[version.regimen_id], patient.clinic, moment)
            for version in versions
            if version.regimen_id in withdrawals
        ],
        "carrying": _carrying(read.versions, carried) if may_record else None,
        "may_record": may_record,
        "may_export": allows(user, patient.clinic, EXPORT_CHARTS),
        "may_view_access": allows(user, patient.clinic, VIEW_ACCESS),
    }


_versions = Rows(
    RegimenVersion,
    lambda patient, known: RegimenVersion.objects.newest(known).filter(regimen__patient=patient),
    "regimen",
)

# What withdrew a regimen, as known at an entry number.
_retractions = Rows(
    Retraction,
    lambda regimens, known: Retraction.objects.filter(entry__subject__in=regimens).up_to(known),
    "entry",
)


def _address(version: RegimenVersion, moment: Moment | None) -> str:
    return url_of("regimen", version.regimen_id) + (moment.query if moment else "")


def _carrying(versions: Iterable[RegimenVersion], carried: Sequence[DoseStep]) -> Carrying | None:
    """What is carried to these regimens, one step at a time; one query when anything is.

    The regimen that it was withdrawn from is none of "the same": it was the wrong one.
    """
    if not carried:
        return None
    first = carried[0]
    of_first = RegimenVersion.objects.newest().get(regimen=first.regimen_id)
    medicine = of_first.medicine_name.casefold()
    same: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for version in versions:
        is_same = version.medicine_name.casefold() == medicine
        group = same if is_same and version.regimen_id != first.regimen_id else others
        address = url_of("step-new", version.regimen_id)
        group.append((title_of(version), f"{address}?copy={first.pk}"))
    words = ngettext(
        "You are carrying %(count)s dose step that was entered in error elsewhere.",
        "You are carrying %(count)s dose steps that were entered in error elsewhere.",
        len(carried),
    )
    following = {
        "regimen": title_of(of_first),
        "moment": wording.effective_words(first.effective),
    }
    return Carrying(
        words % {"count": len(carried)},
        _("The next one to enter: %(regimen)s, from %(moment)s.") % following,
        same,
        others,
    )


def read_of(versions: Sequence[RegimenVersion], patient: Patient, known: int | None) -> Regimens:
    """The logs and plans of these regimens of a patient; three queries, seven more with plans.

    The whole logs are read, so that a step dated ahead holds from its day on.
    """
    logs = logged.histories((version.regimen_id for version in versions), known)
    plans = planned.plan_logs(logs, known)
    ended = planned.ended(patient.pk, known) if any(plans.values()) else None
    return Regimens(
        versions,
        logs,
        {
            regimen: (of_it, planned.present_plan(of_it, logs[regimen], ended))
            for regimen, of_it in plans.items()
        },
        ended,
    )


def standings(
    read: Regimens, clinic: Clinic, now: datetime, moment: Moment | None = None
) -> list[Standing]:
    """Where these regimens of a patient stand at `now`, in their order; one query."""
    known, versions, logs = moment.number if moment else None, read.versions, read.logs
    shown = {regimen: (log.in_force(now), log.upcoming(now)[:1]) for regimen, log in logs.items()}
    records = [record for step, ahead in shown.values() for record in (step, *ahead) if record]
    texts = logged.step_texts((record.entry for record in records), known)
    said = {record.entry: _instruction(record, texts[record.entry], clinic) for record in records}
    plans = plan_lines(read, now.date(), moment.query if moment else "")
    return [
        _standing(
            _address(version, moment),
            version,
            logs[version.regimen_id],
            *shown[version.regimen_id],
            said,
            plans.get(version.regimen_id),
        )
        for version in versions
    ]


def _standing(
    url: str,
    version: RegimenVersion,
    log: History,
    step: StepRecord | None,
    ahead: Sequence[StepRecord],
    said: Mapping[UUID, Instruction],
    plan: PlanLine | None,
) -> Standing:
    return Standing(
        url=url,
        title=title_of(version),
        state=timeline.state_of(step),
        words="" if step else _nothing_words(log),
        now=said[step.entry] if step else None,
        ahead=said[ahead[0].entry] if ahead else None,
        indication=indication_of(version),
        responsible=version.responsible_name,
        plan=plan,
    )


def _nothing_words(log: History) -> str:
    if timeline.instructions(log.live):
        return _("No recorded instruction has begun yet.")
    if log.live:
        return _("Only single doses are recorded.")
    if log.records:
        return _("No recorded instruction stands.")
    return _("No dose is recorded yet.")


def _instruction(record: StepRecord, text: StepText, clinic: Clinic) -> Instruction:
    is_single = record.kind == timeline.SINGLE
    total = None if is_single else dosing.total_per_day(record.components)
    confirmation = confirmation_words(text, clinic)
    return Instruction(
        heading=heading_words(record.kind),
        lines=wording.dosage_lines(record.components),
        total_label=wording.total_label(total) if total else "",
        total=wording.total_words(total) if total else "",
        moment=wording.effective_words(record.effective),
        decided=text.decided_by_name,
        received=received_words(text),
        note=quoted(text.note),
        confirmation=confirmation.words,
        unconfirmed=confirmation.words if confirmation.is_open else "",
    )


def _withdrawn(
    version: RegimenVersion, retraction: Retraction, clinic: Clinic, moment: Moment | None
) -> Withdrawn:
    said = withdrawal_words(retraction, clinic)
    return Withdrawn(_address(version, moment), title_of(version), said)
