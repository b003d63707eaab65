"""Guards as SQLite has them: triggers that say all they need in their own text.

REPLACE deletes without a word whichever row is in its way, so an insert is refused when any key of
the table exists: the rowid, and the columns of every unique index, partial ones too.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.guards import Guarded

Guards = dict[tuple[str, str], str]
"""By table and name of the trigger: the statement that makes it."""


def wanted(cursor: Any, tables: Iterable["Guarded"], entries: tuple[str, str]) -> Guards:
    """The triggers that these tables have to have; `entries` is the entries' table and key."""
    return {
        (guard.table, name): sql
        for guard in tables
        for name, sql in _triggers(cursor, guard, entries)
    }


def found(cursor: Any) -> Guards:
    """The triggers that are there."""
    cursor.execute(
        "SELECT tbl_name, name, sql FROM sqlite_master"
        " WHERE type = 'trigger' AND name LIKE 'append!_only!_%' ESCAPE '!'"
    )
    return {(table, name): sql for table, name, sql in cursor.fetchall()}


def create(cursor: Any, tables: Iterable["Guarded"], entries: tuple[str, str]) -> None:
    for sql in wanted(cursor, tables, entries).values():
        cursor.execute(sql)


def drop(cursor: Any) -> None:
    for _table, name in found(cursor):
        cursor.execute(f'DROP TRIGGER "{name}"')


def _triggers(cursor: Any, guard: "Guarded", entries: tuple[str, str]) -> Iterator[tuple[str, str]]:
    def trigger(event: str, when: str, words: str) -> tuple[str, str]:
        name = f"append_only_{guard.table}_{words.split()[-1]}"
        condition = f" WHEN {when}" if when else ""
        return name, (
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{guard.table}"{condition}'
            f" BEGIN SELECT RAISE(ABORT, '{guard.table}: {words}'); END"
        )

    yield trigger("DELETE", "", "a row is never deleted")
    yield trigger("UPDATE", _changes(cursor, guard), "a row is never changed")
    yield trigger("INSERT", _exists(cursor, guard.table), "a row is never replaced")
    if guard.parent:
        table, key = entries
        written = f'EXISTS (SELECT 1 FROM "{table}" WHERE "{key}" = NEW."{guard.parent}")'
        yield trigger("INSERT", written, "its entry is already written")


def _changes(cursor: Any, guard: "Guarded") -> str:
    """That an update is no erasure: something else changes, or something erasable stays."""
    if not guard.erasable:
        return ""
    cursor.execute(f'PRAGMA table_info("{guard.table}")')
    columns = [name for _id, name, *_rest in cursor.fetchall()]
    kept = ["rowid", *(f'"{name}"' for name in columns if name not in guard.erasable)]
    return " OR ".join(
        [f"NEW.{name} IS NOT OLD.{name}" for name in kept]
        + [f'NEW."{name}" IS NOT NULL' for name in guard.erasable]
    )


def _exists(cursor: Any, table: str) -> str:
    """That one of the new row's keys is taken. A rowid that is yet to be given is -1 here."""
    cursor.execute(f'PRAGMA table_info("{table}")')
    names = [name for _id, name, *_rest in cursor.fetchall()]
    new_row = ", ".join(f'NEW."{name}" AS "{name}"' for name in names)
    taken = [f'EXISTS (SELECT 1 FROM "{table}" WHERE rowid = NEW.rowid)']
    for columns, condition in _unique(cursor, table):
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        if condition:
            same = f"{same} AND {condition}"
        key = f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'
        if condition:
            key = f"{key} AND EXISTS (SELECT 1 FROM (SELECT {new_row}) WHERE {condition})"
        taken.append(key)
    return " OR ".join(taken)


def _unique(cursor: Any, table: str) -> list[tuple[list[str], str]]:
    """The columns of each unique index, and which rows it holds where it is a partial one."""
    cursor.execute(f'PRAGMA index_list("{table}")')
    names = sorted(name for _seq, name, is_unique, *_rest in cursor.fetchall() if is_unique)
    found = []
    for name in names:
        cursor.execute(f'PRAGMA index_info("{name}")')
        columns = [column for _seq, _cid, column in cursor.fetchall()]
        if None in columns:
            raise NotImplementedError(f"{name}: a unique index over an expression has no guard")
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
        [sql] = cursor.fetchone()
        condition = (sql or "").partition(" WHERE ")[2]
        found.append((columns, condition and f"({condition})"))
    return found
