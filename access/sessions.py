"""Sessions: encrypted, found by one statement, over when nobody is there or after half a day.

A session lasts for SESSION_IDLE seconds after the last thing that its person did, and never longer
than SESSION_COOKIE_AGE from the sign-in. ADR 0022 says what counts as doing something.
"""

import json
import logging
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from functools import cache
from secrets import token_bytes
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as KeptInDatabase
from django.db import DatabaseError, connection

log = logging.getLogger(__name__)

BEGAN = "began"
"""In a session: the second at which its person signed in."""
STEP = 60
"""Seconds. What somebody does moves the end on at most once in so many: a read stays a read."""
NONCE = 12  # bytes, as NIST SP 800-38D has it for AES-GCM


@cache
def cipher(secret: str) -> AESGCM:
    """What encrypts sessions, from SECRET_KEY; whoever reads a copy of the table reads nothing."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"dose-ledger session")
    return AESGCM(derived.derive(secret.encode()))


class SessionStore(KeptInDatabase):
    """Every request reads its session, and asking for it as a model cost more than the query."""

    FOUND = "SELECT session_data, expire_date FROM access_session WHERE session_key = %s"
    LATER = "UPDATE access_session SET expire_date = %s WHERE session_key = %s"

    unwritten: dict[str | None, float] = {}
    """By key, until when a session lasts whose new end a full disk did not take. A dose that can
    be read must not go out of sight because nothing can be written."""

    is_due = False
    """Whether something that the person does now is to move the end on."""
    until = 0.0
    """The second at which the session ends, as it was read."""

    @classmethod
    def get_model_class(cls):
        from access.models import Session

        return Session

    def load(self) -> dict[str, Any]:
        key, now = self._session_key, time.time()
        with connection.cursor() as cursor:
            cursor.execute(self.FOUND, [key])
            found = cursor.fetchone()
        written = second_of(found[1]) if found else 0.0
        until = max(written, self.unwritten.get(key, 0.0))
        if found is None or until <= now:
            self._session_key = None
            return {}
        self.until, self.is_due = until, written <= now + settings.SESSION_IDLE - STEP
        return self.decode(found[0])

    def save(self, must_create: bool = False) -> None:
        """What was ended meanwhile stays ended and keeps nothing. What was done is answered."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if type(error.__context__) is not DatabaseError:  # which it is where there is no row
                raise

    def extend(self) -> None:
        """The person did something: they are there for another SESSION_IDLE seconds."""
        key, now = self.session_key, time.time()
        if not self.is_due or SESSION_KEY not in self:
            return
        until = ends({name: self.get(name) for name in (SESSION_KEY, BEGAN) if name in self}, now)
        try:
            with connection.cursor() as cursor:
                cursor.execute(self.LATER, [at(until), key])
            self.unwritten.pop(key, None)
        except DatabaseError:
            log.exception("The database took no new end of a session: it waits in memory.")
            waiting = {other: end for other, end in self.unwritten.items() if end > now}
            SessionStore.unwritten = waiting | {key: until}
        self.is_due = False

    def idle_left(self) -> int:
        """Seconds to the end if nothing more is done than what is answered now, which moves it."""
        now = time.time()
        moved = now + settings.SESSION_IDLE
        return int((self.until if self.until and not self.is_due else moved) - now)

    def left(self) -> int:
        """Seconds to the limit that nothing moves on."""
        now = time.time()
        return int(self.get(BEGAN, now) + settings.SESSION_COOKIE_AGE - now)

    def create_model_instance(self, data: dict[str, Any]):
        now = time.time()
        person = data.get(SESSION_KEY)
        if person is not None:
            data.setdefault(BEGAN, now)
        return self.model(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            user_id=int(person) if person is not None else None,  # type: ignore[misc]
            session_data=self.encode(data),
            expire_date=datetime.fromtimestamp(ends(data, now), UTC),
        )

    def encode(self, session_dict: dict[str, Any]) -> str:
        nonce = token_bytes(NONCE)
        plain = json.dumps(session_dict, separators=(",", ":")).encode()
        return b64encode(nonce + cipher(settings.SECRET_KEY).encrypt(nonce, plain, None)).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What was encoded; nothing of what another SECRET_KEY wrote."""
        try:
            sealed = b64decode(session_data, validate=True)
            plain = cipher(settings.SECRET_KEY).decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except (ValueError, InvalidTag):
            return {}
        return json.loads(plain)


def at(second: float) -> Any:
    """A second since 1970 as the database compares it."""
    moment = datetime.fromtimestamp(second, UTC)
    return connection.ops.adapt_datetimefield_value(moment)


def second_of(moment: Any) -> float:
    """A moment as the database's driver gives it, as a second since 1970."""
    if isinstance(moment, str):  # SQLite's
        moment = datetime.fromisoformat(moment)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def ends(data: dict[str, Any], now: float) -> float:
    """The second at which a session ends in which the last thing is done now.

    A form that waits for a sign-in, and so has nobody yet, waits for as long as a session may last.
    """
    if SESSION_KEY not in data:
        return now + settings.SESSION_COOKIE_AGE
    return min(now + settings.SESSION_IDLE, data.get(BEGAN, now) + settings.SESSION_COOKIE_AGE)
