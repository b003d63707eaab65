"""The dose log: steps and the confirmations of their prescribers."""

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from access.models import User
from ledger.models import Record
from titration.models.reasons import ReceivedHow, StepKind
from titration.models.regimens import Regimen
from titration.timeline import PRECISION_RANK, Effective

if TYPE_CHECKING:
    from titration.models.components import Component


class DoseStep(Record):
    """One entry of the dose log; `step` is the line that its corrections share."""

    KIND = "dose-step"
    FORM = "dose-step/1"
    SEALED = ("reason_text", "note", "correction_reason")
    AGREES = {"subject": "step", "patient": "regimen__patient", "clinic": "regimen__clinic"}
    PARTS = {"parts": "components"}

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

    @cached_property
    def parts(self) -> list["Component"]:
        """The components in order; set by hand while they are not yet inserted."""
        return list(self.components.order_by("position"))


class Confirmation(Record):
    """The named prescriber has confirmed a step that somebody else typed.

    It confirms one text: a correction of the step waits for a confirmation of its own.
    """

    KIND = "confirmation"
    FORM = "confirmation/1"
    AGREES = {"patient": "confirms__regimen__patient", "clinic": "confirms__regimen__clinic"}

    confirms = models.OneToOneField(DoseStep, on_delete=models.PROTECT, related_name="confirmation")

    def __str__(self) -> str:
        return str(self.confirms_id)

    def plain_content(self) -> dict[str, object]:
        return {"confirms": self.confirms_id}


class Dispute(Record):
    """The named prescriber says that a step typed by somebody else is not what they decided."""

    KIND = "dispute"
    FORM = "dispute/1"
    SEALED = ("says",)
    AGREES = {"patient": "disputes__regimen__patient", "clinic": "disputes__regimen__clinic"}

    disputes = models.OneToOneField(DoseStep, on_delete=models.PROTECT, related_name="dispute")
    says = models.TextField(_("what was decided, in your own words"), blank=True, null=True)

    def __str__(self) -> str:
        return str(self.disputes_id)

    def plain_content(self) -> dict[str, object]:
        return {"disputes": self.disputes_id}
