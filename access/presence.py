"""That the person who signs is here at this moment: by password or passkey, now and not lately.

A signature asks for it each time, however short ago somebody signed in at this screen. Changing
factors and exporting more than one patient ask for it where it was not proved for some minutes.
"""

import json
import logging
import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from fido2.webauthn import UserVerificationRequirement

from access.models import User
from access.signed_in import SignedInRequest

log = logging.getLogger(__name__)

WRONG_ONES = "presence"
"""What counts wrong passwords of one person (ACCOUNT_RATE_LIMITS), in the cache that all share."""
ASKED = "presence"
"""In a session: what the passkey was asked to sign, and when. For one answer."""
LASTS = 5 * 60
"""Seconds for which a question to a passkey waits for its answer."""


class NotProved(Exception):
    """Nobody showed that they are the person who is signed in; the message is for the page."""

    status = 422
    field: str | None = "password"


class NotByPasskey(NotProved):
    """The passkey's answer is not one of this person's, now."""

    field = None


class TooManyTries(NotProved):
    """So many wrong passwords that the next one is not looked at for a while."""

    status = 429


def prove(request: SignedInRequest, password: str = "", passkey: str = "") -> None:
    """Raise NotProved unless this is the password of the person who is signed in, or an answer of

    one of their passkeys to the question that `ask` put. The one place that says what proves it.
    """
    try:
        if passkey:
            _prove_by_passkey(request, passkey)
        else:
            _prove_by_password(request, password)
    except NotProved as refusal:
        said = {"request": request, "address": get_adapter().get_client_ip(request)}
        log.warning("It was not proved who is there: %s.", type(refusal).__name__, extra=said)
        raise


def _prove_by_password(request: SignedInRequest, password: str) -> None:
    if not ratelimit.consume(request, action=WRONG_ONES):
        raise TooManyTries(
            _("Too many wrong passwords. Wait five minutes, then type it again. Nothing is signed.")
        )
    if not request.user.check_password(password):
        raise NotProved(_("This is not your password. Nothing is signed."))
    ratelimit.clear(request, action=WRONG_ONES)


def has_passkey(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()


def ask(request: SignedInRequest) -> dict[str, Any]:
    """A question that the person's passkeys answer: what navigator.credentials.get() takes."""
    question, state = auth.get_server().authenticate_begin(
        credentials=auth.get_credentials(request.user),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[ASKED] = {"state": state, "at": time.time()}
    return dict(question)


def _prove_by_passkey(request: SignedInRequest, answer: str) -> None:
    """The question is gone after one answer, whether right or wrong."""
    asked = request.session.pop(ASKED, None)
    refusal = NotByPasskey(_("The passkey did not prove that it is you. Nothing is signed."))
    if asked is None or time.time() - asked["at"] > LASTS:
        raise refusal
    try:
        response = json.loads(answer)
        auth.parse_authentication_response(response)
        credentials = auth.get_credentials(request.user)
        used = auth.get_server().authenticate_complete(asked["state"], credentials, response)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ValidationError):
        raise refusal from None
    found = auth.get_authenticator_by_credential_id(request.user, used.credential_id)
    if found is None:  # removed a moment ago
        raise refusal
    found.record_usage()


def check_lately(request: HttpRequest) -> None:
    """Send to where the person proves that it is them, unless they did within some minutes.

    ACCOUNT_REAUTHENTICATION_TIMEOUT says how many; a sign-in counts. For what is opened by an
    address, and so cannot ask on its own page.
    """
    raise_if_reauthentication_required(request, app="")
