"""A small load generator: so many clients, each asking again as soon as it has its answer."""

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    body: bytes


@dataclass(frozen=True)
class Page:
    """A page of ours: how it answers, what it must hold, and the ratio to auth1 to be reached."""

    name: str
    path: str
    target: float | None
    holds: Callable[[Answer], bool]
    status: HTTPStatus = HTTPStatus.OK


@dataclass
class Site:
    """A service on this machine, and the cookies that it has given out.

    `spent`: the processor seconds that it has cost so far.
    """

    port: int
    spent: Callable[[], float] = float
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    answered: int = 0

    def ask(self, path: str, form: bytes | None = None, **headers: str) -> Answer:
        """One request on a connection of its own, as a sync worker answers it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {**self.headers, **headers, "Connection": "close"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request("GET" if form is None else "POST", path, form, sent)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        self.answered += 1
        for cookie in response.msg.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0;" in cookie:
                del self.cookies[name]
        return Answer(response.status, response.getheader("Location") or "", body)

    def wait(self, path: str, is_alive: Callable[[], bool], seconds: float = 30) -> None:
        """Wait until the service answers; RuntimeError when it ended or takes too long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and is_alive():
            try:
                self.ask(path)
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"nothing answers on port {self.port}")


@dataclass(frozen=True)
class Run:
    """What an answer took, in milliseconds: of time, and of the service's processors."""

    time: float
    processor: float


def run(site: Site, page: Page, clients: int, seconds: float, fewest: int = 20) -> Run:
    """Ask for a page for so long, and at least so often; RuntimeError at an unexpected status.

    The figures are those of the whole run, shared by its answers: at one client how long an answer
    takes, at several what the service could do.
    """
    began, spent = time.perf_counter(), site.spent()

    def client(_number: int) -> int:
        answers = 0
        while time.perf_counter() - began < seconds or answers * clients < fewest:
            answer = site.ask(page.path)
            if answer.status != page.status:
                raise RuntimeError(f"{page.name} answered {answer.status}")
            answers += 1
        return answers

    with ThreadPoolExecutor(clients) as pool:
        answers = sum(pool.map(client, range(clients)))
    each = 1000 / answers
    return Run((time.perf_counter() - began) * each, (site.spent() - spent) * each)
