"""What the worklist says of reports that differ, call backs that wait, reviews and offers."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from access.composed import Composed
from patients.presenters import moved_words
from titration import intake
from titration.intake import Report
from titration.models import Review, WorklistRow
from titration.presenters.contacts import call_words, tries_words
from titration.presenters.intake import heading_words, told_words
from titration.reading import contacted, reported
from titration.reading.contacted import Contacted


def reports_of(rows: Sequence[WorklistRow]) -> dict[UUID, Report]:
    """The standing reports of these rows' regimens, by their line."""
    regimens = {row.regimen_id for row in rows if row.regimen_id}
    if not regimens:
        return {}
    texts = reported.reports(regimens)
    return {r.report: r for found in texts.values() for r in intake.standing(found)}


class Waiting(NamedTuple):
    """A call back, and how often it was tried in vain."""

    text: Contacted
    tries: int


def calls_of(patients: set[UUID]) -> dict[UUID, Waiting]:
    """The open call backs of these patients, by the line of their contact."""
    if not patients:
        return {}
    texts: dict[UUID, list[Contacted]] = {}
    for text in contacted.contacts(patients):
        texts.setdefault(text.patient, []).append(text)
    live = [contacted.standing(found) for found in texts.values()]
    return {
        call.contact: Waiting(call, contacted.attempts(call, found))
        for found in live
        for call in contacted.open_calls(found)
    }


def reviews_of(reviews: set[UUID]) -> dict[UUID, str]:
    """By review what it is for; a review that a plan names is not among them."""
    return {review: words or "" for review, words in _newest_reviews(list(reviews))}


@Composed
def _newest_reviews(reviews: Sequence[UUID]) -> QuerySet:
    """Each review and what it is for."""
    return Review.objects.newest().filter(review__in=reviews).values_list("review", "what_for")


def offers_of(patients: set[UUID]) -> dict[UUID, str]:
    """By patient: to which clinic they are offered, or which one declined."""
    if not patients:
        return {}
    said = moved_words(dict.fromkeys(patients, False))
    return {patient: words[0] for patient, words in said.items()}


def waiting_words(call: Waiting | None) -> str:
    """When who calls back, for what, and how often it was tried; "" for one that went since."""
    if call is None:
        return ""
    return " ".join(filter(None, [call_words(call.text), tries_words(call.tries)]))


def differing_words(report: Report) -> str:
    """The report, and which prescriber was told."""
    return _("%(report)s. %(told)s") % {
        "report": heading_words(report),
        "told": told_words(report),
    }
