"""The shell, its components and the pages that nobody asks for: sign-in, refusals, failures."""

import re
from pathlib import Path

import pytest
from django import forms
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse

from access.models import Role
from tests.factories import ClinicFactory, UserFactory, member
from titration.chart import look

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
RECORD_ONLY = (
    "This is a record. It proposes no dose: every amount and date was written by the person"
    " named beside it."
)


# Colours (WCAG 2.2: 1.4.3 for text, 1.4.11 for what a control is known by)

TEXT_ON_GROUND = [
    ("ink", "ground"),
    ("ink", "card"),
    ("ink", "field"),
    ("ink", "wash"),
    ("ink", "amber-wash"),
    ("ink", "rust-wash"),
    ("ink", "green-wash"),
    ("soft", "ground"),
    ("soft", "card"),
    ("soft", "field"),
    ("soft", "rust-wash"),
    ("brand", "ground"),
    ("brand", "card"),
    ("brand", "wash"),
    ("brand", "amber-wash"),
    ("brand", "rust-wash"),
    ("brand", "green-wash"),
    ("brand-ink", "brand"),
    ("bar-ink", "bar"),
    ("amber", "card"),
    ("amber", "amber-wash"),
    ("rust", "ground"),
    ("rust", "card"),
    ("rust", "rust-wash"),
    ("rust-ink", "rust"),
    ("green", "green-wash"),
]
EDGE_ON_GROUND = [
    ("edge", "card"),
    ("edge", "ground"),
    ("edge", "field"),
    ("brand", "card"),
    ("rust", "card"),
    ("focus", "shade"),
]


def tokens(scheme):
    """The custom properties of tokens.css as {name: "#rrggbb"}, for "light" or "dark"."""
    text = (ROOT / "static/tokens.css").read_text()
    sheets = dict(zip(("light", "dark"), text.split("@media"), strict=True))
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", sheets[scheme]))


