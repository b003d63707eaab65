"""Erasing: identity and free text leave every table, the chain still verifies, the rest stays."""

import contextlib
import sqlite3
from datetime import date
from importlib import import_module
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection

from access import kept
from access.models import Role
from ledger import erasing, verification
from ledger.models import Entry, Erasure, ErasureReason, Retraction, Submission
from ledger.writing import PatientErased, SubmissionConflict
from patients import actions as patient_actions
from patients import search
from patients.models import Patient, PatientCard, PatientVersion, PatientWord
from tests.everything import TEXTS, everything
from tests.factories import IdentityFactory, PatientFactory, member
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import actions
from titration.models import Component, DoseStep, WorklistRow

pytestmark = pytest.mark.django_db


def erase(patient: Patient, by=None, **asked) -> Erasure:
    by = by or member(patient.clinic, Role.ADMINISTRATOR)
    reason = ErasureReason.REQUEST
    return erasing.erase(
        clinic=patient.clinic, patient=patient.pk, by=by, **{"reason": reason, **asked}
    )


def found_in_tables() -> dict[str, set[str]]:
    """Which of the texts each table of the database holds, in whichever column."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            everything_in_it = "\n".join(str(value) for row in cursor for value in row).lower()
            if texts := {text for text in TEXTS if text.lower() in everything_in_it}:
                found[table] = texts
    return found


def damage(patient: Patient) -> list[str]:
    return [*map(str, verification.clinic(patient.clinic)), *map(str, verification.strays())]


def test_text_leaves_every_table() -> None:
    patient = everything()
    before = found_in_tables()
    assert set(TEXTS) == set().union(*before.values())
    assert {"patients_patientword", "patients_patientcard", "titration_component"} <= set(before)

    erase(patient)

    assert found_in_tables() == {}


def test_chain_still_verifies() -> None:
    patient = everything()
    assert damage(patient) == []
    erase(patient)
    assert damage(patient) == []


def test_erasure_is_an_entry_that_says_how_much() -> None:
    patient = everything()
    by = member(patient.clinic, Role.ADMINISTRATOR)
    before = Entry.objects.filter(patient=patient.pk).count()

    erasure = erase(patient, by=by, reason=ErasureReason.ORDER)

    entry = erasure.entry
    assert (entry.kind, entry.subject, entry.patient) == ("erasure", patient.pk, patient.pk)
    assert entry.recorded_by == by
    assert erasure.plain_content() == {"reason": "order", "records": 32}
    assert Entry.objects.filter(patient=patient.pk).count() == before + 1


def test_dates_amounts_and_codes_stay() -> None:
    patient = everything()
    steps = DoseStep.objects.order_by("pk")
    before = [step.plain_content() for step in steps.all()]
    digests = list(Entry.objects.order_by("number").values_list("digest", flat=True))

    erase(patient)

    assert [step.plain_content() for step in steps.all()] == before
    assert list(Entry.objects.order_by("number").values_list("digest", flat=True))[:-1] == digests
    assert PatientVersion.objects.filter(status="left", status_on="2020-01-02").exists()


def test_salts_go_with_the_texts() -> None:
    patient = everything()
    erase(patient)
    for model in (PatientVersion, DoseStep, Retraction):
        assert not model._base_manager.filter(salt__isnull=False).exists()
    mine = Entry.objects.filter(patient=patient.pk).exclude(kind="erasure")
    salts = Submission.objects.filter(uuid__in=mine.values("submission"))
    assert set(salts.values_list("salt", flat=True)) == {None}


def test_record_without_a_text_keeps_saying_so() -> None:
    """So that a page does not say that something was erased where nothing ever was."""
    step = step_of()
    erase(step.regimen.patient)
    step.refresh_from_db()
    assert (step.note, step.salt, step.sealed) == ("", None, None)
    assert Component.objects.get().calculation == ""


def test_other_patients_keep_theirs() -> None:
    patient = everything()
    other = PatientFactory(clinic=patient.clinic, family_name="Staying")
    regimen = regimen_of(
        other, medicine_of(patient.clinic, "gabapentin"), indication_text="stays too"
    )
    before = Submission.objects.filter(salt__isnull=False).count()

    erase(patient)

    version = PatientVersion.objects.get(patient=other)
    assert (version.family_name, version.salt is None) == ("Staying", False)
    regimen.refresh_from_db()
    assert regimen.indication_text == "stays too"
    assert PatientWord.objects.filter(patient=other).exists()
    assert 0 < Submission.objects.filter(salt__isnull=False).count() < before
    assert damage(other) == []


def test_nobody_is_found_by_what_was_erased() -> None:
    patient = everything()
    erase(patient)
    for text in ("Quillfeather", "Wilhelmina", "9434765919", "XK 4471", "19 7 1953", ""):
        found = search.find(text, clinics=[patient.clinic_id], today=date(2026, 11, 22))
        assert found.patients == []


def test_disposable_rows_stay_away_when_they_are_made_anew() -> None:
    patient = everything()
    regimen = regimen_of(patient, medicine_of(patient.clinic, "gabapentin"))
    typed = step_of(regimen, by=member(patient.clinic, Role.RECORDER))
    assert WorklistRow.objects.filter(topic="confirm", about=typed.pk).exists()

    erase(patient)
    for _again in range(2):
        assert not PatientCard.objects.filter(patient=patient).exists()
        assert not PatientWord.objects.filter(patient=patient).exists()
        assert not WorklistRow.objects.filter(patient=patient).exists()
        assert damage(patient) == []
        call_command("rebuild_projection", verbosity=0)


def test_form_that_waits_for_its_sign_in_is_dropped() -> None:
    patient = everything()
    sessions = import_module(settings.SESSION_ENGINE).SessionStore
    waiting, other = sessions(), sessions()
    waiting[kept.KEY] = [f"/patients/{patient.pk}/edit/", "family_name=Quillfeather"]
    other["carry"] = ["something else"]
    waiting.save()
    other.save()

    erase(patient)

    assert not sessions().exists(waiting.session_key)
    assert sessions().exists(other.session_key)


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.ADMINISTRATOR}))
def test_only_an_administrator_erases(role: str) -> None:
    patient = everything()
    before, entries = found_in_tables(), Entry.objects.count()
    with pytest.raises(PermissionDenied, match="Only an administrator"):
        erase(patient, by=member(patient.clinic, role))
    assert (found_in_tables(), Entry.objects.count()) == (before, entries)


def test_second_erasure_is_refused() -> None:
    patient = everything()
    erase(patient)
    count = Entry.objects.count()
    with pytest.raises(PatientErased):
        erase(patient)
    assert Entry.objects.count() == count


def test_same_erasure_sent_twice_is_answered_as_the_first_time() -> None:
    patient = everything()
    by, submission = member(patient.clinic, Role.ADMINISTRATOR), uuid4()
    first = erase(patient, by=by, submission=submission)
    assert erase(patient, by=by, submission=submission) == first


def test_erased_submission_sent_again_is_a_conflict() -> None:
    patient = PatientFactory()
    by, submission = member(patient.clinic), uuid4()
    text = {"seen": patient.versions.get().entry, "identity": IdentityFactory(), "by": by}
    patient_actions.revise_patient(patient=patient, submission=submission, **text)
    erase(patient)
    with pytest.raises(SubmissionConflict):
        patient_actions.revise_patient(patient=patient, submission=submission, **text)


def test_nothing_more_is_recorded() -> None:
    patient = everything()
    step = DoseStep.objects.newest().earliest("entry__number")
    version = patient.versions.newest().get()
    medicine = medicine_of(patient.clinic, "gabapentin")
    erase(patient)
    count, prescriber = Entry.objects.count(), member(patient.clinic)

    with pytest.raises(PatientErased, match=f"entry {count}"):
        step_of(step.regimen.versions.get())
    with pytest.raises(PatientErased):
        regimen_of(patient, medicine, by=prescriber)
    with pytest.raises(PatientErased):
        actions.retract_step(step=step, reason="twice", reason_text="", by=prescriber)
    with pytest.raises(PatientErased):
        patient_actions.revise_patient(
            patient=patient, seen=version.entry, identity=IdentityFactory(), by=prescriber
        )
    assert Entry.objects.count() == count


# The command

only_on_sqlite = pytest.mark.only_on("sqlite")  # about its file


def run(patient: UUID, by: str, **options) -> None:
    call_command("erase", patient=patient, reason="request", by=by, **options)


@pytest.fixture
def administrator(patient: Patient):
    return member(patient.clinic, Role.ADMINISTRATOR, email="ada@example.org")


@pytest.fixture
def patient(transactional_db: None) -> Patient:
    return everything()


def test_command_asks_for_the_identity_and_erases(patient, administrator, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda _words: str(patient.pk)[:8].upper())
    run(patient.pk, "Ada@example.org")
    assert found_in_tables() == {}
    assert "Erased from 32 records: entry 49." in capsys.readouterr().out
    assert Erasure.objects.latest("entry__number").entry.recorded_by == administrator


@pytest.mark.usefixtures("administrator")
def test_command_erases_nothing_for_a_plain_yes(patient, monkeypatch):
    before = found_in_tables()
    monkeypatch.setattr("builtins.input", lambda _words: "yes")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run(patient.pk, "ada@example.org")
    assert found_in_tables() == before
    assert Erasure.objects.count() == 1  # of somebody else


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize(
    ("who", "by", "words"),
    [
        (UUID(int=7), "ada@example.org", "No patient"),
        (None, "nobody@example.org", "Nobody signs in"),
    ],
)
def test_command_refuses_whom_it_does_not_know(patient, who, by, words):
    with pytest.raises(CommandError, match=words):
        run(who or patient.pk, by, yes=True)
    assert Erasure.objects.count() == 1  # of somebody else


@pytest.mark.usefixtures("administrator")
def test_command_refuses_who_may_not(patient):
    member(patient.clinic, Role.PRESCRIBER, email="pres@example.org")
    with pytest.raises(CommandError, match="Only an administrator"):
        run(patient.pk, "pres@example.org", yes=True)
    assert Erasure.objects.count() == 1  # of somebody else


@only_on_sqlite
@pytest.mark.usefixtures("administrator")
def test_command_tells_when_somebody_reads_the_file_meanwhile(patient):
    connection.cursor().execute("PRAGMA busy_timeout = 50")
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN")
        other.execute("SELECT 1 FROM ledger_entry").fetchone()
        with pytest.raises(CommandError, match="unused parts"):
            run(patient.pk, "ada@example.org", yes=True)
    connection.close()  # and its patience with it
    assert found_in_tables() == {}


@only_on_sqlite
@pytest.mark.usefixtures("administrator")
def test_no_byte_of_the_file_holds_it(patient):
    name = Path(connection.settings_dict["NAME"])

    def held() -> list[str]:
        files = [name, name.with_name(name.name + "-wal")]
        bytes_ = b"".join(file.read_bytes() for file in files if file.exists())
        return [text for text in TEXTS if text.encode() in bytes_]

    assert held() == list(TEXTS)
    run(patient.pk, "ada@example.org", yes=True)
    assert held() == []
