"""The tables as a way in: what was recorded elsewhere comes as it was, or not at all."""

import csv
import io
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4
from zipfile import ZIP_LZMA, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from access.models import Clinic, Role, User
from ledger import erasing, verification
from ledger.models import Entry, ErasureReason, ImportedFile, Origin
from patients.actions import ProbableDuplicate
from patients.models import Patient
from tests.everything import everything
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page, typed_over
from tests.titration.doses import times
from tests.titration.factories import contact_of, plan_of, regimen_of, review_of, step_of
from tests.titration.issuing import event
from tests.titration.tables import Row, Tables, package_of, tables_of, timelines_in
from tests.titration.test_projection import Desk, doings
from titration import actions, planning
from titration.actions import import_record
from titration.exports import history
from titration.exports.pdf import document
from titration.models import (
    Component,
    Contact,
    DoseStep,
    MedicineVersion,
    RegimenVersion,
    Review,
    WaitingFile,
)
from titration.policies import RuleBroken
from titration.reading import logged, planned
from titration.tables import TABLES, write_files
from titration.tables.reading import MOST_UNPACKED, READERS, TablesRefused, read_tables

NOW = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)


@dataclass
class Place:
    """A clinic into which things are brought, and who does so."""

    clinic: Clinic
    by: User
    recorder: User

    def bring(self, file: bytes, **asked) -> ImportedFile:
        read = read_tables(io.BytesIO(file))
        asked = {"name": "record.zip", "responsible": self.by, **asked}
        return import_record(clinic=self.clinic, read=read, by=self.recorder, **asked)

    @property
    def patient(self) -> Patient:
        return Patient.objects.select_related("clinic").get(clinic=self.clinic)


def exported(patient: Patient) -> bytes:
    file = io.BytesIO()
    write_files(file, patient, by=member(patient.clinic), now=NOW)
    return file.getvalue()


def new_place() -> Place:
    clinic = ClinicFactory.create()
    return Place(clinic, member(clinic, name="Dr B. Here"), member(clinic, Role.RECORDER))


@pytest.fixture(scope="module")
def made(module_db: None) -> tuple[Patient, bytes, Place]:
    patient = everything()
    file, place = exported(patient), new_place()
    connection.check_constraints()
    return patient, file, place


@pytest.fixture
def patient(made, db: None) -> Patient:
    return deepcopy(made[0])


@pytest.fixture
def file(made) -> bytes:
    return made[1]


@pytest.fixture
def place(made, db: None) -> Place:
    return deepcopy(made[2])


# What comes back


NEW = {
    "entries": {
        *("content_digest", "previous_digest", "digest", "recorded_by_id", "recorded_by_name"),
        *("recorded_at", "time_zone", "submission", "position"),
    },
    "regimens": {"medicine", "responsible_id", "responsible_name"},
    "steps": {"decided_by_id"},
    "reviews": {"whose_id", "whose_name"},
    "contacts": {"whose_id", "call_back_by_id", "call_back_name"},
    "intake": {"told_id"},
    "observations": {"measure"},
}
"""What is of the new place: the rest is as it was, but for numbers and identities."""


def told(file: bytes) -> Tables:
    """What a file tells beside what is of its place: identities and numbers by their order."""
    names: dict[str, str] = {}
    tables = tables_of(file)
    brought = brought_of(tables)
    numbers = {row["number"]: f"#{place}" for place, row in enumerate(brought)}
    refers = {
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.refers is not None
    } | {("entries", "number"), ("context_lines", "entry")}
    identities = {
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.is_identity
    }

    def cell(table: str, column: str, value: str) -> str:
        if column in NEW.get(table, ()):
            return ""
        if (table, column) in refers:
            return numbers.get(value, value)
        if (table, column) in identities and value:
            return names.setdefault(value, f"@{len(names)}")
        return value

    tables["entries"] = brought
    tables["withdrawals"] = [row for row in tables["withdrawals"] if row["entry"] in numbers]
    return {
        name: [{c: cell(name, c, value) for c, value in row.items()} for row in rows]
        for name, rows in tables.items()
        if name not in ("origins", "imported_files", "same_person", "transfers", "arrivals")
    }


