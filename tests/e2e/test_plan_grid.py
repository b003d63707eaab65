"""A plan written in a browser: by keys alone, from a pasted table, by two people at once."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from access.models import Role
from tests.e2e.browser import problems, sign_in
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import medicine_of, regimen_of
from titration import actions, document
from titration.models import PlanDraft

SAVED = re.compile(r"^Saved [0-9]{2}:[0-9]{2}$")


class Desk:
    """A regimen, the prescriber and the nurse of its clinic, and drafts in a browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clinic = ClinicFactory.create(name="Riverside Clinic")
        self.prescriber = member(self.clinic, name="Dr A. Osei")
        self.nurse = member(self.clinic, Role.RECORDER, name="J. Lind")
        patient = PatientFactory.create(clinic=self.clinic, by=self.prescriber)
        self.regimen = regimen_of(patient, medicine_of(self.clinic), self.prescriber)

    def begin(self, *rows: dict, slots: tuple[str, ...] = ("morning", "bedtime")) -> PlanDraft:
        head = {"purpose": "titration", "unit": "mg", "end": "continue"}
        found = document.tidy({**head, "slots": list(slots), "rows": list(rows)})
        return actions.begin_draft(
            regimen=self.regimen.regimen, document=found, by=self.prescriber, submission=uuid4()
        )

    def open(self, page: Page, draft: PlanDraft, by=None) -> Page:
        page.set_default_timeout(10_000)
        sign_in(page, self.url, by or self.prescriber)
        page.goto(f"{self.url}/plans/{draft.pk}/edit/")
        return page


@pytest.fixture
def desk(live_server) -> Desk:
    return Desk(live_server.url)


def row(when: str = "", dose: str = "", words: str = "", **amounts: str) -> dict:
    return {"row": str(uuid4()), "when": when, "dose": dose, "words": words, "amounts": amounts}


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_text(SAVED, timeout=15_000)


def cell(page: Page, number: int, name: str):
    return page.locator("[data-plan-row]").nth(number - 1).locator(f"[name='{name}']")


def typed(draft: PlanDraft) -> list[tuple]:
    draft.refresh_from_db()
    return [
        (each["when"], each["amounts"], each["dose"], each["words"])
        for each in draft.document["rows"]
        if not document.is_blank(each)
    ]


def test_a_whole_plan_is_written_by_keys_alone(page: Page, desk: Desk) -> None:
    draft = desk.begin(row())
    desk.open(page, draft)
    cell(page, 1, "when").focus()
    keys = page.keyboard
    keys.type("31 Jan 2027")
    keys.press("Tab")
    keys.type("5")
    keys.press("Tab")
    keys.type("7")
    keys.press("Enter")  # a new row, in the same column
    keys.type("9 to 11")
    keys.press("ArrowUp")
    keys.press("ArrowDown")
    keys.press("ArrowLeft")
    keys.type("6")
    keys.press("Home")
    keys.press("ArrowLeft")
    keys.type("1 month")
    keys.press("Control+d")  # copied as it is typed, and there
    keys.press("ArrowRight")
    keys.type("8")
    keys.press("Control+Enter")
    keys.press("Alt+ArrowUp")
    keys.press("Alt+ArrowDown")
    keys.press("ArrowLeft")
    keys.type("after review")
    for _cell in range(3):
        keys.press("Tab")
    keys.type("25 mg at lunch on alternate days")
    keys.press("ArrowRight")
    keys.type("call first")
    keys.press("Shift+Enter")
    keys.type("then come")
    expect(cell(page, 4, "words")).to_be_focused()
    expect(page.locator("[data-read]").nth(1)).to_contain_text("Sunday 28-Feb-2027")
    expect(page.locator("[data-read]").nth(2)).to_contain_text("Wednesday 31-Mar-2027")
    expect(page.locator("[data-read]").nth(3)).to_contain_text("on alternate days")
    saved(page)
    assert typed(draft) == [
        ("31 Jan 2027", {"morning": "5", "bedtime": "7"}, "", ""),
        ("1 month", {"morning": "6", "bedtime": "9 to 11"}, "", ""),
        ("1 month", {"morning": "8", "bedtime": "9 to 11"}, "", ""),
        ("after review", {}, "25 mg at lunch on alternate days", "call first\nthen come"),
    ]
    expect(page.get_by_role("link", name="Read it and sign")).to_be_visible()
    keys.press("Alt+Delete")
    expect(page.locator("[data-plan-row]")).to_have_count(3)
    keys.press("Alt+Insert")
    expect(page.locator("[data-plan-row]")).to_have_count(4)
    keys.press("Alt+Delete")
    expect(page.locator("[data-plan-row]")).to_have_count(3)
    page.get_by_role("button", name="Undo").focus()
    keys.press("Enter")
    expect(page.locator("[data-plan-row]")).to_have_count(4)
    expect(cell(page, 4, "dose")).to_have_value("25 mg at lunch on alternate days")
    assert len(typed(draft)) == 4


