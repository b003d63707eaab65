"""Reviews of a regimen: a Task for each text, of which the newest of its line stands."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from titration.exports.fhir.around import Around, Made
from titration.exports.fhir.terms import (
    Json,
    coded,
    extension,
    filled,
    group,
    identifier,
    notes,
    refer,
    typed,
)
from titration.exports.history import RegimenRecord
from titration.fhir import IN_ERROR
from titration.models import Review, ReviewStatus

# FHIR R4 task-status.
STATUSES = {
    ReviewStatus.BOOKED: "requested",
    ReviewStatus.DONE: "completed",
    ReviewStatus.MISSED: "failed",
    ReviewStatus.CANCELLED: "cancelled",
}


def reviews(around: Around, regimen: RegimenRecord) -> Iterator[Made]:
    """Every text of every review of a regimen, in the order of recording."""
    texts = [text for text in around.reviews if text.regimen_id == regimen.version.regimen_id]
    newest = {text.review: text.pk for text in texts}
    for text in texts:
        made = _task(around, regimen, text, is_newest=newest[text.review] == text.pk)
        yield Made(made, text.entry.number, text.review)


def _task(around: Around, regimen: RegimenRecord, text: Review, *, is_newest: bool) -> Json:
    status, version = ReviewStatus(text.status), regimen.version
    said = coded("review-status", status, status.label)
    if not is_newest:
        said = coded("review-status", "replaced", _("Replaced by a later entry"))
    return filled(
        {
            "resourceType": "Task",
            "id": str(text.pk),
            "meta": around.meta,
            "extension": group(
                "opens-row", extension("row", text.opens_row), extension("on", text.opens_on)
            ),
            "identifier": [
                identifier("review", text.review),
                around.of_regimen(version.regimen_id),
            ],
            "status": _status(regimen, status, is_newest=is_newest),
            "businessStatus": said,
            "intent": "plan",
            "code": coded("task", "review", _("Review")),
            **typed("description", text.what_for),
            "focus": refer("Medication", version.regimen_id, version.medicine_name),
            "for": around.patient,
            "executionPeriod": {"start": text.review_on, "end": text.review_on},
            "authoredOn": around.local(text.entry.recorded_at),
            "requester": around.recorder(text.entry.number),
            "owner": around.people.person(text.whose_id, text.whose_name),
            "note": notes(text.outcome),
        }
    )


def _status(regimen: RegimenRecord, status: ReviewStatus, *, is_newest: bool) -> str:
    if regimen.withdrawal:
        return IN_ERROR
    return STATUSES[status] if is_newest else "cancelled"
