"""Which regimens of a prescriber are handed over, and to whom."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration.forms.fields import PersonField
from titration.forms.submission import SubmissionForm

TICKED, ALL = "ticked", "all"


class Ticked(forms.Field):
    """The regimens that were ticked, by their ids; cleans to a tuple of them, each once."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[UUID, ...]:
        try:
            return tuple(dict.fromkeys(UUID(str(each)) for each in value or ()))
        except ValueError:
            raise forms.ValidationError(
                _("One of these is no regimen. Open the page anew.")
            ) from None


class HandoverForm(SubmissionForm):
    """Those that were ticked, or all, and who takes over.

    `total` names, where it is all of them, the list that the person read.
    """

    to = PersonField(
        label=gettext_lazy("Who takes over"),
        error_messages={"required": gettext_lazy("Choose who takes over.")},
    )
    which = forms.ChoiceField(choices=[(TICKED, TICKED), (ALL, ALL)], widget=forms.HiddenInput)
    regimens = Ticked(required=False)
    total = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    is_read = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, takers: Mapping[int, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(user), name) for user, name in takers.items()]
        self.fields["to"].choices = [("", _("Choose a prescriber")), *people]

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("which") == TICKED and not cleaned.get("regimens"):
            self.add_error(None, _("Tick at least one regimen to hand over."))
        return cleaned

    @property
    def ticked(self) -> frozenset[str]:
        """What is ticked, as it was sent."""
        return frozenset(map(str, self["regimens"].value() or ()))
