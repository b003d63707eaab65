"""Searching access events: what a clinic's audit holds, in which order, and what a page costs."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet

from access import search
from access.models import AccessedPatient, AccessEvent, AccessKind, Membership
from access.search import Mark, Search
from tests.factories import ClinicFactory, MembershipFactory, UserFactory, member

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 16, 2, tzinfo=UTC)


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def person(clinic):
    return member(clinic)


def event(clinic=None, user=None, patients=(), **said) -> AccessEvent:
    said = {"at": NIGHT, "kind": AccessKind.VIEW, "route": "regimen", "method": "GET", **said}
    made = AccessEvent.objects.create(clinic=clinic, user=user, **said)
    for patient in patients:
        AccessedPatient.objects.create(event=made, patient=patient)
    return made


def found(clinic, **asked) -> list[AccessEvent]:
    return search.find(Search(clinic=clinic.pk, **asked)).events


# Whose audit an event belongs to


def test_events_of_the_clinic_are_found(clinic, person):
    ours = event(clinic, person)
    event(ClinicFactory(), person)
    assert found(clinic) == [ours]


def test_events_of_strangers_at_the_clinic_are_found(clinic):
    refused = event(clinic, UserFactory(), kind=AccessKind.REFUSED)
    unknown = event(clinic, None, kind=AccessKind.REFUSED)
    assert found(clinic) == [unknown, refused]


def test_events_of_no_clinic_are_found_by_their_person(clinic, person):
    MembershipFactory(user=person)
    Membership.objects.update(started_at=NIGHT)
    spanning = event(None, person, kind=AccessKind.LIST)
    event(None, member(ClinicFactory()), kind=AccessKind.LIST)
    event(None, None, kind=AccessKind.REFUSED)
    assert found(clinic) == [spanning]


def test_events_of_no_clinic_are_found_for_the_time_of_the_membership(clinic, person):
    Membership.objects.filter(user=person).update(
        started_at=NIGHT, ended_at=NIGHT + timedelta(days=1)
    )
    event(None, person, at=NIGHT - timedelta(seconds=1))
    inside = [event(None, person, at=NIGHT), event(None, person, at=NIGHT + timedelta(days=1))]
    event(None, person, at=NIGHT + timedelta(days=1, seconds=1))
    assert found(clinic) == inside[::-1]


def test_one_event_is_found_once_for_several_roles_of_its_person(clinic, person):
    MembershipFactory(user=person, clinic=clinic, role="auditor")
    spanning = event(None, person)
    Membership.objects.update(started_at=NIGHT)
    assert found(clinic) == [spanning]


def test_whatever_names_a_patient_is_found_by_the_patient(clinic):
    patient = uuid4()
    named = [event(of, UserFactory(), [patient]) for of in (clinic, None, ClinicFactory())]
    event(clinic, UserFactory(), [uuid4()])
    assert found(clinic, patient=patient) == named[::-1]


# What is asked for


def test_a_person_is_found_at_the_clinic_and_in_lists_that_span(clinic, person):
    Membership.objects.update(started_at=NIGHT)
    here, spanning = event(clinic, person), event(None, person)
    event(clinic, member(clinic))
    assert found(clinic, person=person.pk) == [spanning, here]


def test_those_who_are_not_signed_in_are_found(clinic, person):
    unknown = event(clinic, None, kind=AccessKind.REFUSED)
    event(clinic, person, kind=AccessKind.REFUSED)
    assert found(clinic, is_anonymous=True) == [unknown]


def test_a_kind_is_found(clinic, person):
    exported = event(clinic, person, kind=AccessKind.EXPORT)
    event(clinic, person)
    assert found(clinic, kind=AccessKind.EXPORT) == [exported]


def test_times_are_from_a_moment_to_before_another(clinic, person):
    minute = timedelta(minutes=1)
    before, first, last, after = (
        event(clinic, person, at=NIGHT + minute * n) for n in (-1, 0, 9, 10)
    )
    events = found(clinic, start=NIGHT, end=NIGHT + minute * 10)
    assert events == [last, first]
    assert not {before, after} & set(events)


def test_one_event_is_found_by_its_number_in_its_own_audit_alone(clinic, person):
    ours, theirs = event(clinic, person), event(ClinicFactory(), person)
    assert found(clinic, event=ours.pk) == [ours]
    assert found(clinic, event=theirs.pk) == []


# Pages


def crowd(clinic, count: int) -> list[AccessEvent]:
    """Events of the clinic and of none, several at one moment, in no order of time."""
    steady = random.Random(17)
    people = [member(clinic) for _person in range(3)]
    Membership.objects.update(started_at=NIGHT)
    for _event in range(count):
        at = NIGHT + timedelta(minutes=steady.randrange(count // 3))
        event(steady.choice([clinic, None]), steady.choice(people), at=at)
    return sorted(AccessEvent.objects.all(), key=lambda made: (made.at, made.pk), reverse=True)


@pytest.mark.parametrize("page", [1, 7, 20])
def test_pages_hold_every_event_once_in_order(clinic, page):
    everything = crowd(clinic, 40)
    asked = Search(clinic=clinic.pk)
    walked = [made for events in search.every(asked, page=page) for made in events]
    assert walked == everything


@pytest.mark.parametrize("page", [1, 7, 20])
def test_pages_walked_back_are_those_walked_on(clinic, page):
    crowd(clinic, 40)
    asked = Search(clinic=clinic.pk)
    pages = [search.find(asked, page=page)]
    while pages[-1].older:
        pages.append(search.find(asked, before=pages[-1].older, page=page))
    back = [pages[-1]]
    while back[-1].newer:
        back.append(search.find(asked, after=back[-1].newer, page=page))
    assert [made for one in reversed(back) for made in one.events] == [
        made for one in pages for made in one.events
    ]


def test_an_event_that_comes_meanwhile_moves_no_page(clinic, person):
    events = [event(clinic, person, at=NIGHT + timedelta(minutes=n)) for n in range(6)]
    first = search.find(Search(clinic=clinic.pk), page=3)
    event(clinic, person, at=NIGHT + timedelta(hours=1))
    second = search.find(Search(clinic=clinic.pk), before=first.older, page=3)
    assert second.events == events[2::-1]


def test_marks_are_read_as_they_are_written():
    mark = Mark(NIGHT + timedelta(microseconds=1), 12)
    assert Mark.read(str(mark)) == mark


@pytest.mark.parametrize("text", ["", "1", "1-", "a-1", "1-2-3", f"{10**17}-1", "-1-2"])
def test_what_is_no_mark_is_none(text):
    assert Mark.read(text) is None


# What a page costs


def test_a_page_costs_as_many_queries_with_more_events(clinic, person, django_assert_num_queries):
    for count in (3, 60):
        for _event in range(count):
            event(clinic, person)
            event(None, person)
        Membership.objects.update(started_at=NIGHT)
        with django_assert_num_queries(3):  # the clinic's, whose have none, and theirs
            search.find(Search(clinic=clinic.pk))


@pytest.fixture
def many(clinic):
    """Events of every kind by several people, and some by nobody."""
    people = [None, *(UserFactory() for _person in range(4))]
    AccessEvent.objects.bulk_create(
        AccessEvent(
            clinic=clinic,
            user=user,
            at=NIGHT - timedelta(minutes=minute),
            kind=kind,
            route="regimen",
            method="GET",
        )
        for minute in range(20)
        for user in people
        for kind in AccessKind
    )


def plan(query: QuerySet) -> str:
    """How the engine would do it if it had millions of rows.

    PostgreSQL counts them first: by itself it does so now and then, and may have found none.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE access_accessevent")
            cursor.execute("SET LOCAL enable_seqscan=off")
            cursor.execute("SET LOCAL enable_bitmapscan=off")
    return query.explain()


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "access_event_of_clinic"),
        ({"start": NIGHT, "end": NIGHT + timedelta(days=1)}, "access_event_of_clinic"),
        ({"kind": AccessKind.EXPORT}, "access_event_of_kind"),
        ({"is_anonymous": True}, "access_event_of_kind"),
        ({"person": 1}, "access_event_of_person"),
    ],
)
def test_a_page_is_read_off_an_index_in_its_order(clinic, many, asked, index):
    source, *_spanning = search._sources(Search(clinic=clinic.pk, **asked))
    beyond = search._beyond(Mark(NIGHT, 5), backwards=False)
    said = plan(source.filter(beyond).order_by("-at", "-pk")[:51])
    assert index in said
    assert "Sort" not in said
    assert "TEMP B-TREE" not in said


def test_events_of_no_clinic_are_read_off_an_index_in_their_order(clinic, person):
    event(None, person)
    _own, spanning = search._sources(Search(clinic=clinic.pk))
    said = plan(spanning.order_by("-at", "-pk")[:51])
    # SQLite also takes the clinic that is none for a clinic.
    assert "access_event_of_no_clinic" in said or "access_event_of_person" in said
    assert "Sort" not in said
    assert "TEMP B-TREE" not in said


def test_events_of_a_patient_are_found_by_the_patient(clinic):
    [source] = search._sources(Search(clinic=clinic.pk, patient=UUID(int=7)))
    said = plan(source.order_by("-at", "-pk")[:51])
    assert "access_accessed_by_patient" in said
    assert "SCAN access_accessevent" not in said
    assert "Seq Scan" not in said
