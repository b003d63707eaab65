"""Calls, visits, letters and messages: a Communication for each text of a contact."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from titration.exports.csv import iso_moment
from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.terms import (
    MASKED,
    Json,
    coded,
    extension,
    extensions,
    filled,
    group,
    identifier,
    refer,
    standard,
    typed,
)
from titration.exports.shown import shown_contacts
from titration.fhir import IN_ERROR, TERMINOLOGY
from titration.models import ContactHow, Direction, Reached
from titration.presenters.contacts import mark_words
from titration.reading import contacted
from titration.reading.contacted import Contacted

# HL7 v3 ParticipationMode.
MODES = {"telephone": "PHONE", "visit": "FACE", "letter": "MAILWRIT", "message": "ELECTRONIC"}


def contacts(around: Around) -> Iterator[Made]:
    """Every text in the order of recording; of one regimen those about no other."""
    texts = shown_contacts(around.record)
    standing = {text.entry for text in contacted.standing(texts)}
    newest = {text.contact: text.entry for text in texts}
    for text in texts:
        made = _communication(around, text, newest, stands=text.entry in standing)
        yield Made(made, text.number, text.contact, why=text.correction_reason)


def _communication(
    around: Around, text: Contacted, newest: Mapping[UUID, UUID], *, stands: bool
) -> Json:
    how, reached = ContactHow(text.how), Reached(text.reached)
    mode = standard(f"{TERMINOLOGY}/v3-ParticipationMode", MODES[how])
    ours, theirs = {"display": text.whose_name}, _them(around, text)
    is_in = text.direction == Direction.IN
    is_had = text.reached == Reached.REACHED
    regimen = around.of_regimen(text.regimen) if text.regimen else None
    return filled(
        {
            "resourceType": "Communication",
            "id": str(text.entry),
            "meta": around.meta,
            "extension": extensions(
                extension("reached", coded("reached", reached, reached.label)),
                _call_back(around, text),
                extension("last-try", text.is_last_try or None),
                extension("correction-reason", text.correction_reason, "String"),
            ),
            "identifier": [identifier("contact", text.contact), *([regimen] if regimen else [])],
            "inResponseTo": _answers(text, newest),
            "status": _status(text) if stands else IN_ERROR,
            "statusReason": None if is_had else coded("reached", reached, reached.label),
            "category": [coded("communication", "contact", mark_words(text))],
            "medium": [{**mode, "text": str(how.label)}],
            "subject": around.patient,
            "about": [refer("Medication", text.regimen)] if text.regimen else [],
            "sent": iso_moment(text.effective),
            "recipient": [ours if is_in else theirs],
            "sender": theirs if is_in else ours,
            "payload": [*_payload("said", text.said), *_payload("told", text.told)],
        }
    )


def _status(text: Contacted) -> str:
    """Where nobody answered it was not had; a message that was left is one."""
    return "not-done" if text.reached == Reached.NO_ANSWER else "completed"


def _them(around: Around, text: Contacted) -> Json:
    """The patient, or whose name was typed."""
    return around.patient if text.with_whom == "" else typed("display", text.with_whom)


def _answers(text: Contacted, newest: Mapping[UUID, UUID]) -> list[Json]:
    """The contact whose call back it answers; by its identity alone where it is not exported."""
    if text.answers is None:
        return []
    if text.answers in newest:
        return [refer("Communication", newest[text.answers])]
    return [{"identifier": identifier("contact", text.answers)}]


def _payload(which: str, words: str | None) -> list[Json]:
    if words == "":
        return []
    said = {"contentReference": {"_display": MASKED}} if words is None else {"contentString": words}
    return [{"extension": extension("words", which, "Code"), **said}]


def _call_back(around: Around, text: Contacted) -> list[Json]:
    if text.call_back_on is None:
        return []
    return group(
        "call-back",
        extension("on", text.call_back_on),
        extension("at", text.call_back_time),
        extension("for", text.call_back_for, "String"),
        extension("by", around.people.person(text.call_back_by, text.call_back_name)),
    )
