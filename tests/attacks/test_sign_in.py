"""Ways in past the second factor, and out of what an account is held to: one test an attack."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from access.admin import ReadOnly
from access.models import AccessEvent, AccessKind, Role, User
from tests.factories import PASSWORD, ClinicFactory, member
from tests.pages import Page
from tests.passkeys import Passkey
from tests.signed_in import PASSWORD_ALONE, app_of, code_of, has_shown

pytestmark = pytest.mark.django_db

SET_UP = "/accounts/second-factor/"


@pytest.fixture
def osei() -> User:
    return member(ClinicFactory(), Role.PRESCRIBER, email="osei@example.org", is_staff=True)


@pytest.fixture
def half(osei: User) -> Client:
    """A browser in which the password was shown before its person set up an app elsewhere."""
    client = Client()
    client.force_login(osei)
    has_shown(client, osei, PASSWORD_ALONE)
    app_of(osei)
    return client


@pytest.mark.parametrize(
    "name", ["mfa_activate_totp", "mfa_add_webauthn", "account_change_password"]
)
def test_the_password_alone_adds_no_factor_beside_the_one_that_is_there(half, osei, name):
    before = osei.password
    answers = [half.get(reverse(name)), half.post(reverse(name), {"code": "000000"})]
    assert [answer.headers.get("Location") for answer in answers] == [SET_UP, SET_UP]
    assert [each.type for each in Authenticator.objects.all()] == ["totp"]
    assert User.objects.get(pk=osei.pk).password == before


def test_support_changes_no_password_past_the_page_that_counts_and_tells(client, osei):
    client.force_login(osei)
    new = "seven herons over the mud"
    sent = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = client.post("/admin/password_change/", sent)
    assert answer.headers["Location"] == reverse("account_change_password")
    assert User.objects.get(pk=osei.pk).check_password(PASSWORD)


def test_support_adds_no_passkey_to_an_account_and_takes_none_away(client, osei):
    """With one of their own they would sign in as anybody. Whatever the admin has is to read."""
    lind = member(osei.memberships.get().clinic, Role.PRESCRIBER)
    Passkey(lind).kept()
    User.objects.filter(pk=osei.pk).update(is_superuser=True)
    client.force_login(osei)
    own = Passkey(osei).kept()
    sent = {"user": lind.pk, "type": "webauthn", "data": json.dumps(own.data), "post": "yes"}
    for name in ("add/", f"{own.pk}/change/", f"{own.pk}/delete/"):
        assert client.post(f"/admin/mfa/authenticator/{name}", sent).status_code == 404
    assert Authenticator.objects.filter(user=lind).count() == 1
    assert all(isinstance(each, ReadOnly) for each in admin.site._registry.values())


def test_signing_out_of_the_admin_leaves_nothing_in_the_browser(client, osei):
    client.force_login(osei)
    answer = client.post("/admin/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.usefixtures("own_database")
def test_the_code_that_set_an_app_up_opens_nothing_afterwards(client, osei):
    client.force_login(osei)
    key = re.search(r'class="key">(\w+)<', Page(client.get(reverse("mfa_activate_totp"))).html)[1]
    code = code_of(key)
    client.post(reverse("mfa_activate_totp"), {"code": code})
    other = Client()
    other.post(reverse("account_login"), {"login": osei.email, "password": PASSWORD})
    other.post(reverse("mfa_authenticate"), {"code": code})
    assert other.get("/patients/").status_code == 302


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/changes.pdf", Role.PRESCRIBER),
        ("/audit/export.csv", Role.AUDITOR),
        ("/audit/export.csv", Role.ADMINISTRATOR),
    ],
)
def test_a_file_of_several_patients_asks_who_is_there_after_five_minutes(client, path, role):
    """A screen that somebody left takes the charts of a clinic nowhere."""
    person = member(ClinicFactory(), role)
    key = app_of(person)
    client.force_login(person)
    has_shown(client, person, ago=299)
    assert client.get(path).status_code == 200
    has_shown(client, person, ago=301)

    asked = client.get(path)

    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    assert AccessEvent.objects.filter(kind=AccessKind.EXPORT).count() == 1
    shown = client.post(asked.headers["Location"], {"code": code_of(key), "next": path})
    assert shown.headers["Location"] == path
    assert client.get(path).status_code == 200


def test_what_one_person_proved_is_not_proved_for_the_next_in_the_same_browser(client, osei):
    """Freshness and second factor end with "Not you?", and with a session that ran out."""
    other = member(osei.memberships.get().clinic, Role.PRESCRIBER)
    typed = {"login": other.email, "password": PASSWORD}
    client.force_login(osei)
    client.post(reverse("account_logout"), {"next": "/patients/"})
    client.post(reverse("account_login"), typed)
    assert client.get("/patients/").headers["Location"] == SET_UP

    client.force_login(osei)
    key = client.session.session_key
    User.objects.filter(pk=osei.pk).update(is_active=False)
    client.post(reverse("account_login"), typed)
    assert client.session.session_key != key
    assert client.get("/patients/").headers["Location"] == SET_UP
