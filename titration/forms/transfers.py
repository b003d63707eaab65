"""The forms by which a patient is offered to another clinic, taken back, declined, accepted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Clinic, User
from patients import transferred
from titration.forms.fields import PersonField
from titration.forms.steps import prescribers_of
from titration.forms.submission import SubmissionForm

NOBODY = "nobody"


class OfferForm(SubmissionForm):
    """To which clinic, why, and who answers for the patient until it accepts."""

    to = forms.ChoiceField(
        label=gettext_lazy("To which clinic"),
        help_text=gettext_lazy("The clinics of this server in which somebody can accept."),
        error_messages={"required": gettext_lazy("Choose a clinic from the list.")},
    )
    says = forms.CharField(
        label=gettext_lazy("Why, and what that clinic has to know"),
        help_text=gettext_lazy("It is shown there before they accept or decline."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write why the patient is offered.")},
    )
    responsible = PersonField(
        label=gettext_lazy("Who answers for the patient until it is accepted"),
        error_messages={"required": gettext_lazy("Choose a prescriber of the clinic.")},
    )

    def __init__(self, *args: Any, clinic: Clinic, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinics = {str(each.uuid): each for each in transferred.receivers(clinic)}
        self.people = {str(person.pk): person for person in prescribers_of(clinic.pk)}
        clinics = [(key, each.name) for key, each in self.clinics.items()]
        people = [(key, person.name) for key, person in self.people.items()]
        self.fields["to"].choices = [("", _("Choose a clinic")), *clinics]
        self.fields["responsible"].choices = [("", _("Choose a prescriber")), *people]
        if str(by.pk) in self.people:
            self.initial.setdefault("responsible", str(by.pk))

    def asked(self) -> dict[str, Any]:
        """What the action is asked to record, when the form is valid."""
        return {
            "to": self.clinics[self.cleaned_data["to"]],
            "responsible": self.people[self.cleaned_data["responsible"]],
            "says": self.cleaned_data["says"],
        }


class TakeBackForm(SubmissionForm):
    """Why an offer is taken back."""

    reason_text = forms.CharField(
        label=gettext_lazy("Why the offer is taken back"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write the reason in your own words.")},
    )


class DeclineForm(SubmissionForm):
    """Why an offer is declined."""

    says = forms.CharField(
        label=gettext_lazy("Why the patient is declined"),
        help_text=gettext_lazy("It is shown to the clinic that offers the patient."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write why the patient is declined.")},
    )


class AcceptForm(SubmissionForm):
    """Who is responsible from now on; and that those who are alike here were compared.

    `seen` is the newest entry of the patient there, `alike` whom the page showed: both as they
    were before the person's eyes.
    """

    alike = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    is_compared = forms.BooleanField(
        label=gettext_lazy("I compared them; the record comes in beside theirs"),
        error_messages={"required": gettext_lazy("Compare them, then tick this.")},
    )
    responsible = PersonField(
        label=gettext_lazy("Who is responsible here from now on"),
        help_text=gettext_lazy(
            "Becomes responsible prescriber of the regimens and of the booked reviews, in entries "
            "of their own, and who calls back. What was written before stays in the history."
        ),
        error_messages={"required": gettext_lazy("Choose somebody, or that nobody is yet.")},
    )

    def __init__(
        self, *args: Any, clinic: Clinic, by: User, alike: Sequence[UUID], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("alike", " ".join(map(str, alike)))
        self.fields["is_compared"].required = bool(self["alike"].value())
        self.people = {str(person.pk): person for person in prescribers_of(clinic.pk)}
        self.fields["responsible"].choices = [
            ("", _("Choose a prescriber")),
            *((key, person.name) for key, person in self.people.items()),
            (NOBODY, _("Nobody yet: the worklist shows it under “no responsible prescriber”")),
        ]
        if str(by.pk) in self.people:
            self.initial.setdefault("responsible", str(by.pk))

    def clean_alike(self) -> tuple[UUID, ...]:
        try:
            return tuple(map(UUID, self.cleaned_data["alike"].split()))
        except ValueError:
            raise forms.ValidationError(_("Open the page anew.")) from None

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0

    def asked(self) -> dict[str, Any]:
        """What the action is asked to record, when the form is valid."""
        return {
            "responsible": self.people.get(self.cleaned_data["responsible"]),
            "seen": self.cleaned_data["seen"],
            "others": self.cleaned_data["alike"],
        }
