"""The address that a monitor watches."""

import pytest
from django.db import OperationalError, connection

from access.models import AccessEvent

pytestmark = pytest.mark.django_db


def broken(*_args):
    raise OperationalError("the text that a database writes")


def test_health_says_that_the_database_answers(client):
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (200, {"database": True})


def test_health_says_no_more_than_that_the_database_is_gone(client):
    with connection.execute_wrapper(broken):
        response = client.get("/health/")
    assert (response.status_code, response.json()) == (503, {"database": False})


def test_health_leaves_no_access_event(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("j.lind@example.org"))
    client.get("/health/")
    assert not AccessEvent.objects.exists()
