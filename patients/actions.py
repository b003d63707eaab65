"""Every write about a patient: one entry each, or one run of them, in the ledger of the clinic."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from access import policies
from access.models import Clinic, User
from access.policies import RuleBroken
from ledger import writing
from ledger.models import Entry, Erasure, Retraction, RetractionReason
from patients import context, linked, projection, search
from patients import identity as identities
from patients.context import ALLERGIES, NOT_ASKED, TOPICS, TopicText
from patients.identity import HERE, Identity, Standing
from patients.models import (
    ContextConfirmation,
    ContextVersion,
    Patient,
    PatientVersion,
    SamePerson,
    SameReason,
)


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


class LinkedAlready(PatientError):
    """The two records are linked already, or each to a third; `link` is the one, if there is."""

    def __init__(self, link: SamePerson | None) -> None:
        super().__init__("the two are one person already")
        self.link = link


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
        known.update(linked.others(patient.pk))
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


@writing.verb
def link_records(
    *,
    patient: Patient,
    other: Patient,
    seen: Sequence[Entry],
    reason: str,
    by: User,
    submission: writing.Asking,
) -> SamePerson:
    """Record that two records of a clinic are of one person; returns what `patient`'s then says.

    `seen` are the newest versions of both, as they were compared: AlreadySuperseded when one of
    them was changed since. Raises LinkedAlready, RuleBroken, PatientErased for either.
    """
    policies.check(by, patient.clinic, policies.RECORD)
    if other.clinic_id != patient.clinic_id or other.pk == patient.pk:
        raise RuleBroken(None, _("Choose another record of the same clinic."))
    if reason not in SameReason.values:
        raise RuleBroken("reason", _("Choose how it is known that both are the same person."))
    with writing.writing(patient.clinic, by=by, submission=submission) as log:
        for entry in seen:
            writing.check_newest(entry)
        if {entry.subject for entry in seen} != {patient.pk, other.pk}:
            raise RuleBroken(None, _("This form is not of these two records. Open it anew."))
        if other.pk in linked.others(patient.pk):
            direct = linked.standing().filter(patient=patient, other=other)
            raise LinkedAlready(direct.select_related("entry").first())
        lines = uuid4(), uuid4()
        link, _twin = (
            log.add(
                SamePerson(
                    line=line,
                    twin=twin,
                    patient=one,
                    other=another,
                    reason=reason,
                ),
                subject=line,
                patient=one.pk,
            )
            for line, twin, one, another in (
                (*lines, patient, other),
                (*lines[::-1], other, patient),
            )
        )
    return link


@writing.verb
def unlink_records(*, link: SamePerson, by: User, submission: writing.Asking) -> Retraction:
    """Withdraw a link from both of its records: they are two people. Returns that of `link`.

    Of the other record nothing is written once that person was erased: the link is gone all the
    same. AlreadySuperseded when somebody withdrew it first.
    """
    policies.check(by, link.patient.clinic, policies.RECORD)
    with writing.writing(link.patient.clinic, by=by, submission=submission) as log:
        twin = SamePerson.objects.select_related("entry").get(line=link.twin)
        for each in (link, twin):
            writing.check_newest(each.entry)
        retraction = _withdraw(log, link)
        if not Entry.objects.filter(subject=twin.patient_id, kind=Erasure.KIND).exists():
            _withdraw(log, twin)
    return retraction


def _withdraw(log: writing.Log, link: SamePerson) -> Retraction:
    retraction = Retraction(reason=RetractionReason.WRONG_PATIENT, reason_text="")
    return log.add(retraction, subject=link.line, patient=link.patient_id)


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
