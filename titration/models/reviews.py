"""Reviews of a regimen: booked, done, rebooked or missed."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.models import User
from ledger.models import Record
from titration.models.regimens import Regimen


class ReviewStatus(models.TextChoices):
    BOOKED = "booked", _("booked")
    DONE = "done", _("done")
    MISSED = "missed", _("missed")
    CANCELLED = "cancelled", _("cancelled")


class Review(Record):
    """A review of a regimen; `review` is the line that rebooking, doing and missing it share.

    `review_on` is the day it is booked for, or on which it was done or missed. One that is done
    may open a planned row that waits for it: `opens_row` from the day `opens_on`.
    """

    KIND = "review"
    FORM = "review/1"
    SEALED = ("what_for", "outcome")
    AGREES = {"subject": "review", "patient": "regimen__patient", "clinic": "regimen__clinic"}

    review = models.UUIDField(default=uuid.uuid4, editable=False)
    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="reviews")
    status = models.CharField(_("status"), max_length=10, choices=ReviewStatus.choices)
    review_on = models.DateField(_("on"))
    what_for = models.CharField(_("what for"), max_length=300, blank=True, null=True)
    whose = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    whose_name = models.CharField(_("whose"), max_length=150)
    outcome = models.TextField(_("what was found and decided"), blank=True, null=True)
    opens_row = models.UUIDField(null=True)
    opens_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ReviewStatus.values),
                name="%(app_label)s_%(class)s_status_known",
            ),
            models.CheckConstraint(
                condition=Q(opens_row=None, opens_on=None)
                | Q(opens_row__isnull=False, opens_on__isnull=False, status="done"),
                name="%(app_label)s_%(class)s_opens_whole",
            ),
        ]
        indexes = [models.Index(fields=["review"], name="titration_review_line")]

    def __str__(self) -> str:
        return f"{self.status} {self.review_on}"

    def plain_content(self) -> dict[str, object]:
        return {
            "regimen": self.regimen_id,
            "status": self.status,
            "review_on": self.review_on,
            "whose": self.whose_id,
            "whose_name": self.whose_name,
            "opens_row": self.opens_row,
            "opens_on": self.opens_on,
        }
