"""Where an access event waits that the database could not take; see ADR 0010.

A folder (setting ACCESS_SPOOL) with a file for each event: one line of JSON, readable by the
service's account alone, that holds ids, the route, the kind and the time, and no name or dose. The
file's name is the event's mark in `AccessEvent.spooled`, which is there once: whatever happens
between the loading of a line and its removal, it is loaded once.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from access.models import AccessedPatient, AccessEvent, AccessKind, Clinic, IsInReach, User

BATCH = 500
ENDING = ".json"
UNFIT = "unfit"
"""The folder inside the spool where lines are kept that cannot be loaded."""


Line = tuple[AccessEvent, list[UUID]]
"""What a line says: an event, not yet in the database, and its patients."""


@dataclass
class Loaded:
    """What a loading did: how many events went in, and which lines are kept aside, and why."""

    count: int = 0
    unfit: list[tuple[Path, str]] = field(default_factory=list)


def put(event: AccessEvent, patients: Iterable[UUID]) -> None:
    """Write an event on the disk, where a power cut leaves it. Raises OSError when it cannot."""
    folder = _folder()
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)
    name = str(uuid4())
    line = {
        "at": event.at.isoformat(),
        "user": event.user_id,
        "clinic": event.clinic_id,
        "kind": event.kind,
        "route": event.route,
        "method": event.method,
        "patients": [str(patient) for patient in patients],
    }
    # Under its name only when it is whole: a loader never reads half a line.
    unnamed = folder / f".{name}"
    try:
        _write(unnamed, json.dumps(line).encode() + b"\n")
        unnamed.rename(folder / f"{name}{ENDING}")
    except OSError:
        unnamed.unlink(missing_ok=True)
        raise
    _sync(folder)


def is_waiting() -> bool:
    """Whether a line waits: one look into the folder, some microseconds, and no query."""
    try:
        return next(_waiting(), None) is not None
    except OSError:
        return False


def load(most: int | None = None) -> Loaded:
    """Put waiting events into the database, in any order, `most` of them.

    Nothing is done when somebody else is loading at this moment. Lines that no event can be made
    of move to the folder `unfit`. Raises a database error when it still takes none; all that was
    not loaded waits on.
    """
    loaded = Loaded()
    with _alone() as is_alone:
        files = sorted(_waiting())[:most] if is_alone else []
        for start in range(0, len(files), BATCH):
            _load(files[start : start + BATCH], loaded)
    return loaded


def _load(files: Sequence[Path], loaded: Loaded) -> None:
    lines: dict[Path, Line] = {}
    unfit: dict[Path, str] = {}
    for file in files:
        try:
            lines[file] = _read(file)
        except (ValueError, TypeError, KeyError) as error:
            unfit[file] = f"no access event ({type(error).__name__})"
    for file in _of_strangers(lines):
        unfit[file] = "its person or its clinic is not in this database"
        del lines[file]
    loaded.count += _insert(list(lines.values()))
    for file in lines:
        file.unlink()
    for file, why in unfit.items():
        aside = file.parent / UNFIT
        aside.mkdir(mode=0o700, exist_ok=True)
        loaded.unfit.append((file.rename(aside / file.name), why))


def _read(file: Path) -> Line:
    """The event of a line and its patients. Raises what a line of another shape makes it raise."""
    line = json.loads(file.read_text())
    event = AccessEvent(
        at=datetime.fromisoformat(line["at"]),
        user_id=line["user"] and int(line["user"]),
        clinic_id=line["clinic"] and int(line["clinic"]),
        kind=AccessKind(line["kind"]),
        route=line["route"],
        method=line["method"],
        spooled=UUID(file.stem),
    )
    if event.at.utcoffset() is None or len(event.route) > 100 or len(event.method) > 10:
        raise ValueError
    if not IsInReach.FIRST <= event.at < IsInReach.END:
        raise ValueError
    return event, [UUID(patient) for patient in dict.fromkeys(line["patients"])]


def _of_strangers(lines: Mapping[Path, Line]) -> list[Path]:
    """The lines whose person or clinic the database does not have."""
    events = [event for event, _patients in lines.values()]
    people = set(User.objects.in_bulk({event.user_id for event in events} - {None}))
    clinics = set(Clinic.objects.in_bulk({event.clinic_id for event in events} - {None}))
    return [
        file
        for file, (event, _patients) in lines.items()
        if not {event.user_id} - {None} <= people or not {event.clinic_id} - {None} <= clinics
    ]


def _insert(lines: Sequence[Line]) -> int:
    """Insert those events that are not there yet; returns how many those were."""
    with transaction.atomic():
        marks = [event.spooled for event, _patients in lines]
        there = AccessEvent.objects.filter(spooled__in=marks)
        known = set(there.values_list("spooled", flat=True))
        new = [line for line in lines if line[0].spooled not in known]
        AccessEvent.objects.bulk_create([event for event, _patients in new])
        AccessedPatient.objects.bulk_create(
            AccessedPatient(event=event, patient=patient)
            for event, patients in new
            for patient in patients
        )
    return len(new)


def _folder() -> Path:
    return Path(settings.ACCESS_SPOOL)


def _waiting() -> Iterator[Path]:
    try:
        with os.scandir(_folder()) as found:
            for file in found:
                if file.name.endswith(ENDING) and not file.name.startswith("."):
                    yield Path(file.path)
    except (FileNotFoundError, NotADirectoryError):
        return


def _write(file: Path, line: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this is the only loader of this folder; the system lets go when a process ends."""
    try:
        lock = os.open(_folder(), os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        yield False
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        yield False
        return
    try:
        yield True
    finally:
        os.close(lock)
