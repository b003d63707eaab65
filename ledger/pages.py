"""Pages of the record whose words are remembered (ledger.reread), and what each request adds.

The template of such a page begins with `{% extends frame %}`. It is written without the request, so
that nothing of one person's request is remembered for the next. The frame around it is written for
a person in a part of the service, with marks where each answer has its own: the token of a form,
the seconds of the session, what was searched for, and the page itself.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from access.models import User
from access.signed_in import SignedInRequest
from ledger import reread
from ledger.reread import Made

FRAMES = 256
"""Frames that a worker keeps, some 6 kB each: one for each person in each part of the service."""

_SECRET = uuid4().hex  # nobody can have typed it: it is of this process alone
_MARK = re.compile(f"-([a-z]+)-{_SECRET}-")


def _mark(name: str) -> SafeString:
    return SafeString(f"-{name}-{_SECRET}-")


_BETWEEN, _TOKEN = _mark("between"), _mark("token")


class Pieces(NamedTuple):
    """The finished parts of a page, without the frame that is around every page."""

    title: SafeString
    pinned: SafeString
    content: SafeString


def answer(
    request: SignedInRequest,
    template: str,
    key: tuple[Hashable, ...],
    now: datetime,
    context: Callable[[], Made[dict[str, Any]]],
    search_text: str = "",
) -> HttpResponse:
    """The page of what `context` reads, a function of the key, of `now` and of who asks.

    `search_text` is what was searched for.
    """

    def make() -> Made[Pieces]:
        made = context()
        return Made(_written(template, made.words), made.hold)

    person = (request.user.pk, tuple(request.user.open_memberships))
    pieces = reread.remembered((template, person, *key), now, make).words
    if _TOKEN in pieces.content:
        content = pieces.content.replace(_TOKEN, get_token(request))
        pieces = pieces._replace(content=SafeString(content))
    if len(get_messages(request)):  # they are read once, and so is the page that they stand on
        return render(request, FRAME, {**pieces._asdict(), "search_text": search_text})
    return HttpResponse(_framed(request, pieces, search_text))


def _written(template: str, context: dict[str, Any]) -> Pieces:
    own = {"frame": "pieces.html", "between": _BETWEEN, "csrf_token": _TOKEN}
    parts = render_to_string(template, {**context, **own}).split(_BETWEEN)
    return Pieces(*(SafeString(part.strip()) for part in parts))


# The frame

FRAME = "finished.html"


class Person(NamedTuple):
    """All that a frame may know of who asks."""

    pk: int
    name: str
    profession: str
    has_notices: bool
    open_memberships: tuple[tuple[int, str, bool], ...]


def _framed(request: SignedInRequest, pieces: Pieces, search_text: str) -> str:
    user = request.user
    said = (user.pk, user.name, user.profession, user.has_notices, tuple(user.open_memberships))
    # The bar at the top tells no more of an address than which part of the service it is of.
    part = request.path[: request.path.find("/", 1) + 1] or "/"
    texts = _frame(Person(*said), part, request.method or "", get_language())
    own = {
        **pieces._asdict(),
        "token": get_token(request),
        "search": escape(search_text),
        "back": quote(request.get_full_path(), safe=""),
        "idle": str(request.session.idle_left()),  # type: ignore[attr-defined]
        "left": str(request.session.left()),  # type: ignore[attr-defined]
    }
    return "".join(own[text] if place % 2 else text for place, text in enumerate(texts))


@lru_cache(FRAMES)
def _frame(person: Person, part: str, method: str, _language: str | None) -> list[str]:
    """The frame in its texts, each followed by the name of what stands between it and the next.

    It is written for a request that knows no more than what is given here.
    """
    *said, memberships = person
    user = User(**dict(zip(Person._fields, said, strict=False)))
    user.open_memberships = list(memberships)
    asked: Any = HttpRequest()
    asked.method, asked.path, asked.user = method, part, user
    asked.get_full_path = lambda: _mark("back")
    asked.session = SimpleNamespace(idle_left=lambda: _mark("idle"), left=lambda: _mark("left"))
    marks: Mapping[str, SafeString] = {name: _mark(name) for name in Pieces._fields}
    own = {"csrf_token": _TOKEN, "search_text": _mark("search")}
    return _MARK.split(render_to_string(FRAME, {**marks, **own}, request=asked))
