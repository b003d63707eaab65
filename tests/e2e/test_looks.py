"""A text that looks like one whose contrast was right is not judged anew; any other is."""

from playwright.sync_api import Page

from tests.e2e.browser import violations

GREY = "color: #999"
PASSES = f"""<!doctype html><html lang="en"><title>Looks</title><body style="background: #fff">
<main><h1>Looks</h1><p>Dark on white</p>
<p style="background: #222"><i style="{GREY}">Grey on dark</i></p>"""
FAILS = {
    "of another colour": f'<p style="{GREY}">Grey on white',
    "that fades": '<div style="opacity: 0.3"><p>Faint',
    "on another ground": '<div style="background: #333"><p>Dark on dark',
    "laid over another ground": '<div style="background: #333; height: 9em"></div>'
    '<p style="position: relative"><i style="position: absolute; bottom: 3em">Dark on dark',
    "that reaches over another ground": '<p style="background: #222; width: 3em">'
    f'<i style="{GREY}; white-space: nowrap">Grey on dark, and then grey on white',
}


def test_only_a_text_of_a_look_that_passed_goes_unjudged(page: Page, live_server) -> None:
    def faults(body: str) -> list[tuple[str, int]]:
        page.route("**/looks/", lambda route: route.fulfill(content_type="text/html", body=body))
        page.goto(f"{live_server.url}/looks/")
        return [(wrong["id"], len(wrong["nodes"])) for wrong in violations(page)]

    assert faults(PASSES) == []
    for name, text in FAILS.items():
        for _time in ("first", "second"):
            assert faults(PASSES + text) == [("color-contrast", 1)], name
