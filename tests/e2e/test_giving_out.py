"""Giving a plan out in a browser: look first, record, take the file; its pages are accessible."""

from datetime import date

import pytest
from django.urls import reverse

from access.models import Role
from tests.e2e.browser import problems, sign_in
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory, member
from tests.titration.doses import at, times
from tests.titration.factories import medicine_of, plan_of, planned_row, regimen_of
from tests.titration.issuing import issue_of, revised, told, words_in
from titration.models import PlanIssue


@pytest.fixture
def version(page, live_server):
    """A plan in a browser that is signed in as its prescriber, who is an administrator as well."""
    clinic = ClinicFactory(name="Spasticity Clinic", telephone="01632 960100")
    by = member(clinic, name="Dr A. Osei")
    MembershipFactory(user=by, clinic=clinic, role=Role.ADMINISTRATOR)
    patient = PatientFactory(
        clinic=clinic,
        by=by,
        family_name="Wolfeschlegelsteinhausenbergerdorff",
        given_names="Adolph Blaine Charles",
    )
    sign_in(page, live_server.url, by)
    return plan_of(
        regimen_of(patient, medicine_of(clinic, "Baclofen"), by),
        planned_row(date(2026, 11, 30), at("morning", "5"), at("bedtime", "10")),
        planned_row("2 weeks", times(3, "10")),
    )


def test_a_plan_is_looked_at_recorded_and_taken(page, live_server, version) -> None:
    page.goto(live_server.url + reverse("plan", args=[version.plan_id]))
    page.get_by_role("link", name="Give out").click()
    page.get_by_label("dose calendar on paper").check()
    assert not page.get_by_label("Titles name the medicine").is_visible()
    assert not page.get_by_text("First day, for a row a day").is_visible()
    page.get_by_label("a row a day").check()
    for box, typed in (("Day", "30"), ("Month", "11"), ("Year", "2026")):
        page.get_by_role("group", name="First day").get_by_label(box).fill(typed)
    page.get_by_label("handed over").check()
    page.get_by_role("button", name="Look at it first").click()
    with page.expect_download() as looked:
        page.get_by_role("link", name="Open it for checking").click()
    assert looked.value.suggested_filename.endswith(".pdf")
    assert not PlanIssue.objects.exists()

    page.get_by_role("button", name="Record as given out to").click()
    page.wait_for_url("**/issues/**")
    assert PlanIssue.objects.count() == 1
    with page.expect_download() as taken:
        page.get_by_role("link", name="Take the file").click()
    assert "version-1" in taken.value.suggested_filename


def test_pages_about_copies_are_accessible(page, live_server, version) -> None:
    clinic = version.plan.clinic
    text = words_in(clinic, "cy", {"calendar": "Calendr dosau"}, "Ffoniwch y clinig.")
    words_in(clinic, "ar", {"calendar": "جدول الجرعات"}, "اتصل بالعيادة.")
    old = issue_of(version, to_whom="Her daughter, Mrs Philomena Quillfeather-Ashgrove")
    file = issue_of(version, issued_as="ical", how="message")
    newer = issue_of(revised(version))
    told(file, to_whom="The patient")
    found = {}
    for address in (
        reverse("plan-issue", args=[version.plan_id]),
        reverse("issue", args=[newer.entry.subject]),
        reverse("issue", args=[file.entry.subject]),
        reverse("issue-told", args=[old.entry.subject]),
        reverse("issue-retract", args=[newer.entry.subject]),
        reverse("plan", args=[version.plan_id]),
        reverse("plan-calendar", args=[version.plan_id]) + "?known=1",
        reverse("calendar-text-list"),
        reverse("calendar-text", args=[text.text_id]),
        reverse("calendar-text-new"),
        reverse("calendar-text-edit", args=[text.text_id]),
    ):
        page.goto(live_server.url + address)
        if wrong := problems(page):
            found[address] = wrong
    for address in (
        reverse("plan-issue", args=[version.plan_id]),
        reverse("issue-told", args=[old.entry.subject]),
        reverse("issue-retract", args=[newer.entry.subject]),
        reverse("calendar-text-new"),
    ):
        page.goto(live_server.url + address)
        page.locator("main form[data-entry] button").first.click()
        page.wait_for_selector(".errors")
        if wrong := problems(page):
            found[f"{address} with errors"] = wrong
    assert found == {}
