"""What browsers are told of every answer, beside what Django says.

Outermost, so that files and redirects carry it too.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# A page of ours consists of what this host serves, and stands in no page of another's.
POLICY = "; ".join(
    [
        *("default-src 'none'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"),
        *(f"{name}-src 'self'" for name in ("script", "style", "img", "font", "connect")),
        "form-action 'self'",
    ]
)
DEBUG_PAGES = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR})
"""Django's own under DEBUG have their styles within."""
# What pages of ours never use is off, so that whatever got into one cannot use it either. Passkeys
# are the one exception, and for this host alone.
UNUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection"),
    *("local-fonts", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "storage-access", "sync-xhr", "usb", "xr-spatial-tracking"),
)
PERMISSIONS = ", ".join(
    [
        *(f"{name}=()" for name in UNUSED),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)
SIGN_OUTS = frozenset({"account_logout", "admin:logout"})
SIGNED_OUT = '"cache", "storage"'
SWITCHED = '"cache"'
"""Somebody else signs in to send the form that waits in the page's own store."""


class HeadersMiddleware:
    """No page holds what another host has, or reaches for a sensor; no other site reads one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in DEBUG_PAGES):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if is_sign_out(request):
            clear = SWITCHED if "next" in request.POST else SIGNED_OUT
            response.headers["Clear-Site-Data"] = clear
        return response


def is_sign_out(request: HttpRequest) -> bool:
    """Whether this request signed out whoever was signed in."""
    match = request.resolver_match
    return match is not None and match.view_name in SIGN_OUTS and request.method == "POST"
