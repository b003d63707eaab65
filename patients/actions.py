"""Every write about a patient: one entry each, or one run of them, in the ledger of the clinic."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from access import policies
from access.models import Clinic, User
from ledger import writing
from ledger.models import Entry
from patients import context, projection, search
from patients import identity as identities
from patients.context import ALLERGIES, NOT_ASKED, TOPICS, TopicText
from patients.identity import HERE, Identity, Standing
from patients.models import ContextConfirmation, ContextVersion, Patient, PatientVersion


class PatientError(Exception):
    """A write about a patient that is refused; nothing was written."""


class Unfit(PatientError):
    """What was typed cannot be recorded; `problems` are (field, code) pairs."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(", ".join(f"{field}: {code}" for field, code in problems))
        self.problems = problems


class ProbableDuplicate(PatientError):
    """These patients of the clinic may be the same person, and nobody said that they are not."""

    def __init__(self, patients: Sequence[UUID]) -> None:
        super().__init__(f"{len(patients)} patients are alike")
        self.patients = patients


class NothingChanged(PatientError):
    """The newest version says the same already."""


class UnfitContext(PatientError):
    """What was typed of the context cannot be recorded.

    `problems` are (topic, line, part, code), the last three as patients.context.problems has them.
    """

    def __init__(self, problems: Sequence[tuple[str, int, str, str]]) -> None:
        super().__init__(", ".join(f"{topic}: {code}" for topic, _line, _part, code in problems))
        self.problems = problems


@writing.verb
def add_patient(
    *,
    clinic: Clinic,
    identity: Identity,
    others: Collection[UUID] = (),
    by: User,
    submission: writing.Asking,
) -> PatientVersion:
    """Record a new patient; returns the first version, whose `patient` is new.

    `others`: patients of whom the person said that this is somebody else. Raises ProbableDuplicate
    when a patient who is alike is not among them, Unfit, and what the ledger raises.
    """
    policies.check(by, clinic, policies.RECORD)
    with writing.writing(clinic, by=by, submission=submission) as log:
        _check_fit(clinic, identity, HERE)
        _check_alone(search.alike(clinic, identity), others)
        [version] = enter(log, [identity])
    return version


def enter(log: writing.Log, people: Iterable[Identity]) -> list[PatientVersion]:
    """New patients in an open write, many at once, unchecked: for loading. Returns their versions.

    What was added to the log before is inserted too.
    """
    versions = []
    for identity in people:
        patient = Patient(clinic=log.clinic)
        log.create(patient)
        version = PatientVersion.of(patient, identity, HERE)
        versions.append(log.add(version, subject=patient.pk, patient=patient.pk))
    log.flush()
    projection.refresh(versions)
    return versions


@writing.verb
def revise_patient(
    *,
    patient: Patient,
    seen: Entry,
    identity: Identity,
    standing: Standing = HERE,
    others: Collection[UUID] = (),
    by: User,
    submission: writing.Asking,
) -> PatientVersion:
    """Record a new version of a patient, over the version of entry `seen`; the old one stays.

    Raises AlreadySuperseded when `seen` is no longer the newest, NothingChanged, Unfit, and
    ProbableDuplicate when the change makes the patient alike to somebody not among `others`.
    PatientErased when there is nobody left to change.
    """
    policies.check(by, patient.clinic, policies.RECORD)
    with writing.writing(patient.clinic, by=by, submission=submission) as log:
        log.check_not_erased(patient.pk)
        writing.check_newest(seen)
        before = PatientVersion.objects.get(entry=seen, patient=patient)
        if (identity, standing) == (before.identity, before.standing):
            raise NothingChanged
        _check_fit(patient.clinic, identity, standing)
        known = {patient.pk, *others, *search.alike(patient.clinic, before.identity)}
        _check_alone(search.alike(patient.clinic, identity), known)
        version = PatientVersion.of(patient, identity, standing)
        log.add(version, subject=patient.pk, patient=patient.pk, supersedes=seen)
        log.flush()
        projection.refresh([version])
        if standing != before.standing:
            projection.standing_changed(patient.pk)
    return version


