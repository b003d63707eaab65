"""The dose log: a Medication for each regimen, a MedicationRequest for each text of a step.

A step is an order: what the patient was instructed to take, and never that they took it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from titration import timeline
from titration.exports.csv import iso_moment
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.dosage import dosages, routed
from titration.exports.fhir.terms import (
    Json,
    coded,
    extension,
    extensions,
    filled,
    group,
    identifier,
    notes,
    quantity,
    refer,
)
from titration.exports.history import RegimenRecord
from titration.fhir import IN_ERROR
from titration.models import (
    KINDS_WITH_DOSE,
    Indication,
    ReceivedHow,
    RegimenVersion,
    StepKind,
    reasons_for,
)
from titration.presenters.followed import FollowedStep, followed_steps, version_at
from titration.presenters.log import confirmation_words, heading_words
from titration.reading.logged import StepText
from titration.reading.planned import PlanLog, SignedVersion
from titration.timeline import StepRecord


@dataclass(frozen=True)
class Row:
    """The row of a signed version that a line of steps was recorded from; places from 1."""

    version: SignedVersion
    row: UUID
    place: int


def medication(around: Around, regimen: RegimenRecord) -> Made:
    """The medicine of a regimen by one route, with what it is for and who answers for it."""
    version = regimen.version
    resource = filled(
        {
            "resourceType": "Medication",
            "id": str(version.regimen_id),
            "meta": around.meta,
            "extension": extensions(
                extension("route", routed(version.route)),
                extension("unit", version.unit, "Code"),
                *(extension("strength", strength) for strength in version.strengths),
                extension("indication", indication(version)),
                extension(
                    "responsible",
                    around.people.person(version.responsible_id, version.responsible_name),
                ),
                extension("supplied-by", version.supplied_by, "String"),
            ),
            "identifier": [around.of_regimen(version.regimen_id)],
            "code": {"text": version.medicine_name},
            "status": IN_ERROR if regimen.withdrawal else "active",
            "form": {"text": version.form} if version.form else None,
        }
    )
    return Made(resource, version.entry.number, version.regimen_id)


def indication(version: RegimenVersion) -> Json:
    label = Indication(version.indication).label
    return coded("indication", version.indication, label, version.indication_text)


def steps(around: Around, regimen: RegimenRecord) -> Iterator[Made]:
    """Every text of the log in the order of recording, corrected and withdrawn ones too."""
    log = _Log(around, regimen)
    for record in sorted(regimen.history.records, key=lambda record: record.number):
        yield log.request(record)
        if record.kind == timeline.SINGLE and record.entry in log.live:
            yield from log.administration(record)


class _Log:
    def __init__(self, around: Around, regimen: RegimenRecord) -> None:
        history = regimen.history
        self.around, self.regimen = around, regimen
        self.now: datetime = around.record.now
        self.live = set() if regimen.withdrawal else {step.entry for step in history.live}
        told = timeline.instructions(history.live)
        self.before = {step.entry: before for before, step in pairwise(told)}
        self.over = {
            segment.step.entry
            for segment in timeline.segments(history.live)
            if segment.end is not None and segment.end.has_come(self.now)
        }
        self.rows = planned_rows(regimen.plans)
        self.followed: Mapping[UUID, FollowedStep] = followed_steps(regimen.plans, history)

    def request(self, record: StepRecord) -> Made:
        around, version = self.around, self.regimen.version
        text = around.texts[record.entry]
        decided = around.people.person(text.decided_by, text.decided_by_name)
        reason = _reason(text)
        has_dose = record.kind in KINDS_WITH_DOSE
        row = self.rows.get(record.step)
        resource = filled(
            {
                "resourceType": "MedicationRequest",
                "id": str(record.entry),
                "meta": around.meta,
                "extension": self._extensions(record, text, row),
                "identifier": [identifier("dose-step", record.step)],
                "status": self._status(record),
                "statusReason": None if has_dose else reason,
                "intent": "order",
                "doNotPerform": True if record.kind == timeline.WITHHOLD else None,
                "medicationReference": _medicine(version),
                "subject": around.patient,
                "authoredOn": around.local(text.recorded_at),
                "requester": decided,
                "recorder": around.recorder(record.number),
                "reasonCode": [*([reason] if has_dose else []), indication(version)],
                "basedOn": [refer("MedicationRequest", row.version.entry)] if row else [],
                "groupIdentifier": around.of_regimen(version.regimen_id),
                "note": [*notes(text.note), *self._open(record, text)],
                "dosageInstruction": self._dosages(record),
                "priorPrescription": self._before(record),
            }
        )
        return Made(resource, record.number, record.step, decided, text.correction_reason)

    def _status(self, record: StepRecord) -> str:
        if record.entry not in self.live:
            return IN_ERROR
        if record.kind == timeline.SINGLE:
            # Nobody here saw it given.
            return "unknown" if record.effective.has_come(self.now) else "active"
        if record.kind == timeline.STOP:
            return "stopped"
        if record.entry in self.over:
            return "completed"
        return "on-hold" if record.kind == timeline.WITHHOLD else "active"

    def _before(self, record: StepRecord) -> Json | None:
        before = self.before.get(record.entry)
        return refer("MedicationRequest", before.entry) if before else None

    def _open(self, record: StepRecord, text: StepText) -> list[Json]:
        """That the prescriber does not stand by it yet, said in words too; no words of theirs."""
        if record.entry not in self.live:
            return []
        said = confirmation_words(text, self.around.clinic)
        if not said.is_open:
            return []
        return [
            {"extension": extension("confirmation", confirmation(text), "Code"), "text": said.words}
        ]

    def _dosages(self, record: StepRecord) -> list[Json]:
        route = self.regimen.version.route
        bounds: Json = {"boundsPeriod": {"start": iso_moment(record.effective)}}
        if not record.components:
            text = heading_words(record.kind)
            return [{"sequence": 1, "text": text, "timing": {"repeat": bounds}}]
        return dosages(record.components, route, bounds=bounds)

    def _extensions(self, record: StepRecord, text: StepText, row: Row | None) -> list[Json]:
        followed = self.followed.get(record.entry)
        received = ReceivedHow(text.received_how)
        return extensions(
            extension("kind", coded("dose-step-kind", record.kind, StepKind(record.kind).label)),
            extension("effective", iso_moment(record.effective), "DateTime"),
            extension("received-how", coded("received-how", received, received.label)),
            extension("document-on", text.document_on),
            extension("confirmation", confirmation(text), "Code"),
            extension("confirmed-by", text.confirmed_by_name),
            extension("dispute-says", text.dispute_says, "String" if text.disputed_at else ""),
            extension("correction-reason", text.correction_reason, "String"),
            planned_row(row, followed) if row else [],
            extension("outside-plan", True if followed and followed.is_outside else None),
        )

    def administration(self, record: StepRecord) -> Iterator[Made]:
        """A single dose whose moment has come: whether it was given nobody recorded."""
        if not record.effective.has_come(self.now):
            return
        around = self.around
        version = self.regimen.version
        resource = filled(
            {
                "resourceType": "MedicationAdministration",
                "id": str(record.entry),
                "meta": around.meta,
                "status": "unknown",
                "medicationReference": _medicine(version),
                "subject": around.patient,
                "effectiveDateTime": iso_moment(record.effective),
                "request": refer("MedicationRequest", record.entry),
                "dosage": self._given(record),
            }
        )
        yield Made(resource, record.number, record.step)

    def _given(self, record: StepRecord) -> Json | None:
        """One written amount. Of more, and of a range, the request tells alone."""
        if len(record.components) != 1:
            return None
        [part] = record.components
        if part.amount is None or part.amount.high is not None:
            return None
        [said] = dosages([part], self.regimen.version.route)
        dose = quantity(part.amount.low, part.amount.unit)
        return {"text": said["text"], "route": said["route"], "dose": dose}


def _medicine(version: RegimenVersion) -> Json:
    return refer("Medication", version.regimen_id, version.medicine_name)


def _reason(text: StepText) -> Json:
    listed = "change-reason" if text.kind in KINDS_WITH_DOSE else "stop-reason"
    label = reasons_for(text.kind)(text.reason).label
    return coded(listed, text.reason, label, text.reason_text)


def confirmation(text: StepText) -> str:
    """Whether the prescriber who is named stands by what was typed, as a code."""
    if text.disputed_at is not None:
        return "disputed"
    if text.confirmed_at is not None:
        return "confirmed"
    if text.decided_by is None:
        return "outside"
    return "own" if text.decided_by == text.recorded_by else "awaiting"


def planned_rows(plans: tuple[PlanLog, ...]) -> dict[UUID, Row]:
    """By line of steps: the row that it was recorded from, of the version that was the newest."""
    found = {}
    for plan in plans:
        for link in plan.links:
            version = version_at(plan, link.number)
            rows = [row.row for row in version.text.rows] if version else []
            if version and link.row in rows:
                found[link.step] = Row(version, link.row, rows.index(link.row) + 1)
    return found


def planned_row(row: Row, followed: FollowedStep | None) -> list[Json]:
    of_row = followed.row if followed else None
    return group(
        "planned-row",
        extension("row", row.row),
        extension("place", row.place),
        extension("version", row.version.version),
        extension("planned-on", of_row.planned_on if of_row else None),
        extension("changed", of_row.is_changed if of_row else None),
    )
