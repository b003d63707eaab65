"""The whole job in a browser: a course of baclofen recorded, seen as a timeline, exported."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from access.models import Role, User
from ledger.models import Entry
from tests.factories import PASSWORD, ClinicFactory, member
from tests.signed_in import app_of, code_of
from tests.titration.factories import medicine_of
from titration.models import DoseStep

pytestmark = pytest.mark.sqlite_too

UP = [("1", "5 mg", "15 mg"), ("4", "10 mg", "30 mg"), ("7", "15 mg", "45 mg")]


class Desk:
    """A person at the keyboard: each method is something that they do."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def sign_in(self, email: str) -> None:
        key = app_of(User.objects.get(email=email))
        self.page.goto(f"{self.url}/")
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button").first.click()
        self.page.locator("[name=code]").fill(code_of(key))
        self.page.locator("[name=code]").press("Enter")
        expect(self.page.get_by_role("heading", name="Worklist")).to_be_visible()

    def add_patient(self) -> None:
        self.page.goto(f"{self.url}/patients/new/")
        self.page.get_by_label("Family name").fill("Żółkiewska-O'Neill")
        self.page.get_by_label("Given names").fill("Irena")
        for box, typed in (("Day", "12"), ("Month", "Mar"), ("Year", "1961")):
            self.page.get_by_label(box, exact=True).fill(typed)
        self.page.get_by_label("Female", exact=True).check()
        self.page.locator("main button.go").click()
        expect(self.page.get_by_role("link", name="New regimen").first).to_be_visible()

    def open_regimen(self) -> None:
        self.page.get_by_role("link", name="New regimen").first.click()
        self.page.get_by_label("Medicine").select_option(label="baclofen")
        self.page.locator("main button.go").click()
        self.page.get_by_label("By mouth").check()
        self.page.get_by_label("tablet", exact=True).check()
        self.page.get_by_label("mg", exact=True).check()
        self.page.get_by_label("For", exact=True).select_option(label="Spasticity")
        self.page.get_by_label("Responsible prescriber").select_option(label="Dr A. Osei")
        self.page.locator("main button.go").click()
        expect(self.page.get_by_role("heading", name="By mouth: baclofen, tablet")).to_be_visible()

    def begin(self, button: str) -> None:
        self.page.get_by_role("link", name=button, exact=True).click()

    def amount(self, figures: str, when: str, times: str = "", row: int = 0) -> None:
        part = self.page.locator("[data-row]").nth(row)
        part.get_by_label("Amount", exact=True).fill(figures)
        part.get_by_label("When", exact=True).select_option(label=when)
        if times:
            part.get_by_label("How many times").fill(times)

    def since(self, day: str, month: str = "September", year: str = "2026") -> None:
        self.page.get_by_label("Another day, month or year").check()
        self.page.get_by_label("Day", exact=True).locator("visible=true").first.fill(day)
        self.page.get_by_label("Month", exact=True).locator("visible=true").first.fill(month)
        self.page.get_by_label("Year", exact=True).locator("visible=true").first.fill(year)

    def decided(self, reason: str) -> None:
        self.page.get_by_label("Decided by").select_option(label="Dr A. Osei")
        self.page.get_by_label("by telephone and read back").check()
        self.page.get_by_label("Reason", exact=True).select_option(label=reason)

    def read_back(self) -> None:
        self.page.get_by_role("button", name="Read it back").click()
        expect(self.page.get_by_role("heading", name=re.compile("Read back"))).to_be_visible()

    def confirm(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Record for")).click()
        expect(self.page.get_by_text("Recorded.", exact=True)).to_be_visible()


@pytest.fixture
def desk(page: Page, live_server) -> Desk:
    page.set_default_timeout(10_000)
    clinic = ClinicFactory(name="Riverside Clinic")
    member(clinic, Role.PRESCRIBER, name="Dr A. Osei", email="osei@example.org")
    member(clinic, Role.RECORDER, name="J. Lind", email="lind@example.org", profession="nurse")
    medicine_of(clinic)
    return Desk(page, live_server.url)


def test_a_course_goes_in_is_drawn_and_comes_out(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    desk.sign_in("lind@example.org")
    desk.add_patient()
    desk.open_regimen()
    expect(page.get_by_text("Record the first one as it was instructed.")).to_be_visible()
    expect(page.locator("svg.timeline")).to_have_count(0)

    for number, (day, amount, total) in enumerate(UP):
        desk.begin("Record dose step")
        assert page.locator("[data-row] input[name$=amount]").first.input_value() == ""
        desk.amount(amount.removesuffix(" mg"), "A number of times", "3")
        desk.since(day)
        desk.decided("Starting" if number == 0 else "Step up")
        desk.read_back()
        expect(page.locator(".read-back .now")).to_contain_text(f"{amount} each time")
        expect(page.locator(".read-back .now")).to_contain_text(total)
        if number:
            expect(page.locator(".read-back .before")).to_contain_text(UP[number - 1][1])
        assert DoseStep.objects.count() == number, "nothing is recorded before it is confirmed"
        desk.confirm()

    desk.begin("Withhold")
    desk.since("10")
    desk.decided("Unwell")
    desk.read_back()
    desk.confirm()
    expect(page.get_by_text("Withheld: the patient takes none").first).to_be_visible()

    desk.begin("Resume")
    assert page.locator("[data-row]").count() == 1
    desk.amount("5", "In the morning")
    page.get_by_role("button", name="Add another part").click()
    desk.amount("5", "At midday", row=1)
    page.get_by_role("button", name="Add another part").click()
    desk.amount("10", "At bedtime", row=2)
    desk.since("14")
    desk.decided("Starting again")
    desk.read_back()
    desk.confirm()

    card = page.locator(".card", has=page.get_by_role("heading", name="Last recorded instruction"))
    expect(card).to_contain_text("Bedtime")
    expect(card).to_contain_text("20 mg")
    expect(card).to_contain_text("Not yet confirmed by Dr A. Osei")
    expect(page.locator("svg.timeline").first).to_contain_text("45 mg")
    expect(page.locator("table.log tbody tr")).to_have_count(5)

    page.get_by_role("link", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Make the PDF").click()
    download.value.save_as(tmp_path / "history.pdf")
    text = " ".join(p.extract_text() for p in PdfReader(tmp_path / "history.pdf").pages)
    assert "Żółkiewska-O'Neill".upper() in text.upper()
    for words in ("5 mg each time", "Withheld", "45 mg", "not yet confirmed by Dr A. Osei"):
        assert words.lower() in " ".join(text.replace("\u00a0", " ").split()).lower()

    with page.expect_download() as download:
        page.get_by_role("link", name="Dose log, CSV").click()
    download.value.save_as(tmp_path / "history.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "history.csv").read_text("utf-8-sig"))))
    assert len(rows) == 3 + 1 + 3


def test_the_named_prescriber_confirms_with_one_click(desk: Desk) -> None:
    page = desk.page
    desk.sign_in("lind@example.org")
    desk.add_patient()
    desk.open_regimen()
    desk.begin("Record dose step")
    desk.amount("5", "A number of times", "3")
    page.get_by_label(re.compile("Today, ")).check()
    desk.decided("Starting")
    desk.read_back()
    desk.confirm()
    page.get_by_role("link", name="Not you?").click()
    page.get_by_role("main").get_by_role("button").first.click()
    desk.sign_in("osei@example.org")
    page.get_by_role("link", name=re.compile("By mouth: baclofen")).first.click()
    page.get_by_role("button", name=re.compile("Confirm entry")).first.click()
    expect(page.get_by_text("Confirmed.", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("Not yet confirmed"))).to_have_count(0)
    assert Entry.objects.filter(kind="confirmation").count() == 1


def test_bad_input_is_said_beside_the_field_and_kept(desk: Desk) -> None:
    page = desk.page
    desk.sign_in("lind@example.org")
    desk.add_patient()
    desk.open_regimen()
    desk.begin("Record dose step")
    desk.amount("5.0", "A number of times", "3")
    desk.since("31", "2")
    page.get_by_role("button", name="Read it back").click()
    amount = page.locator("input[name=components-0-amount]")
    expect(amount).to_have_value("5.0")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("There is no such day in that month.").first).to_be_visible()
    assert not DoseStep.objects.exists()
