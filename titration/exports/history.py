"""What a history export holds: one patient's record as it stands at one entry of the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import User
from ledger.models import Entry, Head, Retraction
from ledger.moments import Moment, NoSuchMoment
from patients.linked import standing
from patients.models import Patient, PatientStatus, PatientVersion
from patients.presenters import (
    LinkedRecord,
    erased_words,
    linked_records,
    moved_words,
    not_today_words,
)
from patients.reading import KnownTopic, known_contexts
from patients.wording import one_of_words
from titration import planning, timeline
from titration.exports.contents import WHOLE, Contents
from titration.intake import Report
from titration.models import RegimenVersion, Review
from titration.reading import contacted, reported
from titration.reading.contacted import Contacted
from titration.reading.issued import Issued, issues
from titration.reading.logged import History, histories
from titration.reading.observed import Effect, Observed, texts_of
from titration.reading.planned import PlanLog, ended_by, plan_logs
from titration.reading.pumped import PumpLog, pump_logs

RECORD_ONLY = gettext_lazy(
    "This is a record. It proposes no dose: every amount and date was written by the person named "
    "beside it."
)


@dataclass(frozen=True)
class RegimenRecord:
    """A regimen with its whole log. `withdrawal` is set when it was entered in error.

    `plans` are its signed plans, by which the log says how they were followed; `copies` those that
    were given out of them; `pump` the events of the pump that gives it. `reports` are every text of
    what was reported of its intake, and `retractions` what withdrew some of them, by line.
    `reviews` are the newest texts of its reviews, by their days.
    """

    version: RegimenVersion
    withdrawal: Retraction | None
    history: History
    plans: tuple[PlanLog, ...] = ()
    copies: tuple[Issued, ...] = ()
    pump: PumpLog = field(default_factory=PumpLog)
    reports: tuple[Report, ...] = ()
    retractions: Mapping[UUID, Retraction] = field(default_factory=dict)
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True)
class PatientRecord:
    """A patient's regimens, those being taken first, as known at entry `number` of the clinic.

    `at` is the moment of the export on the clinic's clock; `moment` is set when this is not the
    record of today; `erased` says when the person was erased, if they were. `context` has every
    topic, with its earlier texts. `contacts` are every text of every contact with the patient, and
    `retractions` what withdrew some of them, by line. `observed` is every text of how the patient
    was, `withdrawn` what withdrew some of their lines. `contents` says what of all this was
    chosen: `regimens` has the chosen ones only, of `recorded` that there are. `linked` are the
    other records of the same person, of which nothing else is here, `moved` sentences of which
    other clinic the patient is offered to, went to, or came from.
    """

    patient: Patient
    version: PatientVersion
    regimens: tuple[RegimenRecord, ...]
    number: int
    digest: str
    by: str
    at: datetime
    moment: Moment | None = None
    erased: str = ""
    context: tuple[KnownTopic, ...] = ()
    contacts: tuple[Contacted, ...] = ()
    retractions: Mapping[UUID, Retraction] = field(default_factory=dict)
    observed: tuple[Observed | Effect, ...] = ()
    withdrawn: Mapping[UUID, Retraction] = field(default_factory=dict)
    contents: Contents = WHOLE
    recorded: int = 0
    linked: tuple[LinkedRecord, ...] = ()
    moved: tuple[str, ...] = ()

    @property
    def now(self) -> datetime:
        """The moment as of which the record is told, on the clinic's clock."""
        return self.moment.at if self.moment else self.at

    @property
    def ended(self) -> planning.Event | None:
        """That the patient died or left."""
        return ended_by(self.version)

    @cached_property
    def behind_plans(self) -> dict[int, Entry]:
        """By number the entries that brought about how plans stand; one query."""
        numbers = {
            plan.standing(regimen.history, self.ended).number
            for regimen in self.regimens
            for plan in regimen.plans
        }
        entries = Entry.objects.filter(clinic=self.patient.clinic, number__in=numbers)
        return {entry.number: entry for entry in entries}

    @property
    def telephone(self) -> str | None:
        """As typed, "" for none; None when it was erased."""
        return None if self.version.is_erased else self.version.telephone or ""


ORDER_OF_STATES = (timeline.TAKING, timeline.WITHHELD, timeline.NOTHING, timeline.STOPPED)


