"""The record of a clinic in files of lines: whole, of one state, and the same when resumed."""

import errno
import fcntl
import json
import os
import stat
from copy import deepcopy
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import AccessedPatient, AccessEvent, AccessKind, Act, ActKind
from ledger.models import Head
from patients.models import Patient
from tests.everything import everything
from tests.factories import ClinicFactory, PatientFactory, context_of, member, stated
from tests.titration.factories import medicine_of, plan_of, regimen_of, report_of, step_of
from tests.titration.fhir import check, read
from titration.exports import clinic as files
from titration.exports import history
from titration.exports.clinic import ExportError, opened
from titration.exports.fhir import resources_of, resources_of_all, written
from titration.exports.fhir.terms import BASE

NOW = datetime(2027, 11, 21, 10, 14, tzinfo=UTC)


class Story:
    """A clinic with a patient of everything, a few others, and another clinic beside it."""

    def __init__(self) -> None:
        self.clinic = ClinicFactory(name="Riverside")
        self.prescriber = member(self.clinic, name="Dr A. Osei")
        everything(self.clinic)
        self.medicine = medicine_of(self.clinic, "gabapentin")
        for _n in range(3):
            self.patient()
        step_of(regimen_of())

    def patient(self) -> Patient:
        patient = PatientFactory(clinic=self.clinic, by=self.prescriber)
        regimen = regimen_of(patient, self.medicine, self.prescriber)
        plan_of(regimen)
        step_of(regimen)
        report_of(regimen)
        context_of(patient, self.prescriber, allergies=stated({"substance": "latex"}))
        return patient


@pytest.fixture(scope="module")
def made_story(module_db):
    return Story()


@pytest.fixture
def story(made_story, db):
    return deepcopy(made_story)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(files, "BATCH", 2)


def exported(story, folder: Path, *, batches: int | None = None, resume: bool = False) -> None:
    """Export, or the first so many batches of it."""
    with opened(folder, story.clinic, NOW, is_resumed=resume) as export:
        for number, _count in enumerate(export.run(lambda keys: None), start=1):
            if number == batches:
                return


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lines(folder: Path) -> list[dict]:
    return [
        read(line) for path in folder.glob("*.ndjson") for line in path.read_bytes().splitlines()
    ]


def run(folder: Path, **options) -> str:
    out = StringIO()
    asked = {"clinic": "Riverside", "by": "J. Root", "why": "Change of software", **options}
    call_command("export_clinic", output=folder, stdout=out, stderr=StringIO(), **asked)
    return out.getvalue()


def test_it_holds_every_resource_of_every_patient_once(story, tmp_path) -> None:
    exported(story, tmp_path / "to")
    found = lines(tmp_path / "to")
    check(
        json.dumps(
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [
                    {"fullUrl": f"{BASE}/{each['resourceType']}/{each['id']}", "resource": each}
                    for each in found
                ],
            },
            default=float,
        )
    )
    wanted = {
        (made["resourceType"], str(made["id"]))
        for patient in Patient.objects.filter(clinic=story.clinic).select_related("clinic")
        for made in resources_of(history.read(patient, by=story.prescriber, now=NOW))
    }
    assert {(each["resourceType"], each["id"]) for each in found} == wanted
    assert len(found) == len(wanted)


def test_the_manifest_counts_what_is_there(story, tmp_path) -> None:
    exported(story, tmp_path / "to")
    head = Head.objects.get(clinic=story.clinic)
    manifest = json.loads((tmp_path / "to" / "manifest.json").read_text())
    assert {each["url"] for each in manifest["output"]} == {
        path.name for path in (tmp_path / "to").glob("*.ndjson")
    }
    for each in manifest["output"]:
        found = (tmp_path / "to" / each["url"]).read_bytes().splitlines()
        assert {read(line)["resourceType"] for line in found} == {each["type"]}
        assert len(found) == each["count"]
    assert manifest["error"] == []
    assert datetime.fromisoformat(manifest["transactionTime"]) == NOW
    told = manifest["extension"]
    assert (told["up-to-entry"], told["up-to-digest"]) == (head.number, head.digest)
    assert told["patients"] == Patient.objects.filter(clinic=story.clinic).count()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "to").iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("batches", [1, 2])
def test_resumed_after_a_kill_it_is_the_same_to_the_byte(story, tmp_path, batches: int) -> None:
    exported(story, tmp_path / "whole")
    folder = tmp_path / "killed"
    exported(story, folder, batches=batches)
    # What a process leaves that was killed in its next batch.
    for name in ("Patient.ndjson", "MedicationRequest.ndjson"):
        with (folder / name).open("ab") as file:
            file.write(b'{"resourceType":"Patient","id":"half of a l')
    (folder / "Basic.ndjson").write_bytes(b"{}\n")
    (folder / ".state.json").write_bytes(b"{")
    exported(story, folder, resume=True)
    assert contents(folder) == contents(tmp_path / "whole")


