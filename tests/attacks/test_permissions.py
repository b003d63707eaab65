"""Permission is asked for everywhere: where no role grants anything, nothing is opened."""

import importlib
import inspect
import pkgutil
from unittest.mock import MagicMock

import pytest
from django.core.exceptions import PermissionDenied

import patients.actions
import titration.actions
from access import policies
from access.models import Role
from ledger import erasing
from ledger.models import Entry
from tests.access.test_access_matrix import WORK
from tests.access.world import World, new_world
from tests.factories import ClinicFactory, MembershipFactory, UserFactory, member

# Told to everybody who is signed in: where their own pages are, and that nothing is carried.
WITHOUT_A_GRANT = {("worklist", "get"): 200, ("carry-put-down", "post"): 302}


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


@pytest.mark.django_db
def test_what_no_table_names_is_not_granted():
    clinic = ClinicFactory()
    person = member(clinic)
    with pytest.raises(KeyError):
        policies.check(person, clinic, "read everything")
    assert set().union(*policies.GRANTS.values()) <= set(Role.values)
