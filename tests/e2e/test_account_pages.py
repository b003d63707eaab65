"""Signing in, refusals, failures: axe-core finds nothing wrong, and phones hold the pages."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from access.models import User
from tests.e2e.browser import problems, sign_in
from tests.signed_in import app_of


@pytest.fixture
def signed_in(page, live_server):
    """A page whose browser is signed in as J. Lind, a member of no clinic."""
    user = User.objects.create_user("lind@example.org", "x", name="J. Lind")
    sign_in(page, live_server.url, user)
    return page


def test_entrances_with_their_errors_are_accessible(page, live_server):
    found = {}
    for name in ("account_login", "account_reset_password"):
        page.goto(live_server.url + reverse(name))
        page.click("main button")
        page.wait_for_selector(".errors")
        if wrong := problems(page):
            found[name] = wrong
    assert found == {}


def test_pages_of_the_shell_are_accessible(signed_in, live_server):
    found = {}
    for path, status in (
        ("/accounts/logout/?next=/patients/", 200),
        ("/accounts/password/change/", 200),
        ("/accounts/", 200),
        ("/accounts/reauthenticate/", 200),
        ("/accounts/2fa/totp/activate/", 200),
        ("/accounts/2fa/recovery-codes/generate/", 200),
        ("/patients/", 403),
        ("/nothing/here/", 404),
    ):
        assert signed_in.goto(live_server.url + path).status == status, path
        if wrong := problems(signed_in):
            found[path] = wrong
    assert found == {}


def test_pages_that_ask_for_a_code_are_accessible(signed_in, live_server):
    """To prove it anew, and after the password at the sign-in."""
    user = User.objects.get()
    app_of(user)
    signed_in.goto(live_server.url + "/accounts/2fa/reauthenticate/")
    signed_in.click("main button")
    signed_in.wait_for_selector(".errors")
    assert problems(signed_in) == []
    signed_in.context.clear_cookies()
    signed_in.goto(live_server.url + "/accounts/login/")
    signed_in.fill("[name=login]", user.email)
    signed_in.fill("[name=password]", "x")
    signed_in.click("main button")
    signed_in.wait_for_selector("[name=code]")
    signed_in.click("main button")
    signed_in.wait_for_selector(".errors")
    assert problems(signed_in) == []


def test_failure_pages_are_accessible(page, live_server):
    found = {}
    for name in ("400.html", "500.html", "503.html"):
        url = f"{live_server.url}/failed/{name}"
        body = render_to_string(name)
        page.route(
            url, lambda route, _asked, body=body: route.fulfill(content_type="text/html", body=body)
        )
        page.goto(url)
        if wrong := problems(page):
            found[name] = wrong
    assert found == {}
