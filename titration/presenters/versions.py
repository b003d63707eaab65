"""The versions of a regimen's text as finished strings."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from access.models import Clinic
from titration import wording
from titration.models import RegimenVersion
from titration.presenters.log import moment_words, or_erased


@dataclass(frozen=True)
class VersionRow:
    """What a regimen's text was from one entry on; `details` are (term, description) pairs."""

    number: str
    recorded_by: str
    recorded_at: str
    details: Sequence[tuple[str, str]]


def version_row(version: RegimenVersion, clinic: Clinic) -> VersionRow:
    """Needs `entry` read with the version."""
    between = pgettext("between the items of a list", "; ")
    details = [
        (_("Medicine"), version.medicine_name),
        (_("Route"), str(version.get_route_display())),
        (_("Form"), version.form),
        (_("Unit"), wording.unit_words(version.unit)),
        (_("Strengths on the list"), between.join(version.strengths)),
        (_("For"), str(version.get_indication_display())),
        (_("For, in words"), or_erased(version.indication_text)),
        (_("Responsible prescriber"), version.responsible_name),
        (_("Supplied by"), or_erased(version.supplied_by)),
    ]
    return VersionRow(
        number=f"{version.entry.number:,}",
        recorded_by=version.entry.recorded_by_name,
        recorded_at=moment_words(version.entry.recorded_at, clinic),
        details=[(term, words) for term, words in details if words],
    )
