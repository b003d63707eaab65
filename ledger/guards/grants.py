"""Who may do what in PostgreSQL: a role that owns the tables, and one that the service runs as."""

from collections.abc import Iterator

from django.apps import apps
from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder

from ledger import guards
from ledger.models import Head

READ = "SELECT"
KEEP = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def statements(owner: str, app: str) -> Iterator[str]:
    """What a superuser runs, each time after the migrations, for the roles of these names.

    The tables have to be there. The app's role is left with what is granted here and no more.
    """
    quote = connection.ops.quote_name
    owner, app, database = quote(owner), quote(app), quote(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = quote(cursor.fetchone()[0])
        cursor.execute(
            r"SELECT oid::regprocedure FROM pg_proc"
            r" WHERE pronamespace = current_schema()::regnamespace"
            r" AND proname LIKE 'append\_only\_%' ORDER BY 1"
        )
        functions = [name for (name,) in cursor.fetchall()]
    tables = dict(sorted(rights().items()))
    yield f"REVOKE {owner} FROM {app}"
    yield f"ALTER DATABASE {database} OWNER TO {owner}"
    yield f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {app}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {app}"
    yield f"ALTER SCHEMA {schema} OWNER TO {owner}"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {app}"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {app}"
    for name in functions:
        yield f"ALTER FUNCTION {name} OWNER TO {owner}"
    for table in tables:
        yield f"ALTER TABLE {quote(table)} OWNER TO {owner}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {app}"
    for table, granted in tables.items():
        yield f"GRANT {granted} ON {quote(table)} TO {app}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {app}"


def rights() -> dict[str, str]:
    """What the app may do with each table of the service."""
    tables = apps.get_models(include_auto_created=True)
    of_cache = [cache for cache in caches.all() if isinstance(cache, BaseDatabaseCache)]
    return {
        **{model._meta.db_table: ALL for model in tables if model._meta.managed},
        **{cache._table: ALL for cache in of_cache},  # type: ignore[attr-defined]
        MigrationRecorder.Migration._meta.db_table: READ,
        Head._meta.db_table: KEEP,
        **{model._meta.db_table: _add(model) for model in guards.append_only_models()},
    }


def _add(model: type[models.Model]) -> str:
    """To read and to insert; a number that the database gives out is nobody's to choose."""
    columns = model._meta.concrete_fields
    chosen = [str(field.column) for field in columns if not isinstance(field, models.AutoField)]
    if len(chosen) == len(columns):
        return "SELECT, INSERT"
    return f"SELECT, INSERT ({', '.join(map(connection.ops.quote_name, chosen))})"
