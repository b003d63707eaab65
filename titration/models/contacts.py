"""Calls, visits, letters, messages: who was spoken to, what was said and told, who calls back."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.models import User
from ledger.models import Record
from patients.models import Patient
from titration.models.moments import Dated
from titration.models.regimens import Regimen


class ContactHow(models.TextChoices):
    TELEPHONE = "telephone", _("Telephone call")
    VISIT = "visit", _("Visit")
    LETTER = "letter", _("Letter")
    MESSAGE = "message", _("Message")


class Direction(models.TextChoices):
    """Who began it."""

    IN = "in", _("from them to us")
    OUT = "out", _("from us to them")


class Reached(models.TextChoices):
    REACHED = "reached", _("They were reached")
    MESSAGE_LEFT = "message-left", _("A message was left")
    NO_ANSWER = "no-answer", _("Nobody answered")


class Contact(Dated, Record):
    """A contact with the patient or about them; `contact` is the line that its corrections share.

    `whose` had the contact, or `whose_name` alone. `answers` is the line of the earlier contact
    whose call back it answers, or tries to. It may set a call back of its own, for `call_back_by`;
    one that answers and reaches nobody sets one, or says with `is_last_try` that nobody tries
    again.
    """

    KIND = "contact"
    FORM = "contact/1"
    SEALED = ("with_whom", "said", "told", "call_back_for", "correction_reason")
    AGREES = {"subject": "contact", "patient": "patient", "clinic": "patient__clinic"}

    contact = models.UUIDField(default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    regimen = models.ForeignKey(
        Regimen, null=True, on_delete=models.PROTECT, related_name="contacts"
    )
    how = models.CharField(_("how"), max_length=10, choices=ContactHow.choices)
    direction = models.CharField(_("who began it"), max_length=3, choices=Direction.choices)
    reached = models.CharField(_("what came of it"), max_length=15, choices=Reached.choices)
    with_whom = models.CharField(_("with whom"), max_length=150, blank=True, null=True)
    said = models.TextField(_("what was said"), blank=True, null=True)
    told = models.TextField(_("what they were told"), blank=True, null=True)
    whose = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    whose_name = models.CharField(_("who had the contact"), max_length=150)
    answers = models.UUIDField(null=True)
    call_back_on = models.DateField(_("call back on"), null=True, blank=True)
    call_back_time = models.TimeField(_("call back at"), null=True, blank=True)
    call_back_for = models.CharField(_("call back for"), max_length=300, blank=True, null=True)
    call_back_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    call_back_name = models.CharField(_("who calls back"), max_length=150, blank=True)
    is_last_try = models.BooleanField(_("nobody tries again"), default=False)
    correction_reason = models.CharField(_("why corrected"), max_length=300, blank=True, null=True)

    class Meta:
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(how__in=ContactHow.values), name="%(app_label)s_%(class)s_how_known"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values),
                name="%(app_label)s_%(class)s_direction_known",
            ),
            models.CheckConstraint(
                condition=Q(reached__in=Reached.values),
                name="%(app_label)s_%(class)s_reached_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    call_back_on=None, call_back_time=None, call_back_by=None, call_back_name=""
                )
                | Q(call_back_on__isnull=False, call_back_by__isnull=False, is_last_try=False)
                & ~Q(call_back_name=""),
                name="%(app_label)s_%(class)s_call_back_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "on"], name="titration_contact_by_patient"),
            models.Index(fields=["contact"], name="titration_contact_line"),
            models.Index(
                fields=["answers"],
                name="titration_contact_answers",
                condition=Q(answers__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.how} {self.on}"

    def plain_content(self) -> dict[str, object]:
        return {
            "patient": self.patient_id,
            "regimen": self.regimen_id,
            "how": self.how,
            "direction": self.direction,
            "reached": self.reached,
            "effective": self.effective_content(),
            "whose": self.whose_id,
            "whose_name": self.whose_name,
            "answers": self.answers,
            "call_back_on": self.call_back_on,
            "call_back_time": self.call_back_time,
            "call_back_by": self.call_back_by_id,
            "call_back_name": self.call_back_name,
            "is_last_try": self.is_last_try,
        }
