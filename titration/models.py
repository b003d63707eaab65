"""The work: a clinic's medicines, regimens, dose steps with their components, confirmations.

Records carry names, units and labels as written, so that no later edit of a catalogue or a person
changes what the past says.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.models import Clinic, OfClinicQuerySet, User
from ledger.models import Record
from patients.models import Patient
from titration import dosing
from titration.timeline import PRECISION_RANK, Effective


class Route(models.TextChoices):
    """Routes of administration, named in words that put the route first."""

    ORAL = "oral", _("By mouth")
    SUBLINGUAL = "sublingual", _("Under the tongue")
    BUCCAL = "buccal", _("Inside the cheek")
    FEEDING_TUBE = "feeding-tube", _("Through a feeding tube")
    INTRATHECAL = "intrathecal", _("Into the spinal fluid")
    EPIDURAL = "epidural", _("Epidural")
    INTRAVENOUS = "intravenous", _("Into a vein")
    SUBCUTANEOUS = "subcutaneous", _("Under the skin")
    INTRAMUSCULAR = "intramuscular", _("Into a muscle")
    TRANSDERMAL = "transdermal", _("Through the skin, patch")
    TOPICAL = "topical", _("On the skin")
    INHALED = "inhaled", _("Inhaled")
    NASAL = "nasal", _("Into the nose")
    RECTAL = "rectal", _("Into the rectum")
    VAGINAL = "vaginal", _("Into the vagina")
    EYE = "eye", _("Into the eye")
    EAR = "ear", _("Into the ear")


class VersionQuerySet(models.QuerySet):
    """Versions of something whose text changes by new entries."""

    def newest(self):
        """The version of each that no later one supersedes."""
        return self.filter(entry__superseded_by=None)


class Medicine(models.Model):
    """An entry of a clinic's catalogue; its text is versioned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="medicines")

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class MedicineVersion(Record):
    """What the catalogue says of a medicine from one entry on. It holds no doses.

    Lists are lists of strings: forms ("tablet"), routes (codes of `Route`), units (codes of
    `dosing.UNITS`), strengths ("10 mg", "5 mg per 5 mL"), products (brands as supplied).
    """

    KIND = "medicine"
    FORM = "medicine/1"

    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(_("name"), max_length=120)
    forms = models.JSONField(_("forms"), default=list)
    routes = models.JSONField(_("routes"), default=list)
    units = models.JSONField(_("units"), default=list)
    strengths = models.JSONField(_("strengths"), default=list)
    products = models.JSONField(_("products"), default=list)
    in_use = models.BooleanField(_("offered for new regimens"), default=True)

    objects = VersionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def plain_content(self) -> dict[str, object]:
        return {
            "name": self.name,
            "forms": self.forms,
            "routes": self.routes,
            "units": self.units,
            "strengths": self.strengths,
            "products": self.products,
            "in_use": self.in_use,
        }


class Regimen(models.Model):
    """One medicine by one route for one patient. Unchanging; its text is versioned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="regimens")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="regimens")

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class Indication(models.TextChoices):
    SPASTICITY = "spasticity", _("Spasticity")
    EPILEPSY = "epilepsy", _("Epilepsy")
    PAIN = "pain", _("Pain")
    MOOD = "mood", _("Mood disorder")
    ANXIETY = "anxiety", _("Anxiety")
    INFLAMMATION = "inflammation", _("Inflammation")
    MOVEMENT = "movement", _("Movement disorder")
    HEART = "heart", _("Heart or blood pressure")
    CLOTTING = "clotting", _("Blood clotting")
    ALCOHOL = "alcohol", _("Alcohol craving or withdrawal")
    OPIOIDS = "opioids", _("Opioid dependence")
    OTHER = "other", pgettext_lazy("indication", "Other")


class RegimenVersion(Record):
    """What a regimen is from one entry on: medicine, form and route as written, what it is for."""

    KIND = "regimen"
    FORM = "regimen/1"
    SEALED = ("indication_text",)

    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="versions")
    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="+")
    medicine_name = models.CharField(_("medicine"), max_length=120)
    form = models.CharField(_("form"), max_length=80, blank=True)
    route = models.CharField(_("route"), max_length=20, choices=Route.choices)
    unit = models.CharField(_("unit"), max_length=20, choices=[(u, u) for u in dosing.UNITS])
    strengths = models.JSONField(_("strengths"), default=list)
    indication = models.CharField(_("for"), max_length=20, choices=Indication.choices)
    indication_text = models.CharField(_("in words"), max_length=300, blank=True, null=True)
    responsible = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    responsible_name = models.CharField(_("responsible prescriber"), max_length=150)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(route__in=Route.values), name="%(app_label)s_%(class)s_route_known"
            ),
            models.CheckConstraint(
                condition=Q(unit__in=list(dosing.UNITS)),
                name="%(app_label)s_%(class)s_unit_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_route_display()}: {self.medicine_name}"

    @property
    def offered(self) -> tuple[object, str, str, str]:
        """What has to be on the clinic's medicine list when it is chosen."""
        return self.medicine_id, self.route, self.form, self.unit

    def plain_content(self) -> dict[str, object]:
        return {
            "medicine": self.medicine_id,
            "medicine_name": self.medicine_name,
            "form": self.form,
            "route": self.route,
            "unit": self.unit,
            "strengths": self.strengths,
            "indication": self.indication,
            "responsible": self.responsible_id,
            "responsible_name": self.responsible_name,
        }


