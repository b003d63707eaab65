"""Invented patients with long logs, by the thousand: for measuring, and to show the service full.

The bulk form of the actions: the same entries, digests and projections, many in one write. What is
loaded is a function of the patients' numbers, so that one load is like another.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.hashers import make_password

from access.models import Clinic, Membership, Role, User
from ledger import canonical
from ledger.writing import Asking, writing
from patients import actions as patient_actions
from patients.identity import Identity
from patients.models import Patient
from patients.numbers import nhs_check_digit
from titration import actions
from titration.actions import Instruction, RegimenText
from titration.demo.medicines import BACLOFEN, GABAPENTIN, LAMOTRIGINE, MEDICINES, TIZANIDINE
from titration.demo.names import FAMILY_NAMES, GIVEN_NAMES
from titration.dosing import Amount, Component, Timing
from titration.models import (
    ChangeReason,
    Indication,
    MedicineVersion,
    ReceivedHow,
    Route,
    StepKind,
    StopReason,
)
from titration.timeline import Effective

STEPS_IN_ONE_WRITE = 5000
DAYS_BETWEEN_STEPS = 5
OLDEST, DAYS_OF_BIRTH = date(1930, 1, 1), 75 * 365


@dataclass(frozen=True)
class Pattern:
    """What a loaded course is like: the medicine, when it is taken, the figure it starts from."""

    medicine: str
    indication: Indication
    slots: tuple[str, ...]
    figure: Decimal


PATTERNS = (
    Pattern(BACLOFEN, Indication.SPASTICITY, ("morning", "midday", "bedtime"), Decimal(5)),
    Pattern(GABAPENTIN, Indication.PAIN, ("morning", "bedtime"), Decimal(100)),
    Pattern(LAMOTRIGINE, Indication.EPILEPSY, ("morning", "evening"), Decimal(25)),
    Pattern(TIZANIDINE, Indication.SPASTICITY, ("bedtime",), Decimal(2)),
)
MULTIPLES = (1, 2, 3, 4, 5, 6, 5, 0, 3, 2)
WITHHELD, RESUMED = 7, 8
"""Of every ten steps, the place of the one that withholds and of the one that resumes."""


class Load:
    """Fills one clinic with patients who have one regimen each, of so many steps."""

    def __init__(self, clinic: Clinic, steps: int, today: date) -> None:
        self.clinic = clinic
        self.steps = steps
        self.prescriber = _prescriber(clinic)
        self.courses = [self._course(pattern, today) for pattern in PATTERNS]

    def patients(self, count: int) -> Iterator[int]:
        """Write so many more patients; after each write, say how many it held."""
        first = Patient.objects.filter(clinic=self.clinic).count()
        at_once = max(1, STEPS_IN_ONE_WRITE // self.steps)
        for start in range(first, first + count, at_once):
            serials = range(start, min(start + at_once, first + count))
            self._write(serials)
            yield len(serials)

    def _write(self, serials: range) -> None:
        asked = {"verb": "load", "from": serials.start, "to": serials.stop, "steps": self.steps}
        asking = Asking(uuid4(), canonical.canonical_bytes(asked))
        with uncollected(), writing(self.clinic, by=self.prescriber, submission=asking) as log:
            people = patient_actions.enter(log, map(identity, serials))
            actions.enter(
                log,
                (
                    (version.patient, *self.courses[serial % len(self.courses)])
                    for serial, version in zip(serials, people, strict=True)
                ),
            )

    def _course(self, pattern: Pattern, today: date) -> tuple[RegimenText, list[Instruction]]:
        text = RegimenText(
            medicine=self._medicine(pattern.medicine),
            route=Route.ORAL,
            unit="mg",
            form="",
            indication=pattern.indication,
            indication_text="",
            responsible=self.prescriber,
        )
        ago = (DAYS_BETWEEN_STEPS * (self.steps - n) for n in range(self.steps))
        days = (today - timedelta(days=days) for days in ago)
        return text, [self._instruction(pattern, n, day) for n, day in enumerate(days)]

    def _medicine(self, name: str) -> MedicineVersion:
        """The entry of the clinic's list; the first load of the clinic writes it."""
        listed = MedicineVersion.objects.select_related("medicine").filter(
            medicine__clinic=self.clinic, name=name, entry__superseded_by=None
        )
        [text] = (medicine for medicine in MEDICINES if medicine.name == name)
        return listed.first() or actions.add_medicine(
            clinic=self.clinic, text=text, by=self.prescriber
        )

    def _instruction(self, pattern: Pattern, position: int, day: date) -> Instruction:
        """Step `position` of a course: up and down, and now and then none for a while."""
        place = position % len(MULTIPLES)
        kind, reason = StepKind.DOSE, str(ChangeReason.EFFECT if position else ChangeReason.START)
        if place == WITHHELD:
            kind, reason = StepKind.WITHHOLD, str(StopReason.UNWELL)
        elif place == RESUMED:
            kind, reason = StepKind.RESUME, str(ChangeReason.RESTART)
        amount = Amount(pattern.figure * MULTIPLES[place], None, "mg")
        return Instruction(
            kind=kind,
            effective=Effective(day),
            decided_by=self.prescriber,
            decided_by_name=self.prescriber.name,
            received_how=ReceivedHow.IN_PERSON,
            reason=reason,
            components=()
            if kind == StepKind.WITHHOLD
            else tuple(Component(amount, Timing("slot", slot=slot)) for slot in pattern.slots),
            reason_text="Reviewed with the patient.",
        )


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave looking for garbage to afterwards: what one write makes all lives until its end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def clinics(count: int) -> list[Clinic]:
    """The clinics that loads fill, made where they are missing."""
    names = (f"Load {n} (demonstration)" for n in range(1, count + 1))
    return [Clinic.objects.get_or_create(name=name, is_demo=True)[0] for name in names]


def _prescriber(clinic: Clinic) -> User:
    """The person who records a load and keeps its medicine list. They cannot sign in."""
    user, is_new = User.objects.get_or_create(
        email=f"load{clinic.pk}@riverside.example",
        defaults={"name": "Dr L. Rees", "password": make_password(None)},
    )
    if is_new:
        for role in (Role.PRESCRIBER, Role.ADMINISTRATOR):
            Membership.objects.create(user=user, clinic=clinic, role=role)
    return user


def identity(serial: int) -> Identity:
    """The patient of this number: invented, with numbers of ranges kept for tests and drama."""
    rest, family = divmod(serial, len(FAMILY_NAMES))
    rest, given = divmod(rest, len(GIVEN_NAMES))
    given_names = [GIVEN_NAMES[given]] + [GIVEN_NAMES[-rest]] * bool(rest)
    nine = f"999{serial % 10**6:06}"
    check = nhs_check_digit(nine)
    return Identity(
        family_name=FAMILY_NAMES[family],
        given_names=" ".join(given_names),
        birth_date=OLDEST + timedelta(days=serial * 7919 % DAYS_OF_BIRTH),
        gender=("female", "male")[serial % 2],
        nhs_number=nine + check if check else "",
        record_number=f"L{serial:06}",
        telephone=f"01632 960{serial % 1000:03}",
    )
