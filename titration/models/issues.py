"""Copies of a plan that were given to the patient, and who was told that one no longer holds."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.models import Clinic, OfClinicQuerySet
from ledger.models import AppendOnly, Record
from titration.models.plans import PlanVersion


class IssuedHow(models.TextChoices):
    HANDED = "handed", _("handed over")
    POST = "post", _("by post")
    MESSAGE = "message", _("by message")
    READ_OUT = "read-out", _("read out by telephone")


class IssuedAs(models.TextChoices):
    CALENDAR = "calendar", _("dose calendar on paper")
    ICAL = "ical", _("calendar file")
    WORDS = "words", pgettext_lazy("issued", "in words")


class CalendarShape(models.TextChoices):
    STEPS = "steps", _("a row a step")
    DAYS = "days", _("a row a day")


class PlanIssue(Record):
    """A version was given to the patient, or to who gives the doses.

    How its file was written: a calendar in a shape, a row a day from `first_on`, in a `language`
    ("" is English without a text of the clinic); a calendar file whose titles are with `names`,
    and whose entries are with an `alarm`. All of it is blank of words, and of what was recorded
    before there were these columns.
    """

    KIND = "plan-issue"
    FORM = "plan-issue/1"
    SEALED = ("to_whom",)
    AGREES = {
        "patient": "version__plan__regimen__patient",
        "clinic": "version__plan__regimen__clinic",
    }

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="issues")
    issued_on = models.DateField(_("on"))
    issued_as = models.CharField(_("as"), max_length=10, choices=IssuedAs.choices)
    how = models.CharField(_("how"), max_length=10, choices=IssuedHow.choices)
    to_whom = models.CharField(_("to whom"), max_length=150, blank=True, null=True)
    shape = models.CharField(max_length=5, choices=CalendarShape.choices, blank=True, default="")
    first_on = models.DateField(null=True)
    language = models.CharField(max_length=35, blank=True, default="")
    names = models.BooleanField(default=False)
    alarm = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shape__in=["", *CalendarShape.values])
                & (Q(first_on=None) | Q(shape=CalendarShape.DAYS))
                & (Q(shape="", language="") | Q(issued_as=IssuedAs.CALENDAR))
                & (Q(names=False, alarm=False) | Q(issued_as=IssuedAs.ICAL)),
                name="%(app_label)s_%(class)s_written_fits",
            ),
            models.CheckConstraint(
                condition=Q(how__in=IssuedHow.values), name="%(app_label)s_%(class)s_how_known"
            ),
            models.CheckConstraint(
                condition=Q(issued_as__in=IssuedAs.values), name="%(app_label)s_%(class)s_as_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issued_as} {self.issued_on}"

    def plain_content(self) -> dict[str, object]:
        """Names nothing of the writing that is blank: the bytes are as before it had columns."""
        written = ("shape", "first_on", "language", "names", "alarm")
        return {
            "version": self.version_id,
            "issued_on": self.issued_on,
            "issued_as": self.issued_as,
            "how": self.how,
            **{name: value for name in written if (value := getattr(self, name))},
        }


class IssueTold(Record):
    """Who has an issued copy was told that it no longer holds."""

    KIND = "issue-told"
    FORM = "issue-told/1"
    SEALED = ("to_whom",)
    AGREES = {
        "patient": "issue__version__plan__regimen__patient",
        "clinic": "issue__version__plan__regimen__clinic",
    }

    issue = models.OneToOneField(PlanIssue, on_delete=models.PROTECT, related_name="told")
    told_on = models.DateField(_("on"))
    how = models.CharField(_("how"), max_length=10, choices=IssuedHow.choices)
    to_whom = models.CharField(_("to whom"), max_length=150, blank=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=IssuedHow.values), name="%(app_label)s_%(class)s_how_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.told_on}"

    def plain_content(self) -> dict[str, object]:
        return {"issue": self.issue_id, "told_on": self.told_on, "how": self.how}


class CalendarText(AppendOnly):
    """A clinic's words for its dose calendars in one language; what they say is versioned."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="calendar_texts")

    objects = OfClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class CalendarTextVersion(Record):
    """The clinic's standing text and its approved words for the calendar's labels.

    `language` is a BCP 47 tag; `labels` maps a label's code to the clinic's word for it.
    """

    KIND = "calendar-text"
    FORM = "calendar-text/1"
    AGREES = {"subject": "text", "clinic": "text__clinic"}

    text = models.ForeignKey(CalendarText, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(_("language"), max_length=35)
    standing_text = models.TextField(_("standing text"), blank=True)
    labels = models.JSONField(_("labels"), default=dict)
    in_use = models.BooleanField(_("offered for calendars"), default=True)

    def __str__(self) -> str:
        return self.language

    def plain_content(self) -> dict[str, object]:
        return {
            "language": self.language,
            "standing_text": self.standing_text,
            "labels": self.labels,
            "in_use": self.in_use,
        }
