"""What a person is told of a request that was not understood, or whose session took no change."""

from http import HTTPStatus

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import bad_request, server_error

from ledger.moments import NoSuchMoment


def unclear(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of a request that was not understood; of a moment, what to type instead.

    Whose session could not be written may have recorded before that: nothing says that it did not.
    """
    if isinstance(exception, SessionInterrupted):
        return server_error(request)
    if not isinstance(exception, NoSuchMoment):
        return bad_request(request, exception)
    context = {"words": str(exception), "today": request.path}
    return render(request, "no_such_moment.html", context, status=HTTPStatus.BAD_REQUEST)
