"""Django's migrate, which takes the guards off and puts them back."""

from typing import Any

from django.core.management.base import BaseCommand
from django.core.management.commands import migrate

from ledger import guards


class Command(migrate.Command):
    def get_check_kwargs(self, options: dict[str, Any]) -> dict[str | None, Any]:
        """Without the checks of the database: those ask for the guards, which come with this."""
        return BaseCommand.get_check_kwargs(self, options)

    def handle(self, *args: Any, **options: Any) -> None:
        """A migration that fails leaves the tables guarded too, as far as they are there."""
        try:
            super().handle(*args, **options)
        except (Exception, KeyboardInterrupt):
            guards.install(options["database"])
            raise
