"""Access events as CSV, and what keeps text in a CSV from being run.

RFC 4180, in UTF-8 with a byte order mark, by which spreadsheets know the encoding.
"""

import csv
import re
from collections.abc import Iterator
from typing import Any

from access import search
from access.models import AccessEvent, Clinic
from patients import audit

COLUMNS = (
    "event",
    "at",
    "person",
    "name",
    "email",
    "kind",
    "method",
    "route",
    "patient",
    "loaded_from_spool",
)

# What a spreadsheet would take for a formula (OWASP, "CSV Injection"); an apostrophe before it
# makes it text, and one more apostrophe keeps what already looks so apart.
FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r\n])")


def as_text(text: str) -> str:
    """Text that no spreadsheet runs."""
    return f"'{text}" if FORMULA.match(text) else text


def from_text(cell: str) -> str:
    """The text that `as_text` made a cell of."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


class Line:
    """What the writer writes to: hands back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def access_csv(asked: search.Search, clinic: Clinic) -> Iterator[str]:
    """The lines of the events of a search: one for each patient of the clinic that an event names.

    Patients are named by their uuid alone: the file is for counting, and the page that says who
    one is leaves an event of its own. The last line says how many came before it, since a file that
    was cut off would pass for a shorter one.
    """
    writer = csv.writer(Line(), lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(COLUMNS)
    count = 0
    for events in search.every(asked):
        named = audit.named_by(events, clinic)
        for event in events:
            for patient in [str(patient) for patient in named[event.pk]] or [""]:
                count += 1
                yield writer.writerow(_cells(event, patient, clinic))
    yield writer.writerow(["end", count])


def _cells(event: AccessEvent, patient: str, clinic: Clinic) -> list[Any]:
    person = event.user
    return [
        event.pk,
        clinic.local(event.at).isoformat(timespec="seconds"),
        event.user_id or "",
        as_text(person.name) if person else "",
        as_text(person.email) if person else "",
        event.kind,
        event.method,
        as_text(event.route),
        patient,
        event.spooled or "",
    ]
