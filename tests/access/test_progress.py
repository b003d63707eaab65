"""How far a long piece of work is: on a terminal and on a page, and in nobody's way."""

import io
from uuid import uuid4

import pytest
from django.core.management.base import OutputWrapper
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from access import progress
from access.management.bar import Bar, on_terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_told_is_drawn_on_a_terminal_and_taken_off(monkeypatch):
    monkeypatch.setattr(Bar, "PAUSE", 0)
    screen = Terminal()
    with on_terminal(OutputWrapper(screen)):
        progress.tell(17, 100)
        progress.tell(34, 200)
    assert screen.getvalue().count(" 17% ") == 2
    assert screen.getvalue().endswith("\r\033[K")
    file = io.StringIO()
    with on_terminal(OutputWrapper(file)):
        progress.tell(17, 100)
    progress.tell(1, 2)  # to nobody
    assert file.getvalue() == ""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(progress.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(progress, "PAUSE", 0)
    return tmp_path


def answered(name: object) -> list[tuple[int, int]]:
    """What the bar says after each thing that a view tells."""
    seen = []

    @progress.shows_progress
    def view(_request):
        for told in ((3, 17), (11, 17), (2, 5)):
            progress.tell(*told)
            seen.append(progress.read(request))
        return HttpResponse()

    request = waiting(name)
    assert view(request).status_code == 200
    return seen


def waiting(name: object) -> HttpRequest:
    """A request of a browser whose page has a bar of this name."""
    return RequestFactory(headers={"Cookie": f"progress={name}"}).get("/")


def test_a_page_reads_what_was_told_of_its_answer_until_it_is_there(folder):
    key = uuid4().hex
    assert answered(key) == [(3, 17), (11, 17), (2, 5)]
    assert progress.read(waiting(key)) == (0, 0)
    assert list(folder.iterdir()) == []


def test_a_file_that_is_there_already_is_left_alone_and_the_answer_comes(folder):
    key, secret = uuid4().hex, folder / "secret"
    secret.write_text("theirs")
    (folder / f"dose-ledger-{key}.progress").symlink_to(secret)
    assert answered(key) == [(0, 0)] * 3
    assert secret.read_text() == "theirs"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "x" * 36, "A" * 32])
def test_a_name_that_is_none_keeps_nothing(folder, name):
    @progress.shows_progress
    def view(_request):
        progress.tell(1, 2)
        assert list(folder.iterdir()) == []
        return HttpResponse()

    assert view(waiting(name)).status_code == 200