def brought_of(tables: Tables) -> list[Row]:
    """The entries that are brought in, which are all but those of files and of other records."""
    others = ("same-person", "transfer")
    lines = {row["subject"] for row in tables["entries"] if row["kind"] in others}
    return [
        row
        for row in tables["entries"]
        if row["kind"] not in ("origin", "imported-file", "arrival") and row["subject"] not in lines
    ]


@pytest.mark.django_db
def test_a_plan_that_went_on_after_its_instruction_was_withdrawn_comes_in_and_waits(monkeypatch):
    """As earlier versions recorded it: there it did not wait for its prescriber."""
    regimen = regimen_of()
    base = step_of(regimen, date(2026, 2, 1))
    plan = plan_of(regimen)
    with monkeypatch.context() as earlier:
        earlier.setitem(planning.standing.__globals__, "_undone", lambda *_asked: {})
        event(plan, "paused")
        said = {"reason": "twice", "reason_text": "", "by": regimen.responsible}
        actions.retract_step(step=base, **said)
        event(plan, "resumed")
    place = new_place()

    place.bring(exported(regimen.regimen.patient))

    brought = place.patient.regimens.get()
    [log] = planned.plan_logs([brought.pk])[brought.pk]
    assert log.standing(logged.history(brought)).state == planning.AWAITING
    assert [*verification.clinic(place.clinic)] == []


def test_everything_comes_back_as_it_was(patient, file, place):
    imported = place.bring(file)
    again = exported(place.patient)
    assert told(again) == told(file)
    assert timelines_in(tables_of(again)) == timelines_in(tables_of(file))
    assert (imported.name, imported.sha256) == ("record.zip", sha256(file).hexdigest())
    assert list(verification.clinic(place.clinic)) == []


def test_new_numbers_point_to_the_old_ones(patient, file, place):
    place.bring(file)
    tables = tables_of(exported(place.patient))
    first = {row["number"]: row for row in tables_of(file)["entries"]}
    origins = tables["origins"]
    assert len(origins) == len(brought_of(tables_of(file)))
    came_from = {row["first_digest"] for row in tables_of(file)["origins"]}
    assert came_from & {origin["first_digest"] for origin in origins} == came_from
    for origin in origins:
        if origin["first_digest"] in came_from:  # it had come from elsewhere already
            continue
        old = first[origin["first_number"]]
        assert origin["first_digest"] == old["digest"]
        assert origin["first_recorded_by"] == old["recorded_by_name"]
        assert origin["first_clinic"] == patient.clinic.name


def test_identities_stay_where_nobody_has_them(file, place):
    """As into another installation: every row of the one that wrote the file is gone."""
    renamed = _renamed(file)
    place.bring(renamed)
    assert str(place.patient.pk) == package_of(renamed)["patient"]
    assert told(exported(place.patient)) == told(file)


def test_who_recorded_and_signed_elsewhere_is_named_as_such(patient, file, place):
    place.bring(file)
    entry = Entry.objects.filter(clinic=place.clinic, kind="plan").get()
    signer = Entry.objects.filter(clinic=patient.clinic, kind="plan").get().recorded_by_name
    assert entry.recorded_by == place.recorder
    assert entry.recorded_by_name == f"{signer}, brought in by {place.recorder.name}"
    [log] = planned.plan_logs([r.pk for r in place.patient.regimens.all()]).popitem()[1]
    assert log.newest.signed_by is None
    assert set(
        RegimenVersion.objects.filter(regimen__clinic=place.clinic).values_list(
            "responsible__name", flat=True
        )
    ) == {"Dr B. Here"}
    steps = DoseStep.objects.filter(regimen__clinic=place.clinic)
    assert set(steps.values_list("decided_by", flat=True)) == {None}


