"""Inserting rows of one table: by COPY where they come by the hundred on PostgreSQL."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from io import StringIO
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, models

FEWEST_TO_COPY = 500

NULL = r"\N"
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
ESCAPED = re.compile(r"[\\\t\n\r]").search

Query = tuple[str, Sequence[Any]]
"""A statement, and its values."""


def insert(
    *tables: Sequence[models.Model], first: Iterable[Query] = (), then: Iterable[Query] = ()
) -> None:
    """Do what comes first, insert new rows, those of each model in turn, and do what comes then.

    Whether a row's automatic number is set on it is left open.
    """
    queries: list[Query] = [*first]
    for rows in tables:
        if connection.vendor == "postgresql" and len(rows) >= FEWEST_TO_COPY:
            send(queries)
            queries = []
            _copy(rows)
        else:
            queries += inserting(rows)
    send([*queries, *then])


def send(queries: Sequence[Query]) -> None:
    """Carry out these statements in order: on PostgreSQL by one way to the server and back."""
    if connection.vendor == "postgresql" and queries:
        sql, values = zip(*queries, strict=True)
        queries = [("; ".join(sql), list(chain(*values)))]
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(*query)


class _Column(NamedTuple):
    """`is_key` of another row, which may have got it later; `is_taken` by the driver as it is."""

    field: models.Field
    is_key: bool
    is_taken: bool


class _Table(NamedTuple):
    """The columns of a model but its automatic number, and its INSERT around the values.

    `read` takes the state of a row, and the values of the columns.
    """

    columns: list[_Column]
    read: Callable[[models.Model], tuple[Any, ...]]
    names: str
    insert: str
    marks: str
    or_replaced: str


@cache
def _table(model: type[models.Model]) -> _Table:
    quote, meta = connection.ops.quote_name, model._meta
    fields = [f for f in meta.concrete_fields if not isinstance(f, models.AutoField)]
    names = [quote(str(field.column)) for field in fields]
    listed = ", ".join(names)
    replaced = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
    is_postgresql = connection.vendor == "postgresql"
    return _Table(
        columns=[
            _Column(
                field,
                is_key=isinstance(field, models.ForeignKey),
                is_taken=is_postgresql and not isinstance(field, models.JSONField),
            )
            for field in fields
        ],
        read=attrgetter("_state", *(field.attname for field in fields)),
        names=listed,
        insert=f"INSERT INTO {quote(meta.db_table)} ({listed}) VALUES",
        marks=f"({', '.join(['%s'] * len(fields))})",
        or_replaced=f"ON CONFLICT ({quote(str(meta.pk.column))}) DO UPDATE SET {replaced}",
    )


def inserting(rows: Sequence[models.Model], or_else: str = "") -> Iterator[Query]:
    """What inserts new rows of one model: so many at once as the database takes values."""
    if not rows:
        return
    table = _table(type(rows[0]))
    most = _most_values() // len(table.columns)
    for start in range(0, len(rows), most):
        columns = [
            values
            if column.is_taken
            else [column.field.get_db_prep_save(value, connection) for value in values]
            for column, values in _values(table, rows[start : start + most])
        ]
        marks = ", ".join([table.marks] * len(columns[0]))
        values = list(chain(*zip(*columns, strict=True)))
        yield f"{table.insert} {marks}{or_else}", values


def replacing(rows: Sequence[models.Model]) -> Iterator[Query]:
    """What inserts rows of one model by their key, or has those that are there say the same."""
    if rows:
        yield from inserting(rows, f" {_table(type(rows[0])).or_replaced}")


def deleting(model: type[models.Model], numbers: Sequence[int]) -> Iterator[Query]:
    """What deletes the rows of a model with these automatic numbers, to which no row refers."""
    most, name = _most_values(), connection.ops.quote_name(model._meta.db_table)
    for start in range(0, len(numbers), most):
        some = numbers[start : start + most]
        marks = ", ".join(["%s"] * len(some))
        yield f"DELETE FROM {name} WHERE id IN ({marks})", some  # noqa: S608 - all ours


def _most_values() -> int:
    """How many values a statement may have."""
    return connection.features.max_query_params or 2**15


def _values(table: _Table, rows: Sequence[models.Model]) -> Iterator[tuple[_Column, Sequence[Any]]]:
    """The values of each column of rows that are about to be in the database."""
    # Row by row, and turned: a pass over all rows for each column would leave the cache each time.
    states, *columns = zip(*map(table.read, rows), strict=True)
    for column, values in zip(table.columns, columns, strict=True):
        yield column, _with_keys(column.field, states, values) if column.is_key else values
    alias = connection.alias
    for state in states:
        state.adding = False
        state.db = alias


def _copy(rows: Sequence[models.Model]) -> None:
    """COPY writes what INSERT would, constraints and triggers included, at a fifth of the cost."""
    table = _table(type(rows[0]))
    written = [_written(column.field, values) for column, values in _values(table, rows)]
    lines = map("\t".join, zip(*written, strict=True))
    text = StringIO("\n".join([*lines, ""]))
    name = connection.ops.quote_name(rows[0]._meta.db_table)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {name} ({table.names}) FROM STDIN", text)


def _with_keys(
    field: models.Field, states: Iterable[models.base.ModelState], values: Sequence[Any]
) -> Sequence[Any]:
    """The keys; a row that was related before it had its key gives it now."""
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
