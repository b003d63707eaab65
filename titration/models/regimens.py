"""One medicine by one route for one patient: an unchanging identity, versioned text."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.models import Clinic, OfClinicQuerySet, User
from ledger.models import AppendOnly, Record
from patients.models import Patient
from titration import dosing
from titration.models.catalogue import Medicine, Route


class Regimen(AppendOnly):
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
    SEALED = ("indication_text", "supplied_by")
    AGREES = {"subject": "regimen", "patient": "regimen__patient", "clinic": "regimen__clinic"}

    regimen = models.ForeignKey(Regimen, on_delete=models.PROTECT, related_name="versions")
    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="+")
    medicine_name = models.CharField(_("medicine"), max_length=120)
    form = models.CharField(_("form"), max_length=80, blank=True)
    route = models.CharField(_("route"), max_length=20, choices=Route.choices)
    unit = models.CharField(_("unit"), max_length=20, choices=[(u, u) for u in dosing.UNITS])
    strengths = models.JSONField(_("strengths"), default=list)
    indication = models.CharField(_("for"), max_length=20, choices=Indication.choices)
    indication_text = models.CharField(_("in words"), max_length=300, blank=True, null=True)
    supplied_by = models.CharField(
        _("supplied by"), max_length=150, blank=True, null=True, default=""
    )
    responsible = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    responsible_name = models.CharField(_("responsible prescriber"), max_length=150)

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

    def sealed_content(self) -> dict[str, object]:
        """Names no supplier where there is none: the bytes are as before there was a column."""
        said = super().sealed_content()
        if not self.supplied_by:
            del said["supplied_by"]
        return said

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