def test_who_answers_here_is_named_before_who_did_there(client, place):
    """On every page and in every file: each shows the name that the newest text has."""
    clinic = ClinicFactory()
    before, there = member(clinic, name="Dr F. First"), member(clinic, name="Dr A. There")
    patient = PatientFactory(clinic=clinic, by=before)
    regimen = regimen_of(patient, by=before)
    review_of(regimen)
    held = actions.ReviewText("done", date(2026, 3, 2), "Tone", whose=before, outcome="Softer")
    actions.book_review(regimen=regimen.regimen, text=held, by=before)
    answered = contact_of(patient, before, call_back=timezone.localdate())
    contact_of(patient, before, answers=answered.contact)
    contact_of(patient, there, call_back=timezone.localdate() + timedelta(days=2))
    actions.hand_over(clinic=clinic, regimens=(regimen.regimen_id,), of=before, to=there, by=before)
    place.bring(exported(patient))

    both = "Dr B. Here, in place of Dr A. There"
    texts = RegimenVersion.objects.filter(regimen__clinic=place.clinic).order_by("entry__number")
    assert list(texts.values_list("responsible_name", flat=True)) == ["Dr F. First", both]
    reviews = Review.objects.filter(regimen__clinic=place.clinic).newest()
    assert dict(reviews.values_list("status", "whose_name")) == {
        "booked": both, "done": "Dr F. First",
    }  # fmt: skip
    calls = Contact.objects.filter(patient=place.patient).exclude(call_back_on=None)
    assert list(calls.order_by("call_back_on").values_list("call_back_name", flat=True)) == [
        "Dr F. First", both,
    ]  # fmt: skip
    client.force_login(place.recorder)
    record = history.read(place.patient, by=place.recorder, now=timezone.now())
    for said in (
        client.get(reverse("regimen", args=[place.patient.regimens.get().pk])).text,
        client.get(reverse("patient", args=[place.patient.pk])).text,
        client.get(reverse("worklist")).text,
        client.get(reverse("patient-csv", args=[place.patient.pk])).content.decode(),
        str(document(record)),
    ):
        assert both in said


def test_a_medicine_that_the_clinic_lacks_is_offered_for_nothing_new(file, place):
    place.bring(file)
    medicine = MedicineVersion.objects.get(medicine__clinic=place.clinic)
    assert (medicine.name, medicine.in_use) == ("baclofen", False)


def test_bringing_it_again_adds_nothing(file, place):
    first = place.bring(file)
    count = Entry.objects.count()
    assert place.bring(file) == first
    assert Entry.objects.count() == count


def test_what_was_recorded_since_is_added_alone(patient, file, place):
    place.bring(file)
    step_of(patient.regimens.get().versions.get(), on=datetime(2026, 5, 1).date())  # noqa: DTZ001
    later = exported(patient)
    place.bring(later)
    assert Origin.objects.filter(entry__clinic=place.clinic).values("file").distinct().count() == 2
    assert told(exported(place.patient)) == told(later)


def test_a_patient_who_is_alike_is_asked_about(patient, file, place):
    known = PatientFactory.create(
        clinic=place.clinic,
        by=place.by,
        family_name="Quillfeather-Ashgrove",
        given_names="Wilhelmina",
        birth_date=patient.card.birth_date,
    )
    with pytest.raises(ProbableDuplicate):
        place.bring(file)
    place.bring(file, into=known)
    assert place.patient == known
    assert known.versions.count() == 1
    assert known.regimens.count() == 1


def test_a_recorder_cannot_be_named_as_responsible(file, place):
    with pytest.raises(RuleBroken, match="is not a prescriber of this clinic"):
        place.bring(file, responsible=place.recorder)


def test_somebody_who_was_erased_is_not_brought_in(patient, place):
    by = member(patient.clinic, Role.ADMINISTRATOR)
    erasing.erase(clinic=patient.clinic, patient=patient.pk, reason=ErasureReason.REQUEST, by=by)
    with pytest.raises(TablesRefused, match="was not erased"):
        place.bring(exported(patient))