def luminance(colour):
    """Relative luminance (WCAG 2.2) of "#rrggbb"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast ratio (WCAG 2.2) of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_is_legible(scheme, text, ground):
    colours = tokens(scheme)

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_ON_GROUND)
def test_edges_of_controls_show(scheme, edge, ground):
    colours = tokens(scheme)

    assert contrast(colours[edge], colours[ground]) >= 3


def test_both_schemes_name_the_same_colours():
    assert tokens("light").keys() == tokens("dark").keys()


def test_colours_stand_in_one_sheet_only():
    sheets = [path for path in (ROOT / "static").glob("*.css") if path.name != "tokens.css"]

    assert [
        path.name for path in sheets if re.search(r"#[0-9a-fA-F]{3,8}\b", path.read_text())
    ] == []


# What no template holds


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\sstyle=|<style", id="style"),
        pytest.param(r"\son[a-z]+=\"", id="handler"),
        pytest.param(r"<script(?![^>]*\ssrc=)", id="script"),
        pytest.param(r"(src|href)=\"(https?:)?//", id="elsewhere"),
        pytest.param(r"type=\"number\"", id="wheel"),
        pytest.param(r"placeholder=\"[^\"]*[0-9]", id="figure"),
    ],
)
def test_no_template_holds(pattern):
    assert [str(path) for path in TEMPLATES if re.search(pattern, path.read_text())] == []


def test_a_form_that_is_included_alone_is_given_its_token():
    """With `only` nothing reaches an included template but what is named: a form sends nothing."""
    parts = {str(path.relative_to(ROOT / "templates")): path.read_text() for path in TEMPLATES}
    has_token = {name for name, text in parts.items() if "{% csrf_token %}" in text}
    includes = [
        (name, *found)
        for name, text in parts.items()
        for found in re.findall(r'{% include "([^"]+)"([^%]*) %}', text)
    ]
    while more := {name for name, part, _with in includes if part in has_token} - has_token:
        has_token |= more
    without = [
        (name, part)
        for name, part, given in includes
        if part in has_token and given.endswith(" only") and "csrf_token=csrf_token" not in given
    ]
    assert without == []


# Components


class Sheet(forms.Form):
    reason = forms.CharField(label="Reason", help_text="In your own words.")
    note = forms.CharField(label="Note", required=False)
    how = forms.ChoiceField(
        label="Received how",
        choices=[("letter", "By letter"), ("person", "In person")],
        widget=forms.RadioSelect,
    )
    sure = forms.BooleanField(label="Read back", required=False)


def component(name, **parameters):
    """The HTML of a component, without the white space that its indentation leaves."""
    html = " ".join(render_to_string(f"_components/{name}.html", parameters).split())
    return re.sub(r"(?<=>) | (?=<)", "", html)


def test_field_ties_hint_and_error_to_its_box():
    html = component("field", field=Sheet({})["reason"])

    assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
    assert 'id="id_reason_helptext">In your own words.' in html
    assert '<ul class="field-error" id="id_reason_error">' in html
    assert 'aria-invalid="true"' in html


def test_field_keeps_what_was_typed_when_it_is_escaped():
    assert "&lt;b&gt;twice&lt;/b&gt;" in component(
        "field", field=Sheet({"note": "<b>twice</b>"})["note"]
    )


@pytest.mark.parametrize(
    ("parameters", "is_said"), [({}, True), ({"needed": True}, False)], ids=["plain", "needed"]
)
def test_field_says_optional(parameters, is_said):
    html = component("field", field=Sheet()["note"], **parameters)

    assert ("(optional)" in html) is is_said


def test_field_groups_choices_under_a_legend():
    html = component("field", field=Sheet({})["how"])

    assert html.startswith('<fieldset class="field choices bad"')
    assert "<legend>Received how</legend>" in html
    assert 'aria-describedby="id_how_error"' in html


def test_field_labels_a_checkbox_by_what_is_pressed():
    assert '<label for="id_sure"><input type="checkbox" name="sure"' in component(
        "field", field=Sheet()["sure"]
    )


def test_field_is_shown_by_a_choice():
    assert 'data-reveal="how=letter"' in component(
        "field", field=Sheet()["note"], reveal="how=letter"
    )


def test_error_summary_leads_to_each_field():
    html = component("error_summary", form=Sheet({}))

    assert '<a href="#id_reason">Reason: Fill this in.</a>' in html
    assert '<a href="#id_how_0">Received how: Choose one.</a>' in html


def test_error_summary_covers_the_rows_of_a_formset():
    rows = forms.formset_factory(Sheet, min_num=1, extra=0)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-note": "x"}
    )

    assert 'href="#id_form-0-reason"' in component("error_summary", form=Sheet(), formset=rows)


def test_error_summary_tells_the_parts_of_a_dose_apart():
    parts = forms.formset_factory(Sheet, min_num=2, extra=0)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-note": "x"}
    )
    html = component("error_summary", form=Sheet(), rows=parts)
    assert '<a href="#id_form-1-reason">Part 2, Reason: Fill this in.</a>' in html


def test_error_summary_is_silent_when_nothing_is_wrong():
    assert component("error_summary", form=Sheet()) == ""


def test_date_group_labels_each_box():
    class Day(forms.Form):
        day = forms.CharField(label="Day")
        month = forms.CharField(label="Month")
        year = forms.CharField(label="Year")

    form = Day()
    html = component(
        "date_group",
        legend="From which day",
        day=form["day"],
        month=form["month"],
        year=form["year"],
    )

    assert re.findall(r'<label for="id_(\w+)">', html) == ["day", "month", "year"]
    assert "<legend>From which day</legend>" in html


@pytest.mark.parametrize(
    ("name", "parameters", "text"),
    [
        ("chip", {"text": "Withheld", "tone": "rust"}, '<span class="chip rust">Withheld</span>'),
        ("strip", {"heading": "Stopped.", "text": "By Dr X."}, "<b>Stopped.</b>By Dr X."),
        ("empty", {"text": "Nothing yet."}, '<p class="empty">Nothing yet.</p>'),
        ("details", {"rows": [("Reason", "a\nb")]}, "<dt>Reason</dt><dd>a<br>b</dd>"),
        ("pager", {"older_url": "?before=2"}, 'rel="next" href="?before=2">Older</a>'),
        ("not_today", {"moment": "02-Nov-2026", "url": "/"}, "TODAY'S RECORD: as known on 02-Nov"),
        (
            "read_back",
            {"none_before": "None before.", "now": {"heading": "Now", "words": "Take none."}},
            '<p class="empty">None before.</p>',
        ),
        (
            "banner",
            {"person": {"name": "NOVAK, Irena (Ms)", "ended": "Died on 02-Nov-2026."}},
            '<p class="ended">Died on 02-Nov-2026.</p>',
        ),
    ],
)
def test_component_shows(name, parameters, text):
    assert text in component(name, **parameters)


def test_pager_is_silent_on_a_single_page():
    assert component("pager") == ""


# Pages


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_failure_page_needs_neither_database_nor_context(name):
    html = render_to_string(name)

    assert 'href="/static/app.css"' in html
    assert 'href="/">Go to the first page</a>' in html
    assert RECORD_ONLY in html


@pytest.mark.django_db
def test_sign_in_says_what_went_wrong_without_saying_which(client):
    UserFactory.create(email="lind@example.org")
    url = reverse("account_login")

    known, unknown = (
        client.post(url, {"login": address, "password": "wrong"}).content.decode()
        for address in ("lind@example.org", "nobody@example.org")
    )

    assert "You are not signed in yet." in known
    assert re.findall(r"<li>(.*?)</li>", known) == re.findall(r"<li>(.*?)</li>", unknown)


@pytest.mark.django_db
def test_forgotten_password_answers_alike_for_known_and_unknown_addresses(client):
    UserFactory.create(email="lind@example.org")
    url = reverse("account_reset_password")

    known, unknown = (
        client.post(url, {"email": address}, follow=True).content
        for address in ("lind@example.org", "nobody@example.org")
    )

    assert b"If somebody signs in here with that address" in known
    assert known == unknown
    assert [message.subject for message in mail.outbox] == [
        "[testserver] Choose a new password",
        "[testserver] Nobody signs in with this address",
    ]


@pytest.mark.django_db
def test_reset_link_that_was_used_offers_a_new_one(client):
    url = reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "x-y"})

    html = client.get(url).content.decode()

    assert "This link no longer works" in html
    assert f'href="{reverse("account_reset_password")}"' in html


@pytest.mark.django_db
def test_sign_up_is_closed(client):
    assert b"Nobody signs up here by themselves" in client.get(reverse("account_signup")).content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url_name", "heading"),
    [
        ("account_change_password", "Change your password"),
        ("account_reauthenticate", "Confirm that it is you"),
        ("account_logout", "Sign out <bdi>J. Lind</bdi>?"),
    ],
)
def test_account_page_is_in_the_shell(client, url_name, heading):
    client.force_login(UserFactory.create(name="J. Lind"))

    html = client.get(reverse(url_name)).content.decode()

    assert heading in html
    assert RECORD_ONLY in html


@pytest.mark.django_db
def test_not_you_leads_back_to_the_page_it_was_asked_on(client):
    client.force_login(UserFactory.create(name="J. Lind", profession="nurse"))

    html = client.get(reverse("account_change_password") + "?known=12&x=1").content.decode()

    assert 'Signed in as <a href="/accounts/"><bdi>J. Lind</bdi></a>' in html
    assert '<bdi class="profession">nurse</bdi>' in html
    assert 'logout/?next=%2Faccounts%2Fpassword%2Fchange%2F%3Fknown%3D12%26x%3D1"' in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "links"),
    [
        (Role.PRESCRIBER, ["Worklist", "Patients", "Changes", "Medicines"]),
        (Role.RECORDER, ["Worklist", "Patients", "Changes", "Medicines"]),
        (Role.VIEWER, ["Worklist", "Patients", "Changes", "Medicines"]),
        (Role.AUDITOR, ["Audit"]),
        (Role.ADMINISTRATOR, ["Medicines", "People", "Audit"]),
    ],
)
def test_bar_leads_where_the_role_may_go(client, role, links):
    client.force_login(member(ClinicFactory.create(), role))

    html = client.get(reverse("account_change_password")).content.decode()

    assert re.findall(r"<a href=\"/[^>]*>(\w+)</a>", html.split("</nav>")[0]) == links
    assert ('role="search"' in html) is ("Patients" in links)
    assert ("Recording as" in html) is (role in (Role.PRESCRIBER, Role.RECORDER))


@pytest.mark.django_db
def test_bar_marks_where_one_is(client):
    client.force_login(member(ClinicFactory.create()))

    html = client.get(reverse("patient-list")).content.decode()

    assert re.findall(r'aria-current="\w+">(\w+)</a>', html) == ["Patients"]


@pytest.mark.django_db
@pytest.mark.parametrize("is_demo", [True, False])
def test_strip_says_that_people_are_invented(client, is_demo):
    client.force_login(member(ClinicFactory.create(is_demo=is_demo)))

    html = client.get(reverse("account_change_password")).content.decode()

    assert ("Demonstration clinic: every person here is invented." in html) is is_demo


# The timeline: one look on paper and on a light screen


def chart_colours():
    """{(class, property): token} of static/chart.css."""
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", (ROOT / "static/chart.css").read_text())
    return {
        (css, prop): token
        for selectors, body in rules
        for css in re.findall(r'\[class="([a-z ]+)"\]', selectors)
        for prop, token in re.findall(r"(fill|stroke): var\(--([a-z-]+)\);", body)
    }


def drawn():
    """(class, attributes) of everything that the chart draws."""
    literal = re.findall(r'class="([a-z ]+)"([^>]*)', look.PICTURE)
    return [*look.MARKS.items(), *look.WORDS.items(), *literal]


@pytest.mark.parametrize(("css", "attributes"), drawn())
def test_chart_has_the_colours_of_paper_on_a_light_screen(css, attributes):
    screen, light = chart_colours(), tokens("light")

    on_paper = dict(re.findall(r'(fill|stroke)="(#[0-9a-f]{6})"', attributes))

    assert {prop: light.get(screen.get((css, prop))) for prop in on_paper} == on_paper


def test_no_two_scripts_declare_the_same_name():
    """They share their top level: the second to be loaded would not run at all."""
    declared = re.compile(r"^(?:async )?(?:const|let|var|class|function\*?) (\w+)", re.MULTILINE)
    names = [
        name
        for script in (ROOT / "static").glob("*.js")
        for name in declared.findall(script.read_text())
    ]
    assert len(names) > 20
    assert sorted(names) == sorted(set(names))
