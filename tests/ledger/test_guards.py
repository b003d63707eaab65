"""Attacks on the record from raw SQL: the database itself refuses them, on both engines."""

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import guards
from ledger.guards import Guarded
from ledger.models import Entry
from tests.everything import everything
from titration.models import DoseStep

ON_SQLITE = connection.vendor == "sqlite"
TABLES = guards.guarded()
ERASABLE = [guard for guard in TABLES if guard.erasable]

only_on_sqlite = pytest.mark.only_on("sqlite")  # PostgreSQL has no REPLACE and no rowid
only_on_postgresql = pytest.mark.only_on("postgresql")  # SQLite has nothing like it


TAKEN = "(never replaced|already written)"


def by_table(guard: Guarded) -> str:
    return guard.table


each_table = pytest.mark.parametrize("guard", TABLES, ids=by_table)
each_erasable = pytest.mark.parametrize("guard", ERASABLE, ids=by_table)


@pytest.fixture(scope="module")
def made_record(module_db: None) -> None:
    everything()
    connection.check_constraints()  # PostgreSQL drops no trigger while rows wait to be checked


@pytest.fixture
def record(made_record: None, db: None) -> None:
    """Everything, as it was made once for all; what a test does to it is undone."""


def rows(table: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return sorted(cursor.fetchall(), key=repr)


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [c.name for c in connection.introspection.get_table_description(cursor, table)]


def changed(column: str) -> str:
    """An assignment that no type refuses: SQLite knows no null in a rowid."""
    return "id = -id" if ON_SQLITE and column == "id" else f'"{column}" = NULL'


def refused(table: str, statement: str, because: str) -> None:
    """The statement is refused by a guard of the table, and every row is as it was."""
    before = rows(table)
    assert before
    with pytest.raises(IntegrityError, match=f"{table}: .*{because}"), transaction.atomic():
        connection.cursor().execute(statement)
    assert rows(table) == before


@each_table
@pytest.mark.usefixtures("record")
def test_no_column_is_updated(guard: Guarded) -> None:
    table = guard.table
    for column in columns(table):
        if guard.erasable == (column,):
            continue  # emptying it is the erasure
        if _holds_something(table, column):
            refused(table, f'UPDATE "{table}" SET {changed(column)}', "never changed")


@pytest.mark.usefixtures("record")
def test_no_empty_column_is_filled() -> None:
    refused("ledger_entry", "UPDATE ledger_entry SET supersedes_id = id", "never changed")
    refused("titration_confirmation", "UPDATE titration_confirmation SET sealed = 'x'", "changed")


@each_table
@pytest.mark.usefixtures("record")
def test_no_row_is_deleted(guard: Guarded) -> None:
    refused(guard.table, f'DELETE FROM "{guard.table}"', "deleted")


@each_erasable
@pytest.mark.usefixtures("record")
def test_erasable_columns_are_emptied_together(guard: Guarded) -> None:
    emptied = ", ".join(f'"{column}" = NULL' for column in guard.erasable)
    kept = [f'"{name}"' for name in columns(guard.table) if name not in guard.erasable]
    read = f'SELECT {", ".join(kept)} FROM "{guard.table}"'
    with connection.cursor() as cursor:
        cursor.execute(read)
        before = cursor.fetchall()
        cursor.execute(f'UPDATE "{guard.table}" SET {emptied}')
        cursor.execute(read)
        assert sorted(cursor.fetchall(), key=repr) == sorted(before, key=repr)
        cursor.execute(f'SELECT {", ".join(guard.erasable)} FROM "{guard.table}"')
        assert {value for row in cursor.fetchall() for value in row} == {None}


@each_erasable
@pytest.mark.usefixtures("record")
def test_nothing_else_changes_with_an_erasure(guard: Guarded) -> None:
    emptied = ", ".join(f'"{column}" = NULL' for column in guard.erasable)
    for column in columns(guard.table):
        if column not in guard.erasable and _holds_something(guard.table, column):
            statement = f'UPDATE "{guard.table}" SET {emptied}, {changed(column)}'
            refused(guard.table, statement, "never changed")


def _holds_something(table: str, column: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" IS NOT NULL')
        return cursor.fetchone() is not None


@each_erasable
@pytest.mark.usefixtures("record")
def test_what_was_erased_is_not_written_anew(guard: Guarded) -> None:
    emptied = ", ".join(f'"{column}" = NULL' for column in guard.erasable)
    connection.cursor().execute(f'UPDATE "{guard.table}" SET {emptied}')
    written = {"birth_date": "'1961-03-12'", "lines": """'["f"]'"""}
    for column in guard.erasable:
        text = written.get(column, "'f'")
        refused(guard.table, f'UPDATE "{guard.table}" SET "{column}" = {text}', "never changed")


@only_on_sqlite
@each_table
@pytest.mark.usefixtures("record")
def test_no_row_takes_the_place_of_another(guard: Guarded) -> None:
    table = guard.table
    for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"):
        refused(table, f'{verb} INTO "{table}" SELECT * FROM "{table}"', TAKEN)


def copied(verb: str, table: str, where: str = "", **changed: str) -> str:
    """A statement that inserts a row anew; `changed` gives the SQL of the columns that differ."""
    values = {name: f'"{name}"' for name in columns(table)} | changed
    names = ", ".join(f'"{name}"' for name in values)
    read = f'SELECT {", ".join(values.values())} FROM "{table}" {where} LIMIT 1'
    return f'{verb} INTO "{table}" ({names}) {read}'


NEW_KEY = "'ffffffffffffffffffffffffffffffff'"


@only_on_sqlite
@pytest.mark.parametrize(
    ("table", "where", "changed"),
    [
        # Each differs from the row in its way but for one key.
        ("ledger_entry", "", {"id": NEW_KEY, "supersedes_id": "NULL", "kind": "'x'"}),
        ("ledger_entry", "WHERE supersedes_id IS NOT NULL", {"id": NEW_KEY, "number": "999"}),
        ("ledger_entry", "WHERE kind = 'retraction'", {"id": NEW_KEY, "number": "999"}),
        ("ledger_submission", "", {"id": "999"}),
        ("titration_component", "", {"id": "999"}),
        ("access_accessedpatient", "", {"id": "999"}),
        ("patients_patient", "", {"id": NEW_KEY, "rowid": "rowid"}),
    ],
    ids=["number", "supersedes", "retracted once", "submission", "position", "event", "rowid"],
)
@pytest.mark.usefixtures("record")
def test_no_row_takes_any_key_of_another(table: str, where: str, changed: dict) -> None:
    statement = copied("INSERT OR REPLACE", table, where, **changed)
    refused(table, statement, TAKEN)


@pytest.mark.usefixtures("record")
def test_a_free_key_is_taken() -> None:
    """The index that a line is retracted once by holds retractions only."""
    before = Entry.objects.count()
    key = f"{NEW_KEY}::uuid" if not ON_SQLITE else NEW_KEY
    changed = {"id": key, "number": "999", "kind": "'dose-step'", "supersedes_id": "NULL"}
    where = "WHERE kind = 'retraction'"
    connection.cursor().execute(copied("INSERT", "ledger_entry", where, **changed))
    assert Entry.objects.count() == before + 1


@each_table
@pytest.mark.usefixtures("record")
def test_upsert_changes_nothing(guard: Guarded) -> None:
    table = guard.table
    with connection.cursor() as cursor:
        key = connection.introspection.get_primary_key_column(cursor, table)
    refused(
        table,
        f'INSERT INTO "{table}" SELECT * FROM "{table}" WHERE true'
        f' ON CONFLICT ("{key}") DO UPDATE SET "{key}" = NULL',
        TAKEN if ON_SQLITE else "never changed",
    )


@only_on_postgresql
@each_table
@pytest.mark.usefixtures("record")
def test_insert_that_does_nothing_on_conflict_changes_nothing(guard: Guarded) -> None:
    before = rows(guard.table)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f'INSERT INTO "{guard.table}" SELECT * FROM "{guard.table}" ON CONFLICT DO NOTHING'
        )
    assert rows(guard.table) == before


@only_on_postgresql
@each_table
@pytest.mark.usefixtures("record")
def test_no_table_is_truncated(guard: Guarded) -> None:
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {guard.table} CASCADE")
    assert rows(guard.table)


@only_on_postgresql
@each_table
@pytest.mark.usefixtures("record")
def test_replica_role_passes_no_guard_by(guard: Guarded) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    column = next(name for name in columns(guard.table) if name not in guard.erasable)
    refused(guard.table, f'UPDATE "{guard.table}" SET "{column}" = NULL', "never changed")
    refused(guard.table, f'DELETE FROM "{guard.table}"', "deleted")


@only_on_postgresql
@pytest.mark.usefixtures("record")
def test_replica_role_adds_nothing_to_a_written_entry() -> None:
    connection.cursor().execute("SET LOCAL session_replication_role = replica")
    test_no_component_joins_a_step_that_is_recorded()
    test_no_record_joins_an_entry_that_has_one()


@pytest.mark.usefixtures("record")
def test_no_component_joins_a_step_that_is_recorded() -> None:
    statement = copied("INSERT", "titration_component", id="999", position="9")
    refused("titration_component", statement, "its entry is already written")


@pytest.mark.usefixtures("record")
def test_no_record_joins_an_entry_that_has_one() -> None:
    step = DoseStep.objects.latest("entry__number").pk
    key = f"'{step.hex}'" if ON_SQLITE else f"'{step}'::uuid"
    statement = copied("INSERT", "ledger_retraction", entry_id=key)
    refused("ledger_retraction", statement, "its entry is already written")


def test_every_table_that_is_attacked_has_rows(record: None) -> None:
    assert [guard.table for guard in TABLES if not rows(guard.table)] == []


@pytest.mark.django_db
def test_nothing_is_missing_after_a_migration() -> None:
    assert guards.missing() == []


@pytest.mark.django_db
def test_what_is_missing_is_named_and_comes_back() -> None:
    guards.remove()
    assert guards.missing() == sorted(guard.table for guard in TABLES)
    guards.install()
    assert guards.missing() == []


WEAKENED = {
    "sqlite": [
        "DROP TRIGGER append_only_ledger_entry_changed",
        "ALTER TABLE ledger_entry ADD COLUMN remark text",
        "CREATE UNIQUE INDEX one_kind ON ledger_entry (digest)",
    ],
    "postgresql": [
        "DROP TRIGGER append_only_refuse ON ledger_entry",
        "ALTER TABLE ledger_entry DISABLE TRIGGER append_only_refuse",
        "ALTER TABLE ledger_entry ENABLE TRIGGER append_only_refuse",
        "CREATE OR REPLACE TRIGGER append_only_refuse BEFORE DELETE ON ledger_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()",
    ],
}


@pytest.mark.parametrize("statement", WEAKENED[connection.vendor])
@pytest.mark.django_db
def test_guard_that_differs_is_named(statement: str) -> None:
    connection.cursor().execute(statement)
    assert guards.missing() == ["ledger_entry"]
    guards.install()
    assert guards.missing() == []


@only_on_sqlite
@pytest.mark.django_db
def test_trigger_that_does_nothing_is_no_guard() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER append_only_ledger_entry_deleted")
        cursor.execute(
            "CREATE TRIGGER append_only_ledger_entry_deleted BEFORE DELETE ON ledger_entry"
            " BEGIN SELECT 1; END"
        )
    assert guards.missing() == ["ledger_entry"]


@only_on_postgresql
@pytest.mark.django_db
def test_function_that_does_nothing_is_no_guard() -> None:
    connection.cursor().execute(
        "CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'"
    )
    assert guards.missing() == sorted(guard.table for guard in TABLES)
