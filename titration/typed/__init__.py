"""Doses, dates and tables as people type or paste them, read or marked, never guessed.

Pure: the standard library and dosing only. What was not understood is a code of PROBLEMS, of
dosing.PROBLEMS or of dosing.AMOUNT_ERRORS; the words are in wording/typed.py.
"""

from titration.typed.amounts import read_amount
from titration.typed.dates import Interval, read_date, read_interval
from titration.typed.doses import Read, checked, read_dose
from titration.typed.problems import PROBLEMS, NotUnderstood
from titration.typed.tables import Mark, Row, Table, read_row, read_slots, read_table

__all__ = [
    "PROBLEMS",
    "Interval",
    "Mark",
    "NotUnderstood",
    "Read",
    "Row",
    "Table",
    "checked",
    "read_amount",
    "read_date",
    "read_dose",
    "read_interval",
    "read_row",
    "read_slots",
    "read_table",
]