def read(
    patient: Patient, *, by: User, now: datetime, moment: Moment | None = None
) -> PatientRecord:
    """The patient's record, up to the newest entry or a moment.

    The entry is read first and nothing after it is, so that the export holds one state of the
    record whatever is being written meanwhile. Raises NoSuchMoment when the patient was not
    recorded yet.
    """
    head = moment or Head.objects.get(clinic=patient.clinic)
    at = patient.clinic.local(now)
    found = read_all(
        [patient], number=head.number, digest=head.digest, by=by.name, at=at, moment=moment
    )
    if not found:
        raise _not_yet()
    return found[0]


def read_all(
    patients: Sequence[Patient],
    *,
    number: int,
    digest: str,
    by: str,
    at: datetime,
    moment: Moment | None = None,
) -> list[PatientRecord]:
    """The records of patients of one clinic, in their order, up to an entry and its digest.

    Those that were not recorded yet are left out. The number of queries grows by one for each who
    was erased, and by some for each whose record is linked with another.
    """
    keys = [patient.pk for patient in patients]
    people = PatientVersion.objects.newest(number).filter(patient__in=keys)
    known = {version.patient_id: version for version in people.select_related("entry")}
    contexts = known_contexts(keys, number, with_earlier=True)
    contacts = _by_patient(contacted.contacts(keys, number))
    seen = _by_patient(texts_of(keys, number))
    withdrawn = _withdrawn([text for texts in seen.values() for text in texts], number)
    regimens = _regimens(keys, number, [c for texts in contacts.values() for c in texts])
    linked = set(standing(number).filter(patient__in=keys).values_list("patient", flat=True))
    here = {key: version.status == PatientStatus.HERE for key, version in known.items()}
    moved = moved_words(here, number)
    now = moment.at if moment else at
    return [
        PatientRecord(
            patient=patient,
            version=known[patient.pk],
            regimens=tuple(sorted(regimens.of(patient.pk), key=lambda r: _place(r, now))),
            number=number,
            digest=digest,
            by=by,
            at=at,
            moment=moment,
            erased=erased_words(patient.pk) if known[patient.pk].is_erased else "",
            context=tuple(contexts[patient.pk]),
            contacts=contacts.get(patient.pk, ()),
            retractions=regimens.retractions,
            observed=seen.get(patient.pk, ()),
            withdrawn=withdrawn,
            recorded=len(regimens.of(patient.pk)),
            linked=tuple(linked_records(patient.pk, number)) if patient.pk in linked else (),
            moved=tuple(moved.get(patient.pk, ())),
        )
        for patient in patients
        if patient.pk in known
    ]


class _Regimens(NamedTuple):
    """The regimens of some patients, and what withdrew reports and contacts of theirs, by line."""

    by_patient: Mapping[UUID, list[RegimenRecord]]
    retractions: Mapping[UUID, Retraction]

    def of(self, patient: UUID) -> list[RegimenRecord]:
        return self.by_patient.get(patient, [])


def _regimens(patients: Sequence[UUID], number: int, contacts: Iterable[Contacted]) -> _Regimens:
    versions = RegimenVersion.objects.up_to(number).filter(regimen__patient__in=patients)
    ordered = versions.select_related("entry").order_by("entry__number")
    newest = {version.regimen_id: version for version in ordered}
    withdrawals = Retraction.objects.up_to(number).filter(entry__subject__in=newest)
    withdrawal_of = {w.entry.subject: w for w in withdrawals.select_related("entry")}
    logs = histories(newest, number)
    plans = plan_logs(newest, number)
    copies = _copies(plans, number)
    reports = reported.reports(newest, number)
    retractions = _retractions([*(r for texts in reports.values() for r in texts), *contacts])
    pumps = pump_logs(newest, number)
    reviews = _reviews(patients, number)
    found: dict[UUID, list[RegimenRecord]] = {}
    for key, version in newest.items():
        regimen = RegimenRecord(
            version,
            withdrawal_of.get(key),
            logs[key],
            plans[key],
            copies[key],
            pumps[key],
            reports[key],
            retractions,
            tuple(reviews.get(key, ())),
        )
        assert version.entry.patient is not None  # noqa: S101 - a regimen is always of somebody
        found.setdefault(version.entry.patient, []).append(regimen)
    return _Regimens(found, retractions)


