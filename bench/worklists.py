"""Clinics of so many open regimens with plans, of which every section of the worklist has some.

Import it once DJANGO_SETTINGS_MODULE and the environment are those of the service.
"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.utils import timezone  # noqa: E402

from access.models import Clinic, Membership, Role, User  # noqa: E402
from ledger import canonical  # noqa: E402
from ledger.writing import Asking, Log, writing  # noqa: E402
from patients import actions as people  # noqa: E402
from patients.models import Patient  # noqa: E402
from titration import projection  # noqa: E402
from titration.actions.regimens import regimen_version  # noqa: E402
from titration.actions.steps import Instruction, add_step, dose_step  # noqa: E402
from titration.demo.loading import Load, identity, uncollected  # noqa: E402
from titration.models import Plan, PlanDraft, PlanVersion, Regimen, Review, rows_of  # noqa: E402
from titration.planning import Row  # noqa: E402

STEPS, AT_ONCE = 2, 500


def fill(name: str, regimens: int, password: str) -> User:
    """A clinic of this name with so many open regimens; returns a prescriber who can sign in."""
    clinic = Clinic.objects.create(name=name, is_demo=True)
    loader = OpenRegimens(clinic, timezone.localdate(timezone=clinic.zone))
    for start in range(0, regimens, AT_ONCE):
        loader.write(range(start, min(start + AT_ONCE, regimens)))
    loader.leave()
    loader.prescriber.set_password(password)
    loader.prescriber.save()
    return loader.prescriber


class OpenRegimens(Load):
    """Writes patients with a regimen, two steps and a plan each; what else, by their number."""

    def __init__(self, clinic: Clinic, today: date) -> None:
        super().__init__(clinic, STEPS, today)
        self.today = today
        self.colleague = self._somebody("Dr C. Marsh")
        self.former = self._somebody("Dr F. Holt")

    def _somebody(self, name: str) -> User:
        address = f"{name.split()[-1].lower()}{self.clinic.pk}@riverside.example"
        user = User.objects.create(email=address, name=name, password=make_password(None))
        Membership.objects.create(user=user, clinic=self.clinic, role=Role.PRESCRIBER)
        return user

    def leave(self) -> None:
        """One of those who are responsible for regimens prescribes here no longer."""
        self.former.memberships.update(ended_at=timezone.now())

    def write(self, serials: range) -> None:
        asked = {"verb": "open", "from": serials.start, "to": serials.stop}
        asking = Asking(uuid4(), canonical.canonical_bytes(asked))
        with uncollected(), writing(self.clinic, by=self.prescriber, submission=asking) as log:
            versions = people.enter(log, map(identity, serials))
            found = [
                self._regimen(log, serial, version.patient)
                for serial, version in zip(serials, versions, strict=True)
            ]
            log.flush()
            self._ask(serials, found)
            projection.refresh(found)

    def _regimen(self, log: Log, serial: int, patient: Patient) -> Regimen:
        text, instructions = self.courses[serial % len(self.courses)]
        regimen = Regimen(clinic=self.clinic, patient=patient)
        log.create(regimen)
        responsible = self.former if serial % 200 == 7 else self.prescriber
        version = regimen_version(regimen, replace(text, responsible=responsible))
        log.add(version, subject=regimen.pk, patient=patient.pk)
        for instruction in [*instructions, *self._last(serial, instructions[-1])]:
            add_step(log, dose_step(regimen, instruction))
        self._plan(log, serial, regimen, instructions[-1])
        if serial % 3 == 0:
            self._review(log, serial, regimen)
        return regimen

    def _last(self, serial: int, before: Instruction) -> list[Instruction]:
        """Of some: withheld or stopped lately, or decided by somebody who has yet to confirm it."""
        on = replace(before.effective, on=self.today - timedelta(days=1 + serial % 4))
        if serial % 50 == 1:
            return [replace(before, kind="withhold", effective=on, components=(), reason="unwell")]
        if serial % 100 == 3:
            return [replace(before, kind="stop", effective=on, components=(), reason="unwell")]
        if serial % 40 == 5:
            return [
                replace(
                    before,
                    effective=on,
                    decided_by=self.colleague,
                    decided_by_name=self.colleague.name,
                )
            ]
        return []

    def _plan(self, log: Log, serial: int, regimen: Regimen, dose: Instruction) -> None:
        """Three rows a fortnight apart, the first some days ago or in the months to come."""
        first = self.today + timedelta(days=serial * 37 % 120 - 10)
        later = {"kind": "dose", "start": "after", "count": 2, "unit": "week"}
        rows = [Row(uuid4(), "dose", "on", on=first, components=dose.components)]
        rows += [Row(uuid4(), components=dose.components, **later) for _n in range(2)]  # type: ignore[arg-type]
        plan = Plan(clinic=self.clinic, regimen=regimen)
        log.create(plan)
        version = PlanVersion(plan=plan, version=1, purpose="titration", end="continue")
        rows_of(version, rows)
        log.add(
            version,
            subject=plan.pk,
            patient=regimen.patient_id,
            children=[*version.rows, *version.parts],
        )

    def _review(self, log: Log, serial: int, regimen: Regimen) -> None:
        review = Review(
            regimen=regimen,
            status="booked",
            review_on=self.today + timedelta(days=serial * 53 % 90 - 3),
            what_for="How the medicine is borne",
            whose=self.prescriber,
            whose_name=self.prescriber.name,
        )
        log.add(review, subject=review.review, patient=regimen.patient_id)

    def _ask(self, serials: range, regimens: list[Regimen]) -> None:
        """Some have a draft under which somebody asked for a signature."""
        now = timezone.now()
        saved = {"begun_at": now, "saved_at": now, "asked_at": now}
        by = {"begun_by": self.prescriber, "saved_by": self.prescriber, "asked_by": self.colleague}
        PlanDraft.objects.bulk_create(
            PlanDraft(clinic=self.clinic, regimen=regimen, **saved, **by)
            for serial, regimen in zip(serials, regimens, strict=True)
            if serial % 100 == 9
        )
