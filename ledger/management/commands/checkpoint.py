"""Seal access events, and sign how long each chain is and how it ends."""

import os
from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import checkpoints, sealing


class Command(BaseCommand):
    help = (
        "Seal access events and acts older than five minutes, and sign a checkpoint of every chain."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--out",
            type=Path,
            help="write to this file instead of printing; what it holds has to be continued",
        )

    def handle(self, *args: Any, out: Path | None, **options: Any) -> None:
        if not settings.CHECKPOINT_KEY:
            raise CommandError(
                _("CHECKPOINT_KEY names no key: make one with checkpoint_key and set it.")
            )
        try:
            key = checkpoints.private_key(Path(settings.CHECKPOINT_KEY))
            now = timezone.now()
            sealing.seal(now)
            notes = [checkpoints.signed(note, key) for note in checkpoints.current(now)]
            # Last, so that what is written anew meanwhile is either seen here or not yet signed.
            if out is not None and out.exists():
                checkpoints.refuse_unless_continued(out, key.public_key())
        except checkpoints.CheckpointError as error:
            raise CommandError(str(error)) from error
        text = "\n".join(notes)
        if out is None:
            self.stdout.write(text, ending="")
        else:
            write(out, text)


def write(path: Path, text: str) -> None:
    """Put the text into the file whole: whoever reads it meets the old one or the new one."""
    try:
        with NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
    except OSError as error:
        says = _("%(path)s cannot be written: %(reason)s.")
        raise CommandError(says % {"path": path, "reason": error.strerror}) from error
