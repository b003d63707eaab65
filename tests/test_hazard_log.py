"""The hazard log: each control is held by a test that exists, each risk is that of the matrix."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFETY = ROOT / "docs" / "clinical-safety"
LOG = (SAFETY / "hazard-log.md").read_text()
PLAN = (SAFETY / "risk-management-plan.md").read_text()

# DCB0129's matrix: by likelihood, the risk for each severity.
SEVERITIES = ("minor", "significant", "considerable", "major", "catastrophic")
MATRIX = {
    "very high": (3, 4, 4, 5, 5),
    "high": (2, 3, 3, 4, 5),
    "medium": (2, 2, 3, 3, 4),
    "low": (1, 2, 2, 3, 4),
    "very low": (1, 1, 2, 2, 3),
}

LEVEL = r"severity ([a-z]+), likelihood ([a-z ]+), risk ([1-5])\."
EVIDENCE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
TO_THE_DEPLOYER, OPEN, CONTROLLED = "to the deployer", "open", "controlled"


@dataclass(frozen=True)
class Hazard:
    """One section of the log."""

    number: str
    title: str
    text: str

    def part(self, name: str) -> str:
        """What stands after a name; "" where it is not there."""
        found = re.search(rf"^{name}: (.+)$", self.text, re.MULTILINE)
        return found[1] if found else ""

    def level(self, when: str) -> tuple[str, str, int]:
        """Severity, likelihood and risk before or after the controls."""
        found = re.fullmatch(LEVEL, self.part(f"{when} controls"))
        assert found, f"{self.number} has no level {when.lower()} controls"
        return found[1], found[2], int(found[3])

    @property
    def controls(self) -> list[tuple[str, str]]:
        """(control, evidence) of each row."""
        rows = re.findall(r"^\| (.+?) \| (.+?) \|$", self.text, re.MULTILINE)
        assert rows[:1] == [("control", "evidence")]
        return [row for row in rows[1:] if row[0] != "---"]

    @property
    def is_open(self) -> bool:
        return self.part("Status").startswith(f"{OPEN}: ")


def hazards() -> list[Hazard]:
    parts = re.split(r"^## (H[0-9]{2}) (.+)$", LOG, flags=re.MULTILINE)[1:]
    return [Hazard(*parts[start : start + 3]) for start in range(0, len(parts), 3)]


HAZARDS = hazards()


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests of a file; of a parametrised one, the name of its function."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def missing(text: str) -> list[str]:
    """The tests that a text names and that do not exist."""
    named = EVIDENCE.findall(text)
    return [f"{path}::{name}" for path, name in named if name not in names_in(path)]


def each(*chosen: Hazard):
    return pytest.mark.parametrize("hazard", chosen or HAZARDS, ids=lambda hazard: hazard.number)


def test_hazards_are_numbered_without_a_gap():
    assert [hazard.number for hazard in HAZARDS] == [
        f"H{number:02d}" for number in range(1, len(HAZARDS) + 1)
    ]
    assert len(HAZARDS) >= 25


@each()
def test_every_part_is_said(hazard):
    for name in ("Cause", "Effect", "Status"):
        assert hazard.part(name), name
    assert hazard.controls


def test_a_test_that_does_not_exist_is_found():
    here = "tests/test_hazard_log.py::test_a_test_that_does_not_exist_is_found"
    gone = "tests/test_hazard_log.py::test_that_nobody_wrote"
    nowhere = "tests/test_nowhere.py::test_a_test_that_does_not_exist_is_found"
    assert missing(f"`{here}`, `{gone}`, `{nowhere}`") == [gone, nowhere]


@each()
def test_every_test_that_is_named_exists(hazard):
    assert missing(hazard.text) == []


@each()
def test_every_control_has_evidence_or_says_who_has_yet_to(hazard):
    for control, evidence in hazard.controls:
        if evidence not in (TO_THE_DEPLOYER, OPEN):
            named = ", ".join(f"`{path}::{name}`" for path, name in EVIDENCE.findall(evidence))
            assert named, control
            assert evidence == named, control


@each()
def test_a_controlled_hazard_is_held_by_tests_and_an_open_one_says_what_is_missing(hazard):
    found = [evidence for _control, evidence in hazard.controls]
    if hazard.is_open:
        assert OPEN in found
    else:
        assert hazard.part("Status").startswith(CONTROLLED)
        assert OPEN not in found
        assert set(found) != {TO_THE_DEPLOYER}


@each()
def test_every_risk_is_that_of_the_matrix(hazard):
    for when in ("Before", "After"):
        severity, likelihood, risk = hazard.level(when)
        assert risk == MATRIX[likelihood][SEVERITIES.index(severity)], when


@each()
def test_controls_never_make_it_worse_and_what_stays_high_is_not_called_accepted(hazard):
    before, after = hazard.level("Before")[2], hazard.level("After")[2]
    assert after <= before
    if not hazard.is_open:
        assert after <= 3
        assert ("has yet to accept" in hazard.part("Status")) is (after == 3)


def test_the_matrix_of_the_log_is_this_one():
    rows = re.findall(r"^\| ([a-z ]+) \|((?: [1-5] \|){5})$", LOG, re.MULTILINE)
    assert {name: tuple(map(int, re.findall("[1-5]", cells))) for name, cells in rows} == MATRIX


def test_the_list_of_all_hazards_is_in_step():
    listed = re.findall(
        r"^\| (H[0-9]{2}) \| (.+?) \| ([1-5]) \| ([1-5]) \| ([a-z]+) \|$", LOG, re.MULTILINE
    )
    assert listed == [
        (
            hazard.number,
            hazard.title,
            str(hazard.level("Before")[2]),
            str(hazard.level("After")[2]),
            OPEN if hazard.is_open else CONTROLLED,
        )
        for hazard in HAZARDS
    ]


def test_the_plan_says_what_a_deployer_needs():
    words = " ".join(PLAN.split())
    assert "a clinical safety officer of its own, by name" in words
    assert "DCB0160" in words


@pytest.mark.parametrize("name", ["hazard-log.md", "intended-purpose.md"])
def test_the_plan_leads_to_the_other_documents(name):
    assert f"({name})" in PLAN
    assert (SAFETY / name).is_file()
