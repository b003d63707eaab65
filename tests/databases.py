"""Databases beside the one of the tests, for what has to happen to a whole database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import psycopg2
from django.core.signals import request_started
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg2 import sql

_numbers = count(1)


@contextmanager
def empty_database() -> Iterator[str]:
    """A new database without a table, on the engine of the settings: its name."""
    if connection.vendor == "sqlite":
        with TemporaryDirectory(prefix="dose-ledger-") as folder:
            yield str(Path(folder) / "db.sqlite3")
    else:
        with _created(None) as name:
            yield name


@contextmanager
def copied_database(original: str = "") -> Iterator[str]:
    """A copy of this database, else of the one that is connected to, as it is committed: its name.

    The connection is closed; what it had not committed is lost.
    """
    original = original or connection.settings_dict["NAME"]
    if connection.connection is not None:
        # Closed alone, SQLite keeps its lock for as long as anything holds a cursor of it.
        connection.connection.rollback()
    connection.close()
    if connection.vendor == "sqlite":
        with empty_database() as name:
            with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(name)) as to:
                source.backup(to)
            yield name
    else:
        with _created(original) as name:
            yield name


@contextmanager
def _created(template: str | None) -> Iterator[str]:
    original = connection.settings_dict["NAME"]
    name = f"{original}_{next(_numbers)}"
    connection.close()  # a database with a connection is no template
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    with closing(psycopg2.connect(**parameters)) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            cursor.execute(drop)
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template or "template1")
                )
            )
            try:
                yield name
            finally:
                cursor.execute(drop)


@contextmanager
def connected_to(name: str, **elsewhere: str) -> Iterator[None]:
    """Django's connections go to this database meanwhile, those of other threads too.

    `elsewhere` are HOST, PORT, USER and PASSWORD where it is one of another server. The connection
    before is set aside as it is, in whatever transaction it is.
    """
    before = connections[DEFAULT_DB_ALIAS]
    original = {key: before.settings_dict[key] for key in ("NAME", *elsewhere)}
    before.settings_dict.update(NAME=name, **elsewhere)  # shared by every thread's connections
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connection.close()
        before.settings_dict.update(original)
        connections[DEFAULT_DB_ALIAS] = before


@receiver(connection_created)
def note_database(connection, **_others: Any) -> None:
    connection.connected_to = connection.settings_dict["NAME"]


@receiver(request_started)
def go_to_the_database_of_now(**_others: Any) -> None:
    """A thread of the tests' server serves a browser, and has a connection, from test to test."""
    if connection.connection and connection.connected_to != connection.settings_dict["NAME"]:
        connection.close()


def address(name: str, at: str = "") -> str:
    """The DATABASE_URL of a database on the engine of the settings, or of PostgreSQL elsewhere."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    to = connection.settings_dict
    who = quote(to["USER"]) + (f":{quote(to['PASSWORD'])}" if to["PASSWORD"] else "")
    host, port = to["HOST"], f":{to['PORT']}" if to["PORT"] else ""
    place = at or (f"/{host}" if host.startswith("/") else f"{host}{port}")
    return f"postgres://{who}@{place}/{name}"


def queries(count: int) -> int:
    """`count` queries of a page on SQLite: PostgreSQL takes its event and patients as one."""
    return count - 1 if connection.vendor == "postgresql" else count
