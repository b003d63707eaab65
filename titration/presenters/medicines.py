"""A clinic's medicine list as finished strings."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from access.models import Clinic
from patients import folding
from titration import wording
from titration.models import MedicineVersion, Route
from titration.presenters.log import moment_words


@dataclass(frozen=True)
class MedicineRow:
    """What the list says of a medicine from one entry on, its lists as one line each."""

    url: str
    name: str
    is_in_use: bool
    details: list[tuple[str, str]]
    routes: str
    forms: str
    strengths: str
    number: str
    recorded_by: str
    recorded_at: str


def catalogue(
    clinics: Iterable[Clinic], versions: Iterable[MedicineVersion]
) -> list[tuple[str, list[MedicineRow]]]:
    """(name of the clinic, its medicines by their folded names), for each clinic."""
    rows: dict[int, list[MedicineRow]] = {clinic.pk: [] for clinic in clinics}
    for version in sorted(versions, key=lambda version: folding.fold(version.name)):
        rows[version.medicine.clinic_id].append(medicine_row(version))
    return [(clinic.name, rows[clinic.pk]) for clinic in clinics]


def medicine_row(version: MedicineVersion) -> MedicineRow:
    """Needs `entry` and the medicine's clinic read with the version."""
    between = pgettext("between the items of a list", "; ")
    routes = between.join(str(Route(route).label) for route in version.routes)
    forms, strengths = between.join(version.forms), between.join(version.strengths)
    nothing = _("none on the list")
    return MedicineRow(
        url=reverse("medicine", args=[version.medicine_id]),
        name=version.name,
        is_in_use=version.in_use,
        details=[
            (_("Name"), version.name),
            (_("Routes"), routes),
            (_("Units"), between.join(wording.unit_words(unit) for unit in version.units)),
            (_("Forms"), forms or nothing),
            (_("Strengths"), strengths or nothing),
            (_("Products"), between.join(version.products) or nothing),
            (_("New regimens"), _("offered") if version.in_use else _("not offered")),
        ],
        routes=routes,
        forms=forms,
        strengths=strengths,
        number=f"{version.entry.number:,}",
        recorded_by=version.entry.recorded_by_name,
        recorded_at=moment_words(version.entry.recorded_at, version.medicine.clinic),
    )
