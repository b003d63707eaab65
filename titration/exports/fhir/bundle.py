"""A patient's whole record as FHIR R4: resource by resource, or as a Bundle of type collection."""

from collections.abc import Iterator, Sequence

from titration.exports.fhir.around import Around, Made, read_around, read_arounds
from titration.exports.fhir.contacts import contacts
from titration.exports.fhir.context import context
from titration.exports.fhir.intake import reports
from titration.exports.fhir.observed import observed
from titration.exports.fhir.people import people
from titration.exports.fhir.plans import plans
from titration.exports.fhir.provenance import Trail, provenance
from titration.exports.fhir.pumps import pump_events
from titration.exports.fhir.reviews import reviews
from titration.exports.fhir.steps import medication, steps
from titration.exports.fhir.terms import (
    Json,
    extension,
    group,
)
from titration.exports.fhir.text import written
from titration.exports.history import PatientRecord, notice
from titration.fhir import BASE


def fhir_file(record: PatientRecord) -> bytes:
    """The Bundle of a patient's record, in UTF-8."""
    return written(bundle(record)).encode()


def bundle(record: PatientRecord) -> Json:
    """Every resource with an address of its own, by which the others refer to it."""
    found = read_around(record)
    return {
        "resourceType": "Bundle",
        "meta": {"extension": _export(record), **found.meta},
        "type": "collection",
        "timestamp": record.at,
        "entry": [
            {"fullUrl": f"{BASE}/{made['resourceType']}/{made['id']}", "resource": made}
            for made in _resources(found)
        ],
    }


def resources_of(record: PatientRecord) -> Iterator[Json]:
    """Every resource of a patient's record, each once; `text.written` makes the JSON of one.

    References are relative ("Patient/<id>"), and all of them are among these.
    """
    return _resources(read_around(record))


def resources_of_all(records: Sequence[PatientRecord]) -> Iterator[Json]:
    """As `resources_of`, of records of one clinic up to one entry; a person once for each record.

    The number of queries does not grow with the records.
    """
    for around in read_arounds(records) if records else ():
        yield from _resources(around)


def _resources(around: Around) -> Iterator[Json]:
    trail = Trail()
    for made in _made(around):
        trail.add(made)
        yield made.resource
    yield from provenance(around, trail)
    yield from around.people.resources(around.meta)


def _made(around: Around) -> Iterator[Made]:
    yield from people(around)
    yield from context(around)
    for regimen in around.record.regimens:
        yield medication(around, regimen)
        yield from steps(around, regimen)
        yield from plans(around, regimen)
        yield from reports(around, regimen)
        yield from pump_events(around, regimen)
        yield from reviews(around, regimen)
    yield from contacts(around)
    yield from observed(around)


def _export(record: PatientRecord) -> list[Json]:
    """What the file says of itself: by whom, up to which entry, as of when, that it is a record."""
    return group(
        "export",
        extension("by", record.by),
        extension("up-to-entry", record.number),
        extension("up-to-digest", record.digest),
        extension("known-at", record.moment.at if record.moment else None),
        extension("part", True if record.contents.is_part else None),
        extension("notice", notice(record.moment, record.linked, record.moved)),
    )
