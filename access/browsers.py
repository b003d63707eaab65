"""The browsers in which somebody has signed in before, by a signed cookie; and what one is called.

A browser that knows a person has its own count of their wrong passwords, so that a stranger who
uses up the count of everybody else keeps nobody out of their own (OWASP, "device cookies"). A
sign-in in any other browser is told to the person.
"""

from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from access.models import User

SALT = "signed-in-here"
LASTS = 90 * 24 * 60 * 60
MOST_PEOPLE = 30
"""Of a shared computer; the one who has been away the longest gives way."""


def read(request: HttpRequest) -> tuple[str, list[int]]:
    """The browser's own name and the ids of who signed in there within LASTS; "" and none."""
    text = (
        request.get_signed_cookie(settings.BROWSER_COOKIE_NAME, "", salt=SALT, max_age=LASTS) or ""
    )
    name, _colon, people = text.partition(":")
    return name, [int(person) for person in people.split(",") if person]


def is_known(request: HttpRequest) -> bool:
    """Whether somebody has signed in in this browser lately."""
    return bool(read(request)[0])


def knows(request: HttpRequest, email: str) -> str:
    """The name of the browser where the person with this address signed in before, else ""."""
    name, people = read(request)
    if not name:
        return ""
    return name if User.objects.filter(pk__in=people, email__iexact=email).exists() else ""


def remember(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Have the browser know the person from now on."""
    name, people = read(request)
    people = [person.pk, *(other for other in people if other != person.pk)][:MOST_PEOPLE]
    response.set_signed_cookie(
        settings.BROWSER_COOKIE_NAME,
        f"{name or token_urlsafe(12)}:{','.join(map(str, people))}",
        salt=SALT,
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# In this order: each names itself as those after it too.
PROGRAMS = [
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
]
SYSTEMS = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Macintosh", "a Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
]


def described(request: HttpRequest) -> str:
    """What a person would call the browser that asks: "Firefox on Windows". Never its own words."""
    agent = request.headers.get("User-Agent", "")
    program = _first(PROGRAMS, agent) or _("A browser")
    system = _first(SYSTEMS, agent)
    if not system:
        return program
    return _("%(program)s on %(system)s") % {"program": program, "system": system}


def _first(names: list[tuple[str, str]], agent: str) -> str:
    return next((name for mark, name in names if mark in agent), "")


def where(request: HttpRequest) -> dict[str, Any]:
    """Where a person signs in from, for their own eyes: the browser and the network address."""
    from allauth.account.adapter import get_adapter

    return {"browser": described(request), "address": get_adapter().get_client_ip(request)}


def place_words(browser: str, address: str) -> str:
    """As `where` found it, in words."""
    if not browser:
        return _("Not known")
    return _("%(browser)s, network address %(address)s") % {"browser": browser, "address": address}
