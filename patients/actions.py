"""Every write about a patient: one entry each, or one run of them, in the ledger of the clinic."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.utils import timezone

from access import policies
from access.models import Clinic, User
from ledger import writing
from ledger.models import Entry
from patients import identity as identities
from patients import projection, search
from patients.identity import HERE, Identity, Standing
from patients.models import Patient, PatientVersion


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


def _check_fit(clinic: Clinic, identity: Identity, standing: Standing) -> None:
    today = timezone.localdate(timezone=clinic.zone)
    if problems := identities.problems(identity, standing, today=today):
        raise Unfit(problems)


def _check_alone(alike: Sequence[UUID], known: Collection[UUID]) -> None:
    if unknown := [patient for patient in alike if patient not in known]:
        raise ProbableDuplicate(unknown)
