"""Prepared statements answer as the same statements do that are planned anew each time."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

import access.prepared
from access.models import Clinic
from access.prepared import MOST, Repeated, Sent, Statement
from tests.factories import ClinicFactory

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]

SOME = UUID("0b4d1b0e-6f0e-4c0e-9d0a-3f3b6b1c2d4e")


@pytest.fixture(autouse=True)
def nothing_is_prepared(db) -> None:
    connection.ensure_connection()
    connection.connection.names.clear()
    run("DEALLOCATE ALL")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def ask(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(Statement(sql), values)
        return cursor.fetchall()


def prepared() -> list[str]:
    """The texts of what the session has prepared, as PostgreSQL tells them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")
        return [text for (text,) in cursor.fetchall()]


def test_what_is_asked_again_is_prepared_once_and_answers_with_the_values_of_each_time():
    asked = [
        (SOME, 7, date(2026, 11, 16), Decimal("2.50"), datetime(2026, 11, 16, 9, tzinfo=UTC)),
        (uuid4(), -(2**40), date(2024, 2, 29), Decimal("0.000001"), datetime.now(UTC)),
        (uuid4(), 2**63 - 1, date.min, Decimal(12345678), datetime(1, 1, 2, tzinfo=UTC)),
    ]
    assert [ask("SELECT %s, %s, %s, %s, %s", *values) for values in asked] == [[v] for v in asked]
    assert len(prepared()) == 1


def test_what_is_asked_with_the_same_values_each_time_is_put_into_sql_once(monkeypatch):
    repeated = Repeated("SELECT %s, %s, '100%%', %s")
    values = [SOME, "50% of it", [1, 2]]
    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute(repeated, values)
            assert cursor.fetchall() == [(SOME, "50% of it", "100%", [1, 2])]
    monkeypatch.setattr(access.prepared, "_kind", lambda value: pytest.fail("looked at again"))
    with connection.cursor() as cursor:
        cursor.execute(repeated, values)
        assert cursor.fetchall() == [(SOME, "50% of it", "100%", [1, 2])]
    assert len(prepared()) == 1


def test_what_is_asked_once_is_not_prepared():
    ask("SELECT %s", 7)
    assert prepared() == []


@pytest.mark.parametrize(
    "value",
    [
        "eve'n %s",
        "",
        None,
        True,
        1.5,
        2**70,
        ["a", "b"],
        [Sent("a,b")],
        [[1, 2], [3, 4]],
        [7, None],
    ],
)
def test_what_stays_in_the_statement_is_read_as_it_is(value):
    for number in (1, 2, 3):
        assert ask("SELECT %s, '100%%', %s", value, number) == [(value, "100%", number)]
    assert len(prepared()) == 1


def test_preparing_within_a_transaction_leaves_no_savepoint_open():
    for _time in range(2):
        ask("SELECT %s", 7)
    [name] = connection.connection.names.values()
    with pytest.raises(Error, match="does not exist"), transaction.atomic():
        run(f"RELEASE SAVEPOINT {name}")


def test_another_text_is_another_statement():
    for kind in ("dose", "withhold") * 2:
        assert ask("SELECT %s", kind) == [(kind,)]
    assert len(prepared()) == 2


def test_a_list_of_another_length_is_the_same_statement():
    clinics = [ClinicFactory(name=name).pk for name in ("Riverside", "Hillside", "Seaside")]
    for count in (1, 2, 3):
        marks = ", ".join(["%s"] * count)
        sql = f"SELECT id FROM access_clinic WHERE id > %s AND id IN ({marks}) AND id < %s"
        found = ask(f"{sql} ORDER BY id", 0, *clinics[:count], 2**31)
        assert found == [(clinic,) for clinic in clinics[:count]]
        kept = ask(sql.replace("id IN", "id NOT IN"), 0, *clinics[:count], 2**31)
        assert {key for (key,) in kept} == set(clinics[count:])
    assert len([text for text in prepared() if "NOT IN" not in text]) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SOME, UUID(int=1)),
        (7, -(2**63)),
        (date(2026, 11, 16), date(1, 2, 3)),
        (datetime(2026, 11, 16, 9, 30, 0, 5, UTC), datetime(1, 1, 2, tzinfo=UTC)),
        (Decimal("2.50"), Decimal("0.000001")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_list_is_sent_as_a_value_whatever_it_is_of(one, other):
    for values in ([one, other], [other], [one, one, other], [other, one]):
        assert ask("SELECT %s", values) == [(values,)]
    assert len(prepared()) == 1


def test_a_text_that_is_sent_is_a_value():
    for text in ("dose", "", "eve'n \\ %s"):
        assert ask("SELECT %s", Sent(text)) == [(text,)]
    assert len(prepared()) == 1


def test_the_log_of_queries_tells_the_statement_with_its_values():
    with CaptureQueriesContext(connection) as asked:
        for number in (1, 2):
            ask("SELECT %s", number)
    assert [query["sql"] for query in asked] == ["SELECT 1", "SELECT 2"]


def test_what_cannot_be_prepared_is_asked_as_it_is_and_breaks_no_transaction():
    """A place in a list of groups has to be the same each time, and two values are not."""
    sql = "SELECT upper(name || %s) FROM access_clinic GROUP BY upper(name || %s)"
    sql = sql.replace("%s", "%s::bigint")
    ClinicFactory(name="Riverside")
    for number in (1, 2, 3):
        with transaction.atomic():
            assert ask(sql, number, number) == [(f"RIVERSIDE{number}",)]
    assert prepared() == []
    assert Clinic.objects.count() == 1


def test_what_has_no_values_and_what_is_fetched_in_parts_is_asked_as_it_is():
    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute(Statement("SELECT '100%'"))
            assert cursor.fetchall() == [("100%",)]
        with connection.chunked_cursor() as cursor:
            cursor.execute(Statement("SELECT %s"), [7])
            assert cursor.fetchall() == [(7,)]
    assert prepared() == []


def test_a_connection_keeps_no_more_than_so_many():
    for number in range(MOST + 3):
        for _time in range(2):
            ask(f"SELECT {number}, %s", 7)
    assert len(prepared()) == len(connection.connection.names) == MOST
    assert f"SELECT {MOST + 2}, " in prepared()[-1]


def test_one_plan_serves_all_values_none_is_compiled_and_keys_are_found_by_an_index():
    for name, value in (
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
        ("random_page_cost", "1.1"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)


@pytest.mark.parametrize(
    "behind", ["DEALLOCATE ALL", "DISCARD PLANS", "ALTER TABLE known ADD COLUMN more int"]
)
def test_what_happens_to_the_session_or_the_table_shows_in_the_answer(own_database, behind):
    run("CREATE TABLE known AS SELECT 7 AS number")
    for _time in range(3):
        assert ask("SELECT * FROM known WHERE number > %s", 0) == [(7,)]
    run(behind)
    rows = [(7, None)] if "ALTER" in behind else [(7,)]
    for _time in range(3):
        assert ask("SELECT * FROM known WHERE number > %s", 0) == rows


def test_within_a_transaction_it_fails_once_and_answers_the_next_time(own_database):
    for _time in range(2):
        ask("SELECT %s", 7)
    run("DEALLOCATE ALL")
    with pytest.raises(Error), transaction.atomic():
        ask("SELECT %s", 7)
    with transaction.atomic():
        assert ask("SELECT %s", 7) == [(7,)]
