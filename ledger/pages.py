"""Pages of the record whose words are remembered (ledger.reread), and what each request adds.

The template of such a page begins with `{% extends frame %}`. It is written without the request, so
that nothing of one person's request is remembered for the next: the bar at the top, what has just
happened and the token of a form come with each answer.
"""

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from access.signed_in import SignedInRequest
from ledger import reread
from ledger.reread import Made

# Nobody can have typed these: they are of this process alone.
_BETWEEN, _TOKEN = (f"-{name}-{uuid4().hex}-" for name in ("between", "token"))


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
    **frame: str,
) -> HttpResponse:
    """The page of what `context` reads, a function of the key, of `now` and of who asks.

    `frame` is for the frame around the page.
    """

    def make() -> Made[Pieces]:
        made = context()
        return Made(_written(template, made.words), made.hold)

    person = (request.user.pk, tuple(request.user.open_memberships))
    pieces = reread.remembered((template, person, *key), now, make).words
    if _TOKEN in pieces.content:
        content = pieces.content.replace(_TOKEN, get_token(request))
        pieces = pieces._replace(content=SafeString(content))
    return render(request, "finished.html", {**frame, **pieces._asdict()})


def _written(template: str, context: dict[str, Any]) -> Pieces:
    own = {"frame": "pieces.html", "between": _BETWEEN, "csrf_token": _TOKEN}
    parts = render_to_string(template, {**context, **own}).split(_BETWEEN)
    return Pieces(*(SafeString(part.strip()) for part in parts))
