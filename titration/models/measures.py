"""A clinic's catalogue of measures: what is measured, rated or asked, and how it is written."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.models import Clinic, OfClinicQuerySet
from ledger.models import AppendOnly, Record
from titration.models.components import AMOUNT


class MeasureKind(models.TextChoices):
    NUMBER = "number", _("A number")
    CHOICE = "choice", _("One of a list, in its order")
    YES_NO = "yes-no", _("Yes or no")
    TEXT = "text", _("Words")


class CodeSystem(models.TextChoices):
    """Whose code a measure carries (FHIR R4 Observation.code)."""

    LOINC = "loinc", _("LOINC")
    SNOMED = "snomed", _("SNOMED CT")


class Side(models.TextChoices):
    LEFT = "left", _("left")
    RIGHT = "right", _("right")
    BOTH = "both", _("both sides")
    NOT_STATED = "not-stated", pgettext_lazy("side", "side not stated")


class MeasureWords(models.Model):
    """What a measure says of itself: kept in the catalogue, and in each observation as written.

    `labels` name the two figures of a number that has two ("upper", "lower"); empty for one figure.
    `choices` are in their order. `ucum` is the unit as UCUM writes it, `part_codes` the codes of
    the two figures; both may be empty, as `code` may.
    """

    WORDS = (
        *("name", "kind", "unit", "ucum", "labels", "choices"),
        *("code_system", "code", "part_codes"),
    )

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=MeasureKind.choices)
    unit = models.CharField(_("unit as written"), max_length=40, blank=True)
    ucum = models.CharField(_("unit as UCUM writes it"), max_length=40, blank=True)
    labels = models.JSONField(_("names of the two figures"), default=list)
    choices = models.JSONField(_("choices, in their order"), default=list)
    code_system = models.CharField(
        _("code system"), max_length=10, choices=CodeSystem.choices, blank=True
    )
    code = models.CharField(_("code"), max_length=20, blank=True)
    part_codes = models.JSONField(_("codes of the two figures"), default=list)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MeasureKind.values),
                name="%(app_label)s_%(class)s_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(code_system="", code="")
                | (Q(code_system__in=CodeSystem.values) & ~Q(code="")),
                name="%(app_label)s_%(class)s_code_with_system",
            ),
        ]

    def words_content(self) -> dict[str, object]:
        """The words as they enter a record's content."""
        return {name: getattr(self, name) for name in self.WORDS}


class Measure(AppendOnly):
    """An entry of a clinic's catalogue of measures; its text is versioned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="measures")

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class MeasureVersion(MeasureWords, Record):
    """What the catalogue says of a measure from one entry on.

    `lowest` and `highest` catch slips in typing a figure and judge none. `sites` are the places
    that it is written for (muscle groups), one of which is chosen where there are any.
    """

    KIND = "measure"
    FORM = "measure/1"
    AGREES = {"subject": "measure", "clinic": "measure__clinic"}

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="versions")
    lowest = models.DecimalField(_("lowest figure"), **AMOUNT, null=True, blank=True)
    highest = models.DecimalField(_("highest figure"), **AMOUNT, null=True, blank=True)
    sites = models.JSONField(_("places"), default=list)
    has_side = models.BooleanField(_("has a side"), default=False)
    in_use = models.BooleanField(_("offered for new observations"), default=True)

    class Meta:
        constraints = [
            *MeasureWords.Meta.constraints,
            models.CheckConstraint(
                condition=Q(lowest=None) | Q(highest=None) | Q(lowest__lte=F("highest")),
                name="%(app_label)s_%(class)s_bounds_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def plain_content(self) -> dict[str, object]:
        return {
            **self.words_content(),
            "lowest": self.lowest,
            "highest": self.highest,
            "sites": self.sites,
            "has_side": self.has_side,
            "in_use": self.in_use,
        }
