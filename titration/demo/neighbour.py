"""A second clinic of the demonstration, which offers one of its patients to the first."""

from datetime import date, datetime, timedelta

from access.models import Clinic, Membership, Role, User
from patients.actions import add_patient
from patients.identity import Identity
from titration import actions
from titration.demo.medicines import BACLOFEN, MEDICINES
from titration.demo.story import FRIDAY, TUESDAY, Calendar, at_slots
from titration.models import ChangeReason, Indication, ReceivedHow, Route, StepKind
from titration.timeline import Effective

CLINIC = {
    "name": "Hillside Neurology Clinic (demonstration)",
    "time_zone": "Europe/London",
    "telephone": "020 7946 0188",  # kept for drama too
}
SAYS = (
    "Moves to his daughter beside the river in three weeks, and asks to be seen there. Stiffness "
    "of both legs since a spinal stroke; wants a review within two weeks of the move."
)
PEOPLE = {
    Role.PRESCRIBER: ("adeyemi", "Dr C. Adeyemi", "neurologist"),
    Role.ADMINISTRATOR: ("lovell", "B. Lovell", "clinic manager"),
}


def build_neighbour(receiver: Clinic, on: Calendar, password: str) -> None:
    """Make the clinic, with one patient who was offered to `receiver` last week.

    `password` is as it is kept.
    """
    clinic = Clinic.objects.create(is_demo=True, **CLINIC)
    opened = on.at(-9, TUESDAY, "10:12").replace(tzinfo=clinic.zone)
    by, administrator = (
        _person(clinic, role, password, opened) for role in (Role.PRESCRIBER, Role.ADMINISTRATOR)
    )
    [text] = [each for each in MEDICINES if each.name == BACLOFEN]
    medicine = actions.add_medicine(clinic=clinic, text=text, by=administrator, recorded_at=opened)
    identity = Identity("Pickering", "Noel", date(1968, 9, 14), "male", "Mr", "", "HN-0204")
    moment = opened + timedelta(minutes=9)
    patient = add_patient(clinic=clinic, identity=identity, by=by, recorded_at=moment).patient
    version = actions.open_regimen(
        patient=patient,
        text=actions.RegimenText(
            medicine=medicine,
            route=Route.ORAL,
            unit="mg",
            form="tablet",
            indication=Indication.SPASTICITY,
            indication_text="",
            responsible=by,
        ),
        by=by,
        recorded_at=moment + timedelta(minutes=4),
    )
    for week, figure, reason in ((-9, "5", ChangeReason.START), (-5, "10", ChangeReason.STEP_UP)):
        day = on.day(week, TUESDAY)
        actions.record_step(
            regimen=version.regimen,
            instruction=actions.Instruction(
                kind=StepKind.DOSE,
                effective=Effective(day),
                decided_by=by,
                decided_by_name=by.name,
                received_how=ReceivedHow.IN_PERSON,
                reason=reason,
                components=at_slots(morning=figure, midday=figure, bedtime=figure),
            ),
            by=by,
            recorded_at=on.at(week, TUESDAY, "11:02").replace(tzinfo=clinic.zone),
        )
    actions.offer_patient(
        patient=patient,
        to=receiver,
        responsible=by,
        says=SAYS,
        by=by,
        recorded_at=on.at(-1, FRIDAY, "15:40").replace(tzinfo=clinic.zone),
    )


def _person(clinic: Clinic, role: Role, password: str, since: datetime) -> User:
    key, name, profession = PEOPLE[role]
    person = User.objects.create(
        email=f"{key}@hillside.example",
        name=name,
        profession=profession,
        password=password,
        date_joined=since,
    )
    Membership.objects.create(user=person, clinic=clinic, role=role, started_at=since)
    return person
