"""The boxes of forms are those that Django's own templates make."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from config.renderer import WRITERS, FinishedWidgets

HOSTILE = "\"><script>'&"
CHOICES = [("", "none"), ("a", HOSTILE), (HOSTILE, "b"), ("<group>", [("c", "C"), (4, "<d>")])]
ATTRS = {"id": "id_<x>", "class": "wide", "data-on": True, "data-off": False, "rows": 3, "x": None}

WIDGETS = [
    *(kind() for kind in (forms.TextInput, forms.HiddenInput, forms.EmailInput)),
    forms.PasswordInput(render_value=True),
    forms.CheckboxInput(),
    forms.Textarea(),
    *(kind(choices=CHOICES) for kind in (forms.Select, forms.RadioSelect)),
    forms.CheckboxSelectMultiple(choices=CHOICES),
]


@pytest.mark.parametrize("attrs", [{}, ATTRS], ids=["bare", "with attributes"])
@pytest.mark.parametrize("value", [None, "", "a", 4, HOSTILE, ["a", "4"], True])
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_box_is_the_one_that_djangos_template_makes(widget, value, attrs):
    ours = widget.render("n<a>me", value, attrs, renderer=FinishedWidgets())
    theirs = widget.render("n<a>me", value, attrs, renderer=DjangoTemplates())
    assert parse_html(ours) == parse_html(theirs)
    assert "<script>" not in ours


def test_every_kind_of_box_that_is_written_is_compared():
    assert {widget.template_name for widget in WIDGETS} == set(WRITERS)


def test_other_kinds_are_left_to_djangos_templates():
    widget = forms.SelectDateWidget()
    ours = widget.render("when", None, {}, renderer=FinishedWidgets())
    assert ours == widget.render("when", None, {}, renderer=DjangoTemplates())