@writing.verb
def record_context(
    *,
    patient: Patient,
    texts: Mapping[str, TopicText],
    seen: Mapping[str, Entry],
    by: User,
    submission: writing.Asking,
) -> ContextVersion:
    """Record what is known of some topics of a patient's context, all of it or nothing.

    Of the `texts`, by topic, those that say what the text of entry `seen` says are left out (where
    none was seen, those that were not asked). Returns the first version that was recorded. Raises
    NothingChanged without one, UnfitContext, PatientErased, and AlreadySuperseded when somebody
    recorded another text of one of the topics since.
    """
    policies.check(by, patient.clinic, policies.RECORD)
    with writing.writing(patient.clinic, by=by, submission=submission) as log:
        log.check_not_erased(patient.pk)
        said = ContextVersion.objects.filter(patient=patient, entry__in=list(seen.values()))
        known = {version.topic: version.text for version in said}
        changed = {
            topic: texts[topic]
            for topic in TOPICS
            if topic in texts and texts[topic] != known.get(topic, NOT_ASKED)
        }
        _check_context_fit(patient.clinic, changed)
        newest = {version.topic: version for version in patient.context.newest()}
        versions = [
            _add_context(log, patient, topic, text, newest.get(topic), seen.get(topic))
            for topic, text in changed.items()
        ]
        if not versions:
            raise NothingChanged
        log.flush()
        for version in versions:
            if version.topic == ALLERGIES:
                projection.refresh_allergies(version)
    return versions[0]


@writing.verb
def confirm_context(
    *, patient: Patient, seen: Sequence[Entry], by: User, submission: writing.Asking
) -> ContextConfirmation:
    """Record that what these entries say of the context is unchanged. Returns the first one.

    Raises AlreadySuperseded when one of them is no longer the newest of its topic, NothingChanged
    when there is nothing to confirm: no entry, or a topic that was not asked about.
    """
    policies.check(by, patient.clinic, policies.RECORD)
    with writing.writing(patient.clinic, by=by, submission=submission) as log:
        log.check_not_erased(patient.pk)
        for entry in seen:
            writing.check_newest(entry)
        found = ContextVersion.objects.filter(patient=patient).in_bulk([entry.pk for entry in seen])
        if not found or any(version.text == NOT_ASKED for version in found.values()):
            raise NothingChanged
        confirmations = [
            log.add(
                ContextConfirmation(confirms=found[entry.pk]),
                subject=patient.pk,
                patient=patient.pk,
            )
            for entry in seen
        ]
    return confirmations[0]


def _add_context(
    log: writing.Log,
    patient: Patient,
    topic: str,
    text: TopicText,
    before: ContextVersion | None,
    seen: Entry | None,
) -> ContextVersion:
    """A version over the newest one, if that is the one that was seen."""
    if before is not None and (seen is None or before.entry_id != seen.pk):
        raise writing.AlreadySuperseded(before.entry)
    version = ContextVersion(
        patient=patient, topic=topic, status=text.status, lines=[dict(line) for line in text.lines]
    )
    return log.add(version, subject=patient.pk, patient=patient.pk, supersedes=seen)


def _check_context_fit(clinic: Clinic, texts: Mapping[str, TopicText]) -> None:
    today = timezone.localdate(timezone=clinic.zone)
    found = [
        (topic, *problem)
        for topic, text in texts.items()
        for problem in context.problems(TOPICS[topic], text, today=today)
    ]
    if found:
        raise UnfitContext(found)


def _check_fit(clinic: Clinic, identity: Identity, standing: Standing) -> None:
    today = timezone.localdate(timezone=clinic.zone)
    if problems := identities.problems(identity, standing, today=today):
        raise Unfit(problems)


def _check_alone(alike: Sequence[UUID], known: Collection[UUID]) -> None:
    if unknown := [patient for patient in alike if patient not in known]:
        raise ProbableDuplicate(unknown)
