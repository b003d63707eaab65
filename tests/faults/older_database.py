"""A populated database of an earlier version is migrated to this one.

Bounded and long are the same: every file in tests/faults/older. Holds: no entry's digest changes,
the record verifies, the guards are in place, and recording goes on.
"""

import json
from datetime import date
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from ledger import guards
from ledger.models import Entry
from tests.databases import connected_to, empty_database
from tests.titration.factories import step_of
from titration.models import RegimenVersion

OLDER = sorted((Path(__file__).parent / "older").glob("*.json"))
CHAIN = ("clinic_id", "number", "content_digest", "previous_digest", "digest")


def run(*, is_long: bool) -> str:
    """`is_long` changes nothing here."""
    return "; ".join(migrated(path) for path in OLDER)


def migrated(path: Path) -> str:
    older = json.loads(path.read_text())
    with empty_database() as name, connected_to(name):
        make(older)
        call_command("migrate", verbosity=0)
        kept = [tuple(map(str, row)) for row in Entry.objects.order_by("pk").values_list(*CHAIN)]
        written = older["tables"]["ledger_entry"]
        columns = [written["columns"].index(column) for column in CHAIN]
        key = written["columns"].index("id")
        rows = sorted(written["rows"], key=lambda row: row[key])
        assert kept == [tuple(row[column] for column in columns) for row in rows]
        assert guards.missing() == []
        call_command("verify", verbosity=0)
        in_use = RegimenVersion.objects.filter(regimen__clinic__is_demo=False)
        step_of(in_use.latest("entry__number"), date(2026, 4, 1))
        call_command("verify", verbosity=0)
    return f"{len(kept)} entries of {older['commit']} migrated, their digests unchanged"


def make(older: dict) -> None:
    """In an empty database: the tables of the earlier version, with its rows and no guards."""
    for app, migration in sorted(older["migrations"].items()):
        call_command("migrate", app, migration, verbosity=0)
    guards.remove()
    fill(older["tables"])


def fill(tables: dict[str, dict]) -> None:
    """Insert the rows as they were; both engines read what stands in the file."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, held in tables.items():
            columns = ", ".join(f'"{column}"' for column in held["columns"])
            places = ", ".join(["%s"] * len(held["columns"]))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', held["rows"])
        models = [model for model in apps.get_models() if model._meta.db_table in tables]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
