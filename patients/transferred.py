"""Which patients are offered to another clinic or went to one, and which came from one."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, QuerySet

from access.models import Clinic, Membership
from access.policies import GRANTS, RECORD
from ledger.models import Retraction
from patients.models import Arrival, Transfer, TransferEvent


def standing(known: int | None = None) -> QuerySet[Transfer]:
    """The offers that were not taken back and their answers, as known at an entry number."""
    taken_back = Retraction.objects.up_to(known).filter(entry__subject=OuterRef("transfer"))
    return Transfer.objects.up_to(known).filter(~Exists(taken_back))


def waiting() -> QuerySet[Transfer]:
    """The offers that stand and that nobody has answered; of nobody who was erased since."""
    answers = Transfer.objects.filter(transfer=OuterRef("transfer"))
    answers = answers.exclude(event=TransferEvent.OFFERED)
    found = standing().filter(~Exists(answers), event=TransferEvent.OFFERED)
    return found.filter(patient__card__isnull=False)


def receivers(clinic: Clinic) -> QuerySet[Clinic]:
    """To whom a clinic may offer a patient: every other one with somebody who can accept.

    Invented patients go to demonstrations alone, and others to none.
    """
    able = Membership.objects.open().filter(role__in=GRANTS[RECORD], user__is_active=True)
    others = Clinic.objects.filter(pk__in=able.values("clinic"), is_demo=clinic.is_demo)
    return others.exclude(pk=clinic.pk).order_by("name", "pk")


def newest(patients: Collection[UUID], known: int | None = None) -> dict[UUID, Transfer]:
    """By patient: the newest offer that stands, or its answer."""
    found = standing(known).filter(patient__in=patients).select_related("entry", "arrived")
    return {each.patient_id: each for each in found.order_by("entry__number")}


def accepted(patients: Collection[UUID]) -> dict[UUID, Transfer]:
    """By patient: the last acceptance by another clinic, whatever was recorded since."""
    found = Transfer.objects.filter(patient__in=patients, event=TransferEvent.ACCEPTED)
    return {
        each.patient_id: each for each in found.select_related("entry").order_by("entry__number")
    }


def arrivals(patients: Collection[UUID], known: int | None = None) -> dict[UUID, Arrival]:
    """By patient: where their record came from; of most of them nothing."""
    found = Arrival.objects.up_to(known).filter(patient__in=patients)
    return {each.patient_id: each for each in found.select_related("entry")}


def has_moved(patient: str, known: int | None = None) -> ExpressionWrapper:
    """For the rows of a query: whether `newest` or `arrivals` may have the patient in this column.

    It does not ask whether an offer was taken back, which costs more than who asks further.
    """
    went = Exists(Transfer.objects.up_to(known).filter(patient=OuterRef(patient)))
    came = Exists(Arrival.objects.up_to(known).filter(patient=OuterRef(patient)))
    return ExpressionWrapper(went | came, output_field=BooleanField())


def people_named(clinics: Iterable[int]) -> QuerySet:
    """Who was named as responsible in what came to these clinics: clinic, person, their name."""
    arrivals = Arrival.objects.filter(patient__clinic__in=list(clinics))
    return arrivals.values_list("patient__clinic", "responsible", "responsible__name").distinct()
