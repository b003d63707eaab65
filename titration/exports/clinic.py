"""A clinic's whole record as FHIR R4 in files of lines, laid out as FHIR Bulk Data does (NDJSON).

Batch after batch of patients, in the order of their ids, each up to the one entry that was the
newest at the beginning. After a batch all of it is on the disk, and then the state file says how
far each file counts: a run that was stopped, however hard, goes on from there, and what stands in
the files after that is cut off. So a run that was resumed gives the same bytes as one that was not.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.backups import to_disk
from ledger.models import Entry, Head
from patients.models import Patient
from titration.exports import history
from titration.exports.fhir import resources_of_all, written

FORM = "dose-ledger-clinic-export/1"
STATE, MANIFEST, LINES = "state.json", "manifest.json", ".ndjson"
BATCH = 100
"""Patients who are read at a time."""

# The clinic and its people are named by many patients' resources, and stand in the export once.
ONCE = frozenset({"Organization", "Practitioner"})

Seen = Callable[[Sequence[UUID]], object]


class ExportError(Exception):
    """An export that could not begin or go on; the message is for whoever runs the command."""


@dataclass
class State:
    """How far an export is: all of it is on the disk up to the patient `after`.

    `at` is the moment of its beginning, by which each resource is told; `number` and `digest` are
    those of the newest entry then. `files` has by type of resource the bytes and lines that count.
    """

    form: str
    clinic: str
    number: int
    digest: str
    at: str
    after: str | None = None
    patients: int = 0
    files: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """A folder to be written to, which nobody else writes to meanwhile."""

    folder: Path
    clinic: Clinic
    state: State

    @property
    def is_done(self) -> bool:
        return (self.folder / MANIFEST).exists()

    def run(self, seen: Seen) -> Iterator[int]:
        """Write what is left and the manifest; says after each batch how many patients it had.

        `seen` hears of the patients before anything of them is read. Raises ExportError; what is
        complete stays.
        """
        try:
            with _Files(self.folder, self.state) as files:
                while keys := self._next():
                    seen(keys)
                    self._write(files, keys)
                    yield len(keys)
            self._finish()
        except OSError as error:
            raise ExportError(
                _(
                    "The export stopped after %(patients)s patients: %(error)s. What was written "
                    "until then stays: once that is mended, run it again with --resume."
                )
                % {"patients": f"{self.state.patients:,}", "error": error}
            ) from error

    def _next(self) -> list[UUID]:
        patients = Patient.objects.filter(clinic=self.clinic).order_by("pk")
        if self.state.after is not None:
            patients = patients.filter(pk__gt=UUID(self.state.after))
        return list(patients.values_list("pk", flat=True)[:BATCH])

    def _write(self, files: "_Files", keys: Sequence[UUID]) -> None:
        state = self.state
        records = history.read_all(
            [Patient(pk=key, clinic=self.clinic) for key in keys],
            number=state.number,
            digest=state.digest,
            by="",  # who exports stands in the manifest
            at=datetime.fromisoformat(state.at).astimezone(self.clinic.zone),
        )
        for resource in resources_of_all(records):
            files.add(resource)
        files.to_disk()
        state.after, state.patients = str(keys[-1]), state.patients + len(records)
        _put(self.folder / STATE, asdict(state))

    def _finish(self) -> None:
        """The manifest comes last: a folder with it is whole."""
        _put(self.folder / MANIFEST, self._manifest())
        (self.folder / STATE).unlink(missing_ok=True)
        to_disk(self.folder)

    def _manifest(self) -> dict[str, Any]:
        """As of FHIR Bulk Data 2, "Complete Status"; the addresses are those of files beside it."""
        state = self.state
        return {
            "transactionTime": state.at,
            "request": "manage.py export_clinic",
            "requiresAccessToken": False,
            "output": [
                {"type": kind, "url": f"{kind}{LINES}", "count": state.files[kind][1]}
                for kind in sorted(state.files)
            ],
            "error": [],
            "extension": {
                "form": state.form,
                "clinic": state.clinic,
                "patients": state.patients,
                "up-to-entry": state.number,
                "up-to-digest": state.digest,
                "sha256": {
                    f"{kind}{LINES}": _digest(self.folder / f"{kind}{LINES}")
                    for kind in sorted(state.files)
                },
                "notice": history.notice(None),
            },
        }


class _Files:
    """The files of an export, each cut off where the state says that it counts no further."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self.state = state
        self.once: set[tuple[str, str]] = set()
        self._open: dict[str, IO[bytes]] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "_Files":
        with self._stack:
            self._cut_off()
            self._stack = self._stack.pop_all()
        return self

    def _cut_off(self) -> None:
        for path in self.folder.glob(f"*{LINES}"):
            if path.stem not in self.state.files:
                path.unlink()
        for kind, (size, _lines) in self.state.files.items():
            file = self._file(kind)
            if file.seek(0, os.SEEK_END) < size:
                raise ExportError(
                    _("%(file)s is shorter than it was. Begin anew, in another folder.")
                    % {"file": self.folder / f"{kind}{LINES}"}
                )
            file.truncate(size)
            if kind in ONCE:
                file.seek(0)
                self.once.update((kind, json.loads(line)["id"]) for line in file)
            file.seek(size)

    def __exit__(self, *_caught: object) -> None:
        # What could not be written is said already, and is cut off when the export goes on.
        with suppress(OSError):
            self._stack.close()

    def _file(self, kind: str) -> IO[bytes]:
        if kind not in self._open:
            path = self.folder / f"{kind}{LINES}"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self._open[kind] = self._stack.enter_context(os.fdopen(descriptor, "r+b"))
        return self._open[kind]

    def add(self, resource: dict[str, Any]) -> None:
        kind = resource["resourceType"]
        if kind in ONCE:
            key = (kind, str(resource["id"]))
            if key in self.once:
                return
            self.once.add(key)
        line = written(resource).encode() + b"\n"
        self._file(kind).write(line)
        counted = self.state.files.setdefault(kind, [0, 0])
        counted[0] += len(line)
        counted[1] += 1

    def to_disk(self) -> None:
        for file in self._open.values():
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def opened(folder: Path, clinic: Clinic, now: datetime, *, is_resumed: bool) -> Iterator[Export]:
    """An export to a folder that is empty or not there; or, resumed, the one that it holds.

    Raises ExportError for a folder with anything else in it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        # The system lets go of it when a process ends, however it ends.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        state = _state(folder, clinic, now, is_resumed=is_resumed)
        yield Export(folder, clinic, state)
    except BlockingIOError as error:
        raise ExportError(
            _("Another export writes to %(path)s at this moment.") % {"path": folder}
        ) from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        os.close(lock)


def _unwritable(folder: Path, error: OSError) -> ExportError:
    return ExportError(
        _("%(path)s cannot be written to: %(error)s.") % {"path": folder, "error": error}
    )


def _state(folder: Path, clinic: Clinic, now: datetime, *, is_resumed: bool) -> State:
    """The state of the export that the folder holds, or of a new one."""
    names = {path.name for path in folder.iterdir()} - {f".{STATE}", f".{MANIFEST}"}
    said = {"path": folder}
    is_ours = bool(names & {STATE, MANIFEST}) and all(
        name in (STATE, MANIFEST) or name.endswith(LINES) for name in names
    )
    if names and not is_ours:
        raise ExportError(_("%(path)s holds something else. Name an empty folder.") % said)
    if names and not is_resumed:
        raise ExportError(
            _("%(path)s holds an export. Give --resume to go on with it, or another folder.") % said
        )
    return _kept(folder, clinic, names) if names else _begun(folder, clinic, now)


def _begun(folder: Path, clinic: Clinic, now: datetime) -> State:
    head = Head.objects.filter(clinic=clinic).first() or Head(clinic=clinic)
    at = clinic.local(now).isoformat()
    state = State(FORM, str(clinic.uuid), head.number, head.digest, at)
    _put(folder / STATE, asdict(state))
    return state


def _kept(folder: Path, clinic: Clinic, names: set[str]) -> State:
    """What the folder says of itself, once it is sure that the record still begins as it did."""
    try:
        if MANIFEST in names:
            said = json.loads((folder / MANIFEST).read_text())
            told = said["extension"]
            state = State(
                form=told["form"],
                clinic=told["clinic"],
                number=told["up-to-entry"],
                digest=told["up-to-digest"],
                at=said["transactionTime"],
                patients=told["patients"],
            )
        else:
            state = State(**json.loads((folder / STATE).read_text()))
    except (ValueError, TypeError, LookupError) as error:
        raise ExportError(
            _("What %(path)s says of its export cannot be read. Begin anew, in another folder.")
            % {"path": folder}
        ) from error
    if (state.form, state.clinic) != (FORM, str(clinic.uuid)):
        raise ExportError(
            _("%(path)s holds an export of another clinic, or of another version.")
            % {"path": folder}
        )
    entry = Entry.objects.filter(clinic=clinic, number=state.number, digest=state.digest)
    if state.number and not entry.exists():
        raise ExportError(
            _(
                "The record does not hold entry %(number)s as it was when this export began. "
                "Begin anew, in another folder."
            )
            % {"number": f"{state.number:,}"}
        )
    return state


def _put(path: Path, said: dict[str, Any]) -> None:
    """Write a file of JSON, which is there whole or as it was before."""
    new = path.with_name(f".{path.name}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(said, file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    to_disk(path.parent)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
