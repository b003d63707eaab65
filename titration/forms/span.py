"""A range of days as an address names it, and as it is typed in boxes."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration.forms import moments


@dataclass(frozen=True)
class Span:
    """From a day to a day, both counted; either may be open."""

    since: date | None = None
    until: date | None = None

    @property
    def query(self) -> str:
        """The range as an address names it; empty where it is open at both ends."""
        ends = {"from": self.since, "to": self.until}
        return urlencode({name: str(day) for name, day in ends.items() if day})

    @property
    def is_open(self) -> bool:
        return self.since is None and self.until is None


class SpanForm(forms.Form):
    """A range of days, each end in boxes of its own; both may stay empty."""

    from_day = moments.day_box(gettext_lazy("From"))
    from_month = moments.month_box()
    from_year = moments.year_box()
    to_day = moments.day_box(gettext_lazy("To"))
    to_month = moments.month_box()
    to_year = moments.year_box()

    def __init__(self, asked: QueryDict) -> None:
        """`asked` has the boxes, or the days as `from` and `to`, which fill them."""
        self.is_typed = any(f"{end}_year" in asked for end in ("from", "to"))
        super().__init__(asked if self.is_typed else _boxes(asked))
        self.span = self._span()

    def _span(self) -> Span:
        """What was asked for; of days out of order nothing, with an error beside the second."""
        if not self.is_valid():
            return Span()
        since, until = moments.day_of(self, "from_"), moments.day_of(self, "to_")
        if self.errors:
            return Span()
        if since and until and until < since:
            self.add_error("to_day", _("This is before the first day. Check both dates."))
            return Span()
        return Span(since, until)


def _boxes(asked: QueryDict) -> dict[str, str]:
    """The boxes for the days that an address names; none for what is no day."""
    found: dict[str, str] = {}
    for end in ("from", "to"):
        try:
            day = date.fromisoformat(asked.get(end, ""))
        except ValueError:
            continue
        found |= {
            f"{end}_day": str(day.day),
            f"{end}_month": str(day.month),
            f"{end}_year": f"{day.year:04d}",
        }
    return found
