"""A FHIR Bundle on its way in: through the pages, by the command, and our own export back again."""

from copy import deepcopy
from datetime import UTC, date, datetime, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from access.models import Role
from ledger.models import Entry, Head, ImportedFile, Origin
from tests.factories import PatientFactory, member
from tests.pages import Page
from tests.titration.doses import at, rate, times
from tests.titration.factories import medicine_of, plan_of, planned_row, regimen_of, step_of
from tests.titration.test_fhir_read import bundle, dose, request, start
from titration import actions
from titration.exports import history
from titration.exports.fhir import fhir_file
from titration.importing.fhir import read_bundle
from titration.models import DoseStep, WaitingFile
from titration.reading import logged
from titration.timeline import Effective

NOW = datetime(2026, 11, 21, 10, 14, tzinfo=UTC)
DISAGREES = request(
    dose(5, "5 mg twice a day for 7 days", **start("2026-03-02", "2026-03-06")),
    medicationCodeableConcept={"text": "Baclofen"},
)


class Story:
    """A patient whose log is exported, and the same person at another clinic, who has none."""

    def __init__(self) -> None:
        self.version = regimen_of()
        self.doctor = self.version.responsible
        step_of(self.version, Effective(date(2019, 1, 1), "year"), components=(times(2, "2.5"),))
        step_of(
            self.version, date(2026, 3, 2), note="as told",
            components=(at("morning", "5"), at("bedtime", "11 to 13")),
        )  # fmt: skip
        step_of(self.version, date(2026, 3, 9), "withhold", reason="unwell", reason_text="in bed")
        at_nine = Effective(date(2026, 7, 16), "day", time(9, 30), 60)
        step_of(self.version, at_nine, "resume", reason="restart", components=(times(1, "0.125"),))
        wrong = step_of(self.version, date(2026, 8, 1), components=(times(3, "7"),))
        actions.retract_step(step=wrong, reason="twice", reason_text="", by=self.doctor)
        corrected = step_of(self.version, date(2026, 9, 1), components=(times(3, "11"),))
        actions.correct_step(
            step=corrected,
            instruction=actions.Instruction(
                kind="dose",
                effective=Effective(date(2026, 9, 2)),
                decided_by=None,
                decided_by_name="Dr Out Side",
                received_how="letter",
                reason="effect",
                components=(rate("8.5", "hour"),),
                document_on=date(2026, 9, 1),
            ),
            correction_reason="wrong day",
            by=self.doctor,
        )
        plan_of(self.version, planned_row(date(2026, 11, 2), times(2, "7")))
        self.patient = self.version.regimen.patient
        record = history.read(self.patient, by=self.doctor, now=NOW)
        self.file = fhir_file(record)
        person = record.version
        self.there = PatientFactory(
            family_name=person.family_name,
            given_names=person.given_names,
            birth_date=person.birth_date,
        )
        self.doctor_there = member(self.there.clinic)
        medicine = medicine_of(self.there.clinic, units=("mg", "microgram"))
        self.regimen = regimen_of(self.there, medicine, by=self.doctor_there).regimen
        self.recorder = member(self.there.clinic, Role.RECORDER)

    def url(self, name: str) -> str:
        return reverse(f"import-{name}", args=[self.there.pk])

    @property
    def naming(self) -> dict[str, str]:
        return {
            "medicine_0": str(self.regimen.pk),
            "decider_0": "outside",
            "decider_1": "outside",
            "received_how": "letter",
            "do": "naming",
        }


@pytest.fixture(scope="module")
def made_story(module_db) -> Story:
    return Story()


@pytest.fixture
def story(made_story, db, client) -> Story:
    story = deepcopy(made_story)
    client.force_login(story.recorder)
    return story


def choose(client, story: Story, content: bytes) -> Page:
    file = SimpleUploadedFile("history.fhir.json", content)
    return Page(client.post(story.url("new"), {"file": file}, follow=True))


def confirmed(client, story: Story) -> Page:
    page = Page(client.get(story.url("read-back")))
    forms = [form for form in page.forms if "seen" in form.values]
    assert forms, page.text
    return Page(client.post(story.url("read-back"), forms[0].values, follow=True))


def asked(client, story: Story, content: bytes, **decided: str) -> Page:
    """The page on which everything is read back, once all that can be said is said."""
    choose(client, story, content)
    if decided:
        client.post(story.url("read-back"), {**decided, "do": "deciding"})
    client.post(story.url("read-back"), story.naming)
    return Page(client.get(story.url("read-back")))


def says(regimen) -> list[tuple]:
    return [step.says for step in logged.history(regimen).live]


def test_a_dispute_in_our_own_export_stands_in_the_note_where_it_comes_in(db):
    version = regimen_of()
    nurse = member(version.regimen.clinic, Role.RECORDER)
    step = step_of(version, note="as told", by=nurse)
    waits = step_of(version, date(2026, 3, 9), note="in bed", by=nurse)
    actions.dispute_step(step=step, says="7 mg, not 5", by=version.responsible)
    record = history.read(version.regimen.patient, by=nurse, now=NOW)

    rows = read_bundle(fhir_file(record), version.regimen.clinic.zone).rows

    notes = {row.said.effective.on: row.said.note for row in rows}
    assert notes[step.effective_on].startswith("as told\nDisputed by ")
    assert notes[step.effective_on].endswith("“7 mg, not 5”")
    assert notes[waits.effective_on] == "in bed"


