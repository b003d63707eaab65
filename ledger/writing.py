"""The one way to write: lock the clinic's head, check, insert the rows, the entries last, commit.

@ledger.verb
def record_step(*, regimen, dosage, by, submission):
    policies.check_can_record(by, regimen)
    with ledger.writing(regimen.clinic, by=by, submission=submission) as log:
        policies.check_moment_free(regimen, ...)
        return log.add(DoseStep(...), subject=..., children=[...])
"""

import dataclasses
import functools
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.composed import Composed, Rows
from access.models import Clinic, User
from ledger import bulk, canonical, outcomes
from ledger.bulk import Query
from ledger.models import Entry, Erasure, Head, Record, Retraction, Submission

R = TypeVar("R", bound=Record)


class LedgerError(Exception):
    """A write that the ledger refuses; nothing was written."""


class SubmissionConflict(LedgerError):
    """The same submission came again with other content; `entry` is what it made the first time."""

    def __init__(self, entry: Entry) -> None:
        super().__init__("this form was already sent with other content")
        self.entry = entry


class AlreadySuperseded(LedgerError):
    """Somebody corrected or withdrew the record first; `entry` is theirs."""

    def __init__(self, entry: Entry) -> None:
        super().__init__("the record was changed by somebody else first")
        self.entry = entry


class PatientErased(LedgerError, PermissionDenied):
    """The patient was erased, and nothing more is recorded of them; `entry` is the erasure's."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(
            _(
                "The identity and the texts of this person were erased (entry %(number)s). "
                "Nothing more is recorded of them."
            )
            % {"number": f"{entry.number:,}"}
        )
        self.entry = entry


class Answered(Exception):
    """Raised in an open write by an action that was carried out before, and then made `record`.

    Nothing is written, and the verb answers with that record.
    """

    def __init__(self, record: Record) -> None:
        self.record = record


@dataclass(frozen=True)
class Asking:
    """One call of an action: its submission, what was asked, and a demo's given moment."""

    uuid: UUID
    content: bytes
    recorded_at: datetime | None = None


def verb(action: Callable[..., R]) -> Callable[..., R]:
    """An action that may be sent twice: the same submission answers as the first time.

    The action takes keyword arguments only, among them `by` (User) and `submission`, which callers
    give as a UUID (a new one when they leave it out). Raises SubmissionConflict when it comes again
    with other content. `recorded_at` is for demonstration clinics alone.
    """

    @functools.wraps(action)
    def call(
        *,
        by: User,
        submission: UUID | None = None,
        recorded_at: datetime | None = None,
        **asked: Any,
    ) -> R:
        content = canonical.canonical_bytes(
            {"verb": action.__name__, "by": by.pk, "asked": _comparable(asked)}
        )
        asking = Asking(submission or uuid4(), content, recorded_at)
        try:
            return action(by=by, submission=asking, **asked)
        except Answered as answered:
            return answered.record  # type: ignore[return-value]

    return call


def _comparable(value: Any) -> Any:
    """`value` in terms that canonical bytes know: models by key, dataclasses by their fields."""
    if type(value) in canonical.PLAIN_TYPES:
        return value
    if isinstance(value, models.Model):
        return [value._meta.label, value.pk]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _comparable(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _comparable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_comparable(item) for item in value]
    return value


