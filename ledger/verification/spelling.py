"""Values in another spelling than the service's, which SQLite keeps and compares as they are.

A uuid in capitals or a time with an offset reads the same, so that every digest fits; but nothing
that searches for it finds it any longer. PostgreSQL's columns have types: there it cannot be.
"""

from collections.abc import Iterator

from django.db import connection, models
from django.utils.translation import gettext as _

from ledger.guards import append_only_models
from ledger.models import Head
from ledger.verification.findings import Damage, Finding

DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
CLOCK = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
FRACTION = "." + 6 * "[0-9]"

TEXT = "typeof({c}) = 'text'"
INTEGER = "typeof({c}) = 'integer'"
COUNT = f"{INTEGER} AND {{c}} >= 0"


def _of(*patterns: str) -> str:
    """Text that is one of the patterns, whole; a fraction of a second is written if there is one.

    The bytes are counted: after a zero byte SQLite looks at nothing more.
    """
    either = " OR ".join(
        f"({{c}} GLOB '{one}' AND length(CAST({{c}} AS BLOB)) = length(CAST({{c}} AS TEXT)))"
        for one in patterns
    )
    return f"{TEXT} AND ({either}) AND {{c}} NOT GLOB '*.000000'"


SPELLINGS = {
    "UUIDField": _of(32 * "[0-9a-f]"),
    "DateTimeField": _of(f"{DAY} {CLOCK}", f"{DAY} {CLOCK}{FRACTION}"),
    "DateField": _of(DAY),
    "TimeField": _of(CLOCK, CLOCK + FRACTION),
    "BooleanField": f"{INTEGER} AND {{c}} IN (0, 1)",
    "CharField": TEXT,
    "TextField": TEXT,
    "JSONField": TEXT,
    "AutoField": INTEGER,
    "BigAutoField": INTEGER,
    "IntegerField": INTEGER,
    "SmallIntegerField": INTEGER,
    "BigIntegerField": INTEGER,
    "PositiveIntegerField": COUNT,
    "PositiveSmallIntegerField": COUNT,
    "PositiveBigIntegerField": COUNT,
}
"""By type of field, what holds of every value in column {c} that is not null.

Not of decimals: SQLite keeps them as whole numbers, as fractions or as text, and nothing searches
for one.
"""


def misspelt() -> Iterator[Finding]:
    """A finding for each value that reads well and is not spelled as the service writes it."""
    if connection.vendor != "sqlite":
        return
    tables: list[type[models.Model]] = [Head, *append_only_models()]
    for model in tables:
        yield from _misspelt(model)


def _misspelt(model: type[models.Model]) -> Iterator[Finding]:
    conditions = {
        str(field.column): f'"{field.column}" IS NOT NULL AND NOT ({spelling})'
        for field in model._meta.concrete_fields
        if (spelling := _spelling(field))
    }
    table, wrong = model._meta.db_table, [f"({one})" for one in conditions.values()]
    with connection.cursor() as cursor:
        cursor.execute(  # every name is the schema's own
            f'SELECT rowid, {", ".join(wrong)} FROM "{table}" WHERE {" OR ".join(wrong)}'  # noqa: S608
        )
        for row, *found in cursor:
            for column, is_wrong in zip(conditions, found, strict=True):
                if is_wrong:
                    says = _(
                        "column %(column)s of row %(row)s of table %(table)s holds a value that "
                        "the service writes otherwise: what searches for it does not find it."
                    )
                    says %= {"column": column, "row": row, "table": table}
                    yield Finding(Damage.UNREADABLE, says)


def _spelling(field: models.Field) -> str | None:
    """What has to hold of the field's column; a key of another table is spelled as it is there."""
    own = field
    while isinstance(own, models.ForeignKey):
        own = own.target_field
    spelling = SPELLINGS.get(own.get_internal_type())
    return spelling and spelling.replace("{c}", f'"{field.column}"')
