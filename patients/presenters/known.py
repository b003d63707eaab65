"""That a page shows what was known then, and not the record of today."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ledger.moments import Moment
from patients import wording


@dataclass(frozen=True)
class NotToday:
    """For `_components/not_today.html`: the moment in words, and where today's record is.

    `query` ends the addresses that lead on to other pages of that moment, `and_query` those that
    have a query already.
    """

    moment: str
    url: str
    query: str

    @property
    def and_query(self) -> str:
        return self.query.replace("?", "&", 1)


def not_today(moment: Moment | None, url: str) -> NotToday | None:
    """None for the record of today; `url` is where that is."""
    return NotToday(known_words(moment), url, moment.query) if moment else None


def known_words(moment: Moment) -> str:
    """Write when something was known: "10-Mar-2026, up to entry 1,234"."""
    when = wording.date_words(moment.at.date())
    if not moment.is_day:
        when = _("%(date)s %(time)s") % {"date": when, "time": f"{moment.at:%H:%M}"}
    return _("%(when)s, up to entry %(number)s") % {"when": when, "number": f"{moment.number:,}"}


def not_today_words(moment: Moment) -> str:
    """The sentence of the banner, for an export."""
    return _("NOT TODAY'S RECORD: as known on %(moment)s.") % {"moment": known_words(moment)}