class Log:
    """An open write: collects rows and their entries, and inserts them when flushed.

    The same object serves one record and a load of thousands: rows of one table go in together,
    identities first, then records, their children, and the entries last.
    """

    def __init__(self, clinic: Clinic, head: Head, by: User, asking: Asking) -> None:
        self.clinic = clinic
        self.head = head
        self.by = by
        self.name = by.name
        self.asking = asking
        self.position = 0
        self.recorded_at = self._moment(asking.recorded_at)
        self._rows: dict[type[models.Model], list[models.Model]] = {}
        self._children: dict[type[models.Model], list[models.Model]] = {}
        self._entries: list[Entry] = []
        self._finishing: list[Query] = []
        self._not_erased: set[UUID] = set()
        self._newest: set[UUID] = set()

    def _moment(self, given: datetime | None) -> datetime:
        """Now, or a demonstration's given moment; never before the entry before."""
        if given is not None and not self.clinic.is_demo:
            raise LedgerError("only a demonstration clinic may give recorded times")
        moment = given or timezone.now()
        return max(moment, self.head.recorded_at) if self.head.recorded_at else moment

    def at(self, given: datetime) -> None:
        """In a demonstration clinic: what is added from here on was recorded at this moment."""
        self.recorded_at = self._moment(given)

    def named(self, name: str) -> None:
        """What is added from here on carries this name, which says more than that of `by` alone."""
        self.name = name

    def create(self, identity: models.Model) -> None:
        """Insert an identity (a patient, a regimen): a row without text of its own."""
        self._rows.setdefault(type(identity), []).append(identity)
        self._not_erased.add(identity.pk)

    def add(
        self,
        record: R,
        *,
        subject: UUID,
        patient: UUID | None = None,
        supersedes: Entry | None = None,
        children: Iterable[models.Model] = (),
    ) -> R:
        """Add a record and its entry; returns the record with its entry set.

        `subject` is the identity whose line this belongs to. A superseding record must be of the
        same kind and subject as the entry it supersedes, and that entry the newest of its line
        and not withdrawn: AlreadySuperseded otherwise. Raises PatientErased.
        """
        children = list(children)
        if patient is not None:
            self.check_not_erased(patient)
        if supersedes is not None:
            self._check_supersedes(supersedes, record, subject)
        sealed = record.sealed_content()
        if any(value not in (None, "", []) for value in sealed.values()):
            record.salt = secrets.token_hex(16)
            record.sealed = canonical.sealed_digest(record.salt, sealed)
        entry = Entry(
            clinic=self.clinic,
            number=self.head.number + 1,
            kind=record.KIND,
            patient=patient,
            subject=subject,
            supersedes=supersedes,
            form=record.FORM,
            content_digest=record.content_digest(),
            previous_digest=self.head.digest,
            recorded_by=self.by,
            recorded_by_name=self.name,
            recorded_at=self.recorded_at,
            time_zone=self.clinic.time_zone,
            submission=self.asking.uuid,
            position=self.position,
        )
        entry.digest = canonical.digest("entry/1", entry.header())
        record.entry = entry
        self._rows.setdefault(type(record), []).append(record)
        for child in children:
            self._children.setdefault(type(child), []).append(child)
        self._entries.append(entry)
        self.head.number = entry.number
        self.head.digest = entry.digest
        self.head.recorded_at = entry.recorded_at
        self.position += 1
        return record

    def check_not_erased(self, patient: UUID) -> None:
        """As `check_not_erased`, asked once in a write; `add` does so itself."""
        if patient not in self._not_erased:
            self.newest_number_of(patient)

    def newest_number_of(self, patient: UUID) -> int:
        """As `newest_number_of`, under the lock. Raises PatientErased."""
        number, erasure = _newest_of(patient)
        if erasure is not None:
            raise PatientErased(Entry.objects.get(pk=erasure))
        self._not_erased.add(patient)
        return number

    def check_many(self, patients: Iterable[UUID], supersedes: Iterable[Entry]) -> None:
        """Ask at once what `add` asks for each record, for a write of many.

        Raises PatientErased for one of the patients, AlreadySuperseded for one of the entries.
        """
        people, entries = set(patients), list(supersedes)
        erasure = Entry.objects.filter(subject__in=people, kind=Erasure.KIND).first()
        if erasure is not None:
            raise PatientErased(erasure)
        lines = [entry.subject for entry in entries]
        later = (
            Entry.objects.filter(supersedes__in=entries).first()
            or Entry.objects.filter(subject__in=lines, kind=Retraction.KIND).first()
        )
        if later is not None:
            raise AlreadySuperseded(later)
        self._not_erased |= people
        self._newest |= {entry.pk for entry in entries}

    def _check_supersedes(self, supersedes: Entry, record: Record, subject: UUID) -> None:
        if (supersedes.kind, supersedes.subject) != (record.KIND, subject):
            raise LedgerError("a record supersedes only one of its own kind and identity")
        if supersedes.pk in self._newest:
            self._newest.remove(supersedes.pk)
        else:
            check_newest(supersedes)

    def flush(self) -> None:
        """Insert what was collected. Reads inside the same transaction see it from here on."""
        bulk.insert(*self._collected())

    def finish(self, queries: Iterable[Query]) -> None:
        """Have these done once what was collected is in, as the write ends."""
        self._finishing += queries

    def close(self, submission: Submission) -> None:
        """Insert what is left and the submission, finish, and have the head say which is newest."""
        head = self.head
        at = connection.ops.adapt_datetimefield_value(head.recorded_at)
        moved = MOVE_HEAD, [head.number, head.digest, at, head.pk]
        bulk.insert(*self._collected(), [submission], then=[*self._finishing, moved])

    def _collected(self) -> list[Sequence[models.Model]]:
        collected: list[Sequence[models.Model]] = [
            *self._rows.values(),
            *self._children.values(),
            self._entries,
        ]
        self._rows, self._children, self._entries = {}, {}, []
        return collected


MOVE_HEAD = "UPDATE ledger_head SET number = %s, digest = %s, recorded_at = %s WHERE clinic_id = %s"


