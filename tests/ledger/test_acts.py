"""Acts of administration: sealed as access events are, and beside them who holds which role."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access import actions
from access.actions import ClinicText, OnTheServer
from access.models import Act, Clinic, Membership, Role, User
from ledger import sealing, verification
from ledger.models import AccessSeal
from ledger.verification import Damage
from tests.factories import ClinicFactory, MembershipFactory, UserFactory, member
from tests.ledger.damage import unguarded

pytestmark = pytest.mark.django_db

SERVER = OnTheServer("M. Berg")
LATER = timezone.now() + timedelta(hours=1)


@pytest.fixture
def no_guards(db):
    with unguarded():
        yield


@pytest.fixture
def clinic(no_guards) -> Clinic:
    """A clinic that was opened by an act, with a prescriber whom an act made one."""
    text = ClinicText("Harbour Clinic", "", "Europe/London")
    opened = actions.open_clinic(text=text, reason="new", by=SERVER)
    actions.grant(
        person=UserFactory(), clinic=opened, role=Role.PRESCRIBER, reason="first", by=SERVER
    )
    return opened


@pytest.fixture
def person(clinic) -> User:
    return Membership.objects.get(clinic=clinic).user


def found(clinic: Clinic) -> list[Damage]:
    """What is found of the clinic, and of what is sealed."""
    return [f.damage for f in (*verification.clinic(clinic), *verification.access())]


# The acts themselves; that every column of theirs is covered, test_verification.py tries.


def test_acts_are_sealed_in_the_chain_of_access_events(clinic):
    assert sealing.seal(LATER) == 2
    [seal] = AccessSeal.objects.all()
    assert (seal.is_of_acts, seal.count, seal.last_event) == (True, 2, Act.objects.latest("id").pk)
    assert found(clinic) == []


def test_an_act_of_a_minute_ago_is_not_sealed_yet(clinic):
    assert sealing.seal(timezone.now()) == 0


def test_what_is_done_to_sealed_acts_is_found_and_named(clinic, monkeypatch):
    monkeypatch.setattr(sealing, "AT_ONCE", 1)
    sealing.seal(LATER)
    act = Act.objects.earliest("id")
    Act.objects.filter(pk=act.pk).update(by_name="Somebody else")
    [finding] = verification.access()
    assert finding.damage == Damage.ACTS_EDITED
    assert finding.says.startswith(f"acts of administration {act.pk:,} to {act.pk:,}: one of")
    Act.objects.filter(pk=act.pk).delete()
    assert found(clinic) == [Damage.ACTS_MISSING]


def test_an_act_that_was_put_before_sealed_ones_is_found(clinic):
    sealing.seal(LATER)
    Act.objects.create(pk=-1, clinic=clinic, by_name="Nobody", kind="shut", person=UserFactory())
    assert found(clinic) == [Damage.ACTS_ADDED]


def test_a_seal_of_acts_is_not_taken_for_one_of_events(clinic):
    sealing.seal(LATER)
    AccessSeal.objects.update(is_of_acts=False)
    assert Damage.SEAL in found(clinic)


# Who holds which role.


def test_what_acts_gave_and_ended_is_what_is_held(clinic, person):
    held = Membership.objects.get(clinic=clinic)
    until = timezone.now() + timedelta(hours=3)
    actions.change_role(
        membership=held, role=Role.RECORDER, until=until, reason="nights", by=SERVER
    )
    actions.grant(person=person, clinic=clinic, role=Role.VIEWER, by=SERVER)
    viewer = Membership.objects.get(clinic=clinic, role=Role.VIEWER)
    actions.end_role(membership=viewer, by=SERVER)
    _invitation, secret = actions.invite(
        clinic=clinic,
        email="a@b.example",
        name="A. Bell",
        role=Role.VIEWER,
        hours=4,
        reason="audit",
        by=SERVER,
    )
    actions.join_anew(secret=secret, password="long enough for anybody")
    ran_out = timezone.now()
    for rows in (Membership.objects, Act.objects):
        rows.filter(clinic=clinic, until=until).update(until=ran_out)
    assert found(clinic) == []
    actions.grant(person=person, clinic=clinic, role=Role.RECORDER, by=SERVER)
    assert found(clinic) == []


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.ADMINISTRATOR},
        {"until": timezone.now() + timedelta(days=9), "reason": "more"},
        {"ended_at": timezone.now()},
    ],
)
def test_a_role_that_was_changed_past_the_acts_is_found(clinic, person, change):
    Membership.objects.filter(clinic=clinic).update(**change)
    [finding] = verification.clinic(clinic)
    assert finding.damage == Damage.ROLES
    assert finding.says.startswith(f"person {person.pk} holds ")
    assert finding.says.endswith("by the acts of the clinic, prescriber.")


def test_a_role_that_was_deleted_is_found(clinic):
    Membership.objects.filter(clinic=clinic).delete()
    assert found(clinic) == [Damage.ROLES]


def test_a_role_that_no_act_gave_is_found(clinic):
    MembershipFactory(clinic=clinic, user=UserFactory(), role=Role.ADMINISTRATOR)
    assert found(clinic) == [Damage.ROLES]


def test_in_a_clinic_older_than_acts_a_role_by_no_act_is_none(no_guards):
    older = ClinicFactory()
    admin, locum = member(older, Role.ADMINISTRATOR), member(older, Role.VIEWER)
    actions.grant(person=locum, clinic=older, role=Role.PRESCRIBER, by=admin)
    assert found(older) == []
    Membership.objects.filter(user=locum, role=Role.PRESCRIBER).delete()
    assert found(older) == [Damage.ROLES]
