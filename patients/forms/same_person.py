"""Which other record is of the same person, how that is known, and that a link is withdrawn."""

from http import HTTPStatus
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from access.policies import RuleBroken
from ledger.models import Entry
from patients.models import Patient, PatientVersion, SameReason
from patients.search import LONGEST_TEXT


class FindForm(forms.Form):
    """What finds the other record, as in the list of patients."""

    q = forms.CharField(
        label=_("Find the other record"),
        help_text=_("Name, birth date, NHS or record number"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.TextInput({"autocomplete": "off", "type": "search"}),
    )


class UnlinkForm(forms.Form):
    """That a link is withdrawn. `status` is that of a page that shows the form again."""

    use_required_attribute = False
    status = HTTPStatus.OK

    submission = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def refuse(self, words: str, **hidden: object) -> None:
        """Say that the ledger has something else by now; what was chosen stays.

        `hidden` fields get new values, so that the form can be sent again.
        """
        self.status = HTTPStatus.CONFLICT
        self.add_error(None, words)
        data = cast(QueryDict, self.data).copy()
        for name, value in hidden.items():
            data[name] = str(value)
        self.data = data

    def break_rule(self, rule: RuleBroken) -> None:
        """Say a broken rule beside the field that it names, or above the form."""
        self.add_error(rule.field if rule.field in self.fields else None, rule.message)


class SamePersonForm(UnlinkForm):
    """That two records are of one person; `mine` and `theirs` are the entries as they were read."""

    mine = forms.UUIDField(widget=forms.HiddenInput)
    theirs = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("How it is known that both are the same person"),
        choices=SameReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it is known that both are the same person.")},
    )

    def __init__(self, data: Any, *, patient: Patient, other: Patient, **initial: object) -> None:
        super().__init__(data, initial=initial)
        self.patients = {"mine": patient, "theirs": other}

    def clean_mine(self) -> Entry:
        return self._seen("mine")

    def clean_theirs(self) -> Entry:
        return self._seen("theirs")

    def _seen(self, name: str) -> Entry:
        entries = Entry.objects.filter(subject=self.patients[name].pk, kind=PatientVersion.KIND)
        seen = entries.filter(pk=self.cleaned_data[name]).first()
        if seen is None:
            raise ValidationError(_("This form is not of these two records. Open it anew."))
        return seen

    def asked(self) -> dict[str, Any]:
        """What the action is asked to record, when the form is valid."""
        said = self.cleaned_data
        return {
            "patient": self.patients["mine"],
            "other": self.patients["theirs"],
            "seen": (said["mine"], said["theirs"]),
            **{name: said[name] for name in ("reason", "submission")},
        }
