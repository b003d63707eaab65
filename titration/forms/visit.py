"""What a visit is to hold, as it is chosen before the forms of it are laid out."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration.models import MeasureVersion, Regimen, StepKind
from titration.presenters.regimen import title_of

MOST_EFFECTS = 5
"""Side effects of one visit. More of them have a page of their own."""


class PartsForm(forms.Form):
    """For each of the patient's medicines: which step is recorded of it, and whether a report is.

    Then how many side effects, and which measures of the clinic's list. Nothing is chosen
    beforehand but what the address names.
    """

    use_required_attribute = False

    effects = forms.ChoiceField(
        label=gettext_lazy("Side effects or signs of withdrawal"),
        choices=[
            ("", gettext_lazy("None")),
            *((str(count), str(count)) for count in range(1, MOST_EFFECTS + 1)),
        ],
        required=False,
    )
    version = forms.MultipleChoiceField(
        label=gettext_lazy("Measurements and scores"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args,
        regimens: Sequence[Regimen],
        measures: Sequence[MeasureVersion],
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.regimens = regimens
        self.measures = measures
        self.fields["version"].choices = [(str(each.pk), each.name) for each in measures]
        for regimen in regimens:
            title = {"medicine": title_of(regimen.card.version)}
            self.fields[f"step-{regimen.pk.hex}"] = forms.ChoiceField(
                label=_("%(medicine)s: dose step") % title,
                choices=[("", _("None")), *StepKind.choices],
                required=False,
            )
            self.fields[f"report-{regimen.pk.hex}"] = forms.BooleanField(
                label=_("%(medicine)s: report of the intake") % title, required=False
            )

    def _chosen(self, name: str) -> str:
        field = self[name]
        return str(field.value() or "")

    @property
    def steps(self) -> list[tuple[Regimen, str]]:
        """The medicines of which a step is recorded, each with its kind."""
        chosen = [(r, self._chosen(f"step-{r.pk.hex}")) for r in self.regimens]
        return [(regimen, kind) for regimen, kind in chosen if kind in StepKind.values]

    @property
    def reports(self) -> list[Regimen]:
        """The medicines of which a report is recorded."""
        return [r for r in self.regimens if self[f"report-{r.pk.hex}"].value()]

    @property
    def of_medicines(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in ("effects", "version")]

    @property
    def effect_places(self) -> range:
        """The places of the side effects that are laid out."""
        count = self._chosen("effects")
        return range(int(count) if count in dict(self.fields["effects"].choices) and count else 0)

    @property
    def versions(self) -> list[MeasureVersion]:
        """The measures of which a value is recorded."""
        chosen = self["version"].value() or []
        return [each for each in self.measures if str(each.pk) in chosen]

    @staticmethod
    def named(address: QueryDict) -> dict[str, object]:
        """What an address chooses, as initial values: regimens and measures by their uuid."""
        found: dict[str, object] = {
            "effects": address.get("effects", ""),
            "version": address.getlist("version"),
        }
        for key in map(_hex, address.getlist("step")):
            found[f"step-{key}"] = StepKind.DOSE.value
        for key in map(_hex, address.getlist("report")):
            found[f"report-{key}"] = True
        return found


def _hex(text: str) -> str:
    try:
        return UUID(text).hex
    except ValueError:
        return ""
