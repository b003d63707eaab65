"""Two at the same instant: what is there once is had once, and the last administrator stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from access import actions
from access.actions import LinkIsDead
from access.models import Act, Membership, Role, User
from access.policies import RuleBroken
from tests.factories import ClinicFactory, member

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
