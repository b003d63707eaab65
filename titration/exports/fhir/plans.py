"""Signed plans: a MedicationRequest of intent "plan" for each version, its rows in sequence.

And a Communication for each copy that was given out, and for each telling that one no longer holds.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from titration import planning, wording
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.dosage import dosages
from titration.exports.fhir.steps import indication
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
    standard,
    typed,
)
from titration.exports.history import RegimenRecord
from titration.fhir import IN_ERROR, TERMINOLOGY
from titration.models import IssuedAs, IssuedHow, PlanEnd, Purpose
from titration.planning import Row, Standing
from titration.presenters.plan_standing import CHIPS
from titration.reading.issued import Issued, Told
from titration.reading.planned import PlanLog, SignedVersion

# FHIR R4 medicationrequest-status.
STATUSES = {
    planning.OPEN: "active",
    planning.PAUSED: "on-hold",
    planning.AWAITING: "on-hold",
    planning.WITHDRAWN: "cancelled",
    planning.COMPLETED: "completed",
    planning.CLOSED: "stopped",
}
# HL7 v3 ParticipationMode.
HOW_MODES = {"handed": "FACE", "post": "MAILWRIT", "message": "ELECTRONIC", "read-out": "PHONE"}


def plans(around: Around, regimen: RegimenRecord) -> Iterator[Made]:
    """Every version of every signed plan, and the copies of it, in the order of their signing."""
    for log in regimen.plans:
        standing = log.standing(regimen.history, around.record.ended)
        for place, version in enumerate(log.versions):
            before = log.versions[place - 1] if place else None
            yield _request(around, regimen, log, standing, version, before)
        entries = {version.version: version.entry for version in log.versions}
        for copy in around.copies.get(log.plan, ()):
            yield _copy(around, copy, entries[copy.version])
            if copy.told is not None:
                yield _told(around, copy, copy.told)


def _request(
    around: Around,
    regimen: RegimenRecord,
    log: PlanLog,
    standing: Standing,
    version: SignedVersion,
    before: SignedVersion | None,
) -> Made:
    text, of_regimen = version.text, regimen.version
    signer = around.people.person(version.signed_by, version.signed_by_name)
    resource = filled(
        {
            "resourceType": "MedicationRequest",
            "id": str(version.entry),
            "meta": around.meta,
            "extension": extensions(
                extension("plan-version", version.version),
                extension("purpose", coded("purpose", text.purpose, Purpose(text.purpose).label)),
                extension("plan-end", coded("plan-end", text.end, PlanEnd(text.end).label)),
                extension("review-on", text.review_on),
                *(extension("column", slot, "Code") for slot in text.slots),
                *_wishes(around, text),
            ),
            "identifier": [identifier("plan", log.plan)],
            **_status(regimen, log, standing, version),
            "intent": "plan",
            "medicationReference": refer(
                "Medication", of_regimen.regimen_id, of_regimen.medicine_name
            ),
            "subject": around.patient,
            "authoredOn": around.local(version.signed_at),
            "requester": signer,
            "recorder": signer,
            "reasonCode": [indication(of_regimen)],
            "groupIdentifier": around.of_regimen(of_regimen.regimen_id),
            "note": notes(_erasable(around, text.note)),
            "dosageInstruction": _rows(log, version, of_regimen.route),
            "priorPrescription": refer("MedicationRequest", before.entry) if before else None,
        }
    )
    return Made(resource, version.number, log.plan, signer)


def _erasable(around: Around, text: str) -> str | None:
    """A text of a plan, which is read as "" when it was erased; of a person who was, masked."""
    return None if around.record.erased else text


def _wishes(around: Around, text: planning.PlanText) -> Iterator[list[Json]]:
    for name, wish in (("if-missed", text.if_missed), ("if-unwell", text.if_unwell)):
        yield extension(name, _erasable(around, wish), "String")


def _status(
    regimen: RegimenRecord, log: PlanLog, standing: Standing, version: SignedVersion
) -> Json:
    """The newest version stands as the plan does; an older one was replaced, and was no error."""
    if regimen.withdrawal:
        return {"status": IN_ERROR}
    if version is not log.newest:
        label = _("Replaced by a later version")
        return {"status": "stopped", "statusReason": coded("plan-standing", "replaced", label)}
    reason = coded("plan-standing", standing.reason or standing.state, CHIPS[standing.state])
    return {"status": STATUSES[standing.state], "statusReason": reason}


def _rows(log: PlanLog, version: SignedVersion, route: str) -> list[Json]:
    rows = version.text.rows
    days = planning.laid_dates(rows, log.opened)
    ends = [*days[1:], None]
    found = []
    for place, (row, day, end) in enumerate(zip(rows, days, ends, strict=True), 1):
        found += _row(row, place, day, end, route)
    return found


def _row(row: Row, place: int, day: date | None, end: date | None, route: str) -> list[Json]:
    """A row's dose, from its day to the day before the next row's, where both are known."""
    more = group(
        "planned-row",
        extension("row", row.row),
        extension("kind", row.kind, "Code"),
        extension("start", row.start, "Code"),
        extension("on", row.on),
        extension("count", row.count),
        extension("unit", row.unit, "Code"),
    )
    bounds: Json = {}
    if day is not None:
        last = end - timedelta(days=1) if end and end > day and row.kind == "dose" else None
        bounds = {"boundsPeriod": filled({"start": day, "end": last})}
    if not row.components:
        timing = {"repeat": bounds} if bounds else None
        text = wording.row_words(row, day)
        said = {"extension": more, "sequence": place, **typed("text", text or None)}
        return [filled({**said, "timing": timing})]
    found = dosages(
        row.components,
        route,
        sequence=place,
        bounds=bounds,
        said=planning.anchored(row.components, day),
        more=more,
    )
    if row.words:
        found[0]["additionalInstruction"] = [{"text": row.words}]
    return found


def _copy(around: Around, copy: Issued, version: UUID) -> Made:
    issued_as, written = IssuedAs(copy.issued_as), copy.written
    about = refer("MedicationRequest", version)
    resource = {
        "resourceType": "Communication",
        "id": str(copy.entry),
        "meta": around.meta,
        "extension": extensions(
            extension("issued-as", coded("issued-as", issued_as, issued_as.label)),
            group(
                "copy-written",
                extension("shape", written.shape, "Code"),
                extension("first-on", written.first_on),
                extension("language", written.language),
                extension("names", written.names or None),
                extension("alarm", written.alarm or None),
            ),
        ),
        "identifier": [identifier("plan-issue", copy.issue)],
        "status": IN_ERROR if copy.withdrawn else "completed",
        "category": [coded("communication", "plan-issue", _("A plan was given out"))],
        "about": [about],
        "sent": copy.issued_on,
        "payload": [{"contentReference": about}],
        **_to(around, copy.how, copy.to_whom),
        "sender": around.recorder(copy.number),
    }
    return Made(filled(resource), copy.number, copy.issue)


def _told(around: Around, copy: Issued, told: Told) -> Made:
    resource = {
        "resourceType": "Communication",
        "id": str(uuid5(copy.entry, "told")),
        "meta": around.meta,
        "inResponseTo": [refer("Communication", copy.entry)],
        "status": "completed",
        "category": [
            coded("communication", "issue-told", _("They were told that a copy no longer holds"))
        ],
        "sent": told.told_on,
        **_to(around, told.how, told.to_whom),
        "sender": around.recorder(told.number),
    }
    return Made(filled(resource), told.number, copy.issue)


def _to(around: Around, how: str, to_whom: str | None) -> Json:
    """How and to whom something was given: the patient, or whose name was typed."""
    mode = standard(f"{TERMINOLOGY}/v3-ParticipationMode", HOW_MODES[how])
    recipient = around.patient if to_whom == "" else typed("display", to_whom)
    return {
        "subject": around.patient,
        "medium": [{**mode, "text": str(IssuedHow(how).label)}],
        "recipient": [recipient],
    }
