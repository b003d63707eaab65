"""What browser tests share: one window, and the demonstration, copied for each that asks for it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page

from tests.databases import connected_to, copied_database

WINDOW = {"width": 1280, "height": 720}
WAITS = 30_000  # milliseconds, playwright's own


@pytest.fixture(scope="session")
def browser(django_db_setup: str, browser: Browser) -> Browser:
    """Begun after the database and ended before it: the server has a connection for each of its."""
    return browser


@pytest.fixture(scope="session")
def window(browser: Browser) -> Page:
    return browser.new_context(viewport=WINDOW).new_page()


@pytest.fixture
def page(window: Page) -> Iterator[Page]:
    """The window that tests share, as if it were new: to open one costs as much as seven pages.

    A test that puts into it what is not taken out here, such as a clock, opens one in `context`.
    """
    window.set_default_timeout(WAITS)
    window.set_viewport_size(WINDOW)
    window.emulate_media(color_scheme=None)
    yield window
    window.context.set_offline(False)
    window.unroute_all()
    if window.url.startswith("http"):
        window.evaluate("localStorage.clear(), sessionStorage.clear()")
    window.goto("about:blank")
    window.context.clear_cookies()


@pytest.fixture(scope="session")
def made_demonstration(django_db_setup: str, django_db_blocker) -> Iterator[str]:
    with copied_database(django_db_setup) as name:
        with django_db_blocker.unblock(), connected_to(name):
            call_command("seed_demo", verbosity=0)
        yield name


@pytest.fixture
def demonstration(made_demonstration: str, live_server) -> Iterator[str]:
    """The address of a server with the demonstration of today; what a test does to it is its own.

    Building it anew takes some ten times as long as copying its database.
    """
    with copied_database(made_demonstration) as name, connected_to(name):
        yield live_server.url
