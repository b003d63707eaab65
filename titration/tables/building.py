"""A record of the models made of its rows, with its parts, each value checked by its field."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.db import models

from ledger.models import AppendOnly, Record
from titration.tables.columns import Column
from titration.tables.declared import TABLES, Table
from titration.tables.entries import Said
from titration.tables.reading import Values

Relate = Callable[[Column, Values], models.Model | None]
"""What the value of a column leads to, in a row."""

PART_TABLES = {table.model: table for table in TABLES.values() if table.parent}
SPREAD_TABLES = {table.model: table for table in TABLES.values() if table.spread}


def built(said: Said, relate: Relate, identity: Callable[[UUID], UUID]) -> Record:
    """The record that an entry recorded, not yet added. Raises ValidationError, by columns.

    `identity` is what becomes of a uuid that leads to no row.
    """

    def values_of(table: Table, row: Values, parent: models.Model | None) -> Values:
        values: Values = {}
        for column in table.columns:
            field, value = column.field, row[column.name]
            if column.name in {"entry", table.counts, *table.also}:
                continue
            if parent is not None and column.name == table.model.PARENT:
                values[field.name] = parent
            elif field.related_model is not None:
                values[field.name] = relate(column, row)
            else:
                values[field.name] = identity(value) if isinstance(value, UUID) else value
        return values

    model = cast(type[Record], said.table.model)
    record = model(**values_of(said.table, said.row, None))
    if spread := SPREAD_TABLES.get(model):
        rows = said.parts[spread.name]
        lines = [{name: row[name] for name in spread.parts if row[name]} for row in rows]
        setattr(record, spread.spread, lines)
    _clean(record)
    for name, relation in record.PARTS.items():
        part = cast(type[AppendOnly], record._meta.get_field(relation).related_model)
        table = PART_TABLES[part]
        parts = [part(**values_of(table, row, record)) for row in said.parts[table.name]]
        for each in parts:
            _clean(each)
        setattr(record, name, parts)
    return record


def _clean(row: AppendOnly) -> None:
    """Check each value by its field; what relations and constraints ask is the database's.

    Whether something has to stand in a column was asked when it was read.
    """
    left_out = [
        field.name
        for field in row._meta.concrete_fields
        if field.is_relation
        or isinstance(field, models.JSONField)
        or getattr(row, field.attname) in (None, "")
    ]
    row.clean_fields(exclude=left_out)