def test_our_own_export_comes_back_as_the_same_timeline(client, story):
    page = asked(client, story, story.file)
    assert "Left out, since they are no dose steps:" in page.text
    assert "MedicationRequest plan (1)" in page.text
    assert "MedicationRequest entered-in-error (2)" in page.text

    page = confirmed(client, story)

    assert "5 steps are recorded." in page.text
    assert says(story.regimen) == says(story.version.regimen)
    steps = list(DoseStep.objects.filter(regimen=story.regimen).order_by("effective_on"))
    assert [(step.reason, step.reason_text, step.note) for step in steps][1:3] == [
        ("start", "", "as told"),
        ("unwell", "in bed", ""),
    ]
    assert {step.decided_by_name for step in steps} == {story.doctor.name, "Dr Out Side"}
    assert steps[-1].document_on == date(2026, 9, 1)


def test_each_step_says_how_it_was_recorded_first(client, story):
    asked(client, story, story.file)
    confirmed(client, story)

    there = {step.says: step.entry for step in logged.history(story.version.regimen).live}
    for step in logged.history(story.regimen).live:
        origin = Origin.objects.get(brought=step.entry)
        entry = Entry.objects.get(pk=there[step.says])
        assert (origin.first_number, origin.first_digest) == (entry.number, entry.digest)
        assert origin.first_recorded_by == story.doctor.name
        assert origin.first_recorded_at == entry.recorded_at
        assert origin.first_clinic == story.patient.clinic.name
        assert origin.place == f"MedicationRequest/{entry.pk}"
    assert ImportedFile.objects.get().file_format == "fhir"


def test_importing_it_again_adds_nothing(client, story):
    asked(client, story, story.file)
    confirmed(client, story)
    number = Head.objects.get(clinic=story.there.clinic).number

    page = asked(client, story, story.file)

    assert "5 are recorded already" in page.text
    assert Head.objects.get(clinic=story.there.clinic).number == number


def test_words_and_structure_that_disagree_are_shown_for_a_decision(client, story):
    page = asked(client, story, bundle(DISAGREES))
    assert "5 mg twice a day for 7 days" in page.text
    assert "2026-03-02 – 2026-03-06" in page.text
    assert "to be decided" in page.text
    assert "5 mg twice a day (5 mg each time)" in page.text
    assert "say different things. Which of the two holds is for you to say." in page.text
    assert not [form for form in page.forms if "seen" in form.values]

    page = asked(client, story, bundle(DISAGREES), decision_0="structure")

    assert "2 are new." in page.text
    confirmed(client, story)
    dosed, stopped = logged.history(story.regimen).live
    assert dosed.components == (times(2, "5"),)
    assert stopped.effective.on == date(2026, 3, 7)
    assert DoseStep.objects.get(pk=dosed.entry).note == "5 mg twice a day for 7 days"


def test_what_is_not_understood_is_named_by_resource_and_element(client, story):
    wrong = request(dose(5, **start("2026-03-02"), offset=30))

    page = asked(client, story, bundle(wrong))

    assert "MedicationRequest/r1 dosageInstruction[0].timing.repeat.offset, “30”:" in page.text
    assert not [form for form in page.forms if "seen" in form.values]
    assert not DoseStep.objects.filter(regimen=story.regimen).exists()


def test_a_file_of_somebody_else_keeps_out(client, story):
    person = {"resourceType": "Patient", "id": "p", "birthDate": "1901-02-03"}
    page = asked(client, story, bundle(person, request(dose(5, **start("2026-03-02")))))

    assert "The file is of somebody born on this day, and this patient was not." in page.text
    assert not [form for form in page.forms if "seen" in form.values]


@pytest.mark.parametrize(("content", "says"), [
    (bundle(DISAGREES)[:-30], "it ends too early or is damaged"),
    (bundle(DISAGREES).decode().encode("utf-16"), "FHIR is written in UTF-8"),
    (b'{"resourceType": "Patient"}', "no FHIR R4 Bundle"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_so_and_waits_for_nothing(client, story, content, says):
    page = choose(client, story, content)

    assert says in page.text
    assert not WaitingFile.objects.exists()


def command(story: Story, file, **options) -> None:
    asked = {"patient": story.there.pk, "by": story.recorder.email, **options}
    clinic = str(story.there.clinic.uuid)
    call_command("import_history", str(file), clinic=clinic, received="letter", **asked)


def test_the_command_imports_and_asks_for_what_is_to_be_decided(story, tmp_path, capsys):
    file = tmp_path / "order.json"
    file.write_bytes(bundle(DISAGREES))
    named = {"regimen": [f"Baclofen={story.regimen.pk}"], "decided_by": ["Dr Elsewhere=outside"]}
    with pytest.raises(CommandError, match="say different things"):
        command(story, file, **named)
    assert not DoseStep.objects.filter(regimen=story.regimen).exists()

    command(story, file, decide=["MedicationRequest/r1=structure"], **named)

    assert "2 steps are recorded." in capsys.readouterr().out
    with pytest.raises(CommandError, match="nothing to decide"):
        command(story, file, decide=["MedicationRequest/r2=out"], **named)
    with pytest.raises(CommandError, match="Give --patient: regimens are opened first"):
        command(story, file, **{**named, "patient": None})
