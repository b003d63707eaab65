"""What the database itself holds of access events, tried from raw SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from access.models import AccessEvent

pytestmark = pytest.mark.django_db


def insert(at: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_accessevent (at, kind, route, method) VALUES (%s, '', '', '')", [at]
        )


@pytest.mark.parametrize(
    "at",
    [
        "1999-12-31 23:59:59.999999+00:00",
        "9999-01-01 00:00:00+00:00",
        "20000-01-01 00:00:00+00:00",
        "0001-01-01 00:00:00+00:00 BC",
        "infinity",
        "-infinity",
    ],
)
def test_event_of_a_time_that_python_cannot_read_is_refused(at):
    with pytest.raises(DatabaseError, match="access_accessevent_at_in_reach"):
        insert(at)

    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize("at", ["2000-01-01 00:00:00+00:00", "9998-12-31 23:59:59.999999+00:00"])
def test_event_of_the_first_and_of_the_last_moment_is_taken(at):
    insert(at.removesuffix("+00:00") if connection.vendor == "sqlite" else at)

    assert AccessEvent.objects.get().at.isoformat(" ") == at
