"""The parts of a step's dose as rows, to and from the pure core."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from ledger.models import AppendOnly
from titration import dosing
from titration.models.steps import DoseStep

AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 6}


class ComponentColumns(AppendOnly):
    """One part of a dose: amount and timing, as `dosing.Component` has it."""

    PLAIN: ClassVar[tuple[str, ...]] = (
        "low",
        "high",
        "unit",
        "timing",
        "slot",
        "clock",
        "times",
        "times_to",
        "period",
        "period_to",
        "period_unit",
        "days_on",
        "anchor",
        "weekdays",
        "window_from",
        "window_to",
        "rate_per",
        "changed_every_hours",
        "as_needed",
        "maximum_low",
        "maximum_high",
        "maximum_unit",
        "maximum_times",
        "maximum_hours",
        "volume",
        "concentration",
        "concentration_unit",
        "strengths",
        "product",
    )
    SEALED: ClassVar[tuple[str, ...]] = ("as_needed_for", "calculation", "instruction")
    ERASABLE: ClassVar[tuple[str, ...]] = SEALED

    position = models.PositiveSmallIntegerField()
    low = models.DecimalField(**AMOUNT, null=True, blank=True)
    high = models.DecimalField(**AMOUNT, null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    timing = models.CharField(max_length=10)
    slot = models.CharField(max_length=10, blank=True)
    clock = models.TimeField(null=True, blank=True)
    times = models.PositiveSmallIntegerField(null=True, blank=True)
    times_to = models.PositiveSmallIntegerField(null=True, blank=True)
    period = models.PositiveSmallIntegerField(default=1)
    period_to = models.PositiveSmallIntegerField(null=True, blank=True)
    period_unit = models.CharField(max_length=5, default="day")
    days_on = models.PositiveSmallIntegerField(null=True, blank=True)
    anchor = models.DateField(null=True, blank=True)
    weekdays = models.CharField(max_length=7, blank=True)
    window_from = models.TimeField(null=True, blank=True)
    window_to = models.TimeField(null=True, blank=True)
    rate_per = models.CharField(max_length=10, blank=True)
    changed_every_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    as_needed = models.BooleanField(default=False)
    as_needed_for = models.CharField(max_length=200, blank=True, null=True)
    maximum_low = models.DecimalField(**AMOUNT, null=True, blank=True)
    maximum_high = models.DecimalField(**AMOUNT, null=True, blank=True)
    maximum_unit = models.CharField(max_length=20, blank=True)
    maximum_times = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    strengths = models.CharField(max_length=200, blank=True)
    volume = models.DecimalField(**AMOUNT, null=True, blank=True)
    concentration = models.DecimalField(**AMOUNT, null=True, blank=True)
    concentration_unit = models.CharField(max_length=20, blank=True)
    product = models.CharField(max_length=200, blank=True)
    calculation = models.CharField(max_length=300, blank=True, null=True)
    # Older rows have no words, which is not the same as words that were erased.
    instruction = models.CharField(max_length=500, blank=True, null=True, default="")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(low__gte=0), name="%(app_label)s_%(class)s_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(high=None) | Q(high__gt=F("low")),
                name="%(app_label)s_%(class)s_range_rises",
            ),
            models.CheckConstraint(
                condition=Q(timing="words", low=None, high=None, unit="")
                | (~Q(timing="words") & Q(low__isnull=False, unit__in=list(dosing.UNITS))),
                name="%(app_label)s_%(class)s_unit_known",
            ),
            models.CheckConstraint(
                condition=Q(timing__in=dosing.KINDS),
                name="%(app_label)s_%(class)s_timing_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.timing} {self.low} {self.unit}"

    def plain_content(self) -> dict[str, object]:
        """The fields that are written, by name; what is empty is left out."""
        values = {name: getattr(self, name) for name in self.PLAIN}
        return {
            name: value
            for name, value in values.items()
            if value is not None and value is not False and value != ""
        }

    def sealed_content(self) -> dict[str, object]:
        return {name: value for name in self.SEALED if (value := getattr(self, name))}

    def as_written(self) -> dosing.Component:
        """The component as the pure core has it."""
        return written_component([getattr(self, name) for name in COMPONENT_FIELDS])

    @staticmethod
    def columns_of(written: dosing.Component) -> dict[str, Any]:
        """The columns for a written component."""
        amount, timing, maximum = written.amount, written.timing, written.maximum
        return {
            "low": amount.low if amount else None,
            "high": amount.high if amount else None,
            "unit": amount.unit if amount else "",
            "timing": timing.kind,
            "slot": timing.slot,
            "clock": timing.clock,
            "times": timing.times,
            "times_to": timing.times_to,
            "period": timing.period,
            "period_to": timing.period_to,
            "period_unit": timing.period_unit,
            "days_on": timing.days_on,
            "anchor": timing.anchor,
            "weekdays": "".join(str(day) for day in timing.weekdays),
            "window_from": timing.window_from,
            "window_to": timing.window_to,
            "rate_per": timing.rate_per,
            "changed_every_hours": timing.changed_every_hours,
            "as_needed": written.as_needed,
            "as_needed_for": written.as_needed_for,
            "maximum_low": maximum.low if maximum else None,
            "maximum_high": maximum.high if maximum else None,
            "maximum_unit": maximum.unit if maximum else "",
            "maximum_times": written.maximum_times,
            "maximum_hours": written.maximum_hours,
            "strengths": written.strengths,
            "volume": written.volume,
            "concentration": written.concentration,
            "concentration_unit": written.concentration_unit,
            "product": written.product,
            "calculation": written.calculation,
            "instruction": written.instruction,
        }


class Component(ComponentColumns):
    """One part of the dose of a step."""

    PARENT = "step"

    step = models.ForeignKey(DoseStep, on_delete=models.PROTECT, related_name="components")

    class Meta(ComponentColumns.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["step", "position"], name="%(app_label)s_%(class)s_position_once"
            ),
            *ComponentColumns.Meta.constraints,
        ]

    @classmethod
    def of(cls, step: DoseStep, position: int, written: dosing.Component) -> "Component":
        """The row for a written component."""
        return cls(step=step, position=position, **cls.columns_of(written))


COMPONENT_FIELDS = (*ComponentColumns.PLAIN, *ComponentColumns.SEALED)


def written_component(values: Sequence[Any]) -> dosing.Component:
    """The pure component for the values of COMPONENT_FIELDS, read as a row or off an object."""
    row = dict(zip(COMPONENT_FIELDS, values, strict=True))
    amount = maximum = None
    if row["low"] is not None:
        amount = dosing.Amount(row["low"], row["high"], row["unit"])
    if row["maximum_low"] is not None:
        maximum = dosing.Amount(row["maximum_low"], row["maximum_high"], row["maximum_unit"])
    return dosing.Component(
        amount=amount,
        timing=dosing.Timing(
            kind=row["timing"],
            slot=row["slot"],
            clock=row["clock"],
            times=row["times"],
            times_to=row["times_to"],
            period=row["period"],
            period_to=row["period_to"],
            period_unit=row["period_unit"],
            days_on=row["days_on"],
            anchor=row["anchor"],
            weekdays=tuple(int(day) for day in row["weekdays"]),
            window_from=row["window_from"],
            window_to=row["window_to"],
            rate_per=row["rate_per"],
            changed_every_hours=row["changed_every_hours"],
        ),
        as_needed=row["as_needed"],
        as_needed_for=row["as_needed_for"] or "",
        maximum=maximum,
        maximum_times=row["maximum_times"],
        maximum_hours=row["maximum_hours"],
        strengths=row["strengths"],
        volume=row["volume"],
        concentration=row["concentration"],
        concentration_unit=row["concentration_unit"],
        product=row["product"],
        calculation=row["calculation"] or "",
        instruction=row["instruction"] or "",
    )
