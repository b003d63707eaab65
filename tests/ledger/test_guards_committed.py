"""The guards outside a transaction: another connection, migrations, the start of the service."""

import contextlib
import importlib
import sqlite3
from collections.abc import Iterator

import psycopg2
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from ledger import guards
from ledger.models import Submission
from tests.everything import everything
from tests.ledger.test_guards import ON_SQLITE, TABLES, changed, columns, refused, rows


@pytest.mark.django_db(transaction=True)
def test_plain_connection_is_refused_as_well() -> None:
    """Nothing of Django's in between: the driver's own connection, as it comes."""
    everything()
    before = {guard.table: rows(guard.table) for guard in TABLES}
    for guard in TABLES:
        column = next(name for name in columns(guard.table) if name not in guard.erasable)
        for statement in (
            f'UPDATE "{guard.table}" SET {changed(column)}',
            f'DELETE FROM "{guard.table}"',
            f'INSERT OR REPLACE INTO "{guard.table}" SELECT * FROM "{guard.table}"'
            if ON_SQLITE
            else f'TRUNCATE "{guard.table}" CASCADE',
        ):
            with contextlib.closing(plain_connection()) as plain:
                with pytest.raises((sqlite3.IntegrityError, psycopg2.IntegrityError)):
                    plain.cursor().execute(statement)
                plain.commit()
    assert {guard.table: rows(guard.table) for guard in TABLES} == before


def plain_connection():
    settings = connection.settings_dict
    if ON_SQLITE:
        return sqlite3.connect(settings["NAME"])
    return psycopg2.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
    )


@pytest.mark.django_db(transaction=True)
def test_table_made_anew_is_guarded_after_the_migration() -> None:
    """On SQLite a table that is altered is copied and dropped, and its triggers with it."""
    everything()
    before = list(Submission.objects.order_by("pk").values())
    old = Submission._meta.get_field("asked")
    new = models.CharField(max_length=65)
    new.set_attributes_from_name("asked")
    guards.remove()
    for one, other in ((old, new), (new, old)):
        with connection.schema_editor() as editor:
            editor.alter_field(Submission, one, other)
    call_command("migrate", verbosity=0)

    assert guards.missing() == []
    assert list(Submission.objects.order_by("pk").values()) == before
    refused("ledger_submission", "DELETE FROM ledger_submission", "deleted")


@pytest.mark.django_db(transaction=True)
def test_migration_that_fails_leaves_the_guards_on(monkeypatch: pytest.MonkeyPatch) -> None:
    during = []

    def fails(*_args, **_kwargs):
        during.extend(guards.missing())
        raise RuntimeError("half way")

    monkeypatch.setattr(MigrationExecutor, "migrate", fails)
    with pytest.raises(RuntimeError, match="half way"):
        call_command("migrate", verbosity=0)

    assert during == sorted(guard.table for guard in TABLES)
    assert guards.missing() == []


@pytest.fixture
def unguarded(transactional_db: None) -> Iterator[None]:
    guards.remove()
    yield
    guards.install()


@pytest.mark.usefixtures("unguarded")
def test_check_refuses_without_guards() -> None:
    with pytest.raises(
        SystemCheckError, match=r"ledger_entry is not guarded[^$]*manage.py migrate"
    ):
        call_command("check", databases=["default"])


@pytest.mark.usefixtures("unguarded")
def test_service_does_not_start_without_guards() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"ledger_entry.*Run manage.py migrate"):
        importlib.reload(importlib.import_module("config.wsgi"))


@pytest.mark.usefixtures("unguarded")
def test_migrate_puts_the_guards_back() -> None:
    call_command("migrate", verbosity=0, skip_checks=False)
    assert guards.missing() == []


@pytest.mark.django_db(transaction=True)
def test_check_and_start_pass_with_guards() -> None:
    call_command("check", databases=["default"])
    importlib.reload(importlib.import_module("config.wsgi"))
