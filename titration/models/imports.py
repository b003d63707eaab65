"""A file on its way in, and how a clinic matched the columns of files like it. Neither is a record:
both change, and count for nothing."""

import uuid

from django.db import models

from access.models import Clinic, OfClinicQuerySet, User
from patients.models import Patient


class WaitingFile(models.Model):
    """A file that somebody chose for a patient and has not confirmed yet, and what they said of it.

    Without a patient it is of somebody who is new to the clinic. `choices` are the answers of forms
    (`titration.forms.reading_in`). It is dropped once it was brought in, put aside, replaced by
    another one, or after a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", null=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    choices = models.JSONField(default=dict)
    chosen_at = models.DateTimeField()

    objects = OfClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "user"], name="%(app_label)s_%(class)s_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(patient=None),
                name="%(app_label)s_%(class)s_one_newcomer_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ColumnMatching(models.Model):
    """What the columns under these headings were last matched to in a clinic.

    `headings` is a digest of the row of headings: of what the file says, nothing is kept.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    headings = models.CharField(max_length=64)
    roles = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "headings"], name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self) -> str:
        return self.headings
