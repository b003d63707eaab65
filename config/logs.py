"""Log lines for whatever collects them: one JSON object each, and no patient in any.

`at` (UTC), `level`, `logger`, `message`; `request` is the number that the answer carries too as
X-Request-ID; `person`, `route`, `method`, `status` and, of a sign-in, `address` where they are
known; `exception` without what it says.
"""

import json
import logging
import re
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
"""What a proxy of ours may number a request with."""

_number: ContextVar[str] = ContextVar("request", default="")


class RequestNumberMiddleware:
    """Gives each request a number; takes that of the proxy where one of ours stands in front."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = number_of(request)
        request.number = number  # type: ignore[attr-defined]  # told when the answer is logged
        token = _number.set(number)
        try:
            response = self.get_response(request)
        finally:
            _number.reset(token)
        response.headers[HEADER] = number
        return response


def number_of(request: HttpRequest) -> str:
    """The proxy's number, if it is believed and looks like one; else a new one."""
    given = request.headers.get(HEADER, "")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and GIVEN.fullmatch(given):
        return given
    return uuid4().hex


class JsonLines(logging.Formatter):
    """One JSON object in ASCII for each record: no text of anybody's begins a line of its own.

    Of a request, the name of its route, and never its address: people type into addresses.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = getattr(record, "request", None)
        if number := getattr(request, "number", "") or _number.get():
            line["request"] = number
        if isinstance(request, HttpRequest):
            line |= said_of(request, getattr(record, "status_code", None))
            if record.name.startswith("django"):
                line["message"] = f"{line['method']} {line['route']}"
        line |= {name: record.__dict__[name] for name in OURS if name in record.__dict__}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)

    def formatException(  # noqa: N802 - the library's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Where it happened and the type of each exception in the chain, nothing they say."""
        return "".join(_told(ei[1])).rstrip()


def _told(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    while error is not None:
        lines = [*traceback.format_tb(error.__traceback__), f"{type(error).__name__}\n", *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def said_of(request: HttpRequest, status: int | None) -> dict[str, Any]:
    """What a log line says of a request: never its address, which the framework's words hold."""
    match = request.resolver_match
    route = (match.view_name or match.route) if match else "no address of ours"
    method = request.method if request.method in METHODS else "another method"
    said: dict[str, Any] = {"route": route, "method": method}
    if status is not None:
        said["status"] = status
    # Never loaded for this: the database may be what failed.
    user = getattr(request, "_cached_user", None)
    if user is not None and user.pk:
        said["person"] = user.pk
    return said


OURS = ("person", "address")
"""What a line of ours may say besides: the number of a person, and where a sign-in came from."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
