"""The world of these tests, made once for each module that asks for it."""

import pickle
from collections.abc import Callable
from copy import deepcopy
from http.cookies import SimpleCookie

import pytest
from django.test import Client

from access.models import Role, User
from tests.access.world import World, new_world
from tests.factories import ClinicFactory, member
from tests.signed_in import has_shown


@pytest.fixture(scope="module")
def made_world(module_db: None) -> World:
    return new_world()


@pytest.fixture(scope="module")
def packed_world(made_world: World) -> bytes:
    """Unpacked it is a copy, in a sixth of the time that `deepcopy` takes."""
    return pickle.dumps(made_world)


@pytest.fixture
def world(packed_world: bytes, db: None) -> World:
    return pickle.loads(packed_world)


@pytest.fixture(scope="module")
def strangers(module_db: None) -> dict[str, User]:
    """Somebody in every role of another clinic."""
    elsewhere = ClinicFactory()
    return {role: member(elsewhere, role) for role in Role.values}


@pytest.fixture(scope="module")
def made_cookies(made_world: World, strangers: dict[str, User]) -> dict[int, SimpleCookie]:
    """By person, what their browser holds once they have signed in."""
    cookies = {}
    for person in (*made_world.people.values(), *strangers.values()):
        client = Client()
        client.force_login(person)
        has_shown(client, person, ago=-3600)  # still lately, however long the module takes
        cookies[person.pk] = client.cookies
    return cookies


@pytest.fixture
def browser_of(made_cookies: dict[int, SimpleCookie], db: None) -> Callable[[User], Client]:
    """The browser of somebody of the world or a stranger, signed in: once for each module."""

    def signed_in(person: User) -> Client:
        client = Client()
        client.cookies = deepcopy(made_cookies[person.pk])
        return client

    return signed_in


@pytest.fixture
def folder(settings, tmp_path):
    settings.ACCESS_SPOOL = tmp_path / "spool"
    return settings.ACCESS_SPOOL


@pytest.fixture
def browser(client, world):
    """A prescriber's, who has been at work."""
    client.force_login(world.people[Role.PRESCRIBER])
    client.get("/")
    return client
