"""manage.py export_clinic: a clinic's whole record as FHIR R4, in files of lines (NDJSON)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import actions, audit
from access.audit import NotWritten
from access.management.bar import Bar
from access.management.told import add_who_and_why, clinic_of, who_and_why
from access.models import AccessKind
from patients.models import Patient
from titration.exports.clinic import Export, ExportError, opened


class Command(BaseCommand):
    help = (
        "Write the whole record of a clinic as FHIR R4 in files of lines, laid out as FHIR Bulk "
        "Data. Whoever runs it, and why, goes on record."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clinic", help="its name or uuid; not needed where there is one")
        parser.add_argument("--output", type=Path, required=True, help="an empty folder, or none")
        parser.add_argument(
            "--resume", action="store_true", help="go on with the export that the folder holds"
        )
        add_who_and_why(parser)

    def handle(
        self,
        *args: Any,
        clinic: str | None,
        output: Path,
        resume: bool = False,
        by: str,
        why: str,
        **options: Any,
    ) -> None:
        runner, reason = who_and_why(by, why)
        whose = clinic_of(clinic)
        try:
            with opened(output, whose, timezone.now(), is_resumed=resume) as export:
                said = {"number": f"{export.state.number:,}", "clinic": whose.name}
                if export.is_done:
                    self.stdout.write(
                        _("This export of %(clinic)s is whole, up to entry %(number)s.") % said
                    )
                    return
                up_to = _("up to entry %(number)s") % said
                actions.export_clinic(clinic=whose, up_to=up_to, reason=reason, by=runner)
                self._run(export)
        except ExportError as error:
            raise CommandError(str(error)) from error
        except NotWritten as error:
            raise CommandError(
                _(
                    "Neither the database nor the spool takes the access event. Once one does, run "
                    "it again with --resume."
                )
            ) from error
        words = ngettext(
            "%(path)s: %(count)s patient of %(clinic)s, up to entry %(number)s.",
            "%(path)s: %(count)s patients of %(clinic)s, up to entry %(number)s.",
            export.state.patients,
        )
        count = f"{export.state.patients:,}"
        self.stdout.write(words % {**said, "path": output, "count": count})

    def _run(self, export: Export) -> None:
        """An access event before each batch names whose data is read."""
        whose = export.clinic
        bar = Bar(self.stderr, Patient.objects.filter(clinic=whose).count())
        bar.advance(export.state.patients)
        for count in export.run(
            lambda keys: audit.ran("export_clinic", AccessKind.EXPORT, keys, whose)
        ):
            bar.advance(count)
        bar.clear()
