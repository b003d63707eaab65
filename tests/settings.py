"""config.settings as `pytest` alone finds them, needing no environment."""

import os
import tempfile
from pathlib import Path

import axe_playwright_python

os.environ.setdefault("LOCAL", "true")

from config.settings import *  # noqa: F403
from config.settings import DATABASES, STATICFILES_DIRS

# On SQLite a file, as in life: in memory Django shares one connection between all threads, and
# what two writers do to each other would go untested. Named by process, so that runs can overlap.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {
        "NAME": f"{tempfile.gettempdir()}/dose-ledger-test-{os.getpid()}.sqlite3"
    }

# The real hasher is slow on purpose; no test's meaning depends on that.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# No place: an access event that the database refuses fails the test. Tests of the spool give one.
ACCESS_SPOOL = "/dev/null/access-spool"

# Browser tests load axe-core from their server.
STATICFILES_DIRS = [*STATICFILES_DIRS, Path(axe_playwright_python.__file__).parent]
