"""From which moment a changes sheet tells, of which clinic, and of whom: asked by an address."""

import datetime as dt
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import Clinic, User
from access.policies import SIGN, allows
from patients.models import Patient
from titration.forms import moments


class ChangesForm(forms.Form):
    """All of it may be left empty; `since` is then none, and the person's last visit counts."""

    clinic = forms.ChoiceField(label=gettext_lazy("Clinic"), required=False)
    day = moments.day_box(gettext_lazy("Since"))
    month = moments.month_box()
    year = moments.year_box()
    time = moments.clock_field(gettext_lazy("Time"))
    mine = forms.BooleanField(
        label=gettext_lazy("Only regimens that I am responsible for"), required=False
    )
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, clinics: Sequence[Clinic], user: User, now: datetime) -> None:
        super().__init__(data)
        self.now = now
        by_key = {str(clinic.pk): clinic for clinic in clinics}
        self.chosen = by_key.get(data.get("clinic", "")) or clinics[0]
        self.fields["clinic"].choices = [(key, clinic.name) for key, clinic in by_key.items()]
        if len(clinics) == 1:
            self.fields["clinic"].widget = forms.HiddenInput()
        if not allows(user, self.chosen, SIGN) and not data.get("mine"):
            self.fields["mine"].widget = forms.HiddenInput()

    def clean_patient(self) -> UUID | None:
        patient = self.cleaned_data["patient"]
        if patient and not Patient.objects.filter(clinic=self.chosen, pk=patient).exists():
            raise forms.ValidationError(_("The clinic has no such patient."))
        return patient

    def clean(self) -> None:
        on, clock = moments.day_of(self), self.cleaned_data.get("time")
        self.since = self._moment(on, clock) if on else None
        if clock and on is None and "day" not in self.errors:
            self.add_error("day", _("Write the day of this time as well."))
        if self.since and self.since > self.now:
            self.add_error("day", _("This moment has not come yet. Write one that is past."))

    def _moment(self, on: date, clock: dt.time | None) -> datetime | None:
        """The earliest moment that this can be: of an hour that comes twice, the first."""
        wall = datetime.combine(on, clock or dt.time.min)
        try:
            return min(
                wall.replace(tzinfo=self.chosen.zone, fold=fold).astimezone(UTC) for fold in (0, 1)
            )
        except OverflowError:
            self.add_error("day", _("There is no such day in that month. Check day and month."))
            return None
