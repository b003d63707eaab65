"""What a visit is to hold, as it is chosen before the forms of it are laid out."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from titration.models import Regimen, StepKind
from titration.presenters.regimen import title_of


class PartsForm(forms.Form):
    """For each of the patient's medicines: which step is recorded of it, and whether a report is.

    Nothing is chosen beforehand but what the address names.
    """

    use_required_attribute = False

    def __init__(self, *args, regimens: Sequence[Regimen], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.regimens = regimens
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

    @staticmethod
    def named(steps: Sequence[str], reports: Sequence[str]) -> dict[str, object]:
        """What an address chooses, as initial values: regimens by their uuid."""
        found: dict[str, object] = {}
        for key in map(_hex, steps):
            found[f"step-{key}"] = StepKind.DOSE.value
        for key in map(_hex, reports):
            found[f"report-{key}"] = True
        return found


def _hex(text: str) -> str:
    try:
        return UUID(text).hex
    except ValueError:
        return ""
