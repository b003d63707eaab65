"""`manage.py verify`: what it prints, what it refuses, how it ends."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from access.management.bar import Bar
from ledger import checkpoints, guards
from ledger.management.commands import verify
from ledger.models import Entry, Head
from tests.factories import ClinicFactory, PatientFactory
from tests.ledger.damage import delete, put_head_right, unguarded

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: object, stderr: StringIO | None = None) -> str:
    """What it prints when nothing is found."""
    out = StringIO()
    call_command("verify", *map(str, arguments), stdout=out, stderr=stderr or StringIO())
    return out.getvalue()


def failed(*arguments: object) -> tuple[list[str], str]:
    """The lines it prints when something is found, and what it ends with."""
    out = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("verify", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines(), str(ended.value)


def put_guards_back() -> None:
    connection.check_constraints()
    guards.install()


@pytest.fixture
def clinic(db):
    return PatientFactory(clinic=ClinicFactory(name="Riverside")).clinic


@pytest.fixture
def signed(tmp_path: Path, settings) -> Path:
    settings.CHECKPOINT_KEY = str(tmp_path / "key")
    checkpoints.make_key(tmp_path / "key")
    return tmp_path / "checkpoint"


def test_a_whole_record_is_summed_up(clinic):
    PatientFactory(clinic=clinic)
    assert run().splitlines() == [
        "Riverside: entries 2, checkpoints 0, findings 0.",
        "Sealed access events and acts 0, checkpoints 0, findings 0.",
    ]


def test_each_finding_has_a_line_and_the_command_fails(clinic):
    with unguarded():
        Entry.objects.filter(clinic=clinic).update(time_zone="Europe/Paris")
        Head.objects.filter(clinic=clinic).update(number=2)
        put_guards_back()
        lines, ended = failed()
    assert lines == [
        "edited-header: Riverside, entry 1 (patient): its header (who, when, for whom, after what)"
        " was changed.",
        "truncated: Riverside: the end is missing: 2 entries were counted, the last here is 1.",
        "Riverside: entries 1, checkpoints 0, findings 2.",
        "Sealed access events and acts 0, checkpoints 0, findings 0.",
    ]
    assert ended == "Findings: 2."


def test_one_clinic_alone_is_read_when_it_is_named(clinic):
    other = PatientFactory().clinic
    with unguarded():
        Entry.objects.filter(clinic=clinic).update(time_zone="Europe/Paris")
        assert run("--clinic", other.uuid).splitlines() == [
            f"{other.name}: entries 1, checkpoints 0, findings 0."
        ]
        failed("--clinic", clinic.uuid)


def test_a_flood_of_findings_is_cut_and_counted(clinic, monkeypatch):
    monkeypatch.setattr(verify, "MOST_LINES", 1)
    PatientFactory(clinic=clinic)
    PatientFactory(clinic=clinic)
    with unguarded():
        Entry.objects.filter(clinic=clinic).update(time_zone="Europe/Paris")
        put_guards_back()
        lines, ended = failed()
    assert lines[1] == "and 2 more findings"
    assert ended == "Findings: 3."


def test_a_table_without_its_guards_is_named(clinic):
    drop = "DROP TRIGGER append_only_refuse ON ledger_retraction"
    if connection.vendor == "sqlite":
        drop = 'DROP TRIGGER "append_only_ledger_retraction_deleted"'
    with transaction.atomic(), connection.cursor() as cursor:
        connection.check_constraints()
        cursor.execute(drop)
        lines, ended = failed()
        transaction.set_rollback(True)
    assert lines[-2] == "unguarded: table ledger_retraction is not guarded against changes."
    assert ended == "Findings: 1."


def test_a_clinics_name_cannot_break_a_line(clinic):
    clinic.name = "Riverside\nRiverside: entries 1, checkpoints 0, findings 0."
    clinic.save()
    with unguarded():
        Head.objects.filter(clinic=clinic).update(number=2)
        lines, _ended = failed()
    assert len([line for line in lines if line.startswith("truncated: Riverside")]) == 1


# Checkpoints.


def test_a_record_that_went_on_fits_its_checkpoint(clinic, signed):
    call_command("checkpoint", out=signed)
    PatientFactory(clinic=clinic)
    assert "Riverside: entries 2, checkpoints 1, findings 0." in run("--checkpoint", signed)


def test_an_older_copy_is_found_by_a_checkpoint(clinic, signed):
    with unguarded():
        PatientFactory(clinic=clinic)
        call_command("checkpoint", out=signed)
        newest = Entry.objects.get(clinic=clinic, number=2)
        newest.patientversion.patient.card.delete()
        delete(newest)
        put_head_right(clinic)
        lines, _ended = failed("--checkpoint", signed, "--clinic", clinic.uuid)
    assert any(line.startswith("stale: Riverside: the checkpoint of ") for line in lines)


def test_a_clinic_that_is_gone_is_found_by_a_checkpoint(clinic, signed):
    gone = ClinicFactory()
    call_command("checkpoint", out=signed)
    gone.delete()
    lines, _ended = failed("--checkpoint", signed)
    assert lines[-2].startswith(f"stale: the clinic {gone.uuid} of a checkpoint of ")


def test_several_files_may_be_given(clinic, signed):
    other = signed.with_name("other")
    for path in (signed, other):
        call_command("checkpoint", out=path)
    assert "checkpoints 2" in run("--checkpoint", signed, other)
    assert "checkpoints 2" in run("--checkpoint", signed, "--checkpoint", other)


def test_a_checkpoint_that_was_not_signed_is_a_finding(clinic, signed):
    call_command("checkpoint", out=signed)
    signed.write_text(signed.read_text().replace("\n1\n", "\n0\n"))
    lines, ended = failed("--checkpoint", signed)
    assert lines[0] == (
        f"checkpoint: the checkpoint of dose-ledger/clinic/{clinic.uuid} in {signed} is not "
        "signed by this key."
    )
    assert ended == "Findings: 1."


def test_a_clinic_whose_note_was_taken_out_is_a_finding(clinic, signed, monkeypatch):
    other = PatientFactory().clinic
    monkeypatch.setattr(checkpoints, "BEGUN", timedelta(0))
    call_command("checkpoint", out=signed)
    kept = [note for note in signed.read_text().split("\n\ndose") if str(other.uuid) not in note]
    signed.write_text("\n\ndose".join(kept))
    lines, ended = failed("--checkpoint", signed)
    assert lines[0] == (
        f"checkpoint: no checkpoint given is of dose-ledger/clinic/{other.uuid}, which was there "
        "before the newest."
    )
    assert ended == "Findings: 1."
    assert "checkpoints 1" in run("--checkpoint", signed, "--clinic", clinic.uuid)


def test_the_public_key_is_enough(clinic, signed, settings, tmp_path):
    call_command("checkpoint", out=signed)
    key = checkpoints.private_key(tmp_path / "key").public_key()
    (tmp_path / "public").write_text(checkpoints.public_text(key))
    settings.CHECKPOINT_KEY = ""
    assert "checkpoints 1" in run("--checkpoint", signed, "--public-key", tmp_path / "public")


# What is refused, in words.


def test_a_checkpoint_without_a_key_is_refused(clinic, signed, settings):
    call_command("checkpoint", out=signed)
    settings.CHECKPOINT_KEY = ""
    with pytest.raises(CommandError, match="--public-key, or set CHECKPOINT_KEY"):
        run("--checkpoint", signed)


def test_a_file_that_is_not_there_is_refused(clinic, signed, tmp_path):
    with pytest.raises(CommandError, match="gone cannot be read: No such file"):
        run("--checkpoint", tmp_path / "gone")


def test_a_clinic_that_is_not_there_is_refused(clinic):
    with pytest.raises(CommandError, match="There is no clinic 00000000-0000-4000"):
        run("--clinic", "00000000-0000-4000-8000-000000000000")


def test_what_is_no_uuid_is_refused(clinic):
    with pytest.raises(CommandError, match="type the uuid of a clinic"):
        run("--clinic", "Riverside")


# The bar.


def test_nothing_but_lines_is_written_where_nobody_looks(clinic):
    err = StringIO()
    run(stderr=err)
    assert err.getvalue() == ""


def test_a_terminal_sees_how_far_it_is(clinic, monkeypatch):
    monkeypatch.setattr(Bar, "PAUSE", 0)
    err = Terminal()
    run(stderr=err)
    assert "100% 1 (" in err.getvalue()
    assert err.getvalue().endswith("\r\033[K")
