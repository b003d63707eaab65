"""What has just happened, told once, on the page that the answer leads to and on no other.

Each answer that has something to tell carries it in a cookie of its own, encrypted for its session:
it is there whatever the database takes, another tab does not show it, and no answer takes away what
another one tells.
"""

import json
from secrets import token_hex
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.messages.storage.base import BaseStorage, Message
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from access import veiled

LASTS = 60
"""Seconds in which a browser follows where it is sent."""
LONGEST = 3500
"""Characters of one cookie that every browser keeps, and a proxy hands on."""
NOTHING = (None, None, ())


class Told(BaseStorage):
    """Messages by the address of the page that shows them."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.read: list[str] = []

    def update(self, response: HttpResponseBase) -> list[Message] | None:
        """A page that leads on to another hands on what it was to tell."""
        if "Location" in response.headers and not self.used and len(self):
            self.added_new = True
        return super().update(response)

    def _get(self, *_args: Any, **_kwargs: Any) -> tuple[list[Message], bool]:
        found: list[Message] = []
        for name, value in self.request.COOKIES.items():
            if not name.startswith(settings.TOLD_COOKIE_NAME):
                continue
            said = veiled.read(value, veiled.COOKIE)
            whose, page, messages = json.loads(said, cls=MessageDecoder) if said else NOTHING
            if (whose, page) == (self._whose(), self.request.path):
                self.read.append(name)
                found += messages
        return found, True

    def _store(
        self, messages: list[Message], response: HttpResponseBase, *_args: Any, **_kwargs: Any
    ) -> list[Message]:
        """Returns what finds no room in a cookie."""
        for name in self.read:
            response.delete_cookie(name, samesite="Lax")
        if not messages:
            return []
        where = urljoin(self.request.path, response.headers.get("Location", ""))
        said = [self._whose(), unquote(urlsplit(where).path), messages]
        value = veiled.veil(json.dumps(said, cls=MessageEncoder), veiled.COOKIE)
        if len(value) > LONGEST:
            return [*self._store(messages[:-1], response), messages[-1]]
        response.set_cookie(
            f"{settings.TOLD_COOKIE_NAME}-{token_hex(4)}",
            value,
            max_age=LASTS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return []

    def _whose(self) -> str:
        """The session that alone reads it: of the next person in this browser, another one."""
        return self.request.session.session_key or ""
