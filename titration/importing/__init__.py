"""What is read of a file that is to be brought in. Pure: the standard library only, no database.

A file of any format becomes rows (`ReadRow`): what a row says, or marks at what was not understood
of it. What a row says is checked by the same rules as what is typed; nothing of it is guessed.
"""

from titration.importing.columns import (
    ROLES,
    Matching,
    asks_for_order,
    by_name,
    header_key,
    header_of,
    header_rows,
    other_sheets,
    read_sheet,
    remembered,
    roles_of,
    sheet_of,
    unmatched,
)
from titration.importing.fhir import choices_for, read_bundle
from titration.importing.grid import MOST_BYTES, MOST_ROWS, FileProblem, Line, Opened, Sheet
from titration.importing.moments import DAY_FIRST, MONTH_FIRST
from titration.importing.opening import FHIR, format_of, open_file
from titration.importing.shape import (
    FileRead,
    First,
    Mark,
    PersonSaid,
    Place,
    ReadRow,
    StepSaid,
)

__all__ = [
    "DAY_FIRST",
    "FHIR",
    "MONTH_FIRST",
    "MOST_BYTES",
    "MOST_ROWS",
    "ROLES",
    "FileProblem",
    "FileRead",
    "First",
    "Line",
    "Mark",
    "Matching",
    "Opened",
    "PersonSaid",
    "Place",
    "ReadRow",
    "Sheet",
    "StepSaid",
    "asks_for_order",
    "by_name",
    "choices_for",
    "format_of",
    "header_key",
    "header_of",
    "header_rows",
    "open_file",
    "other_sheets",
    "read_bundle",
    "read_sheet",
    "remembered",
    "roles_of",
    "sheet_of",
    "unmatched",
]
