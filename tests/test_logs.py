"""Log lines: JSON, one line each, and nothing of a patient whatever is asked and whatever fails."""

import io
import json
import logging
from base64 import b64decode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from access import presence
from access.models import Role
from config.logs import HEADER, JsonLines
from ledger.models import Entry
from patients.models import PatientVersion
from tests.access.test_access_matrix import OTHERS, WORK
from tests.access.world import new_world
from tests.factories import PASSWORD, ClinicFactory, member

pytestmark = pytest.mark.django_db

DOSE = "7919.37"


@pytest.fixture
def lines():
    """What the service writes to its log, all levels of it, line by line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: stream.getvalue().splitlines()
    root.removeHandler(handler)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield new_world()
        transaction.set_rollback(True)


def secrets_of(world) -> list[str]:
    """What is the patient's: names, numbers, the words of the record, and a dose that is typed."""
    version = PatientVersion.objects.filter(patient=world.patient).latest("entry__number")
    said = [version.family_name, version.given_names, version.nhs_number, version.record_number]
    step = world.step
    return [text for text in (*said, DOSE, step.note, step.reason_text) if text]


def nothing_of(world, lines: list[str]) -> None:
    assert lines
    text = "\n".join(lines)
    for secret in secrets_of(world):
        assert secret not in text, secret


def ask_everything(client, world) -> None:
    """Each address with texts of the patient typed wherever a request has room for them."""
    [name, *_rest] = secrets_of(world)
    typed = dict.fromkeys(("q", "family_name", "note", "reason", "submission", "login"), name)
    for path, *_answers in [*WORK.values(), *OTHERS.values()]:
        address = world.address(path)
        for send in (client.get, client.post, client.put):
            send(address, typed).getvalue()
    client.get(f"/{name}/", {"q": name})
    client.get(f"/patients/{name}/")
    client.get("/patients/", {"q": name}, headers={"X-Request-ID": name, "User-Agent": name})


@pytest.mark.parametrize("role", [Role.PRESCRIBER, Role.VIEWER, "nobody"])
def test_no_route_writes_anything_of_a_patient_to_the_log(world, lines, role):
    client = Client(raise_request_exception=False)
    client.force_login(world.people[role])
    ask_everything(client, world)
    nothing_of(world, lines())


def test_the_cache_holds_counts_and_nothing_that_was_typed(client):
    """Some type a patient, or a password, where the address belongs."""
    cache.clear()
    address = "swordfish@example.org"
    client.post(reverse("account_login"), {"login": address, "password": "swordfish"})
    client.post(reverse("account_reset_password"), {"email": address})
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT cache_key, value FROM {settings.CACHES['default']['LOCATION']}")
        rows = cursor.fetchall()
    assert len(rows) > 2
    held = b"".join(key.encode() + b64decode(value) for key, value in rows)
    assert b"swordfish" not in held


def test_no_error_writes_anything_of_a_patient_to_the_log(world, lines):
    [name, *_rest] = secrets_of(world)
    client = Client(raise_request_exception=False)
    client.force_login(world.people[Role.PRESCRIBER])

    def fail(run, sql, *rest):
        if "ledger_entry" in sql or "titration_" in sql or "patients_" in sql:
            raise OperationalError(f"{name} was refused: {DOSE}")
        return run(sql, *rest)

    count = Entry.objects.count()
    said = secrets_of(world)
    with connection.execute_wrapper(fail):
        for path, *_answers in WORK.values():
            address = world.address(path) if "{" not in path else None
            if address:
                client.get(address)
        client.get(f"/patients/{world.patient}/")
        client.post(
            f"/regimens/{world.step.regimen_id}/steps/new/",
            {"note": name, "components-0-amount": DOSE},
        )
    text = "\n".join(lines())
    assert "OperationalError" in text
    assert not [secret for secret in said if secret in text]
    assert Entry.objects.count() == count


def test_a_sign_in_a_sign_out_and_a_refused_one_are_lines_without_what_was_typed(client, lines):
    person = member(ClinicFactory(is_demo=True), Role.VIEWER, email="lind@example.org")
    address = reverse("account_login")
    client.post(address, {"login": "swordfish@example.org", "password": "a wrong password"})
    client.post(address, {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_logout"))
    said = [json.loads(line) for line in lines()]
    told = [
        (line["message"], line.get("person"), line.get("address"))
        for line in said
        if line["logger"] == "access.apps"
    ]
    assert told == [
        ("A sign-in was refused.", None, "127.0.0.1"),
        ("Signed in.", person.pk, "127.0.0.1"),
        ("Signed out.", person.pk, "127.0.0.1"),
    ]
    text = "\n".join(lines())
    for typed in ("swordfish", "wrong password", "lind@", PASSWORD):
        assert typed not in text


def test_a_limit_that_is_reached_and_a_proof_that_fails_are_lines(client, lines):
    person = member(ClinicFactory(is_demo=True), Role.PRESCRIBER, email="lind@example.org")
    for count in range(11):
        typed = {"login": person.email, "password": f"wrong {count}"}
        client.post(reverse("account_login"), typed, REMOTE_ADDR=f"10.0.0.{count}")
    request = RequestFactory().post("/plans/sign/", REMOTE_ADDR="10.0.1.1")
    request.user, request.resolver_match = person, None
    with pytest.raises(presence.NotProved):
        presence.prove(request, "swordfish")
    said = [json.loads(line) for line in lines()]
    told = [
        (line["message"], line["address"])
        for line in said
        if line["logger"] in ("access.adapters", "access.presence")
    ]
    assert told == [
        ("A limit on wrong passwords was reached: wrong_elsewhere.", "10.0.0.10"),
        ("It was not proved who is there: NotProved.", "10.0.1.1"),
    ]
    assert "swordfish" not in "\n".join(lines())


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.WARNING, __file__, 1, message, arguments, None)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
def test_what_somebody_typed_begins_no_line_of_its_own(ending):
    forged = f'x{ending}{{"level": "INFO"}}'
    line = JsonLines().format(record("typed: %s", forged))
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert json.loads(line)["message"] == f"typed: {forged}"


def test_lines_of_a_request_and_its_answer_carry_one_number(client, lines):
    answer = client.get("/nothing/")
    [line] = [json.loads(line) for line in lines()]
    assert line["request"] == answer.headers[HEADER]
    assert (line["route"], line["status"]) == ("no address of ours", 404)
    assert client.get("/nothing/").headers[HEADER] != answer.headers[HEADER]


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [(0, "a1b2c3d4e5", False), (1, "a1b2c3d4e5", True), (1, "short", False), (1, "x" * 65, False)],
)
def test_the_number_of_a_proxy_is_taken_where_it_is_ours(client, proxies, given, is_taken):
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        answer = client.get("/health/", headers={HEADER: given})
    assert (answer.headers[HEADER] == given) == is_taken
