"""Reviews in words: what one is for, whose, when, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Clinic
from titration import wording
from titration.models import Review, ReviewStatus
from titration.presenters.log import moment_words


@dataclass(frozen=True)
class ReviewLine:
    """One text of a review, as finished strings."""

    heading: str
    what_for: str
    outcome: str
    opens: str
    recorded: str
    url: str


def review_lines(
    texts: Sequence[Review], clinic: Clinic, today: date | None = None
) -> list[ReviewLine]:
    """What each text says, in order; with `today`, whether the newest is overdue."""
    return [_line(text, clinic, today if text is texts[-1] else None) for text in texts]


def _line(text: Review, clinic: Clinic, today: date | None) -> ReviewLine:
    opens = ""
    if text.opens_on is not None:
        opens = _("The planned row that waited for it starts on %(date)s.") % {
            "date": wording.date_words(text.opens_on)
        }
    return ReviewLine(
        heading=heading_words(text, today),
        what_for=_words(text.what_for),
        outcome=_words(text.outcome),
        opens=opens,
        recorded=_("recorded by %(name)s, %(moment)s")
        % {
            "name": text.entry.recorded_by_name,
            "moment": moment_words(text.entry.recorded_at, clinic),
        },
        url=reverse("review", args=[text.review]),
    )


def heading_words(text: Review, today: date | None = None) -> str:
    """What became of a review, when and whose: "Booked for 16-Nov-2026, Dr A. Osei".

    With `today`, one that is booked for an earlier day is said to be overdue.
    """
    said = {"date": wording.date_words(text.review_on), "name": text.whose_name}
    match text.status:
        case ReviewStatus.DONE:
            return _("Done on %(date)s, %(name)s") % said
        case ReviewStatus.MISSED:
            return _("Missed on %(date)s, %(name)s") % said
        case ReviewStatus.CANCELLED:
            return _("Cancelled; it was for %(date)s, %(name)s") % said
    if today is not None and text.review_on < today:
        return _("Overdue: booked for %(date)s, %(name)s") % said
    return _("Booked for %(date)s, %(name)s") % said


def _words(text: str | None) -> str:
    return _("erased") if text is None else text
