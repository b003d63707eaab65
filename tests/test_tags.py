"""Our own tags `translate` and `url` write what Django's write."""

from uuid import UUID

import pytest
from django.template import Context, Engine
from django.template.loader import engines
from django.urls import NoReverseMatch, reverse, set_script_prefix

from config import tags

SOMEBODY = UUID("12345678-1234-4234-8234-123456789abc")
DJANGOS = Engine(builtins=["django.templatetags.i18n"])

TEMPLATES = (
    '{% translate "Dose & <b>total</b>, 100%" %}',
    "{% trans 'Dose' %}{% translate 'Dose'|upper %}",
    '{% translate "Dose" as word %}[{{ word }}]',
    '{% translate typed %}{% translate "May" context month %}',
    "{% blocktranslate with name=typed %}Of {{ name }}{% endblocktranslate %}",
    "{% url 'patient' person %}",
    "{% url 'patient' key|default:person %}?a=1&b=2",
    "{% url 'patient' patient=person %}",
    "{% url 'patient' person as page %}[{{ page }}]",
    "{% url 'patient-list' %}",
    "{% url name person %}",
)


def written(engine: Engine, template: str, **values) -> list[str]:
    found = engine.from_string(template)
    said = {"typed": "<i>", "month": "month", "person": SOMEBODY, "name": "patient", **values}
    return [found.render(Context(said)) for _time in range(2)]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_tag_writes_what_djangos_own_writes(template):
    ours = engines["django"].engine
    assert written(ours, template) == written(DJANGOS, template)


def test_a_text_of_the_template_is_looked_up_once_in_a_language(monkeypatch):
    node = tags.Constant(engines["django"].from_string("{{ typed }}").template.nodelist)
    languages = iter(["en", "cy", "en"])
    monkeypatch.setattr(tags, "get_language", lambda: next(languages))
    said = [node.render(Context({"typed": typed})) for typed in ("Dose", "Dos", "never")]
    assert said == ["Dose", "Dos", "Dose"]


def test_an_address_is_that_of_the_service_in_its_place():
    template = engines["django"].engine.from_string("{% url 'patient' person %}")
    at_root = template.render(Context({"person": SOMEBODY}))
    set_script_prefix("/ledger/")
    try:
        below = template.render(Context({"person": SOMEBODY}))
        assert below == reverse("patient", args=[SOMEBODY]) == f"/ledger{at_root}"
    finally:
        set_script_prefix("/")


def test_what_no_page_is_of_has_no_address():
    with pytest.raises(NoReverseMatch):
        written(engines["django"].engine, "{% url 'patient' key %}", key="nobody")
