"""A clinic's measures as finished strings."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from access.models import Clinic
from patients import folding
from titration import wording
from titration.models import MeasureKind, MeasureVersion
from titration.presenters.log import moment_words


@dataclass(frozen=True)
class MeasureRow:
    """What the list says of a measure from one entry on, its lists as one line each."""

    url: str
    name: str
    is_in_use: bool
    details: list[tuple[str, str]]
    written: str
    places: str
    code: str
    number: str
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True)
class MeasureList:
    """The measures of one clinic; `clinic_id` where the starting list may be put on it."""

    clinic: str
    clinic_id: int | None
    rows: list[MeasureRow]


def measure_lists(
    clinics: Iterable[Clinic], versions: Iterable[MeasureVersion], may_change: Iterable[int]
) -> list[MeasureList]:
    """The measures of each clinic by their folded names; `may_change` are ids of clinics."""
    rows: dict[int, list[MeasureRow]] = {clinic.pk: [] for clinic in clinics}
    for version in sorted(versions, key=lambda version: folding.fold(version.name)):
        rows[version.measure.clinic_id].append(measure_row(version))
    changing = set(may_change)
    return [
        MeasureList(clinic.name, clinic.pk if clinic.pk in changing else None, rows[clinic.pk])
        for clinic in clinics
    ]


def measure_row(version: MeasureVersion) -> MeasureRow:
    """Needs `entry` and the measure's clinic read with the version."""
    between = pgettext("between the items of a list", "; ")
    nothing = _("none on the list")
    places = between.join(version.sites)
    if version.has_side:
        places = between.join(filter(None, [places, _("with its side")]))
    code = f"{version.get_code_system_display()} {version.code}" if version.code else ""
    bounds = wording.bounds_words(version.lowest, version.highest)
    return MeasureRow(
        url=reverse("measure", args=[version.measure_id]),
        name=version.name,
        is_in_use=version.in_use,
        details=[
            (_("Name"), version.name),
            (_("How it is written"), str(version.get_kind_display())),
            (_("Unit"), version.unit),
            (_("Unit as UCUM writes it"), version.ucum),
            (_("Names of its two figures"), between.join(version.labels)),
            (_("Taken without a question"), bounds),
            (_("Choices, in their order"), between.join(version.choices)),
            (_("Places"), places or nothing),
            (_("Code"), code or _("none")),
            (_("Codes of its two figures"), between.join(version.part_codes)),
            (_("New observations"), _("offered") if version.in_use else _("not offered")),
        ],
        written=_written(version),
        places=places,
        code=code,
        number=f"{version.entry.number:,}",
        recorded_by=version.entry.recorded_by_name,
        recorded_at=moment_words(version.entry.recorded_at, version.measure.clinic),
    )


def _written(version: MeasureVersion) -> str:
    """How it is written, with what is chosen from or in which unit."""
    if version.kind == MeasureKind.CHOICE:
        return pgettext("between the items of a list", "; ").join(version.choices)
    if version.kind != MeasureKind.NUMBER:
        return str(version.get_kind_display())
    unit = version.unit or _("a figure without a unit")
    if not version.labels:
        return unit
    return _("%(first)s and %(second)s, %(unit)s") % {
        "first": version.labels[0],
        "second": version.labels[1],
        "unit": unit,
    }
