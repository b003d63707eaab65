"""docs/security.md: what it says holds something exists, and each row says what holds it."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text()
EVIDENCE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = re.findall(r"^\| (V[0-9].*?) \| (.+) \|$", TEXT, re.MULTILINE)


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_test_that_is_named_exists():
    named = EVIDENCE.findall(TEXT)
    assert len(named) > 50
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_every_row_names_what_holds_it_or_says_why_nothing_does():
    held = ("Do not apply", "Does not apply", "Open", "to the deployer", "script/check", "above")
    bare = [
        section
        for section, words in ROWS
        if not EVIDENCE.search(words) and not any(word in words for word in (*held, "under V"))
    ]
    assert bare == []


def test_every_chapter_of_the_standard_has_a_row():
    chapters = {int(re.match("V([0-9]+)", section)[1]) for section, _words in ROWS}
    assert chapters == set(range(1, 18))


def test_every_attack_is_named():
    named = {name for path, name in EVIDENCE.findall(TEXT) if path.startswith("tests/attacks/")}
    written = {
        name
        for file in (ROOT / "tests" / "attacks").glob("test_*.py")
        for name in names_in(str(file.relative_to(ROOT)))
        if name.startswith("test_")
    }
    assert written == named
