"""What docs/operations.md tells to run is there, and what deploy/ holds can be read by systemd."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SITE = (ROOT / "deploy" / "nginx" / "dose-ledger.conf").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
WRITTEN = {
    path.name: re.sub(r"\\\n\s*", "", path.read_text())
    for path in (*(ROOT / "docs").glob("*.md"), ROOT / "README.md", *UNITS)
}
COMMAND = re.compile(r"manage\.py ([a-z_]+)((?:(?!\$\()[^\n`|&>;])*)")
LINE = re.compile(r"\[(Unit|Service|Timer|Install)\]|[A-Z][A-Za-z]*=.*|#.*|")
NAMED = sorted(
    {
        (where, name, option)
        for where, text in WRITTEN.items()
        for name, rest in COMMAND.findall(text)
        for option in ("", *re.findall(r"--[a-z-]+", rest))
    }
)


@cache
def options_of(name: str) -> set[str]:
    command = load_command_class(get_commands()[name], name)
    return set(command.create_parser("manage.py", name)._option_string_actions)


@pytest.mark.parametrize(("where", "name", "option"), NAMED)
def test_every_command_that_is_told_of_is_there(where: str, name: str, option: str) -> None:
    assert name in get_commands()
    assert not option or option in options_of(name)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_written_as_systemd_reads_them(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    sections = [line for line in lines if line.startswith("[")]
    if path.suffix == ".timer":
        assert sections == ["[Unit]", "[Timer]", "[Install]"]
        assert path.with_suffix(".service").is_file()
    else:
        assert sections[:2] == ["[Unit]", "[Service]"]
    for line in lines:
        if line.startswith("Exec"):
            assert line.partition("=")[2].lstrip("-").startswith("/")


def test_systemd_finds_nothing_wrong_with_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed")
    for path in UNITS:
        text = path.read_text().replace("/srv/dose-ledger", str(ROOT))
        # What sends things away need not be installed here.
        text = re.sub(r"=(-?)/usr/bin/(scp|rsync|logger) ", r"=\1/bin/echo ", text)
        (tmp_path / path.name.replace("@.", "@x.")).write_text(text)
    units = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_unit_is_told_of() -> None:
    timers = {path.name.replace("@.", "@CLINIC.") for path in UNITS if path.suffix == ".timer"}
    assert timers == set(re.findall(r"^\| `([\w@.-]+\.timer)`", OPERATIONS, re.MULTILINE))
    for path in UNITS:
        if path.suffix == ".service" and not path.with_suffix(".timer").exists():
            assert path.name in OPERATIONS


def test_nginx_passes_on_what_the_service_goes_by() -> None:
    [service] = [path for path in UNITS if path.name == "dose-ledger.service"]
    bound = re.search(r"--bind (\S+)", service.read_text())
    assert bound
    assert f"proxy_pass http://{bound[1]};" in SITE
    for header in ("Host $host", "X-Forwarded-Proto $scheme", "X-Request-ID $request_id"):
        assert f"proxy_set_header {header};" in SITE
    assert SITE.count("{") == SITE.count("}")