def check_newest(entry: Entry) -> None:
    """Raise AlreadySuperseded when a later entry corrects or withdraws this one. Under the lock."""
    later = (
        Entry.objects.filter(supersedes=entry).first()
        or Entry.objects.filter(subject=entry.subject, kind=Retraction.KIND).first()
    )
    if later is not None:
        raise AlreadySuperseded(later)


def check_not_erased(patient: UUID) -> None:
    """Raise PatientErased when the patient's identity and texts were erased."""
    _number, erasure = _newest_of(patient)
    if erasure is not None:
        raise PatientErased(Entry.objects.get(pk=erasure))


def newest_number_of(patient: UUID) -> int:
    """The number of the newest entry of a patient, who is of one clinic; 0 where there is none."""
    number, _erasure = _newest_of(patient)
    return number


def _newest_of(patient: UUID) -> tuple[int, UUID | None]:
    """The number of the newest entry of a patient, and the entry by which they were erased."""
    return next(_newest(patient), (0, None))


@Composed
def _newest(patient: UUID) -> models.QuerySet:
    erasures = Entry.objects.filter(subject=models.OuterRef("patient"), kind=Erasure.KIND)
    entries = Entry.objects.filter(patient=patient).order_by("-number")
    return entries.values_list("number", models.Subquery(erasures.values("pk")))[:1]


def lock(clinic: Clinic) -> Head:
    """The newest entry of a clinic, which is the newest until the transaction ends."""
    return (
        next(iter(_heads(clinic.pk)), None)
        or (Head.objects.select_for_update().get_or_create(clinic=clinic)[0])
    )


_heads = Rows(Head, lambda clinic: Head.objects.select_for_update().filter(clinic=clinic))


@contextmanager
def writing(clinic: Clinic, *, by: User, submission: Asking) -> Iterator[Log]:
    """One write to a clinic's ledger: all of it or nothing.

    Raises SubmissionConflict when the submission was carried out before with other content.
    """
    with writing_to(clinic, by=by, submission=submission) as [log]:
        yield log


@contextmanager
def writing_to(*clinics: Clinic, by: User, submission: Asking) -> Iterator[list[Log]]:
    """One write to the ledgers of several clinics: a log of each, in their order.

    Each of them records something; what comes again is answered by what the first one recorded.
    Heads are locked in one order whoever asks, so that two such writes never wait for each other.
    """
    with transaction.atomic():
        heads = {c.pk: lock(c) for c in sorted(clinics, key=lambda clinic: clinic.pk)}
        _answer_repeat(clinics[0], submission)
        logs = [Log(clinic, heads[clinic.pk], by, submission) for clinic in clinics]
        first_numbers = [log.head.number + 1 for log in logs]
        yield logs
        for log, first_number in zip(logs, first_numbers, strict=True):
            salt = secrets.token_hex(16)
            log.close(
                Submission(
                    clinic=log.clinic,
                    uuid=submission.uuid,
                    user=by,
                    salt=salt,
                    asked=_asked_digest(salt, submission),
                    first_number=first_number,
                )
            )
        outcomes.committing(submission.uuid)
    outcomes.committed(submission.uuid)


def _asked_digest(salt: str, asking: Asking) -> str:
    return canonical.sealed_digest(salt, asking.content.decode())


def _answer_repeat(clinic: Clinic, asking: Asking) -> None:
    """Answer a submission that was carried out before: the same record, or a conflict.

    Whether one that was erased asked for the same can no longer be known: a conflict.
    """
    for first_number, salt, asked in _earlier(clinic.pk, asking.uuid):
        entry = Entry.objects.get(clinic=clinic, number=first_number)
        if salt is None or asked != _asked_digest(salt, asking):
            raise SubmissionConflict(entry)
        outcomes.committed(asking.uuid)
        raise Answered(record_of(entry))


@Composed
def _earlier(clinic: int, submission: UUID) -> models.QuerySet:
    """Of a submission that was carried out before: its first entry, the salt and the digest."""
    earlier = Submission.objects.filter(clinic=clinic, uuid=submission)
    return earlier.values_list("first_number", "salt", "asked")


def record_of(entry: Entry) -> Record:
    """The record that an entry added."""
    return record_model(entry.kind)._default_manager.get(pk=entry.pk)


def record_model(kind: str) -> type[Record]:
    """The table that holds records of a kind."""
    for model in _record_models():
        if kind == model.KIND:
            return model
    raise LookupError(f"no record of kind {kind!r}")


@functools.cache
def _record_models() -> tuple[type[Record], ...]:
    from django.apps import apps

    return tuple(m for m in apps.get_models() if issubclass(m, Record))
