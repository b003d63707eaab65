"""What holds for every request: one access event, and no page kept by a browser."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control

from access import audit
from access.models import AccessKind

REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class AccessEventMiddleware:
    """Writes the event of requests whose view wrote none, and of every refusal.

    A request that no route answers is nobody's data and leaves no event; neither does `/health/`.
    What nobody could be written down as seeing is not shown: 503.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user  # who asks: signing out puts nobody in their place
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or match.view_name == "health":
            return response
        try:
            if response.status_code in REFUSED or is_turned_away(request, response):
                audit.refused(request)
            elif not hasattr(request, "access_event"):
                signed_in = request.user if request.user.is_authenticated else person
                if signed_in.is_authenticated:
                    audit.saw(request, AccessKind.REQUEST, by=signed_in)
        except audit.NotWritten:
            return not_shown(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, audit.NotWritten):
            return not_shown(request)
        return None


def not_shown(request: HttpRequest) -> HttpResponse:
    """The page in place of one whose access event nothing took; it asks nothing of the database."""
    request.access_event = None  # type: ignore[attr-defined]  # tried, and not to be tried again
    page = render_to_string("503.html")
    headers = {"Retry-After": "60", "Cache-Control": "no-store"}
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def is_turned_away(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer leads to the sign-in page, or to a second factor, instead of the page."""
    if getattr(request, "is_turned_away", False):  # by access.second_factor
        return True
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
