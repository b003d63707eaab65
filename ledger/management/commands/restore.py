"""Load a backup into an empty database, and verify what was loaded."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ledger import backups, guards
from ledger.management.commands.verify import add_checkpoint_arguments


class Command(BaseCommand):
    help = (
        "Load a backup into the empty database that DATABASE_URL names, bring its tables to this "
        "version, and verify the record. Exits with an error when anything is found."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="the folder that backup wrote")
        add_checkpoint_arguments(parser)

    def handle(
        self,
        *args,
        source: Path,
        checkpoint: list[Path],
        public_key: Path | None,
        **options,
    ) -> None:
        try:
            manifest = backups.restore(source)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("The backup of %(made_at)s is loaded: %(entries)s entries of %(clinics)s clinics.")
            % {
                "made_at": manifest.made_at,
                "entries": f"{manifest.entries:,}",
                "clinics": len(manifest.clinics),
            }
        )
        call_command("migrate", verbosity=0, interactive=False)
        try:
            guards.require()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if not checkpoint:
            self.stdout.write(
                _("Without --checkpoint nothing tells whether newer entries are missing.")
            )
        call_command(
            "verify",
            checkpoint=checkpoint,
            public_key=public_key,
            stdout=self.stdout,
            stderr=self.stderr,
        )
