"""What starts and what refuses to, each in a process of its own with the given environment."""

import ast
import logging
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import global_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

import config.settings
from config.logs import JsonLines

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DEBUG": "",
    "LOCAL": "",
    "SECRET_KEY": "k9" * 32 + "zyxw",
    "FACTOR_KEYS": "f8" * 20,
    "ALLOWED_HOSTS": "doses.example.org",
    "DATABASE_URL": "sqlite:///:memory:",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """manage.py with production's environment, changed by what is given."""
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_deployment_checks():
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "x" * 49),
        ("SECRET_KEY", "$" + "x" * 60),
        ("FACTOR_KEYS", ""),
        ("FACTOR_KEYS", "x" * 39),
        ("FACTOR_KEYS", "x" * 40 + "," + "y" * 39),
        ("SESSION_IDLE_MINUTES", "1"),
        ("SESSION_IDLE_MINUTES", "721"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "doses.example.org,*"),
        ("SESSION_COOKIE_SECURE", "false"),
        ("CSRF_COOKIE_SECURE", "false"),
        ("DATABASE_URL", "mysql://localhost/doses"),
        ("DATABASE_URL", ""),
    ],
)
def test_production_refuses_to_start_naming_the_variable(variable, value):
    done = manage("check", **{variable: value})
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith(
        f"django.core.exceptions.ImproperlyConfigured: {variable}: "
    )


@pytest.mark.parametrize("flag", ["LOCAL", "DEBUG"])
def test_local_use_refuses_to_serve_other_machines(flag):
    done = manage("check", **{flag: "true"})
    assert done.returncode != 0
    assert "ImproperlyConfigured: ALLOWED_HOSTS: " in done.stderr


@pytest.mark.parametrize("flag", ["LOCAL", "DEBUG"])
def test_local_use_needs_nothing_else(flag):
    done = manage(
        "check", **{flag: "true", "SECRET_KEY": "only here", "ALLOWED_HOSTS": "localhost"}
    )
    assert done.returncode == 0, done.stderr


def test_static_files_refer_only_to_files_that_exist(tmp_path):
    done = manage("collectstatic", "--no-input", STATIC_ROOT=str(tmp_path / "static"))
    assert done.returncode == 0, done.stderr


def variables_read() -> set[str]:
    """Names handed to env.<type>() in the settings."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr != "read_env"
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_table_of_variables_is_in_step_with_the_settings():
    table = re.findall(
        r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE
    )
    assert sorted(table) == sorted(variables_read())


@pytest.mark.django_db
def test_passwords_are_kept_by_a_slow_digest():
    """Django's own choice, which grows with its versions; tests alone have a quick one."""
    assert not hasattr(config.settings, "PASSWORD_HASHERS")
    assert global_settings.PASSWORD_HASHERS[0].endswith(".PBKDF2PasswordHasher")
    assert PBKDF2PasswordHasher.algorithm == "pbkdf2_sha256"
    assert PBKDF2PasswordHasher.iterations >= 600_000  # OWASP, Password Storage


def test_every_answer_carries_the_strict_policy(client):
    response = client.get("/accounts/login/")
    policy = dict(
        directive.split(" ", 1) for directive in response["Content-Security-Policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "object-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


def test_log_lines_leave_out_what_exceptions_say():
    def refuse(row: str) -> None:
        raise ValueError(f"Failing row contains ({row})")

    try:
        try:
            refuse("Kowal" + "ska")
        except ValueError as error:
            raise RuntimeError(str(error)) from error
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "failed", None, sys.exc_info())
    line = JsonLines().format(record)
    assert "Kowalska" not in line
    assert line.index("ValueError") < line.index("RuntimeError")


def test_one_language_is_looked_up_in_no_catalogue(settings):
    assert len(settings.LANGUAGES) == 1
    assert settings.USE_I18N is False


def test_british_english_says_what_the_source_says():
    """So no text of a library reads otherwise while its catalogues are left alone."""
    folders = [Path(django.__file__).parent / "conf", *(app.path for app in apps.get_app_configs())]
    files = [file for folder in folders for file in Path(folder).glob("locale/en_GB/**/django.mo")]
    texts = [text for file in files for text in translated(file.read_bytes())]
    assert len(texts) > 400
    assert [(source, text) for source, text in texts if source != text] == []


def translated(catalogue: bytes) -> Iterator[tuple[str, str]]:
    """(source, translation) of a compiled catalogue (gettext manual, "MO Files"); plurals too."""
    _magic, _version, count, sources, texts = struct.unpack_from("<5I", catalogue)
    for place in range(0, 8 * count, 8):
        source, text = (
            catalogue[start : start + length].decode()
            for length, start in (
                struct.unpack_from("<2I", catalogue, sources + place),
                struct.unpack_from("<2I", catalogue, texts + place),
            )
        )
        if source:  # the first one is about the catalogue itself
            yield source.rpartition("\x04")[2], text
