"""Checkpoints: how long a chain is and how it ends, signed with a key outside the database.

The text is a signed note as C2SP has it (https://c2sp.org/signed-note), with Ed25519:

    dose-ledger/clinic/6f0c5a0e-0f0b-4a52-9a39-0d9b8f7b8f11
    1234
    5b0e2f...
    2026-11-16T09:30:00.000000+00:00

    — dose-ledger Tm90IGEgcmVhbCBzaWduYXR1cmU=

The lines are origin (which chain), size (the number of its last entry), head (that entry's digest)
and when it was signed. A file holds any number of notes, one after the other.
"""

import base64
import binascii
import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger import canonical
from ledger.models import AccessSeal, Entry, Head

NAME = "dose-ledger"
ED25519 = b"\x01"
SIGNATURE = f"— {NAME} "

ACCESS_ORIGIN = "dose-ledger/access"

BEGUN = timedelta(minutes=5)
"""How long before a note something was recorded that it cannot have missed."""


class CheckpointError(Exception):
    """A key or a checkpoint that cannot be used; the message says why, for the person."""


@dataclass(frozen=True, slots=True)
class Note:
    """A signed statement about one chain. `signature` is of its text; empty until it is signed."""

    origin: str
    size: int
    head: str
    at: datetime
    signature: bytes = b""

    @property
    def text(self) -> str:
        """What is signed, the end of its last line included."""
        at = canonical.plain(self.at)
        return f"{self.origin}\n{self.size}\n{self.head}\n{at}\n"

    @property
    def clinic(self) -> UUID | None:
        """The clinic whose chain it speaks of; none for that of the access events."""
        return None if self.origin == ACCESS_ORIGIN else UUID(self.origin.rpartition("/")[2])


def origin_of(clinic: Clinic) -> str:
    return f"dose-ledger/clinic/{clinic.uuid}"


# Keys.


