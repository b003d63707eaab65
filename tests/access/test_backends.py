"""Who is at the keyboard, read with their memberships: what ends counts at the next request."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.models import Membership, Role, Session, User
from access.sessions import SessionStore
from tests.factories import ClinicFactory, UserFactory, member

pytestmark = pytest.mark.django_db

PAGE = "/patients/"


@pytest.fixture
def person() -> User:
    return member(ClinicFactory(), Role.VIEWER)


@pytest.fixture
def browser(client, person):
    client.force_login(person)
    assert client.get(PAGE).status_code == 200
    return client


def test_the_person_comes_with_open_memberships_in_one_query(person, django_assert_num_queries):
    other = ClinicFactory(is_demo=True)
    Membership.objects.create(user=person, clinic=other, role=Role.RECORDER)
    ended = ClinicFactory()
    Membership.objects.create(user=person, clinic=ended, role=Role.AUDITOR, ended_at=timezone.now())
    with django_assert_num_queries(1):
        found = User.objects.with_memberships(person.pk)
        held = sorted(found.open_memberships, key=lambda one: one[2])
    first = person.memberships.get(role=Role.VIEWER).clinic_id
    assert held == [(first, "viewer", False), (other.pk, "recorder", True)]
    assert [type(is_demo) for _clinic, _role, is_demo in held] == [bool, bool]


def test_the_person_is_as_django_would_read_them(person):
    found = User.objects.with_memberships(person.pk)
    read = User.objects.get(pk=person.pk)
    fields = [field.attname for field in User._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(read, name) for name in fields]
    assert found.get_deferred_fields() == set()


def test_somebody_without_memberships_has_none():
    assert User.objects.with_memberships(UserFactory().pk).open_memberships == []


def test_nobody_is_found_by_a_number_that_nobody_has():
    assert User.objects.with_memberships(0) is None


def test_a_membership_that_ends_counts_at_the_next_request(browser, person):
    person.memberships.update(ended_at=timezone.now())
    assert browser.get(PAGE).status_code == 403


def test_a_person_who_may_no_longer_sign_in_is_out_at_the_next_request(browser, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert browser.get(PAGE)["Location"].startswith("/accounts/login/")


def test_a_new_password_ends_the_session_at_the_next_request(browser, person):
    person.set_password("another long password")
    person.save()
    assert browser.get(PAGE)["Location"].startswith("/accounts/login/")


def test_a_session_that_ends_counts_at_the_next_request(browser):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert browser.get(PAGE)["Location"].startswith("/accounts/login/")


def test_a_session_that_is_gone_is_empty_and_keeps_no_key():
    store = SessionStore("n0suchsessionn0suchsession123456")
    assert store.load() == {}
    assert store.session_key is None


def test_a_session_is_read_as_it_was_written():
    store = SessionStore()
    store["typed"] = ["Żółw", 3]
    store.save()
    assert SessionStore(store.session_key).load() == {"typed": ["Żółw", 3]}
