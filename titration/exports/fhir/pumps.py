"""The events of a pump: a Procedure for each text, with what the print-out says as it says it."""

from collections.abc import Iterator
from decimal import Decimal

from titration.exports.csv import iso_moment
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.dosage import dosages
from titration.exports.fhir.terms import (
    Json,
    coded,
    extension,
    extensions,
    filled,
    group,
    identifier,
    notes,
    per_ml,
    quantity,
    refer,
)
from titration.exports.history import RegimenRecord
from titration.fhir import IN_ERROR
from titration.models import PumpAlarm, PumpEventKind, PumpMode
from titration.pump import PumpText
from titration.reading.pumped import PumpEntry


def pump_events(around: Around, regimen: RegimenRecord) -> Iterator[Made]:
    """Every text of every event, in the order of recording."""
    for entry in sorted(regimen.pump.entries, key=lambda entry: entry.record.number):
        record = entry.record
        why = record.text.correction_reason
        yield Made(_procedure(around, regimen, entry), record.number, record.event, why=why)


def _procedure(around: Around, regimen: RegimenRecord, entry: PumpEntry) -> Json:
    record, version = entry.record, regimen.version
    text, kind = record.text, PumpEventKind(record.text.kind)
    stands = entry.is_live and not regimen.withdrawal
    return filled(
        {
            "resourceType": "Procedure",
            "id": str(record.entry),
            "meta": around.meta,
            "extension": extensions(
                *_programme(text, version.route),
                *_contents(text),
                extension("correction-reason", text.correction_reason, "String"),
            ),
            "identifier": [
                identifier("pump-event", record.event),
                around.of_regimen(version.regimen_id),
            ],
            "status": "completed" if stands else IN_ERROR,
            "code": coded("pump-event", kind, kind.label),
            "subject": around.patient,
            "performedDateTime": iso_moment(text.effective),
            "recorder": around.recorder(record.number),
            "performer": [{"actor": {"display": text.done_by_name}}] if text.done_by_name else [],
            "note": notes(text.note),
            "usedReference": [refer("Medication", version.regimen_id, text.medicine_name)],
            "usedCode": [{"text": text.model}] if text.model else [],
        }
    )


def _programme(text: PumpText, route: str) -> Iterator[list[Json]]:
    """How it runs, what the patient may give themselves, and what bridges a change."""
    mode = PumpMode(text.mode) if text.mode else None
    yield extension("pump-mode", coded("pump-mode", mode, mode.label) if mode else None)
    for rate in dosages(text.rates, route):
        yield extension("pump-rate", rate, "Dosage")
    yield group(
        "patient-bolus",
        extension("amount", _amount(text.bolus, text.bolus_unit)),
        extension("times", text.bolus_times),
        extension("hours", text.bolus_hours),
        extension("lockout-minutes", text.bolus_lockout_minutes, "UnsignedInt"),
    )
    yield group(
        "bridge-bolus",
        extension("amount", _amount(text.bridge, text.bridge_unit)),
        extension("minutes", text.bridge_minutes, "UnsignedInt"),
    )


def _contents(text: PumpText) -> Iterator[list[Json]]:
    """What is in the reservoir, its volumes, the dates and the alarm of the print-out."""
    yield extension("concentration", per_ml(text.concentration, text.concentration_unit))
    yield extension("other-contents", text.other_contents, "String")
    yield extension("volume-expected", _amount(text.volume_expected, "mL"))
    yield extension("volume-withdrawn", _amount(text.volume_withdrawn, "mL"))
    yield extension("volume-filled", _amount(text.volume_filled, "mL"))
    yield extension("low-reservoir-on", text.low_reservoir_on)
    yield extension("refill-on", text.refill_on)
    yield extension("replacement-on", text.replacement_on)
    alarm = PumpAlarm(text.alarm) if text.alarm else None
    yield extension("alarm", coded("pump-alarm", alarm, alarm.label) if alarm else None)
    yield extension("alarm-words", text.alarm_words, "String")


def _amount(value: Decimal | None, unit: str) -> Json | None:
    return None if value is None else quantity(value, unit)
