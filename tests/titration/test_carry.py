"""Carrying steps that were withdrawn for the wrong patient or medicine."""

from datetime import date

import pytest
from django.test import RequestFactory

from access.models import Role
from tests.factories import member
from tests.titration.factories import regimen_of, step_of
from titration import carry

pytestmark = pytest.mark.django_db


@pytest.fixture
def steps():
    regimen = regimen_of()
    return [step_of(regimen, date(2026, 4, 6)), step_of(regimen, date(2026, 3, 2))]


def request_of(user, session=None):
    request = RequestFactory().get("/")
    request.user, request.session = user, {} if session is None else session
    return request


def person_for(steps, role=Role.RECORDER):
    return member(steps[0].regimen.clinic, role)


def test_steps_are_carried_in_the_order_of_their_moments(steps):
    request = request_of(person_for(steps))
    assert carry.carried(request) == []
    carry.put(request, steps)
    assert carry.carried(request) == steps[::-1]


def test_a_step_of_another_clinic_is_not_carried(steps):
    mine = request_of(person_for(steps))
    carry.put(mine, steps)
    theirs = request_of(member(regimen_of().regimen.clinic), session=mine.session)
    assert carry.carried(theirs) == []


def test_who_does_not_record_carries_nothing(steps):
    request = request_of(person_for(steps, Role.VIEWER))
    carry.put(request, steps)
    assert carry.carried(request) == []


def test_a_step_that_was_entered_is_dropped(steps):
    later, earlier = steps
    request = request_of(person_for(steps))
    carry.put(request, steps)
    carry.drop(request, earlier)
    assert carry.carried(request) == [later]
    carry.drop(request, later)
    assert request.session == {}


def test_what_is_carried_can_be_put_down(steps):
    request = request_of(person_for(steps))
    carry.put(request, steps)
    carry.put_down(request)
    assert carry.carried(request) == []
