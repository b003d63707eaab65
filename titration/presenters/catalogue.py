"""A clinic's lists as finished strings: what its medicines, measures and calendar words share."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse

from access.models import Clinic
from ledger.models import Record
from patients import folding
from titration.presenters.log import moment_words


class Cell(NamedTuple):
    """What the table of a list says of an item; `language` is the tag of words in another one."""

    label: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class CatalogueRow:
    """What a list says of an item from one entry on: in its table, and in full."""

    url: str
    name: str
    is_in_use: bool
    cells: list[Cell]
    details: list[tuple[str, str]]
    number: str
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True)
class CatalogueList:
    """The list of one clinic, and whether the reader may change it."""

    clinic: Clinic
    may_change: bool
    rows: list[CatalogueRow]


def catalogue_row(
    version: Record,
    *,
    name: str,
    is_in_use: bool,
    cells: list[Cell],
    details: list[tuple[str, str]],
) -> CatalogueRow:
    """Needs `entry` and the item's clinic read with the version."""
    item = getattr(version, version.AGREES["subject"])
    return CatalogueRow(
        url=reverse(version.KIND, args=[item.pk]),
        name=name,
        is_in_use=is_in_use,
        cells=cells,
        details=details,
        number=f"{version.entry.number:,}",
        recorded_by=version.entry.recorded_by_name,
        recorded_at=moment_words(version.entry.recorded_at, item.clinic),
    )


def catalogue_lists(
    clinics: Iterable[Clinic],
    rows: Iterable[tuple[int, CatalogueRow]],
    may_change: Iterable[int],
) -> list[CatalogueList]:
    """The list of each clinic, its items by their folded names.

    `rows` are (id of the clinic, item); `may_change` the ids of the clinics whose list the reader
    may change.
    """
    of_clinic: dict[int, list[CatalogueRow]] = {clinic.pk: [] for clinic in clinics}
    for clinic_id, row in sorted(rows, key=lambda each: folding.fold(each[1].name)):
        of_clinic[clinic_id].append(row)
    changing = set(may_change)
    return [
        CatalogueList(clinic, clinic.pk in changing, of_clinic[clinic.pk]) for clinic in clinics
    ]
