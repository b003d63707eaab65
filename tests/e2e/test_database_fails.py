"""In a browser: the database takes nothing while a step is confirmed, and then it does again."""

import pytest
from django.db import OperationalError
from playwright.sync_api import Page, expect

from ledger import writing
from ledger.models import Entry
from tests.e2e.browser import problems, sign_in
from tests.titration.factories import regimen_of

pytestmark = pytest.mark.sqlite_too


def test_what_was_typed_is_sent_again_from_the_page(page: Page, live_server, monkeypatch) -> None:
    version = regimen_of()
    sign_in(page, live_server.url, version.responsible)
    page.goto(f"{live_server.url}/regimens/{version.regimen_id}/steps/new/?kind=dose")
    page.locator("[name=components-0-amount]").fill("17")
    page.locator("[name=components-0-when]").select_option("morning")
    page.locator("[name=which_day][value=other]").check()
    for box, typed in (("day", "2"), ("month", "Mar"), ("year", "2026")):
        page.locator(f"[name=on_{box}]").fill(typed)
    page.locator("[name=received_how][value=in-person]").check()
    page.locator("[name=reason]").select_option("start")
    page.locator("[name=note]").fill("with food,\nthen ring")
    page.get_by_role("button", name="Read it back").click()

    def full(*_rows, **_then) -> None:
        raise OperationalError("the text that a database writes")

    count = Entry.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr(writing.bulk, "insert", full)
        page.locator("main button.go").click()
        expect(page.get_by_role("heading", name="Nothing was recorded")).to_be_visible()
        assert problems(page) == []
        page.get_by_role("button", name="Send it again").click()
        expect(page.get_by_role("heading", name="Nothing was recorded")).to_be_visible()
        assert Entry.objects.count() == count
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("Recorded.", exact=True)).to_be_visible()
    expect(page.get_by_text("with food,").first).to_be_visible()
    assert Entry.objects.count() == count + 1
