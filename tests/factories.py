"""Rows for tests. What the ledger records is made by the actions, never as raw rows."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from access.models import Clinic, Membership, Role, User
from patients import actions
from patients.context import Line, TopicText
from patients.identity import Identity
from patients.models import ContextVersion, Patient, SamePerson, Transfer
from titration import actions as work


class ClinicFactory(DjangoModelFactory):
    class Meta:
        model = Clinic

    name = factory.Sequence(lambda n: f"Clinic {n}")


class UserFactory(DjangoModelFactory):
    """Somebody who may sign in, with `PASSWORD`, but belongs to no clinic; see `member`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(*args, **{"password": PASSWORD, **kwargs})


PASSWORD = "correct horse battery staple"


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    clinic = factory.SubFactory(ClinicFactory)
    role = Role.PRESCRIBER


def member(clinic: Clinic, role: str = Role.PRESCRIBER, **person) -> User:
    """A new person with a role in the clinic."""
    user = UserFactory.create(**person)
    MembershipFactory.create(clinic=clinic, role=role, user=user)
    return user


class IdentityFactory(factory.Factory):
    """An identity as typed: somebody new each time, without numbers unless given."""

    class Meta:
        model = Identity

    family_name = factory.Sequence(lambda n: f"Novak{n}")
    given_names = "Irena"
    birth_date = date(1961, 3, 12)
    gender = "female"
    title = "Ms"


class PatientFactory(factory.Factory):
    """A patient added through the action: `PatientFactory(clinic=..., by=..., family_name=...)`.

    Without `by`, a new prescriber of the clinic adds them.
    """

    class Meta:
        model = Patient

    clinic = factory.SubFactory(ClinicFactory)

    @classmethod
    def _create(cls, model_class, clinic, by=None, **identity):
        version = actions.add_patient(
            clinic=clinic, identity=IdentityFactory(**identity), by=by or member(clinic)
        )
        return version.patient


def linked_to(patient: Patient, other: Patient, by: User | None = None, **said) -> SamePerson:
    """A link between two records of one person: what `patient`'s says."""
    seen = [each.versions.newest().select_related("entry").get().entry for each in (patient, other)]
    said = {"reason": "said", "seen": seen, **said}
    by = by or member(patient.clinic)
    return actions.link_records(patient=patient, other=other, by=by, **said)


def offered_to(clinic: Clinic, patient: Patient, by: User | None = None, **said) -> Transfer:
    """An offer of a patient to another clinic, in which somebody can accept."""
    if not clinic.memberships.exists():
        member(clinic)
    responsible = member(patient.clinic)
    said = {"responsible": responsible, "says": "Moves there", **said}
    return work.offer_patient(patient=patient, to=clinic, by=by or responsible, **said)


def stated(*lines: Line) -> TopicText:
    """A text of a topic: stated({"substance": "latex"}); that there is none, without a line."""
    return TopicText("stated" if lines else "none-known", lines)


def context_of(
    patient: Patient, by: User | None = None, **topics: TopicText
) -> dict[str, ContextVersion]:
    """Texts of topics recorded over those that stand: context_of(patient, allergies=stated(...)).

    Returns the newest text of every topic that was ever asked about.
    """
    seen = {version.topic: version.entry for version in patient.context.newest()}
    actions.record_context(
        patient=patient, texts=topics, seen=seen, by=by or member(patient.clinic)
    )
    return {version.topic: version for version in patient.context.newest()}
