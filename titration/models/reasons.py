"""The coded lists of a dose step: its kind, how it was received, why it was written."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StepKind(models.TextChoices):
    DOSE = "dose", _("Dose")
    WITHHOLD = "withhold", _("Withhold")
    RESUME = "resume", _("Resume")
    STOP = "stop", _("Stop")
    SINGLE = "single", _("Single dose")


class ReceivedHow(models.TextChoices):
    IN_PERSON = "in-person", _("in person")
    TELEPHONE = "telephone", _("by telephone and read back")
    LETTER = "letter", _("by letter")
    MESSAGE = "message", _("by message")
    OTHER_SERVICE = "other-service", _("from another service")
    SIGNED_PLAN = "signed-plan", _("from a signed plan")


class ChangeReason(models.TextChoices):
    """Why a dose was written (dose, resume, single dose)."""

    START = "start", _("Starting")
    STEP_UP = "step-up", _("Step up")
    STEP_DOWN = "step-down", _("Step down")
    EFFECT = "effect", _("Effect on the condition")
    SIDE_EFFECT = "side-effect", _("Side effect")
    RESULT = "result", _("Test result")
    ORGAN = "organ", _("Kidney or liver function")
    OTHER_MEDICINE = "other-medicine", _("Another medicine")
    TRIAL = "trial", _("Trial or loading dose")
    CARE_SETTING = "care-setting", _("Admission, discharge or procedure")
    RESTART = "restart", _("Starting again")
    SUPPLY = "supply", _("Supply or form")
    PATIENT = "patient", _("The patient's wish")
    OTHER = "other", pgettext_lazy("change reason", "Other")


class StopReason(models.TextChoices):
    """Why a medicine was withheld or stopped."""

    COMPLETE = "complete", _("Course complete")
    TAPERED = "tapered", _("Taper complete")
    SIDE_EFFECT = "side-effect", _("Side effect")
    NO_EFFECT = "no-effect", _("No effect")
    RESULT = "result", _("Test result")
    ORGAN = "organ", _("Kidney or liver function")
    UNWELL = "unwell", _("Unwell")
    CARE_SETTING = "care-setting", _("Admission, discharge or procedure")
    SWITCH = "switch", _("Changed to another medicine or route")
    SUPPLY = "supply", _("No supply")
    PATIENT = "patient", _("The patient's wish")
    DIED = "died", _("The patient died")
    OTHER = "other", pgettext_lazy("stop reason", "Other")


KINDS_WITH_DOSE = frozenset({StepKind.DOSE, StepKind.RESUME, StepKind.SINGLE})


def reasons_for(kind: str) -> type[models.TextChoices]:
    """The coded list of reasons that a kind of step takes."""
    return ChangeReason if kind in KINDS_WITH_DOSE else StopReason
