"""A clinic with somebody in every role and one of everything, addresses, what asking leaves."""

from dataclasses import dataclass

from django.utils import timezone

from access import actions
from access.models import AccessEvent, Clinic, Invitation, Role, User
from patients.models import SamePerson, Transfer
from tests.factories import (
    ClinicFactory,
    PatientFactory,
    UserFactory,
    linked_to,
    member,
    offered_to,
)
from tests.titration.factories import (
    contact_of,
    draft_of,
    effect_of,
    measure_of,
    medicine_of,
    observation_of,
    plan_of,
    pump_event_of,
    regimen_of,
    report_of,
    review_of,
    step_of,
)
from tests.titration.issuing import issue_of, words_in
from titration import waiting
from titration.models import (
    CalendarTextVersion,
    Contact,
    DoseStep,
    IntakeReport,
    Observation,
    PlanDraft,
    PlanIssue,
    PlanVersion,
    PumpEvent,
    Review,
    SideEffect,
)

NOBODY = "nobody"
ROLES = (*Role.values, NOBODY)


@dataclass
class World:
    """`step` was typed by the recorder and waits for the prescriber, who is named in it.

    `draft` revises `plan`, which the prescriber signed. `offer` is made to the clinic by another
    one, `transfer` by it to that one.
    """

    clinic: Clinic
    people: dict[str, User]
    step: DoseStep
    review: Review
    plan: PlanVersion
    draft: PlanDraft
    issue: PlanIssue
    text: CalendarTextVersion
    pump: PumpEvent
    invitation: Invitation
    report: IntakeReport
    contact: Contact
    observation: Observation
    effect: SideEffect
    link: SamePerson
    offer: Transfer
    transfer: Transfer

    def __post_init__(self) -> None:
        """What stands in addresses is looked up once: tests ask for thousands of them."""
        regimen = self.step.regimen
        self.places = {
            "patient": regimen.patient_id,
            "regimen": regimen.pk,
            "medicine": regimen.card.version.medicine_id,
            "step": self.step.step,
            "review": self.review.review,
            "plan": self.plan.plan_id,
            "draft": self.draft.pk,
            "issue": self.issue.entry.subject,
            "text": self.text.text_id,
            "event": self.pump.event,
            "clinic": self.clinic.uuid,
            "person": self.people[Role.RECORDER].pk,
            "membership": self.people[Role.RECORDER].memberships.get().pk,
            "invitation": self.invitation.pk,
            "report": self.report.report,
            "contact": self.contact.contact,
            "measure": self.observation.measure_id,
            "observation": self.observation.observation,
            "effect": self.effect.effect,
            "link": self.link.line,
            "offer": self.offer.transfer,
            "transfer": self.transfer.transfer,
        }

    def address(self, path: str) -> str:
        return path.format_map(self.places)

    @property
    def patient(self):
        return self.step.regimen.patient_id


def new_world() -> World:
    clinic = ClinicFactory()
    people = {role: member(clinic, role) for role in Role.values}
    people[NOBODY] = UserFactory()
    medicine = medicine_of(clinic, by=people[Role.ADMINISTRATOR])
    patient = PatientFactory(clinic=clinic, by=people[Role.PRESCRIBER])
    version = regimen_of(patient, medicine, people[Role.PRESCRIBER], route="intrathecal")
    step = step_of(version, by=people[Role.RECORDER])
    plan = plan_of(version)
    draft = draft_of(version.regimen, people[Role.PRESCRIBER], plan)
    issue = issue_of(plan)
    text = words_in(clinic, "cy", by=people[Role.ADMINISTRATOR])
    pump = pump_event_of(version)
    invitation, _secret = actions.invite(
        clinic=clinic,
        email="somebody@new.example",
        name="Somebody New",
        role=Role.VIEWER,
        by=people[Role.ADMINISTRATOR],
    )
    measure = measure_of(clinic, by=people[Role.ADMINISTRATOR])
    observation = observation_of(patient, measure, by=people[Role.RECORDER])
    effect = effect_of(patient, by=people[Role.RECORDER])
    review = review_of(version)
    report = report_of(version, what="as-instructed")
    contact = contact_of(patient, people[Role.RECORDER])
    others = [PatientFactory(clinic=clinic, family_name=f"Twin{n}") for n in range(2)]
    link = linked_to(*others, people[Role.RECORDER])
    elsewhere = ClinicFactory()
    offer = offered_to(clinic, PatientFactory(clinic=elsewhere))
    transfer = offered_to(elsewhere, others[0])
    for role in (Role.PRESCRIBER, Role.RECORDER):
        for of in (patient, None):
            content = b"Date,Dose\n2019,5 mg\n"
            waiting.keep(clinic, of, people[role], "doses.csv", content, timezone.now())
    return World(
        clinic=clinic,
        people=people,
        step=step,
        review=review,
        plan=plan,
        draft=draft,
        issue=issue,
        text=text,
        pump=pump,
        invitation=invitation,
        report=report,
        contact=contact,
        observation=observation,
        effect=effect,
        link=link,
        offer=offer,
        transfer=transfer,
    )


def events_of(request) -> list[AccessEvent]:
    """The events that a request leaves, oldest first."""
    known = set(AccessEvent.objects.values_list("pk", flat=True))
    request()
    return list(AccessEvent.objects.exclude(pk__in=known).order_by("pk"))


def patients_of(event: AccessEvent) -> set:
    return set(event.patients.values_list("patient", flat=True))
