"""What a person is told when the address of a page names no moment of the record."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import bad_request

from ledger.moments import NoSuchMoment


def unclear(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of a request that was not understood; of a moment, what to type instead."""
    if not isinstance(exception, NoSuchMoment):
        return bad_request(request, exception)
    context = {"words": str(exception), "today": request.path}
    return render(request, "no_such_moment.html", context, status=HTTPStatus.BAD_REQUEST)
