"""What browsers are told of every answer, beside what Django and django-csp say.

Outermost, so that files and redirects carry it too.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
    """No other site reads an answer of ours, and no page reaches for a sensor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
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