def test_half_typed_text_is_saved_and_marked(page: Page, desk: Desk) -> None:
    draft = desk.begin(row("16 Nov 2026", morning="5"))
    desk.open(page, draft)
    cell(page, 1, "dose").fill("5 mg b")
    expect(cell(page, 1, "dose")).to_have_attribute("aria-invalid", "true")
    saved(page)
    assert typed(draft)[0][2] == "5 mg b"
    cell(page, 1, "dose").fill("")
    expect(cell(page, 1, "dose")).not_to_have_attribute("aria-invalid", "true")
    page.reload()
    expect(cell(page, 1, "dose")).to_have_value("")


def test_rows_are_handled_by_their_menu_too(page: Page, desk: Desk) -> None:
    draft = desk.begin(row("a"), row("b"))
    desk.open(page, draft)
    menu = page.locator("[data-plan-row]").first.locator("summary")
    for name in ("Copy this row below", "Move down", "Insert a row above"):
        menu.click()
        page.locator("[data-plan-row]").first.get_by_role("button", name=name).click()
    saved(page)
    page.wait_for_timeout(700)
    assert [when for when, *_rest in typed(draft)] == ["a", "a", "b"]


def test_a_pasted_table_is_shown_before_its_rows_go_in(page: Page, desk: Desk) -> None:
    draft = desk.begin(row("16 Nov 2026", morning="5"), row())
    desk.open(page, draft)
    cell(page, 2, "when").focus()
    table = "Date\tMorning\tBedtime\n23 Nov 2026\t6\t7\n30 Nov 2026\t6-8\t7\n"
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
            document.activeElement.dispatchEvent(paste);
        }""",
        table,
    )
    expect(page.get_by_role("heading", name="2 rows were found")).to_be_visible()
    expect(page.locator("tr.marked")).to_have_count(1)
    assert len(typed(draft)) == 1
    assert problems(page) == []
    page.get_by_role("button", name="Put them in after row 1").click()
    expect(page.get_by_text("2 rows are put in.")).to_be_visible()
    assert [when for when, *_rest in typed(draft)] == ["16 Nov 2026", "23-Nov-2026", "30-Nov-2026"]
    expect(cell(page, 3, "at-morning")).to_have_value("6-8")
    expect(cell(page, 3, "at-morning")).to_have_attribute("aria-invalid", "true")


def test_two_people_in_one_draft_overwrite_nothing(page: Page, browser, desk: Desk) -> None:
    draft = desk.begin(row("16 Nov 2026", morning="5"), row("1 week", morning="7"))
    desk.open(page, draft)
    other = browser.new_context().new_page()
    desk.open(other, draft, by=desk.nurse)
    cell(other, 1, "words").fill("the nurse's")
    saved(other)
    cell(page, 2, "words").fill("the prescriber's")
    expect(page.get_by_role("heading", name=re.compile("J. Lind saved this draft"))).to_be_visible()
    expect(page.locator("[data-conflict]")).to_contain_text("the nurse's")
    expect(page.locator("[data-conflict]")).to_contain_text("the prescriber's")
    assert [words for *_rest, words in typed(draft)] == ["the nurse's", ""]
    assert problems(page) == []
    first, second = (page.locator("[data-conflict] fieldset").nth(n) for n in (0, 1))
    first.get_by_label("Take that of J. Lind").check()
    second.get_by_label("Take mine").check()
    page.get_by_role("button", name="Save what I chose of each").click()
    expect(cell(page, 1, "words")).to_have_value("the nurse's")
    expect(cell(page, 2, "words")).to_have_value("the prescriber's")
    assert [words for *_rest, words in typed(draft)] == ["the nurse's", "the prescriber's"]
    other.context.close()


def test_what_is_typed_without_a_connection_is_kept_and_sent_later(page: Page, desk: Desk) -> None:
    draft = desk.begin(row("16 Nov 2026", morning="5"))
    desk.open(page, draft)
    page.context.set_offline(True)
    cell(page, 1, "words").fill("typed in a lift")
    expect(page.locator("[data-saved]")).to_contain_text("Not saved: the connection failed")
    page.context.set_offline(False)
    saved(page)
    assert typed(draft)[0][3] == "typed in a lift"


def test_who_is_signed_out_goes_on_after_signing_in_elsewhere(page: Page, desk: Desk) -> None:
    draft = desk.begin(row("16 Nov 2026", morning="5"))
    desk.open(page, draft)
    page.context.clear_cookies(name="sessionid")
    cell(page, 1, "words").fill("typed signed out")
    expect(page.locator("[data-saved]")).to_contain_text("you are signed out")
    sign_in(page, desk.url, desk.nurse)
    saved(page)
    assert typed(draft)[0][3] == "typed signed out"
    draft.refresh_from_db()
    assert draft.saved_by == desk.nurse


def test_a_token_of_another_sign_in_is_renewed(page: Page, desk: Desk) -> None:
    draft = desk.begin(row("16 Nov 2026", morning="5"))
    desk.open(page, draft)
    page.context.clear_cookies(name="csrftoken")
    cell(page, 1, "words").fill("typed over an old token")
    saved(page)
    assert typed(draft)[0][3] == "typed over an old token"


def test_every_button_works_without_the_script(browser, desk: Desk) -> None:
    draft = desk.begin(row("16 Nov 2026", morning="5"))
    page = browser.new_context(java_script_enabled=False).new_page()
    desk.open(page, draft)
    page.get_by_role("button", name="Add a row").click()
    cell(page, 2, "when").fill("2 weeks")
    cell(page, 2, "at-bedtime").fill("7")
    page.locator("summary", has_text="Lay the rows on dates").click()
    page.get_by_label("Date of the first row").fill("31 Jan 2027")
    page.get_by_label(re.compile("^Interval")).fill("1 month")
    page.get_by_role("button", name="Lay them on these dates").click()
    expect(page.locator("[data-read]").nth(1)).to_contain_text("28-Feb-2027")
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, 2, "when")).to_have_value("2 weeks")
    page.locator("[data-plan-row] summary").first.click()
    page.get_by_role("button", name="Remove this row").locator("visible=true").click()
    expect(page.locator("[data-plan-row]")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    assert [when for when, *_rest in typed(draft)] == ["16 Nov 2026", "2 weeks"]
    page.context.close()


def test_the_pages_of_a_draft_are_accessible(page: Page, desk: Desk) -> None:
    word = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 2
    draft = desk.begin(
        row("16 Nov 2026", morning="5", bedtime="7"),
        row(word, f"5 mg bd {word}", word, afternoon=word),
        row("after review", "", "Words alone"),
        slots=("breakfast", "midday", "lunch", "dinner", "evening"),
    )
    desk.open(page, draft)
    found = {}
    for address in (
        f"/plans/{draft.pk}/edit/",
        f"/plans/{draft.pk}/paste/",
        f"/plans/{draft.pk}/discard/",
        f"/regimens/{desk.regimen.regimen_id}/plans/new/",
    ):
        page.goto(desk.url + address)
        for closed in page.locator("main > details, form > details").all():
            closed.evaluate("(details) => { details.open = true; }")
        if wrong := problems(page):
            found[address] = wrong
    page.goto(f"{desk.url}/plans/{draft.pk}/edit/")
    page.locator("summary", has_text="Lay the rows on dates").click()
    page.get_by_role("button", name="Lay them on these dates").click()
    expect(page.get_by_label("Date of the first row")).to_have_attribute("aria-invalid", "true")
    page.locator("[data-plan-row] summary").first.click()
    if wrong := problems(page):
        found["with a mistake"] = wrong
    assert found == {}
