"""In a browser: the session ends while a step is typed, and signing in brings the form back."""

import pytest
from playwright.sync_api import Browser, Page, expect

from access.models import Session
from ledger.models import Entry
from tests.e2e.browser import sign_in
from tests.factories import PASSWORD, ClinicFactory, PatientFactory, member
from tests.titration.factories import regimen_of

BACK = "What you had typed is back. Nothing of it is recorded yet."


@pytest.fixture
def version(transactional_db):
    clinic = ClinicFactory(is_demo=True)  # where the password is enough
    prescriber = member(clinic, name="Dr A. Osei", email="osei@example.org")
    return regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber)


def type_and_lose_the_session(page: Page, url: str, version) -> None:
    sign_in(page, url, version.responsible)
    page.goto(f"{url}/regimens/{version.regimen_id}/steps/new/?kind=dose")
    page.locator("[name=components-0-amount]").fill("17")
    page.locator("[name=components-0-when]").select_option("morning")
    page.locator("[name=which_day][value=other]").check()
    for box, typed in (("day", "2"), ("month", "Mar"), ("year", "2026")):
        page.locator(f"[name=on_{box}]").fill(typed)
    page.locator("[name=received_how][value=in-person]").check()
    page.locator("[name=reason]").select_option("start")
    page.locator("[name=note]").fill("with food,\nthen ring")
    Session.objects.all().delete()
    page.get_by_role("button", name="Read it back").click()


def sign_in_again(page: Page, version) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "food" not in page.url
    page.locator("[name=login]").fill(version.responsible.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()


def record_what_came_back(page: Page, version) -> None:
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.locator("[name=components-0-amount]")).to_have_value("17")
    expect(page.locator("[name=note]")).to_have_value("with food,\nthen ring")
    count = Entry.objects.count()
    page.get_by_role("button", name="Read it back").click()
    page.locator("main button.go").click()
    expect(page.get_by_text("Recorded.", exact=True)).to_be_visible()
    assert Entry.objects.count() == count + 1


@pytest.mark.sqlite_too
def test_the_form_comes_back_after_signing_in(page: Page, live_server, version) -> None:
    type_and_lose_the_session(page, live_server.url, version)
    sign_in_again(page, version)
    record_what_came_back(page, version)


def test_the_form_comes_back_where_no_script_runs(browser: Browser, live_server, version) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    type_and_lose_the_session(page, live_server.url, version)
    sign_in_again(page, version)
    record_what_came_back(page, version)
    page.context.close()


@pytest.mark.sqlite_too
def test_what_the_page_shows_as_sent_is_not_said_to_be_back(
    page: Page, live_server, version
) -> None:
    log = "Date,Medicine,Dose,Decided by\n01-Feb-2026,Baclofen,5 mg at bedtime,Dr A. Osei\n"
    sign_in(page, live_server.url, version.responsible)
    page.goto(f"{live_server.url}/patients/{version.regimen.patient_id}/import/")
    sheet = {"name": "log.csv", "mimeType": "text/csv", "buffer": log.encode()}
    page.locator("[name=file]").set_input_files([sheet])
    page.get_by_role("button", name="Open the file").click()
    page.get_by_role("button", name="Read the rows").click()
    page.locator("[name=received_how]").select_option("letter")
    with page.expect_navigation():
        page.get_by_role("button", name="Read the rows so").click()
    expect(page.locator("[name=received_how]")).to_have_value("letter")
    expect(page.get_by_text(BACK)).to_be_hidden()
