"""That the person who signs is here at this moment: they type their password, now and not lately.

A signature asks for it each time, however short ago somebody signed in at this screen.
"""

from allauth.core import ratelimit
from django.utils.translation import gettext as _

from access.signed_in import SignedInRequest

WRONG_ONES = "presence"
"""What counts wrong passwords of one person (ACCOUNT_RATE_LIMITS), in the cache that all share."""


class NotProved(Exception):
    """Nobody showed that they are the person who is signed in; the message is for the page."""

    status = 422


class TooManyTries(NotProved):
    """So many wrong passwords that the next one is not looked at for a while."""

    status = 429


def prove(request: SignedInRequest, password: str) -> None:
    """Raise NotProved unless this is the password of the person who is signed in.

    The one place that says what proves it: another way than a password is a branch here.
    """
    if not ratelimit.consume(request, action=WRONG_ONES):
        raise TooManyTries(
            _("Too many wrong passwords. Wait five minutes, then type it again. Nothing is signed.")
        )
    if not request.user.check_password(password):
        raise NotProved(_("This is not your password. Nothing is signed."))
    ratelimit.clear(request, action=WRONG_ONES)
