"""The grid of days in which only what differed from the instruction is ticked or typed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration import wording
from titration.actions import IntakeText
from titration.dosing import SLOTS
from titration.forms.intake import ReporterForm, slot_words
from titration.intake import Day, Run, Slot, runs, slot_code


@dataclass(frozen=True)
class GridRow:
    """A day of the grid: its words, a box or none under each heading, those of the whole day.

    A day off (`is_off`) has no box to say that nothing was taken: nothing was to be.
    """

    day: str
    is_off: bool
    cells: Sequence[tuple[str, BoundField | None]]
    none: BoundField | None
    taken: BoundField

    @property
    def errors(self) -> list[str]:
        """What is wrong with the day."""
        fields = [*(cell for _heading, cell in self.cells), self.none, self.taken]
        return [str(error) for field in fields if field for error in field.errors]


class GridForm(ReporterForm):
    """Some days on end, each with a box for every time of day of its instruction.

    Nothing is said of a day that is left blank, unless `others` is ticked.
    """

    others = forms.BooleanField(
        label=gettext_lazy("All the other days of this table were taken as instructed"),
        required=False,
    )

    def __init__(self, *args, days: Sequence[Day], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.days = days
        for day in days:
            words = {"date": wording.date_words(day.on)}
            for slot in day.offered:
                label = _("%(slot)s missed, %(date)s") % {**words, "slot": slot_words(slot)}
                self._add_box(f"missed-{day.on}-{slot_code(slot)}", label)
            if not day.is_off:
                self._add_box(f"none-{day.on}", _("Nothing taken all day, %(date)s") % words)
            self.fields[f"taken-{day.on}"] = forms.CharField(
                required=False,
                max_length=500,
                label=_("Taken instead, %(date)s") % words,
                widget=forms.TextInput(
                    attrs={
                        "autocomplete": "off",
                        "aria-label": _("Taken instead, %(date)s") % words,
                    }
                ),
            )

    def _add_box(self, name: str, label: str) -> None:
        widget = forms.CheckboxInput(attrs={"aria-label": label})
        self.fields[name] = forms.BooleanField(required=False, label=label, widget=widget)

    @property
    def columns(self) -> list[str]:
        """A heading for each time of day of all the days."""
        return [_("%(slot)s missed") % {"slot": slot_words(slot)} for slot in self._slots]

    @property
    def _slots(self) -> list[Slot]:
        every = dict.fromkeys(slot for day in self.days for slot in day.offered)
        order = {code: place for place, code in enumerate(SLOTS)}
        return sorted(every, key=lambda slot: (order.get(str(slot), len(order)), str(slot)))

    @property
    def rows(self) -> list[GridRow]:
        """The days with their boxes, the newest first."""
        headed = list(zip(self.columns, self._slots, strict=True))
        return [
            GridRow(
                wording.weekday_words(day.on),
                day.is_off,
                [
                    (
                        heading,
                        self[f"missed-{day.on}-{slot_code(slot)}"] if slot in day.offered else None,
                    )
                    for heading, slot in headed
                ],
                None if day.is_off else self[f"none-{day.on}"],
                self[f"taken-{day.on}"],
            )
            for day in reversed(self.days)
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        if self._is_of_another_table:
            self.add_error(
                None,
                _(
                    "The instruction of these days was changed while your page was open, so the "
                    "table is another one now. Nothing is recorded: look at the table again, and "
                    "tick anew what was different."
                ),
            )
        self.typed = [self._typed(day, cleaned) for day in self.days]
        for day in self.typed:
            if day.is_none and (day.taken or day.missed):
                self.add_error(
                    f"none-{day.on}",
                    _("%(date)s: nothing was taken, or something was. Say one of them.")
                    % {"date": wording.date_words(day.on)},
                )
        if not self.errors and not self.runs:
            self.add_error(
                None,
                _("Every day is blank, so nothing is reported. Tick or type what was different."),
            )
        return cleaned

    @property
    def _is_of_another_table(self) -> bool:
        """Whether something is ticked or typed in a box that this table has not."""
        boxes = ("missed-", "none-", "taken-")
        return any(
            name.startswith(boxes) and name not in self.fields and self.data[name]
            for name in self.data
        )

    def _typed(self, day: Day, cleaned: dict) -> Day:
        return replace(
            day,
            missed=tuple(
                slot for slot in day.offered if cleaned.get(f"missed-{day.on}-{slot_code(slot)}")
            ),
            is_none=bool(cleaned.get(f"none-{day.on}")),
            taken=(cleaned.get(f"taken-{day.on}") or "").strip(),
        )

    @property
    def runs(self) -> tuple[Run, ...]:
        """What the grid says, equal days on end as one."""
        return runs(self.typed, others_as_instructed=bool(self.cleaned_data.get("others")))

    @property
    def texts(self) -> tuple[IntakeText, ...]:
        """What the action is asked to record, when the form is valid."""
        return tuple(
            IntakeText(
                what=run.what,
                from_on=run.from_on,
                until_on=run.until_on,
                slots=",".join(map(slot_code, run.slots)),
                taken=run.taken,
                **self.said(),
            )
            for run in self.runs
        )
