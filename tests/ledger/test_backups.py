"""Backups: made while others write, loaded into an empty place, and nothing of it lost or lent."""

import json
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from access.models import Session
from ledger import backups, guards
from ledger.models import Entry, Head
from tests.databases import connected_to, copied_database, empty_database
from tests.faults.older_database import OLDER, make
from tests.titration.factories import regimen_of, step_of
from titration.models import DoseStep

pytestmark = pytest.mark.django_db

records = pytest.mark.usefixtures("own_database")
records_nothing = pytest.mark.usefixtures("recorded")
postgresql_only = pytest.mark.only_on("postgresql")  # SQLite is copied without another program


@pytest.fixture(scope="module")
def recorded_once(django_db_setup: str, django_db_blocker) -> Iterator[str]:
    """A database with a step: copying one takes PostgreSQL longer than most tests here take."""
    with copied_database(django_db_setup) as name:
        with django_db_blocker.unblock(), connected_to(name):
            step_of()
        yield name


@pytest.fixture
def recorded(recorded_once: str, db) -> Iterator[None]:
    """Connected to the database with a step, for a test that writes nothing to it."""
    with connected_to(recorded_once):
        yield


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "monday"


@pytest.fixture(autouse=True)
def folder(destination: Path) -> Path:
    destination.parent.mkdir()
    return destination.parent


@pytest.fixture
def elsewhere():
    """An empty database, which Django is connected to while the test runs inside it."""
    with empty_database() as name:
        yield connected_to(name)


def rows(model) -> list[tuple]:
    return sorted(model.objects.values_list(), key=str)


@records
def test_a_backup_restored_holds_what_was_recorded(destination: Path, elsewhere) -> None:
    regimen = regimen_of()
    for number in range(3):
        step_of(regimen, date(2026, 3, 2) + timedelta(number))
    backups.back_up(destination)
    held = {model: rows(model) for model in (Entry, DoseStep, Head)}
    with elsewhere:
        backups.restore(destination)
        assert {model: rows(model) for model in held} == held


@records_nothing
def test_the_manifest_says_what_the_copy_holds(destination: Path) -> None:
    manifest = backups.back_up(destination)
    head = Head.objects.get()
    assert manifest.clinics == [backups.ClinicHead(str(head.clinic.uuid), head.number, head.digest)]
    assert manifest.engine == connection.vendor
    assert "titration.0003_dose_steps" in manifest.migrations
    assert backups.read_manifest(destination) == manifest


def waited_for(number: int) -> int:
    """The number of the newest entry, once it is at least this one."""
    until = time.monotonic() + 30
    while (newest := Head.objects.get().number) < number:
        assert time.monotonic() < until, "nothing was written meanwhile"
        time.sleep(0.01)
    return newest


@records
def test_a_backup_is_whole_while_others_write(destination: Path, elsewhere) -> None:
    regimen = regimen_of()
    enough, errors = threading.Event(), []

    def write() -> None:
        try:
            day = date(2020, 1, 1)
            while not enough.is_set():
                day += timedelta(1)
                step_of(regimen, day)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        before = waited_for(1 + Head.objects.get().number)
        manifest = backups.back_up(destination)
        waited_for(manifest.entries + 1)
    finally:
        enough.set()
        writer.join()
    assert errors == []
    (head,) = manifest.clinics
    assert head.number >= before
    with elsewhere:
        backups.restore(destination)
        assert Entry.objects.count() == head.number
        assert Entry.objects.get(number=head.number).digest == head.digest
        assert Head.objects.get().number == head.number


@records_nothing
def test_the_command_says_what_it_wrote(destination: Path) -> None:
    out = StringIO()
    call_command("backup", str(destination), stdout=out)
    entries = Head.objects.get().number
    assert out.getvalue().strip() == f"{destination}: {entries} entries of 1 clinics."


@records_nothing
def test_a_backup_is_open_to_nobody_else(destination: Path) -> None:
    backups.back_up(destination)
    assert stat.S_IMODE(destination.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in destination.iterdir()} == {0o600}
    assert len(list(destination.iterdir())) == 2


@records_nothing
def test_a_backup_never_overwrites(destination: Path) -> None:
    destination.mkdir()
    with pytest.raises(CommandError, match="never overwrites"):
        call_command("backup", str(destination))
    assert list(destination.iterdir()) == []


