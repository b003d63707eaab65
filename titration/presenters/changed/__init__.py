"""What was recorded in a stretch of the ledger, entry by entry, as finished strings."""

from titration.presenters.changed.line import Line
from titration.presenters.changed.people import patient_lines
from titration.presenters.changed.regimens import regimen_lines

__all__ = ["Line", "patient_lines", "regimen_lines"]
