"""The pack for the day the server is down: what it says, as of when, that nobody else reads it."""

import errno
import re
import stat
from copy import deepcopy
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PasswordType, PdfReader
from pypdf.errors import FileNotDecryptedError

from access.models import AccessedPatient, AccessEvent, AccessKind, Role
from ledger.models import Head
from patients import actions as people
from patients.identity import Standing
from tests.factories import (
    ClinicFactory,
    IdentityFactory,
    PatientFactory,
    context_of,
    linked_to,
    member,
    stated,
)
from tests.titration.doses import times
from tests.titration.exports import readable
from tests.titration.factories import (
    medicine_of,
    plan_of,
    planned_row,
    regimen_of,
    review_of,
    step_of,
)
from tests.titration.issuing import TODAY, event, issue_of, recorded, revised
from titration import downtime
from titration.exports import downtime as pages
from titration.exports import packs

PASSWORD = "plenty of paper on the shelf"


class Story:
    """A clinic whose patients stand each in another way; the last two have nothing open."""

    def __init__(self) -> None:
        self.clinic = ClinicFactory(name="Riverside", telephone="020 7946 0123")
        self.osei = member(self.clinic, name="Dr A. Osei")
        self.lind = member(self.clinic, Role.RECORDER, name="J. Lind")
        self.baclofen = medicine_of(self.clinic)
        self.novak = self.regimen("Novak", supplied_by="Weir Street Surgery")
        self.plan()
        self.withheld = self.regimen("Adeyemi")
        step_of(self.withheld, kind="dose", components=(times(2, "11"),))
        step_of(self.withheld, TODAY - timedelta(1), "withhold")
        self.stopped, self.died = self.regimen("Stopped"), self.regimen("Died")
        step_of(self.stopped, kind="dose")
        step_of(self.stopped, TODAY - timedelta(1), "stop", reason="side-effect")
        step_of(self.died, kind="dose")
        died = self.died.regimen.patient
        people.revise_patient(
            patient=died,
            identity=IdentityFactory(family_name="Died"),
            standing=Standing("died", TODAY),
            seen=died.versions.get().entry,
            by=self.lind,
        )

    def regimen(self, name: str, **text):
        patient = PatientFactory(
            clinic=self.clinic, by=self.osei, family_name=name, telephone="01632 960101"
        )
        return regimen_of(patient, self.baclofen, self.osei, **text)

    def plan(self) -> None:
        """A plan of five rows, given out, revised to other doses, and its first row recorded."""
        rows = [planned_row(TODAY - timedelta(7), times(3, "5"))]
        rows += [planned_row("2 weeks", times(3, str(n))) for n in (7, 13, 17, 19, 23)]
        first = plan_of(self.novak, planned_row(TODAY - timedelta(7), times(3, "3")))
        issue_of(first)
        self.signed = revised(first, *rows)
        recorded(self.signed, 0, on=TODAY - timedelta(7))
        event(self.signed, "paused")
        review_of(self.novak, what_for="Tone and drowsiness")
        context_of(self.novak.regimen.patient, self.lind, allergies=stated({"substance": "latex"}))


@pytest.fixture(scope="module")
def made_story(module_db):
    return Story()


