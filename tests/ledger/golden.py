"""A story whose every value is fixed, down to keys and salts: it gives one digest, for ever."""

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from unittest import mock

import pytest
from django.apps import apps
from django.db import models

from access.models import AccessedPatient, AccessEvent, Clinic, Membership, Role, User
from ledger import sealing, writing
from patients import actions as patient_actions
from patients.identity import Identity, Standing
from tests.titration.doses import at, rate, times
from tests.titration.factories import medicine_of, regimen_of, step_of
from titration import actions
from titration.actions import steps as step_actions
from titration.dosing import Component
from titration.timeline import Effective

BEGAN = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


@contextmanager
def fixed() -> Iterator[None]:
    """Every key is the next number, every salt too, and each look at the clock a minute later."""
    numbers = count(1)

    def key() -> uuid.UUID:
        return uuid.UUID(int=next(numbers), version=4)

    def now() -> datetime:
        return BEGAN + timedelta(minutes=next(numbers), microseconds=7)

    with pytest.MonkeyPatch.context() as patch:
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, models.UUIDField) and field.default is uuid.uuid4:
                    patch.setitem(field.__dict__, "_get_default", key)
        patch.setattr(writing, "uuid4", key)
        patch.setattr(step_actions, "uuid4", key)
        patch.setattr(secrets, "token_hex", lambda size: f"{next(numbers):0{2 * size}x}")
        patch.setattr(writing, "timezone", mock.Mock(now=now))
        patch.setattr(sealing, "timezone", mock.Mock(now=now))
        yield


def person(clinic: Clinic, key: int, name: str, *roles: str) -> User:
    user = User.objects.create(pk=key, email=f"p{key}@example.org", name=name, password="!")
    for role in roles:
        Membership.objects.create(user=user, clinic=clinic, role=role, started_at=BEGAN)
    return user


def tell() -> Clinic:
    """Write the story: every kind of record, texts with many signs, corrections, access events."""
    with fixed():
        clinic = Clinic.objects.create(pk=770001, name="Golden", time_zone="Europe/Dublin")
        doctor = person(clinic, 770001, "Dr Ł. O’Neill", Role.PRESCRIBER, Role.ADMINISTRATOR)
        nurse = person(clinic, 770002, "S. Ødegård", Role.RECORDER)
        medicine = medicine_of(clinic, by=doctor, units=("mg", "microgram"))
        version = patient_actions.add_patient(
            clinic=clinic,
            identity=Identity("Łódzka-Nuñez", "Irena 愛", date(1961, 3, 12), "female", "Ms"),
            by=nurse,
        )
        patient = version.patient
        patient_actions.revise_patient(
            patient=patient,
            seen=version.entry,
            identity=Identity(
                "Łódzka", "Irena", date(1961, 3, 12), "female", "", "9434765919", "RN\t\\1"
            ),
            standing=Standing("left", date(2026, 2, 28)),
            by=nurse,
        )
        regimen = regimen_of(patient, medicine, by=doctor, indication_text="“spasms”\nat night")
        _steps(regimen, doctor, nurse)
        _events(clinic, nurse, patient.pk)
    return clinic


def _steps(regimen, doctor: User, nurse: User) -> None:
    worded = times(3, "2.5")
    worded = Component(
        worded.amount,
        worded.timing,
        as_needed=True,
        as_needed_for="spasm\u00a0at night",
        strengths="1 × 2.5 mg",
        calculation="0.05 mg per kg × 50 kg",
    )
    first = step_of(regimen, by=nurse, components=(worded, at("bedtime", "0.000001")))
    actions.confirm_step(step=first, by=doctor)
    clock = Effective(date(2026, 3, 9), time=datetime(2026, 1, 1, 14, 5).time(), offset=0)  # noqa: DTZ001
    second = step_of(regimen, on=clock, components=(times(2, "99999999.999999"),), note="É ė")
    actions.correct_step(
        step=second,
        instruction=actions.Instruction(
            kind="dose",
            effective=Effective(date(2026, 3, 10)),
            decided_by=None,
            decided_by_name="Dr Außen",
            received_how="letter",
            reason="other",
            components=(rate("12.345", "hour"),),
            document_on=date(2026, 3, 8),
            reason_text="by letter",
        ),
        correction_reason="misread",
        by=nurse,
    )
    third = step_of(regimen, on=date(2026, 4, 1), kind="withhold")
    actions.retract_step(step=third, reason="other", reason_text="not hers", by=doctor)


def _events(clinic: Clinic, nurse: User, patient: uuid.UUID) -> None:
    for number in range(3):
        event = AccessEvent.objects.create(
            pk=770001 + number,
            at=BEGAN + timedelta(minutes=number, microseconds=500_000),
            user=nurse,
            clinic=clinic,
            kind="view",
            route="regimen",
            method="GET",
            spooled=uuid.UUID(int=number) if number == 1 else None,
        )
        if number != 2:
            AccessedPatient.objects.create(event=event, patient=patient)
    sealing.seal(BEGAN + timedelta(days=1))
