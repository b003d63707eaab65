"""Guesses are limited; nobody is locked out by a stranger; nothing tells who signs in here."""

import threading
from time import perf_counter

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from access.models import Role, User
from tests.factories import PASSWORD, ClinicFactory, member
from tests.pages import Page
from tests.passkeys import HOST, Passkey
from tests.signed_in import is_known_here

pytestmark = pytest.mark.django_db

WRONG = "a good guess, but no more"
TOO_MANY = "Too many wrong ones."


@pytest.fixture(autouse=True)
def counts_start_anew(db):
    cache.clear()


@pytest.fixture
def osei() -> User:
    return member(ClinicFactory(is_demo=True), Role.PRESCRIBER, email="osei@example.org")


def guess(client: Client, email: str, password: str = WRONG, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def from_address(count: int) -> dict:
    return {"REMOTE_ADDR": f"10.0.{count // 200}.{count % 200 + 1}"}


def test_guesses_from_many_addresses_at_one_account_are_limited(osei):
    for count in range(10):
        assert TOO_MANY not in Page(guess(Client(), osei.email, **from_address(count))).text
    refused = guess(Client(), osei.email, PASSWORD, **from_address(11))
    assert TOO_MANY in Page(refused).text


def test_capitals_and_spaces_are_the_same_account(osei):
    for count in range(10):
        guess(Client(), f" {osei.email.upper()} ", **from_address(count))
    assert TOO_MANY in Page(guess(Client(), osei.email, PASSWORD, **from_address(11))).text


def test_guesses_at_many_accounts_from_one_address_are_limited():
    for count in range(30):
        assert TOO_MANY not in Page(guess(Client(), f"person{count}@example.org")).text
    assert TOO_MANY in Page(guess(Client(), "another@example.org")).text


def test_another_address_in_a_header_does_not_begin_a_new_count():
    for count in range(30):
        guess(Client(), f"person{count}@example.org", HTTP_X_FORWARDED_FOR=f"10.1.1.{count}")
    refused = guess(Client(), "another@example.org", HTTP_X_FORWARDED_FOR="10.2.2.2")
    assert TOO_MANY in Page(refused).text


def test_behind_a_proxy_the_last_address_counts_and_not_what_the_client_wrote(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for count in range(30):
        forwarded = f"10.1.1.{count}, 192.0.2.7"
        guess(Client(), f"person{count}@example.org", HTTP_X_FORWARDED_FOR=forwarded)
    refused = guess(Client(), "another@example.org", HTTP_X_FORWARDED_FOR="10.2.2.2, 192.0.2.7")
    assert TOO_MANY in Page(refused).text
    other = guess(Client(), "another@example.org", HTTP_X_FORWARDED_FOR="192.0.2.7, 192.0.2.8")
    assert TOO_MANY not in Page(other).text


def test_a_stranger_keeps_nobody_out_of_their_own_browser(osei):
    own = Client()
    is_known_here(own, osei)
    for count in range(12):
        guess(Client(), osei.email, **from_address(count))
    assert guess(own, osei.email, PASSWORD)["Location"] == "/"


def test_a_stranger_at_the_same_address_keeps_nobody_out_of_their_own_browser(osei):
    own = Client()
    is_known_here(own, osei)
    for count in range(31):
        guess(Client(), f"person{count}@example.org")
    assert guess(own, osei.email, PASSWORD)["Location"] == "/"


def test_a_stranger_keeps_nobody_from_their_passkey(client, osei):
    passkey = Passkey(osei)
    passkey.kept()
    for count in range(12):
        guess(Client(), osei.email, **from_address(count))
    headers = {"Accept": "application/json", "Host": HOST}
    asked = client.get(reverse("mfa_login_webauthn"), headers=headers).json()["request_options"]
    answer = {"credential": passkey.answer(asked)}
    opened = client.post(reverse("mfa_login_webauthn"), answer, headers={"Host": HOST})
    assert opened["Location"] == "/"


def test_guesses_in_a_browser_that_knows_the_person_are_limited_too(osei):
    own = Client()
    is_known_here(own, osei)
    for _count in range(10):
        assert TOO_MANY not in Page(guess(own, osei.email)).text
    assert TOO_MANY in Page(guess(own, osei.email, PASSWORD)).text


def test_a_browser_that_knows_somebody_else_has_no_count_of_its_own(osei):
    own = Client()
    is_known_here(own, member(ClinicFactory()))
    for count in range(10):
        guess(Client(), osei.email, **from_address(count))
    assert TOO_MANY in Page(guess(own, osei.email, PASSWORD)).text


def test_a_cookie_that_the_service_did_not_sign_has_no_count_of_its_own(osei):
    forged = Client()
    forged.cookies["signed-in-here"] = f"x:{osei.pk}:abc:def"
    for count in range(10):
        guess(Client(), osei.email, **from_address(count))
    assert TOO_MANY in Page(guess(forged, osei.email, PASSWORD)).text


def test_right_passwords_use_nothing_up(osei):
    for _count in range(12):
        assert guess(Client(), osei.email, PASSWORD)["Location"] == "/"


def test_made_up_names_do_not_push_a_count_out(osei, settings):
    assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000
    for count in range(10):
        guess(Client(), osei.email, **from_address(count))
    cache.set_many({f"filler{count}": "x" for count in range(400)})
    assert TOO_MANY in Page(guess(Client(), osei.email, PASSWORD, **from_address(11))).text


@pytest.mark.usefixtures("own_database")
def test_guesses_at_once_are_counted_one_by_one(monkeypatch):
    email = "osei@example.org"
    member(ClinicFactory(is_demo=True), email=email)
    tried, start = [], threading.Barrier(8)
    check = User.check_password

    def counted(self, password):
        tried.append(password)
        return check(self, password)

    monkeypatch.setattr(User, "check_password", counted)

    def guesses(number: int) -> None:
        from django.db import connections

        start.wait()
        for count in range(3):
            guess(Client(), email, **from_address(10 * number + count))
        connections.close_all()

    threads = [threading.Thread(target=guesses, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(tried) <= 10


# Who signs in here


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(osei):
    pages = [Page(guess(Client(), email)) for email in (osei.email, "else@example.org")]
    words = [page.text for page in pages]
    assert words[0] == words[1]
    assert "The e-mail address or the password is not right." in words[0]


def test_a_wrong_password_and_an_unknown_address_take_the_same_time(osei, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    osei.set_password(PASSWORD)
    osei.save()

    def seconds(email: str) -> float:
        begun = perf_counter()
        guess(Client(), email)
        return perf_counter() - begun

    known, unknown = seconds(osei.email), seconds("else@example.org")
    assert 0.5 < known / unknown < 2


def test_a_reset_answers_the_same_for_an_unknown_address(osei, mailoutbox):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email})
        for client, email in ((Client(), osei.email), (Client(), "else@example.org"))
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2
    assert len(mailoutbox) == 2


# What is told


def test_a_sign_in_in_a_new_browser_is_told_until_the_person_has_seen_it(mailoutbox):
    person = member(ClinicFactory(), email="lind@example.org")
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0"
    guess(Client(), person.email, PASSWORD, HTTP_USER_AGENT=agent)
    own = Client()
    own.force_login(person)

    told = Page(own.get("/"))

    assert "Something happened to your account." in told.text
    assert "Firefox on Windows, network address 127.0.0.1" in Page(own.get("/accounts/")).text
    assert [mail.subject for mail in mailoutbox] == [
        "[localhost] Signed in, in a browser not used before"
    ]
    assert "Firefox on Windows" in mailoutbox[0].body
    own.post(reverse("account_notices_seen"))
    assert "Something happened" not in Page(own.get("/")).text


def test_a_sign_in_in_a_browser_that_knows_the_person_is_not_told(client, mailoutbox):
    person = member(ClinicFactory())
    is_known_here(client, person)
    guess(client, person.email, PASSWORD)
    assert mailoutbox == []
    assert not User.objects.get(pk=person.pk).has_notices


def test_a_mail_server_that_is_away_keeps_nobody_out(client, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("access.account.send_mail", away)
    person = member(ClinicFactory())
    assert guess(client, person.email, PASSWORD).status_code == 302
    assert User.objects.get(pk=person.pk).has_notices
    assert "could not be sent" in caplog.text


def test_words_of_a_browser_are_not_those_that_it_sends(client, osei):
    evil = "<script>Firefox</script> Windows"
    guess(client, osei.email, PASSWORD, HTTP_USER_AGENT=evil)
    page = client.get("/accounts/").content.decode()
    assert "Firefox on Windows" in page
    assert "<script>Firefox" not in page
