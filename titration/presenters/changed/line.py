"""One line of a changes sheet, and the words that lines of every kind share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from access.models import Clinic
from titration.presenters.log import moment_words, or_erased


@dataclass(frozen=True)
class Line:
    """What one entry says, or one with those that belong to it: `numbers` are theirs.

    `before`, `now`, `decided` (who decided, how it is known, why) and `recorded` are words on one
    or more lines. `error` says that the entry was corrected or withdrawn; `open`, that its
    prescriber has not confirmed it, or disputes it.
    """

    numbers: tuple[int, ...]
    what: str
    before: str = ""
    now: str = ""
    decided: str = ""
    recorded: str = ""
    error: str = ""
    open: str = ""


def stacked(lines: Iterable[str]) -> str:
    """Those of the lines that say something, below each other."""
    return "\n".join(line for line in lines if line)


def recorded_cell(name: str, at: datetime, number: int, clinic: Clinic) -> str:
    """By whom, when and as which entry something was recorded."""
    return stacked(
        [name, moment_words(at, clinic), _("entry %(number)s") % {"number": f"{number:,}"}]
    )


def changed_fields(
    before: Iterable[tuple[str, str | None]], now: Iterable[tuple[str, str | None]]
) -> tuple[str, str]:
    """What differs of two lists of (term, description): as it was, and as it is."""
    was, present = dict(before), dict(now)
    terms = [term for term in {**was, **present} if was.get(term) != present.get(term)]
    return tuple(  # type: ignore[return-value]
        stacked(
            _("%(term)s: %(words)s")
            % {"term": term, "words": or_erased(side.get(term, "")) or _("not recorded")}
            for term in terms
        )
        for side in (was, present)
    )
