"""Choosing a moment as of which the record is shown, or compared with today's."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.moments import Moment
from titration.forms import moments

RECORD, COMPARED = "record", "compared"


class KnownForm(forms.Form):
    """A day, perhaps with a clock time, by which something was known, and the day it is about.

    Sent by GET: nothing is recorded by looking.
    """

    use_required_attribute = False

    day = moments.day_box(gettext_lazy("As known on"))
    month = moments.month_box()
    year = moments.year_box()
    time = moments.clock_field(gettext_lazy("Clock time"))
    about_day = moments.day_box(gettext_lazy("About the day"))
    about_month = moments.month_box()
    about_year = moments.year_box()
    regimen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    show = forms.ChoiceField(choices=[(RECORD, ""), (COMPARED, "")], required=False)

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        cleaned["on"] = moments.day_of(self)
        cleaned["about"] = moments.day_of(self, "about_")
        if cleaned["on"] is None and "day" not in self.errors:
            self.add_error("day", _("Write the day as of which the record is to be shown."))
        return cleaned

    @property
    def known(self) -> str:
        """What was typed, as an address names it, once the form is valid."""
        on, clock = self.cleaned_data["on"], self.cleaned_data["time"]
        return f"{on:%Y-%m-%d}T{clock:%H:%M}" if clock else f"{on:%Y-%m-%d}"


def known_initial(moment: Moment, about: date) -> dict[str, object]:
    """A moment that is shown, as the form's initial values."""
    return {
        "day": moment.at.day,
        "month": moment.at.month,
        "year": moment.at.year,
        "time": "" if moment.is_day else f"{moment.at:%H:%M}",
        "about_day": about.day,
        "about_month": about.month,
        "about_year": about.year,
    }
