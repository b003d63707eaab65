"""A dose as typed: one row for each part, amount and timing, and what is written beside them."""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from titration import dosing, wording
from titration.forms import moments
from titration.forms.fields import (
    DAYS_CHOICES,
    PERIOD_CHOICES,
    RATE_CHOICES,
    SINGLE_WHEN_CHOICES,
    WEEKDAY_CHOICES,
    WHEN_CHOICES,
    CountField,
    CountRangeField,
    FigureField,
    sharing_fields,
    text_field,
    unit_choices,
)
from titration.models import StepKind
from titration.wording.memory import once_per_language

# Which field of the row a problem of the pure core belongs to; the rest belong to the amount.
FIELD_OF_PROBLEM = {
    "anchor_missing": "anchor_day",
    "anchor_unused": "anchor_day",
    "as_needed_for_unused": "as_needed_for",
    "changed_bounds": "changed_every_hours",
    "clock_missing": "clock",
    "concentration_figure": "concentration",
    "concentration_missing": "concentration",
    "concentration_unit_missing": "concentration_unit",
    "days_on_bounds": "days_on",
    "instruction_alone": "when",
    "instruction_missing": "instruction",
    "kind_unknown": "when",
    "maximum_figure": "maximum",
    "maximum_hours_missing": "maximum_hours",
    "maximum_missing": "maximum",
    "maximum_range": "maximum",
    "maximum_unused": "maximum",
    "maximum_zero": "maximum",
    "period_bounds": "every",
    "period_range": "every",
    "rate_missing": "rate_per",
    "times_bounds": "times",
    "times_missing": "times",
    "times_range": "times",
    "unit_unknown": "unit",
    "volume_figure": "volume",
    "weekdays_and_period": "weekdays",
    "weekdays_every_day": "weekdays",
    "weekdays_unknown": "weekdays",
    "window_empty": "window_from",
    "window_half": "window_from",
}
# What is typed for some choices of `when`, or of `days`, alone. The page's script hides it for the
# others and does not send it; without a script it is there to be typed into.
OF_WHEN = {
    "clock": {"clock"},
    "times": {"times", "hours"},
    "hours": {"hours"},
    "window_from": {"continuous"},
    "window_to": {"continuous"},
    "changed_every_hours": {"continuous"},
}
OF_DAYS = {
    "weekdays": {"weekdays"},
    "every": {"period", "weekdays"},
    "days_on": {"cycle"},
    "days_off": {"cycle"},
    "anchor_day": {"period", "cycle", "weekdays"},
    "anchor_month": {"period", "cycle", "weekdays"},
    "anchor_year": {"period", "cycle", "weekdays"},
}
NO_DAYS = {"needed", "hours", "continuous", "words"}
NEVER_TYPED = {"unit", "when", "days", "every_unit", "rate_per", "weekdays", "maximum_unit"}


_OF_OTHER_WHEN = gettext_lazy(
    "This is not part of the timing that is chosen under “When”. Clear it, or choose another."
)
_OF_OTHER_DAYS = gettext_lazy(
    "This is not part of what is chosen under “Which days”. Clear it, or choose another."
)


