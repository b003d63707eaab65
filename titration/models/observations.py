"""How the patient was: what was measured, rated or asked, and the side effects that were written.

No cause is inferred: whether something is a side effect or a sign of withdrawal is as the person
wrote it.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models import Record
from patients.models import Patient
from titration.models.components import AMOUNT
from titration.models.measures import Measure, MeasureKind, MeasureWords, Side
from titration.models.moments import Dated
from titration.models.regimens import Regimen
from titration.timeline import PRECISION_RANK, Effective


class Observation(MeasureWords, Dated, Record):
    """One thing measured, rated or asked; `observation` is the line that its corrections share.

    It repeats what the measure said of itself, so that no later edit of the catalogue changes what
    was written. The value is in the column of its kind: `figure` (and `second_figure`), `choice`,
    `yes` or `words`. `is_checked` says that a figure beyond the entry bounds was said to be right.
    """

    KIND = "observation"
    FORM = "observation/1"
    SEALED = ("words", "measured_by", "note", "correction_reason")
    AGREES = {"subject": "observation", "patient": "patient", "clinic": "patient__clinic"}

    observation = models.UUIDField(default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="observations")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="observations")
    site = models.CharField(_("where"), max_length=80, blank=True)
    side = models.CharField(_("side"), max_length=10, choices=Side.choices, blank=True)
    figure = models.DecimalField(_("figure"), **AMOUNT, null=True, blank=True)
    second_figure = models.DecimalField(_("second figure"), **AMOUNT, null=True, blank=True)
    choice = models.CharField(_("choice"), max_length=80, blank=True)
    yes = models.BooleanField(_("yes"), null=True, blank=True)
    words = models.TextField(_("in words"), blank=True, null=True)
    is_checked = models.BooleanField(_("checked"), default=False)
    measured_by = models.CharField(_("measured by"), max_length=150, blank=True, null=True)
    note = models.TextField(_("note"), blank=True, null=True)
    correction_reason = models.CharField(_("why corrected"), max_length=300, blank=True, null=True)

    class Meta:
        constraints = [
            *MeasureWords.Meta.constraints,
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(side="") | Q(side__in=Side.values),
                name="%(app_label)s_%(class)s_side_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=MeasureKind.NUMBER,
                    figure__isnull=False,
                    figure__gte=0,
                    choice="",
                    yes=None,
                )
                | (Q(kind=MeasureKind.CHOICE, figure=None, yes=None) & ~Q(choice=""))
                | Q(kind=MeasureKind.YES_NO, figure=None, choice="", yes__isnull=False)
                | Q(kind=MeasureKind.TEXT, figure=None, choice="", yes=None),
                name="%(app_label)s_%(class)s_value_of_kind",
            ),
            models.CheckConstraint(
                condition=Q(second_figure=None) | Q(figure__isnull=False, second_figure__gte=0),
                name="%(app_label)s_%(class)s_second_beside_first",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "on"], name="titration_observed"),
            models.Index(fields=["observation"], name="titration_observation_line"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"

    def plain_content(self) -> dict[str, object]:
        return {
            "patient": self.patient_id,
            "measure": self.measure_id,
            **self.words_content(),
            "site": self.site,
            "side": self.side,
            "figure": self.figure,
            "second_figure": self.second_figure,
            "choice": self.choice,
            "yes": self.yes,
            "is_checked": self.is_checked,
            "effective": self.effective_content(),
        }


class WrittenAs(models.TextChoices):
    """What the person who wrote it called it. Nothing is inferred."""

    SIDE_EFFECT = "side-effect", _("side effect")
    WITHDRAWAL = "withdrawal", _("sign of withdrawal")


class Symptom(models.TextChoices):
    """What is written of most; everything else is `other`, in words."""

    DROWSINESS = "drowsiness", _("Drowsiness")
    TIREDNESS = "tiredness", _("Tiredness")
    DIZZINESS = "dizziness", _("Dizziness")
    WEAKNESS = "weakness", _("Weakness")
    FALLS = "falls", _("Falls")
    NAUSEA = "nausea", _("Nausea")
    VOMITING = "vomiting", _("Vomiting")
    CONSTIPATION = "constipation", _("Constipation")
    HEADACHE = "headache", _("Headache")
    DRY_MOUTH = "dry-mouth", _("Dry mouth")
    TASTE = "taste", _("Strange taste")
    SWEATING = "sweating", _("Sweating")
    ITCHING = "itching", _("Itching")
    RASH = "rash", _("Rash")
    SLEEPLESSNESS = "sleeplessness", _("Sleeplessness")
    CONCENTRATION = "concentration", _("Trouble concentrating")
    LOW_MOOD = "low-mood", _("Low mood")
    AGITATION = "agitation", _("Agitation or anxiety")
    CONFUSION = "confusion", _("Confusion")
    HALLUCINATIONS = "hallucinations", _("Hallucinations")
    SEIZURE = "seizure", _("Seizure")
    FAINTING = "fainting", _("Fainting")
    LOW_PRESSURE = "low-pressure", _("Low blood pressure")
    HIGH_PRESSURE = "high-pressure", _("High blood pressure")
    HEARTBEAT = "heartbeat", _("Fast or irregular heartbeat")
    BREATHING = "breathing", _("Trouble breathing")
    FEVER = "fever", _("Fever")
    STIFFNESS = "stiffness", _("More stiffness or spasms")
    URINE = "urine", _("Trouble passing or holding urine")
    YELLOW = "yellow", _("Yellow skin or eyes")
    ALLERGY = "allergy", _("Allergic reaction")
    OTHER = "other", pgettext_lazy("symptom", "Other, in words")


class Severity(models.TextChoices):
    MILD = "mild", _("mild")
    MODERATE = "moderate", _("moderate")
    SEVERE = "severe", _("severe")
    NOT_STATED = "not-stated", pgettext_lazy("severity", "severity not stated")


class Course(models.TextChoices):
    """What is known of the end."""

    CONTINUING = "continuing", _("continuing")
    ENDED = "ended", pgettext_lazy("side effect", "ended")
    NOT_STATED = "not-stated", pgettext_lazy("course", "end not stated")


class SideEffect(Dated, Record):
    """A side effect or a sign of withdrawal; `effect` is the line that its later texts share.

    Its moment is when it started; `ended_on` and `ended_precision` are there where it ended. A
    later text says that it ended or corrects it; only a correction has a reason.
    """

    KIND = "side-effect"
    FORM = "side-effect/1"
    SEALED = ("words", "reported_by", "correction_reason")
    AGREES = {"subject": "effect", "patient": "patient", "clinic": "patient__clinic"}

    effect = models.UUIDField(default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="side_effects")
    regimen = models.ForeignKey(
        Regimen, null=True, on_delete=models.PROTECT, related_name="side_effects"
    )
    written_as = models.CharField(_("written as"), max_length=12, choices=WrittenAs.choices)
    symptom = models.CharField(_("what"), max_length=20, choices=Symptom.choices)
    words = models.TextField(_("in words"), blank=True, null=True)
    severity = models.CharField(_("how severe"), max_length=10, choices=Severity.choices)
    course = models.CharField(_("course"), max_length=10, choices=Course.choices)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    ended_precision = models.CharField(
        max_length=5, blank=True, choices=[(p, p) for p in PRECISION_RANK]
    )
    reported_by = models.CharField(_("said by"), max_length=150, blank=True, null=True)
    correction_reason = models.CharField(_("why corrected"), max_length=300, blank=True, null=True)

    class Meta:
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(written_as__in=WrittenAs.values),
                name="%(app_label)s_%(class)s_written_as_known",
            ),
            models.CheckConstraint(
                condition=Q(symptom__in=Symptom.values),
                name="%(app_label)s_%(class)s_symptom_known",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values),
                name="%(app_label)s_%(class)s_severity_known",
            ),
            models.CheckConstraint(
                condition=(
                    Q(course="ended", ended_on__isnull=False)
                    & Q(ended_precision__in=list(PRECISION_RANK))
                )
                | Q(course__in=["continuing", "not-stated"], ended_on=None, ended_precision=""),
                name="%(app_label)s_%(class)s_end_with_course",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("on")) | ~Q(ended_precision="day"),
                name="%(app_label)s_%(class)s_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "on"], name="titration_effects"),
            models.Index(fields=["effect"], name="titration_effect_line"),
        ]

    def __str__(self) -> str:
        return f"{self.symptom} {self.on}"

    @property
    def ended(self) -> Effective | None:
        """The day, month or year in which it ended, where it did."""
        return Effective(self.ended_on, self.ended_precision) if self.ended_on else None

    def plain_content(self) -> dict[str, object]:
        return {
            "patient": self.patient_id,
            "regimen": self.regimen_id,
            "written_as": self.written_as,
            "symptom": self.symptom,
            "severity": self.severity,
            "course": self.course,
            "effective": self.effective_content(),
            "ended": {"on": self.ended_on, "precision": self.ended_precision},
        }
