"""What a verification finds, in plain words."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from access.models import Clinic


class Damage(StrEnum):
    """The kinds of finding. The codes are printed, for who collects them."""

    EDITED_HEADER = "edited-header"
    EDITED_CONTENT = "edited-content"
    EDITED_TEXT = "edited-text"
    ERASED = "erased-without-erasure"
    MISFILED = "misfiled"
    UNREADABLE = "unreadable"
    NO_RECORD = "record-missing"
    MISSING = "entries-missing"
    TRUNCATED = "truncated"
    SWAPPED = "swapped"
    FORKED = "forked"
    UNLINKED = "unlinked"
    HEAD = "head"
    TIME = "time-goes-back"
    SUPERSEDES = "supersedes"
    STRAY = "stray"
    SUBMISSION = "submission"
    PROJECTION = "projection"
    STALE = "stale"
    REWRITTEN = "rewritten"
    CHECKPOINT = "checkpoint"
    UNGUARDED = "unguarded"
    SEAL = "seal"
    ACCESS_EDITED = "access-edited"
    ACCESS_MISSING = "access-missing"
    ACCESS_ADDED = "access-added"
    ACCESS_AHEAD = "access-ahead"
    ACTS_EDITED = "acts-edited"
    ACTS_MISSING = "acts-missing"
    ACTS_ADDED = "acts-added"
    ROLES = "roles"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written. `kind` is that of the entry `number`."""

    damage: Damage
    says: str
    clinic: Clinic | None = None
    number: int | None = None
    kind: str = ""

    def __str__(self) -> str:
        said = {
            "damage": self.damage,
            "says": self.says,
            "clinic": self.clinic,
            "number": f"{self.number:,}" if self.number is not None else "",
            "kind": self.kind,
        }
        if self.clinic is None:
            return _("%(damage)s: %(says)s") % said
        if self.number is None:
            return _("%(damage)s: %(clinic)s: %(says)s") % said
        return _("%(damage)s: %(clinic)s, entry %(number)s (%(kind)s): %(says)s") % said


Tell = Callable[[int], None]
"""Hears how many more entries or events were read."""


def ignore(_count: int) -> None:
    """A `Tell` for who does not ask."""
