"""The dose history as CSV: a row for each part of a dose, and one for each step without a dose.

docs/exports.md says what each column holds; a test compares the two. RFC 4180, in UTF-8 with a
byte order mark, by which spreadsheets know the encoding.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ledger.models import Entry, Retraction
from patients.exports import as_text
from titration import dosing, wording
from titration.exports.history import PatientRecord, RegimenRecord, notice
from titration.models import Component, DoseStep, StepKind
from titration.presenters.followed import FollowedStep, followed_steps
from titration.presenters.log import CORRECTED, LIVE, WITHDRAWN, or_erased, ordered
from titration.timeline import Effective, StepRecord

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
    "regimen",
    "medicine",
    "form",
    "route",
    "indication",
    "indication_text",
    "responsible_prescriber",
    "supplied_by",
    "regimen_status",
    "entry",
    "step",
    "supersedes",
    "correction_reason",
    "status",
    "status_entry",
    "status_by",
    "status_at",
    "status_reason",
    "status_reason_text",
    "kind",
    "effective",
    "effective_precision",
    "decided_by",
    "received_how",
    "document_on",
    "reason",
    "reason_text",
    "note",
    "recorded_by",
    "recorded_at",
    "imported_file",
    "imported_part",
    "imported_row",
    "first_entry",
    "first_digest",
    "first_clinic",
    "first_recorded_by",
    "first_recorded_at",
    "confirmation",
    "confirmed_entry",
    "confirmed_by",
    "confirmed_at",
    "disputed_entry",
    "disputed_by",
    "disputed_at",
    "dispute_says",
    "plan",
    "plan_version",
    "plan_row",
    "planned_on",
    "plan_days",
    "plan_changed",
    "total_per_day_low",
    "total_per_day_high",
    "total_per_day_unit",
    "total_leaves_out_as_needed",
    "part",
    "parts",
    "dose_as_written",
    "amount_low",
    "amount_high",
    "unit",
    "unit_ucum",
    "timing",
    "slot",
    "clock",
    "times",
    "times_to",
    "period",
    "period_to",
    "period_unit",
    "days_on",
    "anchor",
    "weekdays",
    "window_from",
    "window_to",
    "rate_per",
    "changed_every_hours",
    "as_needed",
    "as_needed_for",
    "maximum_low",
    "maximum_high",
    "maximum_unit",
    "maximum_times",
    "maximum_hours",
    "strengths",
    "volume_ml",
    "concentration_per_ml",
    "concentration_unit",
    "product",
    "calculation",
    "instruction",
    "exported_by",
    "exported_at",
    "up_to_entry",
    "up_to_digest",
    "known_at",
    "notice",
)

# FHIR R4 days-of-week, from Monday.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Columns of a part that are fields of its table.
AS_STORED = (
    "timing",
    "slot",
    "clock",
    "times",
    "times_to",
    "period",
    "period_to",
    "period_unit",
    "days_on",
    "anchor",
    "window_from",
    "window_to",
    "rate_per",
    "changed_every_hours",
    "as_needed",
    "maximum_times",
    "maximum_hours",
    "strengths",
    "concentration_unit",
    "product",
)

Cells = dict[str, Any]


def csv_file(record: PatientRecord) -> bytes:
    """The file of a patient's record. Made whole: a truncated one would pass for a shorter one."""
    return written(COLUMNS, rows(record))


