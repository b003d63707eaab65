"""Make the key that signs checkpoints, once, in a file outside the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger import checkpoints


class Command(BaseCommand):
    help = "Make the Ed25519 key that signs checkpoints, and print its public half."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the new file; CHECKPOINT_KEY names it then")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            key = checkpoints.make_key(path)
        except checkpoints.CheckpointError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(checkpoints.public_text(key))
