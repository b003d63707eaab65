"""A patient's whole record as tables: one for each kind of record and each kind of their parts.

declared.py says which, words.py what each column holds; files.py writes them as a zip of CSV.
"""

from titration.tables.declared import LEFT_OUT, TABLES, Table
from titration.tables.files import MANIFEST, write_files

__all__ = ["LEFT_OUT", "MANIFEST", "TABLES", "Table", "write_files"]
