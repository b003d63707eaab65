"""Queries that Django composes once in a process: to compose one takes longer than to ask it.

    _steps = Composed(lambda regimen: DoseStep.objects.filter(regimen=regimen).values_list("step"))
    rows = _steps(regimen)

What is given are identities, numbers, days, moments, sequences of identities or numbers, or None; a
sequence of another length is another statement, and so is one with None.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateField, DateTimeField, Field, Model, QuerySet, UUIDField
from django.db.models.sql.compiler import SQLCompiler

from access.prepared import Statement

One = UUID | int | date | datetime | None
Given = One | Sequence[UUID] | Sequence[int]

MOST_LENGTHS = 64
_FIELDS: dict[type, Field] = {
    UUID: UUIDField(),
    date: DateField(),
    datetime: DateTimeField(),
}


class Composed:
    """A query of columns (`values_list`) as a function of what it is given. An empty sequence finds
    nothing."""

    def __init__(self, query: Callable[..., QuerySet]) -> None:
        self._query = query
        self._statements: dict[tuple, _Statement] = {}

    def __call__(self, *given: Given) -> Iterator[tuple[Any, ...]]:
        shape = tuple(map(_shape, given))
        if any(length == 0 for _type, length in shape):
            return iter(())
        statement = self._statements.get(shape)
        if statement is None:
            if len(self._statements) >= MOST_LENGTHS:
                self._statements.clear()
            statement = self._statements[shape] = _Statement(self._query, given)
        return statement.ask(given)


class _Statement:
    """The query for what has this shape, put into SQL with stand-ins for what is given."""

    def __init__(self, query: Callable[..., QuerySet], given: Sequence[Given]) -> None:
        numbers = count(2**62 + 1)
        stand_ins = [_stand_in(one, numbers) for one in given]
        self.compiler: SQLCompiler = query(*stand_ins).query.get_compiler(connection=connection)
        sql, parameters = self.compiler.as_sql()
        self.sql = Statement(sql)
        self.takes_as_is = connection.vendor == "postgresql"
        places = {value: place for place, value in enumerate(self._taken(stand_ins))}
        self.places = [places.get(value) for value in parameters]
        self.constants = list(parameters)
        columns = [column for column, *_alias in self.compiler.select[: self.compiler.col_count]]
        self.converters = self.compiler.get_converters(columns)
        if set(places.values()) - set(self.places):
            raise RuntimeError("something that the query was given is no parameter of its SQL")

    def ask(self, given: Sequence[Given]) -> Iterator[tuple]:
        values = self._taken(given)
        parameters = [
            constant if place is None else values[place]
            for place, constant in zip(self.places, self.constants, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        return self._converted(rows) if self.converters else iter(rows)

    def _taken(self, given: Sequence[Given]) -> list[Any]:
        """What is given as the database takes it: PostgreSQL's as it is."""
        flat = _flat(given)
        return flat if self.takes_as_is else [_taken(one) for one in flat]

    def _converted(self, rows: Sequence[tuple]) -> Iterator[tuple]:
        """As Django converts them, but equal values of a column once: many rows repeat a few."""
        columns: list[tuple[int, Sequence[Callable], Any, dict]] = [
            (place, *how, {}) for place, how in self.converters.items()
        ]
        for row in map(list, rows):
            for place, converters, expression, known in columns:
                value = row[place]
                if value not in known:
                    known[value] = value
                    for convert in converters:
                        known[value] = convert(known[value], expression, connection)
                row[place] = known[value]
            yield tuple(row)


def _shape(one: Given) -> tuple[type, int | None]:
    if isinstance(one, One):
        return type(one), None
    return type(one[0]) if one else UUID, len(one)


def _stand_in(one: Given, numbers: Iterator[int]) -> Given:
    if one is None:
        return None
    if isinstance(one, UUID):
        return UUID(int=next(numbers))
    if isinstance(one, int):
        return next(numbers)
    if isinstance(one, date):
        day = date.fromordinal(next(numbers) - 2**62)
        return datetime.combine(day, time(), UTC) if isinstance(one, datetime) else day
    return [_stand_in(each, numbers) for each in one]  # type: ignore[return-value]


def _flat(given: Sequence[Given]) -> list[Any]:
    """What is given but None, one by one."""
    flat: list[Any] = []
    for one in given:
        if one is not None:
            flat += [one] if isinstance(one, One) else one
    return flat


def _taken(one: One) -> Any:
    field = _FIELDS.get(type(one))
    return field.get_db_prep_value(one, connection) if field else one


class Rows:
    """Rows of a model with the rows that they lead to: what `select_related` reads.

        _versions = Rows(Version, lambda key: Version.objects.filter(regimen=key), "entry")
        for version in _versions(regimen):

    A path comes after the one that it begins with.
    """

    def __init__(
        self, model: type[Model], query: Callable[..., QuerySet], *paths: str, **annotations: Any
    ) -> None:
        self._annotations = list(annotations)
        self._parts = [_Part("", model), *(_Part(path, _reached(model, path)) for path in paths)]
        columns = [column for part in self._parts for column in part.columns]
        self._composed = Composed(
            lambda *given: query(*given).annotate(**annotations).values_list(*columns, *annotations)
        )

    def __call__(self, *given: Given) -> Iterator[Any]:
        return (self._made(list(row)) for row in self._composed(*given))

    def _made(self, row: list[Any]) -> Model:
        made: dict[str, Model] = {}
        for part in self._parts:
            values, row = row[: len(part.names)], row[len(part.names) :]
            one = made[part.path] = part.model.from_db(connection.alias, part.names, values)
            if part.path:
                parent, _found, name = part.path.rpartition("__")
                relation: Any = made[parent]._meta.get_field(name)
                relation.set_cached_value(made[parent], one)
        for name, value in zip(self._annotations, row, strict=True):
            setattr(made[""], name, value)
        return made[""]


class Joined:
    """One row of a model by its key, with the rows that it leads to.

        _regimen = Joined(Regimen, "clinic", "card", "card__version", has_plans=Exists(...))
        regimen = _regimen(key)

    Raises the model's DoesNotExist.
    """

    def __init__(self, model: type[Model], *paths: str, **annotations: Any) -> None:
        self._model = model
        self._rows = Rows(
            model, lambda key: model._default_manager.filter(pk=key), *paths, **annotations
        )

    def __call__(self, key: UUID) -> Any:
        for row in self._rows(key):
            return row
        raise self._model.DoesNotExist  # type: ignore[attr-defined]  # every model has its own


class _Part:
    """The columns of one of the rows."""

    def __init__(self, path: str, model: type[Model]) -> None:
        self.path, self.model = path, model
        self.names = [field.attname for field in model._meta.concrete_fields]
        self.columns = [f"{path}__{name}" if path else name for name in self.names]


def _reached(model: type[Model], path: str) -> type[Model]:
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model
