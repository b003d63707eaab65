"""The disk of PostgreSQL's write-ahead log is full: a server of our own, its log on a small tmpfs.

Once, however long it may take. Needs root for the mount, and the programs of a PostgreSQL server.
By hand alone: making the server takes longer than a run of all tests has for it.

PostgreSQL stops in the write that finds no room, and starts again once there is some. Holds: until
then who records and who reads is told so, each by a page; nothing acknowledged is lost; what was
refused is recorded once when it is sent again, and the record verifies.
"""

import os
import pwd
import shutil
import subprocess
import time
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from django.core.management import call_command
from django.db import connection

from tests.databases import address, connected_to
from tests.faults.disk_full import fill, small_disk
from tests.faults.faults import Unfit
from tests.faults.service import Sent, Writer, check_recorded, free_port, heading, served, writers

SIZE = "64m"
OPTIONS = "-c max_wal_size=1GB -c wal_recycle=off -c checkpoint_timeout=1h"
"""Every segment of the log, of 1 MB, takes room of its own until somebody asks for a checkpoint."""

REFUSED = {"Nothing was recorded", "It is not known whether this was recorded"}
UNREADABLE = "The record cannot be shown now"
PATIENCE = 120


def run(*, is_long: bool) -> str:
    if connection.vendor != "postgresql":
        raise Unfit("SQLite has no server that keeps a log of its own")
    (person,) = writers(1)
    with TemporaryDirectory() as place, small_disk(SIZE) as disk, Server(disk) as server:
        server.take_over()
        url = f"postgres://{server.role}@{server.host}:{server.port}/{server.database}"
        there = {"HOST": server.host, "PORT": server.port, "USER": server.role, "PASSWORD": ""}
        with connected_to(server.database, **there):
            with connection.cursor() as cursor:
                cursor.execute("CHECKPOINT")
            with served(Path(place), url) as service:
                taken = fill_and_empty(person.at(service.port), server, disk / "ballast")
            sent, acknowledged = check_recorded([person])
            assert sent == acknowledged
            call_command("verify", stdout=StringIO())
    return f"{taken} steps were taken before the server stopped; {sent} steps, each there once"


def fill_and_empty(person: Writer, server: "Server", ballast: Path) -> int:
    """Fill the disk and record until the server stops; then make room, start it and go on.

    Returns how many steps were recorded on the full disk.
    """
    person.record()
    fill(ballast)
    taken = 0
    until = time.monotonic() + PATIENCE
    while (page := person.record()).status == 302:
        taken += 1
        assert time.monotonic() < until, "the log never needed another segment"
    assert page.status == 503, f"{page.status}: {page.text}"
    assert heading(page) in REFUSED, page.text
    refused = person.sent[-1]
    server.has_stopped()
    for path in (f"/regimens/{person.regimen.pk}/", "/patients/"):
        read = person.browser.get(path)
        assert read.status_code == 503, f"{path} answers {read.status_code} without a database"
        assert UNREADABLE in read.content.decode(), path
    ballast.unlink()
    server.start()
    connection.close()  # of ours, which went down with the server
    check_recorded([person])
    again = Sent(refused.path, page.values)
    assert again.submission == refused.submission
    person.sent.remove(refused)
    page = person.send(again)
    assert again.is_acknowledged, f"{page.status}: {page.text}"
    return taken


class Server:
    """A PostgreSQL server with its write-ahead log on a disk, stopped and gone afterwards."""

    host, role, database = "127.0.0.1", "postgres", "ledger"

    def __init__(self, disk: Path) -> None:
        self.programs = _programs()
        # initdb and postgres refuse to run as root.
        self.owner = "postgres" if os.geteuid() == 0 else None
        self.port = str(free_port())
        self.disk = disk

    def __enter__(self) -> "Server":
        self._folder = TemporaryDirectory(prefix="dose-ledger-server-")
        self.folder = Path(self._folder.name)
        if self.owner:
            owner = pwd.getpwnam(self.owner)
            for path in (self.folder, self.disk):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run(
            *("initdb", "--pgdata", self.folder / "data", "--waldir", self.disk / "wal"),
            *("--wal-segsize=1", "--username", self.role, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_running():
            self._run("pg_ctl", "--pgdata", self.folder / "data", "--mode", "immediate", "stop")
        self._folder.cleanup()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses={self.host} -p {self.port} {OPTIONS}"
        self._run(
            *("pg_ctl", "--pgdata", self.folder / "data", "--log", self.folder / "log"),
            *("--silent", "--wait", "--options", options, "start"),
        )

    def has_stopped(self) -> None:
        """Wait until it has given up."""
        until = time.monotonic() + PATIENCE
        while self._is_running():
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.1)

    def take_over(self) -> None:
        """A copy of the database that Django is connected to."""
        to = connection.settings_dict
        source = subprocess.Popen(
            [self.programs / "pg_dump", f"--dbname={address(to['NAME'])}", "--no-owner"],
            stdout=subprocess.PIPE,
        )
        at = [f"--host={self.host}", f"--port={self.port}", f"--username={self.role}"]
        self._run("createdb", *at, self.database)
        subprocess.run(
            [self.programs / "psql", *at, "--quiet", "--set=ON_ERROR_STOP=1", self.database],
            stdin=source.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        assert source.wait() == 0

    def _is_running(self) -> bool:
        status = [self.programs / "pg_ctl", "--pgdata", self.folder / "data", "status"]
        asked = subprocess.run(status, user=self.owner, capture_output=True, check=False)
        return asked.returncode == 0

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self.programs / program), *map(str, arguments)]
        subprocess.run(command, user=self.owner, cwd="/", check=True, stdout=subprocess.DEVNULL)


def _programs() -> Path:
    """Where the newest server's programs are. Raises Unfit where there are none."""
    found = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if in_path := shutil.which("initdb"):
        found.append(Path(in_path).resolve())
    if not found:
        raise Unfit("no PostgreSQL server is installed here")
    return max(found, key=lambda program: program.stat().st_mtime).parent
