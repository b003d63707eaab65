"""Where something stands in a file that is brought in, and what was not understood of it."""

from dataclasses import replace

from django.utils.translation import gettext, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from titration.importing import Mark, Place
from titration.wording.fhir import FHIR_MESSAGES
from titration.wording.typed import typed_problem_words

ROLES = {
    "from": gettext_lazy("From: the day, perhaps with the time"),
    "time": gettext_lazy("Time of day on which it starts"),
    "kind": gettext_lazy("Kind: dose, withhold, resume, stop, single"),
    "dose": gettext_lazy("Dose in words, with its timing"),
    "amount": gettext_lazy("Amount"),
    "unit": gettext_lazy("Unit of the amount"),
    "timing": gettext_lazy("Timing of the amount"),
    "morning": gettext_lazy("Amount in the morning"),
    "breakfast": gettext_lazy("Amount at breakfast"),
    "midday": gettext_lazy("Amount at midday"),
    "lunch": gettext_lazy("Amount at lunch"),
    "afternoon": gettext_lazy("Amount in the afternoon"),
    "dinner": gettext_lazy("Amount at dinner"),
    "evening": gettext_lazy("Amount in the evening"),
    "bedtime": gettext_lazy("Amount at bedtime"),
    "night": gettext_lazy("Amount at night"),
    "medicine": gettext_lazy("Medicine"),
    "route": gettext_lazy("Route"),
    "decided_by": gettext_lazy("Decided by"),
    "received": gettext_lazy("How the decision was received"),
    "document_on": gettext_lazy("Date of the document"),
    "reason": gettext_lazy("Reason"),
    "note": gettext_lazy("Instruction as given"),
    "recorded_by": gettext_lazy("Recorded first by"),
    "recorded_at": gettext_lazy("Recorded first at"),
}
"""What a column can hold."""

ENCODINGS = {
    "utf-8": gettext_lazy("UTF-8"),
    "utf-16": gettext_lazy("UTF-16"),
    "cp1252": gettext_lazy("Windows-1252 (Western Europe)"),
    "cp1250": gettext_lazy("Windows-1250 (Central Europe)"),
}
SEPARATORS = {
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "\t": gettext_lazy("tabs"),
}

