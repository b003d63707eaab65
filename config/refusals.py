"""What a person is told who may not do what they asked for."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import permission_denied

from ledger.writing import PatientErased


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of a refusal: for one that no role lifts, not the page about roles."""
    if not isinstance(exception, PatientErased):
        return permission_denied(request, exception)
    context = {"words": str(exception), "patient": exception.entry.subject}
    return render(request, "erased.html", context, status=HTTPStatus.FORBIDDEN)
