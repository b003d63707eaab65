"""Which records of a clinic are of one person, as far as links say that were not withdrawn."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.composed import Composed
from ledger.models import Retraction
from patients.models import SamePerson


def standing(known: int | None = None) -> QuerySet[SamePerson]:
    """The links that stand, as known at an entry number; each is there from both sides."""
    of_either = Q(entry__subject=OuterRef("line")) | Q(entry__subject=OuterRef("twin"))
    withdrawn = Retraction.objects.up_to(known).filter(of_either)
    return SamePerson.objects.up_to(known).filter(~Exists(withdrawn))


def is_linked(patient: str, known: int | None = None) -> Exists:
    """For the rows of a query: whether a link stands of the patient in this column."""
    return Exists(standing(known).filter(patient=OuterRef(patient)))


@Composed
def _beside(patients: Collection[UUID]) -> QuerySet:
    return standing().filter(patient__in=patients).order_by("entry__number").values_list("other")


def _beside_then(patients: Collection[UUID], known: int) -> QuerySet:
    links = standing(known).filter(patient__in=patients).order_by("entry__number")
    return links.values_list("other")


def others(patient: UUID, known: int | None = None) -> list[UUID]:
    """Every other record of the person, also those reached through others, the nearest first."""
    return reached([patient], known)


def reached(patients: Sequence[UUID], known: int | None = None) -> list[UUID]:
    """Every other record of these people, the nearest first.

    One query where no link stands, else one for each link on the longest way and one more.
    """
    found, ahead = list(patients), list(patients)
    while ahead:
        rows = _beside(ahead) if known is None else _beside_then(ahead, known)
        ahead = [key for key in dict.fromkeys(other for (other,) in rows) if key not in found]
        found += ahead
    return found[len(patients) :]
