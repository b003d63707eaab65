"""Requests that no page of ours makes: each is refused, and the database stays as it was."""

import time
from uuid import uuid4

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access import actions
from access.models import Act, Role, User
from ledger.models import Entry
from tests.access.test_access_matrix import WORK
from tests.access.world import new_world
from tests.factories import PASSWORD, ClinicFactory, PatientFactory, member
from tests.titration.factories import regimen_of, step_of
from titration import waiting
from titration.models import DoseStep, WaitingFile

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield new_world()
        transaction.set_rollback(True)


def record() -> tuple[int, int, int]:
    return Entry.objects.count(), Act.objects.count(), User.objects.count()


def test_a_form_without_its_token_is_refused_at_every_address(world):
    """Cross-site request forgery."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.people[Role.PRESCRIBER])
    administrator = Client(enforce_csrf_checks=True)
    administrator.force_login(world.people[Role.ADMINISTRATOR])
    before = record()
    for name, (path, _get, by_post) in WORK.items():
        if "405" in by_post:
            continue
        for client in (browser, administrator):
            answer = client.post(world.address(path), {"submission": "x"})
            assert answer.status_code == 403, name
            assert b"did not send its cookie" in answer.content, name
    assert record() == before


def test_a_form_from_another_site_is_refused_with_a_token(world):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.people[Role.PRESCRIBER])
    browser.get("/patients/")
    token = browser.cookies["csrftoken"].value
    typed = {"q": "x", "csrfmiddlewaretoken": token}
    own = browser.post("/patients/", typed, headers={"Origin": "http://testserver"})
    foreign = browser.post("/patients/", typed, headers={"Origin": "https://evil.example"})
    assert (own.status_code, foreign.status_code) == (302, 403)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\thttps:x",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(client, elsewhere):
    """Open redirect."""
    person = member(ClinicFactory(is_demo=True), Role.VIEWER)
    answer = client.post(
        reverse("account_login"),
        {"login": person.email, "password": PASSWORD, "next": elsewhere},
    )
    assert answer.status_code == 302
    assert answer.url.startswith("/")
    assert not answer.url.startswith(("//", "/\\"))
    out = client.post(reverse("account_logout"), {"next": elsewhere})
    assert out.url.startswith("/")
    assert not out.url.startswith(("//", "/\\"))


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "evil", "", "é"])
def test_no_button_leads_back_to_where_is_none_of_our_pages(client, elsewhere):
    """Open redirect, and an address that is none."""
    client.force_login(member(ClinicFactory()))
    assert client.post(reverse("carry-put-down"), {"next": elsewhere}).url == "/"


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil", ""])
def test_another_host_is_answered_with_nothing(client, host, settings):
    """Host header: no link of ours, and no mail, leads elsewhere."""
    settings.ALLOWED_HOSTS = ["testserver"]
    person = member(ClinicFactory(), Role.VIEWER)
    answer = client.post(
        reverse("account_reset_password"), {"email": person.email}, headers={"Host": host}
    )
    assert answer.status_code == 400
    assert mail.outbox == []


def test_the_name_of_a_clinic_writes_no_header_of_a_mail(client):
    clinic = ClinicFactory(name="North\r\nBcc: evil@evil.example")
    client.force_login(member(clinic, Role.ADMINISTRATOR))
    sent = {"submission": str(uuid4()), "email": "n@example.org", "name": "N", "role": "viewer"}
    assert client.post(reverse("person-invite"), sent).status_code == 302
    [message] = mail.outbox
    assert message.recipients() == ["n@example.org"]
    assert message.subject == "Your invitation to North Bcc: evil@evil.example"


@pytest.mark.parametrize(
    "path",
    [
        "/static/../config/settings.py",
        "/static/%2e%2e/config/settings.py",
        "/static/..%2f..%2fmanage.py",
        "/static//etc/passwd",
        "/static/....//manage.py",
        "/audit/../manage.py",
        "/patients/%2e%2e%2fexport.csv",
    ],
)
def test_no_path_leads_out_of_what_is_served(client, path):
    """Path traversal."""
    client.force_login(member(ClinicFactory()))
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"SECRET_KEY" not in answer.content
    assert b"root:" not in answer.content


def test_a_body_that_is_too_large_is_refused(client):
    prescriber = member(ClinicFactory())
    client.force_login(prescriber)
    before = record()
    answer = client.post(reverse("patient-new"), {"family_name": "x" * 3_000_000})
    assert answer.status_code == 400
    assert record() == before


def test_too_many_fields_are_refused(client):
    client.force_login(member(ClinicFactory()))
    before = record()
    answer = client.post(reverse("patient-new"), {f"f{number}": "" for number in range(4001)})
    assert answer.status_code == 400
    assert record() == before


@pytest.mark.parametrize(
    "typed",
    ["1" * 190, "a" * 190, "1/" * 95, "1 " * 95, "-" * 190, "é" * 190, "1.1." * 45, "(" * 190],
)
def test_no_text_makes_a_search_take_long(client, typed):
    """Patterns that blow up."""
    client.force_login(member(ClinicFactory()))
    begun = time.process_time()
    answer = client.post("/patients/", {"q": typed}, follow=True)
    assert answer.status_code == 200
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("part", ["before", "after"])
@pytest.mark.parametrize(
    "value", ["9" * 4000, "-1", "1' OR '1'='1", "1;DROP TABLE access_act", "%00", "\u0661", "../"]
)
def test_no_mark_of_a_page_reaches_the_database_as_it_was_typed(client, part, value):
    """Injection into paging and filters, and pages deeper than there are any."""
    clinic = ClinicFactory()
    client.force_login(member(clinic, Role.AUDITOR))
    for address in ("/audit/", "/audit/administration/"):
        assert client.get(address, {part: value, "kind": value, "person": value}).status_code == 200
    client.force_login(member(clinic))
    for address in ("/patients/", "/", "/changes/"):
        answer = client.get(address, {part: value, "topic": value, "sort": value})
        assert answer.status_code in (200, 400)


def test_a_field_of_no_form_of_ours_is_not_kept(client):
    """Its name holds what PostgreSQL takes in no text."""
    prescriber = member(ClinicFactory())
    patient = PatientFactory(clinic=prescriber.memberships.get().clinic)
    waiting.keep(
        patient.clinic, patient, prescriber, "d.csv", b"Date,Dose\n2019,5 mg\n", timezone.now()
    )
    client.force_login(prescriber)
    address = reverse("import-read-back", args=[patient.pk])
    assert client.post(address, {"do": "naming", "a\x00b": "x", "outside": "y"}).status_code == 302
    assert WaitingFile.objects.get(patient=patient).choices == {"naming": {"outside": "y"}}


def test_a_hidden_field_names_no_step_of_another_patient(client):
    """Object references: the entry that a form corrects is of the address, or nothing is done."""
    prescriber = member(ClinicFactory())
    clinic = prescriber.memberships.get().clinic
    mine = step_of(regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber))
    theirs = step_of()
    client.force_login(prescriber)
    before = record(), list(DoseStep.objects.order_by("pk").values_list("pk", flat=True))
    for entry in (theirs.pk, theirs.entry.subject, mine.regimen_id):
        for name in ("step-retract", "step-confirm", "step-dispute"):
            client.post(
                reverse(name, args=[mine.step]),
                {"submission": str(mine.pk), "entry": str(entry), "reason": "other"},
            )
    now = record(), list(DoseStep.objects.order_by("pk").values_list("pk", flat=True))
    assert now == before


def test_a_clinic_that_is_typed_into_a_form_is_one_of_ones_own(client):
    """Mass assignment, of a clinic."""
    by = member(ClinicFactory(), Role.ADMINISTRATOR)
    other = ClinicFactory()
    client.force_login(by)
    person = member(by.memberships.get().clinic, Role.VIEWER)
    client.post(
        reverse("person-grant", args=[person.pk]),
        {
            "submission": "6f1d2c1e-3c1c-4b57-8a43-0b6a2b3a8c11",
            "clinic": other.pk,
            "role": "viewer",
        },
    )
    client.post(
        reverse("person-invite"),
        {
            "submission": str(uuid4()),
            "clinic": other.pk,
            "email": "n@example.org",
            "name": "N",
            "role": "viewer",
        },
    )
    assert not other.memberships.exists()
    assert not other.invitations.exists()


def test_a_forged_session_is_nobodys(client):
    """A cookie that the service did not give is not taken over: session fixation."""
    client.cookies["sessionid"] = "a" * 32
    person = member(ClinicFactory(is_demo=True), Role.VIEWER)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != "a" * 32


def test_a_secret_of_an_invitation_is_not_taken_from_a_session_of_somebody_else(client):
    clinic = ClinicFactory()
    by = member(clinic, Role.ADMINISTRATOR)
    _invitation, secret = actions.invite(
        clinic=clinic, email="n@example.org", name="N", role=Role.VIEWER, by=by
    )
    Client().get(reverse("invited-link", args=[secret]))
    assert client.get(reverse("invited")).status_code == 404
