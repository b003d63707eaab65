"""Finding patients by words of the name, birth date, NHS number or record number.

Every query is bounded: a page has PAGE patients, a search looks at no more than MOST + 1 of them.
"""

from uuid import UUID

from django.db.models import Q

from access.models import Clinic
from patients import folding, numbers
from patients.identity import Identity
from patients.models import PatientCard

PAGE = 50
MOST = 500


def alike(clinic: Clinic, identity: Identity) -> list[UUID]:
    """Patients of the clinic who may be this person: same birth date and family name, or number."""
    same = Q(birth_date=identity.birth_date, family_folded=folding.key(identity.family_name))
    if identity.nhs_number:
        same |= Q(nhs_number=identity.nhs_number)
    if number := numbers.fold_record_number(identity.record_number):
        same |= Q(record_number_folded=number)
    cards = PatientCard.objects.filter(same, clinic=clinic).order_by("sort_name", "pk")
    return list(cards.values_list("pk", flat=True)[:PAGE])
