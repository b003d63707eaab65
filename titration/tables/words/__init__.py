"""What each table and each column holds, in words, and the codes that may stand in a column."""

from collections.abc import Iterable

from patients.context import TOPICS, Status
from titration import dosing
from titration.models import ChangeReason, StopReason
from titration.planning.shapes import INTERVAL_UNITS, ROW_KINDS, STARTS
from titration.tables.columns import Column
from titration.tables.words.columns import COLUMN_WORDS
from titration.tables.words.doses import DOSE_WORDS
from titration.tables.words.tables import TABLE_WORDS

__all__ = ["TABLE_WORDS", "codes_of", "words_of"]

_CODES: dict[str, Iterable[str]] = {
    "context.topic": TOPICS,
    "context.status": [str(status) for status in Status],
    "steps.reason": dict.fromkeys([*ChangeReason.values, *StopReason.values]),
    "planned_rows.kind": ROW_KINDS,
    "planned_rows.start": STARTS,
    "planned_rows.unit": INTERVAL_UNITS,
    "unit": dosing.UNITS,
    "maximum_unit": dosing.UNITS,
    "timing": dosing.KINDS,
    "slot": dosing.SLOTS,
    "period_unit": dosing.PERIOD_UNITS,
    "rate_per": dosing.RATES,
    "concentration_unit": dosing.UNITS,
}
"""Closed lists that a rule holds and no field does: by table and column, or by that of a dose."""

_OF_DOSES = frozenset({"components", "planned_components", "pump_rates"})


def codes_of(table: str, column: Column) -> list[str]:
    """What may stand in a column, where that is a closed list."""
    of_dose = [] if table not in _OF_DOSES else [*_CODES.get(column.name, ())]
    return column.codes or of_dose or [*_CODES.get(f"{table}.{column.name}", ())]


def words_of(table: str, column: str) -> str:
    """What a column of a table holds."""
    of_table = COLUMN_WORDS.get(f"{table}.{column}")
    if of_table is None and table in _OF_DOSES:
        of_table = DOSE_WORDS.get(column)
    return str(of_table or COLUMN_WORDS[column])
