"""Our own side, inside the process of the bench: loading a clinic, asking it for its facts.

Import it once DJANGO_SETTINGS_MODULE and the environment are those of the service.
"""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from access.models import AccessEvent, Clinic, Membership, User  # noqa: E402
from bench.measures import Log  # noqa: E402
from ledger import canonical  # noqa: E402
from ledger.writing import Asking, writing  # noqa: E402
from patients import actions as people  # noqa: E402
from patients.models import Patient, PatientCard  # noqa: E402
from titration import actions  # noqa: E402
from titration.chart import chart, svg  # noqa: E402
from titration.demo.loading import Load, identity  # noqa: E402
from titration.dosing import Amount, Component, Timing  # noqa: E402
from titration.models import DoseStep, PlanDraft, Regimen, RegimenCard  # noqa: E402
from titration.planning import PlanText, Row  # noqa: E402
from titration.reading import logged, planned  # noqa: E402
from titration.timeline import Effective  # noqa: E402
from titration.wording import date_words  # noqa: E402

PASSWORD = "bench bench bench"  # noqa: S105 - of a database that is dropped in minutes


def load(patients: int, steps: int, **options: int) -> float:
    """Load so many patients; returns the seconds it took. The command counts the rows."""
    began = time.perf_counter()
    call_command("seed_load", patients=patients, steps_per_patient=steps, **options)
    return time.perf_counter() - began


def settle() -> None:
    """Let the planner know the tables, and the autovacuum leave them alone while we measure."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def first_clinic() -> Clinic:
    return Clinic.objects.order_by("pk")[0]


def prescriber() -> str:
    """The e-mail address of a prescriber of the first clinic, who can sign in from now on."""
    user = User.objects.get(pk=Membership.objects.filter(clinic=first_clinic())[0].user_id)
    user.set_password(PASSWORD)
    user.save()
    return user.email


def newest_logs(count: int) -> list[Log]:
    """The patients who were loaded last into the first clinic, oldest of them first."""
    cards = PatientCard.objects.filter(clinic=first_clinic()).select_related("version")
    return [_log(card) for card in cards.order_by("-record_number_folded")[:count]][::-1]


def _log(card: PatientCard) -> Log:
    regimen = RegimenCard.objects.get(patient=card.patient_id)
    newest = DoseStep.objects.filter(regimen=regimen.pk).order_by("effective_on").last()
    version = card.version
    return Log(
        patient=str(card.patient_id),
        regimen=str(regimen.pk),
        record_number=str(version.record_number),
        nhs_number=str(version.nhs_number),
        words=f"{str(version.family_name)[:4]} {str(version.given_names)[:3]}",
        newest=date_words(newest.effective_on) if newest else "",
    )


def ten_regimens() -> Log:
    """One more patient of the first clinic, with ten regimens of ten steps each and 300 scores."""
    clinic = first_clinic()
    today = timezone.localdate(timezone=clinic.zone)
    loader = Load(clinic, 10, today)
    serial = Patient.objects.filter(clinic=clinic).count()
    asking = Asking(uuid4(), canonical.canonical_bytes({"verb": "ten", "serial": serial}))
    with writing(clinic, by=loader.prescriber, submission=asking) as log:
        [version] = people.enter(log, [identity(serial)])
        of_all = [*loader.courses, *loader.courses, *loader.courses]
        actions.enter(log, ((version.patient, *course) for course in of_all[:10]))
    rating = actions.MeasureText(
        "Stiffness, 0 to 10", "number", lowest=Decimal(0), highest=Decimal(10)
    )
    measure = actions.add_measure(clinic=clinic, text=rating, by=loader.prescriber)
    actions.record_observations(
        patient=version.patient,
        observations=tuple(
            actions.ObservationText(
                Effective(today - timedelta(days=day)), measure, figure=Decimal(day % 11)
            )
            for day in range(300)
        ),
        by=loader.prescriber,
    )
    return Log(
        patient=str(version.patient_id),
        regimen="",
        record_number=str(version.record_number),
        nhs_number=str(version.nhs_number),
        words="",
        newest=date_words(today),
    )


def one_of_each_clinic(count: int) -> list[str]:
    """The address part of a regimen in each of so many clinics."""
    clinics = Clinic.objects.order_by("pk")[:count]
    return [str(RegimenCard.objects.filter(clinic=c).order_by("pk")[0].pk) for c in clinics]


def several_of_one_clinic(count: int) -> list[str]:
    cards = RegimenCard.objects.filter(clinic=first_clinic()).order_by("pk")[:count]
    return [str(card.pk) for card in cards]


def newest_day(regimen: str) -> date:
    """The day of the last step of a regimen."""
    return DoseStep.objects.filter(regimen=UUID(regimen)).latest("effective_on").effective_on


def writer(regimen: str) -> Callable[[], None]:
    """What records one more step on the regimen, each time that it is called."""
    found = Regimen.objects.select_related("clinic", "card__version__responsible").get(pk=regimen)
    by = found.card.version.responsible
    moments = count(1)
    newest = datetime.combine(newest_day(regimen) + timedelta(days=1), datetime.min.time())
    written = Component(
        amount=Amount(Decimal(7), None, "mg"), timing=Timing("times", times=3, period_unit="day")
    )

    def record() -> None:
        moment = newest + timedelta(minutes=next(moments))
        actions.record_step(
            regimen=found,
            instruction=actions.Instruction(
                kind="dose",
                effective=Effective(moment.date(), "day", moment.time(), 0),
                components=(written,),
                decided_by=by,
                decided_by_name=by.name,
                received_how="in-person",
                reason="step-up",
            ),
            by=by,
        )

    return record


def sign_plan(regimen: str, rows: int) -> tuple[str, str]:
    """A plan of so many rows, a week apart, of a loaded regimen: its id, the day of its last."""
    found = Regimen.objects.select_related("clinic", "card__version__responsible").get(pk=regimen)
    by, now = found.card.version.responsible, timezone.now()
    first = found.clinic.local(now).date() + timedelta(days=1)
    saved = {"begun_by": by, "begun_at": now, "saved_by": by, "saved_at": now}
    draft = PlanDraft.objects.create(clinic=found.clinic, regimen=found, **saved)
    starts: list[dict] = [{"start": "on", "on": first}]
    starts += [{"start": "after", "count": 1, "unit": "week"}] * (rows - 1)
    morning = Timing("slot", slot="morning")
    text = PlanText(
        purpose="titration",
        rows=tuple(
            Row(uuid4(), "dose", components=(Component(_mg(place + 1), morning),), **start)
            for place, start in enumerate(starts)
        ),
        end="continue",
    )
    logs = planned.plan_logs([found.pk])[found.pk]
    actions.sign_plan(
        draft=draft.pk,
        regimen=found,
        revision=draft.revision,
        revises=None,
        text=text,
        seen=actions.newest_number(found, logged.history(found), logs),
        by=by,
    )
    return str(draft.pk), date_words(first + timedelta(weeks=rows - 1))


def _mg(figure: int) -> Amount:
    return Amount(Decimal(figure), None, "mg")


def events() -> int:
    return AccessEvent.objects.count()


def chart_seconds(log: Log, times: int) -> float:
    """How long one chart of the log takes to draw, on the mean of so many."""
    regimen = Regimen.objects.get(pk=log.regimen)
    live = logged.history(regimen).live
    now: datetime = regimen.clinic.local(timezone.now())
    began = time.perf_counter()
    for _time in range(times):
        drawn = chart(live, title="By mouth: baclofen", route="By mouth", now=now)
        svg(drawn)  # type: ignore[arg-type]  # there are steps
    return (time.perf_counter() - began) / times
