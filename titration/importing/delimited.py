"""A table as text: comma, semicolon or tab separated, in the encodings that spreadsheets write.

RFC 4180, with any of three separators. Nothing is replaced: what is no text in an encoding is not
read in it, and where two encodings are possible a person says which.
"""

import csv
import io
import re
from collections.abc import Iterator

from titration.importing.grid import (
    MOST_COLUMNS,
    MOST_ROWS,
    FileProblem,
    Line,
    Opened,
    Sheet,
    cell_of,
)

UTF_8, UTF_16 = "utf-8", "utf-16"
LEGACY = ("cp1252", "cp1250")
ENCODINGS = (UTF_8, UTF_16, *LEGACY)
SEPARATORS = (",", ";", "\t")
SAMPLES = 3

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig", UTF_8),
    (b"\xff\xfe", "utf-16", UTF_16),
    (b"\xfe\xff", "utf-16", UTF_16),
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def open_table(content: bytes, encoding: str = "", separator: str = "") -> Opened:
    """Read a table; `encoding` and `separator` are what a person chose, "" where nobody did.

    Without a choice between the two that are possible, the sheet is that of neither: there are no
    sheets, but `encodings` to choose from. Raises FileProblem.
    """
    text, encoding, possible = _decoded(content, encoding)
    if text is None:
        return Opened((), encodings=possible)
    if "\0" in text:
        raise FileProblem("nul_bytes")
    text = text.removeprefix("\ufeff")
    separator = separator if separator in SEPARATORS else _separator(text)
    return Opened((Sheet("", tuple(_lines(text, separator))),), encoding, separator, possible)


def _decoded(
    content: bytes, chosen: str
) -> tuple[str | None, str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """The text, its encoding, and samples of those that are possible where more than one is."""
    for bom, codec, encoding in _BOMS:
        if content.startswith(bom):
            return _text(content, codec), encoding, ()
    try:
        return content.decode(UTF_8), UTF_8, ()
    except UnicodeDecodeError:
        pass
    if b"\0" in content:
        raise FileProblem("nul_bytes")
    possible = tuple((codec, _samples(content, codec)) for codec in LEGACY if _has(content, codec))
    if not possible:
        raise FileProblem("encoding_unknown")
    codecs = [codec for codec, _lines in possible]
    if chosen in codecs:
        return _text(content, chosen), chosen, possible
    return None, "", possible


def _text(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        raise FileProblem("encoding_broken", codec) from None


def _has(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _samples(content: bytes, codec: str) -> tuple[str, ...]:
    """The first lines in which the encodings differ."""
    lines = (line.strip()[:200] for line in content.decode(codec).splitlines())
    return tuple(line for line in lines if _BEYOND_ASCII.search(line))[:SAMPLES]


def _separator(text: str) -> str:
    """What parts the first line that is not blank, most often; a comma where nothing does."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=bare.count)


def _lines(text: str, separator: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    count = row = 0
    try:
        for row, cells in enumerate(reader, start=1):
            if not any(map(str.strip, cells)):
                continue
            count += 1
            if count > MOST_ROWS + 1:
                raise FileProblem("too_many_rows")
            if len(cells) > MOST_COLUMNS:
                raise FileProblem("too_many_columns")
            yield Line(row, tuple(map(cell_of, cells)))
    except csv.Error as error:
        code = "cell_too_long" if "limit" in str(error) else "quote_open"
        raise FileProblem(code, str(row + 1)) from None
