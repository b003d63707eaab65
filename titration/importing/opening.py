"""Opening a file by what it holds, whatever its name says."""

from titration.importing.delimited import open_table
from titration.importing.fhir.document import is_json
from titration.importing.grid import MOST_BYTES, FileProblem, Opened
from titration.importing.workbook import open_workbook

CSV, XLSX, FHIR = "csv", "xlsx", "fhir"
_OF_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def format_of(content: bytes) -> str:
    """Of ledger's FileFormat: a spreadsheet, a FHIR Bundle, or a table as text."""
    if content.startswith(_OF_SPREADSHEETS):
        return XLSX
    return FHIR if is_json(content) else CSV


def open_file(content: bytes, encoding: str = "", separator: str = "") -> Opened:
    """The sheets of a spreadsheet or of a table as text; choices as for `open_table`.

    Raises FileProblem.
    """
    if not content.strip():
        raise FileProblem("file_empty")
    if len(content) > MOST_BYTES:
        raise FileProblem("file_too_large")
    if format_of(content) == XLSX:
        return open_workbook(content)
    return open_table(content, encoding, separator)
