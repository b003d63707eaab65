"""Whether what was sent is in the record, when the database failed before the answer was there.

Each thread answers one request at a time, so it is enough to know how far its newest write came.
"""

from enum import Enum
from threading import local
from uuid import UUID

from django.db import DatabaseError, connection

from ledger.models import Submission


class Outcome(Enum):
    NOTHING = "nothing"
    RECORDED = "recorded"
    UNKNOWN = "unknown"


class _Newest(local):
    submission: UUID | None = None
    outcome = Outcome.NOTHING
    session: object = None
    """The connection that was asked to commit, as the driver has it."""


_newest = _Newest()


def forget(**_signal: object) -> None:
    """A new request of this thread: what became of the one before is not its business."""
    _newest.submission = None


def committing(submission: UUID) -> None:
    """All of the submission is sent to the database; from here on only the commit is missing."""
    _newest.submission, _newest.outcome = submission, Outcome.UNKNOWN
    _newest.session = connection.connection


def committed(submission: UUID) -> None:
    """The database has said that the submission is in the record."""
    _newest.submission, _newest.outcome = submission, Outcome.RECORDED


def of(submission: UUID) -> Outcome:
    """What became of a submission that this thread's request has just failed with.

    Unknown only where the connection broke in the commit: the database may be about to finish it.
    If that connection still lives, it has finished, and is asked; another one cannot tell.
    """
    if _newest.submission != submission:
        return Outcome.NOTHING
    if _newest.outcome is Outcome.UNKNOWN:
        try:
            if connection.connection is _newest.session and connection.is_usable():
                is_there = Submission.objects.filter(uuid=submission).exists()
                return Outcome.RECORDED if is_there else Outcome.NOTHING
        except DatabaseError:
            pass
    return _newest.outcome
