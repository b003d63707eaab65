"""What browser tests share: a browser that is signed in, and what is wrong with a page."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from access.models import User

AXE = Axe().axe_script

KEYS_A_MINUTE = 240
"""Four keys a second: a nurse who types, no typist."""


class Keyboard:
    """Somebody who never reaches for the mouse; counts the keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.count += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.count += len(text)

    def go_to(self, name: str, value: str | None = None) -> None:
        """Tab on to a box, or to the button or box of that value."""
        for _box in range(30):
            self.press("Tab")
            here, valued = self.page.evaluate(
                "[document.activeElement.name, document.activeElement.value]"
            )
            if here == name and value in (None, valued):
                return
        pytest.fail(f"no {name} within thirty boxes")

    def choose(self, name: str, value: str) -> None:
        """Tab on to the round boxes of this name, and go down them to a value."""
        self.go_to(name)
        self.press("Space")
        for _box in range(10):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.press("ArrowDown")
        pytest.fail(f"no {value} among the boxes of {name}")


def sign_in(page: Page, url: str, user: User) -> None:
    """Give the browser a session of this person, without the sign-in page."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": name, "value": each.value, "url": url} for name, each in client.cookies.items()]
    )


def violations(page: Page) -> list[dict]:
    """What axe-core finds wrong with the page as it is; its half a megabyte is sent once a page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(({violations}) => violations)"
    )


def problems(page: Page) -> list[tuple]:
    """What is wrong with a page on a desk in the light, and on a phone in the dark."""
    found = []
    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found += [
            (scheme, width, violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in violations(page)
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((scheme, width, "wider than the screen", []))
    return found
