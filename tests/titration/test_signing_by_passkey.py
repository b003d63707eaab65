"""A passkey signs a plan in place of the password: its own person's, now, once."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from access import presence
from access.models import AccessEvent, AccessKind, User
from ledger.models import Entry
from tests.factories import ClinicFactory, PatientFactory, member
from tests.pages import Page
from tests.passkeys import HOST, PRESENT, Passkey
from tests.titration.factories import medicine_of, regimen_of
from tests.titration.test_signing import TEXT, address, drafted
from titration.models import PlanDraft, PlanVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def osei() -> User:
    return member(ClinicFactory(), name="Dr A. Osei")


@pytest.fixture
def draft(osei) -> PlanDraft:
    clinic = osei.memberships.get().clinic
    version = regimen_of(PatientFactory(clinic=clinic, by=osei), by=osei)
    return drafted(version.regimen, TEXT, by=osei)


@pytest.fixture
def passkey(osei) -> Passkey:
    passkey = Passkey(osei)
    passkey.kept()
    return passkey


@pytest.fixture
def client(osei) -> Client:
    client = Client(HTTP_HOST=HOST)
    client.force_login(osei)
    return client


def asked(client: Client) -> dict:
    return client.post(reverse("account_passkey_question")).json()


def sign(client: Client, draft: PlanDraft, answer: str, password: str = "") -> Page:
    page = Page(client.get(address(draft)))
    typed = {"password": password, "passkey": answer}
    return Page(client.post(address(draft), {**page.values, **typed}))


def test_a_passkey_signs_the_plan(client, draft, passkey, osei):
    assert sign(client, draft, passkey.answer(asked(client))).status == 302
    assert PlanVersion.objects.get().entry.recorded_by == osei


def test_the_page_offers_a_passkey_to_who_has_one(client, draft, osei):
    assert "with a passkey" not in Page(client.get(address(draft))).text
    Passkey(osei).kept()
    assert "with a passkey" in Page(client.get(address(draft))).text


@pytest.mark.parametrize("what", ["x", "{}", "[]", "null", '{"id": 3}', '{"response": null}'])
def test_no_text_that_is_no_answer_signs(client, draft, passkey, what):
    count = Entry.objects.count()
    asked(client)
    refused = sign(client, draft, what)
    assert refused.status == 422
    assert "The passkey did not prove that it is you. Nothing is signed." in refused.text
    assert Entry.objects.count() == count


@pytest.mark.parametrize("how", [{"flags": PRESENT}, {"host": "elsewhere.example"}])
def test_no_other_answer_signs(client, draft, passkey, how):
    count = Entry.objects.count()
    assert sign(client, draft, passkey.answer(asked(client), **how)).status == 422
    assert Entry.objects.count() == count


def test_the_passkey_of_a_colleague_does_not_sign(client, draft, passkey, osei):
    ray = Passkey(member(osei.memberships.get().clinic))
    ray.kept()
    assert sign(client, draft, ray.answer(asked(client))).status == 422
    assert not PlanVersion.objects.exists()


def test_an_answer_signs_once(client, draft, passkey, osei):
    answer = passkey.answer(asked(client))
    assert sign(client, draft, answer).status == 302
    medicine = medicine_of(draft.clinic, "tizanidine")
    other = regimen_of(PatientFactory(clinic=draft.clinic, by=osei), medicine, by=osei)
    second = drafted(other.regimen, TEXT, by=osei)
    assert sign(client, second, answer).status == 422
    assert PlanVersion.objects.count() == 1


def test_a_question_waits_for_five_minutes(client, draft, passkey, monkeypatch):
    answer = passkey.answer(asked(client))
    then = presence.time.time() + presence.LASTS + 1
    monkeypatch.setattr(presence.time, "time", lambda: then)
    assert sign(client, draft, answer).status == 422
    assert not PlanVersion.objects.exists()


def test_the_answer_of_the_sign_in_does_not_sign(draft, passkey, osei):
    client = Client(HTTP_HOST=HOST)
    page = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    answer = passkey.answer(page.json()["request_options"])
    client.post(reverse("mfa_login_webauthn"), {"credential": answer})
    assert sign(client, draft, answer).status == 422
    assert not PlanVersion.objects.exists()


def test_a_wrong_answer_leaves_an_access_event_as_a_refusal(client, draft, passkey):
    sign(client, draft, json.dumps({}))
    event = AccessEvent.objects.order_by("pk").last()
    assert (event.kind, event.route) == (AccessKind.REFUSED, "plan-sign")


def test_neither_password_nor_passkey_is_said_beside_the_password(client, draft, passkey):
    refused = sign(client, draft, "")
    assert refused.errors == {"password": ["Type your password, or use a passkey."]}
    assert not PlanVersion.objects.exists()
