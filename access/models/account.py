"""A person's account beside what they may do: their sessions, and what they are told of it."""

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.models.people import User


class Session(AbstractBaseSession):
    """A browser in which somebody is signed in, or typed a form that waits for it; access.sessions.

    `expire_date` moves on with what the person does, up to a limit from the sign-in on.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")

    @classmethod
    def get_session_store_class(cls):
        return import_module(settings.SESSION_ENGINE).SessionStore


class NoticeKind(models.TextChoices):
    """What happened to an account; the words are those of the page and of the e-mail."""

    NEW_BROWSER = "new-browser", _("Signed in, in a browser not used before")
    PASSWORD_CHANGED = "password-changed", _("Password changed")
    PASSWORD_RESET = "password-reset", _("Password changed by a link from an e-mail")
    APP_ADDED = "app-added", _("Authenticator app set up")
    APP_REMOVED = "app-removed", _("Authenticator app removed")
    PASSKEY_ADDED = "passkey-added", _("Passkey added")
    PASSKEY_REMOVED = "passkey-removed", _("Passkey removed")
    CODES_MADE = "codes-made", _("New recovery codes made")
    CODE_USED = "code-used", _("Signed in with a recovery code")
    WRONG_CODES = "wrong-codes", _("Your password was typed, and then wrong codes")
    FACTORS_RESET = "factors-reset", _("Authenticator app, passkeys and recovery codes taken away")


class AccountNotice(models.Model):
    """What a person is told of their own account, until they say that they have seen it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    browser = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=45, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="access_notice_of_person")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind}"
