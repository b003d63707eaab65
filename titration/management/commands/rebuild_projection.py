"""Make the disposable rows that feed lists anew from the records."""

from django.core.management.base import BaseCommand

import patients.projection
import titration.projection


class Command(BaseCommand):
    help = "Make the rows that feed lists and the worklist anew from the records."

    def handle(self, *args, **options) -> None:
        self.stdout.write("Patients: reading the versions ...")
        self.stdout.write(f"Patients: {patients.projection.rebuild():,} made anew.")
        self.stdout.write("Regimens: reading the logs ...")
        self.stdout.write(f"Regimens: {titration.projection.rebuild():,} made anew.")
