"""The document of a draft: what was typed, cell by cell, and what it says when it is read.

Nothing that was typed is lost, changed or filled in: a cell that cannot be read stays as it is and
is marked. The shape, all of it text as typed:

    purpose, end            codes of planning.PURPOSES and ENDS, or nothing
    unit                    of bare figures, one of dosing.UNITS
    slots                   the times of day that have a column: slots of the day or clock times
    rows                    [{row, when, amounts: {time of day: text}, dose, words}], in order
    review                  the date of the review at the end
    if_missed, if_unwell, note
    undo                    what the last buttons took away or replaced, newest last
"""

from titration.document.changes import copied, inserted, laid, moved, removed, replaced, undone
from titration.document.merging import Pair, compared, heads_apart, merged
from titration.document.pasting import pasted_rows
from titration.document.reading import CellProblem, Reading, ReadRow, read, read_rows, reading_of
from titration.document.shape import (
    CELLS,
    HEAD,
    LONGEST,
    MOST_LENGTH,
    WHOLE,
    Document,
    TooLong,
    blank,
    is_blank,
    is_slot,
    new_row,
    tidy,
)
from titration.document.written import document_of

__all__ = [
    "CELLS",
    "HEAD",
    "LONGEST",
    "MOST_LENGTH",
    "WHOLE",
    "CellProblem",
    "Document",
    "Pair",
    "ReadRow",
    "Reading",
    "TooLong",
    "blank",
    "compared",
    "copied",
    "document_of",
    "heads_apart",
    "inserted",
    "is_blank",
    "is_slot",
    "laid",
    "merged",
    "moved",
    "new_row",
    "pasted_rows",
    "read",
    "read_rows",
    "reading_of",
    "removed",
    "replaced",
    "tidy",
    "undone",
]
