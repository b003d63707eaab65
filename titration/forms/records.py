"""The form of a whole record that is brought in: who of the clinic answers from then on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from access.models import Clinic, User
from titration.forms.fields import PersonField
from titration.forms.imports import ConfirmForm
from titration.forms.steps import prescribers_of


class RecordForm(ConfirmForm):
    """Who answers here for what prescribers elsewhere had in hand.

    Where the file has another identity for the patient, somebody says that both are one person.
    """

    responsible = PersonField(
        label=gettext_lazy("Who answers for it here"),
        help_text=gettext_lazy(
            "Becomes responsible prescriber of the regimens, whose the reviews are, and who calls "
            "back: named so, in place of whoever was named there."
        ),
        error_messages={"required": gettext_lazy("Choose a prescriber of the clinic.")},
    )

    is_same = forms.BooleanField(
        label=gettext_lazy("I compared them: the person in the file is this patient"),
        error_messages={
            "required": gettext_lazy("Compare the two, and tick this if they are one person.")
        },
    )

    def __init__(
        self, *args: Any, clinic: Clinic, by: User, is_another: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not is_another:
            del self.fields["is_same"]
        self.people = {str(person.pk): person for person in prescribers_of(clinic.pk)}
        field = self.fields["responsible"]
        field.choices = [("", gettext_lazy("Choose one")), *self.people.items()]
        field.coerce = self.people.__getitem__
        if str(by.pk) in self.people:
            self.initial["responsible"] = str(by.pk)
