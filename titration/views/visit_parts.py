"""The parts of a visit that are of one medicine: a step, a report; and the rows it can be from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from patients.models import Patient
from titration.actions import Instruction
from titration.forms.intake import IntakeForm
from titration.forms.visit import row_of_choice
from titration.models import Regimen, StepKind
from titration.presenters import recording
from titration.presenters.following import RowCard, choice_words, following, next_row, row_card
from titration.presenters.log import log_rows
from titration.presenters.regimen import title_of
from titration.reading import logged, planned
from titration.reading.planned import PlanLog
from titration.views.recording import Screen

Offered = dict[UUID, list[tuple[UUID, str]]]


def rows_offered(
    patient: Patient,
    plans: Mapping[UUID, Sequence[PlanLog]],
    data: QueryDict | None,
    named: Mapping[str, object],
    today: date,
) -> Offered:
    """By regimen: the next row of its signed plan, and the one that is chosen already.

    What is chosen is in the `data` of the form, or `named` by the address. No query where there
    are no plans.
    """
    with_plans = [regimen for regimen, of_it in plans.items() if of_it]
    if not with_plans:
        return {}
    histories = logged.histories(with_plans)
    ended = planned.ended(patient.pk)
    offered: Offered = {}
    for regimen in with_plans:
        history = histories[regimen]
        name = f"step-{regimen.hex}"
        chosen = data.get(name, "") if data is not None else named.get(name, "")
        rows = [next_row(plans[regimen], history, ended, today), row_of_choice(str(chosen))]
        found = [following(plans[regimen], row, history) for row in dict.fromkeys(rows) if row]
        offered[regimen] = [(each.row.row, choice_words(each)) for each in found if each]
    return offered


@dataclass
class StepPart:
    """A step of the visit: the screen of its medicine, and what was typed when it is right."""

    screen: Screen
    instruction: Instruction | None = None

    @property
    def title(self) -> str:
        title = title_of(self.screen.regimen.card.version)
        what = recording.write_title(self.screen.kind, is_correction=False)
        return _("%(what)s: %(medicine)s") % {"what": what, "medicine": title}

    @property
    def before(self):
        """The instruction now, as a row of the log."""
        screen = self.screen
        now = screen.history.in_force(screen.now)
        rows = log_rows(screen.history, screen.regimen.clinic, screen.now, [now]) if now else []
        return rows[0] if rows else None

    @property
    def is_single(self) -> bool:
        return self.screen.kind == StepKind.SINGLE

    @property
    def row(self) -> RowCard | None:
        """The planned row that it is recorded from."""
        return row_card(self.screen.row, asks=True) if self.screen.row else None

    @property
    def version(self) -> UUID | None:
        """The version of the plan that is shown with the row."""
        return self.screen.row.plan.newest.entry if self.screen.row else None

    @property
    def is_plan_unread(self) -> bool:
        return self.screen.row is not None and self.screen.form.cleaned_data["version"] is None


@dataclass
class ReportPart:
    """A report of the visit, of one medicine."""

    regimen: Regimen
    form: IntakeForm

    @property
    def title(self) -> str:
        return title_of(self.regimen.card.version)
