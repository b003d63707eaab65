"""Every setting, from the environment. docs/operations.md has the table of the variables.

Without LOCAL or DEBUG nothing insecure starts: each refusal names its variable.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from access.prepared import PREPARING

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# LOCAL: plain HTTP, for browsers on this machine only. DEBUG adds Django's error pages to it.
DEBUG = env.bool("DEBUG", default=False)
LOCAL = DEBUG or env.bool("LOCAL", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="")
if LOCAL and not SECRET_KEY:
    SECRET_KEY = get_random_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if LOCAL else [])
SESSION_COOKIE_SECURE = env.bool("SESSION_COOKIE_SECURE", default=not LOCAL)
CSRF_COOKIE_SECURE = env.bool("CSRF_COOKIE_SECURE", default=not LOCAL)


def refuse(variable: str, instead: str) -> None:
    """Stop the start, naming the variable and what to set."""
    raise ImproperlyConfigured(f"{variable}: {instead}")


if LOCAL:
    if set(ALLOWED_HOSTS) - {"localhost", "127.0.0.1"}:
        refuse("ALLOWED_HOSTS", "LOCAL and DEBUG serve this machine only: unset both, in .env too.")
else:
    if len(SECRET_KEY) < 50:
        refuse("SECRET_KEY", "set it to at least 50 random characters, not beginning with '$'.")
    if not ALLOWED_HOSTS or any(host.strip(".") in {"", "*"} for host in ALLOWED_HOSTS):
        refuse("ALLOWED_HOSTS", "set it to the names this service is reached by; '*' is refused.")
    if not SESSION_COOKIE_SECURE:
        refuse(
            "SESSION_COOKIE_SECURE", "leave it unset or true: the cookie must not travel in clear."
        )
    if not CSRF_COOKIE_SECURE:
        refuse("CSRF_COOKIE_SECURE", "leave it unset or true: the cookie must not travel in clear.")

# What encrypts the secrets of authenticator apps and recovery codes; the first one is written with.
FACTOR_KEYS = env.list("FACTOR_KEYS", default=[SECRET_KEY] if LOCAL else [])
if not FACTOR_KEYS or any(len(key) < 40 for key in FACTOR_KEYS if not LOCAL):
    refuse("FACTOR_KEYS", "set it to at least 40 random characters without a comma or '$'.")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "titration",
    "patients",
    "ledger",
    "access",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "config.logs.RequestNumberMiddleware",
    "config.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "access.middleware.AccessEventMiddleware",
    "access.middleware.KeepNothingMiddleware",
    "access.kept.SignInMiddleware",
    "access.second_factor.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "access.context_processors.person",
            ],
            "builtins": ["config.tags"],
        },
    },
]

FORM_RENDERER = "config.renderer.FinishedWidgets"

# The database. No ATOMIC_REQUESTS: an access event must outlive the request that it tells of.
if env.str("DATABASE_URL", default="sqlite:").partition(":")[0] not in {
    "postgres",
    "postgresql",
    "sqlite",
}:
    refuse("DATABASE_URL", "set it to a sqlite: or a postgres: address, or leave it unset.")
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
_database: dict[str, Any] = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads first and writes later waits its turn instead of failing.
    # FULL: with WAL alone, the last writes before a power cut can be lost.
    # Connections stay open: the last one to close removes files that a full disk could not hold
    # anew, and nothing could be read from then on.
    _database.setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        timeout=20,
    )
    _database["CONN_MAX_AGE"] = None
else:
    _database.update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
    _database.setdefault("OPTIONS", {}).update(PREPARING)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where access events wait that the database cannot take. On another disk, it outlives a full one.
ACCESS_SPOOL = env.path("ACCESS_SPOOL", default=str(BASE_DIR / "access-spool"))

# The key that signs checkpoints; kept where a copy of the database does not carry it.
CHECKPOINT_KEY = env.str("CHECKPOINT_KEY", default="")

# Shared by every worker, because the limits on bad passwords count in it. Many entries: what is
# over their number is dropped, and a stranger who made so many would have the counts dropped.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Who signs in, and how. ADR 0022 says why these limits.
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["access.backends.ByEmail"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "access.passwords.NotKnownToAll"},
    {"NAME": "access.passwords.NotOfThisPlace"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "access.adapters.AccountAdapter"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"email"}
# Each counts in the shared cache. Where a kind has several, all of them hold.
ACCOUNT_FORMS = {
    "login": "access.forms.account.SignInForm",
    "reset_password": "access.forms.account.ForgottenForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",  # forms that are sent, right ones too: a hospital has one address
    "login_failed": "5/5m/key,30/d/key",  # codes after the password, by person
    "wrong_codes": "2/d/key",  # the same, before the person is told; access.account
    "wrong_at_address": "30/m/ip,300/d/ip",  # passwords in browsers where nobody is known
    "wrong_elsewhere": "10/15m/key",  # the same, by account
    "wrong_in_browser": "10/5m/key",  # passwords in a browser where this person signed in before
    "presence": "5/5m/user",  # under a plan; access.presence
    "reset_password": "20/m/ip,5/h/key",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_ADAPTER = "access.adapters.FactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "access.forms.factors.CodeForm",
    "reauthenticate": "access.forms.factors.CodeAnewForm",
    "activate_totp": "access.forms.factors.FirstCodeForm",
    "add_webauthn": "access.forms.factors.NewPasskeyForm",
    "authenticate_webauthn": "access.forms.factors.PasskeyForm",
    "login_webauthn": "access.forms.factors.PasskeyAloneForm",
    "reauthenticate_webauthn": "access.forms.factors.PasskeyAnewForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Dose Ledger"
MFA_TOTP_TOLERANCE = 1  # half minutes before and after; access.forms.factors: each code once
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # each passkey asks for a finger, a face or a PIN
SESSION_ENGINE = "access.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # from the sign-in on, whatever is done
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = env.int("SESSION_IDLE_MINUTES", default=15) * 60
if not 2 * 60 <= SESSION_IDLE <= SESSION_COOKIE_AGE:
    refuse("SESSION_IDLE_MINUTES", "set it to a number from 2 to 720, or leave it unset.")

# Language and time.
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("British English"))]
# While there is one language, in which every text is written, none is looked up. A test holds that
# British English says what the source says, in the libraries' texts too.
USE_I18N = len(LANGUAGES) > 1
TIME_ZONE = "UTC"
USE_TZ = True

# Files that are served as they are.
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "config.static.ManifestStorage"
    }
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LOCAL

# Mail: password resets, and what a person is told of their account.
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="consolemail://" if LOCAL else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds that a page waits for it
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="dose-ledger@localhost")

# What browsers are told; config.headers says more.
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if LOCAL else 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT = not LOCAL
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
BROWSER_COOKIE_NAME = "signed-in-here"  # access.browsers
TOLD_COOKIE_NAME = "told"  # access.told
if not LOCAL:
    # A browser takes these from this host alone, by HTTPS: no neighbour plants one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    BROWSER_COOKIE_NAME = "__Host-signed-in-here"
    TOLD_COOKIE_NAME = "__Host-told"
MESSAGE_STORAGE = "access.told.Told"
X_FRAME_OPTIONS = "DENY"

# The grid of a plan sends a box for every cell: 200 rows, each with a column for every time of day.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

# A file to be imported (5 MB at most) stays in memory, and one in a larger request is not taken in
# at all: nothing that is sent here is ever written to a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20 + 64 * 2**10

# How much of the pages that it showed lately each process keeps in its memory: see ledger.reread.
REMEMBERED_MB = env.int("REMEMBERED_MB", default=16)

# How many proxies of ours stand in front: only then are their X-Forwarded headers believed.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# To stdout, and never a patient: of a request the route, of an exception the type and the place.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"()": "config.logs.JsonLines"},
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "plain" if DEBUG else "lines",
        }
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
