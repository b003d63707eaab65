"""What the scripts say when they cannot start: one line, and an exit code that is not 0."""

import os
import shutil
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The scripts and lock files alone, in a directory of their own."""
    shutil.copytree(ROOT / "script", tmp_path / "clone" / "script")
    for name in ("requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / "clone")
    return tmp_path / "clone"


def run(clone: Path, script: str, *arguments: str, path: str = "") -> subprocess.CompletedProcess:
    """Run a script from another directory, with `path` searched before the usual places."""
    return subprocess.run(
        [clone / "script" / script, *arguments],
        cwd="/",
        env={"PATH": f"{path}:{os.environ['PATH']}", "HOME": str(clone)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def python_that(tmp_path: Path, behaviour: str) -> str:
    """A directory whose python3 runs `behaviour`, in bash, before the real one."""
    bin_directory = tmp_path / "bin"
    bin_directory.mkdir()
    python = bin_directory / "python3"
    python.write_text(f'#!/bin/bash\n{behaviour}\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return str(bin_directory)


def refusal(done: subprocess.CompletedProcess) -> str:
    """The one line of a refusal."""
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", "8000x", "08000"])
def test_server_refuses_what_is_no_port(clone, port):
    line = refusal(run(clone, "server", port))
    assert port in line
    assert "1 to 65535" in line


def test_server_refuses_a_taken_port(clone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refusal(run(clone, "server", str(port)))
    assert f"port {port} is taken" in line
    assert not (clone / ".venv").exists()


def test_setup_refuses_an_old_python(clone, tmp_path):
    old = """
    case "$*" in
      --version) echo "Python 3.9.2"; exit ;;
      *version_info*) exit 1 ;;
    esac"""
    line = refusal(run(clone, "setup", path=python_that(tmp_path, old)))
    assert "Python 3.9.2 is too old: Python 3.11 or newer" in line


def test_setup_refuses_a_missing_venv_module(clone, tmp_path):
    bare = '[[ "$*" != *ensurepip* ]] || { echo "No module named ensurepip" >&2; exit 1; }'
    line = refusal(run(clone, "setup", path=python_that(tmp_path, bare)))
    assert "apt-get install python3-venv" in line
    assert not (clone / ".venv").exists()


def test_setup_refuses_a_file_that_is_not_there(clone):
    assert "requirements-x.txt" in refusal(run(clone, "setup", "requirements-x.txt"))


def test_setup_installs_nothing_when_the_lock_is_unchanged(clone):
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    digest = sha256((clone / "requirements.txt").read_bytes()).hexdigest()
    (clone / ".venv" / "installed").write_text(f"{digest}  -\n")
    done = run(clone, "setup")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
