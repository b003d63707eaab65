"""A measure of a clinic's list as it is typed: lists one to a line."""

from decimal import Decimal
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy

from access.models import Clinic
from titration import dosing
from titration.actions import MeasureOnTheListAlready, MeasureText
from titration.forms.fields import FigureField, text_field
from titration.forms.medicines import LinesField
from titration.forms.submission import SubmissionForm
from titration.models import CodeSystem, MeasureKind, MeasureVersion
from titration.policies import RuleBroken


class MeasureForm(SubmissionForm):
    """What a clinic's list says of a measure."""

    clinic = forms.ModelChoiceField(Clinic.objects.none(), label=gettext_lazy("Clinic"))
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

    def __init__(self, *args, clinics, **kwargs) -> None:
        """`clinics` are those whose list the measure may be put on; one is not asked for."""
        super().__init__(*args, **kwargs)
        self.twin: UUID | None = None
        self.clinics = list(clinics)
        if len(self.clinics) == 1:
            del self.fields["clinic"]
        else:
            self.fields["clinic"].queryset = Clinic.objects.filter(
                pk__in=[clinic.pk for clinic in self.clinics]
            ).order_by("name")

    @property
    def chosen_clinic(self) -> Clinic:
        """The clinic, once the form is valid."""
        return self.cleaned_data.get("clinic") or self.clinics[0]

    def break_rule(self, rule: RuleBroken) -> None:
        """As any form; where the name is taken, `twin` is the measure that has it."""
        super().break_rule(rule)
        if isinstance(rule, MeasureOnTheListAlready):
            self.twin = rule.measure

    def text(self) -> MeasureText:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        return MeasureText(
            name=cleaned["name"],
            kind=cleaned["kind"],
            unit=cleaned["unit"],
            ucum=cleaned["ucum"],
            labels=cleaned["labels"],
            choices=cleaned["choices"],
            code_system=cleaned["code_system"],
            code=cleaned["code"],
            part_codes=cleaned["part_codes"],
            lowest=_single(cleaned["lowest"]),
            highest=_single(cleaned["highest"]),
            sites=cleaned["sites"],
            has_side=cleaned["has_side"],
            in_use=cleaned["in_use"],
        )


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
