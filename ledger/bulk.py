"""Inserting rows of one table: by COPY where they come by the hundred on PostgreSQL."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from operator import attrgetter
from typing import Any

from django.db import connection, models

FEWEST_TO_COPY = 500
AT_ONCE = 2000

NULL = r"\N"
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
ESCAPED = re.compile(r"[\\\t\n\r]").search


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model. Whether a row's automatic number is set on it is left open."""
    if connection.vendor == "postgresql" and len(rows) >= FEWEST_TO_COPY:
        _copy(rows)
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=AT_ONCE)


def _copy(rows: Sequence[models.Model]) -> None:
    """COPY writes what INSERT would, constraints and triggers included, at a fifth of the cost."""
    meta = type(rows[0])._meta
    fields = [f for f in meta.concrete_fields if not isinstance(f, models.AutoField)]
    # Row by row, and turned: a pass over all rows for each column would leave the cache each time.
    read = attrgetter("_state", *(field.attname for field in fields))
    states, *columns = zip(*map(read, rows), strict=True)
    written = [
        _written(field, _with_keys(field, states, values))
        for field, values in zip(fields, columns, strict=True)
    ]
    lines = map("\t".join, zip(*written, strict=True))
    text = StringIO("\n".join([*lines, ""]))
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(meta.db_table)} ({names}) FROM STDIN", text)
    for state in states:
        state.adding = False
        state.db = connection.alias


def _with_keys(
    field: models.Field, states: Iterable[models.base.ModelState], values: Sequence[Any]
) -> Sequence[Any]:
    """The values; a row that was related before it had its key gives it now."""
    if not isinstance(field, models.ForeignKey):
        return values
    return [
        getattr(state.fields_cache.get(field.name), "pk", None) if value is None else value
        for state, value in zip(states, values, strict=True)
    ]


def _written(field: models.Field, values: Sequence[Any]) -> Iterable[str]:
    """The values of a column as COPY's text format has them, each that recurs written once."""
    if isinstance(field, models.JSONField):
        return [_escaped(json.dumps(value, cls=field.encoder)) for value in values]
    is_text = isinstance(field, models.CharField | models.TextField)
    write: Callable[[Any], str] = _escaped if is_text else str
    written = {value: NULL if value is None else write(value) for value in set(values)}
    return map(written.__getitem__, values)


def _escaped(text: str) -> str:
    return text.translate(ESCAPES) if ESCAPED(text) else text
