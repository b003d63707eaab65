"""What handing a patient to another clinic of the server leaves in the records of both."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.models import Clinic, User
from ledger.models import Record
from patients.models.people import Patient


class TransferEvent(models.TextChoices):
    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class Transfer(Record):
    """An offer of a patient to another clinic, or how that clinic answered it; in the sender's log.

    What is of one offer shares `transfer`, its line: taken back, the line is withdrawn. `to` is
    the clinic that it is offered to, `says` why it is offered or declined. `responsible` is of an
    offer who answers for the patient until it is accepted, of an acceptance who does from then on,
    nobody where nobody was chosen; `arrived` the patient's record there.
    """

    KIND = "transfer"
    FORM = "transfer/1"
    SEALED = ("says",)
    AGREES = {"subject": "transfer", "patient": "patient", "clinic": "patient__clinic"}

    transfer = models.UUIDField(default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="transfers")
    event = models.CharField(_("event"), max_length=10, choices=TransferEvent.choices)
    to = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    to_name = models.CharField(_("to"), max_length=200)
    responsible = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    responsible_name = models.CharField(_("responsible"), max_length=150, blank=True)
    says = models.TextField(_("why"), blank=True, null=True)
    arrived = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(event__in=TransferEvent.values),
                name="%(app_label)s_%(class)s_event_known",
            ),
            models.CheckConstraint(
                condition=Q(event=TransferEvent.ACCEPTED, arrived__isnull=False)
                | (~Q(event=TransferEvent.ACCEPTED) & Q(arrived=None)),
                name="%(app_label)s_%(class)s_arrives_accepted",
            ),
            models.UniqueConstraint(
                fields=["transfer"],
                condition=Q(event=TransferEvent.OFFERED),
                name="%(app_label)s_%(class)s_offered_once",
            ),
            models.UniqueConstraint(
                fields=["transfer"],
                condition=~Q(event=TransferEvent.OFFERED),
                name="%(app_label)s_%(class)s_answered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer}: {self.event}"

    def plain_content(self) -> dict[str, object]:
        return {
            "transfer": self.transfer,
            "event": self.event,
            "to": self.to.uuid,
            "to_name": self.to_name,
            "responsible": self.responsible_id,
            "responsible_name": self.responsible_name,
            "arrived": self.arrived_id,
        }


class Arrival(Record):
    """That a patient's record came from another clinic of the server, by accepting its offer.

    `transfer` is the offer's line, `left` the record there. `responsible` is named here in what
    somebody has to answer for: the prescriber who was chosen, or, where nobody was, who answered
    for the patient there. `last_number` and `last_digest` are of the newest entry that the other
    clinic's log had: nothing later came.
    """

    KIND = "arrival"
    FORM = "arrival/1"
    AGREES = {"subject": "patient", "patient": "patient", "clinic": "patient__clinic"}

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="arrivals")
    transfer = models.UUIDField(editable=False)
    sender = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    sender_name = models.CharField(_("from"), max_length=200)
    left = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    offered_by_name = models.CharField(_("offered by"), max_length=150)
    responsible = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    last_number = models.PositiveBigIntegerField()
    last_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer"], name="%(app_label)s_%(class)s_once")
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} from {self.sender_name}"

    def plain_content(self) -> dict[str, object]:
        return {
            "transfer": self.transfer,
            "sender": self.sender.uuid,
            "sender_name": self.sender_name,
            "left": self.left_id,
            "offered_by_name": self.offered_by_name,
            "responsible": self.responsible_id,
            "last_number": self.last_number,
            "last_digest": self.last_digest,
        }