@given(doings)
@settings(
    max_examples=max(8, settings.default.max_examples // 100),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_history_comes_back(db, doings) -> None:
    with transaction.atomic():
        desk = Desk()
        for doing in doings:
            desk.do(*doing)
        file, place = exported(desk.versions[0].regimen.patient), new_place()
        place.bring(file)
        again = exported(place.patient)
        assert told(again) == told(file)
        assert timelines_in(tables_of(again)) == timelines_in(tables_of(file))
        assert list(verification.clinic(place.clinic)) == []
        transaction.set_rollback(True)


# By a page and by a command


def chosen(client: Client, patient: Patient, file: bytes) -> Page:
    """The file is chosen on the page of imports, and read back on the next."""
    upload = SimpleUploadedFile("record.zip", file)
    address = reverse("import-new", args=[patient.pk])
    return Page(client.post(address, {"file": upload}, follow=True))


def test_a_page_reads_it_back_and_brings_it_in(client, file, place):
    known = PatientFactory.create(clinic=place.clinic, by=place.by, family_name="Quillfeather")
    client.force_login(place.by)
    renamed = _renamed(file)
    page = chosen(client, known, renamed)
    assert "Quillfeather-Ashgrove, born 19-Jul-1953" in page.text
    assert "Into the spinal fluid: baclofen" in page.text
    assert "The file has another identity for them" in page.text
    assert "Family name differs Quillfeather Quillfeather-Ashgrove" in page.text
    assert page.values["responsible"] == str(place.by.pk)
    address = reverse("import-record", args=[known.pk])
    refused = Page(client.post(address, typed_over(page.values, {"responsible": ""})))
    assert refused.status == 422
    assert refused.errors == {
        "is_same": ["Compare the two, and tick this if they are one person."],
        "responsible": ["Choose a prescriber of the clinic."],
    }
    chosen(client, known, file)  # in another window
    swapped = client.post(address, typed_over(page.values, {"is_same": "on"}))
    assert swapped.status_code == 409
    assert not known.regimens.exists()
    page = chosen(client, known, renamed)
    answer = client.post(address, typed_over(page.values, {"is_same": "on"}), follow=True)
    assert "records were brought in" in Page(answer).text
    assert known.regimens.count() == 1
    assert not WaitingFile.objects.filter(patient=known).exists()


READ = (
    *("patient", "patient-context", "contact-list", "observation-list"),
    *("patient-pdf", "patient-csv", "patient-fhir", "patient-tables"),
)


def test_pages_and_files_name_who_signed_it_elsewhere(client, patient, file, place):
    place.bring(file)
    client.force_login(place.by)
    signer = Entry.objects.filter(clinic=patient.clinic, kind="plan").get().recorded_by_name
    regimen = place.patient.regimens.get()
    addresses = [reverse(name, args=[place.patient.pk]) for name in READ]
    addresses += [reverse(name, args=[regimen.pk]) for name in ("regimen", "intake", "pump")]
    for address in addresses:
        answer = client.get(address)
        answer.getvalue()
        assert answer.status_code == 200, address
    page = Page(client.get(reverse("plan", args=[regimen.plans.get().pk])))
    assert f"{signer}, brought in by {place.recorder.name}" in page.text


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("time", "08:00+02:00"),
        ("array", r'["a\u0000"]'),
        ("array", r'["\ud800"]'),
        ("datetime", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_value_that_cannot_be_kept_as_it_stands_is_not_read(kind, cell):
    with pytest.raises(ValueError):  # noqa: PT011 - of whichever kind; the caller names the place
        READERS[kind](cell)


def test_a_zip_packed_by_another_method_is_not_unpacked(file):
    packed = io.BytesIO()
    with ZipFile(io.BytesIO(file)) as ours, ZipFile(packed, "w", ZIP_LZMA) as theirs:
        for name in ours.namelist():
            theirs.writestr(name, ours.read(name))
    with pytest.raises(TablesRefused):
        read_tables(packed)


def test_a_page_says_what_is_wrong_with_a_file(client, file, place):
    known = PatientFactory.create(clinic=place.clinic, by=place.by)
    client.force_login(place.by)
    page = chosen(client, known, rewritten(file, cell("components", "low", "1,5")))
    assert "components.csv, row 2, column “low”: This cannot be read." in page.text
    assert not WaitingFile.objects.filter(patient=known).exists()


def command(place: Place, path: Path, *options: str) -> None:
    clinic, by = f"--clinic={place.clinic.uuid}", f"--by={place.recorder.email}"
    call_command("import_history", str(path), clinic, by, *options)


def test_the_command_brings_a_new_patient_in(file, place, tmp_path, capsys):
    path = tmp_path / "record.zip"
    path.write_bytes(_renamed(file))
    responsible = f"--responsible={place.by.email}"
    command(place, path, responsible, "--dry-run")
    assert "Quillfeather-Ashgrove" in capsys.readouterr().out
    assert not Patient.objects.filter(clinic=place.clinic).exists()
    command(place, path, responsible)
    assert "records were brought in" in capsys.readouterr().out
    assert told(exported(place.patient)) == told(file)
    command(place, path, responsible)
    assert "Nothing was added" in capsys.readouterr().out


def test_the_command_asks_about_somebody_who_is_alike(patient, file, place, tmp_path):
    path = tmp_path / "record.zip"
    path.write_bytes(_renamed(file))
    known = PatientFactory.create(
        clinic=place.clinic,
        by=place.by,
        family_name="Quillfeather-Ashgrove",
        given_names="Wilhelmina",
        birth_date=patient.card.birth_date,
    )
    responsible = f"--responsible={place.by.email}"
    with pytest.raises(CommandError, match=str(known.pk)):
        command(place, path, responsible)
    with pytest.raises(CommandError, match="who answers for it"):
        command(place, path)
    command(place, path, responsible, f"--somebody-else={known.pk}")
    assert Patient.objects.filter(clinic=place.clinic).count() == 2


# What is refused


def rewritten(
    file: bytes,
    change: Callable[[dict[str, bytes]], object],
    *,
    is_declared: bool = True,
) -> bytes:
    """The file with its members changed; the digests are declared anew unless left as they were."""
    with ZipFile(io.BytesIO(file)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if is_declared and "datapackage.json" in members:
        package = json.loads(members["datapackage.json"])
        for resource in package["resources"]:
            content = members.get(resource["path"], b"")
            resource["hash"] = f"sha256:{sha256(content).hexdigest()}"
            lines = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
            resource["rows"] = len(list(lines)) - 1
        members["datapackage.json"] = json.dumps(package).encode()
    written = io.BytesIO()
    with ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def rows_changed(table: str, change: Callable[[list[Row]], object]) -> Callable:
    def on(members: dict[str, bytes]) -> None:
        content = members[f"{table}.csv"].decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(content, newline=""))
        rows = list(reader)
        change(rows)
        text = io.StringIO()
        writer = csv.DictWriter(text, list(reader.fieldnames or ()), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        members[f"{table}.csv"] = text.getvalue().encode("utf-8-sig")

    return on


def cell(table: str, column: str, value: str, row: int = 0) -> Callable:
    return rows_changed(table, lambda rows: rows[row].__setitem__(column, value))


def package(**said) -> Callable:
    def on(members: dict[str, bytes]) -> None:
        told = json.loads(members["datapackage.json"])
        members["datapackage.json"] = json.dumps({**told, **said}).encode()

    return on


def claims(rows: int) -> Callable:
    def on(members: dict[str, bytes]) -> None:
        told = json.loads(members["datapackage.json"])
        told["resources"][0]["rows"] = rows
        members["datapackage.json"] = json.dumps(told).encode()

    return on


def undeclared(table: str, *columns: str) -> Callable:
    """As by an older version, in which the table did not have these columns yet."""

    def on(members: dict[str, bytes]) -> None:
        content = members[f"{table}.csv"].decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(content, newline=""))
        kept = [name for name in reader.fieldnames or () if name not in columns]
        text = io.StringIO()
        writer = csv.DictWriter(text, kept, extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(reader)
        members[f"{table}.csv"] = text.getvalue().encode("utf-8-sig")
        told = json.loads(members["datapackage.json"])
        [schema] = [each["schema"] for each in told["resources"] if each["name"] == table]
        schema["fields"] = [field for field in schema["fields"] if field["name"] not in columns]
        members["datapackage.json"] = json.dumps(told).encode()

    return on


def extra_column(members: dict[str, bytes]) -> None:
    lines = members["disputes.csv"].split(b"\r\n")
    members["disputes.csv"] = b"\r\n".join([lines[0] + b",more", lines[1] + b",1", b""])


REFUSED = {
    "no table": (lambda m: m.pop("steps.csv"), "holds no file of this name"),
    "no manifest": (lambda m: m.pop("datapackage.json"), "holds no file of this name"),
    "another file": (lambda m: m.__setitem__("../../etc/cron.d/x", b"x"), "does not belong"),
    "extra column": (extra_column, "columns are not those"),
    "no column of what is needed": (undeclared("steps", "kind"), "other tables or columns"),
    "other form": (package(form="dose-ledger-tables/2"), "does not read"),
    "past": (package(known_at="2026-01-01T00:00:00+00:00"), "record of today"),
    "nobody": (package(patient="x"), "another patient"),
    "not text": (lambda m: m.__setitem__("steps.csv", b"\xff\xfe\x00"), "not text in UTF-8"),
    "broken amount": (cell("components", "low", "1e9"), "cannot be read"),
    "negative amount": (cell("components", "low", "-5"), "cannot be read"),
    "comma": (cell("components", "low", "1,5"), "cannot be read"),
    "range falls": (cell("components", "high", "1"), "amount|range|larger|above"),
    "unknown unit": (cell("components", "unit", "spoon"), "nothing that is known"),
    "no amount": (cell("components", "low", ""), "in words only has no amount"),
    "part without a dose": (cell("components", "step", "1"), "no record that it is a part of"),
    "gap in parts": (cell("components", "position", "1"), "do not follow"),
    "row without entry": (cell("disputes", "entry", "999999"), "belongs to"),
    "cycle": (cell("entries", "supersedes", "30", 6), "corrects none"),
    "of another patient": (cell("entries", "patient", str(uuid4())), "another patient"),
    "falling numbers": (cell("entries", "number", "999999"), "do not rise|belongs to this entry"),
    "unknown kind": (cell("entries", "kind", "spell"), "kind"),
    "broken chain": (cell("entries", "previous_digest", "f" * 64, 2), "digest of the entry before"),
    "no zone": (cell("entries", "time_zone", "Mars/North"), "time zone"),
    "in the future": (cell("entries", "recorded_at", "2999-01-01T00:00:00+00:00"), "has not come"),
    "overlong": (cell("regimens", "medicine_name", "x" * 500), "longer than 120"),
    "no birth": (cell("patient", "birth_date", ""), "date of birth"),
    "no week": (cell("components", "weekdays", "1x"), "cannot be read"),
    "half a month": (cell("steps", "effective_precision", "month"), "cannot be read"),
    "directory": (cell("entries", "time_zone", "Europe"), "time zone"),
    "no such day": (cell("steps", "effective_on", "2026-02-30"), "cannot be read"),
    "before birth": (cell("steps", "effective_on", "1925-01-01"), "birth"),
    "wrong reason": (cell("steps", "reason", "died"), "reason from the list"),
    "unknown route": (cell("regimens", "route", "psychic"), "nothing that is known"),
    "other line": (cell("steps", "step", str(uuid4())), "another line"),
    "unknown regimen": (cell("steps", "regimen", str(uuid4())), "not recorded before"),
    "nul": (cell("steps", "note", "a\x00b"), "cannot be read"),
    "bad number": (cell("patient", "nhs_number", "1234567890"), "NHS"),
    "no name": (cell("patient", "family_name", "…"), "letter|name"),
    "plan too long": (cell("planned_components", "of_row", "9"), "no row of the plan"),
    "plan version": (cell("plans", "version", "7"), "follow"),
    "not paused": (cell("plan_events", "kind", "resumed"), r"plan_events.csv, row 2: .*no longer"),
    "waits for none": (cell("reviews", "opens_row", str(uuid4()), 1), "No row of the signed plan"),
    "opens too early": (cell("reviews", "opens_on", "2026-06-15", 1), "one after the other"),
    "opens undone": (cell("reviews", "opens_row", str(uuid4()), 0), "opens a planned row|excl"),
    "withdraws nothing": (
        rows_changed(
            "entries",
            lambda rows: next(r for r in rows if r["kind"] == "retraction").__setitem__(
                "subject", str(uuid4())
            ),
        ),
        "no line",
    ),
}  # fmt: skip


def test_a_file_of_an_older_version_comes_in_without_the_columns_that_it_had_not_yet(place):
    step = step_of(components=[replace(times(3, "5"), calculation="15 mg in three")])
    file = exported(step.regimen.patient)
    place.bring(rewritten(file, undeclared("components", "instruction", "calculation")))
    [part] = Component.objects.filter(step__regimen__patient=place.patient)
    assert (part.low, part.times, part.calculation, part.instruction) == (5, 3, "", "")
    assert list(verification.clinic(place.clinic)) == []


@pytest.mark.parametrize("how", REFUSED)
def test_what_was_tampered_with_is_refused_and_nothing_is_written(file, place, how):
    change, words = REFUSED[how]
    count = Entry.objects.count()
    with pytest.raises(TablesRefused, match=words):
        place.bring(rewritten(file, change))
    assert Entry.objects.count() == count
    assert not Patient.objects.filter(clinic=place.clinic).exists()


def test_a_second_plan_of_a_regimen_beside_an_open_one_is_refused(place):
    version = regimen_of()
    first = plan_of(version)
    actions.record_plan_event(
        plan=first.plan,
        kind="withdrawn",
        reason_text="Begun anew",
        seen=first.entry.number,
        by=version.responsible,
    )
    plan_of(version)
    file = exported(version.regimen.patient)

    def not_withdrawn(members: dict[str, bytes]) -> None:
        def drop(rows: list[Row]) -> None:
            rows[:] = [row for row in rows if row.get("kind") not in ("plan-event", "withdrawn")]

        for table in ("entries", "plan_events"):
            rows_changed(table, drop)(members)

    with pytest.raises(TablesRefused, match=r"plans.csv, row 3: .*has a signed plan already"):
        place.bring(rewritten(file, not_withdrawn))
    assert not Patient.objects.filter(clinic=place.clinic).exists()
    place.bring(file)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (cell("steps", "note", "something else"), "digest is another"),
        (claims(10**9), "Another number is declared"),
    ],
)
def test_what_does_not_fit_its_declaration_is_refused(file, change, words):
    with pytest.raises(TablesRefused, match=words):
        read_tables(io.BytesIO(rewritten(file, change, is_declared=False)))


def test_a_zip_bomb_is_not_unpacked(file):
    def swell(members: dict[str, bytes]) -> None:
        members["datapackage.json"] = b" " * (MOST_UNPACKED + 1)

    bomb = rewritten(file, swell, is_declared=False)
    with pytest.raises(TablesRefused, match="not read further"):
        read_tables(io.BytesIO(bomb))


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"PK\x03\x04" + b"\x00" * 40])
def test_what_is_no_zip_is_refused(content):
    with pytest.raises(TablesRefused, match="not a zip"):
        read_tables(io.BytesIO(content))


@pytest.mark.django_db  # its file is made with one
def test_a_zip_that_was_cut_off_is_refused(file):
    with pytest.raises(TablesRefused, match="not a zip"):
        read_tables(io.BytesIO(file[: len(file) // 2]))
    packed = ZipFile(io.BytesIO(file)).getinfo("entries.csv")
    broken = bytearray(file)
    # In what is packed: most of a member's head is in the zip twice, and nobody reads the first.
    broken[packed.header_offset + 30 + len("entries.csv") + packed.compress_size // 2] ^= 0xFF
    with pytest.raises(TablesRefused):
        read_tables(io.BytesIO(bytes(broken)))


def _renamed(file: bytes) -> bytes:
    """The file with another uuid for each that is in it, as if nobody here had them."""
    import re
    from uuid import NAMESPACE_URL, uuid5

    pattern = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

    def change(members: dict[str, bytes]) -> None:
        for name, content in members.items():
            members[name] = pattern.sub(
                lambda m: str(uuid5(NAMESPACE_URL, m[0].decode())).encode(), content
            )

    return rewritten(file, change)
