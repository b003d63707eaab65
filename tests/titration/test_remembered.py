"""Pages that are remembered say what they would have said had nothing been remembered."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.conf import settings
from django.middleware.csrf import _unmask_cipher_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis.extra.django import TestCase

from access.models import Role
from ledger import pages, reread
from tests.factories import member
from tests.pages import tell
from tests.titration.factories import step_of
from tests.titration.test_projection import Desk, doings
from titration.timeline import Effective

OF_THE_REQUEST = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|data-(?:left|idle)="[0-9]+"')


def said(client, address: str) -> str:
    """A page without what is another each time: the token of its forms, the session's seconds."""
    answer = client.get(address)
    assert answer.status_code == 200
    return OF_THE_REQUEST.sub("", answer.text)


class SequencesOfActions(TestCase):
    @given(doings)
    @hypothesis_settings(max_examples=6, deadline=None)
    def test_each_shows_at_once_on_a_page_that_was_open_before(self, doings):
        desk = Desk()
        addresses = [reverse("regimen", args=[version.regimen_id]) for version in desk.versions]
        for doing in doings[:6]:
            _what, which, number, _kind = doing
            self.client.force_login(desk.people[number % 2])
            said(self.client, addresses[which])
            desk.do(*doing)
            after = said(self.client, addresses[which])
            reread.MEMORY.clear()
            assert after == said(self.client, addresses[which])


pytestmark = pytest.mark.django_db


@pytest.fixture
def step():
    return step_of(on=date(2026, 3, 2))


@pytest.fixture
def address(step) -> str:
    return reverse("regimen", args=[step.regimen_id])


def made_anew(monkeypatch) -> list:
    """The keys of what is made from now on."""
    made, put = [], reread.MEMORY.put

    def noted(key, *more):
        made.append(key)
        put(key, *more)

    monkeypatch.setattr(reread.MEMORY, "put", noted)
    return made


def test_a_page_is_made_once_for_each_person(client, step, address, monkeypatch):
    made = made_anew(monkeypatch)
    clinic = step.regimen.clinic
    for person in (member(clinic), member(clinic, Role.VIEWER)):
        client.force_login(person)
        pages = {said(client, address) for _time in range(3)}
        assert len(pages) == 1
    assert len(made) == 2


def test_what_a_person_may_no_longer_do_is_not_offered(client, step, address):
    person = member(step.regimen.clinic, Role.RECORDER)
    client.force_login(person)
    assert "Record dose step" in said(client, address)
    person.memberships.update(role=Role.VIEWER)
    assert "Record dose step" not in said(client, address)


def test_the_words_of_another_address_are_not_those_of_this(client, step, address):
    client.force_login(step.decided_by)
    assert "NOT TODAY'S RECORD" not in said(client, address)
    assert "NOT TODAY'S RECORD" in said(client, f"{address}?known={step.entry.number}")
    assert "NOT TODAY'S RECORD" not in said(client, address)


def test_a_token_is_that_of_the_session_that_asks(client, step):
    recorder = member(step.regimen.clinic, Role.RECORDER)
    step_of(step.regimen.card.version, date(2026, 3, 9), by=recorder)
    client.force_login(step.decided_by)
    address = reverse("regimen", args=[step.regimen_id])
    for _time in range(2):
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', client.get(address).text)
        assert len(tokens) >= 2
        secret = client.cookies[settings.CSRF_COOKIE_NAME].value
        assert {_unmask_cipher_token(token) for token in tokens} == {secret}


def test_a_step_comes_at_its_minute_on_a_page_that_was_open_before(client, step, monkeypatch):
    """Not a quarter of an hour later: the page holds no longer than the record says the same."""
    on = date(2026, 11, 16)
    step_of(step.regimen.card.version, Effective(on, "day", time(14, 31), 0), kind="withhold")
    client.force_login(step.decided_by)
    address = reverse("regimen", args=[step.regimen_id])
    before = datetime(2026, 11, 16, 14, 30, 59, tzinfo=UTC)
    pages = []
    for now in (before, before + timedelta(seconds=1)):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        pages.append(said(client, address))
    assert "Recorded, not yet begun" in pages[0]
    assert "Recorded, not yet begun" not in pages[1]


def test_who_stands_for_a_prescriber_whose_hours_are_over_confirms_from_that_minute(
    client, step, monkeypatch
):
    clinic, responsible = step.regimen.clinic, step.regimen.card.version.responsible
    until = datetime(2026, 11, 16, 14, 31, tzinfo=UTC)
    for_hours = member(clinic)
    recorder = member(clinic, Role.RECORDER)
    late = step_of(step.regimen.card.version, date(2026, 3, 9), by=recorder, decided_by=for_hours)
    began = until - timedelta(hours=8)
    for_hours.memberships.update(started_at=began, until=until, reason="Cover")
    client.force_login(responsible)
    offered = []
    for now in (until - timedelta(seconds=1), until):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        page = said(client, reverse("regimen", args=[step.regimen_id]))
        offered.append(reverse("step-confirm", args=[late.step]) in page)
    assert offered == [False, True]


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.VIEWER])
def test_the_frame_is_the_one_around_every_other_page(client, step, address, monkeypatch, role):
    """It is written once for a person in each part of the service, and filled for each answer."""
    person = member(step.regimen.clinic, role, name="M. O'Neil <b>")
    client.force_login(person)
    patient = reverse("patient", args=[step.regimen.patient_id])
    searched = f"{reverse('patient-list')}?q=%22%3Cb%3E%26"
    addresses = ["/", reverse("patient-list"), searched, patient, f"{address}?log=all&plan=all"]
    framed = [said(client, each) for each in addresses for _time in range(2)]
    person.name, person.profession, person.has_notices = "Dr N. Ode", "registrar", True
    person.save()
    framed += [said(client, each) for each in addresses]

    def whole(request, pieces, search_text):
        own = {**pieces._asdict(), "search_text": search_text}
        return render(request, pages.FRAME, own).text

    monkeypatch.setattr(pages, "_framed", whole)
    now = [said(client, each) for each in addresses]
    assert framed[2 * len(addresses) :] == now
    person.name, person.profession, person.has_notices = "M. O'Neil <b>", "", False
    person.save()
    assert framed[: 2 * len(addresses)] == [
        said(client, each) for each in addresses for _time in range(2)
    ]


def test_what_has_just_happened_stands_on_the_page_once(client, step, address):
    client.force_login(step.decided_by)
    said(client, address)
    tell(client, address, "Recorded as entry 7.")
    shown = ["Recorded as entry 7." in said(client, address) for _time in range(3)]
    assert shown == [True, False, False]
