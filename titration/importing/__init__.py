"""What was read of a file that is to be brought in. Pure: it reads no file and no database.

A file of any format becomes rows (`ReadRow`): what a row says, or marks at what was not understood
of it. What a row says is checked by the same rules as what is typed; nothing of it is guessed.
"""

from titration.importing.shape import FileRead, First, Mark, Place, ReadRow, StepSaid

__all__ = ["FileRead", "First", "Mark", "Place", "ReadRow", "StepSaid"]
