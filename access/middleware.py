"""What holds for every request: one access event, and no page kept by a browser."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control

from access import audit
from access.models import AccessKind

REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class AccessEventMiddleware:
    """Writes the event of requests whose view wrote none, and of every refusal.

    A request that no route answers is nobody's data and leaves no event; neither does `/health/`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user  # who asks: signing out puts nobody in their place
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or match.view_name == "health":
            return response
        if response.status_code in REFUSED or is_sent_to_sign_in(request, response):
            patient = match.kwargs.get("patient")
            audit.saw(request, AccessKind.REFUSED, [patient] if patient else [])
        elif not hasattr(request, "access_event"):
            signed_in = request.user if request.user.is_authenticated else person
            if signed_in.is_authenticated:
                audit.saw(request, AccessKind.REQUEST, by=signed_in)
        return response


def is_sent_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an anonymous request was turned away to the sign-in page."""
    if request.user.is_authenticated or response.status_code != HTTPStatus.FOUND:
        return False
    try:
        sign_in = reverse("account_login")
    except NoReverseMatch:  # pragma: no cover - only without the sign-in routes
        return False
    return request.path != sign_in and response.headers["Location"].startswith(sign_in)


class KeepNothingMiddleware:
    """No page of a signed-in person stays in a browser's store, where the next person finds it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_store=True)
        return response
