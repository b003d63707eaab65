"""Sessions as the sign-in pages leave them, without going through the pages."""

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.http import HttpResponse
from django.test import Client, RequestFactory

from access import browsers
from access.models import User

PASSWORD_ALONE = ("password",)
BOTH = ("password", "mfa")


def has_shown(client: Client, user: User, shown=BOTH, *, ago: float = 0) -> None:
    """Have the client's session say what its person proved, so many seconds ago."""
    session = client.session
    at = time.time() - ago
    records = [{"method": method, "at": at, "reauthenticated": True} for method in shown]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()


def is_known_here(client: Client, user: User) -> None:
    """Have the client be a browser in which the person signed in before."""
    request, response = RequestFactory().get("/"), HttpResponse()
    request.COOKIES.update({name: each.value for name, each in client.cookies.items()})
    browsers.remember(request, response, user)
    client.cookies.update(response.cookies)


def app_of(user: User) -> str:
    """Set up an authenticator app for the person: its key."""
    key = generate_totp_secret()
    TOTP.activate(user, key)
    return key


def code_of(key: str, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(key, int(time.time()) // 30 + steps))
