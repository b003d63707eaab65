"""What the worklist is narrowed to: mine or the clinic's, one prescriber's, one medicine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from access.models import Clinic, User
from access.policies import SIGN, allows_anywhere
from titration import listed
from titration.listed import Person, Scope
from titration.models import MedicineVersion
from titration.presenters.worklist import Asked

People = Mapping[int, Sequence[Person]]


@dataclass(frozen=True)
class Choice:
    """One choice of a list, or one of a few links."""

    text: str
    value: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Filters:
    """The links and lists above the worklist; `whole_url` leads to the list without any."""

    asked: Asked
    mine: list[Choice]
    prescribers: list[Choice]
    medicines: list[Choice]
    is_open: bool
    is_narrowed: bool
    whole_url: str
    front_url: str


def scope_of(
    asked: Asked, user: User, clinics: Mapping[int, Clinic], now: datetime
) -> tuple[Scope, People]:
    """What is asked for, and by clinic who prescribes there."""
    present, former = listed.prescribers(clinics)
    whose = user.pk if asked.is_mine else asked.prescriber
    days = listed.days_of(clinics.values(), now)
    named = listed.still_named(former) if asked.topic in (None, "nobody") else ()
    return Scope(days, whose, asked.medicine, former, named), present


def filters_of(asked: Asked, user: User, clinics: Mapping[int, Clinic], people: People) -> Filters:
    """The filters as they stand; what the lists offer is read where they are shown."""
    is_narrowed = asked.is_mine or asked.prescriber is not None or asked.medicine is not None
    is_open = asked.topic is not None or is_narrowed
    return Filters(
        asked=asked,
        mine=_mine(asked) if allows_anywhere(user, SIGN) or asked.is_mine else [],
        prescribers=_prescribers(asked, people) if is_open and not asked.is_mine else [],
        medicines=_medicines(asked, clinics) if is_open else [],
        is_open=is_open,
        is_narrowed=is_narrowed,
        whole_url=Asked(topic=asked.topic).url(),
        front_url=asked.url(topic=None),
    )


def _mine(asked: Asked) -> list[Choice]:
    return [
        Choice(_("The clinic's"), asked.url(is_mine=False), not asked.is_mine),
        Choice(_("Mine"), asked.url(is_mine=True, prescriber=None), asked.is_mine),
    ]


def _prescribers(asked: Asked, people: People) -> list[Choice]:
    everybody = {person.user: person.name for of_clinic in people.values() for person in of_clinic}
    return [
        Choice(name, str(user), user == asked.prescriber)
        for user, name in sorted(everybody.items(), key=lambda pair: pair[1])
    ]


def _medicines(asked: Asked, clinics: Mapping[int, Clinic]) -> list[Choice]:
    """The medicines of the lists of these clinics, by name; with several clinics, of which."""
    versions = MedicineVersion.objects.newest().filter(medicine__clinic__in=list(clinics))
    found = []
    for medicine, clinic, name in versions.values_list("medicine", "medicine__clinic", "name"):
        words = {"medicine": name, "clinic": clinics[clinic].name}
        text = _("%(medicine)s, %(clinic)s") % words if len(clinics) > 1 else name
        found.append(Choice(text, str(medicine), medicine == asked.medicine))
    return sorted(found, key=lambda choice: choice.text.casefold())
