"""All topics of the context by keyboard alone, in fewer keys than a minute holds."""

from django.urls import reverse
from playwright.sync_api import Page, expect

from access.models import Role
from patients.context import TOPICS
from patients.models import ContextVersion
from tests.e2e.browser import KEYS_A_MINUTE, Keyboard, sign_in
from tests.factories import ClinicFactory, PatientFactory, member


def test_all_topics_go_in_by_keyboard_within_a_minute(page: Page, live_server) -> None:
    nurse = member(ClinicFactory(), Role.RECORDER)
    patient = PatientFactory(clinic=nurse.memberships.get().clinic, by=nurse)
    sign_in(page, live_server.url, nurse)
    page.goto(live_server.url + reverse("patient-context-edit", args=[patient.pk]))
    page.locator("[name=allergies-none]").focus()
    keys = Keyboard(page)

    for name, text in (
        ("allergies-0-substance", "penicillin"),
        ("allergies-0-reaction", "rash"),
        ("conditions-0-condition", "MS"),
        ("medicines-0-medicine", "Sertraline"),
        ("medicines-0-dose", "50 mg mornings"),
        ("sedatives-none", " "),
        ("pregnancy-none", " "),
        ("kidney-0-measure", "E"),
        ("kidney-0-value", "71"),
        ("kidney-0-unit", "m"),
        ("kidney-0-on_day", "2"),
        ("kidney-0-on_month", "3"),
        ("kidney-0-on_year", "2026"),
        ("setting-0-setting", "At"),
        ("language-0-language", "English"),
        ("giver-0-giver", "T"),
    ):
        keys.go_to(name)
        keys.type(text)
    keys.go_to("giver-0-who")
    keys.press("Enter")

    expect(page.get_by_role("heading", name="Allergies and other context")).to_be_visible()
    assert set(ContextVersion.objects.values_list("topic", flat=True)) == set(TOPICS)
    assert keys.count < KEYS_A_MINUTE
