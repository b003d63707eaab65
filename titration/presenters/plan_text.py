"""What a plan says beside its rows, as finished strings."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from titration import wording
from titration.models import PlanEnd, Purpose
from titration.planning import PlanText


def facts(text: PlanText) -> list[tuple[str, str]]:
    """(term, description) of everything that is written; what is not is left out."""
    between = pgettext("between the items of a list", "; ")
    written = [
        (_("Purpose"), purpose_words(text.purpose)),
        (_("At the end"), end_words(text.end, text.review_on)),
        (_("If doses are missed"), text.if_missed),
        (_("If unwell"), text.if_unwell),
        (_("Note"), text.note),
        (_("Times of day"), between.join(map(_slot_words, text.slots))),
    ]
    return [(term, words) for term, words in written if words]


def purpose_words(purpose: str) -> str:
    """What the plan is for: "Taper"."""
    return str(Purpose(purpose).label)


def end_words(end: str, review_on: date | None) -> str:
    """What happens after the last row, with the date of the review where one is written."""
    words = str(PlanEnd(end).label)
    if end == PlanEnd.REVIEW and review_on is None:
        return _("%(end)s; no date is written for it") % {"end": words}
    if review_on is not None:
        return _("%(end)s on %(date)s") % {
            "end": words,
            "date": wording.weekday_words(review_on),
        }
    return words


def _slot_words(slot: str) -> str:
    return slot if ":" in slot else wording.slot_label(slot)
