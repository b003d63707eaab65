"""What the forms of a clinic's lists share: medicines, measures, words for dose calendars."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from access.models import Clinic
from titration.forms.submission import SubmissionForm
from titration.policies import OnTheListAlready, RuleBroken


class CatalogueForm(SubmissionForm):
    """What a clinic's list says of one item; `twin` is the item that has its name already."""

    clinic = forms.ModelChoiceField(Clinic.objects.none(), label=gettext_lazy("Clinic"))

    def __init__(self, *args, clinics: list[Clinic], **kwargs) -> None:
        """`clinics` are those on whose list it may be put; one is not asked for."""
        super().__init__(*args, **kwargs)
        self.twin: UUID | None = None
        self.clinics = clinics
        if len(clinics) == 1:
            del self.fields["clinic"]
        else:
            chosen = Clinic.objects.filter(pk__in=[clinic.pk for clinic in clinics])
            self.fields["clinic"].queryset = chosen.order_by("name")

    @property
    def chosen_clinic(self) -> Clinic:
        """The clinic, once the form is valid."""
        return self.cleaned_data.get("clinic") or self.clinics[0]

    def asked(self) -> dict[str, object]:
        """What was typed, by the name under which the actions take it, once the form is valid."""
        raise NotImplementedError

    def break_rule(self, rule: RuleBroken) -> None:
        """As any form; where the name is taken, `twin` is the item that has it."""
        super().break_rule(rule)
        if isinstance(rule, OnTheListAlready):
            self.twin = rule.item
