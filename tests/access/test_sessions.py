"""Sessions: when they end, what keeps them, what is read of them, and who ends them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from access import account, sessions
from access.actions import people
from access.models import Role, Session, User
from access.sessions import SessionStore
from tests.factories import PASSWORD, ClinicFactory, UserFactory, member
from tests.pages import Page
from tests.signed_in import app_of, code_of, has_shown

pytestmark = pytest.mark.django_db

PAGE = "/patients/"
HALF_A_DAY = 12 * 60 * 60


@pytest.fixture
def person() -> User:
    return member(ClinicFactory(), Role.VIEWER)


@pytest.fixture
def clock(monkeypatch):
    """What a session takes for the time; `clock.on(seconds)` has them pass."""

    class Clock:
        now = datetime.now(UTC).timestamp()

        def on(self, seconds: float) -> None:
            self.now += seconds

        def time(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(sessions, "time", clock)
    return clock


@pytest.fixture
def browser(clock, client, person) -> Client:
    client.force_login(person)
    return client


def is_in(client: Client, **headers) -> bool:
    answer = client.get(PAGE, headers=headers)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


# When they end


def test_a_session_ends_when_nothing_was_done_for_a_quarter_of_an_hour(browser, clock):
    clock.on(15 * 60 - 1)
    assert is_in(browser)
    clock.on(15 * 60 + 1)
    assert not is_in(browser)
    clock.on(-20 * 60)
    assert not is_in(browser)


def test_the_limit_of_doing_nothing_is_a_setting(browser, clock, settings):
    settings.SESSION_IDLE = 5 * 60
    assert is_in(browser)
    clock.on(15 * 60 - 1)
    assert is_in(browser)
    clock.on(5 * 60 + 1)
    assert not is_in(browser)


def test_a_session_ends_after_half_a_day_whatever_is_done(browser, clock):
    for _step in range(HALF_A_DAY // 600 - 1):
        clock.on(600)
        assert is_in(browser)
    clock.on(599)
    assert is_in(browser)
    clock.on(2)
    assert not is_in(browser)


def test_what_a_page_sends_by_itself_keeps_no_session(browser, clock):
    for _step in range(14):
        clock.on(60)
        assert is_in(browser, **{"X-Unattended": "1"})
    clock.on(61)
    assert not is_in(browser)


def test_somebody_who_types_says_that_they_are_there(browser, clock):
    clock.on(14 * 60)
    assert browser.post(reverse("account_stay")).json() == {"idle": 900}
    clock.on(14 * 60)
    assert is_in(browser)


def test_a_read_within_a_minute_writes_nothing(browser, clock, django_assert_num_queries):
    clock.on(61)
    is_in(browser)
    store = SessionStore(browser.session.session_key)
    clock.on(59)
    with django_assert_num_queries(1):
        assert store["_auth_user_id"]
        store.extend()
    clock.on(2)
    again = SessionStore(browser.session.session_key)
    with django_assert_num_queries(2):
        assert again["_auth_user_id"]
        again.extend()


def test_a_session_lasts_although_the_database_takes_no_new_end(browser, clock, monkeypatch):
    def full(self, sql, params=None):
        if sql == SessionStore.LATER:
            raise DatabaseError("disk full")
        return execute(self, sql, params)

    wrapper = type(connection.cursor())
    execute = wrapper.execute
    monkeypatch.setattr(wrapper, "execute", full)
    monkeypatch.setattr(SessionStore, "unwritten", {})
    for _step in range(4):
        clock.on(10 * 60)
        assert is_in(browser)
    clock.on(15 * 60 + 1)
    assert not is_in(browser)


def test_what_the_database_does_not_take_of_a_session_is_an_error(browser, monkeypatch):
    def full(self, sql, params=None):
        if sql.startswith('UPDATE "access_session"'):
            raise OperationalError("disk full")
        return execute(self, sql, params)

    wrapper = type(connection.cursor())
    execute = wrapper.execute
    changed = SessionStore(browser.session.session_key)
    changed["anything"] = "else"
    monkeypatch.setattr(wrapper, "execute", full)
    with pytest.raises(UpdateError):
        changed.save()


def test_what_an_ended_session_was_to_keep_makes_it_no_session_again(browser):
    held = SessionStore(browser.session.session_key)
    held["kept-form"] = ["/", "x=1"]
    Session.objects.all().delete()
    held.save()
    assert not Session.objects.exists()


def test_a_form_that_waits_for_its_sign_in_waits_half_a_day(clock):
    store = SessionStore()
    store["kept-form"] = ["/", "x=1"]
    store.save()
    clock.on(HALF_A_DAY - 1)
    assert SessionStore(store.session_key).get("kept-form")
    clock.on(2)
    assert not SessionStore(store.session_key).get("kept-form")


# Who ends them


def test_after_signing_out_the_old_cookie_opens_nothing(browser):
    cookies = browser.cookies["sessionid"].value
    browser.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies["sessionid"] = cookies
    assert not is_in(stolen)


def test_a_new_password_ends_every_other_session(browser, person):
    other = Client()
    other.force_login(person)
    new = "seven herons over the mud"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post(reverse("account_change_password"), typed)["Location"] == "/accounts/"
    assert is_in(browser)
    assert not is_in(other)
    assert Session.objects.filter(user=person).count() == 1


def test_a_closed_account_that_is_opened_again_has_no_session(browser, person):
    administrator = member(person.memberships.get().clinic, Role.ADMINISTRATOR)
    people.shut(person=person, reason="on leave", by=administrator)
    people.open_again(person=person, reason="back", by=administrator)
    assert not is_in(browser)


def test_the_account_lists_the_persons_sessions_and_no_key_of_one(browser, person):
    other, stranger = Client(), Client()
    other.force_login(person)
    stranger.force_login(UserFactory())
    page = Page(browser.get(reverse("account")))
    assert page.text.count("Since ") == 2
    assert page.text.count("This one") == 1
    for client in (browser, other, stranger):
        assert client.session.session_key not in page.html


def test_a_person_ends_a_session_of_theirs(browser, person):
    other = Client()
    other.force_login(person)
    which = account.name_of(other.session.session_key)
    browser.post(reverse("account_end_sessions"), {"which": which})
    assert is_in(browser)
    assert not is_in(other)


def test_a_person_ends_all_their_other_sessions(browser, person):
    others = [Client(), Client()]
    for other in others:
        other.force_login(person)
    browser.post(reverse("account_end_sessions"), {"which": "others"})
    assert is_in(browser)
    assert not any(map(is_in, others))


def test_a_screen_that_was_left_ends_no_session_before_its_person_is_there(browser, person):
    other, key = Client(), app_of(person)
    other.force_login(person)
    has_shown(browser, person, ago=301)

    asked = browser.post(reverse("account_end_sessions"), {"which": "others"})

    assert asked.url.startswith("/accounts/2fa/reauthenticate/?next=")
    assert is_in(other)
    done = browser.post(asked.url, {"code": code_of(key), "next": reverse("account_end_sessions")})
    assert done.url == reverse("account")
    assert not is_in(other)


def test_nobody_ends_the_session_of_somebody_else(browser):
    stranger = Client()
    stranger.force_login(member(ClinicFactory()))
    which = account.name_of(browser.session.session_key)
    stranger.post(reverse("account_end_sessions"), {"which": which})
    assert is_in(browser)


# How they are kept


def test_what_a_session_holds_is_not_legible_in_the_database():
    store = SessionStore()
    store["kept-form"] = ["/patients/new/", "family_name=Quillfeather"]
    store.save()
    kept = Session.objects.get().session_data
    assert "Quillfeather" not in kept
    assert SessionStore().decode(kept) == {
        "kept-form": ["/patients/new/", "family_name=Quillfeather"]
    }


@pytest.mark.parametrize("place", [0, 20, -5])
def test_a_session_that_was_changed_in_the_database_is_empty(place):
    store = SessionStore()
    sealed = store.encode({"_auth_user_id": "1"})
    changed = bytearray(sealed.encode())
    changed[place] = ord("A") if changed[place] != ord("A") else ord("B")
    assert store.decode(changed.decode()) == {}
    assert store.decode("no session") == {}


def test_a_session_written_with_another_secret_is_empty(settings):
    sealed = SessionStore().encode({"_auth_user_id": "1"})
    settings.SECRET_KEY = "another" * 8
    assert SessionStore().decode(sealed) == {}


def test_sessions_that_are_over_are_cleared(clock):
    store = SessionStore()
    store["typed"] = "x"
    store.save()
    Session.objects.update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
    SessionStore.clear_expired()
    assert not Session.objects.exists()


def test_the_page_counts_to_the_end_that_the_server_has(browser, clock):
    """Which moves on at most once a minute: a page opened in between begins later in it."""
    clock.on(61)
    assert 'data-idle="900"' in browser.get(PAGE).content.decode()
    clock.on(40)
    assert 'data-idle="860"' in browser.get(PAGE).content.decode()
    assert browser.post(reverse("account_stay")).json() == {"idle": 860}
    clock.on(861)
    assert not is_in(browser)


def test_the_page_says_when_the_session_ends(browser, clock):
    clock.on(600)
    page = browser.get(PAGE).content.decode()
    assert 'data-idle="900"' in page
    assert f'data-left="{HALF_A_DAY - 600}"' in page
    assert "data-idle" not in Client().get(reverse("account_login")).content.decode()


# Sessions of tests


def test_a_test_signs_in_as_django_does(person, settings):
    """By one statement, and what Django's own three would have left."""
    ours, djangos = Client(), Client()
    ours.force_login(person)
    djangos.force_login(person, settings.AUTHENTICATION_BACKENDS[0])
    moments = {"began", "account_authentication_methods"}
    assert moments < set(ours.session.keys()) == set(djangos.session.keys())
    for name in set(ours.session.keys()) - moments:
        assert ours.session[name] == djangos.session[name]
    assert ours.cookies.keys() == djangos.cookies.keys()
    assert is_in(ours)
