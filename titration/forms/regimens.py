"""A regimen as it is typed: first the medicine, then what the clinic's list has for it."""

from collections.abc import Callable, Iterable

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.models import User
from patients import folding
from patients.models import Patient
from titration import wording
from titration.actions import RegimenText
from titration.forms.steps import prescribers_of
from titration.forms.submission import SubmissionForm
from titration.models import Indication, MedicineVersion, RegimenCard, RegimenVersion, Route

NOT_STATED = "-"
"""What is chosen for a form that nobody named: it is said, not left out."""


def choice(label, otherwise, widget=forms.RadioSelect, **kwargs) -> forms.ChoiceField:
    """A choice that has to be made; `otherwise` is said where none of the list was."""
    messages = {"required": otherwise, "invalid_choice": otherwise}
    return forms.ChoiceField(label=label, widget=widget, error_messages=messages, **kwargs)


class MedicineChoice(forms.Form):
    """Which medicine of the clinic's list. Sent by GET: nothing is recorded by choosing."""

    medicine = choice(
        gettext_lazy("Medicine"),
        gettext_lazy("Choose a medicine of the list."),
        widget=forms.Select,
    )

    def __init__(self, *args, medicines: Iterable[MedicineVersion], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.medicines = {str(version.medicine_id): version for version in medicines}
        by_name = sorted(self.medicines.items(), key=lambda item: folding.fold(item[1].name))
        self.fields["medicine"].choices = [
            ("", _("Choose a medicine")),
            *((key, version.name) for key, version in by_name),
        ]

    @property
    def chosen(self) -> MedicineVersion | None:
        """The medicine, once one of the list is chosen."""
        return self.medicines[self.cleaned_data["medicine"]] if self.is_valid() else None


class RegimenForm(SubmissionForm):
    """What a regimen of the chosen medicine is.

    `another` is asked once the action has refused a second regimen of one medicine and route.
    """

    medicine = forms.CharField(widget=forms.HiddenInput, required=False)
    route = choice(gettext_lazy("Route"), gettext_lazy("Choose a route of the list."))
    form = choice(gettext_lazy("Form"), gettext_lazy("Choose a form of the list, or not stated."))
    unit = choice(
        gettext_lazy("Unit in which doses are written"), gettext_lazy("Choose a unit of the list.")
    )
    indication = choice(
        gettext_lazy("For"),
        gettext_lazy("Choose what it is for."),
        widget=forms.Select,
        choices=[("", gettext_lazy("Choose what it is for")), *Indication.choices],
    )
    indication_text = forms.CharField(
        label=gettext_lazy("For, in words"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    supplied_by = forms.CharField(
        label=gettext_lazy("Supplied by"),
        required=False,
        max_length=150,
        help_text=gettext_lazy(
            "Who gives the patient the medicine: a practice, a pharmacy, a ward."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    responsible = choice(
        gettext_lazy("Responsible prescriber"),
        gettext_lazy("Choose a prescriber of the clinic."),
        widget=forms.Select,
    )
    another = forms.BooleanField(
        label=gettext_lazy("Open a second regimen of the same medicine by the same route"),
        required=False,
    )

    def __init__(
        self,
        *args,
        patient: Patient,
        medicine: MedicineVersion,
        by: User,
        before: RegimenVersion | None = None,
        **kwargs,
    ) -> None:
        """`before` is the version to change: what it says of the same medicine stays on offer."""
        super().__init__(*args, **kwargs)
        self.version = medicine
        self.before = before
        self.alike = regimens_alike(patient, medicine, before)
        self.prescribers = {str(person.pk): person for person in prescribers_of(patient.clinic_id)}
        if before:
            self.initial.update(regimen_initial(before))
            self.prescribers.setdefault(str(before.responsible_id), before.responsible)
        kept = before if before and before.medicine_id == medicine.medicine_id else None
        self._offer("route", [*medicine.routes, *([kept.route] if kept else [])], route_words)
        kept_form = [kept.form] if kept and kept.form else []
        self._offer("form", [*medicine.forms, *kept_form, NOT_STATED], form_words)
        self._offer("unit", [*medicine.units, *([kept.unit] if kept else [])], wording.unit_words)
        self.fields["responsible"].choices = [
            ("", _("Choose a prescriber")),
            *((key, person.name) for key, person in self.prescribers.items()),
        ]
        self.initial["medicine"] = str(medicine.medicine_id)
        if str(by.pk) in self.prescribers:
            self.initial.setdefault("responsible", str(by.pk))

    def _offer(self, name: str, values: list[str], words: Callable[[str], str]) -> None:
        """Each value once; where there is only one, it is chosen."""
        choices = [(value, words(value)) for value in dict.fromkeys(values)]
        self.fields[name].choices = choices
        if len(choices) == 1:
            self.initial.setdefault(name, choices[0][0])

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        is_other = cleaned.get("indication") == Indication.OTHER
        if is_other and not cleaned.get("indication_text"):
            self.add_error("indication_text", _("Write in words what the medicine is for."))
        return cleaned

    def asked(self, by: User) -> dict[str, object]:
        """What the action is asked for, once the form is valid."""
        return {"text": self._text(), "alone": not self.cleaned_data["another"], "by": by}

    def _text(self) -> RegimenText:
        cleaned = self.cleaned_data
        return RegimenText(
            medicine=self.version,
            route=cleaned["route"],
            unit=cleaned["unit"],
            form="" if cleaned["form"] == NOT_STATED else cleaned["form"],
            indication=cleaned["indication"],
            indication_text=cleaned["indication_text"],
            responsible=self.prescribers[cleaned["responsible"]],
            supplied_by=cleaned["supplied_by"],
        )


def route_words(route: str) -> str:
    return str(Route(route).label)


def form_words(form: str) -> str:
    return _("Not stated") if form == NOT_STATED else form


def regimens_alike(
    patient: Patient, medicine: MedicineVersion, apart_from: RegimenVersion | None
) -> list[RegimenCard]:
    """The patient's regimens of the same medicine that stand, by any route."""
    cards = RegimenCard.objects.filter(
        patient=patient, version__medicine=medicine.medicine_id, is_retracted=False
    )
    if apart_from:
        cards = cards.exclude(pk=apart_from.regimen_id)
    return list(cards.select_related("version"))


def regimen_initial(version: RegimenVersion) -> dict[str, object]:
    """What a version says, as the form's initial values, and by which entry."""
    return {
        "entry": version.pk,
        "route": version.route,
        "form": version.form or NOT_STATED,
        "unit": version.unit,
        "indication": version.indication,
        "indication_text": version.indication_text or "",
        "supplied_by": version.supplied_by or "",
        "responsible": str(version.responsible_id),
    }
