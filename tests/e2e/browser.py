"""What browser tests share: a browser that is signed in, and what is wrong with a page."""

from pathlib import Path

import pytest
from django.templatetags.static import static
from django.test import Client
from playwright.sync_api import Page

from access.models import User

LOOKS = (Path(__file__).parent / "looks.js").read_text()
PASSED: set[str] = set()
"""How every text has looked, on whatever page, whose contrast axe-core found right."""

SCREENS = {1280: "light", 390: "dark"}

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
    """What axe-core finds wrong with the page, of the server under test, as it is.

    Most of its time went into the contrast of texts that look as thousands did before them, so of
    those that passed it judges one. The rest of its rules it applies to everything.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(
            """(address) => new Promise((loaded) => {
              const script = document.createElement("script");
              script.src = address;
              script.onload = () => loaded();
              document.head.append(script);
            })""",
            static("axe.min.js"),  # which the browser keeps, compiled
        )
        page.evaluate(LOOKS, list(PASSED))
    found, passed = page.evaluate(
        "axe.run({resultTypes: ['violations']})"
        ".then(({violations}) => [violations, axe.passed.splice(0)])"
    )
    PASSED.update(passed)
    return found


def problems(page: Page) -> list[tuple]:
    """What is wrong with a page on a desk in the light, and on a phone in the dark.

    First where the page before was looked at last: laying a page out anew takes its time.
    """
    found = []
    for width in sorted(SCREENS, key=lambda width: width != page.viewport_size["width"]):
        scheme = SCREENS[width]
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found += [
            (scheme, width, violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in violations(page)
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((scheme, width, "wider than the screen", []))
    return found
