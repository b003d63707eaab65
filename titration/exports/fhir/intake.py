"""What was reported of the intake: a MedicationStatement for each text of a report."""

from collections.abc import Iterator, Mapping
from datetime import time

from titration import intake
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.terms import (
    Json,
    coded,
    extension,
    extensions,
    filled,
    group,
    identifier,
    notes,
    refer,
    typed,
)
from titration.exports.history import RegimenRecord
from titration.fhir import IN_ERROR
from titration.intake import Report
from titration.models import Intake, Reporter


def reports(around: Around, regimen: RegimenRecord) -> Iterator[Made]:
    """Every text of every report, in the order of recording."""
    standing = set()
    if not regimen.withdrawal:
        standing = {text.entry for text in intake.standing(regimen.reports)}
    for report in regimen.reports:
        made = _statement(around, regimen, report, stands=report.entry in standing)
        yield Made(made, report.number, report.report, why=report.correction_reason)


def _statement(around: Around, regimen: RegimenRecord, report: Report, *, stands: bool) -> Json:
    version, what = regimen.version, Intake(report.what)
    told = group(
        "prescriber-told",
        extension("name", report.told_name),
        extension("on", report.told_on),
    )
    return filled(
        {
            "resourceType": "MedicationStatement",
            "id": str(report.entry),
            "meta": around.meta,
            "extension": extensions(
                extension("intake", coded("intake", what, what.label)),
                *(_missed(slot) for slot in report.slots),
                extension("plan-version", report.version),
                told,
                extension("correction-reason", report.correction_reason, "String"),
            ),
            "identifier": [
                identifier("intake-report", report.report),
                around.of_regimen(version.regimen_id),
            ],
            "status": _status(report) if stands else IN_ERROR,
            "medicationReference": refer("Medication", version.regimen_id, version.medicine_name),
            "subject": around.patient,
            "effectivePeriod": filled({"start": report.from_on, "end": report.until_on}),
            "dateAsserted": report.reported_on,
            "informationSource": _source(around, report),
            "note": notes(report.note),
            "dosage": [] if report.taken == "" else [typed("text", report.taken)],
        }
    )


def _status(report: Report) -> str:
    told: Mapping[str, str] = {intake.MISSED: "not-taken", intake.STOPPED: "stopped"}
    return told.get(report.what, "completed" if report.until_on else "active")


def _missed(slot: intake.Slot) -> list[Json]:
    kind = "Time" if isinstance(slot, time) else "Code"
    return extension("missed-at", slot, kind)


def _source(around: Around, report: Report) -> Json:
    """Who says so: the patient, or somebody who is no person of this record."""
    said = coded("reporter", report.reporter, Reporter(report.reporter).label)
    named: Json = typed("display", report.reporter_name)
    if report.reporter == Reporter.PATIENT:
        named = around.patient
    return {"extension": extension("reporter", said), **named}