def make_key(path: Path) -> Ed25519PublicKey:
    """Write a new private key to a new file that only its owner reads; returns the public one."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        says = _("%(path)s is there already, and a key is never overwritten.")
        raise CheckpointError(says % {"path": path}) from error
    except OSError as error:
        says = _("%(path)s cannot be written: %(reason)s.")
        raise CheckpointError(says % {"path": path, "reason": error.strerror}) from error
    with os.fdopen(file, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())
    return key.public_key()


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file that `make_key` wrote. CheckpointError when others can read the file."""
    data = _read(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        says = _("%(path)s can be read by others: give it mode 600.")
        raise CheckpointError(says % {"path": path})
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CheckpointError(_("%(path)s holds no Ed25519 key.") % {"path": path})
    return key


def public_text(key: Ed25519PublicKey) -> str:
    """The public key as one line: name, four bytes that tell keys apart, the key itself."""
    return f"{NAME}+{_key_hash(key).hex()}+{base64.b64encode(ED25519 + _raw(key)).decode()}"


def public_key(path: Path) -> Ed25519PublicKey:
    """The key in a file that holds the line of `public_text`."""
    wrong = CheckpointError(_("%(path)s holds no public key of checkpoints.") % {"path": path})
    parts = _read(path).decode(errors="replace").strip().split("+", 2)
    if len(parts) != 3 or parts[0] != NAME:
        raise wrong
    try:
        kind, raw = (key := base64.b64decode(parts[2], validate=True))[:1], key[1:]
        public = Ed25519PublicKey.from_public_bytes(raw)
    except (binascii.Error, ValueError) as error:
        raise wrong from error
    if kind != ED25519 or _key_hash(public).hex() != parts[1]:
        raise wrong
    return public


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        says = _("%(path)s cannot be read: %(reason)s.")
        raise CheckpointError(says % {"path": path, "reason": error.strerror}) from error


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _key_hash(key: Ed25519PublicKey) -> bytes:
    return sha256(NAME.encode() + b"\n" + ED25519 + _raw(key)).digest()[:4]


# Notes.


def current(at: datetime) -> Iterator[Note]:
    """What stands now: a note for each clinic's chain, and one for the seals of access events.

    CheckpointError when the row that names a clinic's newest entry does not fit its entries:
    what is damaged is not signed.
    """
    for clinic in Clinic.objects.order_by("pk"):
        head = Head.objects.filter(clinic=clinic).first() or Head(clinic=clinic)
        newest = Entry.objects.filter(clinic=clinic, number=head.number)
        digests = list(newest.values_list("digest", flat=True)) if head.number else []
        if digests != [head.digest] * min(head.number, 1):
            says = _("The newest entry of %(clinic)s is not the one counted: run verify.")
            raise CheckpointError(says % {"clinic": clinic})
        yield Note(origin_of(clinic), head.number, head.digest, at)
    seal = AccessSeal.objects.order_by("number").last()
    head_of_seals = (seal.number, seal.digest) if seal else (0, canonical.NO_ENTRY)
    yield Note(ACCESS_ORIGIN, *head_of_seals, at)


def refuse_unless_continued(path: Path, key: Ed25519PublicKey) -> None:
    """CheckpointError when the file holds a checkpoint that the chains here do not continue.

    What was written anew must not be signed: the newest note, kept alone, would vouch for it. So a
    note that the key did not sign is refused as well, and a file that holds no notes.
    """
    for note in read(path):
        said = {"path": path, "origin": note.origin, "at": note.at, "size": f"{note.size:,}"}
        if not is_signed_by(note, key):
            says = _("The checkpoint of %(origin)s in %(path)s is not signed by this key.")
            raise CheckpointError(says % said)
        if not _is_continued(note):
            says = _(
                "%(origin)s no longer has number %(size)s as the checkpoint of %(at)s in %(path)s "
                "signed it. Nothing is signed: keep that file and run verify with it."
            )
            raise CheckpointError(says % said)


def _is_continued(note: Note) -> bool:
    """Whether the last link that the note counted is here as it was."""
    chain: QuerySet = AccessSeal.objects.all()
    if note.clinic is not None:
        chain = Entry.objects.filter(clinic__uuid=note.clinic)
    return note.size == 0 or chain.filter(number=note.size, digest=note.head).exists()


def signed(note: Note, key: Ed25519PrivateKey) -> str:
    """The note as it is written, its signature included."""
    signature = _key_hash(key.public_key()) + key.sign(note.text.encode())
    return f"{note.text}\n{SIGNATURE}{base64.b64encode(signature).decode()}\n"


def is_signed_by(note: Note, key: Ed25519PublicKey) -> bool:
    """Whether the signature is the key's, over this text."""
    if note.signature[:4] != _key_hash(key):
        return False
    try:
        key.verify(note.signature[4:], note.text.encode())
    except InvalidSignature:
        return False
    return True


def unmentioned(notes: Collection[Note], clinic: UUID | None = None) -> Iterator[str]:
    """The origins of the chains that had begun before the newest note, and have none.

    Only of one clinic when it is named. Every run signs all chains, so a note was taken out.
    """
    if not notes:
        return
    begun = max(note.at for note in notes) - BEGUN
    told = {note.origin for note in notes}
    clinics = Clinic.objects.order_by("pk")
    for one in clinics if clinic is None else clinics.filter(uuid=clinic):
        entries = Entry.objects.filter(clinic=one, recorded_at__lt=begun)
        if origin_of(one) not in told and entries.exists():
            yield origin_of(one)
    seals = AccessSeal.objects.filter(sealed_at__lt=begun)
    if clinic is None and ACCESS_ORIGIN not in told and seals.exists():
        yield ACCESS_ORIGIN


LINES = 4
ORIGIN = re.compile(r"dose-ledger/(?:access|clinic/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def read(path: Path) -> list[Note]:
    """The notes of a file; CheckpointError when it holds none, or one that is not whole.

    A file can be put together from a system log: empty lines and lines between notes are passed
    over, and so is a first note whose beginning was cut off. A note that only begins is not: it
    says that there was more.
    """
    notes: list[Note] = []
    lines: list[str] = []
    is_first = True
    for line in _read(path).decode(errors="replace").splitlines():
        if line.startswith(SIGNATURE):
            is_headless = is_first and len(lines) < LINES
            _refuse_begun(path, lines if is_headless else lines[:-LINES])
            if not is_headless:
                notes.append(_note(path, lines[-LINES:], line.removeprefix(SIGNATURE)))
            lines, is_first = [], False
        elif line.strip():
            lines.append(line)
    if not notes:
        raise CheckpointError(_("%(path)s holds no whole checkpoint.") % {"path": path})
    _refuse_begun(path, lines)
    return notes


def _refuse_begun(path: Path, lines: list[str]) -> None:
    """CheckpointError when a note begins among the lines, which lead to no signature of it."""
    if any(line.startswith(f"{NAME}/") for line in lines):
        raise CheckpointError(_("%(path)s ends in the middle of a checkpoint.") % {"path": path})


def _note(path: Path, lines: list[str], signature: str) -> Note:
    try:
        origin, size, head, at = lines
        if not (ORIGIN.fullmatch(origin) and re.fullmatch("0|[1-9][0-9]{0,18}", size)):
            raise ValueError(origin)
        note = Note(
            origin,
            int(size),
            head,
            datetime.fromisoformat(at).astimezone(UTC),
            base64.b64decode(signature, validate=True),
        )
        if note.text.splitlines() != lines:
            raise ValueError(at)
    except (ValueError, binascii.Error) as error:
        raise CheckpointError(_("%(path)s holds no whole checkpoint.") % {"path": path}) from error
    return note
