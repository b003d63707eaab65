"""What an auditor asks for: by ids and days in an address, or by a number, which stays out."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.models import AccessEvent, AccessKind, Clinic, User
from access.search import Search
from patients import birthdates, search
from patients.forms.people import day_box, line, month_box, year_box
from patients.models import Patient

ANYBODY, NOBODY = "", "nobody"
EVERYTHING = "all"
YEARS = range(1900, 3000)


class AuditForm(forms.Form):
    """Which access events of a clinic: cleans to `search()`. All of it may be left empty."""

    clinic = forms.ChoiceField(label=_("Clinic"), required=False)
    person = forms.ChoiceField(label=_("Person"), required=False)
    kind = forms.ChoiceField(label=_("What was done"), required=False)
    from_day, from_month, from_year = day_box(_("From the day")), month_box(), year_box()
    to_day, to_month, to_year = day_box(_("To the day")), month_box(), year_box()
    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    event = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, clinics: Sequence[Clinic]) -> None:
        super().__init__(data)
        self.clinics = {str(clinic.pk): clinic for clinic in clinics}
        chosen = self.clinics.get(data.get("clinic", ""))
        self.chosen = chosen or clinics[0]
        self.fields["clinic"].choices = [(key, c.name) for key, c in self.clinics.items()]
        self.fields["person"].choices = _people(self.chosen, data.get("person", ""))
        self.fields["kind"].choices = [
            ("", _("anything but saves of a draft while typing")),
            (EVERYTHING, _("anything, with saves of a draft while typing")),
            *AccessKind.choices,
        ]
        if len(clinics) == 1:
            self.fields["clinic"].widget = forms.HiddenInput()

    def clean(self) -> None:
        self.start = self._midnight("from")
        self.end = self._midnight("to", after=1)
        if self.start and self.end and self.start >= self.end:
            self.add_error("to_day", _("This day is before the first one."))

    def clean_patient(self) -> UUID | None:
        patient = self.cleaned_data["patient"]
        ours = Patient.objects.filter(clinic=self.chosen, pk=patient)
        if patient and not ours.exists():
            raise forms.ValidationError(_("The clinic has no such patient."))
        return patient

    @property
    def asked_patient(self) -> UUID | None:
        """The patient of the clinic who is asked for, if one is."""
        return self.cleaned_data.get("patient") if self.is_valid() else None

    def search(self) -> Search:
        """What is asked for, when the form is valid."""
        person, kind = self.cleaned_data["person"], self.cleaned_data["kind"]
        return Search(
            clinic=self.chosen.pk,
            patient=self.cleaned_data["patient"],
            person=int(person) if person not in (ANYBODY, NOBODY) else None,
            is_anonymous=person == NOBODY,
            kind="" if kind == EVERYTHING else kind,
            with_typing=bool(kind) or self.cleaned_data["event"] is not None,
            start=self.start,
            end=self.end,
            event=self.cleaned_data["event"],
        )

    def _midnight(self, which: str, *, after: int = 0) -> datetime | None:
        """When the typed day begins by the clinic's clock, or one `after` it; None when untyped."""
        boxes = [self.cleaned_data.get(f"{which}_{part}", "") for part in ("day", "month", "year")]
        if not any(boxes):
            return None
        try:
            on = birthdates.from_boxes(*boxes)
        except birthdates.DateError as error:
            self.add_error(f"{which}_day", _WRONG[error.code])
            return None
        if on.year not in YEARS:
            self.add_error(f"{which}_day", _WRONG["none"])
            return None
        return _start_of(on + timedelta(days=after), self.chosen)


class NumberForm(forms.Form):
    """Whose events: asked by a number typed whole, which stays out of addresses."""

    number = line(_("NHS number or record number"), 40, required=True)

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        super().__init__(data)
        self.clinic = clinic
        self.found: list[UUID] = []

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        self.found = search.with_number(number, [self.clinic.pk])
        if not self.found:
            raise forms.ValidationError(
                _("No patient of the clinic has this number. Type all of it.")
            )
        return number


_WRONG = {
    "missing": _("Write day, month and year, or leave all three empty."),
    "year": _("Write the year with four digits."),
    "none": _("There is no such day. Write day, month and year, as in 12 3 2026."),
}


def _start_of(on: date, clinic: Clinic) -> datetime:
    return timezone.make_aware(datetime.combine(on, time()), clinic.zone)


def _people(clinic: Clinic, asked: str) -> list[tuple[str, Any]]:
    """Who is or was a member, by name; and whoever is asked for, when the clinic has events."""
    members = User.objects.filter(memberships__clinic=clinic).distinct()
    people = {str(key): name for key, name in _named(members)}
    if asked not in people and re.fullmatch("[1-9][0-9]{0,14}", asked):
        of_clinic = AccessEvent.objects.filter(clinic=clinic, user=int(asked))
        strangers = User.objects.filter(pk=asked).filter(Exists(of_clinic))
        people |= {str(key): name for key, name in _named(strangers)}
    return [(ANYBODY, _("anybody")), (NOBODY, _("somebody not signed in")), *people.items()]


def _named(people: QuerySet[User]) -> list[tuple[int, str]]:
    """(key, name and profession, since two people may have one name) by name."""
    rows = people.order_by("name", "pk").values_list("pk", "name", "profession")
    return [(key, ", ".join(filter(None, said))) for key, *said in rows]