@records_nothing
def test_a_backup_that_fails_leaves_nothing_behind(destination: Path, monkeypatch) -> None:
    monkeypatch.setattr(backups, "_digest", lambda _path: Path("/nowhere").read_text())
    with pytest.raises(backups.BackupError, match="could not be written"):
        backups.back_up(destination)
    assert list(destination.parent.iterdir()) == []


@records_nothing
def test_a_backup_into_a_folder_that_is_not_there_is_refused(destination: Path) -> None:
    with pytest.raises(backups.BackupError, match="No such file or directory"):
        backups.back_up(destination / "deeper" / "still")


@records
def test_nobody_is_signed_in_after_a_restore(destination: Path, elsewhere, client) -> None:
    client.force_login(regimen_of().responsible)
    call_command("createcachetable")
    assert Session.objects.exists()
    backups.back_up(destination)
    assert Session.objects.exists(), "those who work go on working"
    with elsewhere:
        backups.restore(destination)
        assert not Session.objects.exists()


@records_nothing
def test_restore_refuses_a_database_that_holds_anything(destination: Path, elsewhere) -> None:
    backups.back_up(destination)
    with elsewhere:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE something (a integer)")
        with pytest.raises(backups.BackupError, match="holds something already: something"):
            backups.restore(destination)
        assert connection.introspection.table_names() == ["something"]


@records_nothing
def test_restore_refuses_the_database_in_use(destination: Path) -> None:
    backups.back_up(destination)
    held = rows(Entry)
    with pytest.raises(backups.BackupError, match="holds something already"):
        backups.restore(destination)
    assert rows(Entry) == held


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A backup of nothing, as far as its manifest goes: what is refused before anything is read."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "copy").write_bytes(b"a copy")
    manifest = backups.Manifest(
        form=backups.FORM,
        made_at="2026-11-16T09:30:00+00:00",
        engine=connection.vendor,
        migrations=["titration.0003_dose_steps"],
        clinics=[],
        file="copy",
        sha256=sha256(b"a copy").hexdigest(),
    )
    (source / backups.MANIFEST).write_text(json.dumps(asdict(manifest)))
    return source


@records_nothing
def test_restore_refuses_a_damaged_copy(source: Path) -> None:
    (source / "copy").write_bytes(b"a cOpy")
    with pytest.raises(backups.BackupError, match="is damaged"):
        backups.restore(source)


@records_nothing
def test_restore_refuses_a_copy_that_is_missing(source: Path) -> None:
    (source / "copy").unlink()
    with pytest.raises(backups.BackupError, match="is damaged"):
        backups.restore(source)


@records_nothing
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"engine": "oracle"}, "The backup is of oracle"),
        ({"migrations": ["titration.9999_of_next_year"]}, "newer version: titration.9999"),
        ({"form": "dose-ledger-backup/2"}, "backup/2, which is unknown here"),
        ({"surprise": 1}, "is no backup"),
    ],
)
def test_restore_refuses_a_backup_that_it_cannot_read(
    change: dict, said: str, source: Path
) -> None:
    manifest = source / backups.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change))
    with pytest.raises(backups.BackupError, match=said):
        backups.restore(source)


@records_nothing
def test_restore_tells_what_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no backup"):
        call_command("restore", str(tmp_path))


