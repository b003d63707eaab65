"""Who the patient of a file of tables is, and by which identities a clinic knows what is in it."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from uuid import UUID, uuid5

from django.db import models
from django.utils.translation import gettext as _

from access.models import Clinic
from ledger.models import Entry
from patients import search
from patients.actions import ProbableDuplicate
from patients.identity import Identity
from titration.importing import Place
from titration.tables.reading import ReadTables, TablesRefused

AT_ONCE = 1000


def identity_in(read: ReadTables) -> Identity:
    """Who the patient of a file is, by their newest text. Raises TablesRefused."""
    rows = read.tables["patient"]
    if not rows:
        raise TablesRefused(_("The file does not say who the patient is."), Place("patient.csv"))
    said = {part: rows[-1][part] for part in Identity.__dataclass_fields__}
    if said["birth_date"] is None:
        place = Place("patient.csv", len(rows) + 1, "birth_date")
        raise TablesRefused(_("Nothing stands here, and something has to."), place)
    return Identity(**said)


def patient_here(clinic: Clinic, read: ReadTables) -> UUID:
    """The identity that the patient of a file has in a clinic, or would have. TablesRefused."""
    return renewed(made_anew(clinic, read), uuid_of(read))


def renewed(within: UUID | None, identity: UUID) -> UUID:
    """Another identity within something, always the same; without anything, the same."""
    return uuid5(within, str(identity)) if within else identity


def made_anew(clinic: Clinic, read: ReadTables) -> UUID | None:
    """The clinic, for a file of another one of this installation, where each identity is once."""
    subjects = {row["subject"] for row in read.tables["entries"]}
    is_elsewhere = has(Entry.objects.exclude(clinic=clinic), "subject", subjects)
    return clinic.uuid if is_elsewhere else None


def check_alone(clinic: Clinic, read: ReadTables, others: Collection[UUID]) -> None:
    """Nobody of the clinic is alike to the newest text of the patient but `others`."""
    alike = [each for each in search.alike(clinic, identity_in(read)) if each not in others]
    if alike:
        raise ProbableDuplicate(alike)


def uuid_of(read: ReadTables) -> UUID:
    try:
        return UUID(read.said["patient"])
    except ValueError:
        raise TablesRefused(_("The file names no patient."), Place("datapackage.json")) from None


def has(rows: models.QuerySet, column: str, values: Collection[UUID]) -> bool:
    """Whether a row has one of these values; asked by the thousand, which every engine takes."""
    return any(
        rows.filter(**{f"{column}__in": some}).exists() for some in _batched(values, AT_ONCE)
    )


def _batched(values: Iterable[UUID], size: int) -> Iterator[list[UUID]]:
    """The values in lists of at most this size."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
