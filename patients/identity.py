"""Who a patient is and whether they are still here, and what can be wrong with it. Pure."""

from dataclasses import dataclass
from datetime import date

from patients import folding, numbers

OLDEST = 130
"""Years. An older person is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The words and numbers that tell one person from another. `nhs_number` is ten digits or ""."""

    family_name: str
    given_names: str
    birth_date: date
    gender: str
    title: str = ""
    nhs_number: str = ""
    record_number: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the patient is with the clinic ("here"), and else since when not."""

    status: str = "here"
    status_on: date | None = None


HERE = Standing()


@dataclass(frozen=True, slots=True)
class Life:
    """Between which days a patient lives, as far as they are recorded."""

    born: date | None = None
    died_on: date | None = None


def problems(identity: Identity, standing: Standing, *, today: date) -> list[tuple[str, str]]:
    """What speaks against recording this: (field, code) pairs, none when it is well.

    Each code has its sentence in wording.py.
    """
    found = []
    if not folding.solid(identity.family_name):
        found.append(("family_name", "no_letters"))
    if identity.birth_date > today:
        found.append(("birth_date", "future"))
    elif identity.birth_date.year < today.year - OLDEST:
        found.append(("birth_date", "too_long_ago"))
    if identity.nhs_number:
        try:
            numbers.parse_nhs_number(identity.nhs_number)
        except numbers.NhsNumberError as error:
            found.append(("nhs_number", error.code))
    if identity.telephone and (code := numbers.telephone_error(identity.telephone)):
        found.append(("telephone", code))
    if standing.status_on is not None:
        if standing.status_on > today:
            found.append(("status_on", "future"))
        elif standing.status_on < identity.birth_date:
            found.append(("status_on", "before_birth"))
    return found
