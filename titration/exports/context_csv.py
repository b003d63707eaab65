"""The context as CSV: a row for each line of each text, and one for each text without lines.

docs/exports.md says what each column holds; a test compares the two.
"""

from collections.abc import Iterator

from patients.context import TOPICS, Status
from patients.models import ContextVersion
from patients.reading import KnownTopic
from titration.exports.csv import Cells, of_export, of_patient, written
from titration.exports.history import PatientRecord
from titration.presenters.log import or_erased

PARTS = tuple(dict.fromkeys(part.name for topic in TOPICS.values() for part in topic.parts))

COLUMNS = (
    "clinic",
    "patient",
    "family_name",
    "given_names",
    "birth_date",
    "gender",
    "nhs_number",
    "record_number",
    "telephone",
    "topic",
    "answer",
    "status",
    "entry",
    "supersedes",
    "recorded_by",
    "recorded_at",
    "confirmed_entry",
    "confirmed_by",
    "confirmed_at",
    "line",
    "lines",
    *PARTS,
    "exported_by",
    "exported_at",
    "up_to_entry",
    "up_to_digest",
    "known_at",
    "notice",
)


def context_csv_file(record: PatientRecord) -> bytes:
    """The file of a patient's context: topic by topic, each text from the oldest on."""
    return written(COLUMNS, rows(record))


def rows(record: PatientRecord) -> Iterator[Cells]:
    """The rows by column. A topic that nobody asked about has one."""
    around = {**of_patient(record), **of_export(record)}
    for known in record.context:
        topic = {**around, "topic": known.topic.code}
        if known.version is None:
            yield {**topic, "answer": str(Status.NOT_ASKED), "status": "live", "lines": 0}
            continue
        numbers = {version.pk: version.entry.number for version in known.earlier}
        for version in (*known.earlier, known.version):
            supersedes = numbers.get(version.entry.supersedes_id)
            of_text = {**topic, "status": "superseded", "supersedes": supersedes}
            if version is known.version:
                of_text |= {"status": "live", **_confirmed(known, record)}
            yield from _rows(of_text, version, record)


def _rows(around: Cells, version: ContextVersion, record: PatientRecord) -> Iterator[Cells]:
    entry = version.entry
    lines = [] if version.is_erased else version.text.lines
    of_text = {
        **around,
        "answer": version.status,
        "entry": entry.number,
        "recorded_by": entry.recorded_by_name,
        "recorded_at": record.patient.clinic.local(entry.recorded_at),
        "lines": or_erased(None if version.is_erased else len(lines)),
    }
    if not lines:
        yield of_text
    for place, line in enumerate(lines, 1):
        yield {**of_text, "line": place, **line}


def _confirmed(known: KnownTopic, record: PatientRecord) -> Cells:
    if known.confirmation is None:
        return {}
    entry = known.confirmation.entry
    return {
        "confirmed_entry": entry.number,
        "confirmed_by": entry.recorded_by_name,
        "confirmed_at": record.patient.clinic.local(entry.recorded_at),
    }
