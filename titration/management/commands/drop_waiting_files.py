"""manage.py drop_waiting_files: files to import whose day is over are dropped."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import ngettext

from titration import waiting


class Command(BaseCommand):
    help = "Drop the files that somebody chose to import a day ago or longer, and never did."

    def handle(self, *args: Any, **options: Any) -> None:
        count = waiting.drop_overdue(timezone.now())
        words = ngettext(
            "%(count)s file that waited longer than a day was dropped.",
            "%(count)s files that waited longer than a day were dropped.",
            count,
        )
        self.stdout.write(words % {"count": f"{count:,}"})