def tool_that(folder: Path, behaviour: str, monkeypatch) -> None:
    """A pg_dump of our own, in bash, and no other program."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "pg_dump"
    program.write_text(f"#!/bin/bash\n{behaviour}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"))


@records_nothing
@postgresql_only
def test_a_missing_pg_dump_is_said(destination: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backups.BackupError, match="pg_dump is missing"):
        backups.back_up(destination)
    assert not destination.exists()


@records_nothing
@postgresql_only
def test_an_older_pg_dump_is_said(destination: Path, tmp_path: Path, monkeypatch) -> None:
    tool_that(tmp_path, 'echo "pg_dump (PostgreSQL) 9.6.24"', monkeypatch)
    with pytest.raises(backups.BackupError, match=r"pg_dump is of PostgreSQL 9, the server of \d"):
        backups.back_up(destination)


@records_nothing
@postgresql_only
def test_a_failing_pg_dump_is_told_by_its_first_line(
    destination: Path, tmp_path: Path, monkeypatch
) -> None:
    behaviour = (
        '[[ $1 != --version ]] || { echo "pg_dump (PostgreSQL) 99.1"; exit; }\n'
        "printf 'pg_dump: error: it broke\\nDETAIL: Irena Novak' >&2; exit 1"
    )
    tool_that(tmp_path, behaviour, monkeypatch)
    with pytest.raises(backups.BackupError) as caught:
        backups.back_up(destination)
    assert str(caught.value) == "pg_dump failed: pg_dump: error: it broke"
    assert list(destination.parent.iterdir()) == []


@records_nothing
@postgresql_only
def test_the_password_is_on_no_command_line(destination: Path, tmp_path: Path, monkeypatch) -> None:
    behaviour = (
        '[[ $1 != --version ]] || { echo "pg_dump (PostgreSQL) 99.1"; exit; }\n'
        f'echo "$@" >{tmp_path}/arguments\necho "$PGPASSWORD" >{tmp_path}/password'
    )
    tool_that(tmp_path, behaviour, monkeypatch)
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "swordfish")
    backups.back_up(destination)
    assert "swordfish" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "password").read_text().strip() == "swordfish"


# The command that restores


@pytest.fixture
def checkpoint(tmp_path: Path, settings):
    """Makes a checkpoint of what is recorded now: its file. The key is outside the database."""
    settings.CHECKPOINT_KEY = str(tmp_path / "key")
    call_command("checkpoint_key", settings.CHECKPOINT_KEY, stdout=StringIO())

    def made() -> Path:
        call_command("checkpoint", out=tmp_path / "checkpoint")
        return tmp_path / "checkpoint"

    return made


@records
def test_restore_verifies_against_a_checkpoint(destination: Path, elsewhere, checkpoint) -> None:
    step_of()
    newest = checkpoint()
    backups.back_up(destination)
    out = StringIO()
    with elsewhere:
        call_command("restore", str(destination), "--checkpoint", str(newest), stdout=out)
    assert "entries of 1 clinics" in out.getvalue()
    assert "checkpoints 1, findings 0" in out.getvalue()


@records
def test_restore_detects_a_stale_backup_by_the_checkpoint(
    destination: Path, elsewhere, checkpoint
) -> None:
    regimen = regimen_of()
    step_of(regimen)
    backups.back_up(destination)
    held = Head.objects.get().number
    for number in range(1, 4):
        step_of(regimen, date(2026, 4, number))
    newest = checkpoint()
    out = StringIO()
    with elsewhere:
        with pytest.raises(CommandError, match="Findings: 1"):
            call_command("restore", str(destination), "--checkpoint", str(newest), stdout=out)
        assert Head.objects.get().number == held, "what there is stays, for a person to decide"
    said = f"knew {held + 3} entries, the last here is {held}: 3 are missing"
    assert said in out.getvalue()


@records_nothing
def test_restore_without_a_checkpoint_says_what_it_cannot_tell(
    destination: Path, elsewhere
) -> None:
    backups.back_up(destination)
    out = StringIO()
    with elsewhere:
        call_command("restore", str(destination), stdout=out)
    assert "nothing tells whether newer entries are missing" in out.getvalue()


@records
def test_restore_finds_a_record_that_was_edited_before_the_backup(
    destination: Path, elsewhere
) -> None:
    step_of()
    guards.remove()
    try:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE titration_dosestep SET reason = 'other'")
    finally:
        guards.install()
    backups.back_up(destination)
    with elsewhere, pytest.raises(CommandError, match="Findings: 1"):
        call_command("restore", str(destination), stdout=StringIO())


@records
def test_a_restored_record_is_guarded_and_goes_on(destination: Path, elsewhere) -> None:
    regimen = regimen_of()
    step_of(regimen)
    backups.back_up(destination)
    with elsewhere:
        call_command("restore", str(destination), stdout=StringIO())
        assert guards.missing() == []
        with connection.cursor() as cursor, pytest.raises(DatabaseError):
            cursor.execute("UPDATE titration_dosestep SET reason = 'other'")
        step_of(regimen, date(2026, 4, 1))
        call_command("verify", stdout=StringIO())


@records_nothing
def test_restore_brings_an_older_backup_to_this_version(destination: Path, elsewhere) -> None:
    older = json.loads(OLDER[0].read_text())
    with empty_database() as name, connected_to(name):
        make(older)
        backups.back_up(destination)
    with elsewhere:
        call_command("restore", str(destination), stdout=StringIO())
        assert guards.missing() == []
        assert Entry.objects.count() == len(older["tables"]["ledger_entry"]["rows"])


@records
def test_a_restored_record_is_guarded_where_the_backup_was_not(
    destination: Path, elsewhere
) -> None:
    step_of()
    guards.remove()
    try:
        backups.back_up(destination)
    finally:
        guards.install()
    with elsewhere:
        call_command("restore", str(destination), stdout=StringIO())
        assert guards.missing() == []
