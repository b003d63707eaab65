"""What has to be done before somebody stops prescribing in a clinic.

This app knows no patient and no medicine: apps above register, from AppConfig.ready, what they
still hold a person to.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from access.models import Clinic, User

Reason = Callable[["User", "Clinic"], str]
reasons: list[Reason] = []
"""Each says in a sentence what is left to do, "" for nothing."""


def register(reason: Reason) -> None:
    """Have `reason` asked before somebody stops prescribing in a clinic."""
    if reason not in reasons:
        reasons.append(reason)


def check_may_leave(user: "User", clinics: Iterable["Clinic"]) -> None:
    """Raise ValidationError with every sentence of what is left to do in these clinics."""
    left = [words for clinic in clinics for reason in reasons if (words := reason(user, clinic))]
    if left:
        raise ValidationError(left)
