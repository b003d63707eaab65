"""What static/app.js adds to a form, on a page of its own that no server sends."""

import re
from pathlib import Path

import pytest

SCRIPT = (Path(__file__).parents[2] / "static/app.js").read_text()
ORIGIN = "http://ledger.test"

ROW = """
<fieldset data-row>
  <input name="parts-{n}-amount">
  <select name="parts-{n}-when"><option value=""></option><option>noon</option>
    <option>clock</option></select>
  <label data-reveal="when=clock"><input name="parts-{n}-clock"></label>
</fieldset>
"""
FORM = f"""
<form method="post" data-entry>
  <input type="hidden" name="csrfmiddlewaretoken" value="{{token}}">
  <input type="hidden" name="parts-TOTAL_FORMS" id="id_parts-TOTAL_FORMS" value="1">
  <div id="parts-rows">{ROW.format(n=0)}</div>
  <template id="parts-empty">{ROW.format(n="__prefix__")}</template>
  <button type="submit" name="add_row" value="parts" data-add-row="parts">Add</button>
  <label><input type="radio" name="how" value="letter"> letter</label>
  <label><input type="radio" name="how" value="person"> person</label>
  <div data-reveal="how=letter"><input name="sender"></div>
  <input type="password" name="secret">
  <button type="submit" id="go">Go</button>
</form>
"""


@pytest.fixture
def sent():
    """The bodies of the forms sent so far."""
    return []


@pytest.fixture
def form(page, sent):
    """A page at /form that holds a data entry form; /sign-in and /other stand beside it."""
    errors = []

    def note(error):
        errors.append(error)

    page.on("pageerror", note)

    def answer(route):
        method, path = route.request.method, route.request.url.removeprefix(ORIGIN)
        if method == "POST":
            sent.append(route.request.post_data)
        is_form = path.partition("?")[0] == "/form"
        body = FORM.format(token=f"{method}-{len(sent)}") if is_form else ""
        route.fulfill(
            content_type="text/html",
            body=f"""<script>{SCRIPT}</script>
              <main id="content" class="{"entrance" if path == "/sign-in" else ""}"
                    data-method="{method}"><p data-kept hidden>Back</p><p id="told"></p>
              <a href="/sign-in" data-switch>Not you?</a><a href="/other" id="other">Other</a>
              {body}</main>""",
        )

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/form")
    yield page
    page.remove_listener("pageerror", note)
    assert errors == []


def test_part_is_hidden_and_not_sent_when_another_choice_is_made(form, sent):
    form.select_option("[name=parts-0-when]", "clock")
    form.fill("[name=parts-0-clock]", "08:15")
    form.select_option("[name=parts-0-when]", "noon")
    form.click("#go")

    assert "parts-0-when=noon" in sent[0]
    assert "parts-0-clock" not in sent[0]


def test_part_comes_back_as_typed_when_the_choice_returns(form):
    for when in ("clock", "noon", "clock"):
        form.select_option("[name=parts-0-when]", when)
        if when == "clock" and not form.input_value("[name=parts-0-clock]"):
            form.fill("[name=parts-0-clock]", "08:15")

    assert form.is_visible("[name=parts-0-clock]")
    assert form.input_value("[name=parts-0-clock]") == "08:15"


def test_part_follows_radio_buttons(form):
    form.check("[value=letter]")

    assert form.is_visible("[name=sender]")


def test_added_row_is_counted_focused_and_reveals_on_its_own(form, sent):
    form.click("[data-add-row]")
    form.select_option("[name=parts-1-when]", "clock")

    assert form.input_value("[name=parts-TOTAL_FORMS]") == "2"
    assert form.is_visible("[name=parts-1-clock]")
    assert form.is_hidden("[name=parts-0-clock]")
    assert sent == []


def test_added_row_has_the_focus(form):
    form.click("[data-add-row]")

    assert form.evaluate("document.activeElement.name") == "parts-1-amount"


def test_switching_the_person_gives_it_back_where_the_forms_are_laid_out(form):
    """A page that came as an answer, and that opens with its forms at another address."""
    form.evaluate("document.querySelector('[data-switch]').dataset.switch = '/form?laid=out'")
    form.fill("[name=parts-0-amount]", "17")
    form.click("[data-switch]")
    form.goto(f"{ORIGIN}/form?laid=out")

    assert form.input_value("[name=parts-0-amount]") == "17"


