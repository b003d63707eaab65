"""Text that stands in an address or a cookie and is read by nobody on the way: what somebody

searched for, and what has just happened. Encrypted with a key of its own for each, made from
SECRET_KEY: proxies, logs and a browser's history keep a row of letters. It is read for as long as a
session lasts at most.
"""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac

LONGEST = 4000
"""Characters of a veiled text; a search is far shorter."""
ADDRESS, COOKIE = "address", "cookie"


@cache
def _fernet(secret: str, where: str) -> Fernet:
    digest = salted_hmac("access.veiled", where, secret=secret, algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(digest))


def veil(text: str, where: str = ADDRESS) -> str:
    """The text as an address or a cookie holds it; another row of letters each time."""
    return _fernet(settings.SECRET_KEY, where).encrypt(text.encode()).decode()


def read(veiled: str, where: str = ADDRESS) -> str:
    """The text of `veil`; "" for anything else, and after the longest session."""
    if not veiled or len(veiled) > LONGEST or not veiled.isascii():
        return ""
    try:
        lasts = settings.SESSION_COOKIE_AGE
        return _fernet(settings.SECRET_KEY, where).decrypt(veiled, ttl=lasts).decode()
    except InvalidToken:
        return ""
