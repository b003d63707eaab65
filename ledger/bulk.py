"""Inserting rows of one table: by COPY where they come by the hundred on PostgreSQL."""

import json
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Any

from django.db import connection, models

FEWEST_TO_COPY = 500
AT_ONCE = 2000

NULL = r"\N"
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model. Whether a row's automatic number is set on it is left open."""
    if connection.vendor == "postgresql" and len(rows) >= FEWEST_TO_COPY:
        _copy(rows)
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=AT_ONCE)


def _copy(rows: Sequence[models.Model]) -> None:
    """COPY writes what INSERT would, constraints and triggers included, at a third of the cost."""
    meta = type(rows[0])._meta
    fields = [f for f in meta.concrete_fields if not isinstance(f, models.AutoField)]
    columns = [map(_writer(field), _values(rows, field)) for field in fields]
    lines = "".join(f"{line}\n" for line in map("\t".join, zip(*columns, strict=True)))
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(meta.db_table)} ({names}) FROM STDIN", StringIO(lines))
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _values(rows: Sequence[models.Model], field: models.Field) -> Iterable[Any]:
    """The field of each row; a row that was related before it had its key gives it now."""
    name = field.attname
    if isinstance(field, models.ForeignKey):
        related = field.get_cached_value
        return (getattr(row, name) or getattr(related(row, None), "pk", None) for row in rows)
    return (getattr(row, name) for row in rows)


def _writer(field: models.Field) -> Callable[[Any], str]:
    """How the values of a field are written in COPY's text format."""
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder).translate(ESCAPES)
    if isinstance(field, models.CharField | models.TextField):
        return lambda value: NULL if value is None else value.translate(ESCAPES)
    return lambda value: NULL if value is None else str(value)
