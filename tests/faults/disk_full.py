"""The disk of the database is full: a small tmpfs of our own, filled to its last byte.

Bounded: filled and emptied once. Long: 20 times. Needs root for the mount; on PostgreSQL also a
server on this machine and a user who may make a tablespace. The log of PostgreSQL's writes (WAL)
stays on its own disk, as docs/operations.md asks for: were that full, the server would stop.

Holds: whoever records is told that nothing was, pages are read on with their access events in the
spool, nothing acknowledged is lost, and what was refused is recorded once when there is room again.
"""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from access.models import AccessEvent
from tests.databases import connected_to
from tests.faults.faults import Unfit
from tests.faults.service import SPOOL, Sent, Writer, check_recorded, heading, served, writers

LONG, BOUNDED = 20, 1
SIZES = {"sqlite": "6m", "postgresql": "48m"}
MOST_WRITES = 500
"""What fits into the room that is left inside the database's own files, and more."""


def run(*, is_long: bool) -> str:
    (person,) = writers(1)
    taken = 0
    rounds = LONG if is_long else BOUNDED
    with TemporaryDirectory() as place, small_disk(SIZES[connection.vendor]) as disk:
        spool = Path(place) / SPOOL
        on_disk = on_small_disk if connection.vendor == "sqlite" else in_tablespace
        with on_disk(disk), served(Path(place)) as service:
            person.at(service.port)
            for _round in range(rounds):
                taken += fill_and_empty(person, disk, spool)
            sent, acknowledged = check_recorded([person])
            assert sent == acknowledged
            assert AccessEvent.objects.exclude(spooled=None).count() == taken
            assert not list(spool.glob("*.json")), "the spool was not loaded"
    return f"full {rounds} times: {sent} steps, each there once; {taken} access events by the spool"


def fill_and_empty(person: Writer, disk: Path, spool: Path) -> int:
    """One full disk, from the last write that it takes to the first afterwards.

    Returns how many access events waited in the spool meanwhile.
    """
    connection.close()  # SQLite: one of ours would hold the files open that theirs depend on
    person.record()
    ballast = disk / "ballast"
    fill(ballast)
    for _write in range(MOST_WRITES):
        page = person.record()
        if page.status == 503:
            break
        assert page.status == 302, f"{page.status}: {page.text}"
    assert (page.status, heading(page)) == (503, "Nothing was recorded"), page.text
    refused = person.sent[-1]
    paths = (f"/regimens/{person.regimen.pk}/", "/patients/")
    for _read in range(MOST_WRITES):
        for path in paths:
            read = person.browser.get(path)
            assert read.status_code == 200, f"{path} answers {read.status_code} on a full disk"
        if waiting := len(list(spool.glob("*.json"))):
            break
    assert waiting, "no access event had to go to the spool"
    check_recorded([person])
    ballast.unlink()
    again = Sent(refused.path, page.values)
    person.sent.remove(refused)
    page = person.send(again)
    assert again.is_acknowledged, f"{page.status}: {page.text}"
    return waiting


def fill(ballast: Path) -> None:
    """Take all the room that is left."""
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A tmpfs of this size, unmounted afterwards. Raises Unfit where none can be mounted."""
    with TemporaryDirectory(prefix="dose-ledger-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unfit(f"no small disk can be mounted here: {done.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


@contextmanager
def on_small_disk(disk: Path) -> Iterator[None]:
    """SQLite: the database moves there."""
    name = str(disk / "db.sqlite3")
    original = connection.settings_dict["NAME"]
    connection.close()
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(name)) as target:
        source.backup(target)
    with connected_to(name):
        yield


@contextmanager
def in_tablespace(disk: Path) -> Iterator[None]:
    """PostgreSQL: the tables and indexes move there, and back."""
    space = f"{connection.settings_dict['NAME']}_small"
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
        if not data.is_dir():
            raise Unfit("the PostgreSQL server is on another machine")
        owner = data.stat()
        os.chown(disk, owner.st_uid, owner.st_gid)
        cursor.execute(f"CREATE TABLESPACE {space} LOCATION '{disk}'")
    try:
        move_all("pg_default", space)
        yield
    finally:
        move_all(space, "pg_default")
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLESPACE {space}")


def move_all(here: str, there: str) -> None:
    with connection.cursor() as cursor:
        for what in ("TABLE", "INDEX"):
            cursor.execute(f"ALTER {what} ALL IN TABLESPACE {here} SET TABLESPACE {there}")
    connection.close()
