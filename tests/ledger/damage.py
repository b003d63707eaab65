"""Doing to a record what its guards refuse, and asking a verification what it finds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from access.models import Clinic
from ledger import canonical, guards, sealing, verification
from ledger.checkpoints import Note, current
from ledger.models import Entry, Head
from ledger.verification import Damage, Finding
from ledger.writing import record_of

LATER = timedelta(minutes=10)


@contextmanager
def unguarded() -> Iterator[None]:
    """A transaction without guards that is rolled back, whatever was done in it."""
    with transaction.atomic():
        connection.check_constraints()  # PostgreSQL drops no trigger while rows wait to be checked
        guards.remove()
        yield
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint that is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def walk(notes: list[Note] | None = None) -> Iterator[Finding]:
    """What a full verification finds, one after the other."""
    for part in parts(notes):
        yield from part()


def parts(notes: list[Note] | None = None) -> list[Callable[[], Iterator[Finding]]]:
    """The parts of a full verification, in order."""
    notes = notes or []
    of_clinics = [
        partial(part_of, clinic, [n for n in notes if n.clinic == clinic.uuid], number)
        for clinic in Clinic.objects.order_by("pk")
        for number in range(len(verification.parts(clinic)))
    ]
    access = partial(verification.access, [note for note in notes if note.clinic is None])
    return [*of_clinics, access, verification.strays, verification.misspelt]


def part_of(clinic: Clinic, notes: list[Note], number: int) -> Iterator[Finding]:
    return verification.parts(clinic, notes)[number]


def findings(notes: list[Note] | None = None) -> list[Finding]:
    """Everything that a full verification finds."""
    return list(walk(notes))


def damages(notes: list[Note] | None = None) -> list[tuple[Damage, int | None]]:
    """What is found and at which entry, in order."""
    found = [(finding.damage, finding.number) for finding in findings(notes)]
    return sorted(found, key=lambda item: (item[1] or 0, item[0]))


def checkpoint() -> list[Note]:
    """The notes of this moment."""
    return list(current(timezone.now()))


def seal() -> int:
    """Seal every access event there is."""
    return sealing.seal(timezone.now() + LATER)


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def delete(entry: Entry) -> None:
    """Take an entry out with its record and the parts of that, as its owner can."""
    record = record_of(entry)
    for relation in record.PARTS.values():
        getattr(record, relation).all()._raw_delete("default")
    type(record)._base_manager.filter(pk=record.pk)._raw_delete("default")
    Entry.objects.filter(pk=entry.pk)._raw_delete("default")


def renumber(entry: Entry, number: int) -> None:
    Entry.objects.filter(pk=entry.pk).update(number=number)


def write_anew(entry: Entry, **columns: object) -> None:
    """Change the entry's columns and put its own digest right."""
    Entry.objects.filter(pk=entry.pk).update(**columns)
    entry.refresh_from_db()
    entry.content_digest = record_of(entry).content_digest()
    entry.digest = canonical.digest("entry/1", entry.header())
    entry.save()


def write_chain_anew(clinic: Clinic) -> None:
    """Put every digest right from the first entry to the head: nothing inside tells any more."""
    previous, entry = canonical.NO_ENTRY, None
    for entry in Entry.objects.filter(clinic=clinic).order_by("number"):
        write_anew(entry, previous_digest=previous)
        previous = entry.digest
    assert entry is not None
    put_head_right(clinic)


def put_head_right(clinic: Clinic) -> None:
    newest = Entry.objects.filter(clinic=clinic).order_by("number").last()
    assert newest is not None
    Head.objects.filter(clinic=clinic).update(
        number=newest.number, digest=newest.digest, recorded_at=newest.recorded_at
    )
