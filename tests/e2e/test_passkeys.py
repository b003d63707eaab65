"""In a browser with a passkey: set up at the first sign-in, sign in with it alone, sign a plan."""

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from access.models import AccountNotice, NoticeKind
from tests.e2e.browser import problems
from tests.factories import PASSWORD, ClinicFactory, PatientFactory, member
from tests.titration.factories import regimen_of
from tests.titration.test_signing import TEXT, address, drafted
from titration.models import PlanDraft, PlanVersion

pytestmark = pytest.mark.sqlite_too

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def draft(transactional_db) -> PlanDraft:
    clinic = ClinicFactory()
    osei = member(clinic, name="Dr A. Osei", email="osei@example.org")
    version = regimen_of(PatientFactory(clinic=clinic, by=osei), by=osei)
    return drafted(version.regimen, TEXT, by=osei)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One with an authenticator of its own, which answers at once."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def test_a_passkey_is_set_up_signs_in_alone_and_signs_a_plan(page, live_server, draft):
    page.goto(live_server.url + address(draft))
    page.locator("[name=login]").fill("osei@example.org")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert problems(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    assert problems(page) == []
    page.get_by_label("Name of the passkey").fill("This computer")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert problems(page) == []
    page.get_by_role("link", name="I have kept them: go on").click()
    expect(page).to_have_url(live_server.url + address(draft))

    page.get_by_role("link", name="Not you?").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(live_server.url + address(draft))

    page.get_by_role("button", name="with a passkey").click()
    expect(page.get_by_role("heading", name="Version 1", exact=True)).to_be_visible()
    assert PlanVersion.objects.get().entry.recorded_by.email == "osei@example.org"
    kinds = AccountNotice.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [NoticeKind.NEW_BROWSER, NoticeKind.PASSKEY_ADDED]

    page.get_by_role("link", name="Something happened to your account").click()
    assert problems(page) == []

    page.goto(f"{live_server.url}{reverse('mfa_reauthenticate_webauthn')}?next=/audit/")
    assert problems(page) == []
    page.locator("main").get_by_role("button").click()
    expect(page).to_have_url(f"{live_server.url}/audit/")