@pytest.fixture
def story(made_story, db):
    return deepcopy(made_story)


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("DOWNTIME_PACK_PASSWORD", PASSWORD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "packs"


def pack(folder: Path, **options) -> list[Path]:
    """The files of a new pack."""
    out = StringIO()
    call_command("downtime_pack", output=folder, stdout=out, stderr=StringIO(), **options)
    return sorted(Path(out.getvalue().partition(": ")[0]).iterdir())


def opened(file: Path) -> list[str]:
    """The text of the pages, with the password."""
    reader = PdfReader(file, password=PASSWORD)
    return [readable(page.extract_text()) for page in reader.pages]


def event_of() -> AccessEvent:
    return AccessEvent.objects.get(route="downtime_pack")


def test_the_pack_tells_where_each_open_regimen_stands(story, folder) -> None:
    [file] = pack(folder)
    front, *sheets = opened(file)
    words = " ".join(sheets)
    assert "2 open regimens of 2 patients" in front
    assert "020 7946 0123" in front
    novak, adeyemi = words.index("NOVAK, Irena"), words.index("ADEYEMI, Irena")
    assert adeyemi < novak, "sorted by name"
    assert "Withheld: the patient takes none" in words[adeyemi:novak]
    assert "Allergies not asked" in words[adeyemi:novak]
    assert "No review written" in words[adeyemi:novak]
    for said in (
        "Allergies latex",
        "Telephone 01632 960101",
        "By mouth: baclofen, tablet",
        "5 mg each time",
        "Recorded by the prescriber",
        "Titration plan v2, signed by Dr A. Osei",
        "Paused by Dr A. Osei",
        "7 mg three times a day",
        "Nothing recorded yet",
        "1 more row of the plan is not in this pack.",
        "Version 1, dose calendar on paper",
        "With the patient; it no longer holds",
        "Booked for",
        "“Tone and drowsiness”",
        "Responsible prescriber Dr A. Osei",
        "“Weir Street Surgery”",
    ):
        assert said in words[novak:], said
    assert "STOPPED" not in front + words
    assert "DIED" not in front + words


def test_each_page_says_as_of_which_entry_it_is(story, folder) -> None:
    head = Head.objects.get(clinic=story.clinic)
    [file] = pack(folder)
    texts = opened(file)
    for number, page in enumerate(texts, start=1):
        assert f"This is the record up to entry {head.number} of" in page
        assert "What came after is not here." in page
        assert head.digest in page.replace(" ", "")
        assert f"Page {number} of {len(texts)}" in page
    index = re.search(r"NOVAK, Irena \(Ms\) .*? ([0-9]+) ", texts[0].partition("Index")[2] + " ")
    assert index
    assert "NOVAK, Irena" in texts[int(index[1]) - 1]


def test_nothing_of_it_is_readable_without_the_password(story, folder) -> None:
    [file] = pack(folder)
    raw = file.read_bytes()
    assert not any(word in raw for word in (b"NOVAK", b"Novak", b"baclofen", b"Riverside"))
    reader = PdfReader(BytesIO(raw))
    with pytest.raises(FileNotDecryptedError):
        reader.pages[0].extract_text()
    assert reader.decrypt("plenty of paper on the Shelf") == PasswordType.NOT_DECRYPTED
    assert reader.trailer["/Encrypt"]["/R"] == 6
    assert reader.trailer["/Encrypt"]["/CF"]["/StdCF"]["/CFM"] == "/AESV3"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_it_stays_tagged_with_its_fonts(story, folder) -> None:
    [file] = pack(folder)
    reader = PdfReader(file, password=PASSWORD)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert reader.pdf_header == "%PDF-1.7"
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in fonts)


def test_the_event_names_whom_the_pack_lists_and_comes_first(story, folder, monkeypatch) -> None:
    def refuse(*_args):
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(pages, "read", refuse)
    with pytest.raises(CommandError):
        pack(folder)
    event = event_of()
    named = set(AccessedPatient.objects.filter(event=event).values_list("patient", flat=True))
    assert named == {story.novak.regimen.patient_id, story.withheld.regimen.patient_id}
    assert (event.kind, event.method, event.clinic) == (AccessKind.EXPORT, "command", story.clinic)


def test_what_is_recorded_meanwhile_changes_nothing(story) -> None:
    known = downtime.up_to(story.clinic, timezone.now())
    before = downtime.read(known, downtime.patients_of(known))
    step_of(story.novak, TODAY, "stop", reason="side-effect")
    step_of(story.withheld, TODAY, "resume", components=(times(2, "29"),), reason="restart")
    later = story.regimen("Later")
    patients = downtime.patients_of(known)
    after = downtime.read(known, patients)
    assert after == before
    assert later.regimen.patient_id not in {person.version.patient_id for person in after}
    assert len(downtime.read(downtime.up_to(story.clinic, timezone.now()), patients)) == 2


