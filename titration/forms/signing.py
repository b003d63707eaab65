"""Signing a plan, and recording what becomes of one."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration.forms.submission import SubmissionForm
from titration.models import PlanEventKind

MOST_DAYS = 999
STAY, LATER, EARLIER = "stay", "later", "earlier"


class SignForm(SubmissionForm):
    """What the signer read, by its revision and digest, and their password or passkey, now.

    `read` is the draft's document as it was shown, so that the page can say what was changed since.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    read = forms.CharField(widget=forms.HiddenInput, required=False)
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    passkey = forms.CharField(required=False, max_length=8000, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].required = True

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if not cleaned.get("password") and not cleaned.get("passkey"):
            self.add_error("password", _("Type your password, or use a passkey."))
        return cleaned


class EventForm(SubmissionForm):
    """The reason of an event of a plan, and for some kinds whether the dates that remain move."""

    dates = forms.ChoiceField(
        label=gettext_lazy("The dates that remain"),
        choices=[
            (STAY, gettext_lazy("stay as they are")),
            (LATER, gettext_lazy("move later, by the days typed below")),
            (EARLIER, gettext_lazy("move earlier, by the days typed below")),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.CharField(
        label=gettext_lazy("Days to move"),
        required=False,
        max_length=3,
        help_text=gettext_lazy(
            "The dates move in a draft of the next version, which holds once it is signed."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason_text = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    MAY_MOVE = frozenset({PlanEventKind.PAUSED, PlanEventKind.RESUMED, PlanEventKind.CONTINUED})
    NEEDS_REASON = frozenset({PlanEventKind.PAUSED, PlanEventKind.WITHDRAWN})

    def __init__(self, *args, kind: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if kind not in self.MAY_MOVE:
            del self.fields["dates"], self.fields["days"]
        self.fields["reason_text"].required = kind in self.NEEDS_REASON

    def clean_days(self) -> int | None:
        text = self.cleaned_data["days"].strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS):
            raise forms.ValidationError(_("Write a whole number from 1 to 999."))
        return int(text)

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        moves, days = cleaned.get("dates") in (LATER, EARLIER), cleaned.get("days")
        if moves and days is None and "days" not in self.errors:
            self.add_error("days", _("Write by how many days the dates move."))
        if cleaned.get("dates") == STAY and days is not None:
            self.add_error("dates", _("Days are typed, but the dates stay. Choose one of them."))
        if moves and cleaned.get("reason_text") and not self.fields["reason_text"].required:
            words = _(
                "A version is signed without a reason. Write it into the draft, or leave it out."
            )
            self.add_error("reason_text", words)
        return cleaned

    @property
    def moves_by(self) -> int | None:
        """The typed number of days, less than nothing for earlier; none where the dates stay."""
        days, dates = self.cleaned_data.get("days"), self.cleaned_data.get("dates")
        if days is None or dates not in (LATER, EARLIER):
            return None
        return days if dates == LATER else -days
