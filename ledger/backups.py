"""Backups: a consistent copy of the database while it serves, and loading one into an empty place.

A backup is a folder that appears whole or not at all. It holds the copy (`database.sqlite3`, or
`database.dump` in pg_dump's custom format) and `manifest.json`, which says what the copy holds.
Sign-in sessions and the shared cache are left out: whoever finds a backup cannot go on as somebody.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from access.models import Session

FORM = "dose-ledger-backup/1"
MANIFEST = "manifest.json"
COPIES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
HEADS = (
    "SELECT access_clinic.uuid, ledger_head.number, ledger_head.digest FROM ledger_head"
    " JOIN access_clinic ON access_clinic.id = ledger_head.clinic_id ORDER BY access_clinic.id"
)
ANYTHING = {
    "sqlite": "SELECT name FROM sqlite_master LIMIT 1",
    # A relation of no extension: a server may come with extensions of its own.
    "postgresql": (
        "SELECT relation.relname FROM pg_class AS relation"
        " JOIN pg_namespace AS space ON space.oid = relation.relnamespace"
        " WHERE space.nspname !~ '^pg_' AND space.nspname <> 'information_schema' AND NOT EXISTS"
        " (SELECT FROM pg_depend WHERE objid = relation.oid AND deptype = 'e') LIMIT 1"
    ),
}


class BackupError(Exception):
    """A backup that could not be made, or not be loaded; the message is for whoever runs it."""


@dataclass(frozen=True)
class ClinicHead:
    """A clinic's newest entry as the copy holds it: the clinic's uuid, number and digest."""

    clinic: str
    number: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `migrations`: those applied, as "app.name"."""

    form: str
    made_at: str
    engine: str
    migrations: list[str]
    clinics: list[ClinicHead]
    file: str
    sha256: str

    @property
    def entries(self) -> int:
        return sum(clinic.number for clinic in self.clinics)


