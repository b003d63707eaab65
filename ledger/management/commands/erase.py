"""Erase a patient: identity and free texts leave the record, and that they did is recorded."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import Clinic, User
from ledger import erasing
from ledger.models import Entry, ErasureReason


class Command(BaseCommand):
    help = "Take a patient's identity and free texts out of the record, for good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patient", type=UUID, required=True, help="as in their address")
        parser.add_argument("--reason", choices=ErasureReason.values, required=True)
        parser.add_argument("--by", required=True, help="e-mail address of an administrator")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(
        self, *args, patient: UUID, reason: str, by: str, yes: bool = False, **options
    ) -> None:
        entries = Entry.objects.filter(patient=patient)
        first = entries.select_related("clinic").order_by("number").first()
        person = User.objects.filter(email=by.lower(), is_active=True).first()
        if first is None:
            raise CommandError(_("No patient has this identity."))
        if person is None:
            raise CommandError(_("Nobody signs in with this e-mail address."))
        if not yes and not self._is_meant(patient, first.clinic, entries.count()):
            raise CommandError(_("Nothing was erased."))
        try:
            erasure = erasing.erase(clinic=first.clinic, patient=patient, reason=reason, by=person)
        except PermissionDenied as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            raise CommandError(
                _("Nothing was erased. On PostgreSQL the owner of the tables erases: %(error)s")
                % {"error": str(error).strip()}
            ) from error
        said = ngettext(
            "Erased from %(records)s record: entry %(number)s. Older backups hold it still.",
            "Erased from %(records)s records: entry %(number)s. Older backups hold it still.",
            erasure.records,
        )
        counted = {"records": f"{erasure.records:,}", "number": f"{erasure.entry.number:,}"}
        self.stdout.write(said % counted)
        try:
            erasing.overwrite()
        except DatabaseError as error:
            raise CommandError(
                _(
                    "It may be left in unused parts of the database's file: %(error)s. "
                    "docs/operations.md, “Erasing a patient”, says what to run."
                )
                % {"error": error}
            ) from error

    def _is_meant(self, patient: UUID, clinic: Clinic, entries: int) -> bool:
        """Ask for the identity's first eight characters: a yes is typed by habit."""
        typed = input(
            _(
                "This takes the identity and every free text out of %(entries)s entries of a "
                "patient of %(clinic)s. It cannot be undone.\n"
                "Type the first eight characters of the patient’s identity to go on: "
            )
            % {"entries": f"{entries:,}", "clinic": clinic}
        )
        return typed.strip().lower() == str(patient)[:8]
