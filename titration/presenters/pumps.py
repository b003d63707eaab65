"""A pump in finished words: what holds now and which event said so, and every event there was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Clinic
from titration import wording
from titration.dosing import Component
from titration.models import PumpAlarm, PumpEventKind, PumpMode
from titration.presenters.log import or_erased, quoted, recorded_words, withdrawal_words
from titration.pump import STOPPED, Pump, PumpRecord, PumpText
from titration.reading import pumped
from titration.reading.pumped import PumpEntry, PumpLog

Fact = tuple[str, str]


@dataclass(frozen=True)
class PumpFact:
    """Something that holds now: what, and which event last said it."""

    label: str
    words: str
    source: str
    is_alarm: bool = False


@dataclass(frozen=True)
class PumpRow:
    """One text of an event; `error` says by whom, when and why one no longer stands."""

    heading: str
    moment: str
    facts: Sequence[Fact]
    recorded: str
    correction: str
    error: str
    is_live: bool
    correct_url: str
    retract_url: str


@dataclass(frozen=True)
class PumpNow:
    """The pump as its events leave it. `words` says so where there is none in place."""

    words: str
    facts: Sequence[PumpFact] = ()
    differs: str = ""


def pump_now(log: PumpLog, instructed: Sequence[Component] | None) -> PumpNow:
    """What holds now. `instructed` are the parts of the last recorded instruction, if one stands:
    none of a withheld or stopped medicine.

    Where both are written and are not the same, that is said, and nothing more: which is right, the
    prescriber knows.
    """
    now = log.pump
    if not now.is_in_place:
        return PumpNow(_nothing_words(log, now))
    return PumpNow("", list(_facts_now(now)), _differs_words(now, instructed))


def _nothing_words(log: PumpLog, now: Pump) -> str:
    if now.removed is not None:
        moment = wording.effective_words(now.removed.text.effective)
        return _("The pump was taken out: %(moment)s.") % {"moment": moment}
    if log.entries:
        return _("No event of the pump stands.")
    return _("No pump is recorded. Record it when it is put in, or as it is found in place.")


def dates_now(now: Pump) -> Iterator[PumpFact]:
    """The alarm, and the days that were written for the pump."""
    if now.alarm is not None:
        words = _alarm_words(now.alarm.text)
        yield _fact(_("Alarm"), words, now.alarm, is_alarm=now.is_alarm_heard)
    dated = (
        (_("Low-reservoir alarm date"), now.low_reservoir, "low_reservoir_on"),
        (_("Refill booked for"), now.refill, "refill_on"),
        (_("Replacement date"), now.replacement, "replacement_on"),
    )
    for label, record, name in dated:
        if record is not None:
            yield _fact(label, wording.date_words(getattr(record.text, name)), record)
        elif now.filled is not None and name != "replacement_on":
            none = _("none is written since the reservoir was filled")
            yield _fact(label, none, now.filled)


def _facts_now(now: Pump) -> Iterator[PumpFact]:
    yield from dates_now(now)
    said = (
        (now.model, {_("Pump")}),
        (now.contents, {_("In the reservoir"), _("Also in the reservoir")}),
        (now.programme, {_("Mode"), _("Programme")}),
        (now.bolus, {_("Bolus by the patient")}),
    )
    for record, labels in said:
        for label, words in pump_facts(record.text) if record else ():
            if label in labels:
                yield _fact(label, words, record)


def _fact(label: str, words: str, record: PumpRecord | None, *, is_alarm: bool = False) -> PumpFact:
    assert record is not None  # noqa: S101 - asked before
    source = _("%(event)s, %(moment)s") % {
        "event": PumpEventKind(record.text.kind).label,
        "moment": wording.effective_words(record.text.effective),
    }
    return PumpFact(label, words, source, is_alarm)


def _differs_words(now: Pump, instructed: Sequence[Component] | None) -> str:
    if now.programme is None or instructed is None:
        return ""
    read = now.programme.text
    if not read.rates and read.mode != STOPPED:
        return ""
    if _bare(read.rates) == _bare(instructed):
        return ""
    return _(
        "The programme read off the pump is not written as the last recorded instruction is. "
        "Compare the two."
    )


@dataclass(frozen=True)
class PumpCard:
    """The pump at first glance: whether one is in place, its alarm and its dates."""

    url: str
    words: str
    facts: Sequence[PumpFact]


def pump_card(regimen: UUID, log: PumpLog | None, query: str) -> PumpCard | None:
    """None for a medicine that no pump gives. `query` ends the address of another moment."""
    if log is None:
        return None
    now = log.pump
    facts = list(dates_now(now)) if now.is_in_place else []
    words = _("In place") if now.is_in_place else _nothing_words(log, now)
    return PumpCard(_url("pump", regimen) + query, words, facts)


@dataclass(frozen=True)
class PumpReadBack:
    """An event that is about to be recorded, in full words."""

    heading: str
    moment: str
    facts: Sequence[Fact]


def read_back(text: PumpText, medicine_name: str) -> PumpReadBack:
    """What was typed; the reservoir's medicine is named as the record will name it."""
    facts = pump_facts(replace(text, medicine_name=medicine_name))
    if text.correction_reason:
        facts.append((_("Why the entry is corrected"), text.correction_reason))
    return PumpReadBack(
        heading=str(PumpEventKind(text.kind).label),
        moment=wording.effective_words(text.effective),
        facts=facts,
    )


