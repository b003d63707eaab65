"""Whoever is responsible for regimens hands them over before they stop prescribing in a clinic."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from access.models import Membership, Role
from ledger.models import RetractionReason
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, UserFactory, member
from tests.titration.factories import medicine_of, regimen_of, review_of
from titration import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return ClinicFactory(name="Riverside")


@pytest.fixture
def leaver(clinic):
    return member(clinic, name="Dr A. Osei")


@pytest.fixture
def regimens(clinic, leaver):
    medicine = medicine_of(clinic)
    return [regimen_of(PatientFactory(clinic=clinic), medicine, by=leaver) for _each in range(2)]


def membership_of(user, role=Role.PRESCRIBER) -> Membership:
    return user.memberships.get(role=role)


def ended(membership: Membership) -> Membership:
    membership.ended_at = timezone.now()
    return membership


def another_user(membership: Membership) -> Membership:
    membership.user = UserFactory()
    return membership


def another_clinic(membership: Membership) -> Membership:
    membership.clinic = ClinicFactory()
    return membership


def another_role(membership: Membership) -> Membership:
    membership.role = Role.VIEWER
    return membership


@pytest.mark.parametrize("change", [ended, another_user, another_clinic, another_role])
def test_a_membership_does_not_end_while_they_are_responsible(leaver, regimens, change):
    with pytest.raises(ValidationError) as refused:
        change(membership_of(leaver)).full_clean()
    [words] = refused.value.messages
    assert "Dr A. Osei is the responsible prescriber of 2 regimens at Riverside." in words
    assert reverse("handover") in words


@pytest.mark.parametrize("change", [ended, another_role])
def test_it_ends_once_all_are_handed_over(clinic, leaver, regimens, change):
    keys = tuple(regimen.regimen_id for regimen in regimens)
    actions.hand_over(clinic=clinic, regimens=keys, of=leaver, to=member(clinic), by=leaver)
    change(membership_of(leaver)).full_clean()


def test_reviews_that_they_hold_for_others_are_booked_anew_first(clinic):
    holder, doctor = member(clinic, name="Dr C. Novak"), member(clinic)
    regimen = regimen_of(PatientFactory(clinic=clinic), by=doctor)
    review = review_of(regimen, whose=holder)
    with pytest.raises(ValidationError) as refused:
        ended(membership_of(holder)).full_clean()
    [words] = refused.value.messages
    assert "1 review of another prescriber's regimen is booked with Dr C. Novak" in words
    text = actions.ReviewText("booked", review.review_on, review.what_for, doctor)
    actions.update_review(review=review, text=text, by=doctor)
    ended(membership_of(holder)).full_clean()


def test_regimens_that_were_withdrawn_hold_nobody(leaver, regimens):
    for regimen in regimens:
        actions.retract_regimen(
            regimen=regimen.regimen, reason=RetractionReason.OTHER, reason_text="x", by=leaver
        )
    ended(membership_of(leaver)).full_clean()


def test_another_role_of_theirs_ends_freely(clinic, leaver, regimens):
    MembershipFactory(clinic=clinic, user=leaver, role=Role.RECORDER)
    ended(membership_of(leaver, Role.RECORDER)).full_clean()


def test_their_membership_of_another_clinic_ends_freely(leaver, regimens):
    other = MembershipFactory(clinic=ClinicFactory(), user=leaver)
    ended(other).full_clean()


def test_a_membership_that_ended_may_be_put_right(leaver, regimens):
    leaver.memberships.update(ended_at=timezone.now() - timedelta(days=1))
    ended(membership_of(leaver)).full_clean()


def test_an_account_is_shut_at_once_whatever_is_in_its_name(leaver, regimens):
    leaver.is_active = False
    leaver.full_clean()


def test_support_looks_at_a_membership_and_changes_nothing(client, leaver, regimens):
    membership = membership_of(leaver)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:access_membership_change", args=[membership.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"ended_at_0": "2026-11-16"}).status_code == 403
    membership.refresh_from_db()
    assert membership.ended_at is None
