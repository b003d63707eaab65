"""docs/security.md: what it says holds something exists, and each row says what holds it."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text()
EVIDENCE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ITEM = re.compile(r"V[0-9]+(?:\.[0-9]+){0,2}")
ROWS = re.findall(r"^\| (V[0-9].*?) \| (.+) \|$", TEXT, re.MULTILINE)

# The levels of the items of each section, in their order: OWASP ASVS 5.0.0, without the chapters
# on OAuth and WebRTC.
LEVELS = dict(
    re.findall(
        "([0-9.]+):([0-9]+)",
        """
        1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123
        2.1:122 2.2:112 2.3:12223 2.4:23
        3.1:3 3.2:113 3.3:12223 3.4:11222233 3.5:11122333 3.6:3 3.7:22333
        4.1:12233 4.2:23333 4.3:22 4.4:1222
        5.1:2 5.2:112333 5.3:113 5.4:222
        6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222
        7.1:222 7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22
        8.1:1233 8.2:1123 8.3:133 8.4:23
        9.1:111 9.2:1222
        11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23 11.7:33
        12.1:12233 12.2:11 12.3:22223
        13.1:2333 13.2:222223 13.3:2233 13.4:1222233
        14.1:22 14.2:12223333 14.3:122
        15.1:12233 15.2:12233 15.3:1222222 15.4:3333
        16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223
        """,
    )
)


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_test_that_is_named_exists():
    named = EVIDENCE.findall(TEXT)
    assert len(named) > 50
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_every_row_names_what_holds_it_or_says_why_nothing_does():
    held = ("Do not apply", "Does not apply", "Open", "to the deployer", "script/check", "](")
    bare = [
        section
        for section, words in ROWS
        if not EVIDENCE.search(words) and not any(word in words for word in held)
    ]
    assert bare == []


def test_every_item_of_levels_1_and_2_has_a_row():
    """By its own number; by that of its section or chapter where those do not apply."""
    named = {item for section, _words in ROWS for item in ITEM.findall(section)}
    out = {
        item
        for section, words in ROWS
        if "not apply" in words
        for item in ITEM.findall(section)
        if item.count(".") < 2
    }
    asked = [
        f"V{section}.{number}"
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, start=1)
        if level in "12"
    ]
    assert len(asked) == 253 - 29 - 7  # of all, without OAuth and WebRTC
    lacking = [item for item in asked if item not in named and not is_within(item, out)]
    assert lacking == []


def is_within(item: str, wholes: set[str]) -> bool:
    return bool({item.split(".")[0], item.rpartition(".")[0]} & wholes)


def test_no_row_names_what_the_standard_has_not():
    sections = {f"V{section}": len(levels) for section, levels in LEVELS.items()}
    chapters = {section.split(".")[0] for section in sections} | {"V10", "V17"}
    wrong = []
    for item in (item for section, _words in ROWS for item in ITEM.findall(section)):
        section, _dot, number = item.rpartition(".")
        is_item = section in sections and 1 <= int(number) <= sections[section]
        if not (is_item or item in sections or item in chapters):
            wrong.append(item)
    assert wrong == []


def test_what_is_said_elsewhere_is_there():
    for file, heading in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", TEXT):
        text = (ROOT / "docs" / file).read_text() if file else TEXT
        headings = re.findall("^#+ (.+)$", text, re.MULTILINE)
        assert heading in {
            re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings
        }


def test_every_attack_is_named():
    named = {name for path, name in EVIDENCE.findall(TEXT) if path.startswith("tests/attacks/")}
    written = {
        name
        for file in (ROOT / "tests" / "attacks").glob("test_*.py")
        for name in names_in(str(file.relative_to(ROOT)))
        if name.startswith("test_")
    }
    assert written == named