@sharing_fields()
class ComponentForm(forms.Form):
    """One part of a dose. A row with no amount and nothing else typed is left out."""

    use_required_attribute = False

    amount = FigureField(label=gettext_lazy("Amount"), is_range_allowed=True)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    when = forms.ChoiceField(label=gettext_lazy("When"), choices=WHEN_CHOICES, required=False)
    times = CountRangeField(gettext_lazy("How many times"))
    clock = moments.clock_field(gettext_lazy("Clock time"))
    hours = CountRangeField(gettext_lazy("Every how many hours"))
    days = forms.ChoiceField(
        label=gettext_lazy("Which days"), choices=DAYS_CHOICES, required=False, initial="every"
    )
    every = CountRangeField(gettext_lazy("Every"))
    every_unit = forms.ChoiceField(
        label=gettext_lazy("Days, weeks or months"), choices=PERIOD_CHOICES, required=False
    )
    days_on = CountField(gettext_lazy("Days on"))
    days_off = CountField(gettext_lazy("Then days off"))
    anchor_day = moments.day_box(gettext_lazy("Counted from"))
    anchor_month = moments.month_box()
    anchor_year = moments.year_box()
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        choices=WEEKDAY_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    rate_per = forms.ChoiceField(
        label=gettext_lazy("The rate is"), choices=RATE_CHOICES, required=False
    )
    window_from = moments.clock_field(gettext_lazy("Runs from"))
    window_to = moments.clock_field(
        gettext_lazy("Runs to"), help_text=gettext_lazy("Leave both empty for the whole day.")
    )
    changed_every_hours = CountField(
        gettext_lazy("Changed every (hours)"),
        help_text=gettext_lazy("For a patch, syringe or bag."),
    )
    as_needed = forms.BooleanField(label=gettext_lazy("Only when needed"), required=False)
    as_needed_for = text_field(gettext_lazy("When needed for"), 200)
    maximum = FigureField(label=gettext_lazy("At most, as an amount"))
    maximum_unit = forms.ChoiceField(label=gettext_lazy("Unit of that amount"), required=False)
    maximum_times = CountField(gettext_lazy("At most, as a number of times"))
    maximum_hours = CountField(gettext_lazy("Within how many hours"))
    strengths = text_field(
        gettext_lazy("Strengths used"),
        200,
        gettext_lazy("As written, with × and + between the pieces."),
    )
    volume = FigureField(label=gettext_lazy("Volume in mL"))
    concentration = FigureField(label=gettext_lazy("Concentration, for each mL"))
    concentration_unit = forms.ChoiceField(
        label=gettext_lazy("Unit of the concentration"), required=False
    )
    product = text_field(
        gettext_lazy("Product as supplied"), 200, gettext_lazy("Brand, form, release.")
    )
    calculation = text_field(
        gettext_lazy("Calculation as written"), 300, gettext_lazy("With the weight and its date.")
    )
    instruction = text_field(
        gettext_lazy("Instruction in words"),
        500,
        gettext_lazy("How it is taken, as written; or all of it, where “In words only” is chosen."),
    )

    def __init__(self, *args, units: Iterable[str] = (), kind: str = "dose", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.is_single = kind == StepKind.SINGLE
        self.fields |= _fields_of_units(tuple(units))
        if self.is_single:
            self.fields["when"] = WHEN_OF_SINGLE
        self.written: dosing.Component | None = None

    @property
    def has_more(self) -> bool:
        """Whether a field of the folded-away part holds something, so that it opens."""
        names = (
            *("as_needed_for", "maximum", "maximum_times", "maximum_hours"),
            *("strengths", "volume", "concentration", "product", "calculation"),
        )
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def times_reveal(self) -> str:
        """For which choices of `when` the page shows how many times: what is there is never hidden,
        and "every 6 hours" is written without.
        """
        is_in_hours = self["when"].value() == "hours" and self["times"].value()
        return "when=times|hours" if is_in_hours else "when=times"

    def has_changed(self) -> bool:
        """As Django has it, which goes on to the last field after one that says so."""
        return any(box._has_changed() for box in self)

    def is_blank(self, cleaned: dict) -> bool:
        """Nothing typed: chosen units and timings alone are no dose."""
        return not any(
            value not in (None, "", [], False)
            for name, value in cleaned.items()
            if name not in NEVER_TYPED and name != "DELETE"
        )

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if self.errors or cleaned.get("DELETE") or self.is_blank(cleaned):
            return cleaned
        if cleaned["amount"] is None and cleaned["when"] != "words":
            self.add_error("amount", _("Write the amount, or clear the row."))
            return cleaned
        if not cleaned["when"]:
            self.add_error("when", _("Choose when it is taken."))
            return cleaned
        self._check_belongs(dict(cleaned))
        if not self.errors:
            self.written = self._written(cleaned)
        return cleaned

    def field_of(self, code: str) -> str:
        """The field that a problem of the written part stands beside."""
        field = FIELD_OF_PROBLEM.get(code, "amount")
        if field == "every" and self.cleaned_data["when"] == "hours":
            return "hours"
        if field == "every" and self.cleaned_data["days"] == "cycle":
            return "days_off"
        return field

    def _check_belongs(self, cleaned: dict) -> None:
        """Nothing typed is dropped: what does not belong to the chosen timing is said beside it."""
        when, days = cleaned["when"], cleaned["days"]
        takes_days = not self.is_single and when not in NO_DAYS
        for name, choices in OF_WHEN.items():
            is_of_it = when in choices and (name == "clock" or not self.is_single)
            if cleaned[name] not in (None, "") and not is_of_it:
                self.add_error(name, _OF_OTHER_WHEN)
        for name, choices in OF_DAYS.items():
            if cleaned[name] in (None, "", []) or (takes_days and days in choices):
                continue
            self.add_error(name, _OF_OTHER_DAYS)

    def _written(self, cleaned: dict) -> dosing.Component:
        maximum_unit = cleaned["maximum_unit"] or cleaned["unit"]
        is_needed = cleaned["as_needed"] or cleaned["when"] == "needed"
        figures, maximum = cleaned["amount"], cleaned["maximum"]
        return dosing.Component(
            amount=dosing.Amount(figures[0], figures[1], cleaned["unit"]) if figures else None,
            timing=self._timing(cleaned),
            as_needed=is_needed,
            as_needed_for=cleaned["as_needed_for"],
            maximum=dosing.Amount(maximum[0], None, maximum_unit) if maximum else None,
            maximum_times=cleaned["maximum_times"],
            maximum_hours=cleaned["maximum_hours"],
            strengths=cleaned["strengths"],
            volume=cleaned["volume"][0] if cleaned["volume"] else None,
            concentration=cleaned["concentration"][0] if cleaned["concentration"] else None,
            concentration_unit=cleaned["concentration_unit"] if cleaned["concentration"] else "",
            product=cleaned["product"],
            calculation=cleaned["calculation"],
            instruction=cleaned["instruction"],
        )

    def _timing(self, cleaned: dict) -> dosing.Timing:
        when = cleaned["when"]
        if self.is_single:
            return dosing.Timing(
                "once",
                slot=when if when in dosing.SLOTS else "",
                clock=cleaned["clock"] if when == "clock" else None,
            )
        if when == "needed":
            return dosing.Timing("times")
        if when == "words":
            return dosing.IN_WORDS
        times, times_to = cleaned["times"] or (None, None)
        if when == "hours":
            period, period_to = cleaned["hours"] or (0, None)
            return dosing.Timing(
                "times",
                times=times or 1,
                times_to=times_to,
                period=period,
                period_to=period_to,
                period_unit="hour",
            )
        if when == "continuous":
            return dosing.Timing(
                "continuous",
                rate_per=cleaned["rate_per"],
                window_from=cleaned["window_from"],
                window_to=cleaned["window_to"],
                changed_every_hours=cleaned["changed_every_hours"],
            )
        days = self._days(cleaned)
        if when == "times":
            return dosing.Timing("times", times=times, times_to=times_to, **days)
        if when == "clock":
            return dosing.Timing("clock", clock=cleaned["clock"], **days)
        return dosing.Timing("slot", slot=when, **days)

    def _days(self, cleaned: dict) -> dict:
        """The pattern of days; `anchor` may still be missing (see BaseDosageFormSet)."""
        if cleaned["days"] == "weekdays":
            weekdays = tuple(sorted(int(day) for day in cleaned["weekdays"]))
            if not weekdays:
                self.add_error("weekdays", _("Tick at least one day of the week."))
            weeks, weeks_to = cleaned["every"] or (1, None)
            if weeks_to is not None:
                self.add_error("every", _("Write one number here, not a range."))
            return {
                "weekdays": weekdays,
                "period": weeks,
                "period_unit": "week" if weeks > 1 else "day",
                "anchor": self._anchor(cleaned),
            }
        if cleaned["days"] == "cycle":
            days_on, days_off = cleaned["days_on"], cleaned["days_off"]
            if not days_on:
                self.add_error("days_on", _("Write on how many days in a row it is taken."))
            if not days_off:
                self.add_error("days_off", _("Write on how many days after them it is not."))
            if not days_on or not days_off:
                return {}
            return {
                "period": days_on + days_off,
                "days_on": days_on if days_on > 1 else None,
                "anchor": self._anchor(cleaned),
            }
        if cleaned["days"] == "period":
            if cleaned["every"] is None:
                self.add_error("every", _("Write the number of days, weeks or months."))
                return {}
            every, every_to = cleaned["every"]
            return {
                "period": every,
                "period_to": every_to,
                "period_unit": cleaned["every_unit"],
                "anchor": self._anchor(cleaned),
            }
        return {}

    def _anchor(self, cleaned: dict) -> date | None:
        try:
            typed = moments.typed_date(
                cleaned["anchor_day"], cleaned["anchor_month"], cleaned["anchor_year"]
            )
        except moments.NoDate as error:
            self.add_error("anchor_day", str(error))
            return None
        if typed is None:
            return None
        if typed[1] != "day":
            self.add_error("anchor_day", _("Write the day from which the days are counted."))
        return typed[0]


WHEN_OF_SINGLE = forms.ChoiceField(
    label=gettext_lazy("When"), choices=SINGLE_WHEN_CHOICES, required=False
)


@once_per_language
def _fields_of_units(units: tuple[str, ...]) -> dict[str, forms.Field]:
    """The fields of a part that offer units, these before the others."""
    choices = unit_choices(units)
    fields = {}
    for name, first in (
        ("unit", []),
        ("maximum_unit", [("", _("That of the dose"))]),
        ("concentration_unit", [("", _("Choose"))]),
    ):
        field = fields[name] = deepcopy(ComponentForm.declared_fields[name])
        field.choices = [*first, *choices]
    return fields


class BaseDosageFormSet(forms.BaseFormSet):
    """The rows of one dose."""

    deletion_widget = forms.CheckboxInput

    def add_fields(self, form, index) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove this part")

    def components(self, starts: date | None) -> tuple[dosing.Component, ...]:
        """The written parts in order; errors of their shape are put on their rows.

        A pattern of days whose day of counting was left out is counted from the day on which the
        step itself starts, as typed; the read-back says so.
        """
        parts = []
        for form in self.forms:
            if form.written is None or form.errors:
                continue
            written = _counted_from(form.written, starts)
            for code in dosing.check_component(written):
                form.add_error(form.field_of(code), wording.problem_words(code))
            parts.append(written)
        return tuple(parts)

    def want_one(self) -> None:
        """Say beside the first part that is kept that a dose has at least one."""
        kept = [form for form in self.forms if not self._should_delete_form(form)]
        for form in kept[:1]:
            in_words = form.cleaned_data.get("when") == "words"
            code = "instruction_missing" if in_words else "empty_dose"
            form.add_error(form.field_of(code), wording.problem_words(code))

    @property
    def is_clean(self) -> bool:
        """Whether no part has an error, apart from those that are being removed."""
        return not any(form.errors for form in self.forms if not self._should_delete_form(form))


def _counted_from(written: dosing.Component, starts: date | None) -> dosing.Component:
    timing = written.timing
    if not timing.is_counted or timing.anchor or timing.kind not in ("slot", "clock", "times"):
        return written
    return replace(written, timing=replace(timing, anchor=starts))


def dosage_formset(
    *,
    data=None,
    kind: str,
    units: Iterable[str],
    initial: list[dict] | None = None,
    rows: int = 1,
    prefix: str = "components",
) -> BaseDosageFormSet:
    """The rows of a dose, bound when `data` is given; `rows` blank ones when nothing is."""
    extra = 0 if initial else rows
    made = forms.formset_factory(
        ComponentForm,
        formset=BaseDosageFormSet,
        extra=extra,
        max_num=24,
        absolute_max=24,
        validate_max=True,
        can_delete=True,
    )
    rows_made = made(
        data,
        prefix=prefix,
        initial=initial,
        form_kwargs={"units": list(units), "kind": kind},
    )
    return cast(BaseDosageFormSet, rows_made)
