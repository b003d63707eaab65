"""What was done to a pump and read off it: each event as it stands on the print-out."""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models import Record
from titration import dosing
from titration.models.catalogue import Route
from titration.models.components import AMOUNT, ComponentColumns
from titration.models.moments import Dated
from titration.models.regimens import Regimen

if TYPE_CHECKING:
    from titration import pump

PUMP_ROUTES = frozenset({Route.INTRATHECAL, Route.EPIDURAL, Route.INTRAVENOUS, Route.SUBCUTANEOUS})
"""The routes by which a pump gives a medicine."""

_UNITS = [(unit, unit) for unit in dosing.UNITS]


class PumpEventKind(models.TextChoices):
    IMPLANTED = "implanted", _("Pump put in")
    IN_PLACE = "in-place", _("Pump found in place")
    REFILLED = "refilled", _("Refilled")
    CONCENTRATION = "concentration", _("Concentration changed")
    PROGRAMMED = "programmed", _("Programme changed")
    CHECKED = "checked", _("Read out, nothing changed")
    ALARM = "alarm", _("Alarm")
    REPLACED = "replaced", _("Pump replaced")
    REMOVED = "removed", _("Pump taken out")


class PumpMode(models.TextChoices):
    CONTINUOUS = "continuous", _("one rate all day")
    FLEXIBLE = "flexible", _("rates by time of day")
    BOLUSES = "boluses", _("boluses at intervals")
    MINIMUM = "minimum", _("minimum rate")
    STOPPED = "stopped", pgettext_lazy("pump", "stopped")


class PumpAlarm(models.TextChoices):
    HEARD = "heard", _("An alarm was heard")
    NOT_HEARD = "not-heard", _("No alarm was heard")


class PumpEvent(Dated, Record):
    """One event of a pump; `event` is the line that its corrections share.

    Volumes are in mL, the concentration in `concentration_unit` per mL. What the print-out does not
    say is empty. Nothing here is computed, and no event changes the dose log.
    """

    KIND = "pump-event"
    FORM = "pump-event/1"
    SEALED = ("other_contents", "alarm_words", "note", "correction_reason")
    AGREES = {"subject": "event", "patient": "regimen__patient", "clinic": "regimen__clinic"}
    PARTS = {"parts": "rates"}
    SAID = (
        *("kind", "done_by_name", "model", "medicine_name", "concentration", "concentration_unit"),
        *("mode", "bolus", "bolus_unit", "bolus_times", "bolus_hours", "bolus_lockout_minutes"),
        *("bridge", "bridge_unit", "bridge_minutes"),
        *("volume_expected", "volume_withdrawn", "volume_filled"),
        *("low_reservoir_on", "refill_on", "replacement_on", "alarm"),
    )

    event = models.UUIDField(default=uuid.uuid4, editable=False)
    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="pump_events")
    kind = models.CharField(_("event"), max_length=15, choices=PumpEventKind.choices)
    done_by_name = models.CharField(_("done by"), max_length=150, blank=True)
    model = models.CharField(_("pump"), max_length=120, blank=True)
    medicine_name = models.CharField(_("medicine in the reservoir"), max_length=120)
    concentration = models.DecimalField(_("concentration"), **AMOUNT, null=True, blank=True)
    concentration_unit = models.CharField(max_length=20, blank=True, choices=_UNITS)
    other_contents = models.CharField(
        _("what else is in the reservoir"), max_length=200, blank=True, null=True
    )
    mode = models.CharField(_("mode"), max_length=15, blank=True, choices=PumpMode.choices)
    bolus = models.DecimalField(_("each bolus by the patient"), **AMOUNT, null=True, blank=True)
    bolus_unit = models.CharField(max_length=20, blank=True, choices=_UNITS)
    bolus_times = models.PositiveSmallIntegerField(null=True, blank=True)
    bolus_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    bolus_lockout_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    bridge = models.DecimalField(_("bridge bolus"), **AMOUNT, null=True, blank=True)
    bridge_unit = models.CharField(max_length=20, blank=True, choices=_UNITS)
    bridge_minutes = models.PositiveIntegerField(null=True, blank=True)
    volume_expected = models.DecimalField(_("volume expected"), **AMOUNT, null=True, blank=True)
    volume_withdrawn = models.DecimalField(_("volume withdrawn"), **AMOUNT, null=True, blank=True)
    volume_filled = models.DecimalField(_("volume filled"), **AMOUNT, null=True, blank=True)
    low_reservoir_on = models.DateField(_("low-reservoir alarm date"), null=True, blank=True)
    refill_on = models.DateField(_("refill booked for"), null=True, blank=True)
    replacement_on = models.DateField(_("replacement date"), null=True, blank=True)
    alarm = models.CharField(_("alarm"), max_length=10, blank=True, choices=PumpAlarm.choices)
    alarm_words = models.CharField(_("about the alarm"), max_length=300, blank=True, null=True)
    note = models.TextField(_("note"), blank=True, null=True)
    correction_reason = models.CharField(_("why corrected"), max_length=300, blank=True, null=True)

    class Meta:
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=PumpEventKind.values),
                name="%(app_label)s_%(class)s_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["", *PumpMode.values]),
                name="%(app_label)s_%(class)s_mode_known",
            ),
            models.CheckConstraint(
                condition=Q(alarm__in=["", *PumpAlarm.values]),
                name="%(app_label)s_%(class)s_alarm_known",
            ),
        ]
        indexes = [models.Index(fields=["event"], name="titration_pump_event_line")]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"

    @classmethod
    def of(cls, regimen: Regimen, text: "pump.PumpText", **columns: Any) -> "PumpEvent":
        """The event that says this, with its rates, not yet recorded."""
        made = cls(
            regimen=regimen,
            **cls.effective_columns(text.effective),
            **{name: getattr(text, name) for name in (*cls.SAID, *cls.SEALED)},
            **columns,
        )
        made.parts = [
            PumpRate(event=made, position=position, **PumpRate.columns_of(written))
            for position, written in enumerate(text.rates)
        ]
        return made

    def plain_content(self) -> dict[str, object]:
        """The fields that are written, by name; what is empty is left out."""
        values = {name: getattr(self, name) for name in self.SAID}
        return {
            "regimen": self.regimen_id,
            "at": self.effective_content(),
            "rates": [rate.plain_content() for rate in self.parts],
            **{name: value for name, value in values.items() if value not in (None, "")},
        }

    def sealed_content(self) -> dict[str, object]:
        texts = [rate.sealed_content() for rate in self.parts]
        return {**super().sealed_content(), "rates": texts if any(texts) else []}

    @cached_property
    def parts(self) -> list["PumpRate"]:
        """The rates in order; set by hand while they are not yet inserted."""
        return list(self.rates.order_by("position"))


class PumpRate(ComponentColumns):
    """One part of a pump's programme: a rate, over the day or a part of it."""

    PARENT = "event"

    event = models.ForeignKey(PumpEvent, on_delete=models.PROTECT, related_name="rates")

    class Meta(ComponentColumns.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["event", "position"], name="%(app_label)s_%(class)s_position_once"
            ),
            *ComponentColumns.Meta.constraints,
        ]
