"""A measure of a clinic's list as it is typed: lists one to a line."""

from dataclasses import fields
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy

from titration import dosing
from titration.actions import MeasureText
from titration.forms.catalogue import CatalogueForm
from titration.forms.fields import FigureField, text_field
from titration.forms.medicines import LinesField
from titration.models import CodeSystem, MeasureKind, MeasureVersion


class MeasureForm(CatalogueForm):
    """What a clinic's list says of a measure."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Write the name of the measure.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("How it is written"),
        choices=MeasureKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how it is written.")},
    )
    unit = text_field(
        gettext_lazy("Unit as written"), 40, gettext_lazy("In full where it can be misread.")
    )
    ucum = text_field(
        gettext_lazy("The same unit as UCUM writes it, for exports"),
        40,
        gettext_lazy("Leave it empty where you are not sure."),
    )
    labels = LinesField(
        label=gettext_lazy("Names of its two figures"),
        help_text=gettext_lazy("One to a line, as in upper and lower. Empty for a single figure."),
        longest=40,
    )
    lowest = FigureField(
        label=gettext_lazy("Lowest figure that is taken without a question"),
        help_text=gettext_lazy(
            "Entry bounds only catch slips in typing: a figure beyond them is asked about once."
        ),
    )
    highest = FigureField(label=gettext_lazy("Highest figure that is taken without a question"))
    choices = LinesField(
        label=gettext_lazy("Choices, in their order"),
        help_text=gettext_lazy("One to a line."),
        longest=80,
    )
    sites = LinesField(
        label=gettext_lazy("Places where it is measured"),
        help_text=gettext_lazy("One to a line, such as muscle groups. Empty for none."),
        longest=80,
    )
    has_side = forms.BooleanField(
        label=gettext_lazy("It has a side, left or right"), required=False
    )
    code_system = forms.ChoiceField(
        label=gettext_lazy("Code for exports"),
        choices=[("", gettext_lazy("None")), *CodeSystem.choices],
        required=False,
    )
    code = text_field(gettext_lazy("Code"), 20)
    part_codes = LinesField(
        label=gettext_lazy("Codes of its two figures"),
        help_text=gettext_lazy("One to a line, in the order of their names."),
        longest=20,
    )
    in_use = forms.BooleanField(
        label=gettext_lazy("Offered for new observations"), required=False, initial=True
    )

    def asked(self) -> dict[str, object]:
        cleaned = self.cleaned_data
        bounds = {name: _single(cleaned[name]) for name in ("lowest", "highest")}
        said = {field.name: cleaned[field.name] for field in fields(MeasureText)}
        return {"text": MeasureText(**said | bounds)}


def _single(figures: tuple[Decimal, Decimal | None] | None) -> Decimal | None:
    return figures[0] if figures else None


def measure_initial(version: MeasureVersion) -> dict[str, object]:
    """What the list says of a measure, as the form's initial values, and by which entry."""
    columns = (*MeasureVersion.WORDS, "sites", "has_side", "in_use")
    return {
        "entry": version.pk,
        **{name: getattr(version, name) for name in columns},
        "lowest": plain_or_empty(version.lowest),
        "highest": plain_or_empty(version.highest),
    }


def plain_or_empty(figure: Decimal | None) -> str:
    """A figure as it is typed."""
    return "" if figure is None else dosing.plain(figure)
