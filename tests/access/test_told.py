"""What has just happened is told once, where the answer leads, whatever the database takes."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from access.models import Role
from access.told import LONGEST
from access.veiled import veil
from tests.factories import ClinicFactory, member
from tests.pages import Page, tell

pytestmark = pytest.mark.django_db

HAPPENED = "Recorded."
HERE, THERE = "/patients/", "/changes/"


@pytest.fixture
def browser():
    client = Client()
    client.force_login(member(ClinicFactory()))
    return client


def shown(client, address: str) -> bool:
    return HAPPENED in Page(client.get(address)).text


def test_it_stands_on_the_page_that_the_answer_leads_to_and_on_no_other(browser):
    """Two patients are open in two tabs: what was recorded for one is not read on the other."""
    tell(browser, f"{HERE}?q=x#table", HAPPENED)
    assert [shown(browser, address) for address in (THERE, HERE, HERE, THERE)] == [
        False, True, False, False,
    ]  # fmt: skip


def test_two_answers_at_once_take_nothing_from_each_other(browser):
    """A page that was asked for before an answer came takes back what it showed and no more."""
    tell(browser, HERE, "The first one.")
    before = dict(browser.cookies)
    tell(browser, HERE, HAPPENED)
    after = dict(browser.cookies)
    browser.cookies.clear()
    browser.cookies.update(before)
    page = browser.get(HERE)
    assert "The first one." in Page(page).text
    browser.cookies.update(after)
    browser.cookies.update(page.cookies)
    assert shown(browser, HERE)
    assert "The first one." not in Page(browser.get(HERE)).text


def test_it_is_told_once_although_the_database_takes_no_write(browser, monkeypatch):
    def full(self, sql, params=None):
        if sql.startswith("UPDATE"):
            raise OperationalError("disk full")
        return execute(self, sql, params)

    wrapper = type(connection.cursor())
    execute = wrapper.execute
    monkeypatch.setattr(wrapper, "execute", full)
    tell(browser, HERE, HAPPENED)
    assert [shown(browser, HERE) for _time in range(2)] == [True, False]


def test_a_page_that_leads_on_to_another_hands_it_on(browser):
    tell(browser, HERE, HAPPENED)
    tell(browser, THERE, at=HERE)
    assert [shown(browser, address) for address in (HERE, THERE)] == [False, True]


def test_the_next_person_in_the_browser_does_not_read_it(browser):
    tell(browser, HERE, HAPPENED)
    browser.force_login(member(ClinicFactory()))
    assert not shown(browser, HERE)


@pytest.mark.parametrize(
    "value", ["", "no cookie", "AAAA" * 30, pytest.param(veil("[1]"), id="veiled")]
)
def test_what_was_not_written_here_is_no_message(browser, value, settings):
    browser.cookies[f"{settings.TOLD_COOKIE_NAME}-1"] = value
    assert browser.get(HERE).status_code == 200


def test_what_finds_no_room_in_a_cookie_is_said_to_have_none(browser):
    left = tell(browser, HERE, HAPPENED, "x" * LONGEST)
    assert [len(message.message) for message in left] == [LONGEST]
    assert shown(browser, HERE)


def test_a_form_tells_it(browser):
    """From an action to the page after it, through every layer."""
    clinic = ClinicFactory()
    browser.force_login(member(clinic, Role.ADMINISTRATOR))
    person = member(clinic, Role.VIEWER)
    done = browser.post(reverse("person-sign-out", args=[person.pk]))
    assert "Every session is ended." in Page(browser.get(done.url)).text
