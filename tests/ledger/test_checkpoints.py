"""Checkpoints and their key: what is signed, what is refused."""

import base64
import stat
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from access.models import AccessEvent, Clinic
from ledger import canonical, checkpoints, sealing
from ledger.checkpoints import CheckpointError, Note
from ledger.models import AccessSeal, Entry, Head
from tests.factories import ClinicFactory, PatientFactory
from tests.ledger.damage import delete, put_head_right, unguarded, write_chain_anew

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
NOTE = Note("dose-ledger/access", 12, "ab" * 32, AT)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    checkpoints.make_key(tmp_path / "key")
    return tmp_path / "key"


def printed(*arguments: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


# The key.


def test_a_new_key_is_its_owners_alone_and_its_public_half_is_printed(tmp_path):
    public = printed("checkpoint_key", tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    (tmp_path / "public").write_text(public)
    private = checkpoints.private_key(tmp_path / "key")
    assert checkpoints.public_key(tmp_path / "public") == private.public_key()


def test_a_key_is_never_overwritten(key):
    before = key.read_bytes()
    with pytest.raises(CommandError, match="there already"):
        printed("checkpoint_key", key)
    assert key.read_bytes() == before


def test_a_key_in_a_folder_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        printed("checkpoint_key", tmp_path / "gone" / "key")


def test_a_key_that_others_can_read_is_refused(key):
    key.chmod(0o640)
    with pytest.raises(CheckpointError, match="give it mode 600"):
        checkpoints.private_key(key)


def test_a_file_without_a_key_is_refused(tmp_path):
    path = tmp_path / "key"
    path.write_text("no key")
    path.chmod(0o600)
    with pytest.raises(CheckpointError, match="holds no Ed25519 key"):
        checkpoints.private_key(path)


@pytest.mark.parametrize("text", ["", "dose-ledger", "dose-ledger+00000000+AAAA", "x+y+z"])
def test_a_file_without_a_public_key_is_refused(tmp_path, text):
    path = tmp_path / "public"
    path.write_text(text)
    with pytest.raises(CheckpointError, match="holds no public key"):
        checkpoints.public_key(path)


def test_a_public_key_whose_digits_were_changed_is_refused(tmp_path, key):
    text = checkpoints.public_text(checkpoints.private_key(key).public_key())
    other = checkpoints.public_text(Ed25519PrivateKey.generate().public_key())
    path = tmp_path / "public"
    path.write_text(text.rpartition("+")[0] + "+" + other.rpartition("+")[2])
    with pytest.raises(CheckpointError, match="holds no public key"):
        checkpoints.public_key(path)


# The note.


def test_a_signed_note_has_the_shape_of_c2sp(key):
    private = checkpoints.private_key(key)
    body, signature = checkpoints.signed(NOTE, private).split("\n\n")
    assert body.splitlines() == [
        "dose-ledger/access",
        "12",
        "ab" * 32,
        "2026-11-16T09:30:00.000000+00:00",
    ]
    dash, name, encoded = signature.split()
    raw = base64.b64decode(encoded)
    public = private.public_key().public_bytes_raw()
    assert (dash, name) == ("—", "dose-ledger")
    assert raw[:4] == sha256(b"dose-ledger\n\x01" + public).digest()[:4]
    private.public_key().verify(raw[4:], f"{body}\n".encode())


def test_openssl_finds_the_signature_good(tmp_path, key):
    """The key is an ordinary PEM file, so nobody depends on this software to check a signature."""
    body, signature = checkpoints.signed(NOTE, checkpoints.private_key(key)).split("\n\n")
    (tmp_path / "body").write_text(f"{body}\n")
    (tmp_path / "signature").write_bytes(base64.b64decode(signature.split()[2])[4:])
    done = subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-rawin", "-inkey", str(key)),
            *("-in", str(tmp_path / "body"), "-sigfile", str(tmp_path / "signature")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verified Successfully" in done.stdout, done.stderr


def test_notes_are_read_as_they_were_written_also_without_empty_lines(tmp_path, key):
    private = checkpoints.private_key(key)
    other = Note("dose-ledger/access", 13, "cd" * 32, AT)
    text = checkpoints.signed(NOTE, private) + "\n" + checkpoints.signed(other, private)
    path = tmp_path / "notes"
    for written in (text, text.replace("\n\n", "\n")):
        path.write_text(written)
        notes = checkpoints.read(path)
        assert [(n.origin, n.size, n.head, n.at) for n in notes] == [
            (n.origin, n.size, n.head, n.at) for n in (NOTE, other)
        ]
        assert all(checkpoints.is_signed_by(n, private.public_key()) for n in notes)


def test_notes_are_found_among_the_lines_of_a_log(tmp_path, key):
    private = checkpoints.private_key(key)
    whole = checkpoints.signed(NOTE, private)
    cut = "\n".join(whole.splitlines()[2:])
    path = tmp_path / "log"
    path.write_text(f"{cut}\nStarting ...\n{whole}Finished.\nStarting ...\n{whole}Finished.\n")
    notes = checkpoints.read(path)
    assert len(notes) == 2
    assert all(checkpoints.is_signed_by(note, private.public_key()) for note in notes)


def test_a_later_note_that_is_cut_is_refused(tmp_path, key):
    whole = checkpoints.signed(NOTE, checkpoints.private_key(key))
    path = tmp_path / "notes"
    path.write_text(whole + "\n".join(whole.splitlines()[2:]))
    with pytest.raises(CheckpointError, match="holds no whole checkpoint"):
        checkpoints.read(path)


@pytest.mark.parametrize("left", [1, 2, 4, 5])
@pytest.mark.parametrize("before", ["", "Starting ...\n"])
def test_a_file_that_ends_in_the_middle_of_a_note_is_refused(tmp_path, key, left, before):
    whole = checkpoints.signed(NOTE, checkpoints.private_key(key))
    path = tmp_path / "notes"
    path.write_text(whole + before + "\n".join(whole.splitlines()[:left]))
    with pytest.raises(CheckpointError, match="ends in the middle of a checkpoint"):
        checkpoints.read(path)


@pytest.mark.parametrize("left", [1, 2, 4])
@pytest.mark.parametrize("place", [0, 1])
def test_a_note_without_its_end_before_another_is_refused(tmp_path, key, left, place):
    whole = checkpoints.signed(NOTE, checkpoints.private_key(key))
    path = tmp_path / "notes"
    path.write_text(whole * place + "\n".join(whole.splitlines()[:left]) + f"\n{whole}")
    with pytest.raises(CheckpointError, match="ends in the middle of a checkpoint"):
        checkpoints.read(path)


def test_a_first_note_without_its_middle_is_refused(tmp_path, key):
    whole = checkpoints.signed(NOTE, checkpoints.private_key(key))
    lines = whole.splitlines()
    path = tmp_path / "notes"
    path.write_text("\n".join([lines[0], lines[-1], whole]))
    with pytest.raises(CheckpointError, match="ends in the middle of a checkpoint"):
        checkpoints.read(path)


@pytest.mark.parametrize(
    ("written", "read"),
    [("\n12\n", "\n13\n"), ("abab", "cdcd"), ("2026", "2027"), ("/access", "/clinic/" + "0" * 36)],
)
def test_a_note_that_was_changed_is_not_signed(tmp_path, key, written, read):
    private = checkpoints.private_key(key)
    path = tmp_path / "notes"
    text = checkpoints.signed(NOTE, private).replace(written, read)
    path.write_text(text.replace("0" * 36, "00000000-0000-0000-0000-000000000000"))
    [note] = checkpoints.read(path)
    assert not checkpoints.is_signed_by(note, private.public_key())


def test_a_note_of_another_key_is_not_signed(tmp_path, key):
    path = tmp_path / "notes"
    path.write_text(checkpoints.signed(NOTE, Ed25519PrivateKey.generate()))
    [note] = checkpoints.read(path)
    assert not checkpoints.is_signed_by(note, checkpoints.private_key(key).public_key())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dose-ledger/access\n12\n",
        "— dose-ledger AAAA\n",
        "dose-ledger/access\n012\nabab\n2026-11-16T09:30:00.000000+00:00\n— dose-ledger AAAA\n",
        "dose-ledger/access\n12\nabab\nyesterday\n— dose-ledger AAAA\n",
        "somebody/else\n12\nabab\n2026-11-16T09:30:00.000000+00:00\n— dose-ledger AAAA\n",
        "dose-ledger/access\n12\nabab\n2026-11-16T09:30:00.000000+00:00\n— dose-ledger ?\n",
    ],
)
def test_a_file_that_holds_no_whole_checkpoint_is_refused(tmp_path, text):
    path = tmp_path / "notes"
    path.write_text(text)
    with pytest.raises(CheckpointError, match="holds no whole checkpoint"):
        checkpoints.read(path)


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    with suppress(CheckpointError):
        checkpoints.read(path)


# Chains without a note.


def test_a_chain_that_had_begun_and_has_no_note_is_told(db):
    now = timezone.now()
    clinic, other = PatientFactory().clinic, PatientFactory().clinic
    ClinicFactory()
    AccessEvent.objects.create(kind="view", at=datetime(2026, 1, 1, tzinfo=UTC))
    sealing.seal(now)
    later = Note(checkpoints.origin_of(clinic), 1, "ab" * 32, now + timedelta(minutes=6))
    left = [checkpoints.origin_of(other), "dose-ledger/access"]
    assert list(checkpoints.unmentioned([later])) == left
    assert list(checkpoints.unmentioned([later], clinic.uuid)) == []
    assert list(checkpoints.unmentioned([later], other.uuid)) == left[:1]
    assert list(checkpoints.unmentioned([NOTE, later])) == left[:1]


def test_a_chain_that_is_newer_than_the_notes_needs_none(db):
    clinic = PatientFactory().clinic
    PatientFactory()
    now = Note(checkpoints.origin_of(clinic), 1, "ab" * 32, timezone.now())
    assert list(checkpoints.unmentioned([now])) == []
    assert list(checkpoints.unmentioned([])) == []


# The command.


def test_every_chain_is_signed_with_its_end(settings, tmp_path, key):
    settings.CHECKPOINT_KEY = str(key)
    clinic, empty = PatientFactory().clinic, ClinicFactory()
    printed("checkpoint", "--out", tmp_path / "notes")
    notes = {note.clinic: note for note in checkpoints.read(tmp_path / "notes")}
    head = Head.objects.get(clinic=clinic)
    assert set(notes) == {clinic.uuid, empty.uuid, None}
    assert (notes[clinic.uuid].size, notes[clinic.uuid].head) == (head.number, head.digest)
    assert (notes[empty.uuid].size, notes[empty.uuid].head) == (0, canonical.NO_ENTRY)
    assert (notes[None].size, notes[None].head) == (0, canonical.NO_ENTRY)


def test_access_events_are_sealed_before_their_chain_is_signed(settings, key):
    settings.CHECKPOINT_KEY = str(key)
    AccessEvent.objects.create(kind="view", at=datetime(2026, 1, 1, tzinfo=UTC))
    text = printed("checkpoint")
    seal = AccessSeal.objects.get()
    assert f"dose-ledger/access\n1\n{seal.digest}\n" in text


def test_an_older_file_is_replaced_whole(settings, tmp_path, key):
    settings.CHECKPOINT_KEY = str(key)
    out = tmp_path / "notes"
    printed("checkpoint", "--out", out)
    clinic = PatientFactory().clinic
    printed("checkpoint", "--out", out)
    assert {note.clinic: note.size for note in checkpoints.read(out)} == {clinic.uuid: 1, None: 0}
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
    assert {path.name for path in tmp_path.iterdir()} == {"key", "notes"}


def test_a_damaged_end_is_not_signed(settings, key):
    settings.CHECKPOINT_KEY = str(key)
    clinic = PatientFactory().clinic
    with unguarded():
        Entry.objects.filter(clinic=clinic).update(digest="f" * 64)
        with pytest.raises(CommandError, match="run verify"):
            printed("checkpoint")


@pytest.fixture
def kept(settings, tmp_path, key) -> Path:
    """A file with a checkpoint of a clinic of two entries and of one seal."""
    settings.CHECKPOINT_KEY = str(key)
    PatientFactory(clinic=PatientFactory().clinic)
    AccessEvent.objects.create(kind="view", at=datetime(2026, 1, 1, tzinfo=UTC))
    printed("checkpoint", "--out", tmp_path / "notes")
    return tmp_path / "notes"


def refused(out: Path, why: str) -> None:
    before = out.read_bytes()
    with pytest.raises(CommandError, match=why):
        printed("checkpoint", "--out", out)
    assert out.read_bytes() == before


def test_a_chain_that_was_written_anew_is_not_signed_over_its_checkpoint(kept):
    clinic = Clinic.objects.get()
    with unguarded():
        Entry.objects.filter(clinic=clinic, number=1).update(time_zone="Europe/Paris")
        write_chain_anew(clinic)
        refused(kept, f"dose-ledger/clinic/{clinic.uuid} no longer has number 2 as")
        assert printed("checkpoint")


def test_a_chain_that_was_cut_off_is_not_signed_over_its_checkpoint(kept):
    clinic = Clinic.objects.get()
    with unguarded():
        newest = Entry.objects.get(clinic=clinic, number=2)
        newest.patientversion.patient.card.delete()
        delete(newest)
        put_head_right(clinic)
        refused(kept, "no longer has number 2 as")


def test_seals_that_were_written_anew_are_not_signed_over_their_checkpoint(kept):
    with unguarded():
        AccessSeal.objects.all()._raw_delete("default")
        AccessEvent.objects.update(route="elsewhere")
        refused(kept, "dose-ledger/access no longer has number 1 as")
        assert AccessSeal.objects.count() == 1


def test_every_note_of_the_file_has_to_be_continued(kept):
    clinic = Clinic.objects.get()
    first = kept.read_text()
    with unguarded():
        Entry.objects.filter(clinic=clinic, number=2).update(time_zone="Europe/Paris")
        write_chain_anew(clinic)
        kept.unlink()
        printed("checkpoint", "--out", kept)
        kept.write_text(first + kept.read_text())
        refused(kept, "no longer has number 2 as")


def test_a_file_that_this_key_did_not_sign_is_not_replaced(kept, settings, tmp_path):
    checkpoints.make_key(tmp_path / "other")
    settings.CHECKPOINT_KEY = str(tmp_path / "other")
    refused(kept, "is not signed by this key")
    kept.write_text("what was here")
    refused(kept, "holds no whole checkpoint")


def test_no_key_is_said_in_words(settings, tmp_path):
    settings.CHECKPOINT_KEY = ""
    with pytest.raises(CommandError, match="CHECKPOINT_KEY names no key"):
        printed("checkpoint")
    settings.CHECKPOINT_KEY = str(tmp_path / "gone")
    with pytest.raises(CommandError, match="gone cannot be read: No such file"):
        printed("checkpoint")


def test_a_place_that_cannot_be_written_is_said_in_words(settings, tmp_path, key):
    settings.CHECKPOINT_KEY = str(key)
    with pytest.raises(CommandError, match="cannot be written"):
        printed("checkpoint", "--out", tmp_path / "gone" / "notes")
