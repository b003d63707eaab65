"""The context: a List for each topic, which tells "none known" from "not asked", and its lines.

The lines of the newest text are resources of their own; those of earlier texts stand in their lists
as words, since they were no error and hold no longer.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from patients import wording
from patients.context import Box, Line, Part, Status, Topic
from patients.models import ContextVersion
from patients.reading import KnownTopic
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.terms import (
    MASKED,
    Json,
    coded,
    extension,
    extensions,
    filled,
    notes,
    refer,
    standard,
    typed,
)
from titration.fhir import TERMINOLOGY, UCUM

EMPTY = f"{TERMINOLOGY}/list-empty-reason"


def context(around: Around) -> Iterator[Made]:
    """Topic by topic: the lines of the newest text and its list, then the earlier texts."""
    for known in around.record.context:
        yield from _topic(around, known)


def _topic(around: Around, known: KnownTopic) -> Iterator[Made]:
    topic, version = known.topic, known.version
    if version is None:
        key = uuid5(around.record.patient.pk, f"not asked {topic.code}")
        yield Made(_list(around, topic, key, Status.NOT_ASKED, []))
        return
    found = []
    for place, line in enumerate(_lines(version), 1):
        made = _resource(around, topic, version, place, line)
        found.append(refer(made["resourceType"], made["id"], wording.line_words(topic, line)))
        yield Made(made, version.entry.number, version.pk)
    yield Made(_text(around, topic, version, found, "current"), version.entry.number, version.pk)
    for earlier in known.earlier:
        words = [{"display": wording.line_words(topic, line)} for line in _lines(earlier)]
        yield Made(_text(around, topic, earlier, words, "retired"), earlier.entry.number)


def _lines(version: ContextVersion) -> tuple[Line, ...]:
    return () if version.is_erased else version.text.lines


def _text(
    around: Around, topic: Topic, version: ContextVersion, items: list[Json], status: str
) -> Json:
    made = _list(around, topic, version.pk, version.status, items, status)
    recorded = {
        "date": around.local(version.entry.recorded_at),
        "source": around.recorder(version.entry.number),
    }
    if version.is_erased:
        recorded |= {"entry": [{"item": {"_display": MASKED}}]}
        made.pop("emptyReason", None)
    return {**made, **recorded}


def _list(
    around: Around,
    topic: Topic,
    key: UUID,
    answer: str,
    items: list[Json],
    status: str = "current",
) -> Json:
    reason = {Status.NOT_ASKED: "notasked", Status.NONE_KNOWN: "nilknown"}.get(Status(answer))
    return filled(
        {
            "resourceType": "List",
            "id": str(key),
            "meta": around.meta,
            "status": status,
            "mode": "snapshot",
            "title": wording.topic_label(topic.code),
            "code": coded("context-topic", topic.code, wording.topic_label(topic.code)),
            "subject": around.patient,
            "entry": [{"item": item} for item in items],
            "emptyReason": standard(EMPTY, reason) if reason else None,
        }
    )


def _resource(
    around: Around, topic: Topic, version: ContextVersion, place: int, line: Line
) -> Json:
    make: Callable[[Around, Topic, ContextVersion, Line], Json] = {
        "allergies": _allergy,
        "conditions": _condition,
        "medicines": _medicine,
    }.get(topic.code, _observation)
    made = make(around, topic, version, line)
    key = str(uuid5(version.pk, f"line {place}"))
    return filled({"resourceType": made["resourceType"], "id": key, "meta": around.meta, **made})


def _allergy(around: Around, topic: Topic, version: ContextVersion, line: Line) -> Json:
    reaction: Json = {}
    if line.get("reaction") or line.get("severity"):
        said = typed("text", line.get("reaction", "")) or _unknown()
        reaction = filled({"manifestation": [said], "severity": line.get("severity")})
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": standard(f"{TERMINOLOGY}/allergyintolerance-clinical", "active"),
        "code": {"text": line["substance"]},
        "patient": around.patient,
        "recordedDate": around.local(version.entry.recorded_at),
        "recorder": around.recorder(version.entry.number),
        "reaction": [reaction] if reaction else [],
    }


def _unknown() -> Json:
    """A reaction whose severity was told and nothing else of it."""
    absent = {"url": MASKED["extension"][0]["url"], "valueCode": "unknown"}
    return {"extension": [absent]}


def _condition(around: Around, topic: Topic, version: ContextVersion, line: Line) -> Json:
    return {
        "resourceType": "Condition",
        "clinicalStatus": standard(f"{TERMINOLOGY}/condition-clinical", "active"),
        "code": {"text": line["condition"]},
        "subject": around.patient,
        "onsetString": line.get("since"),
        "recordedDate": around.local(version.entry.recorded_at),
        "recorder": around.recorder(version.entry.number),
        "note": notes(line.get("note", "")),
    }


def _medicine(around: Around, topic: Topic, version: ContextVersion, line: Line) -> Json:
    """Another medicine as told: its dose is words, and since and until when too."""
    kind = line.get("kind")
    return {
        "resourceType": "MedicationStatement",
        "extension": extensions(
            *(extension(name, line.get(name)) for name in ("prescriber", "since", "until")),
            extension("medicine-kind", _kind(kind)),
        ),
        "status": "unknown" if line.get("until") else "active",
        "medicationCodeableConcept": {"text": line["medicine"]},
        "subject": around.patient,
        "dateAsserted": around.local(version.entry.recorded_at),
        "dosage": [{"text": line["dose"]}] if line.get("dose") else [],
    }


def _kind(kind: str | None) -> Json:
    return coded("medicine-kind", kind, _chosen("kind", kind)) if kind else {}


def _observation(around: Around, topic: Topic, version: ContextVersion, line: Line) -> Json:
    """All other topics: what a line is about, and each further part as a component."""
    subject, *others = topic.parts
    made: Json = {
        "resourceType": "Observation",
        "status": "final",
        "code": coded("context-topic", topic.code, wording.topic_label(topic.code)),
        "subject": around.patient,
        "issued": around.local(version.entry.recorded_at),
    }
    if topic.code == "kidney":
        measure = line["measure"]
        return {
            **made,
            "code": coded("kidney-measure", measure, _chosen("measure", measure)),
            "effectiveDateTime": line["on"],
            "valueQuantity": {
                "value": Decimal(line["value"]),
                "unit": wording.choice_words("unit", line["unit"]),
                "system": UCUM,
                "code": line["unit"],
            },
            "note": notes(line.get("source", "")),
        }
    made |= _part(subject, line[subject.name])
    made["component"] = [
        {
            "code": coded("context-part", part.name, wording.part_label(part.name)),
            **_part(part, line[part.name]),
        }
        for part in others
        if line.get(part.name)
    ]
    return made


def _part(part: Part, written: str) -> Json:
    """A part by how it is typed."""
    if part.box == Box.CHOICE:
        return {"valueCodeableConcept": coded(part.name, written, _chosen(part.name, written))}
    if part.box == Box.DAY:
        return {"valueDateTime": date.fromisoformat(written)}
    return {"valueString": written}


def _chosen(part: str, code: str) -> str:
    return wording.choice_words(part, code)
