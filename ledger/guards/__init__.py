"""The database itself refuses what would change the record (ADR 0008).

On every table of `guarded()`: UPDATE but for an erasure, DELETE, TRUNCATE, an insert over a key
that exists, and a row under an entry that is written already. `migrate` takes the guards off and
puts them back (ledger.apps); the service does not start without them (config.wsgi).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from access.models import AccessedPatient, AccessEvent, Act
from ledger.guards import postgresql, sqlite
from ledger.models import AppendOnly, Entry

REMEDY = "Run manage.py migrate: it puts the guards back."


@dataclass(frozen=True)
class Guarded:
    """A table whose rows never change, by the names that the database knows.

    `erasable` are its columns that an erasure empties; `parent` the column with the key of the
    entry that closes a row's record.
    """

    table: str
    erasable: tuple[str, ...] = ()
    parent: str | None = None


def append_only_models() -> list[type[models.Model]]:
    """Every model whose rows never change; access knows no ledger, so its own are named here."""
    own = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
    return [*own, AccessEvent, AccessedPatient, Act]


def guarded() -> list[Guarded]:
    """Every guarded table, as the code has it."""
    return [_guarded(model) for model in append_only_models()]


def _guarded(model: type[models.Model]) -> Guarded:
    meta = model._meta
    if not issubclass(model, AppendOnly):
        return Guarded(meta.db_table)
    return Guarded(
        table=meta.db_table,
        erasable=tuple(_column(model, name) for name in model.ERASABLE),
        parent=_column(model, model.PARENT) if model.PARENT else None,
    )


def _column(model: type[models.Model], field: str) -> str:
    return str(model._meta.get_field(field).column)  # type: ignore[union-attr]


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put the guards on every table that is there, in place of whatever guards it has."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        engine = _engine(connection)
        engine.drop(cursor)
        engine.create(cursor, _present(connection, cursor), _entries())


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take every guard off. Whoever calls this puts them back with `install`."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _engine(connection).drop(cursor)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The tables that lack a guard, or whose guard differs from what `install` would put there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        engine = _engine(connection)
        present = _present(connection, cursor)
        wanted = engine.wanted(cursor, present, _entries())
        found = engine.found(cursor)
    unguarded = {table for (table, _name), guard in _differing(wanted, found)}
    absent = {guard.table for guard in guarded()} - {guard.table for guard in present}
    return sorted(unguarded | absent)


def _differing(wanted: dict, found: dict) -> Iterator[tuple[tuple[str, str], Any]]:
    return ((key, guard) for key, guard in wanted.items() if found.get(key) != guard)


def _entries() -> tuple[str, str]:
    """The table of the entries and its key."""
    return Entry._meta.db_table, _column(Entry, "id")


def _present(connection: BaseDatabaseWrapper, cursor: Any) -> list[Guarded]:
    names = set(connection.introspection.table_names(cursor))
    return [guard for guard in guarded() if guard.table in names]


def _engine(connection: BaseDatabaseWrapper) -> Any:
    return postgresql if connection.vendor == "postgresql" else sqlite


def check(*, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """System check, asked by `manage.py check --database default`: one error for each table."""
    return [
        Error(f"{table} is not guarded against changes.", hint=REMEDY, id="ledger.E001")
        for using in databases or []
        for table in missing(using)
    ]


def require(using: str = DEFAULT_DB_ALIAS) -> None:
    """Raise ImproperlyConfigured, naming the tables, unless every guard is in place."""
    if tables := missing(using):
        raise ImproperlyConfigured(
            f"The database does not guard these tables against changes: {', '.join(tables)}. "
            + REMEDY
        )
