"""What a person is told when the database failed, and what becomes of what they typed."""

import re
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client

from ledger import outcomes
from ledger.models import Entry, Submission
from ledger.outcomes import Outcome
from tests.pages import Page
from tests.titration.factories import regimen_of
from tests.titration.recording import Recording, address
from titration.models import DoseStep

pytestmark = pytest.mark.django_db

DOSE = {"amount": "5", "when": "morning"}


def heading(page: Page) -> str:
    return re.findall(r"<h1>(.*)</h1>", page.html)[0]


@pytest.fixture
def regimen():
    return regimen_of()


@pytest.fixture
def recording(regimen) -> Recording:
    """A step that is read back and waits to be confirmed."""
    client = Client(raise_request_exception=False)
    client.force_login(regimen.responsible)
    recording = Recording(client, address(regimen.regimen))
    page = recording.write(DOSE)
    assert page.status == 200, page.text
    return recording


def failing_at(words: str, error: type[DatabaseError] = OperationalError):
    """Every statement with these words in it fails, as on a full disk."""

    def execute(run, sql, *rest):
        if words in sql:
            raise error("the text that a database writes")
        return run(sql, *rest)

    return connection.execute_wrapper(execute)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_write_that_fails_says_that_nothing_was_recorded(recording: Recording, error) -> None:
    entries = Entry.objects.count()
    with failing_at('INSERT INTO "ledger_entry"', error):
        page = recording.confirm()
    assert page.status == 503
    assert heading(page) == "Nothing was recorded"
    assert "the text that a database writes" not in page.text
    assert page.response["Retry-After"] == "60"
    assert page.response["Cache-Control"] == "no-store"
    assert Entry.objects.count() == entries


def test_the_page_of_a_failure_names_files_that_are_there(recording: Recording) -> None:
    with failing_at('INSERT INTO "ledger_entry"'):
        page = recording.confirm()
    links = re.findall(r'<link rel="(\w+)"\s+href="/static/([^"]+)"', page.html)
    assert {rel for rel, _name in links} == {"icon", "stylesheet"}
    assert all(finders.find(name) for _rel, name in links)


def test_what_was_typed_is_sent_again_from_the_page_and_recorded_once(
    recording: Recording,
) -> None:
    with failing_at('INSERT INTO "ledger_entry"'):
        page = recording.confirm()
    assert not DoseStep.objects.exists()
    for _press in range(2):
        answer = recording.client.post(recording.url, page.values)
        assert answer.status_code == 302, answer.content
    step = DoseStep.objects.get()
    assert str(step.entry.submission) == page.values["submission"]


def test_a_password_does_not_stay_in_the_page(recording: Recording) -> None:
    typed = recording.page.values | {"stage": "confirm", "password": "swordfish"}
    with failing_at('INSERT INTO "ledger_entry"'):
        answer = recording.client.post(recording.url, typed)
    assert answer.status_code == 503
    assert b"swordfish" not in answer.content


def test_a_page_that_fails_after_its_write_says_that_it_was_recorded(
    recording: Recording, monkeypatch
) -> None:
    def broken(*_args, **_kwargs):
        raise OperationalError

    monkeypatch.setattr("titration.views.recording.messages.success", broken)
    page = recording.confirm()
    assert (page.status, heading(page)) == (503, "This was recorded")
    assert DoseStep.objects.count() == 1


def test_a_repeat_of_what_is_recorded_never_says_that_nothing_was(
    recording: Recording, monkeypatch
) -> None:
    typed = recording.page.values | {"stage": "confirm"}
    assert recording.client.post(recording.url, typed).status_code == 302
    outcomes.committed(uuid4())  # another request of this thread came between

    def broken(*_args, **_kwargs):
        raise OperationalError

    monkeypatch.setattr("titration.views.recording.messages.success", broken)
    page = Page(recording.client.post(recording.url, typed))
    assert (page.status, heading(page)) == (503, "This was recorded")


def test_other_content_under_an_answered_form_is_never_called_recorded(
    recording: Recording,
) -> None:
    typed = recording.page.values | {"stage": "confirm"}
    assert recording.client.post(recording.url, typed).status_code == 302
    with failing_at('FROM "ledger_head"'):
        answer = recording.client.post(recording.url, typed | {"note": "something else"})
    page = Page(answer)
    assert (page.status, heading(page)) == (503, "Nothing was recorded")
    assert "something else" in page.html


def test_a_page_that_cannot_be_read_says_so(recording: Recording, regimen) -> None:
    with failing_at('FROM "titration_dosestep"'):
        page = Page(recording.client.get(f"/regimens/{regimen.regimen.pk}/"))
    assert (page.status, heading(page)) == (503, "The record cannot be shown now")


def test_a_database_that_is_away_is_told_whoever_asks(recording: Recording) -> None:
    with failing_at(""):
        page = Page(recording.client.get("/"))
        sent = recording.confirm()
    assert (page.status, heading(page)) == (503, "The record cannot be shown now")
    assert (sent.status, heading(sent)) == (503, "Nothing was recorded")
    assert "Content-Security-Policy" in sent.response


def test_signing_in_without_a_database_keeps_nothing_in_the_page(client) -> None:
    client.raise_request_exception = False
    with failing_at(""):
        page = Page(client.post("/accounts/login/", {"login": "x", "password": "swordfish"}))
    assert (page.status, heading(page)) == (503, "It is not known whether this was done")
    assert "swordfish" not in page.text


def test_a_fault_of_our_own_is_no_fault_of_the_database(recording: Recording, monkeypatch) -> None:
    def broken(*_args, **_kwargs):
        raise RuntimeError

    monkeypatch.setattr("titration.views.recording.messages.success", broken)
    page = recording.confirm()
    assert (page.status, heading(page)) == (500, "Something failed here")


# What became of a submission


def test_a_submission_of_another_request_has_no_outcome_here() -> None:
    outcomes.committed(uuid4())
    assert outcomes.of(uuid4()) is Outcome.NOTHING


def test_a_refused_commit_on_a_living_connection_recorded_nothing(recording: Recording) -> None:
    submission = uuid4()
    outcomes.committing(submission)
    assert outcomes.of(submission) is Outcome.NOTHING


def test_a_commit_whose_answer_was_lost_is_found_when_the_connection_lives(
    recording: Recording,
) -> None:
    recording.confirm()
    submission = Submission.objects.latest("pk").uuid
    outcomes.committing(submission)
    assert outcomes.of(submission) is Outcome.RECORDED


def test_a_commit_on_a_broken_connection_is_not_known(recording: Recording, monkeypatch) -> None:
    recording.confirm()
    submission = Submission.objects.latest("pk").uuid
    outcomes.committing(submission)
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    assert outcomes.of(submission) is Outcome.UNKNOWN


def test_what_is_not_known_stays_so_when_the_database_is_still_away(
    recording: Recording, monkeypatch
) -> None:
    def broken(*_args, **_kwargs):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "committed", broken)
        patch.setattr(connection, "is_usable", lambda: False)
        page = recording.confirm()
    assert (page.status, heading(page)) == (503, "It is not known whether this was recorded")
    with failing_at(""):
        page = Page(recording.client.post(recording.url, page.values))
    assert (page.status, heading(page)) == (503, "It is not known whether this was recorded")
    assert recording.client.post(recording.url, page.values).status_code == 302
    assert DoseStep.objects.count() == 1
