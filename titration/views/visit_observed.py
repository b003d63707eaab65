"""How the patient was, as a visit has it: its side effects, and a sheet of measures."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.forms import Form
from django.http import QueryDict

from patients.models import Patient
from titration import actions
from titration.actions import EffectText, ObservationText, OneRefused
from titration.forms.observations import MeasuredForm, Sheet, SideEffectForm, ValueForm
from titration.forms.visit import PartsForm
from titration.models import MeasureVersion
from titration.presenters.visit import Part, effect_part, measured_part
from titration.timeline import Effective
from titration.views.observations import sheet_versions
from titration.views.side_effects import regimens_beside

PREFIX = "measured"


class VisitObserved:
    """The side effects and the sheet of a visit. What was measured was measured at the contact.

    A sheet or a side effect that is only laid out now is not bound: nothing of it is typed yet.
    """

    def __init__(
        self, patient: Patient, parts: PartsForm, data: QueryDict | None, now: datetime
    ) -> None:
        self.patient, self.now = patient, now
        places = parts.effect_places
        regimens = regimens_beside(patient) if places else {}
        self.effects = [
            SideEffectForm(
                _typed(data, f"effect-{place}"),
                prefix=f"effect-{place}",
                clinic=patient.clinic,
                now=now,
                regimens=regimens,
            )
            for place in places
        ]
        self.measured = MeasuredForm(_typed(data, PREFIX), prefix=PREFIX)
        self.sheet = Sheet(parts.versions, data if self.measured.is_bound else None)
        self.filled: list[ValueForm] = []
        self.observations: tuple[ObservationText, ...] = ()
        self.effect_texts: tuple[EffectText, ...] = ()

    @property
    def forms(self) -> list[Form]:
        """Every form, in the order of the page."""
        measured = [self.measured, *self.sheet.forms] if self.sheet.versions else []
        return [*self.effects, *measured]

    def read(self, effective: Effective | None, *, asks_rules: bool) -> bool:
        """Whether what was typed has its shape, and keeps the rules where they are asked.

        `effective` is when the contact was, none where that is not understood.
        """
        is_right = all(form.is_bound and form.is_valid() for form in self.forms)
        if not is_right or effective is None:
            return False
        if self.sheet.versions:
            self.filled = self.sheet.filled
            by = self.measured.cleaned_data["measured_by"]
            self.observations = tuple(row.text(effective, by, is_new=True) for row in self.filled)
        self.effect_texts = tuple(form.text() for form in self.effects)
        refused = self._refused() if asks_rules else []
        for rule in refused:
            self.form_of(rule).break_rule(rule)
        return not refused

    def _refused(self) -> list[OneRefused]:
        return [
            *actions.check_observations(self.patient, self.observations, self.now),
            *actions.check_effects(self.patient, self.effect_texts, self.now),
        ]

    def form_of(self, refused: OneRefused) -> ValueForm | SideEffectForm:
        """The form of what a rule refuses."""
        found: Sequence = self.filled if refused.what == "observation" else self.effects
        return found[refused.position]

    @property
    def texts(self) -> list[ObservationText | EffectText]:
        """What was read."""
        return [*self.observations, *self.effect_texts]

    def read_back(self, titles: dict[UUID, str]) -> list[Part]:
        """What was read, in words; nothing of a sheet that was left empty."""
        measured = [measured_part(self.observations)] if self.observations else []
        return [*(effect_part(text, titles) for text in self.effect_texts), *measured]


def measures_offered(patient: Patient, data: QueryDict | None) -> list[MeasureVersion]:
    """The clinic's list, with the text of each measure that a form which was laid out names."""
    seen = sheet_versions(patient, data) if data is not None and "version" in data else []
    offered = {version.measure_id: version for version in sheet_versions(patient, None)}
    return list((offered | {version.measure_id: version for version in seen}).values())


def _typed(data: QueryDict | None, prefix: str) -> QueryDict | None:
    return data if data is not None and f"{prefix}-submission" in data else None
