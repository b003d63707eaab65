"""Who answers here for what came from elsewhere: named before who was named there."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.models import Record
from titration.actions.shared import two_names
from titration.models import Contact, RegimenVersion, Review, ReviewStatus

ANSWERS = {
    RegimenVersion: ("responsible", "responsible_name"),
    Review: ("whose", "whose_name"),
    Contact: ("call_back_by", "call_back_name"),
}


def name_who_answers(record: Record, answered: Collection[UUID]) -> None:
    """Of a text that nothing in the file replaces: the prescriber of the clinic by name too.

    Not of a review that was held, nor of a call back that one of the contacts `answered`.
    """
    if type(record) not in ANSWERS:
        return
    if isinstance(record, Review) and record.status != ReviewStatus.BOOKED:
        return
    if isinstance(record, Contact) and record.contact in answered:
        return
    who, name = ANSWERS[type(record)]
    person, written = getattr(record, who), getattr(record, name)
    if person is not None and written != person.name:
        words = _("%(here)s, in place of %(there)s")
        setattr(record, name, two_names(words, here=person.name, there=written))