def test_reading_asks_no_more_of_many(story) -> None:
    """Nor of many plans that wait for their prescriber, each since an entry of its own."""

    def wait(name: str) -> None:
        regimen = story.regimen(name)
        plan_of(regimen, planned_row(TODAY, times(3, "5")))
        step_of(regimen, TODAY - timedelta(1))

    def read() -> tuple[list[pages.Part], int]:
        known = downtime.up_to(story.clinic, timezone.now())
        with CaptureQueriesContext(connection) as asked:
            parts = list(pages.parts_of(known, downtime.patients_of(known)))
        return parts, len(asked)

    wait("Farrow")
    _parts, few = read()
    for name in ("Ghatak", "Hale"):
        wait(name)
    [part], many = read()
    plans = [regimen.plan for person in part.people for regimen in person.regimens]
    assert sum("wait for the prescriber" in plan.standing for plan in plans if plan) == 3
    assert many == few


def test_another_record_of_the_same_person_is_named_and_on_record(story, folder) -> None:
    one, other = story.novak.regimen.patient, story.stopped.regimen.patient
    linked_to(one, other, story.lind)
    words = " ".join(opened(*pack(folder)))
    assert re.search("NOVAK, Irena .{0,200}STOPPED, Irena", words.partition("Index")[2])
    assert AccessedPatient.objects.filter(event=event_of(), patient=other.pk).exists()


def test_a_large_pack_is_in_parts(story, folder, monkeypatch) -> None:
    monkeypatch.setattr(pages, "PEOPLE", 1)
    first, second = pack(folder)
    assert (first.name, second.name) == ("part-1-of-2.pdf", "part-2-of-2.pdf")
    assert "Part 2 of 2, from NOVAK, Irena (Ms) to NOVAK, Irena (Ms)" in opened(second)[0]
    assert "Part 1 of 2, page 2 of 2" in opened(first)[1]


def test_a_clinic_without_open_regimens_gets_a_pack_that_says_so(db, folder) -> None:
    ClinicFactory(name="New")
    [file] = pack(folder, clinic="New")
    [page] = opened(file)
    assert "No regimen is open at this clinic." in page
    assert "This is the record before its first entry" in page


def test_the_newest_packs_stay_and_nothing_else_is_touched(db, folder, monkeypatch) -> None:
    ClinicFactory(name="New")
    older = ["pack-20260101T000000Z", "pack-20260102T000000Z", "pack-20260103T000000Z"]
    for name in (*older, "notes"):
        (folder / name).mkdir(parents=True)
        (folder / name / "part-1-of-1.pdf").touch()
    [file] = pack(folder, clinic="New", keep=2)
    assert {path.name for path in folder.iterdir()} == {older[2], "notes", file.parent.name}


def test_a_pack_that_cannot_be_written_leaves_the_older_ones(db, folder, monkeypatch) -> None:
    ClinicFactory(name="New")
    (folder / "pack-20260101T000000Z").mkdir(parents=True)

    def full(_file, _password):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packs, "encrypted", full)
    with pytest.raises(CommandError, match="No space left"):
        pack(folder, clinic="New", keep=1)
    assert [path.name for path in folder.iterdir()] == ["pack-20260101T000000Z"]


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("fifteen letters", "16 to 127 characters"),
        ("x" * 128, "16 to 127 characters"),
        ("a passwörd of many", "without accents"),
        ("qwertyuiopasdfgh", "on the lists"),
    ],
)
def test_a_weak_password_is_refused_before_anything(
    db, folder, monkeypatch, password: str, says: str
) -> None:
    monkeypatch.setenv("DOWNTIME_PACK_PASSWORD", password)
    with pytest.raises(CommandError, match=says):
        pack(folder)
    assert not folder.exists()
    assert not AccessEvent.objects.exists()


def test_the_password_comes_from_a_file_of_its_owner_alone(
    db, folder, tmp_path, monkeypatch
) -> None:
    ClinicFactory(name="New")
    monkeypatch.delenv("DOWNTIME_PACK_PASSWORD")
    with pytest.raises(CommandError, match="--password-file"):
        pack(folder)
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nand a second line\n")
    file.chmod(0o640)
    with pytest.raises(CommandError, match="give it mode 600"):
        pack(folder, password_file=file)
    file.chmod(0o600)
    assert opened(*pack(folder, clinic="New", password_file=file))
