"""config.settings as `pytest` alone finds them, needing no environment."""

import os

os.environ.setdefault("LOCAL", "true")

from config.settings import *  # noqa: E402, F403

# The real hasher is slow on purpose; no test's meaning depends on that.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
