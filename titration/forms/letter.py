"""What a letter of record is to contain, as a person chooses it or an address names it."""

from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration.exports.contents import A4, LETTER, PARTS, Contents
from titration.forms.span import SpanForm


class LetterForm(forms.Form):
    """Sent by GET, to the file. An address without `choice` names the whole record, but for what it

    says: `regimen` limits it to some of `titles`.
    """

    use_required_attribute = False

    regimen = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Regimens"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    part = forms.MultipleChoiceField(
        label=gettext_lazy("With the dose log"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    corrections = forms.BooleanField(
        label=gettext_lazy("Corrected and withdrawn texts, and regimens entered in error"),
        required=False,
    )
    paper = forms.ChoiceField(
        label=gettext_lazy("Paper"),
        choices=[(A4, gettext_lazy("A4")), (LETTER, gettext_lazy("Letter, 8.5 by 11 inches"))],
        required=False,
        widget=forms.RadioSelect,
    )
    choice = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, asked: QueryDict, titles: Mapping[UUID, str]) -> None:
        self.titles = titles
        self.span = SpanForm(asked)
        super().__init__(asked if "choice" in asked else self._whole(asked))
        self.fields["regimen"].choices = [(str(key), title) for key, title in titles.items()]
        self.fields["part"].choices = [(code, capfirst(label)) for code, label in PARTS.items()]
        if not titles:
            self.fields["regimen"].widget = forms.MultipleHiddenInput()

    def _whole(self, asked: QueryDict) -> QueryDict:
        """What the form holds before anybody chose: all of it, or of the regimens named."""
        data = asked.copy()
        data.setlist("regimen", asked.getlist("regimen") or [str(key) for key in self.titles])
        data.setlist("part", list(PARTS))
        data["corrections"] = "1"
        data["paper"] = asked.get("paper", A4)
        data["choice"] = "1"
        return data

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if self.titles and not cleaned.get("regimen") and "regimen" not in self.errors:
            self.add_error("regimen", _("Tick at least one regimen."))
        for name, problems in self.span.errors.items():
            for problem in problems:
                said = {"day": self.span.fields[name].whole, "problem": problem}
                self.add_error(None, _("%(day)s: %(problem)s") % said)
        return cleaned

    @property
    def contents(self) -> Contents:
        """What was chosen, once the form is valid."""
        cleaned, span = self.cleaned_data, self.span.span
        regimens = frozenset(cleaned["regimen"])
        return Contents(
            regimens=None if regimens == self.titles.keys() else regimens,
            since=span.since,
            until=span.until,
            with_corrections=cleaned["corrections"],
            parts=frozenset(cleaned["part"]),
            paper=cleaned["paper"] or A4,
        )
