"""The secrets of authenticator apps and recovery codes, encrypted with keys of their own.

FACTOR_KEYS names the keys: what is kept is written with the first and read with any of them.
"""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@cache
def _keyring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """A key as Fernet wants it. FACTOR_KEYS is random text already: it needs no slow digest."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"dose-ledger factors")
    return urlsafe_b64encode(derivation.derive(key.encode()))


def keyring() -> MultiFernet:
    return _keyring(tuple(settings.FACTOR_KEYS))


def seal(text: str) -> str:
    return keyring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises cryptography's InvalidToken where no key opens it, or it was changed."""
    return keyring().decrypt(sealed.encode()).decode()


def reseal(sealed: str) -> str:
    """The same, written with the first key. Raises as `unseal`."""
    return keyring().rotate(sealed.encode()).decode()
