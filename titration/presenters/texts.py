"""One text of a line that can be corrected and withdrawn, as pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Retraction
from titration.presenters.log import CORRECTED, LIVE, WITHDRAWN, withdrawal_words


@dataclass(frozen=True)
class TextCard:
    """A text with its details as (term, description) pairs, and what may be done with its line.

    `status` is live, corrected or withdrawn; `error` says so in words for the last two.
    `together` are what was recorded with it in one form.
    """

    entry: UUID
    line: UUID
    heading: str
    details: Sequence[tuple[str, str]]
    number: str
    recorded_by: str
    recorded_at: str
    status: str
    error: str
    url: str
    correct_url: str
    retract_url: str
    together: Sequence[str] = ()


class _Text(Protocol):
    @property
    def entry(self) -> UUID: ...

    @property
    def withdrawn(self) -> int | None: ...


def status_of(text: _Text, newest: UUID) -> str:
    """Whether a text stands: `newest` is the entry of the newest text of its line."""
    if text.withdrawn is not None:
        return WITHDRAWN
    return LIVE if text.entry == newest else CORRECTED


def corrected_words(status: str, withdrawal: Retraction | None, clinic: Clinic) -> str:
    """By whom, when and why a text stands no longer; "" for one that does."""
    if status == WITHDRAWN and withdrawal is not None:
        return withdrawal_words(withdrawal, clinic)
    if status == CORRECTED:
        return _("A later entry corrected this text.")
    return ""
