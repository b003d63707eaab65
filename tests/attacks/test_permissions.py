"""Permission is asked for everywhere: where no role grants anything, nothing is opened."""

import importlib
import inspect
import pkgutil
from copy import deepcopy
from unittest.mock import MagicMock

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied

import access.actions
import patients.actions
import titration.actions
from access import policies
from access.actions import ClinicText
from access.models import Act, Clinic, Invitation, Membership, Role, User
from ledger import erasing
from ledger.models import Entry
from tests.access.test_access_matrix import WORK
from tests.access.world import World, new_world
from tests.factories import ClinicFactory, MembershipFactory, UserFactory, member
from tests.signed_in import app_of

# Told to everybody who is signed in: where their own pages are, that nothing is carried, and how
# far the answer is that their own browser waits for.
WITHOUT_A_GRANT = {
    ("worklist", "get"): 200,
    ("carry-put-down", "post"): 302,
    ("import-progress", "get"): 200,
}


@pytest.fixture(scope="module")
def made_world(module_db) -> World:
    return new_world()


@pytest.mark.django_db
def test_no_page_opens_where_no_role_grants_anything(client, made_world, monkeypatch):
    """A page that asks no policy would open. Who it is asked for holds every role."""
    monkeypatch.setattr(policies, "GRANTS", dict.fromkeys(policies.GRANTS, frozenset()))
    person = UserFactory()
    for role in Role.values:
        MembershipFactory(clinic=made_world.clinic, role=role, user=person)
    client.force_login(person)
    count, opened = Entry.objects.count(), {}
    for name, (path, _get, _post) in WORK.items():
        for method in ("get", "post"):
            status = getattr(client, method)(made_world.address(path)).status_code
            if status not in (403, 404, 405):
                opened[name, method] = status
    assert opened == WITHOUT_A_GRANT
    assert Entry.objects.count() == count


def verbs():
    """(name, function) of everything that writes to the ledger."""
    modules = [patients.actions, erasing]
    for found in pkgutil.iter_modules(titration.actions.__path__):
        modules.append(importlib.import_module(f"titration.actions.{found.name}"))
    for module in modules:
        for name, action in vars(module).items():
            wrapped = getattr(action, "__wrapped__", None)
            if wrapped and wrapped.__module__ == module.__name__:
                yield name, wrapped


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "action"), [*verbs()])
def test_no_action_is_carried_out_for_who_has_no_role(name, action):
    """It asks before it looks at anything: what it is given here is nothing at all."""
    asked = {each: MagicMock() for each in inspect.signature(action).parameters}
    with pytest.raises(PermissionDenied):
        action(**{**asked, "by": UserFactory()})


def on_the_recorder(world: World) -> dict:
    return {"person": world.people[Role.RECORDER]}


def on_their_role(world: World) -> dict:
    return {"membership": world.people[Role.RECORDER].memberships.get()}


def on_the_invitation(world: World) -> dict:
    return {"invitation": world.invitation}


# What each act of administration is asked to do, of the world.
ACTS = {
    "invite": lambda world: {
        "clinic": world.clinic,
        "email": "another@new.example",
        "name": "Another New",
        "role": Role.VIEWER,
    },
    "invite_again": on_the_invitation,
    "withdraw": on_the_invitation,
    "grant": lambda world: {
        **on_the_recorder(world),
        "clinic": world.clinic,
        "role": Role.VIEWER,
    },
    "change_role": lambda world: {**on_their_role(world), "role": Role.VIEWER},
    "end_role": on_their_role,
    "revise_person": lambda world: {
        **on_the_recorder(world),
        "name": "Another Name",
        "profession": "nurse",
        "seen": 0,
    },
    "shut": lambda world: {**on_the_recorder(world), "reason": "x"},
    "open_again": lambda world: {**on_the_recorder(world), "reason": "x"},
    "sign_out": on_the_recorder,
    "reset_factors": lambda world: {**on_the_recorder(world), "reason": "x"},
    "revise_clinic": lambda world: {
        "clinic": world.clinic,
        "text": ClinicText("Another name", "", world.clinic.time_zone),
        "seen": 0,
    },
}
# A command on the server; whoever holds the link; what writes no act of its own.
OTHERS = {"open_clinic", "export_clinic", "join", "join_anew", "send", "standing"}
NOT_VERBS = {"ClinicText", "LinkIsDead", "OnTheServer"}


def test_every_act_of_administration_is_asked_below():
    assert set(ACTS) | OTHERS | NOT_VERBS == set(access.actions.__all__)


def administered(world: World) -> tuple:
    """The account that is acted on, roles, invitations, clinics, and what is on record."""
    person = User.objects.get(pk=world.people[Role.RECORDER].pk)
    roles = Membership.objects.order_by("pk").values_list("pk", "role", "ended_at")
    invited = Invitation.objects.order_by("pk").values_list("pk", "secret_digest", "withdrawn_at")
    clinics = Clinic.objects.order_by("pk").values_list("pk", "name")
    said = (person.name, person.is_active, Authenticator.objects.filter(user=person).count())
    return said, *map(list, (roles, invited, clinics, Act.objects.values_list("pk")))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACTS)
def test_an_act_of_administration_is_an_administrators_of_the_clinic(made_world, name):
    """Nobody else's, an administrator's of another clinic neither: and nothing has changed."""
    world = deepcopy(made_world)
    act, asked = getattr(access.actions, name), ACTS[name](world)
    app_of(world.people[Role.RECORDER])
    User.objects.filter(pk=world.people[Role.RECORDER].pk).update(is_active=name != "open_again")
    others = [person for role, person in world.people.items() if role != Role.ADMINISTRATOR]
    others.append(member(ClinicFactory(), Role.ADMINISTRATOR))
    before = administered(world)
    for by in others:
        with pytest.raises(PermissionDenied):
            act(**asked, by=by)
    assert administered(world) == before
    act(**asked, by=world.people[Role.ADMINISTRATOR])
    assert administered(world) != before


@pytest.mark.django_db
def test_what_no_table_names_is_not_granted():
    clinic = ClinicFactory()
    person = member(clinic)
    with pytest.raises(KeyError):
        policies.check(person, clinic, "read everything")
    assert set().union(*policies.GRANTS.values()) <= set(Role.values)
