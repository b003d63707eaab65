"""The demonstration in a browser test: built once, and copied for each test that asks for it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.databases import connected_to, copied_database


@pytest.fixture(scope="session")
def made_demonstration(django_db_setup, django_db_blocker) -> Iterator[str]:
    with copied_database() as name:
        with django_db_blocker.unblock(), connected_to(name):
            call_command("seed_demo", verbosity=0)
        yield name


@pytest.fixture
def demonstration(made_demonstration: str, live_server) -> Iterator[str]:
    """The address of a server with the demonstration of today; what a test does to it is its own.

    Building it anew takes some ten times as long as copying its database.
    """
    with connected_to(made_demonstration), copied_database() as name, connected_to(name):
        yield live_server.url
