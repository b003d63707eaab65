"""PostgreSQL's own rights: what the role of the service may do, tried as that role."""

import os
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import AutoField
from django.urls import reverse
from django.utils import timezone

from access.models import AccessedPatient, AccessEvent, Role
from ledger import guards, sealing
from ledger.guards import append_only_models, grants
from ledger.models import Erasure
from tests.everything import everything
from tests.factories import PatientFactory, member
from tests.titration.factories import regimen_of
from tests.titration.recording import record

pytestmark = pytest.mark.django_db

only_on_postgresql = pytest.mark.only_on("postgresql")  # SQLite has no roles

OWNER, APP = f"doses_owner_{os.getpid()}", f"doses_app_{os.getpid()}"
TABLES = [guard.table for guard in guards.guarded()]


@pytest.fixture
def as_app(db: None) -> Iterator[None]:
    """The two roles with their grants, and the app's taken on. All of it ends with the test."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {OWNER}; CREATE ROLE {APP}")
        cursor.execute("; ".join(grants.statements(OWNER, APP)))
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {APP}")
    yield
    connection.cursor().execute("RESET SESSION AUTHORIZATION")


def refuse(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"(permission denied|must be owner)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@only_on_postgresql
@pytest.mark.usefixtures("as_app")
def test_app_records_everything() -> None:
    everything(is_owner=False)
    empty = [model for model in append_only_models() if not model._base_manager.exists()]
    assert empty == [Erasure]


@only_on_postgresql
@pytest.mark.usefixtures("as_app")
def test_app_erases_nobody() -> None:
    patient = PatientFactory()
    by = member(patient.clinic, Role.ADMINISTRATOR).email
    with pytest.raises(CommandError, match="the owner of the tables erases: permission denied"):
        call_command("erase", patient=patient.pk, reason="request", by=by, yes=True)
    assert not Erasure.objects.exists()
    assert patient.versions.get().family_name


@only_on_postgresql
@pytest.mark.usefixtures("as_app")
def test_app_serves_and_records_by_the_pages(client) -> None:
    version = regimen_of()
    client.force_login(version.responsible)
    done = record(client, version.regimen, {"amount": "5", "when": "times", "times": "3"})
    assert done.response.status_code == 302
    for page in (
        reverse("worklist"),
        reverse("patient-list"),
        reverse("patient", args=[version.regimen.patient_id]),
        reverse("regimen", args=[version.regimen_id]),
    ):
        assert client.get(page).status_code == 200


@only_on_postgresql
@pytest.mark.usefixtures("as_app")
def test_app_sees_that_the_guards_are_there() -> None:
    assert guards.missing() == []


@only_on_postgresql
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.usefixtures("as_app")
def test_app_only_reads_and_adds(table: str) -> None:
    with connection.cursor() as cursor:
        column = connection.introspection.get_table_description(cursor, table)[0].name
    refuse(f'UPDATE {table} SET "{column}" = NULL')
    refuse(f"DELETE FROM {table}")
    refuse(f"TRUNCATE {table} CASCADE")
    refuse(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    refuse(f"ALTER TABLE {table} ADD COLUMN more text")
    refuse(f"DROP TABLE {table} CASCADE")
    refuse(f"DROP TRIGGER append_only_refuse ON {table}")


NUMBERED = [
    model._meta.db_table
    for model in guards.append_only_models()
    if isinstance(model._meta.pk, AutoField)
]


@only_on_postgresql
@pytest.mark.parametrize("table", NUMBERED)
@pytest.mark.usefixtures("as_app")
def test_app_chooses_no_number_that_the_database_gives_out(table: str) -> None:
    refuse(f"INSERT INTO {table} (id) VALUES (9223372036854775806)")
    refuse(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 9223372036854775806)")


@only_on_postgresql
@pytest.mark.usefixtures("as_app")
def test_app_seals_access_events() -> None:
    long_ago = timezone.now() - timedelta(days=1)
    event = AccessEvent.objects.create(kind="view", at=long_ago)
    AccessedPatient.objects.bulk_create([AccessedPatient(event=event, patient=uuid4())])
    assert sealing.seal() == 1


def test_tables_with_numbers_are_those_of_events_seals_and_parts() -> None:
    assert {"access_accessevent", "access_accessedpatient", "ledger_accessseal"} <= set(NUMBERED)


@only_on_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE ledger_entry (id uuid)",
        "CREATE SCHEMA mine",
        "DROP SCHEMA public CASCADE",
        "DROP FUNCTION append_only_refuse() CASCADE",
        "ALTER FUNCTION append_only_refuse() RENAME TO gone",
        "DELETE FROM ledger_head",
        "UPDATE ledger_submission SET salt = NULL",
        "DELETE FROM django_migrations",
        "SET ROLE {owner}",
    ],
)
@pytest.mark.usefixtures("as_app")
def test_app_changes_nothing_around_the_tables(statement: str) -> None:
    refuse(statement.format(owner=OWNER))


@only_on_postgresql
def test_command_prints_what_was_tried(capsys) -> None:
    call_command("database_grants", owner=OWNER, app=APP)
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"{statement};" for statement in grants.statements(OWNER, APP)]
    assert f'GRANT SELECT, INSERT ON "ledger_entry" TO "{APP}";' in printed


@pytest.mark.only_on("sqlite")
def test_command_refuses_where_there_are_no_roles() -> None:
    with pytest.raises(CommandError, match="Only PostgreSQL has roles"):
        call_command("database_grants", owner=OWNER, app=APP)


@only_on_postgresql
def test_command_refuses_one_role_for_both() -> None:
    with pytest.raises(CommandError, match="have to be two"):
        call_command("database_grants", owner=OWNER, app=OWNER)