_MESSAGES = {
    # The file as a whole.
    "file_empty": gettext_noop("The file is empty."),
    "file_too_large": gettext_noop("The file is larger than 5 MB. Split it into several files."),
    "old_or_locked": gettext_noop(
        "The file is of an old format (XLS) or locked with a password. Save it as XLSX or CSV, "
        "without a password."
    ),
    "not_a_spreadsheet": gettext_noop(
        "The file is no spreadsheet that can be read: it is damaged, cut short or of another kind. "
        "Save it anew as XLSX or CSV."
    ),
    "unpacks_too_large": gettext_noop(
        "The file holds more than 50 MB once unpacked. Split it into several files."
    ),
    "too_many_rows": gettext_noop(
        "The file has more than 5,000 rows. Split it into several files."
    ),
    "too_many_columns": gettext_noop("The file has more than 100 columns."),
    "too_many_cells": gettext_noop(
        "The file holds more cells than can be read at once. Save the sheet that is meant alone."
    ),
    "too_many_merged": gettext_noop(
        "The sheet has more merged cells than can be read. Undo the merges."
    ),
    "names_nobody": gettext_noop(
        "A dose log does not say whose it is. Add the patient and open the regimens of the "
        "medicines, then import the file on the patient’s page."
    ),
    "nul_bytes": gettext_noop(
        "The file holds signs that no text has (NUL bytes). Save it anew as CSV in UTF-8."
    ),
    "encoding_unknown": gettext_noop(
        "The file is not written in UTF-8, UTF-16, Windows-1252 or Windows-1250. Save it anew as "
        "CSV in UTF-8."
    ),
    "encoding_broken": gettext_noop(
        "The file begins as one encoding and goes on as another, or is cut short. Save it anew as "
        "CSV in UTF-8."
    ),
    "quote_open": gettext_noop(
        "A quotation mark is opened and not closed, or text stands after a closing one."
    ),
    "headings_missing": gettext_noop(
        "This row holds no headings. Add a row with the names of the columns above the doses."
    ),
    "no_rows": gettext_noop("No row stands below the headings."),
    "no_from": gettext_noop("Choose the column that says from which day each row holds."),
    "no_dose": gettext_noop("Choose the column or the columns that hold the dose."),
    "too_many_medicine": gettext_noop(
        "The column of the medicine holds more than 50 different names. Check what the columns "
        "are matched to."
    ),
    "too_many_decided_by": gettext_noop(
        "The column of who decided holds more than 50 different names. Check what the columns are "
        "matched to."
    ),
    "role_twice": gettext_noop("Two columns are matched to the same thing. Leave one of them out."),
    # Cells.
    "cell_beyond": gettext_noop("A cell stands beyond the last heading."),
    "cell_error": gettext_noop("The cell shows an error of the spreadsheet."),
    "cell_signs": gettext_noop(
        "The cell holds hidden signs, by which it would show otherwise than it is. Type it anew."
    ),
    "cell_too_long": gettext_noop("The text of the cell is too long to be kept."),
    "cell_unclear": gettext_noop("What the cell holds cannot be read."),
    "date_shown_otherwise": gettext_noop(
        "The cell holds a day that it does not show in full. Show it with its year, or type it as "
        "text."
    ),
    "figure_shown_otherwise": gettext_noop(
        "The sheet shows this figure otherwise than the cell holds it: rounded, as a percentage, "
        "as a fraction or with words of its format. Type what is meant."
    ),
    "formula_without_value": gettext_noop(
        "The cell holds a formula whose value was not saved. Open the file, save it, and choose it "
        "again; or type the value."
    ),
    "merged": gettext_noop(
        "The cell is merged with others: for which rows or columns it holds is not said. Undo the "
        "merge and write it in each."
    ),
    "row_hidden": gettext_noop(
        "The row is hidden in the sheet: whether it counts is not said. Show the row, or delete it."
    ),
    "struck": gettext_noop(
        "The cell is struck through: whether it counts is not said. Write what holds, or delete it."
    ),
    # Rows.
    "date_missing_here": gettext_noop("Write from which day it holds."),
    "date_other_order": gettext_noop(
        "This day is written the other way round than you said of the file."
    ),
    "dose_beside_none": gettext_noop(
        "A dose stands beside a kind of row that has none. Leave one of the two out."
    ),
    "dose_missing": gettext_noop("Write the dose, or that it is withheld or stopped."),
    "dose_twice": gettext_noop("The dose stands in two columns. Leave one of them out."),
    "kind_disagrees": gettext_noop("The kind of the row and its dose disagree."),
    "kind_unknown": gettext_noop("Write dose, withhold, resume, stop or single."),
    "offset_of_another_zone": gettext_noop(
        "The clock of the clinic never had this offset from UTC at that time."
    ),
    "time_comes_twice": gettext_noop(
        "The clocks went back over this time, so that it came twice. Write the offset from UTC "
        "behind it."
    ),
    "time_missing": gettext_noop("Write the clock time too."),
    "time_skipped": gettext_noop("The clocks went forward that night and this time did not exist."),
    "time_twice": gettext_noop("Two clock times stand in the row."),
    "time_unknown": gettext_noop("Write the time of day as hours and minutes, such as 08:00."),
    "time_without_day": gettext_noop("A month or a year has no clock time."),
    # Words of the file, against the record.
    "medicine_unknown": gettext_noop("Choose which regimen this medicine is."),
    "decider_unknown": gettext_noop("Choose who this prescriber is."),
    "decider_missing": gettext_noop("Write who decided, in the file or for all of it."),
    "received_unknown": gettext_noop(
        "Write how the decision was received as one of the list, or choose it for the whole file."
    ),
}


def import_words(code: str) -> str:
    """What a code of FileProblem or of a Mark means, and what to do about it."""
    for messages in (_MESSAGES, FHIR_MESSAGES):
        if code in messages:
            return gettext(messages[code])
    return typed_problem_words(code)


def mark_words(mark: Mark) -> str:
    """Where something was not understood, what, and what stands there."""
    said = {"place": place_words(mark.place), "problem": import_words(mark.code)}
    if not mark.cell:
        return _("%(place)s: %(problem)s") % said
    said["cell"] = cell_words(mark.cell)
    return _("%(place)s, “%(cell)s”: %(problem)s") % said


def mark_words_beside(mark: Mark) -> str:
    """As `mark_words`, beside the row or the resource: where in it, what, what stands there."""
    if mark.place.row is not None:
        within = Place(column=mark.place.column)
    else:
        within = Place(mark.place.part.partition(" ")[2])
    if within != Place():
        return mark_words(replace(mark, place=within))
    said = {"cell": cell_words(mark.cell), "problem": import_words(mark.code)}
    return _("“%(cell)s”: %(problem)s") % said if mark.cell else said["problem"]


LONGEST_QUOTED = 80


def cell_words(text: str) -> str:
    """As much of a text of the file as is quoted."""
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…"


def place_words(place: Place) -> str:
    """A place in a file, as far as its format has parts, rows and columns."""
    said = {"part": place.part, "row": place.row, "column": place.column}
    match bool(place.part), place.row is not None, bool(place.column):
        case True, True, True:
            return _("%(part)s, row %(row)s, column “%(column)s”") % said
        case True, True, False:
            return _("%(part)s, row %(row)s") % said
        case False, True, True:
            return _("row %(row)s, column “%(column)s”") % said
        case False, True, False:
            return _("row %(row)s") % said
        case True, False, True:
            return _("%(part)s, column “%(column)s”") % said
        case False, False, True:
            return _("column “%(column)s”") % said
    return place.part or _("the file as a whole")