def test_switching_the_person_gives_back_what_was_typed(form):
    form.click("[data-add-row]")
    form.fill("[name=parts-1-amount]", "17")
    form.check("[value=letter]")
    form.fill("[name=sender]", "Dr X")
    form.fill("[name=secret]", "hidden")
    form.click("[data-switch]")
    form.goto(f"{ORIGIN}/form")

    assert form.input_value("[name=parts-1-amount]") == "17"
    assert form.input_value("[name=sender]") == "Dr X"
    assert form.input_value("[name=secret]") == ""
    assert form.input_value("[name=csrfmiddlewaretoken]") == "GET-0"
    assert form.is_visible("[data-kept]")


def test_typed_text_is_forgotten_when_another_page_is_opened(form):
    form.fill("[name=parts-0-amount]", "17")
    form.click("[data-switch]")
    form.goto(f"{ORIGIN}/other")
    form.goto(f"{ORIGIN}/form")

    assert form.input_value("[name=parts-0-amount]") == ""
    assert form.evaluate("sessionStorage.length") == 0


def test_answer_of_the_server_stands_when_the_form_comes_back(form):
    form.fill("[name=parts-0-amount]", "17")
    form.click("#go")

    assert form.input_value("[name=parts-0-amount]") == ""
    assert form.is_hidden("[data-kept]")


def test_leaving_asks_first_when_something_is_typed(form):
    asked = []
    form.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    form.fill("[name=parts-0-amount]", "17")
    form.click("#other")

    assert asked == ["beforeunload"]


def test_second_press_sends_nothing_more(form):
    form.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    form.click("#go")

    form.wait_for_function("document.getElementById('go').disabled")


def test_bar_fills_as_the_server_says_until_the_answer_is_there(page):
    asked, held = [], []

    def answer(route):
        if route.request.url.endswith("/progress"):
            asked.append(route.request.headers)
            route.fulfill(json={"done": 3, "total": 12})
        elif route.request.method == "POST":
            held.append(route)  # it takes its time
        else:
            bar = '<p data-progress="/progress" hidden><progress></progress></p>'
            body = f'<main id="content"><form method="post">{bar}<button>Go</button></form></main>'
            route.fulfill(content_type="text/html", body=f"<script>{SCRIPT}</script>{body}")

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/form")
    assert not page.locator("progress").is_visible()
    # What the page shows while it waits for its answer is read once the answer is there.
    page.evaluate(
        """() => {
          const bar = document.querySelector("progress");
          const look = () => (sessionStorage.seen = `${bar.checkVisibility()} ${bar.position}`);
          setInterval(look, 50);
          setTimeout(() => document.querySelector("button").click());
        }"""
    )
    for _wait in range(100):
        if len(asked) < 2:
            page.wait_for_timeout(100)
    [route] = held
    route.fulfill(content_type="text/html", body="done")
    page.wait_for_url(f"{ORIGIN}/form")
    page.get_by_text("done").wait_for()
    assert page.evaluate("sessionStorage.seen") == "true 0.25"
    assert re.fullmatch("progress=[0-9a-f]{32}", page.evaluate("document.cookie"))
    assert asked[0]["x-unattended"] == "1"


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("Since 09-Nov-2026. Until 10-Nov-2026 08:15.", ["09-Nov-2026", "10-Nov-2026"]),
        ("Take 2.5 to 10\u00a0mg, 1,000 to 2,000\u00a0units.", ["2.5 to 10", "1,000 to 2,000"]),
        ("From 1 to 2 o'clock, on 9-Nov", []),
    ],
)
def test_no_line_ends_inside_a_date_or_a_range(form, words, whole):
    told = form.locator("#told")
    told.evaluate(
        """(told, words) => {
          told.textContent = words;
          told.insertAdjacentHTML("beforeend", "<textarea></textarea><svg><text></text></svg>");
          told.querySelectorAll("textarea, text").forEach((box) => (box.textContent = words));
          keepWhole(told);
        }""",
        words,
    )

    assert told.locator(".nowrap").all_inner_texts() == whole
    assert told.evaluate("(told) => told.textContent") == words * 3
