"""A patient's whole record as tables: one for each kind of record and each kind of their parts.

declared.py says which, words what each column holds; files.py writes them as a zip of CSV, which
reading.py reads, entries.py puts together again and building.py makes records of.
"""

from titration.tables.declared import LEFT_OUT, TABLES, Table
from titration.tables.files import MANIFEST, write_files
from titration.tables.reading import ReadTables, TablesRefused, is_tables, read_tables

__all__ = [
    "LEFT_OUT",
    "MANIFEST",
    "TABLES",
    "ReadTables",
    "Table",
    "TablesRefused",
    "is_tables",
    "read_tables",
    "write_files",
]
