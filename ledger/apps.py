from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.signals import request_started
from django.db.models.signals import post_migrate, pre_migrate


class LedgerConfig(AppConfig):
    name = "ledger"

    def ready(self) -> None:
        from access.audit import finders
        from ledger import audit, guards, outcomes

        finders.append(audit.subject)
        request_started.connect(outcomes.forget)
        checks.register(guards.check, checks.Tags.database)
        pre_migrate.connect(_take_off, sender=self)
        post_migrate.connect(_put_back, sender=self)


def _take_off(*, using: str, **_kwargs: Any) -> None:
    """A migration makes tables anew, on SQLite by copying their rows, which the guards refuse."""
    from ledger import guards

    guards.remove(using)


def _put_back(*, using: str, **_kwargs: Any) -> None:
    from ledger import guards

    guards.install(using)
