"""When something was: the columns that every record of a patient's days has."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from titration.timeline import PRECISION_RANK, Effective


class Dated(models.Model):
    """A day in the clinic's zone, month or year, perhaps with a clock time: a timeline.Effective.

    The names are those of Effective's fields. `dose-step/1` had columns of its own before this.
    """

    EFFECTIVE: ClassVar[tuple[str, ...]] = ("on", "precision", "time", "offset")

    on = models.DateField(_("on"))
    precision = models.CharField(
        max_length=5, default="day", choices=[(p, p) for p in PRECISION_RANK]
    )
    time = models.TimeField(_("at"), null=True, blank=True)
    offset = models.SmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(precision__in=list(PRECISION_RANK)),
                name="%(app_label)s_%(class)s_precision_known",
            ),
            models.CheckConstraint(
                condition=Q(time=None, offset=None)
                | Q(time__isnull=False, offset__isnull=False, precision="day"),
                name="%(app_label)s_%(class)s_time_with_offset",
            ),
        ]

    @property
    def effective(self) -> Effective:
        return Effective(self.on, self.precision, self.time, self.offset)

    def effective_content(self) -> dict[str, object]:
        """The moment as canonical bytes hold it."""
        return {name: getattr(self, name) for name in self.EFFECTIVE}

    @classmethod
    def effective_columns(cls, effective: Effective) -> dict[str, Any]:
        """The columns for a moment."""
        return {name: getattr(effective, name) for name in cls.EFFECTIVE}
