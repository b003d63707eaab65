"""Writes to the clinic's medicine list."""

from dataclasses import dataclass

from access.models import Clinic, User
from access.policies import MANAGE_CATALOGUE, check
from ledger.models import Entry
from ledger.writing import Asking, verb, writing
from titration import policies
from titration.models import Medicine, MedicineVersion


@dataclass(frozen=True)
class MedicineText:
    """What a catalogue entry says; lists as in MedicineVersion."""

    name: str
    forms: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    in_use: bool = True


@verb
def add_medicine(*, clinic: Clinic, text: MedicineText, by: User, submission: Asking):
    """Put a medicine on the clinic's list. Returns its MedicineVersion."""
    check(by, clinic, MANAGE_CATALOGUE)
    with writing(clinic, by=by, submission=submission) as log:
        medicine = Medicine(clinic=clinic)
        version = _medicine_version(medicine, text)
        log.create(medicine)
        return log.add(version, subject=medicine.pk)


@verb
def revise_medicine(
    *, medicine: Medicine, seen: Entry, text: MedicineText, by: User, submission: Asking
):
    """Change what the list says of a medicine; `seen` is the entry of the version it replaces."""
    check(by, medicine.clinic, MANAGE_CATALOGUE)
    with writing(medicine.clinic, by=by, submission=submission) as log:
        version = _medicine_version(medicine, text)
        return log.add(version, subject=medicine.pk, supersedes=seen)


def _medicine_version(medicine: Medicine, text: MedicineText) -> MedicineVersion:
    version = MedicineVersion(
        medicine=medicine,
        name=text.name,
        forms=list(text.forms),
        routes=list(text.routes),
        units=list(text.units),
        strengths=list(text.strengths),
        products=list(text.products),
        in_use=text.in_use,
    )
    policies.check_medicine(version)
    return version
