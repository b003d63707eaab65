"""What a visit is to hold, as it is chosen before the forms of it are laid out."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration.models import MeasureVersion, Regimen, StepKind
from titration.presenters.links import ROW
from titration.presenters.regimen import title_of

MOST_EFFECTS = 5
"""Side effects of one visit. More of them have a page of their own."""


class PartsForm(forms.Form):
    """For each of the patient's medicines: which step is recorded of it, and whether a report is.

    Of a medicine with a signed plan also the row that comes next. Then how many side effects, and
    which measures of the clinic's list. Nothing is chosen beforehand but what the address names.
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
        rows: Mapping[UUID, Sequence[tuple[UUID, str]]],
        **kwargs,
    ) -> None:
        """`rows`: by regimen the planned rows that can be recorded from, each with its words."""
        super().__init__(*args, **kwargs)
        self.regimens = regimens
        self.measures = measures
        self.fields["version"].choices = [(str(each.pk), each.name) for each in measures]
        for regimen in regimens:
            title = {"medicine": title_of(regimen.card.version)}
            self.fields[f"step-{regimen.pk.hex}"] = forms.ChoiceField(
                label=_("%(medicine)s: dose step") % title,
                choices=[
                    ("", _("None")),
                    *((f"{ROW}{row}", words) for row, words in rows.get(regimen.pk, ())),
                    *StepKind.choices,
                ],
                required=False,
            )
            self.fields[f"report-{regimen.pk.hex}"] = forms.BooleanField(
                label=_("%(medicine)s: report of the intake") % title, required=False
            )

    def _chosen(self, name: str) -> str:
        field = self[name]
        return str(field.value() or "")

    @property
    def steps(self) -> list[tuple[Regimen, str, UUID | None]]:
        """The medicines of which a step is recorded, each with its kind, or with a planned row."""
        found: list[tuple[Regimen, str, UUID | None]] = []
        for regimen in self.regimens:
            chosen = self._chosen(f"step-{regimen.pk.hex}")
            if chosen in StepKind.values:
                found.append((regimen, chosen, None))
            elif (row := row_of_choice(chosen)) is not None:
                found.append((regimen, StepKind.DOSE.value, row))
        return found

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

    @property
    def query(self) -> str:
        """What of an address chooses the same: as `named` reads it."""
        steps = ((regimen, f"{ROW}{row}" if row else kind) for regimen, kind, row in self.steps)
        named = [
            *(("step", f"{regimen.pk}:{chosen}") for regimen, chosen in steps),
            *(("report", str(regimen.pk)) for regimen in self.reports),
            *(("version", str(version.pk)) for version in self.versions),
        ]
        if effects := len(self.effect_places):
            named.append(("effects", str(effects)))
        return urlencode(named)

    @staticmethod
    def named(address: QueryDict) -> dict[str, object]:
        """What an address chooses, as initial values: regimens and measures by their uuid.

        A regimen's step is a dose step, unless the kind or the planned row stands after a colon.
        """
        found: dict[str, object] = {
            "effects": address.get("effects", ""),
            "version": address.getlist("version"),
        }
        for step in address.getlist("step"):
            regimen, _colon, chosen = step.partition(":")
            found[f"step-{_hex(regimen)}"] = chosen or StepKind.DOSE.value
        for key in map(_hex, address.getlist("report")):
            found[f"report-{key}"] = True
        return found


def row_of_choice(chosen: str) -> UUID | None:
    """The planned row that is chosen, if one is."""
    if not chosen.startswith(ROW):
        return None
    try:
        return UUID(chosen.removeprefix(ROW))
    except ValueError:
        return None


def _hex(text: str) -> str:
    try:
        return UUID(text).hex
    except ValueError:
        return ""
