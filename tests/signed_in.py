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
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from access import browsers
from access.models import User
from access.sessions import SessionStore

PASSWORD_ALONE = ("password",)
BOTH = ("password", "mfa")


class Begun(SessionStore):
    """A session that is not written before all of it is known."""

    def cycle_key(self) -> None:
        """Nobody has its key yet."""


def sign_in(client: Client, user: User) -> None:
    """What Django's `force_login` does for a client without a session, in one statement of three.

    Most tests begin with it.
    """
    [user.backend] = settings.AUTHENTICATION_BACKENDS
    request = HttpRequest()
    request.session = Begun()
    login(request, user)
    say_shown(request.session, user)
    request.session.save()
    client._set_login_cookies(request)


def has_shown(client: Client, user: User, shown=BOTH, *, ago: float = 0) -> None:
    """Have the client's session say what its person proved, so many seconds ago."""
    session = client.session
    say_shown(session, user, shown, ago)
    session.save()


def say_shown(session: SessionBase, user: User, shown=BOTH, ago: float = 0) -> None:
    at = time.time() - ago
    records = [{"method": method, "at": at, "reauthenticated": True} for method in shown]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)


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
