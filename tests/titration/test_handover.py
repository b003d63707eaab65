"""Handing regimens over: who leaves names who is responsible from then on."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import Role
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import medicine_of, regimen_of, review_of
from titration import actions
from titration.models import RegimenCard, RegimenVersion, Review
from titration.policies import ChangedMeanwhile, RuleBroken

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ClinicFactory()


@pytest.fixture
def leaver(clinic):
    return member(clinic)


@pytest.fixture
def stayer(clinic):
    return member(clinic)


@pytest.fixture
def regimens(clinic, leaver):
    medicine = medicine_of(clinic)
    return [
        regimen_of(
            PatientFactory(clinic=clinic),
            medicine,
            by=leaver,
            indication="other",
            indication_text="Cramp at night",
        )
        for _number in range(3)
    ]


def handed(clinic, regimens, of, to, by=None):
    keys = tuple(regimen.regimen_id for regimen in regimens)
    return actions.hand_over(clinic=clinic, regimens=keys, of=of, to=to, by=by or to)


def responsible(regimens) -> list:
    cards = RegimenCard.objects.in_bulk([regimen.regimen_id for regimen in regimens])
    return [cards[regimen.regimen_id].version.responsible for regimen in regimens]


def test_those_chosen_pass_on_and_say_what_they_said(clinic, leaver, stayer, regimens):
    handed(clinic, regimens[:2], leaver, stayer)
    assert responsible(regimens) == [stayer, stayer, leaver]
    newest = RegimenVersion.objects.newest().get(regimen=regimens[0].regimen)
    assert (newest.indication_text, newest.responsible_name) == ("Cramp at night", stayer.name)
    assert newest.medicine_name == regimens[0].medicine_name


def test_reviews_booked_with_the_leaver_pass_on(clinic, leaver, stayer, regimens):
    day = clinic.local(timezone.now()).date() + timedelta(days=9)
    text = actions.ReviewText("booked", day, "Tone", leaver)
    actions.book_review(regimen=regimens[0].regimen, text=text, by=leaver)
    handed(clinic, regimens, leaver, stayer)
    review = Review.objects.newest().get()
    assert (review.whose, review.what_for, review.review_on) == (stayer, "Tone", day)


def test_nothing_passes_on_when_one_is_no_longer_theirs(clinic, leaver, stayer, regimens):
    handed(clinic, regimens[:1], leaver, stayer)
    with pytest.raises(ChangedMeanwhile):
        handed(clinic, regimens, leaver, stayer)
    assert responsible(regimens) == [stayer, leaver, leaver]


@pytest.mark.parametrize("to", ["leaver", "recorder", "stranger"])
def test_only_another_prescriber_of_the_clinic_takes_over(clinic, leaver, regimens, to):
    people = {
        "leaver": leaver,
        "recorder": member(clinic, Role.RECORDER),
        "stranger": member(ClinicFactory()),
    }
    with pytest.raises(RuleBroken) as refused:
        handed(clinic, regimens, leaver, people[to], by=leaver)
    assert refused.value.field == "to"
    assert responsible(regimens) == [leaver] * 3


def test_a_recorder_hands_nothing_over(clinic, leaver, stayer, regimens):
    with pytest.raises(PermissionDenied):
        handed(clinic, regimens, leaver, stayer, by=member(clinic, Role.RECORDER))
    assert responsible(regimens) == [leaver] * 3


def test_queries_do_not_grow_with_how_many_pass_on(clinic, leaver, stayer):
    assert stayer.roles_by_clinic
    medicine, counts = medicine_of(clinic), []
    for number in (2, 5):
        found = [
            regimen_of(PatientFactory(clinic=clinic), medicine, by=leaver)
            for _each in range(number)
        ]
        for regimen in found:
            review_of(regimen)
        with CaptureQueriesContext(connection) as queries:
            handed(clinic, found, leaver, stayer)
        counts.append(len(queries))
        assert responsible(found) == [stayer] * number
    assert counts[0] == counts[1]
