"""The service as script/server starts it, and people who record in it over HTTP."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPException
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, BinaryIO
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.test import Client, override_settings

from bench.loading import Site
from ledger.models import Entry, Submission
from tests.databases import address
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.signed_in import has_shown
from tests.titration.factories import medicine_of, regimen_of
from tests.titration.recording import Recording
from tests.titration.recording import address as form_address
from titration.models import DoseStep, Regimen

ROOT = Path(__file__).resolve().parent.parent.parent
DOSE = {"amount": "5", "when": "morning"}
KEY = token_urlsafe(50)  # of the services, and of the sessions made for them
SPOOL = "spool"
FIRST_DAY = date(1990, 1, 1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """A gunicorn on the database that Django is connected to; several may follow each other."""

    def __init__(self, place: Path, url: str = "", threads: int = 4) -> None:
        """`place`: a folder for its spool of access events and for what it logs."""
        self.port = free_port()
        self.log = place / f"log-{self.port}"
        with self.log.open("wb") as log:
            self.process = self._started(place, url, threads, log)
        try:
            Site(self.port).wait("/health/", lambda: self.process.poll() is None, seconds=120)
        except BaseException as error:  # an interrupt too leaves no server behind
            self.kill()
            error.add_note(f"the service did not start: {self.said()}")
            raise

    def _started(self, place: Path, url: str, threads: int, log: BinaryIO) -> subprocess.Popen:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "config.wsgi"),
                *("--bind", f"127.0.0.1:{self.port}", "--threads", str(threads)),
                *("--no-control-socket", "--log-level", "warning"),
            ],
            cwd=ROOT,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "LOCAL": "true",
                "DATABASE_URL": url or address(connection.settings_dict["NAME"]),
                "SECRET_KEY": KEY,
                "ACCESS_SPOOL": str(place / SPOOL),
            },
            stdout=log,
            stderr=log,
            start_new_session=True,  # a process group of its own, to be killed as one
        )

    def kill(self) -> None:
        """kill -9 for every process of it, wherever they are in their work."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def served(place: Path, url: str = "", threads: int = 4) -> Iterator[Service]:
    service = Service(place, url, threads)
    try:
        yield service
    finally:
        service.end()


@dataclass
class Answer:
    """What came back, by the names that Django's test client gives it."""

    status_code: int
    content: bytes
    url: str


@dataclass
class Browser:
    """Somebody signed in; stands where Django's test client does."""

    site: Site

    def get(self, path: str) -> Answer:
        return self._asked(path)

    def post(self, path: str, data: dict[str, Any]) -> Answer:
        return self._asked(path, urlencode(data, doseq=True).encode())

    def _asked(self, path: str, form: bytes | None = None) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        answer = self.site.ask(path, form, **kind)
        return Answer(answer.status, answer.body, answer.location)


@dataclass
class Sent:
    """A form that was sent to be recorded: under which submission, and how it was answered."""

    path: str
    values: dict[str, Any]
    status: int | None = None

    @property
    def submission(self) -> UUID:
        return UUID(self.values["submission"])

    @property
    def is_acknowledged(self) -> bool:
        return self.status == 302


@dataclass
class Writer:
    """Somebody who records steps of one regimen, a day each, as a browser would."""

    regimen: Regimen
    cookies: dict[str, str]
    sent: list[Sent] = field(default_factory=list)

    def at(self, port: int) -> "Writer":
        """Go on, with the same browser, at a service that listens here."""
        self.browser = Browser(Site(port, cookies=self.cookies))
        return self

    @property
    def path(self) -> str:
        return form_address(self.regimen)

    def read_back(self) -> Sent:
        """Fill in the next step and have it read back; what its button sends, not yet sent."""
        recording = Recording(self.browser, self.path)
        day = FIRST_DAY + timedelta(len(self.sent))
        typed = {"on_day": day.day, "on_month": day.month, "on_year": day.year}
        page = recording.write(DOSE, **{name: str(value) for name, value in typed.items()})
        assert "seen" in page.values, f"{page.status}: {page.text}"
        return Sent(self.path, {**page.values, "stage": "confirm"})

    def send(self, sent: Sent) -> Page:
        """Send it, for the first time or again; the page that came back."""
        if sent not in self.sent:
            self.sent.append(sent)
        answer = self.browser.post(sent.path, sent.values)
        sent.status = answer.status_code
        return Page(answer)

    def record(self) -> Page:
        """Record the next step, or first what was sent and never acknowledged."""
        left = [sent for sent in self.sent if not sent.is_acknowledged]
        return self.send(left[0] if left else self.read_back())


def writers(count: int) -> list[Writer]:
    """So many people of one clinic at as many regimens; committed."""
    clinic = ClinicFactory.create()
    somebody = member(clinic)
    medicine = medicine_of(clinic)
    client = Client()
    with override_settings(SECRET_KEY=KEY):
        client.force_login(somebody)
        has_shown(client, somebody)
    cookies = {"sessionid": client.cookies["sessionid"].value}
    patients = [PatientFactory(clinic=clinic, by=somebody) for _number in range(count)]
    return [
        Writer(regimen_of(patient, medicine, somebody).regimen, dict(cookies))
        for patient in patients
    ]


class Crowd:
    """Threads that each do one thing again and again until they are told to stop, or it fails."""

    def __init__(self, *things: Callable[[], object]) -> None:
        self.is_over = threading.Event()
        self.failures: list[Exception] = []
        self.threads = [threading.Thread(target=self._repeat, args=(thing,)) for thing in things]
        for thread in self.threads:
            thread.start()

    def _repeat(self, thing: Callable[[], object]) -> None:
        try:
            while not self.is_over.is_set():
                thing()
        except Exception as error:
            self.failures.append(error)

    def end(self) -> list[Exception]:
        """Stop; what the threads failed with."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        return self.failures


CUT_OFF = (OSError, HTTPException)
"""What a browser meets when the service is gone."""


def check_recorded(people: list[Writer]) -> tuple[int, int]:
    """Every acknowledged form is in the record exactly once, and none twice.

    Returns how many were sent, and how many acknowledged. AssertionError otherwise.
    """
    sent = [sent for person in people for sent in person.sent]
    entries: dict[UUID, int] = {}
    for submission in Entry.objects.filter(kind=DoseStep.KIND).values_list("submission", flat=True):
        entries[submission] = entries.get(submission, 0) + 1
    submissions = set(Submission.objects.values_list("uuid", flat=True))
    acknowledged = [each for each in sent if each.is_acknowledged]
    lost = [each.submission for each in acknowledged if each.submission not in entries]
    assert not lost, f"acknowledged and not recorded: {lost}"
    assert set(entries) <= submissions, "an entry without its submission"
    assert all(count == 1 for count in entries.values()), "a form was recorded twice"
    unasked = set(entries) - {each.submission for each in sent}
    assert not unasked, f"recorded and never sent: {unasked}"
    return len(sent), len(acknowledged)


def heading(page: Page) -> str:
    return re.findall(r"<h1>(.*)</h1>", page.html)[0]
