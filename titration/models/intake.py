"""What the patient is said to have taken: a track of its own, beside plans and instructions."""

import uuid
from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.models import User
from ledger.models import Record
from titration.dosing import SLOTS
from titration.models.plans import PlanVersion
from titration.models.regimens import Regimen


class Intake(models.TextChoices):
    """What is said to have been taken."""

    AS_INSTRUCTED = "as-instructed", _("Taken as instructed")
    AS_PLANNED = "as-planned", _("Taken as the written plan says")
    MISSED = "missed", _("Missed")
    DIFFERENT = "different", _("Something else was taken")
    STOPPED = "stopped", _("Taken no longer")


class Reporter(models.TextChoices):
    """Who says so."""

    PATIENT = "patient", _("the patient")
    CARER = "carer", _("a carer")
    NURSE = "nurse", _("a nurse")
    PHARMACY = "pharmacy", _("the pharmacy")
    OTHER = "other", pgettext_lazy("reporter", "somebody else")


def slots_of(written: str) -> tuple[str | time, ...]:
    """The slots and clock times of a list as a record keeps it: "morning,21:30".

    Raises ValueError for what is neither one of dosing.SLOTS nor a clock time.
    """
    return tuple(_slot(part) for part in written.split(",") if part)


def _slot(written: str) -> str | time:
    return written if written in SLOTS else time.fromisoformat(written)


class IntakeReport(Record):
    """What somebody reports of the intake; `report` is the line that its corrections share.

    It holds from the day `from_on` to the day `until_on`, both included; without an end it was
    still so when it was reported. `slots` are the times of day that were missed ("morning,21:30");
    none where whole days were. `taken` is what was taken instead, in words. `version` is the plan
    that it was taken by. `told` is the prescriber who was told of it, or `told_name` alone.
    It changes no dose, and nothing is inferred of days that no report names.
    """

    KIND = "intake-report"
    FORM = "intake-report/1"
    SEALED = ("taken", "reporter_name", "note", "correction_reason")
    AGREES = {"subject": "report", "patient": "regimen__patient", "clinic": "regimen__clinic"}

    report = models.UUIDField(default=uuid.uuid4, editable=False)
    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="intake_reports")
    what = models.CharField(_("what was taken"), max_length=15, choices=Intake.choices)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    slots = models.CharField(_("missed at"), max_length=200, blank=True)
    version = models.ForeignKey(PlanVersion, null=True, on_delete=models.PROTECT, related_name="+")
    taken = models.TextField(_("what was taken instead"), blank=True, null=True)
    reporter = models.CharField(_("reported by"), max_length=10, choices=Reporter.choices)
    reporter_name = models.CharField(_("their name"), max_length=150, blank=True, null=True)
    reported_on = models.DateField(_("reported on"))
    told = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    told_name = models.CharField(_("prescriber told"), max_length=150, blank=True)
    told_on = models.DateField(_("told on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, null=True)
    correction_reason = models.CharField(_("why corrected"), max_length=300, blank=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=Intake.values), name="%(app_label)s_%(class)s_what_known"
            ),
            models.CheckConstraint(
                condition=Q(reporter__in=Reporter.values),
                name="%(app_label)s_%(class)s_reporter_known",
            ),
            models.CheckConstraint(
                condition=Q(from_on__lte=F("reported_on"))
                & (
                    Q(until_on=None) | Q(until_on__gte=F("from_on"), until_on__lte=F("reported_on"))
                ),
                name="%(app_label)s_%(class)s_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(slots="") | Q(what=Intake.MISSED),
                name="%(app_label)s_%(class)s_slots_of_missed",
            ),
            models.CheckConstraint(
                condition=Q(version=None) & ~Q(what=Intake.AS_PLANNED)
                | Q(version__isnull=False, what=Intake.AS_PLANNED),
                name="%(app_label)s_%(class)s_plan_of_planned",
            ),
            models.CheckConstraint(
                condition=Q(told=None, told_name="", told_on=None)
                | Q(told_on__isnull=False) & ~Q(told_name=""),
                name="%(app_label)s_%(class)s_told_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["regimen", "from_on"], name="titration_intake_by_regimen"),
            models.Index(fields=["report"], name="titration_intake_line"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.from_on}"

    def plain_content(self) -> dict[str, object]:
        return {
            "regimen": self.regimen_id,
            "what": self.what,
            "from_on": self.from_on,
            "until_on": self.until_on,
            "slots": self.slots,
            "version": self.version_id,
            "reporter": self.reporter,
            "reported_on": self.reported_on,
            "told": self.told_id,
            "told_name": self.told_name,
            "told_on": self.told_on,
        }
