"""What a letter of record contains, as whoever exports it chose, and what that leaves out.

A shortened letter says both, on its first page and at the foot of every page.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from titration import wording
from titration.timeline import Effective

PLANS, OBSERVED, INTAKE = "plans", "observed", "intake"
CONTACTS, PUMP, CONTEXT = "contacts", "pump", "context"

# In the order in which a letter has them; the dose log is in each.
PARTS = {
    PLANS: gettext_lazy("plans, copies given out and reviews"),
    INTAKE: gettext_lazy("reported intake"),
    PUMP: gettext_lazy("pump events"),
    CONTACTS: gettext_lazy("contacts"),
    CONTEXT: gettext_lazy("allergies and other context"),
    OBSERVED: gettext_lazy("observations and side effects"),
}

A4, LETTER = "a4", "us-letter"


@dataclass(frozen=True)
class Contents:
    """The whole record, unless told otherwise.

    `regimens` are the chosen ones, none for every one. `since` and `until` are days, both counted,
    of what has a day; plans, reviews and context are whole in any range. `parts` are codes of
    PARTS, `paper` a name of typst's.
    """

    regimens: frozenset[UUID] | None = None
    since: date | None = None
    until: date | None = None
    with_corrections: bool = True
    parts: frozenset[str] = frozenset(PARTS)
    paper: str = A4

    @property
    def is_part(self) -> bool:
        """Whether anything may be left out."""
        return replace(self, paper=A4) != Contents()

    @property
    def is_of_all_days(self) -> bool:
        return self.since is None and self.until is None

    def has(self, part: str) -> bool:
        return part in self.parts

    def holds(self, first: Effective, last: Effective | None = None) -> bool:
        """Whether something of these moments lies in the range, by the whole of their intervals."""
        end = _last_day(last or first)
        return (self.since is None or end >= self.since) and (
            self.until is None or first.on <= self.until
        )

    def holds_days(self, first: date, last: date) -> bool:
        return self.holds(Effective(first), Effective(last))


WHOLE = Contents()


def _last_day(effective: Effective) -> date:
    """The last day of the interval of a moment."""
    on = effective.on
    match effective.precision:
        case "year":
            return on.replace(month=12, day=31)
        case "month":
            return (on + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return on


@dataclass(frozen=True)
class Said:
    """What a letter contains and what it leaves out; nothing is left out of a whole one."""

    contains: str
    leaves_out: str

    @property
    def is_whole(self) -> bool:
        return not self.leaves_out


def said_of(contents: Contents, recorded: int) -> Said:
    """What to say of a letter about somebody of whom so many regimens are recorded."""
    held = recorded if contents.regimens is None else len(contents.regimens)
    counts = {"count": f"{held:,}", "all": f"{recorded:,}"}
    left = recorded - held
    if left:
        regimens = ngettext(
            "the dose log of %(count)s of %(all)s regimens at this clinic",
            "the dose logs of %(count)s of %(all)s regimens at this clinic",
            held,
        )
    else:
        regimens = _("the dose log of every regimen of this person at this clinic")
    contains = [
        regimens % counts,
        *(str(label) for part, label in PARTS.items() if contents.has(part)),
    ]
    leaves_out = []
    if left:
        leaves_out.append(
            ngettext("%(count)s regimen", "%(count)s regimens", left) % {"count": f"{left:,}"}
        )
    if not contents.is_of_all_days:
        contains.append(_range_words(contents))
        leaves_out.append(
            _("what is of other days, but for the instruction that held on the first day")
            if contents.since
            else _("what is of later days")
        )
    if not contents.with_corrections:
        leaves_out.append(_("corrected and withdrawn texts, and regimens entered in error"))
    leaves_out += [str(label) for part, label in PARTS.items() if not contents.has(part)]
    return Said("; ".join(contains), "; ".join(leaves_out))


def _range_words(contents: Contents) -> str:
    """The range of days, and what stands whole in it."""
    since, until = (
        wording.date_words(day) if day else "" for day in (contents.since, contents.until)
    )
    days = {"since": since, "until": until}
    if since and until:
        words = _(
            "of doses, reports, contacts, observations and pump events the days from %(since)s to "
            "%(until)s"
        )
    elif since:
        words = _(
            "of doses, reports, contacts, observations and pump events the days from %(since)s on"
        )
    else:
        words = _(
            "of doses, reports, contacts, observations and pump events the days until %(until)s"
        )
    return words % days
