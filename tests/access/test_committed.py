"""Access events outside of a transaction: committed before anything is read, or in the spool."""

from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from access import audit
from access.models import AccessedPatient, AccessEvent, AccessKind, Role
from tests.access.test_spool import lines, page_of
from tests.access.world import World, new_world
from titration.reading import logged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return new_world()


@contextmanager
def read_only_from_the_start():
    """The database takes no write, outside of every transaction, as in service."""
    on, off = {
        "sqlite": ("PRAGMA query_only=1", "PRAGMA query_only=0"),
        "postgresql": (
            "SET default_transaction_read_only=on",
            "SET default_transaction_read_only=off",
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


def fill() -> None:
    """Write events until the database takes no more."""
    for _event in range(500):
        AccessEvent.objects.create(kind=AccessKind.VIEW, route="r" * 100, method="GET")


def test_the_event_is_committed_before_the_record_is_read(client, world, monkeypatch):
    read, seen = logged.histories, []

    def histories(*asked, **more):
        seen.append(
            (
                AccessEvent.objects.filter(patients__patient=world.patient).count(),
                connection.in_atomic_block,
            )
        )
        return read(*asked, **more)

    monkeypatch.setattr(logged, "histories", histories)
    client.force_login(world.people[Role.VIEWER])
    client.get(reverse("regimen", args=[world.step.regimen_id]))
    assert seen[:1] == [(1, False)]


def test_the_page_is_shown_when_the_database_takes_no_event(browser, world, folder):
    count = AccessEvent.objects.count()
    with read_only_from_the_start():
        answer = browser.get(page_of(world))
        assert answer.status_code == 200
        assert AccessEvent.objects.count() == count
    assert len(lines(folder)) == 1


@pytest.mark.only_on("sqlite")  # only its size can be bounded
def test_the_page_is_shown_when_the_disk_is_full(browser, world, folder):
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(OperationalError, match="full"):
            fill()
        assert browser.get(page_of(world)).status_code == 200
        assert len(lines(folder)) == 1
        cursor.execute("PRAGMA max_page_count=1073741823")


def test_an_event_goes_to_the_spool_whole_when_the_database_refuses_a_patient(world, folder):
    event = AccessEvent(kind=AccessKind.VIEW, route="regimen", method="GET")
    audit._write(event, [world.patient, world.patient])  # no event names a patient twice
    assert not AccessEvent.objects.exists()
    assert not AccessedPatient.objects.exists()
    assert len(lines(folder)) == 1


@pytest.mark.only_on("postgresql")
def test_an_event_and_its_patients_are_one_statement(world, folder, django_assert_num_queries):
    event = AccessEvent(kind=AccessKind.VIEW, route="regimen", method="GET")
    others = [uuid4() for _number in range(3)]
    with django_assert_num_queries(1):
        audit._write(event, others)
    named = AccessedPatient.objects.filter(event=event.pk)
    assert set(named.values_list("patient", flat=True)) == set(others)


@pytest.mark.only_on("postgresql")
def test_events_of_every_page_are_planned_once(world):
    connection.connection.names.clear()
    for route, patients in (("regimen", 1), ("patient-list", 3), ("worklist", 2)):
        event = AccessEvent(kind=AccessKind.VIEW, route=route, method="GET")
        event.user_id, event.clinic_id = world.people[Role.VIEWER].pk, world.step.regimen.clinic_id
        audit._write(event, [uuid4() for _number in range(patients)])
    [name] = connection.connection.names.values()
    assert name
    assert AccessEvent.objects.filter(pk=event.pk).values_list("route", "kind").get() == (
        "worklist",
        "view",
    )
