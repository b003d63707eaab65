"""The world of these tests, made once for each module that asks for it."""

from copy import deepcopy

import pytest

from access.models import Role
from tests.access.world import World, new_world


@pytest.fixture(scope="module")
def made_world(module_db: None) -> World:
    return new_world()


@pytest.fixture
def world(made_world: World, db: None) -> World:
    return deepcopy(made_world)


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
