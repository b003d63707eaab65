"""A clinic's catalogue of medicines. No doses in it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.models import Clinic, OfClinicQuerySet
from ledger.models import AppendOnly, Record


class Route(models.TextChoices):
    """Routes of administration, named in words that put the route first."""

    ORAL = "oral", _("By mouth")
    SUBLINGUAL = "sublingual", _("Under the tongue")
    BUCCAL = "buccal", _("Inside the cheek")
    FEEDING_TUBE = "feeding-tube", _("Through a feeding tube")
    INTRATHECAL = "intrathecal", _("Into the spinal fluid")
    EPIDURAL = "epidural", _("Epidural")
    INTRAVENOUS = "intravenous", _("Into a vein")
    SUBCUTANEOUS = "subcutaneous", _("Under the skin")
    INTRAMUSCULAR = "intramuscular", _("Into a muscle")
    TRANSDERMAL = "transdermal", _("Through the skin, patch")
    TOPICAL = "topical", _("On the skin")
    INHALED = "inhaled", _("Inhaled")
    NASAL = "nasal", _("Into the nose")
    RECTAL = "rectal", _("Into the rectum")
    VAGINAL = "vaginal", _("Into the vagina")
    EYE = "eye", _("Into the eye")
    EAR = "ear", _("Into the ear")


class Medicine(AppendOnly):
    """An entry of a clinic's catalogue; its text is versioned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="medicines")

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class MedicineVersion(Record):
    """What the catalogue says of a medicine from one entry on. It holds no doses.

    Lists are lists of strings: forms ("tablet"), routes (codes of `Route`), units (codes of
    `dosing.UNITS`), strengths ("10 mg", "5 mg per 5 mL"), products (brands as supplied).
    """

    KIND = "medicine"
    FORM = "medicine/1"
    AGREES = {"subject": "medicine", "clinic": "medicine__clinic"}

    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(_("name"), max_length=120)
    forms = models.JSONField(_("forms"), default=list)
    routes = models.JSONField(_("routes"), default=list)
    units = models.JSONField(_("units"), default=list)
    strengths = models.JSONField(_("strengths"), default=list)
    products = models.JSONField(_("products"), default=list)
    in_use = models.BooleanField(_("offered for new regimens"), default=True)

    def __str__(self) -> str:
        return self.name

    def plain_content(self) -> dict[str, object]:
        return {
            "name": self.name,
            "forms": self.forms,
            "routes": self.routes,
            "units": self.units,
            "strengths": self.strengths,
            "products": self.products,
            "in_use": self.in_use,
        }
