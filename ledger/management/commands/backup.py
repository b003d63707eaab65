"""Write a consistent copy of the database while it serves."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ledger import backups


class Command(BaseCommand):
    help = "Write a consistent copy of the database to a new folder, while it serves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("destination", type=Path, help="a folder that does not exist yet")

    def handle(self, *args, destination: Path, **options) -> None:
        try:
            manifest = backups.back_up(destination)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("%(path)s: %(entries)s entries of %(clinics)s clinics.")
            % {
                "path": destination,
                "entries": f"{manifest.entries:,}",
                "clinics": len(manifest.clinics),
            }
        )