def back_up(destination: Path) -> Manifest:
    """Write a backup of the database to a folder that must not exist yet.

    Consistent at one moment while others read and write. The folder and its files are open to
    nobody else. Raises BackupError, and then leaves nothing behind.
    """
    if destination.exists():
        raise BackupError(
            _("%(path)s exists already; a backup never overwrites.") % {"path": destination}
        )
    try:
        partial = Path(
            tempfile.mkdtemp(prefix=f".{destination.name}.partial-", dir=destination.parent)
        )
    except OSError as error:
        raise BackupError(
            _("The backup could not be written: %(error)s.") % {"error": error}
        ) from error
    try:
        manifest = _write(partial)
        partial.rename(destination)  # onto a folder with something in it, this fails
        to_disk(destination.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            _("The backup could not be written: %(error)s.") % {"error": error}
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def _write(folder: Path) -> Manifest:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    copy = folder / COPIES[connection.vendor]
    copy.touch(mode=0o600)
    heads = _copy_sqlite(copy) if connection.vendor == "sqlite" else _dump_postgresql(copy)
    manifest = Manifest(
        form=FORM,
        made_at=made_at,
        engine=connection.vendor,
        migrations=[".".join(key) for key in MigrationRecorder(connection).applied_migrations()],
        clinics=[ClinicHead(str(UUID(str(uuid))), number, head) for uuid, number, head in heads],
        file=copy.name,
        sha256=_digest(copy),
    )
    (folder / MANIFEST).touch(mode=0o600)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    for path in (copy, folder / MANIFEST, folder):
        to_disk(path)
    return manifest


def _left_out() -> list[str]:
    """Tables whose rows stay out of a backup."""
    return [Session._meta.db_table, str(settings.CACHES["default"]["LOCATION"])]


def _copy_sqlite(copy: Path) -> list[tuple]:
    """SQLite's online copy: one moment, and nobody waits for it."""
    connection.ensure_connection()
    with closing(sqlite3.connect(copy, isolation_level=None)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # a copy is one file
        held = {name for (name,) in target.execute("SELECT name FROM sqlite_master")}
        for table in held.intersection(_left_out()):
            target.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own tables
        target.execute("VACUUM")  # what was deleted or erased is not carried along in free pages
        (verdict,) = target.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(_("The database is damaged: %(found)s.") % {"found": verdict})
        return target.execute(HEADS).fetchall()


def _dump_postgresql(copy: Path) -> list[tuple]:
    """pg_dump of a snapshot that the heads are read from as well."""
    _check_tool("pg_dump")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        cursor.execute(HEADS)
        heads = cursor.fetchall()
        left_out = [f"--exclude-table-data={table}" for table in _left_out()]
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={copy}", *left_out)
    return heads


def restore(source: Path) -> Manifest:
    """Load a backup into the database of the settings, which must be empty.

    All of it or nothing. Raises BackupError: damaged, of another engine, made by a newer version,
    or the database holds something.
    """
    manifest = read_manifest(source)
    copy = source / manifest.file
    if manifest.engine != connection.vendor:
        raise BackupError(
            _("The backup is of %(engine)s, and DATABASE_URL names %(other)s.")
            % {"engine": manifest.engine, "other": connection.vendor}
        )
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations or ()}
    if newer := sorted(set(manifest.migrations) - known):
        raise BackupError(
            _("The backup was made by a newer version: %(migration)s is unknown here.")
            % {"migration": newer[0]}
        )
    if not copy.is_file() or _digest(copy) != manifest.sha256:
        raise BackupError(
            _("%(path)s is damaged: its digest is not that of the manifest.") % {"path": copy}
        )
    with connection.cursor() as cursor:
        cursor.execute(ANYTHING[connection.vendor])
        if found := cursor.fetchone():
            raise BackupError(
                _("The database holds something already: %(name)s. Restore into an empty one.")
                % {"name": found[0]}
            )
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?immutable=1", uri=True)) as held:
            held.backup(connection.connection)
    else:
        _check_tool("pg_restore")
        _run(
            *("pg_restore", "--single-transaction", "--exit-on-error"),
            *("--no-owner", "--no-privileges", str(copy)),
        )
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What the backup in this folder says of itself. Raises BackupError."""
    try:
        said = json.loads((source / MANIFEST).read_text())
        if said["form"] != FORM:
            raise BackupError(
                _("The backup is of the form %(form)s, which is unknown here.")
                % {"form": said["form"]}
            )
        return Manifest(**{**said, "clinics": [ClinicHead(**clinic) for clinic in said["clinics"]]})
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise BackupError(
            _("%(path)s is no backup: its manifest cannot be read.") % {"path": source}
        ) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_disk(path: Path) -> None:
    """Have what was written to a file or a folder on the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_tool(tool: str) -> None:
    """pg_dump and pg_restore read a server of their own version or an older one."""
    connection.ensure_connection()
    server = connection.connection.info.server_version // 10000
    try:
        said = subprocess.check_output([tool, "--version"], text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        raise BackupError(
            _("%(tool)s is missing. Install the client tools of PostgreSQL %(server)s.")
            % {"tool": tool, "server": server}
        ) from None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None or int(found[1]) < server:
        raise BackupError(
            _(
                "%(tool)s is of PostgreSQL %(version)s, the server of %(server)s. Install the "
                "client tools of PostgreSQL %(server)s."
            )
            % {"tool": tool, "version": found[1] if found else "?", "server": server}
        )


def _run(tool: str, *arguments: str) -> None:
    """Run a tool on the database of the settings. The password goes by the environment."""
    connection.ensure_connection()
    name = connection.connection.info.dbname
    to, secret = connection.client.settings_to_cmd_args_env(
        {**connection.settings_dict, "NAME": name}, []
    )
    done = subprocess.run(  # noqa: S603 - a tool of PostgreSQL's, with arguments of our own
        [tool, *to[1:-1], f"--dbname={name}", "--no-password", *arguments],
        env={**os.environ, **(secret or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # Its first line only: what follows may quote rows.
        said = (done.stderr.strip() or str(done.returncode)).splitlines()[0]
        raise BackupError(_("%(tool)s failed: %(said)s") % {"tool": tool, "said": said})
