"""Plans: drafts that change, and what is signed and recorded of them, which does not."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from access.models import Clinic, OfClinicQuerySet, User
from ledger.models import AppendOnly, Record
from titration import dosing
from titration.models.components import ComponentColumns
from titration.models.regimens import Regimen
from titration.planning import INTERVAL_UNITS, MOST_ROWS, ROW_KINDS, Row


class Purpose(models.TextChoices):
    TITRATION = "titration", _("Titration")
    TAPER = "taper", _("Taper")
    SWITCH = "switch", _("Switch")
    MAINTENANCE = "maintenance", _("Maintenance")


class PlanEnd(models.TextChoices):
    STOP = "stop", _("The medicine stops")
    CONTINUE = "continue", _("The last dose continues")
    REVIEW = "review", _("The last dose continues until a review")


class Plan(AppendOnly):
    """A plan of one regimen, through all its versions. Unchanging."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="plans")
    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="plans")

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class PlanDraft(models.Model):
    """What is being written: changes with each save, counts for nothing until it is signed.

    `document` holds what was typed, half-typed too (`titration.document` has its shape).
    `revision` grows by one with each save: who saves over another's save is told. The first
    version of a plan takes the draft's id for the plan's; a revision names the version it starts
    from. `asked_by` asked its prescriber to sign it at `asked_at`; without a time, a change of the
    text has ended that request.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="plan_drafts")
    regimen = models.ForeignKey(Regimen, on_delete=models.CASCADE, related_name="plan_drafts")
    revises = models.ForeignKey(
        "PlanVersion", null=True, on_delete=models.CASCADE, related_name="drafts"
    )
    document = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.pk} {self.revision}"


class PlanVersion(Record):
    """A signed version of a plan; `Entry.recorded_by` signed it. Only revised by another one."""

    KIND = "plan"
    FORM = "plan/1"
    SEALED = ("if_missed", "if_unwell", "note")
    AGREES = {
        "subject": "plan",
        "patient": "plan__regimen__patient",
        "clinic": "plan__clinic",
    }
    PARTS = {"rows": "planned_rows", "parts": "components"}

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField(_("version"))
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    end = models.CharField(
        _("at the end"), max_length=10, choices=PlanEnd.choices, db_column="at_end"
    )
    review_on = models.DateField(_("review on"), null=True, blank=True)
    slots = models.CharField(max_length=80, blank=True)
    if_missed = models.TextField(_("if doses are missed"), blank=True, null=True)
    if_unwell = models.TextField(_("if unwell"), blank=True, null=True)
    note = models.TextField(_("note"), blank=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values),
                name="%(app_label)s_%(class)s_purpose_known",
            ),
            models.CheckConstraint(
                condition=Q(end__in=PlanEnd.values), name="%(app_label)s_%(class)s_end_known"
            ),
            models.UniqueConstraint(
                fields=["plan", "version"], name="%(app_label)s_%(class)s_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"

    @cached_property
    def rows(self) -> list["PlannedRow"]:
        """The rows in order; set by hand while they are not yet inserted."""
        return list(self.planned_rows.order_by("position"))

    @cached_property
    def parts(self) -> list["PlannedComponent"]:
        """The parts of all rows' doses in order; set by hand while they are not yet inserted."""
        return list(self.components.order_by("position"))

    def plain_content(self) -> dict[str, object]:
        return {
            "plan": self.plan_id,
            "version": self.version,
            "purpose": self.purpose,
            "end": self.end,
            "review_on": self.review_on,
            "slots": self.slots,
            "rows": [row.plain_content() for row in self.rows],
            "components": [part.plain_content() for part in self.parts],
        }

    def sealed_content(self) -> dict[str, object]:
        texts = [row.words or "" for row in self.rows]
        parts = [part.sealed_content() for part in self.parts]
        return {
            **super().sealed_content(),
            "rows": texts if any(texts) else [],
            "components": parts if any(parts) else [],
        }


