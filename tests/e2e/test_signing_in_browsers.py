"""In two browsers: two prescribers sign two revisions of one version, by keyboard alone."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import problems, sign_in
from tests.factories import PASSWORD, ClinicFactory, PatientFactory, member
from tests.titration.factories import plan_of, regimen_of
from tests.titration.test_signing import TEXT, address, drafted, text_of
from titration.models import PlanDraft, PlanVersion

pytestmark = pytest.mark.sqlite_too


@pytest.fixture
def drafts(transactional_db):
    """Two revisions of one signed version, each by a prescriber of their own."""
    clinic = ClinicFactory()
    osei, ray = member(clinic, name="Dr A. Osei"), member(clinic, name="Dr B. Ray")
    version = regimen_of(PatientFactory(clinic=clinic, by=osei), by=osei)
    first = plan_of(version, *TEXT.rows, purpose="taper")
    return [
        drafted(version.regimen, said(count), by=by, revises=first)
        for by, count in ((osei, 3), (ray, 4))
    ]


def said(weeks: int):
    """The plan with its second row so many weeks after the first."""
    return replace(TEXT, rows=(TEXT.rows[0], replace(TEXT.rows[1], count=weeks)))


def opened(browser: Browser, url: str, draft: PlanDraft) -> Page:
    page = browser.new_context().new_page()
    sign_in(page, url, draft.begun_by)
    page.goto(url + address(draft))
    return page


def sign(page: Page) -> None:
    page.get_by_label("Your password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_the_second_sees_both_versions_and_lays_the_draft_over_the_first(
    browser, live_server, drafts
):
    mine, theirs = (opened(browser, live_server.url, draft) for draft in drafts)
    sign(theirs)
    expect(theirs.get_by_text("Signed. The plan stands as it is written below.")).to_be_visible()

    sign(mine)

    heading = mine.get_by_role("heading", name="Not signed: another version was signed first")
    expect(heading).to_be_visible()
    expect(mine.get_by_text("4 weeks after the row before")).to_be_visible()
    expect(mine.get_by_text("3 weeks after the row before")).to_be_visible()
    assert problems(mine) == []
    mine.get_by_role("button", name="Lay the draft over Version 2").focus()
    mine.keyboard.press("Enter")
    expect(mine.get_by_text("From Version 2 to This draft")).to_be_visible()
    sign(mine)
    expect(mine.get_by_role("heading", name="Version 3", exact=True)).to_be_visible()

    texts = [text_of(version) for version in PlanVersion.objects.order_by("version")]
    assert texts[1:] == [said(4), said(3)]
    assert not PlanDraft.objects.exists()


def test_a_wrong_password_is_said_where_the_reader_is(browser, live_server, drafts):
    page = opened(browser, live_server.url, drafts[0])

    page.get_by_label("Your password").fill("a good guess, but no more")
    page.keyboard.press("Enter")

    expect(page.locator("[data-focus]")).to_be_focused()
    expect(page.get_by_label("Your password")).to_have_value("")
    sign(page)
    expect(page.get_by_role("heading", name="Version 2", exact=True)).to_be_visible()
