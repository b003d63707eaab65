"""In a browser: a warning before the session ends; then the patient leaves the screen."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.browser import problems, sign_in
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import regimen_of


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One of its own, whose clock the tests set."""
    return context.new_page()


@pytest.fixture
def form(page: Page, live_server) -> str:
    """The address of a form that the browser's person has open."""
    clinic = ClinicFactory()
    osei = member(clinic)
    version = regimen_of(PatientFactory(clinic=clinic, by=osei), by=osei)
    sign_in(page, live_server.url, osei)
    page.clock.install()
    address = f"{live_server.url}/regimens/{version.regimen_id}/steps/new/?kind=dose"
    page.goto(address)
    return address


def test_the_page_warns_and_leaves_and_what_was_typed_comes_back(page, form):
    warning = page.get_by_role("alertdialog")
    page.locator("[name=note]").fill("with food")
    # The end is the server's, which moves on at most once a minute.
    page.clock.run_for("11:55")
    expect(warning).to_be_hidden()
    page.clock.run_for("01:10")
    expect(warning).to_be_visible()
    assert problems(page) == []

    page.clock.run_for("02:00")

    # Here the server's clock stands still: the sign-in page finds the person signed in.
    expect(page).to_have_url(form)
    expect(page.get_by_text("What you had typed is back.")).to_be_visible()
    expect(page.locator("[name=note]")).to_have_value("with food")


def test_who_says_that_they_are_there_stays(page, form):
    warning = page.get_by_role("alertdialog")
    page.locator("[name=note]").fill("with food")
    page.clock.run_for("13:30")
    with page.expect_response("**/accounts/stay/") as answer:
        warning.get_by_role("button", name="Stay signed in").click()
    assert answer.value.status == 200
    expect(warning).to_be_hidden()
    page.clock.run_for("11:50")
    expect(warning).to_be_hidden()
    expect(page.locator("[name=note]")).to_have_value("with food")


def test_who_types_is_there(page, form):
    page.clock.run_for("10:00")
    with page.expect_response("**/accounts/stay/"):
        page.locator("[name=note]").fill("with food")
    page.clock.run_for("11:50")
    expect(page.get_by_role("alertdialog")).to_be_hidden()


def test_another_tab_at_work_holds_the_warning_back(page, form):
    page.clock.run_for("14:00")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    ends = page.evaluate("Date.now() + 15 * 60 * 1000")
    page.evaluate("end => window.localStorage.setItem('session-ends', end)", ends)
    page.clock.run_for("00:02")
    expect(page.get_by_role("alertdialog")).to_be_hidden()
