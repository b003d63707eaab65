"""What a person is told when the database failed: whether anything was recorded, and what to do."""

import sys
from http import HTTPStatus
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.defaults import server_error

from ledger import outcomes
from ledger.outcomes import Outcome

OF_THE_DATABASE = (OperationalError, InterfaceError)
UNANSWERED = "unanswered"
"""Sent along with a form whose earlier try may have been recorded; no form has such a field."""
NOT_CARRIED = frozenset({"csrfmiddlewaretoken", "password", UNANSWERED})


def failure(request: HttpRequest) -> HttpResponse:
    """The page of a request that ended in an exception: 503 when the database failed, else 500.

    Asks nothing of the database that a broken one would have to answer. What was typed stays in
    the page, and is sent again from it under the same submission: it is recorded once.
    """
    if not isinstance(sys.exc_info()[1], OF_THE_DATABASE):
        return server_error(request)
    submission = submission_of(request)
    outcome = outcomes.of(submission) if submission else None
    if outcome is Outcome.NOTHING and UNANSWERED in request.POST:
        outcome = Outcome.UNKNOWN
    page = render_to_string(
        "database_failed.html",
        {
            "is_reading": request.method in {"GET", "HEAD", "OPTIONS"},
            "outcome": outcome.value if outcome else "",
            "path": request.get_full_path(),
            "carried": [
                (name, value)
                for name, values in request.POST.lists()
                if name not in NOT_CARRIED
                for value in values
            ],
            "csrf_token": get_token(request),
        },
    )
    headers = {"Retry-After": "60", "Cache-Control": "no-store"}
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def submission_of(request: HttpRequest) -> UUID | None:
    """The submission of the form that was sent; none where it has none."""
    try:
        return UUID(request.POST.get("submission", ""))
    except ValueError:
        return None
