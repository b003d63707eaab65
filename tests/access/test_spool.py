"""What the database cannot take of an access event waits in the spool, and is loaded once."""

import json
import stat
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from access import spool
from access.models import AccessedPatient, AccessEvent, AccessKind, Clinic, Role

pytestmark = pytest.mark.django_db


@contextmanager
def read_only():
    """The database takes no write: the engine itself refuses."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only=1")
        else:
            cursor.execute("SET transaction_read_only=on")  # until the savepoint is rolled back
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA query_only=0")
            else:
                transaction.set_rollback(True)


def lines(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def page_of(world) -> str:
    return reverse("regimen", args=[world.step.regimen_id])


def line_of(world, **changed) -> dict:
    return {
        "at": "2026-11-16T02:00:00+00:00",
        "user": world.people[Role.PRESCRIBER].pk,
        "clinic": world.clinic.pk,
        "kind": "view",
        "route": "regimen",
        "method": "GET",
        "patients": [str(world.patient)],
        **changed,
    }


def put(folder: Path, *waiting: dict | str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    files = [folder / f"{uuid4()}.json" for _line in waiting]
    for file, line in zip(files, waiting, strict=True):
        file.write_text(line if isinstance(line, str) else json.dumps(line))
    return files


# Into the spool


def test_a_line_holds_ids_and_the_moment_and_nothing_else(browser, world, folder):
    before = datetime.now(UTC)
    with read_only():
        browser.get(page_of(world))
    [file] = lines(folder)
    line = json.loads(file.read_text())
    assert before <= datetime.fromisoformat(line.pop("at")) <= datetime.now(UTC)
    assert line == {
        "user": world.people[Role.PRESCRIBER].pk,
        "clinic": world.clinic.pk,
        "kind": "view",
        "route": "regimen",
        "method": "GET",
        "patients": [str(world.patient)],
    }


def test_a_line_is_the_accounts_alone(browser, world, folder):
    with read_only():
        browser.get(page_of(world))
    [file] = lines(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_refusal_waits_in_the_spool_too(browser, world, folder):
    with read_only():
        assert browser.get("/medicines/new/").status_code == 403
    [file] = lines(folder)
    assert json.loads(file.read_text())["kind"] == AccessKind.REFUSED


def test_the_connection_goes_on_after_an_event_that_failed(browser, world, folder):
    with read_only():
        assert browser.get(page_of(world)).status_code == 200
        assert Clinic.objects.filter(pk=world.clinic.pk).exists()
    Clinic.objects.filter(pk=world.clinic.pk).update(telephone="020 7946 0999")
    assert Clinic.objects.get(pk=world.clinic.pk).telephone == "020 7946 0999"


# Neither


@pytest.fixture
def no_place(settings, tmp_path):
    """A spool that cannot be: a file stands where its folder would."""
    settings.ACCESS_SPOOL = tmp_path / "file" / "spool"
    (tmp_path / "file").write_text("")


def test_the_page_is_refused_when_neither_takes_the_event(browser, world, no_place):
    with read_only():
        answer = browser.get(page_of(world))
    assert answer.status_code == 503
    words = answer.content.decode()
    assert "Call the people who run the service" in words
    assert "amitriptyline" not in words.lower()
    assert str(world.patient) not in words


@pytest.mark.parametrize("address", ["/medicines/new/", "/accounts/password/change/"])
def test_what_the_middleware_writes_is_refused_likewise(browser, no_place, address):
    with read_only():
        answer = browser.get(address)
    assert answer.status_code == 503
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_nothing_is_recorded_where_the_page_is_refused(browser, world, no_place):
    address = reverse("patient-edit", args=[world.patient])
    count = AccessEvent.objects.count()
    with read_only():
        assert browser.post(address, {"family_name": "Other"}).status_code == 503
    assert AccessEvent.objects.count() == count


def test_a_line_that_failed_leaves_no_half(folder, monkeypatch):
    def full(*_asked):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        spool.put(AccessEvent(kind=AccessKind.VIEW, route="regimen", method="GET"), [])
    assert list(folder.glob("*")) + list(folder.glob(".*")) == []


# Out of the spool


def test_the_next_event_takes_along_what_waits(browser, world, folder):
    with read_only():
        browser.get(page_of(world))
        moment = json.loads(lines(folder)[0].read_text())["at"]
    browser.get("/")
    [event] = AccessEvent.objects.filter(spooled__isnull=False)
    assert lines(folder) == []
    assert event.at == datetime.fromisoformat(moment)
    assert (event.user, event.clinic) == (world.people[Role.PRESCRIBER], world.clinic)
    assert (event.kind, event.route, event.method) == (AccessKind.VIEW, "regimen", "GET")
    assert [row.patient for row in event.patients.all()] == [world.patient]


def test_an_event_written_at_once_is_not_marked(browser, folder):
    browser.get("/")
    assert not AccessEvent.objects.filter(spooled__isnull=False).exists()


def test_looking_for_waiting_lines_asks_no_query(folder, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not spool.is_waiting()


def test_one_request_takes_along_a_bounded_number(browser, world, folder):
    put(folder, *[line_of(world)] * 130)
    browser.get("/")
    assert len(lines(folder)) == 30
    browser.get("/")
    assert lines(folder) == []


def test_the_command_loads_what_waits(world, folder):
    put(folder, line_of(world), line_of(world, user=None, clinic=None, patients=[]))
    out = StringIO()
    call_command("load_access_spool", stdout=out)
    assert "2 access events were loaded" in out.getvalue()
    assert AccessEvent.objects.filter(spooled__isnull=False).count() == 2
    assert lines(folder) == []


def test_a_line_loaded_twice_is_there_once(world, folder):
    [file] = put(folder, line_of(world))
    text = file.read_text()
    assert spool.load().count == 1
    file.write_text(text)  # as if the process had ended before the line was removed
    assert spool.load().count == 0
    assert AccessEvent.objects.filter(spooled=file.stem).count() == 1
    assert AccessedPatient.objects.filter(event__spooled=file.stem).count() == 1
    assert lines(folder) == []


def test_the_database_refuses_a_second_event_of_one_line(world, folder):
    put(folder, line_of(world))
    spool.load()
    [event] = AccessEvent.objects.filter(spooled__isnull=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessEvent.objects.create(kind="view", route="x", method="GET", spooled=event.spooled)
    assert AccessEvent.objects.filter(spooled=event.spooled).get() == event


def test_a_loading_that_fails_leaves_every_line(world, folder, monkeypatch):
    put(folder, line_of(world), line_of(world))
    with read_only(), pytest.raises(Exception, match="read"):
        spool.load()
    assert len(lines(folder)) == 2
    assert spool.load().count == 2


def test_two_loaders_do_not_meet(world, folder):
    put(folder, line_of(world))
    with spool._alone() as is_alone:
        assert is_alone
        assert spool.load().count == 0
    assert spool.load().count == 1


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"at": "yesterday"}',
        {"at": "2026-11-16T02:00:00"},
        {"at": "1999-12-31T23:59:59+00:00"},
        {"at": "9999-12-31T23:59:59-05:00"},
        {"user": 987_654_321},
        {"clinic": 987_654_321},
        {"kind": "stolen"},
        {"route": "r" * 101},
        {"patients": ["Irena"]},
    ],
)
def test_a_line_that_says_no_event_is_kept_and_named(world, folder, line):
    bad = line if isinstance(line, str) else line_of(world, **line)
    [file, _good] = put(folder, bad, line_of(world))
    text, error = file.read_text(), StringIO()
    with pytest.raises(CommandError):
        call_command("load_access_spool", stdout=StringIO(), stderr=error)
    kept = folder / "unfit" / file.name
    assert kept.read_text() == text
    assert str(kept) in error.getvalue()
    assert AccessEvent.objects.filter(spooled__isnull=False).count() == 1
    assert lines(folder) == []


def test_a_line_that_is_kept_aside_stops_no_page(browser, world, folder):
    put(folder, "{", line_of(world))
    assert browser.get("/").status_code == 200
    assert AccessEvent.objects.filter(spooled__isnull=False).count() == 1


def test_without_a_spool_there_is_nothing_to_load(folder):
    out = StringIO()
    call_command("load_access_spool", stdout=out)
    assert "0 access events were loaded" in out.getvalue()
