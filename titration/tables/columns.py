"""What a column of a table is, made of the field of a model that it holds."""

from dataclasses import dataclass

from django.db import models

from access.models import Clinic, User
from ledger.models import AppendOnly, Entry, Record

# Keys of the database and what seals erased text: nothing that was written.
UNSAID = frozenset({"id", "salt", "sealed"})


@dataclass(frozen=True)
class Column:
    """A column: its name, the way to its value from a row, the field that it holds.

    `kind` is a type of a Table Schema field. `refers` is the model whose entry a number names.
    """

    name: str
    path: str
    field: models.Field
    kind: str
    refers: type[models.Model] | None = None

    @property
    def is_needed(self) -> bool:
        """Whether every row has something here."""
        return not self.field.null and (self.kind == "boolean" or not self.field.blank)

    @property
    def is_identity(self) -> bool:
        """Whether it holds a uuid."""
        field = getattr(self.field, "target_field", self.field)
        return self.kind == "string" and isinstance(field, models.UUIDField)

    @property
    def codes(self) -> list[str]:
        """What may stand here, where that is a closed list."""
        return [str(code) for code, _words in self.field.flatchoices if code != ""]


KINDS: tuple[tuple[type[models.Field], str], ...] = (
    (models.BooleanField, "boolean"),
    (models.DecimalField, "number"),
    (models.IntegerField, "integer"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.JSONField, "array"),
)
"""Types by the first that a field is of; everything else is a string."""


def columns_of(model: type[AppendOnly]) -> tuple[Column, ...]:
    """The columns of a model in the order of its fields, first what its rows belong to."""
    columns = [_column(field) for field in model._meta.concrete_fields if _is_said(field)]
    return tuple(sorted(columns, key=lambda column: column.name != model.PARENT))


def _is_said(field: models.Field) -> bool:
    return field.name not in UNSAID and field.related_model is not Clinic


def _column(field: models.Field) -> Column:
    to = field.related_model
    if not isinstance(to, type):
        return Column(field.name, field.name, field, kind_of(field))
    if issubclass(to, Entry):
        return Column(field.name, f"{field.name}__number", field, "integer", to)
    if issubclass(to, Record):
        return Column(field.name, f"{field.name}__entry__number", field, "integer", to)
    if issubclass(to, User):
        return Column(field.attname, field.attname, field, "integer")
    return Column(field.name, field.attname, field, "string")


def kind_of(field: models.Field) -> str:
    """The type of what a field holds."""
    return next((kind for base, kind in KINDS if isinstance(field, base)), "string")
