"""The forms of second factors: allauth's, in our words, each code once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from access.models import User

ONE_TIME = {"autocomplete": "one-time-code", "inputmode": "numeric"}


def code_field(**words: Any) -> forms.CharField:
    return forms.CharField(max_length=40, widget=forms.TextInput(attrs=ONE_TIME), **words)


def use_up(user: User, code: str) -> None:
    """Take a code of the person's app once; ValidationError for one that was taken before.

    allauth remembers it for one half minute; it fits for three.
    """
    fits = (2 * app_settings.TOTP_TOLERANCE + 1) * app_settings.TOTP_PERIOD
    digits = "".join(filter(str.isdigit, code))
    if not cache.add(f"code-used:{user.pk}:{digits}", "yes", timeout=fits):
        raise get_adapter().validation_error("incorrect_code")


class OnceMixin:
    """Takes a code of the app once."""

    user: object

    def clean_code(self) -> str:
        code = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            use_up(self.authenticator.user, code)
        return code


class CodeForm(OnceMixin, AuthenticateForm):
    code = code_field(
        label=_("Code"),
        help_text=_("Six digits from your authenticator app, or a recovery code."),
    )


class CodeAnewForm(OnceMixin, ReauthenticateForm):
    code = code_field(
        label=_("Code"),
        help_text=_("Six digits from your authenticator app, or a recovery code."),
    )


class FirstCodeForm(ActivateTOTPForm):
    code = code_field(label=_("Code that the app shows now"))

    def clean_code(self) -> str:
        code: str = super().clean_code()
        use_up(self.user, code)
        return code


class AnswerMixin:
    """Refuses an answer that no passkey gave, of whatever shape; allauth trips over some."""

    def clean_credential(self) -> Authenticator:
        with refusing():
            return super().clean_credential()  # type: ignore[misc]


class PasskeyForm(AnswerMixin, AuthenticateWebAuthnForm):
    """After the password."""


class PasskeyAloneForm(AnswerMixin, LoginWebAuthnForm):
    """Without a password."""


class PasskeyAnewForm(AnswerMixin, ReauthenticateWebAuthnForm):
    """Of somebody who is signed in."""


@contextmanager
def refusing() -> Iterator[None]:
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        raise get_adapter().validation_error("incorrect_code") from None


class NewPasskeyForm(AddWebAuthnForm):
    """Every passkey here signs in by itself too, so nothing is asked about that."""

    name = forms.CharField(
        label=_("Name of the passkey"),
        help_text=_("So that you tell yours apart: this phone, the key on my ring."),
        max_length=60,
        required=False,
    )
    passwordless = None

    def clean(self) -> dict:
        with refusing():
            return super().clean()


class PasskeyRemovalForm(forms.Form):
    """Nothing to fill in; says why the last one stays."""

    def __init__(self, *args, authenticator: Authenticator, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.authenticator = authenticator

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if not get_adapter().can_delete_authenticator(self.authenticator):
            raise get_adapter().validation_error("cannot_delete_authenticator")
        return cleaned
