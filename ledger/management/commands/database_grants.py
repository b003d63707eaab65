"""Print the SQL that parts the role of the service from the owner of its tables."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from ledger.guards import grants


class Command(BaseCommand):
    help = "Print the SQL, for PostgreSQL, that leaves the app's role what the service needs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", required=True, help="the role that migrates and erases")
        parser.add_argument("--app", required=True, help="the role that the service runs as")

    def handle(self, *args, owner: str, app: str, **options) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles: on SQLite, the file has one owner.")
        if owner == app:
            raise CommandError("The two roles have to be two: an owner can take the guards off.")
        for statement in grants.statements(owner, app):
            self.stdout.write(f"{statement};")
