"""How the patient was: an Observation for each text, of side effects too.

A side effect is no AdverseEvent here: that would name a cause, and nobody recorded one. Whether it
is called a side effect or a sign of withdrawal is as its writer did.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _

from titration.exports.csv import iso_moment
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.terms import (
    Json,
    coded,
    extension,
    extensions,
    filled,
    identifier,
    notes,
    refer,
    typed,
)
from titration.exports.shown import shown_observed
from titration.fhir import IN_ERROR, UCUM
from titration.models import CodeSystem, Course, MeasureKind, Severity, Side, Symptom, WrittenAs
from titration.reading.observed import Effect, Observed

SYSTEMS = {CodeSystem.LOINC: "http://loinc.org", CodeSystem.SNOMED: "http://snomed.info/sct"}

Text = Observed | Effect


def observed(around: Around) -> Iterator[Made]:
    """Every text in the order of recording, corrected and withdrawn ones too."""
    texts = shown_observed(around.record)
    lines: dict[UUID, list[Text]] = {}
    for text in texts:
        lines.setdefault(text.line, []).append(text)
    later = {text.entry: after for line in lines.values() for text, after in pairwise(line)}
    firsts = {line[0].entry for line in lines.values()}
    for text in texts:
        if text.line in around.record.withdrawn:
            status, replaced = IN_ERROR, "withdrawn"
        elif text.entry in later:
            # That it ended was no error of this one.
            is_ended = later[text.entry].correction_reason == ""
            status, replaced = IN_ERROR, "ended" if is_ended else "corrected"
        else:
            status, replaced = _status(text, is_first=text.entry in firsts), ""
        yield Made(
            filled(_common(around, text, status) | _says(around, text, replaced)),
            text.number,
            text.line,
            why=text.correction_reason,
        )


def _status(text: Text, *, is_first: bool) -> str:
    if is_first:
        return "final"
    return "amended" if text.correction_reason == "" else "corrected"


def _common(around: Around, text: Text, status: str) -> Json:
    return {
        "resourceType": "Observation",
        "id": str(text.entry),
        "meta": around.meta,
        "status": status,
        "subject": around.patient,
        "issued": around.local(text.recorded_at),
    }


def _says(around: Around, text: Text, replaced: str) -> Json:
    gone = extension("replaced", replaced, "Code")
    return _effect(around, text, gone) if isinstance(text, Effect) else _observation(text, gone)


def _observation(text: Observed, replaced: list[Json]) -> Json:
    return {
        "extension": extensions(
            replaced,
            extension("checked", text.is_checked or None),
            extension("correction-reason", text.correction_reason, "String"),
        ),
        "identifier": [identifier("observation", text.line)],
        "code": {"coding": _codes(text.code_system, text.code), "text": text.name}
        if text.code
        else {"text": text.name},
        "effectiveDateTime": iso_moment(text.effective),
        "performer": [] if text.measured_by == "" else [typed("display", text.measured_by)],
        **_value(text),
        "bodySite": _place(text),
        "note": notes(text.note, *([] if text.kind == MeasureKind.TEXT else [text.words])),
    }


def _codes(listed: str, code: str) -> list[Json]:
    return [{"system": SYSTEMS[CodeSystem(listed)], "code": code}] if listed and code else []


def _value(text: Observed) -> Json:
    """The value of its kind; of two figures each is a component."""
    match text.kind:
        case MeasureKind.NUMBER if text.figure is not None:
            if text.second_figure is None:
                return {"valueQuantity": _measured(text, text.figure)}
            return {"component": _pair(text, [text.figure, text.second_figure])}
        case MeasureKind.CHOICE:
            return {"valueCodeableConcept": {"text": text.choice}}
        case MeasureKind.YES_NO:
            return {"valueBoolean": bool(text.yes)}
        case _:
            return typed("valueString", text.words)


def _pair(text: Observed, figures: Sequence[Decimal]) -> list[Json]:
    codes = [*text.part_codes, "", ""]
    return [
        {
            "code": filled({"coding": _codes(text.code_system, codes[place]), "text": label}),
            "valueQuantity": _measured(text, figure),
        }
        for place, (label, figure) in enumerate(zip(text.labels, figures, strict=True))
    ]


def _measured(text: Observed, figure: Decimal) -> Json:
    listed = UCUM if text.ucum else ""
    return filled({"value": figure, "unit": text.unit, "system": listed, "code": text.ucum})


def _place(text: Observed) -> Json:
    side = coded("side", text.side, Side(text.side).label)["coding"] if text.side else []
    return filled({"coding": side, "text": text.site})


def _effect(around: Around, text: Effect, replaced: list[Json]) -> Json:
    symptom, severity = Symptom(text.symptom), Severity(text.severity)
    written_as, course = WrittenAs(text.written_as), Course(text.course)
    period = {"start": iso_moment(text.effective)}
    if text.ended is not None:
        period["end"] = iso_moment(text.ended)
    severe = {
        "code": coded("observation-part", "severity", _("Severity as told")),
        "valueCodeableConcept": coded("severity", severity, severity.label),
    }
    regimens = [each.version.regimen_id for each in around.record.regimens]
    beside = refer("Medication", text.regimen) if text.regimen in regimens else None
    return {
        "extension": extensions(
            replaced,
            extension("course", coded("course", course, course.label)),
            extension("beside-regimen", beside),
            extension("reported-by", text.reported_by, "String"),
            extension("correction-reason", text.correction_reason, "String"),
        ),
        "identifier": [identifier("side-effect", text.line)],
        "category": [coded("written-as", written_as, written_as.label)],
        "code": coded("symptom", symptom, symptom.label, text.words),
        "effectivePeriod": period,
        "component": [severe],
    }
