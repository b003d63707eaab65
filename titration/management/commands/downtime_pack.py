"""manage.py downtime_pack: what is open at a clinic, encrypted, for the day the server is down."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import audit
from access.audit import NotWritten
from access.management.bar import Bar
from access.management.told import clinic_of
from access.models import AccessKind
from patients.linked import reached
from titration.downtime import UpTo, patients_of, up_to
from titration.exports import downtime, packs

VARIABLE = "DOWNTIME_PACK_PASSWORD"


def packs_kept(text: str) -> int:
    """How many packs stay: a whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(_("type a whole number from 1 on"))
    return int(text)


class Command(BaseCommand):
    help = (
        "Write the last instructions, next planned rows, reviews and telephone numbers of a "
        "clinic's open regimens as encrypted PDFs, and remove all but the newest packs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", help="its name or uuid; not needed where there is one")
        parser.add_argument("--output", type=Path, required=True, help="a folder for packs")
        parser.add_argument(
            "--password-file",
            type=Path,
            help=f"its first line is the password; else {VARIABLE} of the environment is",
        )
        parser.add_argument("--keep", type=packs_kept, default=3, help="packs that stay: 3")

    def handle(
        self,
        *args: Any,
        clinic: str | None,
        output: Path,
        password_file: Path | None,
        keep: int,
        **options: Any,
    ) -> None:
        try:
            password = _password(password_file)
            packs.check_password(password)
            known = up_to(clinic_of(clinic), timezone.now())
            patients = patients_of(known)
            # The sheet of a patient names the other records of the same person.
            named = [*patients, *reached(patients, known.number)]
            audit.ran("downtime_pack", AccessKind.EXPORT, named, known.clinic)
            written = packs.write(output, self._files(known, patients), password, known.now, keep)
        except packs.PackError as error:
            raise CommandError(str(error)) from error
        except NotWritten as error:
            raise CommandError(
                _("Neither the database nor the spool takes the access event: no pack was written.")
            ) from error
        said = ngettext(
            "%(folder)s: %(files)s file, up to entry %(number)s of %(clinic)s.",
            "%(folder)s: %(files)s files, up to entry %(number)s of %(clinic)s.",
            written.files,
        )
        self.stdout.write(
            said
            % {
                "folder": written.folder,
                "files": written.files,
                "number": f"{known.number:,}",
                "clinic": known.clinic.name,
            }
        )

    def _files(self, known: UpTo, patients: Sequence[UUID]) -> Iterator[tuple[str, bytes]]:
        """The name and the content of each file; the bar tells how many people are done."""
        bar = Bar(self.stderr, len(patients))
        for part in downtime.parts_of(known, patients):
            yield f"part-{part.number}-of-{part.count}.pdf", downtime.pdf_file(known, part)
            bar.advance(len(part.people))
        bar.clear()


def _password(path: Path | None) -> str:
    """From a file that only its owner reads, or from the environment; never from the arguments,

    which everybody on the machine can see.
    """
    if path is None:
        if VARIABLE not in os.environ:
            raise CommandError(
                _("Give the password in a file (--password-file), or in %(name)s.")
                % {"name": VARIABLE}
            )
        return os.environ[VARIABLE]
    try:
        if path.stat().st_mode & 0o077:
            raise CommandError(_("%(path)s is open to others: give it mode 600.") % {"path": path})
        with path.open(encoding="ascii") as file:
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            _("The password in %(path)s could not be read: %(error)s.")
            % {"path": path, "error": error}
        ) from error
