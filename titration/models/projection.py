"""Disposable rows that feed lists; `titration.projection` makes them."""

from django.db import models

from access.models import Clinic, OfClinicQuerySet, User
from patients.models import Patient
from titration.models.regimens import Regimen, RegimenVersion
from titration.models.steps import DoseStep


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


class WorklistRow(models.Model):
    """Projection: something of a regimen that a clinic's worklist shows, and on which days.

    `topic` is one of titration.worklist.TOPICS, `day` the one it is sorted by. It is shown from
    `shown_from` until the day before `shown_until`: a row says so for every day to come, so that
    none is stale because a day has passed. `about` is the row, review, step or draft it tells of,
    `number` the entry that brought it about.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    regimen = models.ForeignKey(Regimen, on_delete=models.CASCADE, related_name="worklist_rows")
    responsible = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=12)
    day = models.DateField()
    shown_from = models.DateField()
    shown_until = models.DateField(null=True)
    about = models.UUIDField()
    number = models.PositiveBigIntegerField()

    objects = OfClinicQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "topic", "day", "about"], name="titration_worklist"),
            models.Index(
                fields=["responsible", "clinic", "topic", "day", "about"],
                name="titration_worklist_mine",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.day}"
