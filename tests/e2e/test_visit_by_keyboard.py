"""A whole visit by keyboard alone, in fewer keys than a minute holds."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from access.models import Role
from ledger.models import Entry
from tests.e2e.browser import KEYS_A_MINUTE, Keyboard, sign_in
from tests.factories import ClinicFactory, PatientFactory, member
from tests.titration.factories import measure_of, regimen_of, step_of
from titration.models import DoseStep


@pytest.fixture
def version(transactional_db):
    clinic = ClinicFactory()
    prescriber = member(clinic, name="Dr A. Osei")
    made = regimen_of(PatientFactory(clinic=clinic, by=prescriber), by=prescriber)
    step_of(made)
    return made


def lay_out(keys: Keyboard, key: str) -> None:
    """A dose step, a report, one side effect and one score."""
    keys.page.locator(f"[name=step-{key}]").focus()
    keys.type("D")
    keys.go_to(f"report-{key}")
    keys.press("Space")
    keys.go_to("effects")
    keys.type("1")
    keys.press("Tab")
    keys.press("Enter")  # the list of measures opens
    keys.go_to("version")
    keys.press("Space")
    keys.go_to("stage", "lay")
    keys.press("Enter")
    expect(keys.page.locator("[name=effect-0-symptom]")).to_be_visible()
    expect(keys.page.locator("[data-focus]")).to_be_focused()


def write(keys: Keyboard, key: str, measure: str) -> None:
    for name, value in (("how", "telephone"), ("direction", "in")):
        keys.choose(name, value)
    keys.go_to("which_day")
    keys.press("Space")
    keys.choose("reached", "reached")
    keys.go_to("said")
    keys.type("Legs easier")
    step = f"step-{key}"
    for box, text in (("amount", "7"), ("when", "A n"), ("times", "3")):
        keys.go_to(f"{step}-components-0-{box}")
        keys.press("ControlOrMeta+a") if box == "times" else None
        keys.type(text)
    keys.go_to(f"{step}-which_day")
    keys.press("Space")
    keys.go_to(f"{step}-decided_by")
    keys.type("D")
    keys.choose(f"{step}-received_how", "telephone")
    keys.go_to(f"{step}-reason")
    keys.type("Step u")
    report = f"report-{key}"
    keys.choose(f"{report}-what", "missed")
    for box, text in (("day", "1"), ("month", "11"), ("year", "2026")):
        keys.go_to(f"{report}-from_{box}")
        keys.type(text)
    keys.choose(f"{report}-reporter", "patient")
    keys.choose("effect-0-written_as", "side-effect")
    keys.go_to("effect-0-symptom")
    keys.type("Dr")
    keys.go_to("effect-0-which_day")
    keys.press("Space")
    keys.go_to(f"{measure}-0-figure")
    keys.type("71")


def test_a_whole_visit_goes_in_by_keyboard_within_a_minute(
    page: Page, live_server, version
) -> None:
    measure = measure_of(version.regimen.clinic)
    nurse = member(version.regimen.clinic, Role.RECORDER)
    count = Entry.objects.count()
    sign_in(page, live_server.url, nurse)
    page.goto(live_server.url + reverse("visit", args=[version.regimen.patient_id]))
    keys = Keyboard(page)

    lay_out(keys, version.regimen_id.hex)
    write(keys, version.regimen_id.hex, measure.pk.hex)
    keys.go_to("stage", "review")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Read back: visit or call")).to_be_visible()
    page.locator("h1").click()
    keys.go_to("stage", "confirm")
    keys.press("Enter")
    expect(page.get_by_text("The visit is recorded.")).to_be_visible()

    kinds = Entry.objects.filter(number__gt=count).order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["contact", "dose-step", "intake-report", "observation", "side-effect"]
    assert DoseStep.objects.latest("entry__number").components.get().low == 7
    assert keys.count < KEYS_A_MINUTE
