"""The load: the same entries and projections as the actions write, in bulk."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from access.models import Clinic
from ledger import bulk, canonical
from ledger.models import Entry, Head
from ledger.writing import record_of
from patients.models import Patient, PatientCard
from patients.numbers import parse_nhs_number
from titration import projection
from titration.demo.loading import Load, clinics, identity
from titration.models import Component, DoseStep, RegimenCard, WorklistRow

pytestmark = pytest.mark.django_db

STEPS = 12
TODAY = date(2026, 11, 22)


@pytest.fixture(params=["by COPY where there is one", "by INSERT"])
def loaded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A clinic of ten patients, with bulk inserts done either way."""
    monkeypatch.setattr(bulk, "FEWEST_TO_COPY", 1 if "COPY" in request.param else 10**9)
    [clinic] = clinics(1)
    assert sum(Load(clinic, STEPS, TODAY).patients(10)) == 10
    return clinic


def test_every_digest_is_that_of_the_rows_kept(loaded: Clinic) -> None:
    previous = canonical.NO_ENTRY
    for entry in Entry.objects.order_by("number"):
        assert entry.previous_digest == previous
        assert entry.content_digest == record_of(entry).content_digest()
        assert entry.digest == canonical.digest("entry/1", entry.header())
        previous = entry.digest
    head = Head.objects.get(clinic=loaded)
    assert (head.number, head.digest) == (Entry.objects.count(), previous)


def test_every_patient_has_a_log_of_the_length_asked_for(loaded: Clinic) -> None:
    assert PatientCard.objects.count() == 10
    assert DoseStep.objects.count() == 10 * STEPS
    assert Component.objects.filter(step__kind="withhold").count() == 0
    assert set(DoseStep.objects.values_list("kind", flat=True)) == {"dose", "withhold", "resume"}


def test_the_projection_is_what_the_command_would_make(loaded: Clinic) -> None:
    written = list(RegimenCard.objects.order_by("pk").values())
    assert len(written) == 10
    projection.rebuild()
    assert list(RegimenCard.objects.order_by("pk").values()) == written
    assert not WorklistRow.objects.filter(topic="confirm").exists()


def test_a_second_load_goes_on_with_other_patients(loaded: Clinic) -> None:
    assert sum(Load(loaded, 1, TODAY).patients(3)) == 3
    assert PatientCard.objects.values("record_number_folded").distinct().count() == 13


def test_long_logs_are_written_a_few_patients_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("titration.demo.loading.STEPS_IN_ONE_WRITE", 5)
    [clinic] = clinics(1)
    assert list(Load(clinic, 2, TODAY).patients(5)) == [2, 2, 1]


def test_patients_differ_and_have_numbers_kept_for_tests() -> None:
    people = [identity(serial) for serial in range(30_000)]
    assert len({(p.family_name, p.given_names) for p in people}) == len(people)
    numbers = [p.nhs_number for p in people if p.nhs_number]
    assert len(numbers) == len(set(numbers)) > 27_000
    assert all(parse_nhs_number(number).startswith("999") for number in numbers[:500])


def test_the_command_loads_what_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "seed_load", "--patients=5", "--steps-per-patient=3", "--clinics=2", "--processes=1"
    )
    assert "Loaded 5 patients with 15 dose steps" in capsys.readouterr().out
    assert [clinic.patients.count() for clinic in Clinic.objects.order_by("pk")] == [3, 2]
    assert all(Clinic.objects.values_list("is_demo", flat=True))


def test_the_command_refuses_when_a_real_clinic_exists() -> None:
    Clinic.objects.create(name="Real")
    with pytest.raises(CommandError, match="real clinic"):
        call_command("seed_load", "--patients=5")
    assert not Patient.objects.exists()


def test_the_command_complains_when_rows_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Load, "patients", lambda self, count: iter(()))
    with pytest.raises(CommandError, match="instead of"):
        call_command("seed_load", "--patients=1", "--processes=1")


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5"])
def test_the_command_wants_whole_numbers(wrong: str) -> None:
    with pytest.raises(CommandError, match="whole number"):
        call_command("seed_load", f"--patients={wrong}")