def _bare(parts: Sequence[Component]) -> set[object]:
    """Amount and timing of each part without what is written beside them, or its words alone."""
    return {part if part.is_words else (part.amount, part.timing) for part in parts}


def pump_rows(log: PumpLog, clinic: Clinic, *, may_record: bool = False) -> list[PumpRow]:
    """Every text, newest moment first."""
    return [_row(entry, clinic, may_record=may_record) for entry in log.entries]


def _row(entry: PumpEntry, clinic: Clinic, *, may_record: bool) -> PumpRow:
    text = entry.record.text
    is_open = may_record and entry.is_live
    return PumpRow(
        heading=str(PumpEventKind(text.kind).label),
        moment=wording.effective_words(text.effective),
        facts=pump_facts(text),
        recorded=_("Recorded by %(name)s, %(when)s, entry %(number)s")
        % recorded_words(entry.entry, clinic),
        correction=quoted(text.correction_reason),
        error=_error_words(entry, clinic),
        is_live=entry.is_live,
        correct_url=_url("pump-event-correct", entry.record.event) if is_open else "",
        retract_url=_url("pump-event-retract", entry.record.event) if is_open else "",
    )


def _url(name: str, key: UUID) -> str:
    return reverse(name, args=[key])


def _error_words(entry: PumpEntry, clinic: Clinic) -> str:
    if entry.withdrawn_by is not None and entry.corrected_by is None:
        return withdrawal_words(entry.withdrawn_by, clinic)
    if entry.corrected_by is None:
        return ""
    return _("corrected by %(name)s, %(when)s, entry %(number)s: %(reason)s") % {
        **recorded_words(entry.corrected_by.entry, clinic),
        "reason": or_erased(entry.corrected_by.record.text.correction_reason),
    }


def pump_facts(text: PumpText) -> list[Fact]:
    """(label, words) of everything that a print-out says, in the order of the form."""
    said = [
        (_("Pump"), text.model),
        (_("In the reservoir"), _contents_words(text)),
        (_("Also in the reservoir"), quoted(text.other_contents)),
        (_("Mode"), str(PumpMode(text.mode).label) if text.mode else ""),
        (_("Programme"), wording.dosage_words(text.rates) if text.rates else ""),
        (_("Bolus by the patient"), _bolus_words(text)),
        (_("Bridge bolus"), _bridge_words(text)),
        (_("Volume expected"), _volume_words(text.volume_expected)),
        (_("Volume withdrawn"), _volume_words(text.volume_withdrawn)),
        (_("Volume filled"), _volume_words(text.volume_filled)),
        (_("Low-reservoir alarm date"), _date_words(text.low_reservoir_on)),
        (_("Refill booked for"), _date_words(text.refill_on)),
        (_("Replacement date"), _date_words(text.replacement_on)),
        (_("Alarm"), _alarm_words(text)),
        (_("Done by"), text.done_by_name),
        (_("Note"), quoted(text.note)),
    ]
    return [(label, words) for label, words in said if words]


def _contents_words(text: PumpText) -> str:
    if text.concentration is None:
        return ""
    return _("%(medicine)s, %(concentration)s") % {
        "medicine": text.medicine_name,
        "concentration": wording.concentration_words(text.concentration, text.concentration_unit),
    }


def _bolus_words(text: PumpText) -> str:
    if text.bolus is None:
        return ""
    limits = (text.bolus_times, text.bolus_hours, text.bolus_lockout_minutes)
    return wording.patient_bolus_words(text.bolus, text.bolus_unit, *limits)


def _bridge_words(text: PumpText) -> str:
    if text.bridge is None:
        return ""
    return wording.bridge_words(text.bridge, text.bridge_unit, text.bridge_minutes)


def _volume_words(volume) -> str:
    return "" if volume is None else wording.volume_words(volume)


def _date_words(on) -> str:
    return "" if on is None else wording.date_words(on)


def _alarm_words(text: PumpText) -> str:
    if not text.alarm:
        return quoted(text.alarm_words) if text.alarm_words else ""
    words = str(PumpAlarm(text.alarm).label)
    if beside := quoted(text.alarm_words):
        return _("%(words)s: %(beside)s") % {"words": words, "beside": beside}
    return words


def pump_dates_words(topic: str, text: PumpText) -> str:
    """What an event says of the alarm, or of refill and replacement, in one line."""
    if topic == "pump-alarm":
        alarm = _alarm_words(text)
        dates = [(_("Low-reservoir alarm date"), text.low_reservoir_on)]
    else:
        alarm = ""
        dates = [
            (_("Refill booked for"), text.refill_on),
            (_("Replacement date"), text.replacement_on),
        ]
    said = [
        _("%(term)s: %(words)s") % {"term": term, "words": _date_words(on)}
        for term, on in dates
        if on
    ]
    return "; ".join(filter(None, [alarm, *said]))


def in_place_words(patient: UUID, known: int | None = None) -> str:
    """That a pump is in place and what it gives, for the banner; "" where none is."""
    medicines = pumped.medicines_in_pumps(patient, known)
    if not medicines:
        return ""
    return _("Pump: %(medicines)s") % {"medicines": ", ".join(medicines)}
