"""How allauth behaves here: nobody signs up, guesses are counted, each change is told.

ADR 0022 says why the counts are as they are.
"""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access import account, browsers, secret
from access.models import NoticeKind, User

log = logging.getLogger(__name__)

TOLD = {
    "account/email/password_changed": NoticeKind.PASSWORD_CHANGED,
    "account/email/password_reset": NoticeKind.PASSWORD_RESET,
    "mfa/email/totp_activated": NoticeKind.APP_ADDED,
    "mfa/email/totp_deactivated": NoticeKind.APP_REMOVED,
    "mfa/email/webauthn_added": NoticeKind.PASSKEY_ADDED,
    "mfa/email/webauthn_removed": NoticeKind.PASSKEY_REMOVED,
    "mfa/email/recovery_codes_generated": NoticeKind.CODES_MADE,
}
"""By the name under which allauth tells of it."""
ADDED = {NoticeKind.APP_ADDED: "totp", NoticeKind.PASSKEY_ADDED: "webauthn"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "incorrect_code": _("This is not right, or it was used before."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _(
            "Too many wrong ones. Wait a quarter of an hour, or sign in with a passkey."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count this as a wrong password; allauth takes the count back once it proves right."""
        email = str(credentials.get("email", "")).strip().lower()
        browser = browsers.knows(request, email)
        counts: dict[str, str | None]
        if browser:
            counts = {"wrong_in_browser": f"{browser} {email}"}
        else:
            counts = {"wrong_at_address": None, "wrong_elsewhere": email}
        usage = ratelimit.RateLimitUsage(usage=[])
        for action, key in counts.items():
            used = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if used is None:
                said = {"request": request, "address": self.get_client_ip(request)}
                log.warning("A limit on wrong passwords was reached: %s.", action, extra=said)
                raise self.validation_error("too_many_login_attempts")
            usage.usage += used.usage
        self._login_failed_rl_usage = usage

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, in a session with a new key. It counts as proved anew, as each sign-in is."""
        super().login(request, user)
        records = get_authentication_records(request, user)
        if records:
            records[-1]["reauthenticated"] = True
        request.session[account.FROM] = browsers.where(request)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        response = super().post_login(request, user, **how)
        if user.needs_second_factor:
            if user.pk not in browsers.read(request)[1]:
                account.tell(user, NoticeKind.NEW_BROWSER, request)
            last = get_authentication_records(request, user)[-1:]
            if last and last[0].get("type") == Authenticator.Type.RECOVERY_CODES:
                account.tell(user, NoticeKind.CODE_USED, request)
        browsers.remember(request, response, user)
        return response

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """A password or a factor was changed: the person is told, and other sessions end."""
        kind = TOLD[template_prefix]
        request = self.request
        if kind in ADDED:  # it was just shown to work: the session has its second factor
            record_authentication(request, user, "mfa", type=ADDED[kind], reauthenticated=True)
        own = request.session.session_key if request.user == user else None
        account.end_sessions(user, keep=own)
        account.tell(user, kind, request)

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """How a person proves anew that it is them: who has a second factor, by that."""
        methods = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"] != "reauthenticate"]
        words = {
            "reauthenticate": _("Your password"),
            "mfa_reauthenticate": _("Authenticator app, or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Passkey"),
        }
        return [{**method, "description": words[method["id"]]} for method in by_factor or methods]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")


class FactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "This is your only second factor. Add another one before you remove it."
        ),
        "cannot_generate_recovery_codes": _(
            "Recovery codes stand in for an app or a passkey: set up one of them first."
        ),
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return secret.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that nobody has where no key opens it, so that no code fits."""
        try:
            return secret.unseal(encrypted_text)
        except InvalidToken:
            log.error("FACTOR_KEYS: none of them opens a secret that is kept. No code fits it.")
            return generate_totp_secret()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor goes only where none is needed: else the password alone would open."""
        factors = Authenticator.objects.filter(user_id=authenticator.user_id)
        others = factors.exclude(pk=authenticator.pk).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        return others.exists() or not authenticator.user.needs_second_factor

    def _get_site_name(self) -> str:
        return "Dose Ledger"