Text = TypeVar("Text", Contacted, Observed | Effect)


def _by_patient(texts: Iterable[Text]) -> dict[UUID, tuple[Text, ...]]:
    found: dict[UUID, list[Text]] = {}
    for text in texts:
        found.setdefault(text.patient, []).append(text)
    return {patient: tuple(of_patient) for patient, of_patient in found.items()}


def version_at(patient: Patient, known: int) -> PatientVersion:
    """What was known of a patient by an entry. Raises NoSuchMoment when nothing was."""
    people = PatientVersion.objects.newest(known).filter(patient=patient)
    person = people.select_related("entry").first()
    if person is None:
        raise _not_yet()
    return person


def _not_yet() -> NoSuchMoment:
    return NoSuchMoment(_("This was not recorded yet at that moment. Type a later day."))


def chosen(record: PatientRecord, contents: Contents) -> PatientRecord:
    """The record limited to what was chosen: to its regimens here, to all else by `contents`.

    Raises NoSuchMoment when one of the regimens was not recorded yet.
    """
    wanted = contents.regimens
    if wanted is not None and wanted - {each.version.regimen_id for each in record.regimens}:
        raise _not_yet()
    kept = tuple(
        each
        for each in record.regimens
        if (wanted is None or each.version.regimen_id in wanted)
        and (contents.with_corrections or each.withdrawal is None)
    )
    return replace(record, regimens=kept, contents=contents)


def _reviews(patients: Sequence[UUID], known: int) -> dict[UUID, list[Review]]:
    """By regimen: the newest text of every review, by their days."""
    reviews = Review.objects.newest(known).filter(regimen__patient__in=patients)
    found: dict[UUID, list[Review]] = {}
    for review in reviews.select_related("entry").order_by("review_on", "entry__number"):
        found.setdefault(review.regimen_id, []).append(review)
    return found


def _withdrawn(texts: Iterable[Observed | Effect], known: int) -> dict[UUID, Retraction]:
    """By line: what withdrew it. Nothing is asked where nothing was withdrawn."""
    lines = {text.line for text in texts if text.withdrawn}
    if not lines:
        return {}
    found = Retraction.objects.up_to(known).filter(entry__subject__in=lines)
    return {withdrawal.entry.subject: withdrawal for withdrawal in found.select_related("entry")}


def _retractions(texts: Iterable[Report | Contacted]) -> dict[UUID, Retraction]:
    """By line what withdrew some of these texts; nothing is asked where none is withdrawn."""
    lines = {
        text.report if isinstance(text, Report) else text.contact
        for text in texts
        if text.withdrawn is not None
    }
    if not lines:
        return {}
    found = Retraction.objects.filter(entry__subject__in=lines).select_related("entry")
    return {retraction.entry.subject: retraction for retraction in found}


def _copies(plans: dict[UUID, tuple[PlanLog, ...]], known: int) -> dict[UUID, tuple[Issued, ...]]:
    """By regimen: the copies given out of its plans; nothing is asked where there are no plans."""
    by_plan = issues([log.plan for logs in plans.values() for log in logs], known)
    return {
        regimen: tuple(copy for log in logs for copy in by_plan[log.plan])
        for regimen, logs in plans.items()
    }


def notice(
    moment: Moment | None, linked: Sequence[LinkedRecord] = (), moved: Sequence[str] = ()
) -> str:
    """What every export says of itself; first of all when it is not the record of today.

    Then, what is known elsewhere.
    """
    said = [not_today_words(moment)] if moment else []
    return " ".join([*said, *filter(None, [elsewhere_words(linked, moved)]), str(RECORD_ONLY)])


def elsewhere_words(linked: Sequence[LinkedRecord], moved: Sequence[str]) -> str:
    """That a file holds one of several linked records of a person, and of which other clinic they

    are or were; "" for most people.
    """
    said = [one_of_words([each.who for each in linked])] if linked else []
    return " ".join([*said, *(f"{sentence}." for sentence in moved)])


def _place(record: RegimenRecord, at: datetime) -> tuple[bool, int]:
    state = timeline.state_of(record.history.in_force(at))
    return record.withdrawal is not None, ORDER_OF_STATES.index(state)
