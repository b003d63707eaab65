"""How far a long piece of work is: told by what does it, shown by whoever asked for it.

A command shows it on its terminal. For a page it stands in a file of the service's own temporary
folder, two numbers under a name that only the page knows: the work is one write, and nothing that
it puts into the database can be read before its end.
"""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

PAUSE = 0.2
"""Seconds between two writes."""

Tell = Callable[[int, int], None]
"""Takes how much is done, and of how much."""

_told: ContextVar[Tell | None] = ContextVar("progress", default=None)


def tell(done: int, total: int) -> None:
    """Say how far the work is, to whoever shows it; nobody does unless `shown` says who."""
    if told := _told.get():
        told(done, total)


@contextmanager
def shown(told: Tell) -> Iterator[None]:
    """Have what is told meanwhile shown so."""
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


def shows_progress(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that a page waits for which has a bar: it is told how far the answer is.

    The page names its bar in a cookie (static/app.js), so that the answer to a form and the page
    that it leads to tell the same one.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with _kept(_path(request)):
            return view(request, *args, **kwargs)

    return answer


def read(request: HttpRequest) -> tuple[int, int]:
    """How much is done of the answer that the page of this browser waits for, and of how much.

    (0, 0) where it waits for none, or nothing is known of it.
    """
    if path := _path(request):
        with suppress(OSError, ValueError):
            done, total = map(int, path.read_text().split())
            return done, total
    return 0, 0


def _path(request: HttpRequest) -> Path | None:
    name = request.COOKIES.get("progress", "")
    if not re.fullmatch("[0-9a-f]{32}", name):
        return None
    return Path(tempfile.gettempdir()) / f"dose-ledger-{name}.progress"


@contextmanager
def _kept(path: Path | None) -> Iterator[None]:
    """Keep what is told in a file until the work is over."""
    if path is None:
        yield
        return
    try:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError:  # there, or no room: the work goes on without a bar
        yield
        return
    last = 0.0

    def told(done: int, total: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= PAUSE:
            last = now
            with suppress(OSError):
                os.pwrite(file, b"%12d %12d" % (done, total), 0)

    try:
        with shown(told):
            yield
    finally:
        os.close(file)
        path.unlink(missing_ok=True)
