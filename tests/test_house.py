"""The house rules that no single module shows: who imports whom, and what templates and words hold.

design.md sections 1 (words) and 3 (imports).
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

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
    {
        "composed",
        "finished",
        "identities",
        "leaving",
        "models",
        "prepared",
        "signed_in",
        "wording",
        "zones",
    },
    {
        "account",
        "addresses",
        "audit",
        "backups",
        "browsers",
        "bulk",
        "changes",
        "checkpoints",
        "downtime",
        "erasing",
        "guards",
        "kept",
        "linked",
        "listed",
        "moments",
        "outcomes",
        "patient_rows",
        "policies",
        "presence",
        "progress",
        "projection",
        "reached",
        "reading",
        "reread",
        "sealing",
        "search",
        "second_factor",
        "secret",
        "spool",
        "told",
        "transferred",
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
    "tags",
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


def found(paths: Iterable[Path], wrong: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """What is wrong in each file, by its path. One walk: a test for each file took ten times it."""
    return {by_path(path): said for path in paths if (said := wrong(path))}


def place(path: Path) -> tuple[str, str]:
    """(app, module or package of the app) of a file; an app's own __init__ has no module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0], parts[1] if len(parts) > 1 and parts[1] != "__init__" else ""


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


def imported(path: Path) -> Iterator[list[str]]:
    """The dotted parts of every module that the file imports, wherever in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{by_path(path)} imports relatively"
            module = (node.module or "").split(".")
            if module[0] in APPS and len(module) == 1:
                yield from ([*module, alias.name] for alias in node.names)
            else:
                yield module


def misplaced_imports(path: Path) -> list[str]:
    app, module = place(path)
    wrong = []
    for name, *rest in imported(path):
        if name not in APPS:
            continue
        inner = rest[0] if rest else ""
        if APPS.index(name) > APPS.index(app):
            wrong.append(f"{app} imports {name}")
        elif module in DOORS and name == app:
            continue
        elif inner in DOORS - {module}:
            wrong.append(f"{name}.{inner} is imported")
        elif module in RANK and inner in RANK and RANK[inner] > RANK[module]:
            wrong.append(f"{app}.{module} imports {name}.{inner}")
    return wrong


def test_imports_run_one_way() -> None:
    assert found(MODULES, misplaced_imports) == {}


def test_every_module_has_its_place() -> None:
    placed = RANK.keys() | DOORS | {""}
    assert [by_path(path) for path in MODULES if place(path)[1] not in placed] == []


def test_pure_modules_import_the_standard_library_only() -> None:
    def others(path: Path) -> list[str]:
        app, _module = place(path)
        return [
            ".".join(parts)
            for parts in imported(path)
            if not (parts[1] in PURE if parts[0] == app else parts[0] in sys.stdlib_module_names)
        ]

    assert found((path for path in MODULES if place(path)[1] in PURE), others) == {}


def test_wording_imports_translation_and_nothing_else_of_django() -> None:
    def others(path: Path) -> list[str]:
        return [
            ".".join(parts)
            for parts in imported(path)
            if parts[0] == "django"
            and parts[:3]
            not in (["django", "utils", "translation"], ["django", "utils", "functional"])
        ]

    assert found((path for path in MODULES if place(path)[1] == "wording"), others) == {}


def test_modules_stay_short() -> None:
    """Where one does not: make it a package of the same name."""
    lengths = {
        by_path(path): len(path.read_text().splitlines())
        for path in MODULES
        if place(path)[1] != "migrations"
    }
    assert {path: length for path, length in lengths.items() if length > 450} == {}


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


def test_templates_hold_nothing_inline() -> None:
    assert found(TEMPLATES, lambda path: Inline(path.read_text()).found) == {}


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
        for node in nodes(path)
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


def advice(sentences: list[str]) -> list[str]:
    return [sentence for sentence in sentences if forbidden_in(sentence)]


def test_product_strings_in_code_never_advise() -> None:
    assert found(MODULES, lambda path: advice(sentences_of_module(path))) == {}


def test_product_strings_in_templates_never_advise() -> None:
    assert found(TEMPLATES, lambda path: advice([*chain(*sentences_of_template(path))])) == {}


def test_words_in_templates_go_through_gettext() -> None:
    def bare(path: Path) -> list[str]:
        _translated, plain = sentences_of_template(path)
        return [
            text for text in plain if re.search(r"[^\W\d_]{2}", text.replace("Dose Ledger", ""))
        ]

    assert found(TEMPLATES, bare) == {}
