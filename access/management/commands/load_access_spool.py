"""manage.py load_access_spool: the access events that waited go into the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import spool


class Command(BaseCommand):
    help = "Load the access events that the database could not take at the time, each once."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = spool.load()
        self.stdout.write(
            ngettext(
                "%(count)s access event was loaded from the spool.",
                "%(count)s access events were loaded from the spool.",
                loaded.count,
            )
            % {"count": f"{loaded.count:,}"}
        )
        if loaded.unfit:
            for file, why in loaded.unfit:
                self.stderr.write(f"{file}: {why}")
            raise CommandError(
                _("The lines named above could not be loaded. They are kept where it says.")
            )