class StepKind(models.TextChoices):
    DOSE = "dose", _("Dose")
    WITHHOLD = "withhold", _("Withhold")
    RESUME = "resume", _("Resume")
    STOP = "stop", _("Stop")
    SINGLE = "single", _("Single dose")


class ReceivedHow(models.TextChoices):
    IN_PERSON = "in-person", _("in person")
    TELEPHONE = "telephone", _("by telephone and read back")
    LETTER = "letter", _("by letter")
    MESSAGE = "message", _("by message")
    OTHER_SERVICE = "other-service", _("from another service")


class ChangeReason(models.TextChoices):
    """Why a dose was written (dose, resume, single dose)."""

    START = "start", _("Starting")
    STEP_UP = "step-up", _("Step up")
    STEP_DOWN = "step-down", _("Step down")
    EFFECT = "effect", _("Effect on the condition")
    SIDE_EFFECT = "side-effect", _("Side effect")
    RESULT = "result", _("Test result")
    ORGAN = "organ", _("Kidney or liver function")
    OTHER_MEDICINE = "other-medicine", _("Another medicine")
    TRIAL = "trial", _("Trial or loading dose")
    CARE_SETTING = "care-setting", _("Admission, discharge or procedure")
    RESTART = "restart", _("Starting again")
    SUPPLY = "supply", _("Supply or form")
    PATIENT = "patient", _("The patient's wish")
    OTHER = "other", pgettext_lazy("change reason", "Other")


class StopReason(models.TextChoices):
    """Why a medicine was withheld or stopped."""

    COMPLETE = "complete", _("Course complete")
    TAPERED = "tapered", _("Taper complete")
    SIDE_EFFECT = "side-effect", _("Side effect")
    NO_EFFECT = "no-effect", _("No effect")
    RESULT = "result", _("Test result")
    ORGAN = "organ", _("Kidney or liver function")
    UNWELL = "unwell", _("Unwell")
    CARE_SETTING = "care-setting", _("Admission, discharge or procedure")
    SWITCH = "switch", _("Changed to another medicine or route")
    SUPPLY = "supply", _("No supply")
    PATIENT = "patient", _("The patient's wish")
    DIED = "died", _("The patient died")
    OTHER = "other", pgettext_lazy("stop reason", "Other")


KINDS_WITH_DOSE = frozenset({StepKind.DOSE, StepKind.RESUME, StepKind.SINGLE})


def reasons_for(kind: str) -> type[models.TextChoices]:
    """The coded list of reasons that a kind of step takes."""
    return ChangeReason if kind in KINDS_WITH_DOSE else StopReason


