import logging
from typing import Any

from django.apps import AppConfig
from django.contrib.auth import signals
from django.forms import ChoiceField, Field
from django.utils.translation import gettext_lazy

log = logging.getLogger(__name__)

# What an empty field is told that has no words of its own: what to do, where Django says that
# something is required. Before any form is made.
Field.default_error_messages["required"] = gettext_lazy("Fill this in.")
ChoiceField.default_error_messages["required"] = gettext_lazy("Choose one.")


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from allauth.mfa.signals import authentication_failed

        signals.user_logged_in.connect(_signed_in)
        signals.user_logged_out.connect(_signed_out)
        signals.user_login_failed.connect(_refused)
        authentication_failed.connect(_wrong_code)


def _signed_in(user: Any, request: Any = None, **_kwargs: Any) -> None:
    log.info("Signed in.", extra=_said(request, user))


def _signed_out(user: Any, request: Any = None, **_kwargs: Any) -> None:
    log.info("Signed out.", extra=_said(request, user))


def _refused(request: Any = None, **_kwargs: Any) -> None:
    """Without what was typed: some type a password where the address belongs."""
    log.warning("A sign-in was refused.", extra=_said(request, None))


def _wrong_code(request: Any, user: Any, *, reauthentication: bool, **_kwargs: Any) -> None:
    """After a right password: who has it may be a stranger, and is held up by the codes alone."""
    from access import account

    log.warning("A code was refused.", extra=_said(request, user))
    if not reauthentication:
        account.wrong_code(user, request)


def _said(request: Any, person: Any) -> dict[str, Any]:
    """Whose it was and where it came from, as far as proxies of ours tell."""
    from allauth.account.adapter import get_adapter

    said = {"person": person.pk} if person is not None else {}
    if request is not None and "REMOTE_ADDR" in request.META:
        said |= {"request": request, "address": get_adapter().get_client_ip(request)}
    return said
