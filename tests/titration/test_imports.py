"""Bringing a file in: all of it in one write or nothing, by the rules of the log, once."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from access.models import Role
from ledger import bulk
from ledger.models import Entry, Head, ImportedFile, Origin
from tests.factories import PatientFactory, member
from tests.ledger.damage import findings
from tests.titration.doses import at, times
from tests.titration.factories import regimen_of, step_of
from titration import actions
from titration.actions import Brought, FileText, ImportRefused, import_rules
from titration.importing import First, Place
from titration.models import DoseStep, RegimenCard
from titration.policies import ChangedMeanwhile, RuleBroken
from titration.presenters.log import log_rows, ordered
from titration.reading import logged
from titration.timeline import Effective

FILE = FileText("dose-log.xlsx", "ab" * 32, "xlsx", 4)
FIRST = First(
    12, "cd" * 32, "Hillside", "J. Lind", datetime(2025, 3, 3, 14, 2, tzinfo=UTC), "Europe/London"
)


class Story:
    """A regimen whose log begins with 5 mg three times a day from 02-Mar-2026, and a recorder."""

    def __init__(self) -> None:
        self.version = regimen_of()
        self.regimen = self.version.regimen
        self.patient, self.clinic = self.regimen.patient, self.regimen.clinic
        self.doctor = self.version.responsible
        self.recorder = member(self.clinic, Role.RECORDER)
        self.step = step_of(self.version)

    def brought(self, row: int, on: date, *parts, kind: str = "dose", **said) -> Brought:
        said = {
            "decided_by": None,
            "decided_by_name": "Dr Out Side",
            "received_how": "other-service",
            "reason": "other",
            **said,
        }
        if kind == "dose":
            said["components"] = parts or (times(3, "7"),)
        instruction = actions.Instruction(kind=kind, effective=Effective(on), **said)
        return Brought(self.regimen, instruction, Place("Sheet1", row))

    def bring(self, *steps: Brought, file: FileText = FILE, **asked):
        by = asked.pop("by", self.recorder)
        return actions.import_steps(patient=self.patient, file=file, steps=steps, by=by, **asked)

    def rows(self):
        history = logged.history(self.regimen)
        now = self.clinic.local(datetime(2026, 11, 30, tzinfo=UTC))
        return log_rows(history, self.clinic, now, ordered(history, oldest_first=True))


@pytest.fixture(scope="module")
def made_story(module_db) -> Story:
    return Story()


@pytest.fixture
def story(made_story, db) -> Story:
    return deepcopy(made_story)


def numbers() -> tuple[int, int]:
    return Head.objects.get().number, Entry.objects.count()


@pytest.mark.parametrize("fewest_to_copy", [1, 10**9])
def test_a_file_is_recorded_in_one_write_with_where_each_step_stood(
    story, monkeypatch, fewest_to_copy
) -> None:
    monkeypatch.setattr(bulk, "FEWEST_TO_COPY", fewest_to_copy)
    first = replace(story.brought(2, date(2026, 4, 1)), first=FIRST)
    file = story.bring(first, story.brought(3, date(2026, 5, 1), kind="stop"))
    brought = DoseStep.objects.filter(entry__came_from__file=file).order_by("entry__number")
    assert [step.effective_on for step in brought] == [date(2026, 4, 1), date(2026, 5, 1)]
    assert {e.submission for e in Entry.objects.order_by("-number")[:5]} == {file.entry.submission}
    assert [*Origin.objects.order_by("row").values_list("place", "row")] == [
        ("Sheet1", 2),
        ("Sheet1", 3),
    ]
    assert RegimenCard.objects.get().state == "stopped"
    assert findings() == []


def test_a_step_says_who_imported_it_from_where_and_who_recorded_it_first(story) -> None:
    story.bring(replace(story.brought(12, date(2026, 4, 1)), first=FIRST))
    row = story.rows()[-1]
    day = story.clinic.local(Entry.objects.latest("number").recorded_at)
    assert row.imported == (
        f"Imported by {story.recorder.name} from “dose-log.xlsx”, Sheet1, row 12, on "
        f"{day:%d-%b-%Y}. Recorded first by J. Lind, 03-Mar-2025 14:02, as entry 12 of Hillside."
    )
    assert row.confirmation == "Prescriber from outside the clinic"


def test_a_step_of_a_prescriber_here_waits_for_them_unless_they_import_it(story) -> None:
    said = {"decided_by": story.doctor, "decided_by_name": story.doctor.name}
    story.bring(story.brought(2, date(2026, 4, 1), **said))
    story.bring(
        story.brought(3, date(2026, 5, 1), **said),
        by=story.doctor,
        file=replace(FILE, sha256="ef" * 32),
    )
    _typed, theirs, own = story.rows()
    assert theirs.is_unconfirmed
    assert own.confirmation == "Imported by the prescriber"


def test_the_same_file_again_adds_nothing_and_answers_as_then(story) -> None:
    steps = (story.brought(2, date(2026, 4, 1)), story.brought(3, date(2026, 5, 1)))
    then = story.bring(*steps)
    before = numbers()
    assert story.bring(*steps) == then
    assert numbers() == before


def test_a_longer_file_adds_only_what_is_not_there_yet(story) -> None:
    story.bring(story.brought(2, date(2026, 4, 1)))
    longer = replace(FILE, sha256="ef" * 32)
    steps = (story.brought(2, date(2026, 4, 1)), story.brought(3, date(2026, 5, 1), times(2, "11")))
    file = story.bring(*steps, file=longer)
    assert file.origins.get().row == 3
    before = numbers()
    with pytest.raises(RuleBroken, match="recorded already"):
        story.bring(*steps, file=replace(FILE, sha256="01" * 32))
    assert numbers() == before


def test_what_was_corrected_or_withdrawn_since_does_not_come_back(story) -> None:
    steps = (story.brought(2, date(2026, 4, 1)), story.brought(3, date(2026, 5, 1)))
    story.bring(*steps)
    first, second = DoseStep.objects.filter(entry__came_from__isnull=False).order_by("effective_on")
    actions.retract_step(step=first, reason="twice", reason_text="", by=story.recorder)
    said = replace(steps[1].instruction, components=(times(2, "11"),))
    actions.correct_step(
        step=second, instruction=said, correction_reason="misread", by=story.recorder
    )
    before = numbers()
    story.bring(*steps)
    assert numbers() == before


def refused(story: Story, *steps: Brought) -> list[tuple[int | None, str]]:
    before = numbers()
    with pytest.raises(ImportRefused) as stopped:
        story.bring(*steps)
    assert numbers() == before
    return [(place.row, rule.message) for place, rule in stopped.value.refusals]


def test_another_dose_for_a_recorded_moment_stops_the_whole_file(story) -> None:
    [(row, words)] = refused(
        story, story.brought(2, date(2026, 3, 2)), story.brought(3, date(2026, 4, 1))
    )
    assert row == 2
    assert words.startswith(
        f"Entry {story.step.entry.number} says from 02-Mar-2026: 5\u00a0mg three times a day "
        "(5\u00a0mg each time). The file says otherwise."
    )


def test_two_doses_of_the_file_for_one_moment_stop_it_and_a_repeated_row_counts_once(story) -> None:
    day = date(2026, 4, 1)
    said = story.brought(2, day), story.brought(3, day), story.brought(4, day, at("bedtime", "11"))
    assert refused(story, *said) == [
        (4, "The file says otherwise from 01-Apr-2026, at Sheet1, row 2. Correct the file.")
    ]
    assert story.bring(*said[:2]).origins.count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"on": date(1850, 1, 1)}, "before the patient's birth"),
        ({"on": date(2199, 1, 1)}, "more than two years ahead"),
        ({"on": date(2026, 4, 1), "reason": "none such"}, "Choose a reason"),
        ({"on": date(2026, 4, 1), "received_how": "signed-plan"}, "received from a signed plan"),
        ({"on": date(2026, 1, 1), "kind": "stop"}, "nothing to stop"),
        ({"on": date(2026, 4, 1), "parts": (at("bedtime", "0"),)}, "Every amount is zero"),
    ],
)
def test_every_rule_of_a_typed_step_holds(story, said, words) -> None:
    on, parts = said.pop("on"), said.pop("parts", ())
    [(row, message)] = refused(story, story.brought(9, on, *parts, **said))
    assert (row, words in message) == (9, True)


def test_the_order_of_the_steps_is_that_of_their_moments_not_of_the_rows(story) -> None:
    stop = story.brought(2, date(2026, 6, 1), kind="withhold")
    resume = story.brought(4, date(2026, 8, 1), kind="resume", components=(times(2, "3"),))
    assert story.bring(resume, stop).origins.count() == 2
    over = story.brought(5, date(2026, 7, 1), kind="stop")
    [(row, words)] = refused(story, over)
    assert (row, "would start again what is stopped" in words) == (5, True)


def test_the_log_is_gone_through_once_however_many_rows_there_are(story, monkeypatch) -> None:
    gone_through, rules = [], import_rules._Rules

    def counted(log: logged.History):
        gone_through.append(log)
        return rules(log)

    monkeypatch.setattr(import_rules, "_Rules", counted)
    story.bring(*(story.brought(n, date(2026, 4, n)) for n in range(2, 12)))
    assert len(gone_through) == 1


def test_only_who_records_imports_and_only_for_the_patient_and_the_log_that_was_read(story) -> None:
    step = story.brought(2, date(2026, 4, 1))
    with pytest.raises(PermissionDenied):
        story.bring(step, by=member(story.clinic, Role.VIEWER))
    with pytest.raises(ChangedMeanwhile):
        story.bring(step, seen=story.step.entry.number - 1)
    other = PatientFactory(clinic=story.clinic)
    with pytest.raises(RuleBroken, match="another patient"):
        actions.import_steps(patient=other, file=FILE, steps=(step,), by=story.recorder)
    assert not ImportedFile.objects.exists()
