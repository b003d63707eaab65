"""Guards as PostgreSQL has them: four functions, and triggers that call them.

The triggers are ENABLE ALWAYS, so that `session_replication_role = replica` does not pass them by.
Every name in a function is qualified: a temporary table of the same name comes first otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.guards import Guarded

# Bits of pg_trigger.tgtype.
ROW, BEFORE, INSERT, DELETE, UPDATE, TRUNCATE = 1, 2, 4, 8, 16, 32
EVENTS = {INSERT: "INSERT", DELETE: "DELETE", UPDATE: "UPDATE", TRUNCATE: "TRUNCATE"}

REFUSE = """
BEGIN
    RAISE EXCEPTION '%: a row is never changed or deleted', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
"""

ERASE = """
BEGIN
    IF to_jsonb(OLD) - TG_ARGV = to_jsonb(NEW) - TG_ARGV
        AND NOT EXISTS (
            SELECT FROM unnest(TG_ARGV) AS erasable (name)
            WHERE to_jsonb(NEW) ->> erasable.name IS NOT NULL
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '%: a row is never changed', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
"""

LATE = """
BEGIN
    IF EXISTS (SELECT FROM added JOIN {entries} AS entry ON entry.{key} = added.{parent}) THEN
        RAISE EXCEPTION '%: its entry is already written', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
"""


@dataclass(frozen=True)
class Trigger:
    """A trigger and its function, as the catalogue has them.

    `added` is what the function calls the rows of the statement; `enabled` is "A", always.
    """

    type: int
    function: str
    source: str
    arguments: tuple[str, ...] = ()
    added: str | None = None
    enabled: str = "A"
    is_unconditional: bool = True

    def statements(self, table: str, name: str) -> Iterator[str]:
        """What makes the trigger; its function is there."""
        time = "BEFORE" if self.type & BEFORE else "AFTER"
        events = " OR ".join(word for bit, word in EVENTS.items() if self.type & bit)
        added = f" REFERENCING NEW TABLE AS {self.added}" if self.added else ""
        each = "ROW" if self.type & ROW else "STATEMENT"
        arguments = ", ".join(f"'{argument}'" for argument in self.arguments)
        yield (
            f"CREATE TRIGGER {name} {time} {events} ON {table}{added}"
            f" FOR EACH {each} EXECUTE FUNCTION {self.function}({arguments})"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"


Guards = dict[tuple[str, str], Trigger]
"""By table and name of the trigger."""


def wanted(cursor: Any, tables: Iterable["Guarded"], entries: tuple[str, str]) -> Guards:
    """The triggers that these tables have to have; `entries` is the entries' table and key."""
    cursor.execute("SELECT quote_ident(current_schema())")
    [schema] = cursor.fetchone()
    return {
        (guard.table, f"append_only_{name}"): trigger
        for guard in tables
        for name, trigger in _triggers(guard, f"{schema}.{entries[0]}", entries[1])
    }


def _triggers(guard: "Guarded", entries: str, key: str) -> Iterator[tuple[str, Trigger]]:
    """One check for a whole statement where that will do: a load inserts thousands of rows."""
    if guard.erasable:
        kinds = BEFORE | DELETE | TRUNCATE
        yield "erase", Trigger(ROW | BEFORE | UPDATE, "append_only_erase", ERASE, guard.erasable)
    else:
        kinds = BEFORE | DELETE | TRUNCATE | UPDATE
    yield "refuse", Trigger(kinds, "append_only_refuse", REFUSE)
    if guard.parent:
        source = LATE.format(entries=entries, key=key, parent=guard.parent)
        yield "late", Trigger(INSERT, f"append_only_late_{guard.parent}", source, added="added")


def found(cursor: Any) -> Guards:
    """The triggers that are there."""
    cursor.execute(
        r"""
        SELECT relname, tgname, tgtype, proname, prosrc, encode(tgargs, 'escape'), tgnewtable,
            tgenabled, tgqual IS NULL AND tgattr = ''
        FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid
        JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE relnamespace = current_schema()::regnamespace
            AND pronamespace = current_schema()::regnamespace
            AND tgname LIKE 'append\_only\_%'
        """
    )
    return {
        (table, name): Trigger(kind, function, source, tuple(arguments.split(r"\000")[:-1]), *rest)
        for table, name, kind, function, source, arguments, *rest in cursor.fetchall()
    }


def create(cursor: Any, tables: Iterable["Guarded"], entries: tuple[str, str]) -> None:
    guards = wanted(cursor, tables, entries)
    functions = {trigger.function: trigger.source for trigger in guards.values()}
    statements = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${source}$guard$"
        for name, source in functions.items()
    ]
    for (table, name), trigger in guards.items():
        statements += trigger.statements(table, name)
    if statements:
        cursor.execute("; ".join(statements))


def drop(cursor: Any) -> None:
    """With its function goes every trigger that calls it."""
    cursor.execute(
        r"""
        SELECT string_agg(format('DROP FUNCTION %s CASCADE', oid::regprocedure), '; ')
        FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'append\_only\_%'
        """
    )
    [statements] = cursor.fetchone()
    if statements:
        cursor.execute(statements)
