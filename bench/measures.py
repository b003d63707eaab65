"""What is measured, what an answer must hold before it is timed, and what is to be reached."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench.loading import Page, Run, Site

AUTH1 = "floor-auth1"
INSERT = "floor-insert"
EXACT = "exact-number"
REGIMEN = re.compile(rb"/regimens/[0-9a-f-]{36}/")
RECORD_NUMBER = re.compile(rb"\bL[0-9]{6}\b")


@dataclass(frozen=True)
class Log:
    """A loaded patient with one regimen: their addresses, and what their pages show."""

    patient: str
    regimen: str
    record_number: str
    nhs_number: str
    words: str
    newest: str


def pages(somebody: Log, with_20_steps: Log, with_200_steps: Log) -> list[Page]:
    """The pages of the issue with their targets."""

    def timeline(name: str, log: Log, target: float) -> Page:
        texts = [text.encode() for text in ("<svg", log.record_number, log.newest)]
        return Page(
            name,
            f"/regimens/{log.regimen}/",
            target,
            lambda answer: all(text in answer.body for text in texts),
        )

    def search(text: str) -> str:
        return f"/patients/?{urlencode({'q': text})}"

    return [
        timeline("timeline-20", with_20_steps, 2.5),
        timeline("timeline-200", with_200_steps, 4),
        Page(
            "list-50",
            "/patients/",
            3.5,
            lambda answer: len(set(RECORD_NUMBER.findall(answer.body))) == 50,
        ),
        Page(
            EXACT,
            search(somebody.nhs_number),
            2,
            lambda answer: answer.location == f"/patients/{somebody.patient}/",
            HTTPStatus.FOUND,
        ),
        Page(
            "name-search",
            search(somebody.words),
            2.5,
            lambda answer: somebody.record_number.encode() in answer.body,
        ),
    ]


def plan_page(log: Log, plan: str, last_row: str) -> Page:
    """The page of a signed plan, known by its patient and the day of its last row."""
    texts = [text.encode() for text in (log.record_number, last_row)]
    return Page(
        "plan-100", f"/plans/{plan}/", None, lambda answer: all(t in answer.body for t in texts)
    )


def patient_page(log: Log) -> Page:
    """The page of a patient with ten regimens, known by their addresses and the picture."""
    texts = [text.encode() for text in ("<svg", log.record_number, log.newest)]
    return Page(
        "patient-ten",
        f"/patients/{log.patient}/",
        5,
        lambda answer: (
            len(set(REGIMEN.findall(answer.body))) == 10
            and all(text in answer.body for text in texts)
        ),
    )


def first_views(pages: Iterable[Page]) -> list[Page]:
    """The same pages where no worker remembers one; but what is never remembered."""
    return [replace(page, name=f"{page.name}-first") for page in pages if page.name != EXACT]


def worklist_page(regimens: int) -> Page:
    """The first page of a clinic with so many open regimens."""
    return Page(
        f"worklist-{regimens}",
        "/",
        3.5,
        lambda answer: len(set(RECORD_NUMBER.findall(answer.body))) >= 20,
    )


def floors() -> list[Page]:
    """The views of the floor."""
    return [
        Page("floor-empty", "/empty/", None, lambda answer: answer.body == b"empty"),
        Page(AUTH1, "/auth1/", None, lambda answer: answer.body == b"floor: one"),
        Page(INSERT, "/insert/", None, lambda answer: len(answer.body) == 32),
    ]


def export(log: Log) -> Page:
    """The history as a PDF."""
    path = f"/patients/{log.patient}/export.pdf"
    return Page("pdf-200", path, None, lambda answer: answer.body.startswith(b"%PDF-"))


def check(site: Site, page: Page) -> None:
    """Ask once, untimed. RuntimeError when the answer is not what the page is known by."""
    answer = site.ask(page.path)
    if answer.status != page.status or not page.holds(answer):
        raise RuntimeError(f"{page.name} answers {answer.status} without what it is known by")


@dataclass(frozen=True)
class Timing:
    """One name at one number of clients: ours and auth1, a run of each for each round."""

    name: str
    clients: int
    ours: list[Run]
    floor: list[Run]
    target: float | None
    method: str

    def line(self) -> dict[str, Any]:
        """The JSON line. A ratio is to auth1 of the same round; median, lowest and highest."""
        rounds = list(zip(self.ours, self.floor, strict=True))
        ratios = [ours.time / floor.time for ours, floor in rounds]
        processor = [ours.processor / floor.processor for ours, floor in rounds if floor.processor]
        return {
            "name": self.name,
            "clients": self.clients,
            "ours": round(median(run.time for run in self.ours), 2),
            "floor": round(median(run.time for run in self.floor), 2),
            "ratio": round(median(ratios), 2),
            "lowest": round(min(ratios), 2),
            "highest": round(max(ratios), 2),
            "target": self.target,
            "ours_processor": round(median(run.processor for run in self.ours), 2),
            "floor_processor": round(median(run.processor for run in self.floor), 2),
            "ratio_processor": round(median(processor), 2) if processor else None,
            "method": self.method,
        }
