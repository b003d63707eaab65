"""What is so damaged that reading it fails: a part of the walk ends there, and the next begins."""

from collections.abc import Callable, Iterator

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.verification.contents import UNREADABLE_VALUES
from ledger.verification.findings import Damage, Finding

IN_RUINS = (*UNREADABLE_VALUES, LookupError, AttributeError, ObjectDoesNotExist)
"""What reading raises when the record is so damaged that no rows can be made from it."""

NOT_READ = (*IN_RUINS, DatabaseError)


def to_the_end(
    part: Iterator[Finding], stopped: Callable[[], str], clinic: Clinic | None = None
) -> Iterator[Finding]:
    """The findings of `part`, and one more, what `stopped` says, where it cannot be read on.

    Of the error only its kind is told: its words may quote the record.
    """
    try:
        yield from part
    except NOT_READ as error:
        said = {"stopped": stopped(), "error": type(error).__name__}
        yield Finding(Damage.UNREADABLE, _("%(stopped)s (%(error)s)") % said, clinic)
