"""Rows to the pure reports of intake: everything reported of regimens, as known at an entry."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from access.composed import Composed
from ledger.models import FIRST_AT, FIRST_ZONE, RecordQuerySet
from titration import intake
from titration.intake import Report
from titration.models import IntakeReport, slots_of
from titration.reading.withdrawn import as_known, withdrawal


@Composed
def _texts(regimens: Sequence[UUID], known: int | None) -> RecordQuerySet:
    """The columns of Report in its order, the zone for the day, and what withdrew the line."""
    texts = IntakeReport.objects.annotate(withdrawn=withdrawal("report"))
    texts = texts.up_to(known).filter(regimen__in=regimens)
    return texts.order_by("entry__number").values_list(
        *("entry_id", "entry__number", "report", "regimen_id", "what", "from_on", "until_on"),
        *("slots", "version__version", "taken", "reporter", "reporter_name", "reported_on"),
        *("told_name", "told_on", "note", "correction_reason", "entry__recorded_by_name"),
        *("entry__recorded_at", "entry__submission", FIRST_AT, FIRST_ZONE, "withdrawn"),
    )


def reports(regimens: Iterable[UUID], known: int | None = None) -> dict[UUID, tuple[Report, ...]]:
    """By regimen every text of every report, in the order of their recording; one query.

    intake.standing says which of them stand.
    """
    regimens = list(regimens)
    found: dict[UUID, list[Report]] = {regimen: [] for regimen in regimens}
    for row in _texts(regimens, known):
        report = _report(row, known)
        found[report.regimen].append(report)
    return {regimen: tuple(texts) for regimen, texts in found.items()}


def newer_of_days(regimen: UUID, days: Iterable[tuple[date, date]], seen: int) -> list[Report]:
    """The standing reports that tell of these days, recorded after the entry `seen`."""
    days = list(days)
    return [
        report
        for report in intake.standing(reports([regimen])[regimen])
        if report.number > seen
        and any(first <= report.last_on and report.from_on <= last for first, last in days)
    ]


def _report(row: tuple, known: int | None) -> Report:
    *said, at, submission, first_at, zone, withdrawn = row
    said[7] = slots_of(said[7])
    recorded_on = first_at.astimezone(ZoneInfo(zone)).date()
    fields = (*said, at, recorded_on, submission, as_known(withdrawn, known))
    return Report(*fields)
