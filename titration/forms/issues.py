"""What is given out of a plan, in which words, how and to whom; and that somebody was told."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import RetractionReason
from titration.exports.plan_copy import DAYS, STEPS
from titration.forms import moments
from titration.forms.steps import RetractionForm
from titration.forms.submission import SubmissionForm
from titration.models import CalendarTextVersion, IssuedAs, IssuedHow
from titration.planning.days import MOST_DAYS
from titration.policies import RuleBroken
from titration.reading.issued import UNWRITTEN, Written
from titration.wording.languages import is_english, language_words


class DayForm(SubmissionForm):
    """A form with the day on which something was done, and how and to whom."""

    on_day = moments.day_box(gettext_lazy("The day"))
    on_month = moments.month_box()
    on_year = moments.year_box()
    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=IssuedHow.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how.")},
    )
    to_whom = forms.CharField(
        label=gettext_lazy("To whom"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Where it was not the patient: who, and what they are to them."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        cleaned["on"] = self.day("on", _("Write the day on which it was done."))
        return cleaned

    def day(self, prefix: str, missing: str) -> date | None:
        """The date of three boxes; with an error where it is none."""
        boxes = [self.cleaned_data.get(f"{prefix}_{part}") or "" for part in PARTS]
        try:
            typed = moments.typed_date(*boxes)
        except moments.NoDate as error:
            self.add_error(f"{prefix}_day", str(error))
            return None
        if typed is None or typed[1] != "day":
            self.add_error(f"{prefix}_day", missing if typed is None else DAY_WANTED)
            return None
        return typed[0]

    def break_rule(self, rule: RuleBroken) -> None:
        """As any form; what is wrong with the day is said at its first box."""
        if rule.field == "on":
            self.add_error("on_day", rule.message)
        else:
            super().break_rule(rule)


OF_A_COPY = (RetractionReason.TWICE, RetractionReason.WRONG_PATIENT, RetractionReason.OTHER)
PARTS = ("day", "month", "year")
DAY_WANTED = gettext_lazy("Write day, month and year.")


class IssueForm(DayForm):
    """What is given out, written how, on which day and how it reaches whom."""

    field_order = ("issued_as", "rows", "from_day", "from_month", "from_year")
    issued_as = forms.ChoiceField(
        label=gettext_lazy("What is given out"),
        choices=IssuedAs.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is given out.")},
    )
    rows = forms.ChoiceField(
        label=gettext_lazy("The calendar has"),
        choices=[(STEPS, gettext_lazy("a row a step")), (DAYS, gettext_lazy("a row a day"))],
        widget=forms.RadioSelect,
        required=False,
        initial=STEPS,
    )
    from_day = moments.day_box(gettext_lazy("First day"))
    from_month = moments.month_box()
    from_year = moments.year_box()
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    names = forms.BooleanField(
        label=gettext_lazy("Titles name the medicine and the person"),
        required=False,
        help_text=gettext_lazy(
            "Without this, whoever sees the calendar reads “Dose change” and “Review” only."
        ),
    )
    alarm = forms.BooleanField(
        label=gettext_lazy("Each entry reminds at nine in the morning of its day"), required=False
    )

    def __init__(self, *args, texts: Sequence[CalendarTextVersion] = (), **kwargs) -> None:
        """`texts` are the clinic's approved words, one of each language."""
        super().__init__(*args, **kwargs)
        self.texts = texts
        choices = [(text.language, language_words(text.language)) for text in texts]
        if not any(is_english(tag) for tag, _name in choices):
            choices.insert(0, ("", _("English, without a text of the clinic")))
        self.fields["language"].choices = choices

    def clean(self) -> dict:
        cleaned = super().clean()
        is_daily = cleaned.get("issued_as") == IssuedAs.CALENDAR and cleaned.get("rows") == DAYS
        cleaned["first"] = None
        if is_daily:
            cleaned["first"] = self.day("from", _("Write the first day of the calendar."))
        return cleaned

    @property
    def written(self) -> Written:
        """How the file is to be written, once the form is valid."""
        cleaned = self.cleaned_data
        match cleaned["issued_as"]:
            case IssuedAs.ICAL:
                return Written(names=cleaned["names"], alarm=cleaned["alarm"])
            case IssuedAs.CALENDAR:
                return Written(cleaned["rows"] or STEPS, cleaned["first"], cleaned["language"])
        return UNWRITTEN


class ToldForm(DayForm):
    """That who has a copy was told that it no longer holds."""


class CopyRetractionForm(RetractionForm):
    """Why a copy is withdrawn as recorded in error."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why this was recorded in error"),
        choices=[(reason.value, reason.label) for reason in OF_A_COPY],
        widget=forms.RadioSelect,
    )


def day_initial(prefix: str, day: date) -> dict[str, int]:
    """A day as the initial values of its three boxes."""
    return {f"{prefix}_day": day.day, f"{prefix}_month": day.month, f"{prefix}_year": day.year}


MOST_DAYS_HINT = gettext_lazy("At most %(count)s days in one file.") % {"count": MOST_DAYS}
