"""A pasted text as records of cells: from a spreadsheet, a Markdown table, CSV or plain lines.

Nothing is lost: every line that is not blank, and not a rule of dashes, is in one record.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from titration.typed.labels import without_duration

_PIPE = re.compile(r"(?<!\\)\|")
_RULE_SIGNS = set("|:+=_–—- \t")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STEPS = re.compile(r";|,?\s(?=(?:and\s{1,9})?then\b)", re.IGNORECASE)
_GAP = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True)
class Record:
    """Cells, the text that they come from, and the number of its first line, from 1."""

    cells: tuple[str, ...]
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Split:
    """Records, and how their cells were parted: "tab", "pipe", "comma", "spaces" or "lines"."""

    how: str
    records: tuple[Record, ...]


def split(text: str, is_header: Callable[[Sequence[str]], bool]) -> Split:
    """Part a text into records. `is_header` says whether cells are the headings of a table.

    Commas, semicolons and wide gaps stand in doses and sentences too: they part cells only below
    headings, or where every line is quoted.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip()]
    if "\t" in text:
        return Split("tab", _delimited(text, "\t"))
    if lines and all(_PIPE.search(line) or _is_rule(line) for line in lines):
        return Split("pipe", _lines(text, _piped))
    for sign in ";,":
        if not lines or sign not in lines[0]:
            continue
        records = _delimited(text, sign)
        is_quoted = all(line.lstrip().startswith('"') for line in lines)
        if records and len(records[0].cells) > 1 and (is_quoted or is_header(records[0].cells)):
            return Split("comma", records)
    if lines:
        headings = _GAP.split(lines[0].strip())
        if len(headings) > 1 and is_header(headings):
            return Split("spaces", _lines(text, lambda line: _GAP.split(line.strip())))
    return Split("lines", _lines(text, lambda line: [line.strip()]))


def _is_rule(line: str) -> bool:
    """Whether a line only rules off, as under the headings of a Markdown table."""
    return set(line) <= _RULE_SIGNS and any(sign * 2 in line for sign in "-=_–—")


def steps_of(line: Record) -> list[Record]:
    """The steps that stand in one line, each but the last with how long it lasts.

    "5 mg once a day for 3 days, then 10 mg once a day for 3 days; then nothing". A line of which
    that cannot be said is one record, as it stands.
    """
    written = line.cells[0]
    pieces = [piece.strip() for piece in _STEPS.split(written) if piece.strip()]
    if len(pieces) < 2 or not all(without_duration(piece)[0] for piece in pieces[:-1]):
        return [line]
    return [Record((piece,), piece, line.line) for piece in pieces]


def _lines(text: str, cells_of: Callable[[str], Sequence[str]]) -> tuple[Record, ...]:
    return tuple(
        Record(tuple(cell.strip() for cell in cells_of(line)), line.strip(), number)
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip() and not _is_rule(line)
    )


def _piped(line: str) -> list[str]:
    cells = _PIPE.split(line.strip())
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return [_BREAK.sub("\n", cell.replace("\\|", "|")) for cell in cells]


def _delimited(text: str, sign: str) -> tuple[Record, ...]:
    """Cells as spreadsheets write them: one in quotation marks may hold the sign and new lines."""
    quoted = re.compile(rf' *"((?:[^"]|"")*)" *(?={sign}|\n|\Z)')
    plain = re.compile(rf"[^{sign}\n]*")
    records, cells = [], []
    at = start = 0
    line = first_line = 1
    while True:
        found = quoted.match(text, at)
        if found:
            cells.append(found[1].replace('""', '"').strip())
        else:
            found = plain.match(text, at)
            cells.append(found[0].strip() if found else "")
        end = found.end() if found else at
        line += text.count("\n", at, end)
        at = end + 1
        if end < len(text) and text[end] == sign:
            continue
        source = text[start:end].strip(" \n" if sign == "\t" else "\n ")
        if any(cells) and not _is_rule(source):
            records.append(Record(tuple(cells), source, first_line))
        if end >= len(text):
            return tuple(records)
        line += 1
        cells, start, first_line = [], at, line