def test_nothing_that_is_recorded_meanwhile_is_read(story, tmp_path) -> None:
    exported(story, tmp_path / "before")
    folder = tmp_path / "meanwhile"
    exported(story, folder, batches=1)
    for patient in Patient.objects.filter(clinic=story.clinic, card__isnull=False):
        context_of(patient, story.prescriber, allergies=stated({"substance": "pollen"}))
    story.patient()
    exported(story, folder, resume=True)
    assert contents(folder) == contents(tmp_path / "before")


def test_a_full_disk_says_so_and_the_export_goes_on_afterwards(
    story, tmp_path, monkeypatch
) -> None:
    exported(story, tmp_path / "whole")
    fsync, left = os.fsync, [30]

    def full(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ExportError, match=r"No space left on device.*--resume"):
            exported(story, tmp_path / "to")
    exported(story, tmp_path / "to", resume=True)
    assert contents(tmp_path / "to") == contents(tmp_path / "whole")


def test_a_folder_that_is_not_its_own_is_left_alone(story, tmp_path) -> None:
    (tmp_path / "thesis.odt").touch()
    for resume in (False, True):
        with pytest.raises(ExportError, match="holds something else"):
            exported(story, tmp_path, resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_an_export_that_is_there_is_not_written_over(story, tmp_path) -> None:
    folder = tmp_path / "to"
    exported(story, folder, batches=1)
    with pytest.raises(ExportError, match="--resume"):
        exported(story, folder)
    other = Story.__new__(Story)
    other.clinic = ClinicFactory()
    with pytest.raises(ExportError, match="another clinic"):
        exported(other, folder, resume=True)
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(ExportError, match="Another export writes"):
        exported(story, folder, resume=True)
    os.close(lock)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "state.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "Patient.ndjson").write_bytes(b""), "is shorter than it was"),
        (
            lambda folder: (folder / "state.json").write_text(
                json.dumps(json.loads((folder / "state.json").read_text()) | {"digest": "0" * 64})
            ),
            "does not hold entry",
        ),
    ],
)
def test_what_does_not_fit_is_not_gone_on_with(story, tmp_path, damage, says: str) -> None:
    exported(story, tmp_path / "to", batches=1)
    damage(tmp_path / "to")
    with pytest.raises(ExportError, match=says):
        exported(story, tmp_path / "to", resume=True)


def test_who_ran_it_and_whom_it_read_is_on_record(story, tmp_path) -> None:
    assert "5 patients of Riverside" in run(tmp_path / "to")
    act = Act.objects.get(kind=ActKind.CLINIC_EXPORTED)
    assert (act.by_name, act.reason, act.clinic) == ("J. Root", "Change of software", story.clinic)
    assert act.now.startswith("up to entry ")
    events = AccessEvent.objects.filter(route="export_clinic")
    assert {(each.kind, each.method) for each in events} == {(AccessKind.EXPORT, "command")}
    named = AccessedPatient.objects.filter(event__in=events).values_list("patient", flat=True)
    assert sorted(named) == sorted(
        Patient.objects.filter(clinic=story.clinic).values_list("pk", flat=True)
    )
    assert "is whole" in run(tmp_path / "to", resume=True)
    assert Act.objects.filter(kind=ActKind.CLINIC_EXPORTED).count() == 1


def test_the_event_comes_before_what_it_tells_of(story, tmp_path, monkeypatch) -> None:
    def refuse(*_args, **_named):
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(history, "read_all", refuse)
    with pytest.raises(CommandError, match="--resume"):
        run(tmp_path / "to")
    event = AccessEvent.objects.get(route="export_clinic")
    assert AccessedPatient.objects.filter(event=event).count() == 2


def test_a_clinic_without_patients_has_an_empty_export(db, tmp_path) -> None:
    ClinicFactory(name="New")
    assert "0 patients of New" in run(tmp_path / "to", clinic="New")
    assert json.loads((tmp_path / "to" / "manifest.json").read_text())["output"] == []


def test_a_batch_costs_no_more_queries_than_one_patient(story) -> None:
    head = Head.objects.get(clinic=story.clinic)
    keys = [story.patient().pk for _n in range(3)]

    def queries(patients) -> int:
        records = [Patient(pk=key, clinic=story.clinic) for key in patients]
        with CaptureQueriesContext(connection) as asked:
            made = history.read_all(
                records, number=head.number + 100, digest="", by="", at=story.clinic.local(NOW)
            )
            assert all(map(written, resources_of_all(made)))
        return len(asked)

    assert queries(keys) == queries(keys[:1])