def written(columns: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """A file of these rows by column, an empty cell where a row has none."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
    return file.getvalue().encode("utf-8-sig")


def cell(value: Any) -> str:
    """A value as a cell: figures as typed, dates and times by ISO 8601, text as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return dosing.plain(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return as_text(str(value))


def rows(record: PatientRecord) -> Iterator[Cells]:
    """The rows by column: regimen by regimen, the steps by their moments, the oldest first."""
    around = {**of_patient(record), **of_export(record)}
    read = _read(record)
    for regimen in record.regimens:
        of_regimen = {**around, **_regimen(regimen)}
        if not regimen.history.records:
            yield of_regimen
        for of_step, parts in _steps(record, regimen, *read):
            yield from ({**of_regimen, **of_step, **of_part} for of_part in parts)


def of_patient(record: PatientRecord) -> Cells:
    """Whose record it is, the same in each row."""
    version = record.version
    return {
        "clinic": record.patient.clinic.name,
        "patient": record.patient.pk,
        "family_name": record.erased or version.family_name,
        "given_names": or_erased(version.given_names),
        "birth_date": or_erased(version.birth_date),
        "gender": or_erased(version.gender),
        "nhs_number": or_erased(version.nhs_number),
        "record_number": or_erased(version.record_number),
        "telephone": or_erased(record.telephone),
    }


def of_export(record: PatientRecord) -> Cells:
    """What the file says of itself, the same in each row."""
    return {
        "exported_by": record.by,
        "exported_at": record.at,
        "up_to_entry": record.number,
        "up_to_digest": record.digest,
        "known_at": record.moment.at if record.moment else None,
        "notice": notice(record.moment, record.linked, record.moved),
    }


def _regimen(regimen: RegimenRecord) -> Cells:
    version = regimen.version
    return {
        "regimen": version.regimen_id,
        "medicine": version.medicine_name,
        "form": version.form,
        "route": version.route,
        "indication": version.indication,
        "indication_text": or_erased(version.indication_text),
        "responsible_prescriber": version.responsible_name,
        "supplied_by": or_erased(version.supplied_by),
        "regimen_status": WITHDRAWN if regimen.withdrawal else LIVE,
    }


def _read(record: PatientRecord) -> tuple[dict[UUID, DoseStep], dict[UUID, Retraction]]:
    """The steps of every regimen by their entries, and what withdrew some by their lines."""
    histories = [regimen.history for regimen in record.regimens]
    steps = (
        DoseStep.objects.select_related(
            "entry__supersedes",
            "entry__superseded_by__dosestep",
            "entry__came_from__file",
            "confirmation__entry",
            "dispute__entry",
        )
        .prefetch_related("components")
        .in_bulk([step.entry for history in histories for step in history.records])
    )
    withdrawn = Retraction.objects.select_related("entry").filter(
        entry__subject__in={gone.step for history in histories for gone in history.withdrawals}
    )
    return steps, {withdrawal.entry.subject: withdrawal for withdrawal in withdrawn}


def _steps(
    record: PatientRecord,
    regimen: RegimenRecord,
    steps: dict[UUID, DoseStep],
    withdrawals: dict[UUID, Retraction],
) -> Iterator[tuple[Cells, list[Cells]]]:
    """Each step of the log with its parts, of which a step without a dose has one, empty."""
    history = regimen.history
    live = {step.entry for step in history.live}
    followed = followed_steps(regimen.plans, history)
    for known in ordered(history, oldest_first=True):
        step = steps[known.entry]
        components = sorted(step.components.all(), key=lambda component: component.position)
        of_step = {
            **_step(record, step),
            **_confirmation(record, step),
            **_plan(followed.get(known.entry)),
            **_total(known),
            **({"status": LIVE} if known.entry in live else _end(record, step, withdrawals)),
            "parts": len(components),
        }
        yield of_step, [_part(component) for component in components] or [{}]


def _step(record: PatientRecord, step: DoseStep) -> Cells:
    entry = step.entry
    return {
        "entry": entry.number,
        "step": step.step,
        "supersedes": entry.supersedes.number if entry.supersedes else None,
        "correction_reason": or_erased(step.correction_reason),
        "kind": step.kind,
        "effective": iso_moment(step.effective),
        "effective_precision": "minute" if step.effective_time else step.effective_precision,
        "decided_by": step.decided_by_name,
        "received_how": step.received_how,
        "document_on": step.document_on,
        "reason": step.reason,
        "reason_text": or_erased(step.reason_text),
        "note": or_erased(step.note),
        "recorded_by": entry.recorded_by_name,
        "recorded_at": record.patient.clinic.local(entry.recorded_at),
        **_origin(record, entry),
    }


def _origin(record: PatientRecord, entry: Entry) -> Cells:
    """Where a step that was imported stood in its file, and how it was recorded first."""
    origin = getattr(entry, "came_from", None)
    if origin is None:
        return {}
    zone = ZoneInfo(origin.first_time_zone) if origin.first_time_zone else None
    at = origin.first_recorded_at
    return {
        "imported_file": or_erased(origin.file.name),
        "imported_part": or_erased(origin.place),
        "imported_row": origin.row,
        "first_entry": origin.first_number,
        "first_digest": origin.first_digest,
        "first_clinic": or_erased(origin.first_clinic),
        "first_recorded_by": or_erased(origin.first_recorded_by),
        "first_recorded_at": at.astimezone(zone or record.patient.clinic.zone) if at else None,
    }


def iso_moment(effective: Effective) -> str:
    """The moment as finely as it is known: "2019", "2024-03", "2026-11-16" or with the time."""
    if effective.precision == "year":
        return f"{effective.on:%Y}"
    if effective.precision == "month":
        return f"{effective.on:%Y-%m}"
    if effective.time is None:
        return effective.on.isoformat()
    offset = timezone(timedelta(minutes=effective.offset or 0))
    return datetime.combine(effective.on, effective.time, offset).isoformat(timespec="seconds")


def _end(record: PatientRecord, step: DoseStep, withdrawals: dict[UUID, Retraction]) -> Cells:
    """How a text that no longer stands came to its end: corrected, or withdrawn with its line."""
    correction = getattr(step.entry, "superseded_by", None)
    if correction is not None and correction.number <= record.number:
        reason = correction.dosestep.correction_reason
        return {
            **_by(record, "status_", correction),
            "status": CORRECTED,
            "status_reason_text": or_erased(reason),
        }
    withdrawal = withdrawals[step.step]
    return {
        **_by(record, "status_", withdrawal.entry),
        "status": WITHDRAWN,
        "status_reason": withdrawal.reason,
        "status_reason_text": or_erased(withdrawal.reason_text),
    }


def _by(record: PatientRecord, prefix: str, entry: Entry) -> Cells:
    """Which entry, by whom, when."""
    return {
        f"{prefix}entry": entry.number,
        f"{prefix}by": entry.recorded_by_name,
        f"{prefix}at": record.patient.clinic.local(entry.recorded_at),
    }


def _confirmation(record: PatientRecord, step: DoseStep) -> Cells:
    """Whether the prescriber who is named as deciding stands by what was typed."""
    confirmation = getattr(step, "confirmation", None)
    if confirmation is not None and confirmation.entry.number <= record.number:
        return {"confirmation": "confirmed", **_by(record, "confirmed_", confirmation.entry)}
    dispute = getattr(step, "dispute", None)
    if dispute is not None and dispute.entry.number <= record.number:
        return {
            "confirmation": "disputed",
            **_by(record, "disputed_", dispute.entry),
            "dispute_says": or_erased(dispute.says),
        }
    if step.decided_by_id is None:
        return {"confirmation": "outside"}
    if step.decided_by_id == step.entry.recorded_by_id:
        return {"confirmation": "own"}
    return {"confirmation": "awaiting"}


def _plan(followed: FollowedStep | None) -> Cells:
    """The row of a signed plan that a step was recorded from, or that it is outside the plan."""
    if followed is None:
        return {}
    row = followed.row
    if row is None:
        return {"plan": "outside"}
    return {
        "plan": "row",
        "plan_version": row.version,
        "plan_row": row.place,
        "planned_on": row.planned_on,
        "plan_days": row.days,
        "plan_changed": row.is_changed,
    }


def _total(step: StepRecord) -> Cells:
    total = None if step.kind == StepKind.SINGLE else dosing.total_per_day(step.components)
    if total is None:
        return {}
    return {
        "total_per_day_low": total.low,
        "total_per_day_high": total.high,
        "total_per_day_unit": total.unit,
        "total_leaves_out_as_needed": total.leaves_out_as_needed,
    }


def _part(component: Component) -> Cells:
    written = component.as_written()
    maximum = written.maximum
    return {
        "part": component.position + 1,
        "dose_as_written": wording.component_words(written),
        "amount_low": component.low,
        "amount_high": component.high,
        "unit": component.unit,
        "unit_ucum": dosing.UNITS[component.unit].ucum if component.unit else "",
        "weekdays": " ".join(WEEKDAYS[day - 1] for day in written.timing.weekdays),
        "as_needed_for": or_erased(component.as_needed_for),
        "maximum_low": maximum.low if maximum else None,
        "maximum_high": maximum.high if maximum else None,
        "maximum_unit": maximum.unit if maximum else "",
        "volume_ml": component.volume,
        "concentration_per_ml": component.concentration,
        "calculation": or_erased(component.calculation),
        "instruction": or_erased(component.instruction),
        **{name: getattr(component, name) for name in AS_STORED},
    }
