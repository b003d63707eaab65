"""An event of a pump as it is typed from the print-out: nothing filled in, nothing computed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration.dosing import Component, plain
from titration.forms import moments
from titration.forms.fields import CountField, FigureField, text_field, unit_choices
from titration.forms.when import WhenForm, effective_initial
from titration.models import PumpAlarm, PumpEventKind, PumpMode, Regimen
from titration.policies import RuleBroken
from titration.pump import PumpText

DATES = {
    "low_reservoir_on": "low_",
    "refill_on": "refill_",
    "replacement_on": "replacement_",
}
FIGURES = (
    *("concentration", "bolus", "bridge"),
    *("volume_expected", "volume_withdrawn", "volume_filled"),
)
COUNTS = ("bolus_times", "bolus_hours", "bolus_lockout_minutes", "bridge_minutes")
UNITS = ("concentration_unit", "bolus_unit", "bridge_unit")
TEXTS = ("model", "other_contents", "done_by_name", "alarm_words", "note")
CHOICES = ("kind", "mode", "alarm")


def _unit_field(label) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False)


class PumpEventForm(WhenForm):
    """What was done to the pump or read off it; its rates are a formset beside this."""

    field_order = ("kind",)
    kind = forms.ChoiceField(
        label=gettext_lazy("Event"),
        error_messages={"required": gettext_lazy("Choose what was done.")},
    )
    done_by_name = text_field(
        gettext_lazy("Done by"), 150, gettext_lazy("Who filled, programmed or read the pump.")
    )
    model = text_field(gettext_lazy("Pump"), 120, gettext_lazy("Maker, model and size."))
    concentration = FigureField(label=gettext_lazy("Concentration, for each mL"))
    concentration_unit = _unit_field(gettext_lazy("Unit of the concentration"))
    other_contents = text_field(
        gettext_lazy("What else is in the reservoir"), 200, gettext_lazy("As the label says it.")
    )
    volume_expected = FigureField(label=gettext_lazy("Volume expected, in mL"))
    volume_withdrawn = FigureField(label=gettext_lazy("Volume withdrawn, in mL"))
    volume_filled = FigureField(label=gettext_lazy("Volume filled, in mL"))
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"),
        choices=[("", gettext_lazy("Not on the print-out")), *PumpMode.choices],
        required=False,
    )
    bolus = FigureField(label=gettext_lazy("Each bolus by the patient"))
    bolus_unit = _unit_field(gettext_lazy("Unit of the bolus"))
    bolus_times = CountField(gettext_lazy("At most so many boluses"))
    bolus_hours = CountField(gettext_lazy("Within how many hours"))
    bolus_lockout_minutes = CountField(gettext_lazy("Not again within how many minutes"))
    bridge = FigureField(label=gettext_lazy("Bridge bolus"))
    bridge_unit = _unit_field(gettext_lazy("Unit of the bridge bolus"))
    bridge_minutes = CountField(gettext_lazy("Over how many minutes"))
    low_day = moments.day_box(gettext_lazy("Low-reservoir alarm date"))
    low_month = moments.month_box()
    low_year = moments.year_box()
    refill_day = moments.day_box(gettext_lazy("Refill booked for"))
    refill_month = moments.month_box()
    refill_year = moments.year_box()
    replacement_day = moments.day_box(gettext_lazy("Replacement date"))
    replacement_month = moments.month_box()
    replacement_year = moments.year_box()
    alarm = forms.ChoiceField(
        label=gettext_lazy("Alarm"),
        choices=[("", gettext_lazy("Not asked")), *PumpAlarm.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    alarm_words = text_field(
        gettext_lazy("About the alarm"), 300, gettext_lazy("Since when, and how it sounds.")
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, regimen: Regimen, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.offer_days(regimen.clinic.zone, today)
        self.fields["which_day"].label = _("When")
        self.fields["kind"].choices = [("", _("Choose what was done")), *PumpEventKind.choices]
        for name in UNITS:
            units = unit_choices([regimen.card.version.unit])
            self.fields[name].choices = [("", _("Choose")), *units]

    def day_missing(self) -> str:
        return _("Say when this was.")

    def clean(self) -> dict:
        cleaned = super().clean()
        for name, prefix in DATES.items():
            cleaned[name] = moments.day_of(self, prefix)
        return cleaned

    def break_rule(self, rule: RuleBroken) -> None:
        boxes = {name: f"{prefix}day" for name, prefix in DATES.items()}
        rule.field = boxes.get(rule.field or "", rule.field)
        super().break_rule(rule)

    def text(self, rates: tuple[Component, ...]) -> PumpText:
        """What was typed, once the form is valid; the action names the medicine."""
        cleaned = self.cleaned_data
        assert self.effective is not None  # noqa: S101 - a valid form has one
        said: dict[str, Any] = {
            name: cleaned[name] for name in (*COUNTS, *UNITS, *TEXTS, *CHOICES, *DATES)
        }
        said |= {name: cleaned[name][0] if cleaned[name] else None for name in FIGURES}
        return PumpText(
            effective=self.effective,
            medicine_name="",
            rates=rates,
            correction_reason=cleaned.get("correction_reason", ""),
            **said,
        )


class PumpCorrectionForm(PumpEventForm):
    """A recorded event typed again, with the reason why."""

    correction_reason = forms.CharField(
        label=gettext_lazy("Why the entry is corrected"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def pump_initial(text: PumpText, regimen: Regimen) -> dict[str, object]:
    """What a recorded event says, as the initial values of a correction."""
    initial: dict[str, object] = effective_initial(text.effective, regimen.clinic.zone)
    for name in FIGURES:
        figure = getattr(text, name)
        initial[name] = plain(figure) if figure is not None else ""
    for name in (*COUNTS, *UNITS, *TEXTS, *CHOICES):
        initial[name] = getattr(text, name)
    for name, prefix in DATES.items():
        if on := getattr(text, name):
            initial |= {
                f"{prefix}day": on.day,
                f"{prefix}month": on.month,
                f"{prefix}year": on.year,
            }
    return initial
