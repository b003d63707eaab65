"""What of a regimen's plans goes into its picture, beside the recorded steps."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from titration import planning
from titration.chart import Copy, Plans, Track
from titration.reading.issued import Issued
from titration.reading.planned import PlanLog, SignedVersion


def plans_picture(
    logs: Sequence[PlanLog],
    present: PlanLog | None,
    issued: Iterable[Issued] = (),
    *,
    with_versions: bool = False,
) -> Plans:
    """The plan that is not over, its pauses and its copies; with every other version when asked.

    Of a plan that is over nothing is drawn unless asked: it says nothing of what is to come.
    """
    tracks = [
        _track(log, version, is_present=log is present and version is log.newest)
        for log in logs
        for version in log.versions
        if with_versions or (log is present and version is log.newest)
    ]
    copies = [
        Copy(copy.version, copy.issued_on, copy.told.told_on if copy.told else None)
        for copy in issued
        if present is not None and copy.plan == present.plan
    ]
    return Plans(tracks, tuple(_pauses(present)) if present else (), copies)


def _track(log: PlanLog, version: SignedVersion, *, is_present: bool) -> Track:
    rows = version.text.rows
    days = planning.laid_dates(rows, log.opened)
    return Track(version.version, tuple(zip(rows, days, strict=True)), is_present)


def _pauses(log: PlanLog) -> Iterator[tuple[date, date | None]]:
    """From when to when the plan was paused, the last one still if no end is recorded."""
    events = [(event.number, event.kind, event.on) for event in log.events]
    signed = [(version.number, "signed", version.signed_on) for version in log.versions]
    begun: date | None = None
    for _number, kind, on in sorted([*events, *signed]):
        if kind == "paused":
            begun = begun or on
        elif begun is not None:
            yield begun, on
            begun = None
    if begun is not None:
        yield begun, None