class DoseStep(Record):
    """One entry of the dose log; `step` is the line that its corrections share."""

    KIND = "dose-step"
    FORM = "dose-step/1"
    SEALED = ("reason_text", "note", "correction_reason")

    step = models.UUIDField(default=uuid.uuid4, editable=False)
    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("kind"), max_length=10, choices=StepKind.choices)
    effective_on = models.DateField(_("from"))
    effective_precision = models.CharField(
        max_length=5, default="day", choices=[(p, p) for p in PRECISION_RANK]
    )
    effective_time = models.TimeField(_("at"), null=True, blank=True)
    effective_offset = models.SmallIntegerField(null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by_name = models.CharField(_("decided by"), max_length=150)
    received_how = models.CharField(_("received"), max_length=15, choices=ReceivedHow.choices)
    document_on = models.DateField(_("date of the document"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=20)
    reason_text = models.TextField(_("reason in words"), blank=True, null=True)
    note = models.TextField(_("instruction as given"), blank=True, null=True)
    correction_reason = models.CharField(_("why corrected"), max_length=300, blank=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=StepKind.values), name="%(app_label)s_%(class)s_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(effective_precision__in=list(PRECISION_RANK)),
                name="%(app_label)s_%(class)s_precision_known",
            ),
            models.CheckConstraint(
                condition=Q(effective_time=None, effective_offset=None)
                | Q(
                    effective_time__isnull=False,
                    effective_offset__isnull=False,
                    effective_precision="day",
                ),
                name="%(app_label)s_%(class)s_time_with_offset",
            ),
            models.CheckConstraint(
                condition=Q(received_how__in=ReceivedHow.values),
                name="%(app_label)s_%(class)s_received_known",
            ),
        ]
        indexes = [
            models.Index(fields=["regimen", "effective_on"], name="titration_step_by_regimen"),
            models.Index(fields=["step"], name="titration_step_line"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.effective_on}"

    @property
    def effective(self) -> Effective:
        return Effective(
            self.effective_on, self.effective_precision, self.effective_time, self.effective_offset
        )

    @property
    def reason_label(self) -> str:
        return reasons_for(self.kind)(self.reason).label

    def plain_content(self) -> dict[str, object]:
        return {
            "regimen": self.regimen_id,
            "kind": self.kind,
            "effective": {
                "on": self.effective_on,
                "precision": self.effective_precision,
                "time": self.effective_time,
                "offset": self.effective_offset,
            },
            "decided_by": self.decided_by_id,
            "decided_by_name": self.decided_by_name,
            "received_how": self.received_how,
            "document_on": self.document_on,
            "reason": self.reason,
            "components": [c.plain_content() for c in self.parts],
        }

    def sealed_content(self) -> dict[str, object]:
        texts = [c.sealed_content() for c in self.parts]
        return {**super().sealed_content(), "components": texts if any(texts) else []}

    @property
    def parts(self) -> list["Component"]:
        """The components in order; those not yet inserted while the step is being written."""
        if not hasattr(self, "_parts"):
            self._parts = list(self.components.order_by("position"))
        return self._parts

    @parts.setter
    def parts(self, parts: list["Component"]) -> None:
        self._parts = parts


AMOUNT = {"max_digits": 14, "decimal_places": 6}


class Component(models.Model):
    """One part of a dose: amount and timing, as `dosing.Component` has it."""

    PLAIN = (
        "low",
        "high",
        "unit",
        "timing",
        "slot",
        "clock",
        "times",
        "period",
        "period_unit",
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
    SEALED = ("as_needed_for", "calculation")

    step = models.ForeignKey(DoseStep, on_delete=models.PROTECT, related_name="components")
    position = models.PositiveSmallIntegerField()
    low = models.DecimalField(**AMOUNT)
    high = models.DecimalField(**AMOUNT, null=True, blank=True)
    unit = models.CharField(max_length=20)
    timing = models.CharField(max_length=10)
    slot = models.CharField(max_length=10, blank=True)
    clock = models.TimeField(null=True, blank=True)
    times = models.PositiveSmallIntegerField(null=True, blank=True)
    period = models.PositiveSmallIntegerField(default=1)
    period_unit = models.CharField(max_length=5, default="day")
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

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step", "position"], name="%(app_label)s_%(class)s_position_once"
            ),
            models.CheckConstraint(
                condition=Q(low__gte=0), name="%(app_label)s_%(class)s_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(high=None) | Q(high__gt=F("low")),
                name="%(app_label)s_%(class)s_range_rises",
            ),
            models.CheckConstraint(
                condition=Q(unit__in=list(dosing.UNITS)),
                name="%(app_label)s_%(class)s_unit_known",
            ),
            models.CheckConstraint(
                condition=Q(timing__in=dosing.KINDS),
                name="%(app_label)s_%(class)s_timing_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.low} {self.unit}"

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

    @classmethod
    def of(cls, step: DoseStep, position: int, written: dosing.Component) -> "Component":
        """The row for a written component."""
        timing, maximum = written.timing, written.maximum
        return cls(
            step=step,
            position=position,
            low=written.amount.low,
            high=written.amount.high,
            unit=written.amount.unit,
            timing=timing.kind,
            slot=timing.slot,
            clock=timing.clock,
            times=timing.times,
            period=timing.period,
            period_unit=timing.period_unit,
            anchor=timing.anchor,
            weekdays="".join(str(day) for day in timing.weekdays),
            window_from=timing.window_from,
            window_to=timing.window_to,
            rate_per=timing.rate_per,
            changed_every_hours=timing.changed_every_hours,
            as_needed=written.as_needed,
            as_needed_for=written.as_needed_for,
            maximum_low=maximum.low if maximum else None,
            maximum_high=maximum.high if maximum else None,
            maximum_unit=maximum.unit if maximum else "",
            maximum_times=written.maximum_times,
            maximum_hours=written.maximum_hours,
            strengths=written.strengths,
            volume=written.volume,
            concentration=written.concentration,
            concentration_unit=written.concentration_unit,
            product=written.product,
            calculation=written.calculation,
        )


COMPONENT_FIELDS = (*Component.PLAIN, *Component.SEALED)


def written_component(values: Sequence[Any]) -> dosing.Component:
    """The pure component for the values of COMPONENT_FIELDS, read as a row or off an object."""
    row = dict(zip(COMPONENT_FIELDS, values, strict=True))
    maximum = None
    if row["maximum_low"] is not None:
        maximum = dosing.Amount(row["maximum_low"], row["maximum_high"], row["maximum_unit"])
    return dosing.Component(
        amount=dosing.Amount(row["low"], row["high"], row["unit"]),
        timing=dosing.Timing(
            kind=row["timing"],
            slot=row["slot"],
            clock=row["clock"],
            times=row["times"],
            period=row["period"],
            period_unit=row["period_unit"],
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
    )


class Confirmation(Record):
    """The named prescriber has confirmed a step that somebody else typed.

    It confirms one text: a correction of the step waits for a confirmation of its own.
    """

    KIND = "confirmation"
    FORM = "confirmation/1"

    confirms = models.OneToOneField(DoseStep, on_delete=models.PROTECT, related_name="confirmation")

    def __str__(self) -> str:
        return str(self.confirms_id)

    def plain_content(self) -> dict[str, object]:
        return {"confirms": self.confirms_id}


class RegimenCard(models.Model):
    """Projection: a regimen as lists show it. Written by the actions, rebuilt by a command.

    `state` and `since_on` are those of the last instruction whose moment had come when the row was
    made; `next_on` is the day of the first step after it, from which the row is stale.
    """

    regimen = models.OneToOneField(
        Regimen, primary_key=True, on_delete=models.CASCADE, related_name="card"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(RegimenVersion, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10)
    step = models.ForeignKey(DoseStep, null=True, on_delete=models.CASCADE, related_name="+")
    next_on = models.DateField(null=True)
    is_retracted = models.BooleanField(default=False)
    last_number = models.PositiveBigIntegerField(default=0)
    last_recorded_at = models.DateTimeField(null=True)

    objects = OfClinicQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "-last_number"], name="titration_card_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.regimen_id} {self.state}"


class AwaitingConfirmation(models.Model):
    """Projection: a live step typed by somebody else that its prescriber has not yet confirmed."""

    step = models.OneToOneField(
        DoseStep, primary_key=True, on_delete=models.CASCADE, related_name="awaiting"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    regimen = models.ForeignKey(Regimen, on_delete=models.CASCADE, related_name="awaiting")
    prescriber = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveBigIntegerField()

    objects = OfClinicQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["prescriber", "clinic", "number"], name="titration_awaiting_by_person"
            )
        ]

    def __str__(self) -> str:
        return str(self.step_id)
