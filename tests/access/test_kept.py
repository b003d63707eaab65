"""A session that ends while somebody types: the form comes back after signing in."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from access import kept
from access.models import AccessEvent, AccessKind, Role, Session
from ledger.models import Entry
from tests.access.world import World
from tests.factories import PASSWORD
from tests.pages import Page, typed_over
from tests.signed_in import has_shown
from tests.titration.recording import Recording, address

pytestmark = pytest.mark.django_db

BACK = "What you had typed is back. Nothing of it is recorded yet."
DOSE = {"amount": "17", "when": "morning"}


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.people[Role.PRESCRIBER])
    return client


def end_session(client: Client) -> None:
    """As when it expires: the browser still has its cookie, and the server nothing behind it."""
    Session.objects.filter(pk=client.session.session_key).delete()


def sign_in_again(client: Client, answer, person) -> str:
    """Through the sign-in page that a request was sent to; returns where that leads."""
    assert answer.status_code == 302
    page = Page(client.get(answer["Location"]))
    assert "You had been signed out, so nothing is recorded yet." in page.text
    form = page.form
    typed = {"login": person.email, "password": PASSWORD}
    signed_in = client.post(reverse("account_login"), {**form.values, **typed})
    assert signed_in.status_code == 302
    has_shown(client, person)
    return signed_in["Location"]


def given_back(page: Page) -> bool:
    """Whether the page says that what was typed is back."""
    return BACK in page.text and not re.search(r"data-kept\s+hidden", page.html)


FORMS = {
    "patient-new": ("/patients/new/", {"family_name": "Żółkiewska", "birth_day": "31"}),
    "patient-edit": ("/patients/{patient}/edit/", {"given_names": "Irenka", "status_day": "7"}),
    "regimen-edit": ("/regimens/{regimen}/edit/", {"indication_text": "spasms at night"}),
    "regimen-retract": ("/regimens/{regimen}/retract/", {"reason_text": "an old book"}),
    "step-correct": (
        "/steps/{step}/correct/",
        {"note": "17 mg,\r\nthen ring", "components-0-amount": "17", "on_time": "08:15"},
    ),
    "step-retract": ("/steps/{step}/retract/", {"reason_text": "of somebody else"}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_after_the_session_ended_comes_back_as_typed(client, world, name):
    path, typed = FORMS[name]
    url = world.address(path)
    sent = typed_over(Page(client.get(url)).values, typed)
    count = Entry.objects.count()
    end_session(client)

    back = sign_in_again(client, client.post(url, sent), world.people[Role.PRESCRIBER])

    assert back == url
    page = Page(client.get(back))
    assert page.status == 200
    shown = {field: page.values.get(field, "").replace("\r", "") for field in typed}
    assert shown == {field: value.replace("\r", "") for field, value in typed.items()}
    assert page.values["submission"] == sent["submission"]
    assert given_back(page)
    assert Entry.objects.count() == count


def test_a_medicine_form_comes_back(client, world):
    administrator = world.people[Role.ADMINISTRATOR]
    client.force_login(administrator)
    url = world.address("/medicines/{medicine}/edit/")
    sent = {**Page(client.get(url)).values, "strengths": "17 mg"}
    end_session(client)

    back = sign_in_again(client, client.post(url, sent), administrator)

    assert Page(client.get(back)).values["strengths"] == "17 mg"


def test_what_was_said_of_a_file_comes_back(client, world):
    url = world.address("/patients/{patient}/import/columns/")
    sent = {"column_0": "from", "column_1": "note", "do": "columns", "submission": str(uuid4())}
    end_session(client)

    back = sign_in_again(client, client.post(url, sent), world.people[Role.PRESCRIBER])

    [form] = [form for form in Page(client.get(back)).forms if "column_1" in form.values]
    assert (form.values["column_0"], form.values["column_1"]) == ("from", "note")


def test_a_step_that_was_read_back_can_be_recorded_after_signing_in(client, world):
    regimen = world.step.regimen
    recording = Recording(client, address(regimen))
    recording.write(
        DOSE, {"amount": "19", "when": "bedtime"}, on_day="9", note="by telephone", reason="step-up"
    )
    sent = {**recording.page.values, "stage": "confirm"}
    end_session(client)
    back = sign_in_again(client, client.post(recording.url, sent), world.people[Role.PRESCRIBER])

    recording.page = Page(client.get(back))
    assert [recording.page.values[f"components-{i}-amount"] for i in range(2)] == ["17", "19"]
    assert recording.page.values["note"] == "by telephone"
    count = Entry.objects.count()
    recording.send(("stage", "review"))
    assert recording.confirm().status == 302

    assert Entry.objects.count() == count + 1
    [step] = regimen.steps.exclude(pk=world.step.pk)
    assert [str(part.low.normalize()) for part in step.parts] == ["17", "19"]


def test_a_form_whose_answer_was_lost_records_once_after_signing_in(client, world):
    recording = Recording(client, address(world.step.regimen))
    recording.write(DOSE, on_day="9")
    sent = {**recording.page.values, "stage": "confirm"}
    assert client.post(recording.url, sent).status_code == 302
    count = Entry.objects.count()
    end_session(client)
    back = sign_in_again(client, client.post(recording.url, sent), world.people[Role.PRESCRIBER])

    recording.page = Page(client.get(back))
    answer = client.post(recording.url, {**recording.page.values, "stage": "confirm"})

    assert answer.status_code == 302
    assert Entry.objects.count() == count


def test_what_somebody_recorded_meanwhile_is_shown_after_signing_in(client, world):
    recording = Recording(client, address(world.step.regimen))
    recording.write(DOSE, on_day="9")
    end_session(client)
    answer = client.post(recording.url, {**recording.page.values, "stage": "confirm"})
    other = Client()
    other.force_login(world.people[Role.PRESCRIBER])
    theirs = Recording(other, recording.url)
    theirs.write({"amount": "23", "when": "morning"}, on_day="16")
    theirs.confirm()
    back = sign_in_again(client, answer, world.people[Role.PRESCRIBER])

    recording.page = Page(client.get(back))
    page = recording.send(("stage", "review"))

    assert "Recorded while your page was open." in page.text
    assert "23 mg" in page.text


def test_it_comes_back_once(client, world):
    url = world.address("/patients/{patient}/edit/")
    sent = {**Page(client.get(url)).values, "given_names": "Irenka"}
    end_session(client)
    back = sign_in_again(client, client.post(url, sent), world.people[Role.PRESCRIBER])
    client.get(back)

    page = Page(client.get(back))

    assert page.values["given_names"] == "Irena"
    assert not given_back(page)


def test_opening_another_page_first_drops_it(client, world):
    url = world.address("/patients/{patient}/edit/")
    sent = {**Page(client.get(url)).values, "given_names": "Irenka"}
    end_session(client)
    sign_in_again(client, client.post(url, sent), world.people[Role.PRESCRIBER])

    client.get("/")

    assert kept.KEY not in client.session
    assert Page(client.get(url)).values["given_names"] == "Irena"


def test_another_browser_gets_nothing(client, world):
    url = world.address("/patients/{patient}/edit/")
    sent = {**Page(client.get(url)).values, "given_names": "Irenka"}
    end_session(client)
    client.post(url, sent)
    other = Client()
    other.force_login(world.people[Role.PRESCRIBER])

    assert Page(other.get(url)).values["given_names"] == "Irena"


def test_somebody_who_may_not_open_the_page_gets_nothing(client, world):
    url = world.address("/patients/{patient}/edit/")
    sent = {**Page(client.get(url)).values, "given_names": "Irenka"}
    end_session(client)

    back = sign_in_again(client, client.post(url, sent), world.people[Role.VIEWER])

    answer = client.get(back)
    assert answer.status_code == 403
    assert "Irenka" not in answer.content.decode()


def test_nothing_typed_stands_in_an_address(client, world):
    url = world.address("/patients/{patient}/edit/")
    sent = {**Page(client.get(url)).values, "given_names": "Irenka"}
    end_session(client)
    answer = client.post(url, sent)
    back = sign_in_again(client, answer, world.people[Role.PRESCRIBER])

    assert "Irenka" not in answer["Location"] + back


def test_the_attempt_is_written_down_as_a_refusal(client, world):
    url = world.address("/patients/{patient}/edit/")
    end_session(client)
    client.post(url, {"submission": "x"})

    assert AccessEvent.objects.latest("pk").kind == AccessKind.REFUSED


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "x"}),
        ("/carry/put-down/", {"next": "/"}),
        ("/patients/new/", {"submission": "x", "family_name": "x" * kept.LONGEST}),
    ],
)
def test_only_forms_of_a_common_length_are_kept(client, path, sent):
    end_session(client)

    assert client.post(path, sent).status_code == 302

    assert kept.KEY not in client.session


def test_a_browser_in_which_nobody_signed_in_stores_nothing(client, world):
    typed = Page(client.get("/patients/new/")).values
    stranger = Client()

    answer = stranger.post("/patients/new/", typed)

    assert answer.status_code == 302
    assert "sessionid" not in stranger.cookies
    assert Session.objects.count() == 1