class PlannedRow(AppendOnly):
    """One row of a signed version, as `planning.Row` has it."""

    ERASABLE = ("words",)
    PARENT = "version"

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="planned_rows")
    position = models.PositiveSmallIntegerField()
    row = models.UUIDField()
    kind = models.CharField(max_length=6)
    start = models.CharField(max_length=6)
    starts_on = models.DateField(null=True)
    count = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=5, blank=True)
    words = models.TextField(blank=True, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="%(app_label)s_%(class)s_position_once"
            ),
            models.UniqueConstraint(
                fields=["version", "row"], name="%(app_label)s_%(class)s_row_once"
            ),
            models.CheckConstraint(
                condition=Q(position__lt=MOST_ROWS), name="%(app_label)s_%(class)s_not_too_many"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ROW_KINDS), name="%(app_label)s_%(class)s_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(start="on", starts_on__isnull=False, count=None, unit="")
                | Q(start="after", starts_on=None, count__gte=1, unit__in=INTERVAL_UNITS)
                | Q(start="review", starts_on=None, count=None, unit=""),
                name="%(app_label)s_%(class)s_start_whole",
            ),
        ]
        indexes = [models.Index(fields=["row"], name="titration_plannedrow_row")]

    def __str__(self) -> str:
        return f"{self.position} {self.kind}"

    def plain_content(self) -> dict[str, object]:
        written = {
            "row": self.row,
            "kind": self.kind,
            "start": self.start,
            "starts_on": self.starts_on,
            "count": self.count,
            "unit": self.unit,
        }
        return {name: value for name, value in written.items() if value not in (None, "")}


class PlannedComponent(ComponentColumns):
    """One part of a planned row's dose. `position` counts through the version, `of_row` rows."""

    PARENT = "version"
    PLAIN = ("of_row", *ComponentColumns.PLAIN)

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="components")
    of_row = models.PositiveSmallIntegerField()

    class Meta(ComponentColumns.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="%(app_label)s_%(class)s_position_once"
            ),
            *ComponentColumns.Meta.constraints,
        ]


class PlanEventKind(models.TextChoices):
    PAUSED = "paused", _("Plan paused")
    RESUMED = "resumed", _("Plan goes on")
    CONTINUED = "continued", _("Plan goes on as written")
    WITHDRAWN = "withdrawn", _("Plan withdrawn")
    COMPLETED = "completed", _("Plan completed")


class PlanEvent(Record):
    """What a prescriber recorded of a plan beside its versions."""

    KIND = "plan-event"
    FORM = "plan-event/1"
    SEALED = ("reason_text",)
    AGREES = {
        "subject": "plan",
        "patient": "plan__regimen__patient",
        "clinic": "plan__clinic",
    }

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=PlanEventKind.choices)
    reason_text = models.TextField(_("reason"), blank=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PlanEventKind.values),
                name="%(app_label)s_%(class)s_kind_known",
            )
        ]

    def __str__(self) -> str:
        return self.kind

    def plain_content(self) -> dict[str, object]:
        return {"plan": self.plan_id, "kind": self.kind}


class RowRecorded(Record):
    """A dose step was recorded from a planned row. It names the line, so corrections keep it."""

    KIND = "row-recorded"
    FORM = "row-recorded/1"
    AGREES = {
        "subject": "step",
        "patient": "version__plan__regimen__patient",
        "clinic": "version__plan__regimen__clinic",
    }

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="recorded")
    row = models.UUIDField()
    step = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["step"], name="titration_rowrecorded_step")]

    def __str__(self) -> str:
        return str(self.row)

    def plain_content(self) -> dict[str, object]:
        return {"version": self.version_id, "row": self.row, "step": self.step}


def rows_of(version: PlanVersion, rows: Iterable[Row]) -> None:
    """Set the rows of a version that is not yet inserted, with the parts of their doses."""
    version.rows, version.parts = [], []
    for position, row in enumerate(rows):
        version.rows.append(
            PlannedRow(
                version=version,
                position=position,
                row=row.row,
                kind=row.kind,
                start=row.start,
                starts_on=row.on,
                count=row.count,
                unit=row.unit,
                words=row.words,
            )
        )
        for part in row.components:
            version.parts.append(_component(version, position, len(version.parts), part))


def _component(
    version: PlanVersion, of_row: int, position: int, part: dosing.Component
) -> PlannedComponent:
    columns: dict[str, Any] = PlannedComponent.columns_of(part)
    return PlannedComponent(version=version, of_row=of_row, position=position, **columns)
