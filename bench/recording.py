"""What recording takes: one step through the pages, and entries by several writers at once."""

import os
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from http import HTTPStatus
from multiprocessing import get_context
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench.loading import Run, Site

WRITERS = 8


class _Hidden(HTMLParser):
    """The hidden boxes of a page, and who is offered as having decided."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.offered: list[str] = []
        self._is_decided_by = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = str(said.get("name"))
        if tag == "input" and said.get("type") == "hidden" and "components-" not in name:
            self.values[name] = said.get("value") or ""
        if tag == "select":
            self._is_decided_by = name == "decided_by"
        if tag == "option" and self._is_decided_by and (said.get("value") or "").isdecimal():
            self.offered.append(str(said["value"]))


class Recorder:
    """Records steps on one regimen through the pages, each on the day after the one before."""

    def __init__(self, site: Site, regimen: str, newest: date) -> None:
        self.site = site
        self.path = f"/regimens/{regimen}/steps/new/?kind=dose"
        self.day = max(newest, date.today())  # noqa: DTZ011 - any day ahead will do

    def ready(self) -> bytes:
        """The form of a new step as it is sent on the second screen."""
        page = _Hidden()
        page.feed(self.site.ask(self.path).body.decode())
        self.day += timedelta(days=1)
        typed = {
            "stage": "confirm",
            "which_day": "other",
            "on_day": self.day.day,
            "on_month": self.day.month,
            "on_year": self.day.year,
            "decided_by": page.offered[0],
            "received_how": "in-person",
            "reason": "step-up",
            "components-TOTAL_FORMS": 1,
            "components-INITIAL_FORMS": 0,
            "components-0-amount": 7,
            "components-0-unit": "mg",
            "components-0-when": "times",
            "components-0-times": 3,
            "components-0-days": "every",
        }
        return urlencode({**page.values, **typed}).encode()

    def record(self, form: bytes) -> str:
        """Send it; returns where that leads. RuntimeError unless the answer says so."""
        answer = self.site.ask(
            self.path,
            form,
            **{
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"https://127.0.0.1:{self.site.port}{self.path}",
            },
        )
        if answer.status != HTTPStatus.FOUND:
            raise RuntimeError(f"a step was not recorded: {answer.status}")
        return answer.location

    def run(self, times: int) -> Run:
        """So many steps; only the request that records is timed."""
        taken = spent = 0.0
        for _time in range(times):
            form = self.ready()
            cost, began = self.site.spent(), time.perf_counter()
            shown = self.record(form)
            taken += time.perf_counter() - began
            spent += self.site.spent() - cost
            self.site.ask(shown)  # as a browser does, which then drops what told of it
        return Run(taken * 1000 / times, spent * 1000 / times)


def fdatasync_ms(times: int = 50) -> float:
    """How long this machine takes to put 8 kB on the disk: the least that a commit costs."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _time in range(times):
            file.write(bytes(8192))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return 1000 * median(taken)


def entries_a_second(regimens: list[str], seconds: float) -> float:
    """Each regimen gets a process of its own that records on it for so long, all at once."""
    context = get_context("spawn")
    barrier = context.Barrier(len(regimens))
    with context.Pool(len(regimens), _meet, (barrier,)) as pool:
        rates = pool.starmap(_write, [(regimen, seconds) for regimen in regimens], chunksize=1)
    return sum(rates)


_wait: Callable[[], Any]


def _meet(barrier) -> None:
    global _wait
    _wait = barrier.wait


def _write(regimen: str, seconds: float) -> float:
    from bench import clinic

    record = clinic.writer(regimen)
    _wait()
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        record()
        count += 1
    return count / (time.perf_counter() - began)
