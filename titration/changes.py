"""What was recorded of a clinic's patients from a moment on, for who takes over from somebody.

It is told from the ledger: every entry of a patient in one range of numbers. First which patients
(`patients_of`), so that the access event is written before anything of them is read; then what was
recorded of those on the page (`changes_of`), in as many queries however many they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from access.models import AccessEvent, AccessKind, Clinic, User
from ledger.models import Entry, Erasure, Head, ImportedFile, Origin, Retraction
from patients.models import (
    Arrival,
    ContextConfirmation,
    ContextVersion,
    PatientCard,
    PatientVersion,
    SamePerson,
    Transfer,
    TransferEvent,
)
from titration.intake import Report
from titration.models import (
    Confirmation,
    Dispute,
    DoseStep,
    IntakeReport,
    IssueTold,
    Observation,
    PlanEvent,
    PlanIssue,
    PlanVersion,
    PumpEvent,
    Regimen,
    RegimenCard,
    RegimenVersion,
    Review,
    RowRecorded,
    SideEffect,
)
from titration.reading import contacted, issued, logged, observed, planned, pumped, reported
from titration.reading.contacted import Contacted
from titration.reading.issued import Issued
from titration.reading.logged import History, StepText
from titration.reading.observed import Effect, Observed
from titration.reading.planned import PlanLog
from titration.reading.pumped import PumpLog

MOST = 5000
"""Entries that a sheet of every patient tells of; what was recorded before them is left out."""

BREAK = timedelta(hours=6)
_LOOKED_AT = 2000
_SAW = (
    *(AccessKind.VIEW, AccessKind.LIST, AccessKind.SEARCH, AccessKind.WRITE),
    *(AccessKind.TYPING, AccessKind.EXPORT),
)

# Each kind of record of a regimen, and the way from it to the regimen.
_WAYS: dict[type, str] = {
    Confirmation: "confirms__regimen_id",
    Dispute: "disputes__regimen_id",
    DoseStep: "regimen_id",
    IntakeReport: "regimen_id",
    IssueTold: "issue__version__plan__regimen_id",
    PlanEvent: "plan__regimen_id",
    PlanIssue: "version__plan__regimen_id",
    PlanVersion: "plan__regimen_id",
    PumpEvent: "regimen_id",
    RegimenVersion: "regimen_id",
    Review: "regimen_id",
    RowRecorded: "version__plan__regimen_id",
}

# The records of a regimen that can be withdrawn, and the column that names their line.
_LINES: dict[type, str] = {DoseStep: "step", IntakeReport: "report", PumpEvent: "event"}


def last_visit(user: User, clinic: Clinic, now: datetime) -> datetime | None:
    """When the person last used the clinic's records before a break of BREAK or longer.

    So the sitting that they are in is no visit yet, also over midnight. None when it is the first;
    of a sitting of more events than are looked at, the earliest of those.
    """
    of_person = AccessEvent.objects.filter(user=user, kind__in=_SAW)
    found: list[datetime] = []
    # A list that spans several clinics is of none.
    for whose in (clinic.pk, None):
        events = of_person.filter(clinic=whose, at__lt=now).order_by("-at", "-id")
        found += events.values_list("at", flat=True)[:_LOOKED_AT]
    found.sort(reverse=True)
    for later, earlier in pairwise([now, *found]):
        if later - earlier >= BREAK:
            return earlier
    return found[-1] if len(found) >= _LOOKED_AT else None


@dataclass(frozen=True)
class Span:
    """The entries of a clinic after number `low`, up to `high`: those recorded from `since` on.

    `begins` is set where more than MOST were: the moment of the first entry that is told.
    """

    clinic: Clinic
    since: datetime
    low: int
    high: int
    begins: datetime | None = None

    @property
    def count(self) -> int:
        """How many entries there are; the numbers of a clinic have no gaps."""
        return self.high - self.low


def span_of(clinic: Clinic, since: datetime, *, is_bounded: bool = True) -> Span:
    """What was recorded from a moment on, up to the newest entry now."""
    high = Head.objects.filter(clinic=clinic).values_list("number", flat=True).first() or 0
    entries = Entry.objects.filter(clinic=clinic)
    later = entries.filter(recorded_at__gte=since).order_by("recorded_at", "number")
    first = later.values_list("number", flat=True).first()
    low = high if first is None else min(first - 1, high)
    if not is_bounded or high - low <= MOST:
        return Span(clinic, since, low, high)
    low = high - MOST
    return Span(clinic, since, low, high, entries.get(number=low + 1).recorded_at)


class Key(NamedTuple):
    """An entry of the span, of a patient; nothing of what it says."""

    entry: UUID
    number: int
    kind: str
    patient: UUID
    subject: UUID


def patients_of(
    span: Span, *, patient: UUID | None = None, mine: User | None = None
) -> dict[UUID, list[Key]]:
    """The entries of each patient, by name; of one patient, or of whose regimens are `mine`.

    Who was erased has no name and comes last. Where something came from is told with it, and is no
    entry of its own here.
    """
    entries = Entry.objects.filter(clinic=span.clinic, number__gt=span.low, number__lte=span.high)
    entries = entries.exclude(kind=Origin.KIND)
    whose = {"patient__isnull": False} if patient is None else {"patient": patient}
    columns = ("id", "number", "kind", "patient", "subject")
    keys = [
        Key._make(row) for row in entries.filter(**whose).order_by("number").values_list(*columns)
    ]
    if mine is not None:
        keys = _mine(keys, span.clinic, mine)
    found: dict[UUID, list[Key]] = {}
    for key in keys:
        found.setdefault(key.patient, []).append(key)
    cards = PatientCard.objects.filter(pk__in=found)
    names = dict(cards.values_list("patient", "sort_name"))
    return {
        key: found[key] for key in sorted(found, key=lambda p: (p not in names, names.get(p), p))
    }


def _mine(keys: Sequence[Key], clinic: Clinic, user: User) -> list[Key]:
    """The entries of the regimens that somebody is responsible for, and of those patients."""
    cards = RegimenCard.objects.filter(clinic=clinic, version__responsible=user)
    theirs = dict(
        cards.filter(patient__in={key.patient for key in keys}).values_list("regimen", "patient")
    )
    people = set(theirs.values())
    regimens = regimens_of([key for key in keys if key.patient in people])
    return [
        key
        for key in keys
        if key.patient in people and (key.entry not in regimens or regimens[key.entry] in theirs)
    ]


def regimens_of(keys: Iterable[Key]) -> dict[UUID, UUID]:
    """By entry: the regimen that it is of; nothing for those of the patient alone.

    As many queries as there are kinds of record among them.
    """
    keys = list(keys)
    by_kind: dict[str, list[UUID]] = {}
    for key in keys:
        by_kind.setdefault(key.kind, []).append(key.entry)
    found: dict[UUID, UUID] = {}
    for model, way in _WAYS.items():
        if entries := by_kind.get(model.KIND):  # type: ignore[attr-defined]
            rows = model.objects.filter(entry__in=entries)  # type: ignore[attr-defined]
            found.update(rows.values_list("entry_id", way))
    withdrawn = {key.subject: key.entry for key in keys if key.kind == Retraction.KIND}
    if withdrawn:
        for model, line in _LINES.items():
            lines = model.objects.filter(**{f"{line}__in": withdrawn})  # type: ignore[attr-defined]
            of_lines = lines.values_list(line, "regimen_id")
            found.update((withdrawn[subject], regimen) for subject, regimen in of_lines)
        regimens = Regimen.objects.filter(pk__in=withdrawn).values_list("pk", flat=True)
        found.update((withdrawn[regimen], regimen) for regimen in regimens)
        copies = PlanIssue.objects.filter(entry__subject__in=withdrawn)
        ways = copies.values_list("entry__subject", _WAYS[PlanIssue])
        found.update((withdrawn[copy], regimen) for copy, regimen in ways)
    return found


@dataclass(frozen=True)
class RegimenChanges:
    """A regimen of which something was recorded: its entries in the span, and all that is known.

    `versions` are its texts, oldest first; `reviews` every text of its reviews, `pump` of its pump,
    and `reports` every text of what was reported of its intake.
    """

    regimen: UUID
    keys: tuple[Key, ...]
    versions: tuple[RegimenVersion, ...]
    history: History
    plans: tuple[PlanLog, ...]
    reviews: tuple[Review, ...] = ()
    pump: PumpLog = field(default_factory=PumpLog)
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True)
class PatientChanges:
    """A patient of whom something was recorded: `keys` are of the patient alone.

    `versions` are what was known of the person, `context` every text of the context, oldest first,
    `contacts` every text of every contact with them.
    """

    patient: UUID
    keys: tuple[Key, ...]
    versions: tuple[PatientVersion, ...]
    regimens: tuple[RegimenChanges, ...]
    context: tuple[ContextVersion, ...] = ()
    contacts: tuple[Contacted, ...] = ()


@dataclass(frozen=True)
class Changes:
    """Those of a page, and what their entries say beside their regimens' histories.

    `texts` are the texts of steps, by entry; `about` names by the entry of a confirmation or
    dispute the text that it is about. `copies` are by number, also by those of their telling and of
    their withdrawal. `observed` are the texts of what was observed, by their line, oldest first;
    `links` those to other records, by their line, and `others` what is known of whom they name;
    `offers` those to other clinics, by their line, when they were taken back.
    """

    span: Span
    patients: tuple[PatientChanges, ...]
    texts: Mapping[UUID, StepText] = field(default_factory=dict)
    about: Mapping[UUID, UUID] = field(default_factory=dict)
    withdrawals: Mapping[UUID, Retraction] = field(default_factory=dict)
    copies: Mapping[int, Issued] = field(default_factory=dict)
    erasures: Mapping[UUID, Erasure] = field(default_factory=dict)
    confirmations: Mapping[UUID, ContextConfirmation] = field(default_factory=dict)
    observed: Mapping[UUID, Sequence[Observed | Effect]] = field(default_factory=dict)
    files: Mapping[UUID, ImportedFile] = field(default_factory=dict)
    links: Mapping[UUID, SamePerson] = field(default_factory=dict)
    offers: Mapping[UUID, Transfer] = field(default_factory=dict)
    transfers: Mapping[UUID, Transfer] = field(default_factory=dict)
    arrivals: Mapping[UUID, Arrival] = field(default_factory=dict)
    others: Mapping[UUID, PatientVersion] = field(default_factory=dict)


def changes_of(span: Span, found: Mapping[UUID, Sequence[Key]]) -> Changes:
    """What the entries of these patients say, as known at the newest entry of the span."""
    keys = [key for of_patient in found.values() for key in of_patient]
    regimens = regimens_of(keys)
    wanted = set(regimens.values())
    histories = logged.histories(wanted, span.high)
    plans = planned.plan_logs(wanted, span.high)
    versions = _by(_texts(RegimenVersion, span, regimen__in=wanted), "regimen_id")
    pumps = pumped.pump_logs(wanted, span.high)
    reviews = _by(_texts(Review, span, regimen__in=wanted), "regimen_id")
    people = _by(_texts(PatientVersion, span, patient__in=list(found)), "patient_id")
    told_of = {key.patient for key in keys if key.kind == ContextVersion.KIND}
    context = _by(_texts(ContextVersion, span, patient__in=told_of), "patient_id")
    reports = reported.reports(wanted, span.high)
    contacts: dict[UUID, list[Contacted]] = {}
    for text in contacted.contacts(found, span.high):
        contacts.setdefault(text.patient, []).append(text)
    about = _about(keys)
    told = {key.entry for key in keys if key.kind == DoseStep.KIND} | set(about.values())
    copies = issued.all_issues([log.plan for logs in plans.values() for log in logs], span.high)
    links = _links(keys)
    linked = [link.other_id for link in links.values()]

    def of_regimen(regimen: UUID, of_it: Iterable[Key]) -> RegimenChanges:
        return RegimenChanges(
            regimen=regimen,
            keys=tuple(of_it),
            versions=versions.get(regimen, ()),
            history=histories[regimen],
            plans=plans[regimen],
            reviews=reviews.get(regimen, ()),
            pump=pumps[regimen],
            reports=reports[regimen],
        )

    return Changes(
        span=span,
        patients=tuple(
            PatientChanges(
                patient=patient,
                keys=tuple(key for key in of_patient if key.entry not in regimens),
                versions=people.get(patient, ()),
                context=context.get(patient, ()),
                contacts=tuple(contacts.get(patient, ())),
                regimens=tuple(
                    of_regimen(regimen, of_it)
                    for regimen, of_it in _grouped(of_patient, regimens).items()
                ),
            )
            for patient, of_patient in found.items()
        ),
        texts=logged.step_texts(told, span.high),
        about=about,
        withdrawals=_records(Retraction, keys),
        copies={
            number: copy
            for of_plan in copies.values()
            for copy in of_plan
            for number in (
                copy.number,
                copy.told.number if copy.told else copy.number,
                copy.withdrawn.entry.number if copy.withdrawn else copy.number,
            )
        },
        erasures=_records(Erasure, keys),
        confirmations=_records(ContextConfirmation, keys, "confirms__entry"),
        observed=_by(_observed(keys, span), "line"),
        files=_records(ImportedFile, keys),
        links=links,
        offers=_offers(keys),
        transfers=_records(Transfer, keys),
        arrivals=_records(Arrival, keys),
        others={
            patient: texts[-1]
            for patient, texts in _by(
                _texts(PatientVersion, span, patient__in=linked) if linked else (), "patient_id"
            ).items()
        },
    )


def _observed(keys: Iterable[Key], span: Span) -> list[Observed | Effect]:
    """What was observed of the patients of whom it changed; no query where nothing did."""
    lines = {key.subject for key in keys if key.kind in (Observation.KIND, SideEffect.KIND)}
    withdrawn = {key.subject for key in keys if key.kind == Retraction.KIND}
    people = {key.patient for key in keys if key.subject in lines | withdrawn}
    if not people:
        return []
    texts = observed.texts_of(people, span.high)
    return [text for text in texts if text.line in lines | withdrawn]


def _links(keys: Iterable[Key]) -> dict[UUID, SamePerson]:
    """By line: the links that were recorded or withdrawn; no query where none can be."""
    kinds = (SamePerson.KIND, Retraction.KIND)
    lines = {key.subject for key in keys if key.kind in kinds}
    links = SamePerson.objects.filter(line__in=lines).select_related("entry") if lines else ()
    return {link.line: link for link in links}


def _offers(keys: Iterable[Key]) -> dict[UUID, Transfer]:
    """By line: the offers that were taken back; no query where nothing was withdrawn."""
    lines = {key.subject for key in keys if key.kind == Retraction.KIND}
    offers = Transfer.objects.filter(transfer__in=lines, event=TransferEvent.OFFERED)
    return {offer.transfer: offer for offer in offers} if lines else {}


def _texts(model: Any, span: Span, **whose: object) -> list[Any]:
    texts = model.objects.up_to(span.high).filter(**whose).select_related("entry")
    return list(texts.order_by("entry__number"))


def _records(model: Any, keys: Iterable[Key], *beside: str) -> dict[UUID, Any]:
    """The records of one kind by entry, with what stands `beside`; no query where none are."""
    entries = [key.entry for key in keys if key.kind == model.KIND]
    return model.objects.select_related("entry", *beside).in_bulk(entries) if entries else {}


def _by(rows: Iterable[Any], name: str) -> dict[UUID, tuple[Any, ...]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return {key: tuple(of_key) for key, of_key in found.items()}


def _grouped(keys: Iterable[Key], regimens: Mapping[UUID, UUID]) -> dict[UUID, list[Key]]:
    found: dict[UUID, list[Key]] = {}
    for key in keys:
        if key.entry in regimens:
            found.setdefault(regimens[key.entry], []).append(key)
    return found


def _about(keys: Iterable[Key]) -> dict[UUID, UUID]:
    """By the entry of a confirmation or dispute: that of the text that it is about."""
    found: dict[UUID, UUID] = {}
    for model, name in ((Confirmation, "confirms_id"), (Dispute, "disputes_id")):
        found.update((key, getattr(record, name)) for key, record in _records(model, keys).items())
    return found
