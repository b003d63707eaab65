"""When something was or holds from, as it is typed: a day that is offered, or boxes, and a time."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration import policies, wording
from titration.forms import moments
from titration.forms.submission import SubmissionForm
from titration.policies import RuleBroken
from titration.timeline import Effective


class WhenForm(SubmissionForm):
    """A moment: `effective` once the form is clean, none beside an error.

    Whoever extends it calls `offer_days` before the form is read.
    """

    which_day = forms.ChoiceField(
        label=gettext_lazy("From"),
        widget=forms.RadioSelect,
        required=False,
    )
    on_day = moments.day_box(gettext_lazy("The day"))
    on_month = moments.month_box()
    on_year = moments.year_box()
    on_time = moments.clock_field(gettext_lazy("Clock time"))
    which_hour = forms.ChoiceField(
        label=gettext_lazy("The clocks go back that night and this time comes twice"),
        choices=[
            ("0", gettext_lazy("The first time, before the clocks go back")),
            ("1", gettext_lazy("The second time, after the clocks went back")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    effective: Effective | None = None
    asks_which_hour = False

    def offer_days(self, zone: ZoneInfo, today: date, planned_on: date | None = None) -> None:
        """Offer the clinic's day, the day that is planned, and any other. None is chosen."""
        self.zone = zone
        self.today = today
        self.fields["which_day"].choices = [
            *self._offered_days(today, planned_on),
            ("other", _("Another day, month or year")),
        ]

    def _offered_days(self, today: date, planned_on: date | None) -> list[tuple[str, str]]:
        """Today by its date, which stays the day that was read when midnight passes, and the day
        that the row is planned for. Neither is chosen."""
        offered = today
        with suppress(ValueError):
            chosen = date.fromisoformat(self.data.get(self.add_prefix("which_day"), ""))
            offered = today if chosen == planned_on else chosen
        if planned_on == offered:
            words = (
                _("Today, %(date)s, as planned") if offered == today else _("%(date)s, as planned")
            )
            return [(offered.isoformat(), words % {"date": wording.date_words(offered)})]
        words = _("Today, %(date)s") if offered == today else "%(date)s"
        days = [(offered.isoformat(), words % {"date": wording.date_words(offered)})]
        if planned_on is not None:
            words = _("As planned, %(date)s") % {"date": wording.date_words(planned_on)}
            days.append((planned_on.isoformat(), words))
        return days

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        self.effective = self._effective(cleaned)
        return cleaned

    def _effective(self, cleaned: dict) -> Effective | None:
        clock = cleaned.get("on_time")
        boxes = [cleaned.get(name) or "" for name in ("on_day", "on_month", "on_year")]
        which = cleaned.get("which_day") or ("other" if any(boxes) else "")
        if which and which != "other":
            if any(boxes):
                self.add_error("which_day", _("Two days are given. Choose one of them."))
                return None
            on, precision = date.fromisoformat(which), "day"
        else:
            try:
                typed = moments.typed_date(*boxes)
            except moments.NoDate as error:
                self.add_error("on_day", str(error))
                return None
            if typed is None:
                field = "on_day" if which else "which_day"
                self.add_error(field, self.day_missing())
                return None
            on, precision = typed
        if precision != "day":
            if clock:
                self.add_error("on_time", _("A clock time needs the day. Write the day as well."))
                return None
            return Effective(on, precision)
        return self._at(on, clock, cleaned.get("which_hour") or "")

    def day_missing(self) -> str:
        """What is said when no day was given."""
        return _("Say from when this holds.")

    def _at(self, on: date, clock, which_hour: str) -> Effective | None:
        self.asks_which_hour = clock is not None and policies.comes_twice(self.zone, on, clock)
        if self.asks_which_hour and not which_hour:
            self.add_error("which_hour", _("Choose which of the two is meant."))
            return None
        try:
            return policies.effective_at(self.zone, on, clock, int(which_hour or 0))
        except RuleBroken as rule:
            self.break_rule(rule)
            return None


def effective_initial(effective: Effective, zone: ZoneInfo) -> dict[str, object]:
    """A moment as the initial values of the form."""
    return {
        "which_day": "other",
        "on_day": effective.on.day if effective.precision == "day" else "",
        "on_month": effective.on.month if effective.precision != "year" else "",
        "on_year": effective.on.year,
        "on_time": effective.time,
        "which_hour": which_hour(zone, effective),
    }


def which_hour(zone: ZoneInfo, effective: Effective) -> str:
    """Which of two equal clock times a moment is; empty where there is only one."""
    if effective.time is None or not policies.comes_twice(zone, effective.on, effective.time):
        return ""
    first = datetime.combine(effective.on, effective.time, tzinfo=zone)
    is_first = first.utcoffset() == timedelta(minutes=effective.offset or 0)
    return "0" if is_first else "1"
