"""The parts of a spreadsheet file, read within bounds whatever the file claims.

An XLSX file is a zip of XML. Its parts are unpacked as a stream that stops at MOST_UNPACKED bytes
in all, and parsed as they come; a document type, which is where XML hides entities, is refused. So
is every method of packing but the two that spreadsheets use: others set memory aside by a claim.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from titration.importing.grid import MOST_ELEMENTS, MOST_UNPACKED, FileProblem

_AT_ONCE = 64 * 1024
_OLD_FORMAT = b"\xd0\xcf\x11\xe0"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


class Stop(Exception):
    """Raised by a handler that has seen enough of a part."""


class Package:
    """The zip of a spreadsheet. Raises FileProblem for what is none."""

    def __init__(self, content: bytes) -> None:
        if content.startswith(_OLD_FORMAT):
            raise FileProblem("old_or_locked")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            raise FileProblem("not_a_spreadsheet") from None
        if any(part.compress_type not in _METHODS for part in self._zip.infolist()):
            raise FileProblem("not_a_spreadsheet")
        self._left, self._elements_left = MOST_UNPACKED, MOST_ELEMENTS

    def has(self, path: str) -> bool:
        return path in self._zip.NameToInfo

    def parse(self, path: str, start: Start, end: End | None = None, data: Data | None = None):
        """Parse a part; names of elements and attributes come without their namespace."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse

        def started(name: str, attributes: dict[str, str]) -> None:
            self._elements_left -= 1
            if self._elements_left < 0:
                raise FileProblem("too_many_cells")
            start(_local(name), {_local(key): value for key, value in attributes.items()})

        parser.StartElementHandler = started
        if end is not None:
            ended = end
            parser.EndElementHandler = lambda name: ended(_local(name))
        if data is not None:
            parser.CharacterDataHandler = data
        try:
            with self._zip.open(path) as part:
                while chunk := part.read(_AT_ONCE):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise FileProblem("unpacks_too_large")
                    parser.Parse(chunk, False)
                parser.Parse(b"", True)
        except Stop:
            pass
        except FileProblem:
            raise
        except (
            expat.ExpatError,
            ValueError,  # and LookupError: an encoding that the parser does not know
            LookupError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ):
            raise FileProblem("not_a_spreadsheet") from None

    def relations(self, path: str) -> dict[str, str]:
        """By id: the path of each part that a part leads to."""
        folder, name = posixpath.split(path)
        found: dict[str, str] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                whole = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                found[attributes.get("Id", "")] = whole

        relations = f"{folder}/_rels/{name}.rels"
        if self.has(relations):
            self.parse(relations, start)
        return found


def _refuse(*_declared: object) -> None:
    raise FileProblem("not_a_spreadsheet")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
