"""Two at the same instant: what is there once is had once, and the last administrator stays."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from access import actions
from access.actions import LinkIsDead
from access.models import Act, Membership, Role, User
from access.policies import RuleBroken
from tests.factories import PASSWORD, ClinicFactory, member
from tests.signed_in import app_of, code_of

TRIES = 4


def at_once(*tries: Callable[[], object]) -> list[object]:
    """What each returns, or the refusal that it raises, all begun at the same instant."""
    ready = Barrier(len(tries))

    def run(one: Callable[[], object]) -> object:
        try:
            ready.wait(timeout=30)
            return one()
        except (LinkIsDead, RuleBroken, PermissionDenied) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(run, tries))


@pytest.mark.usefixtures("own_database")
def test_a_link_opened_by_several_at_once_makes_one_account():
    clinic = ClinicFactory()
    by = member(clinic, Role.ADMINISTRATOR)
    _invitation, secret = actions.invite(
        clinic=clinic, email="new@example.org", name="N. Ewe", role=Role.PRESCRIBER, by=by
    )
    passwords = [f"correct horse battery {number}" for number in range(TRIES)]
    made = at_once(
        *(
            lambda password=password: actions.join_anew(secret=secret, password=password)
            for password in passwords
        )
    )
    [person] = [one for one in made if isinstance(one, User)]
    assert sum(isinstance(one, LinkIsDead) for one in made) == TRIES - 1
    assert User.objects.filter(email="new@example.org").count() == 1
    kept = User.objects.get(pk=person.pk)
    assert kept.check_password(passwords[made.index(person)])
    assert Membership.objects.filter(user=kept).count() == 1
    assert Act.objects.filter(kind="joined").count() == 1


@pytest.mark.usefixtures("own_database")
def test_administrators_who_end_each_other_leave_one():
    clinic = ClinicFactory()
    first, second = (member(clinic, Role.ADMINISTRATOR) for _each in range(2))
    ended = at_once(
        lambda: actions.end_role(membership=second.memberships.get(), by=first),
        lambda: actions.end_role(membership=first.memberships.get(), by=second),
    )
    assert sum(isinstance(one, Membership) for one in ended) == 1
    held = Membership.objects.open().filter(clinic=clinic, role=Role.ADMINISTRATOR)
    assert held.count() == 1


@pytest.mark.usefixtures("own_database")
def test_a_role_that_is_given_twice_at_once_is_had_once():
    clinic = ClinicFactory()
    by, person = member(clinic, Role.ADMINISTRATOR), member(clinic, Role.VIEWER)
    given = at_once(
        *(
            lambda: actions.grant(person=person, clinic=clinic, role=Role.RECORDER, by=by)
            for _each in range(TRIES)
        )
    )
    assert sum(isinstance(one, Membership) for one in given) == 1
    assert person.memberships.filter(role=Role.RECORDER).count() == 1
    assert Act.objects.filter(kind="granted").count() == 1


@pytest.fixture
def slow_to_write_down(monkeypatch) -> None:
    """Between reading which recovery codes are used and writing it there is time for another."""
    write = RecoveryCodes._mark_code_used

    def later(self: RecoveryCodes, place: int) -> None:
        time.sleep(0.2)
        write(self, place)

    monkeypatch.setattr(RecoveryCodes, "_mark_code_used", later)


def opened_with(person: User, *codes: str) -> list[bool]:
    """Of browsers in which the password was shown, those that one of these codes each opens."""
    browsers = [Client() for _code in codes]
    for browser in browsers:
        browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})

    def show(browser: Client, code: str) -> object:
        return browser.post(reverse("mfa_authenticate"), {"code": code})

    at_once(*map(partial(partial, show), browsers, codes))
    return [browser.get("/accounts/").status_code == 200 for browser in browsers]


@pytest.mark.usefixtures("own_database", "slow_to_write_down")
def test_a_code_that_is_sent_twice_at_once_opens_once():
    person = member(ClinicFactory())
    code = code_of(app_of(person))
    assert sorted(opened_with(person, code, code)) == [False, True]
    one, other, *unused = RecoveryCodes.activate(person).get_unused_codes()
    first, second, with_another = opened_with(person, one, one, other)
    assert first is not second
    assert with_another
    assert RecoveryCodes.activate(person).get_unused_codes() == unused
