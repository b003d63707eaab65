"""The contacts with a patient or about them, as known at an entry: which call backs are open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from access.composed import Composed
from ledger.models import RecordQuerySet
from titration.models import Contact
from titration.reading.withdrawn import as_known, withdrawal
from titration.timeline import Effective

REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Contacted:
    """One text of a contact, as the Contact model has it; `contact` is its line.

    Texts are None where they were erased. `withdrawn` is the entry that withdrew the line.
    """

    entry: UUID
    number: int
    contact: UUID
    patient: UUID
    regimen: UUID | None
    how: str
    direction: str
    reached: str
    with_whom: str | None
    said: str | None
    told: str | None
    whose_name: str
    answers: UUID | None
    call_back_on: date | None
    call_back_time: time | None
    call_back_for: str | None
    call_back_by: int | None
    call_back_name: str
    is_last_try: bool
    correction_reason: str | None
    by_name: str
    at: datetime
    submission: UUID
    effective: Effective
    withdrawn: int | None = None

    @property
    def order(self) -> tuple:
        return (*self.effective.order, self.number)


@Composed
def _texts(patients: Sequence[UUID], known: int | None) -> RecordQuerySet:
    """The columns of Contacted up to `submission`, its moment, and what withdrew the line."""
    texts = Contact.objects.annotate(withdrawn=withdrawal("contact"))
    texts = texts.up_to(known).filter(patient__in=patients)
    return texts.order_by("entry__number").values_list(
        *("entry_id", "entry__number", "contact", "patient_id", "regimen_id", "how", "direction"),
        *("reached", "with_whom", "said", "told", "whose_name", "answers", "call_back_on"),
        *("call_back_time", "call_back_for", "call_back_by_id", "call_back_name", "is_last_try"),
        *("correction_reason", "entry__recorded_by_name", "entry__recorded_at"),
        *("entry__submission", *Contact.EFFECTIVE, "withdrawn"),
    )


def contacts(patients: Iterable[UUID], known: int | None = None) -> tuple[Contacted, ...]:
    """Every text of every contact of some patients, in the order of their recording; one query."""
    return tuple(_contacted(row, known) for row in _texts(list(patients), known))


def _contacted(row: tuple, known: int | None) -> Contacted:
    *said, on, precision, clock, offset, withdrawn = row
    effective = Effective(on, precision, clock, offset)
    return Contacted(*(*said, effective, as_known(withdrawn, known)))


def standing(texts: Iterable[Contacted]) -> tuple[Contacted, ...]:
    """The newest text of each contact that is not withdrawn, in the order of their moments."""
    newest = {text.contact: text for text in sorted(texts, key=lambda text: text.number)}
    live = [text for text in newest.values() if text.withdrawn is None]
    return tuple(sorted(live, key=lambda text: text.order))


def newer_of_day(patient: UUID, on: date, seen: int) -> list[Contacted]:
    """The standing contacts of a day that were recorded after the entry `seen`."""
    live = standing(contacts([patient]))
    return [text for text in live if text.number > seen and text.effective.on == on]


def open_calls(live: Sequence[Contacted]) -> tuple[Contacted, ...]:
    """Of standing contacts, those whose call back none of the others answers: the first due first.

    A contact that answers may set a call back of its own, which is then the open one.
    """
    answered = {text.answers for text in live if text.answers != text.contact}
    waiting = [text for text in live if text.call_back_on and text.contact not in answered]
    return tuple(sorted(waiting, key=lambda text: (text.call_back_on, text.number)))


def attempts(call: Contacted, live: Iterable[Contacted]) -> int:
    """How many contacts in a row, with this one the last, tried to call back and reached nobody."""
    by_line = {text.contact: text for text in live}
    count, seen = 0, set()
    text: Contacted | None = call
    while text is not None and text.answers and text.reached != REACHED:
        if text.contact in seen:
            break
        seen.add(text.contact)
        count += 1
        text = by_line.get(text.answers)
    return count
