"""A medicine of a clinic's list as it is typed: lists one to a line."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration import policies
from titration.actions import MedicineText
from titration.forms.catalogue import CatalogueForm
from titration.forms.fields import unit_choices
from titration.models import MedicineVersion, RegimenVersion, Route


class LinesField(forms.CharField):
    """A list typed one to a line, as a tuple; each line on its own has at most `longest` signs."""

    def __init__(self, *, longest: int, check=None, **kwargs) -> None:
        super().__init__(
            required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}), **kwargs
        )
        self.longest = longest
        self.check_line = check

    def to_python(self, value) -> tuple[str, ...]:
        lines = (" ".join(line.split()) for line in (super().to_python(value) or "").splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))

    def validate(self, value: tuple[str, ...]) -> None:
        for line in value:
            if len(line) > self.longest:
                raise ValidationError(
                    _("“%(line)s…” is too long: write at most %(longest)s signs to a line.")
                    % {"line": line[:30], "longest": self.longest}
                )
            if self.check_line:
                try:
                    self.check_line(line)
                except policies.RuleBroken as rule:
                    raise ValidationError(rule.message) from None

    def run_validators(self, value: tuple[str, ...]) -> None:
        super().run_validators("\n".join(value))

    def prepare_value(self, value):
        return value if isinstance(value, str) else "\n".join(value or ())


class MedicineForm(CatalogueForm):
    """What a clinic's list says of a medicine. It holds no doses."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Write the name of the medicine.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    routes = forms.MultipleChoiceField(
        label=gettext_lazy("Routes"),
        choices=Route.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one route.")},
    )
    units = forms.MultipleChoiceField(
        label=gettext_lazy("Units in which doses are written"),
        choices=unit_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one unit.")},
    )
    form_names = LinesField(
        label=gettext_lazy("Forms"),
        help_text=gettext_lazy("One to a line, such as tablet or oral solution."),
        longest=RegimenVersion._meta.get_field("form").max_length or 0,
    )
    strengths = LinesField(
        label=gettext_lazy("Strengths"),
        help_text=gettext_lazy(
            "One to a line: a figure, a space and a unit in full; where it belongs, “per” with a "
            "volume, a dose or hours."
        ),
        longest=80,
        check=policies.check_strength,
    )
    products = LinesField(
        label=gettext_lazy("Products as supplied"),
        help_text=gettext_lazy("One to a line: brand, and form or release where they matter."),
        longest=120,
    )
    in_use = forms.BooleanField(
        label=gettext_lazy("Offered for new regimens"), required=False, initial=True
    )

    def asked(self) -> dict[str, object]:
        cleaned = self.cleaned_data
        text = MedicineText(
            name=cleaned["name"],
            routes=tuple(cleaned["routes"]),
            units=tuple(cleaned["units"]),
            forms=cleaned["form_names"],
            strengths=cleaned["strengths"],
            products=cleaned["products"],
            in_use=cleaned["in_use"],
        )
        return {"text": text}


def medicine_initial(version: MedicineVersion) -> dict[str, object]:
    """What the list says of a medicine, as the form's initial values, and by which entry."""
    return {
        "entry": version.pk,
        "name": version.name,
        "routes": version.routes,
        "units": version.units,
        "form_names": version.forms,
        "strengths": version.strengths,
        "products": version.products,
        "in_use": version.in_use,
    }
