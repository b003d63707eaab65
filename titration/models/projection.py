"""Disposable rows that feed lists; `titration.projection` makes them."""

from django.db import models

from access.models import Clinic, OfClinicQuerySet, User
from patients.models import Patient
from titration.models.catalogue import Medicine
from titration.models.regimens import Regimen, RegimenVersion
from titration.models.steps import DoseStep


class RegimenCard(models.Model):
    """Projection: a regimen as lists show it. Written by the actions, rebuilt by a command.

    `state` and `since_on` are those of the last instruction whose moment had come when the row was
    made; `next_on` is the day here of the first step after it, from which the row is stale.
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


class WorklistRow(models.Model):
    """Projection: something of a regimen that a clinic's worklist shows, and on which days.

    One of titration.worklist.Item, which says what its columns mean, beside the clinic, patient and
    medicine of the regimen. A row is dropped some time after the last day that it is shown.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    regimen = models.ForeignKey(
        Regimen, null=True, on_delete=models.CASCADE, related_name="worklist_rows"
    )
    medicine = models.ForeignKey(
        Medicine, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    whose = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=12)
    day = models.DateField()
    shown_from = models.DateField()
    shown_until = models.DateField(null=True)
    about = models.UUIDField()
    number = models.PositiveBigIntegerField()

    objects = OfClinicQuerySet.as_manager()

    class Meta:
        # The first three are in the order of the list, so that a page of it reads no more than one.
        # The days at the end of two let rows be counted without reading them.
        indexes = [
            models.Index(
                fields=["clinic", "topic", "day", "number", "about", "shown_from", "shown_until"],
                name="titration_worklist",
            ),
            models.Index(
                fields=[
                    *("clinic", "whose", "topic", "day", "number", "about"),
                    *("shown_from", "shown_until"),
                ],
                name="titration_worklist_mine",
            ),
            models.Index(
                fields=["clinic", "medicine", "topic", "day", "number", "about"],
                name="titration_worklist_medicine",
            ),
            models.Index(fields=["clinic", "shown_until"], name="titration_worklist_over"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.day}"
