"""The house rules that no single module shows: who imports whom, and what templates and words hold.

design.md sections 1 (words) and 3 (imports).
"""

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["access", "ledger", "patients", "titration", "config"]  # each may import those before it

# Within an app and across apps, a layer may import its own and those before it.
PURE = {
    "birthdates",
    "canonical",
    "context",
    "document",
    "dosing",
    "fhir",
    "folding",
    "identity",
    "importing",
    "intake",
    "learned",
    "numbers",
    "planning",
    "pump",
    "timeline",
    "typed",
    "worklist",
}
LAYERS = [
    PURE,
    {"finished", "leaving", "models", "signed_in", "wording", "zones"},
    {
        "account",
        "audit",
        "backups",
        "browsers",
        "bulk",
        "calls",
        "changes",
        "checkpoints",
        "composed",
        "contacted",
        "downtime",
        "erasing",
        "guards",
        "issued",
        "kept",
        "linked",
        "listed",
        "moments",
        "observed",
        "outcomes",
        "planned",
        "policies",
        "presence",
        "projection",
        "pumped",
        "reached",
        "reading",
        "reported",
        "reread",
        "sealing",
        "search",
        "second_factor",
        "secret",
        "spool",
        "together",
        "veiled",
        "verification",
        "waiting",
        "writing",
    },
    {"actions", "carry", "chart", "exports", "forms", "pages", "presenters", "tables"},
    {"failures", "health", "refusals", "views"},
    {"urls"},
]
# Where the framework calls in. They may import every layer; none may import them.
DOORS = {
    "adapters",
    "admin",
    "apps",
    "backends",
    "context_processors",
    "demo",
    "headers",
    "logs",
    "management",
    "middleware",
    "migrations",
    "passwords",
    "renderer",
    "sessions",
    "settings",
    "static",
    "templatetags",
    "wsgi",
}
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

MODULES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".svg", ".txt"}
)

FORBIDDEN = re.compile(
    r"\b(recommend|suggest|optimal|ideal|safe|unsafe|should|too high|too low|target|normal"
    r"|tolerated|compliant|on track|next dose due)\b",
    re.IGNORECASE,
)


def by_path(path: Path) -> str:
    return str(path.relative_to(ROOT))


def place(path: Path) -> tuple[str, str]:
    """(app, module or package of the app) of a file; an app's own __init__ has no module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0], parts[1] if len(parts) > 1 and parts[1] != "__init__" else ""


def imported(path: Path) -> Iterator[list[str]]:
    """The dotted parts of every module that the file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{by_path(path)} imports relatively"
            module = (node.module or "").split(".")
            if module[0] in APPS and len(module) == 1:
                yield from ([*module, alias.name] for alias in node.names)
            else:
                yield module


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_imports_run_one_way(path: Path) -> None:
    app, module = place(path)
    for name, *rest in imported(path):
        if name not in APPS:
            continue
        assert APPS.index(name) <= APPS.index(app), f"{app} imports {name}"
        inner = rest[0] if rest else ""
        if module in DOORS and name == app:
            continue
        assert inner not in DOORS - {module}, f"{name}.{inner} is imported"
        if module in RANK and inner in RANK:
            assert RANK[inner] <= RANK[module], f"{app}.{module} imports {name}.{inner}"


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_every_module_has_its_place(path: Path) -> None:
    _app, module = place(path)
    assert module == "" or module in RANK or module in DOORS


@pytest.mark.parametrize("path", [p for p in MODULES if place(p)[1] in PURE], ids=by_path)
def test_pure_modules_import_the_standard_library_only(path: Path) -> None:
    app, _module = place(path)
    for name, *rest in imported(path):
        if name == app:
            assert rest[0] in PURE
        else:
            assert name in sys.stdlib_module_names


@pytest.mark.parametrize("path", [p for p in MODULES if place(p)[1] == "wording"], ids=by_path)
def test_wording_imports_translation_and_nothing_else_of_django(path: Path) -> None:
    for parts in imported(path):
        if parts[0] == "django":
            assert parts[:3] in (
                ["django", "utils", "translation"],
                ["django", "utils", "functional"],
            )


@pytest.mark.parametrize("path", [p for p in MODULES if place(p)[1] != "migrations"], ids=by_path)
def test_modules_stay_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 450, "make it a package of the same name"


class Inline(HTMLParser):
    """Collects what a strict content security policy would stop."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " x ", source, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(name)
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(value or "")


@pytest.mark.parametrize("path", TEMPLATES, ids=by_path)
def test_templates_hold_nothing_inline(path: Path) -> None:
    assert Inline(path.read_text()).found == []


class Text(HTMLParser):
    """Collects what a reader sees or hears of a piece of markup."""

    SHOWN = frozenset({"alt", "aria-description", "aria-label", "label", "placeholder", "title"})

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in self.SHOWN and value]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(" ".join(data.split()))


UNSAID = re.compile(
    r"\{#.*?#\}|\{% *comment.*?endcomment *%\}|\{% *block layout *%\}.*?endblock.*?%\}", re.DOTALL
)
TRANSLATED = re.compile(r"\{% *(?:translate|trans) +(?:\"(.*?)\"|'(.*?)').*?%\}", re.DOTALL)
BLOCK = re.compile(
    r"\{% *blocktrans(?:late)?\b.*?%\}(.*?)\{% *endblocktrans(?:late)? *%\}", re.DOTALL
)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def sentences_of_template(path: Path) -> tuple[list[str], list[str]]:
    """(strings that go through gettext, strings that do not) in a template."""
    source = UNSAID.sub("", path.read_text())
    translated = [
        TAG.sub(" ", next(part for part in match.groups() if part is not None))
        for pattern in (TRANSLATED, BLOCK)
        for match in pattern.finditer(source)
    ]
    return translated, Text(TAG.sub(" ", BLOCK.sub(" ", source))).found


def sentences_of_module(path: Path) -> list[str]:
    """Every literal handed to gettext in a Python file."""
    return [
        argument.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and (node.func.id == "_" or "gettext" in node.func.id)
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def forbidden_in(sentence: str) -> list[str]:
    found = FORBIDDEN.findall(sentence)
    if re.search(r"\boverdue\b.*\bdoses?\b|\bdoses?\b.*\boverdue\b", sentence, re.IGNORECASE):
        found.append("overdue")
    return found


def test_forbidden_words_are_found_when_written() -> None:
    assert forbidden_in("The next dose should be the Target.") == ["should", "Target"]
    assert forbidden_in("The dose is overdue.") == ["overdue"]
    assert forbidden_in("The review is overdue; safety, normally.") == []


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_product_strings_in_code_never_advise(path: Path) -> None:
    for sentence in sentences_of_module(path):
        assert forbidden_in(sentence) == [], sentence


@pytest.mark.parametrize("path", TEMPLATES, ids=by_path)
def test_product_strings_in_templates_never_advise(path: Path) -> None:
    translated, plain = sentences_of_template(path)
    for sentence in translated + plain:
        assert forbidden_in(sentence) == [], sentence


@pytest.mark.parametrize("path", TEMPLATES, ids=by_path)
def test_words_in_templates_go_through_gettext(path: Path) -> None:
    _translated, plain = sentences_of_template(path)
    words = [text.replace("Dose Ledger", "") for text in plain]
    assert [text for text in words if re.search(r"[^\W\d_]{2}", text)] == []
