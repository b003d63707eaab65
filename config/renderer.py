"""The boxes of forms, written in Python.

The page on which a dose is written has a hundred boxes with four hundred options. Django renders a
template for each box and another for each option; here each is one string. A test compares every
kind of box with what Django's templates make of it. Kinds that are not listed are left to them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from patients.finished import NOTHING, html

Widget = Mapping[str, Any]


class FinishedWidgets(DjangoTemplates):
    def render(self, template_name: str, context: dict[str, Any], request=None) -> str:
        write = WRITERS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return write(context["widget"])


def joined(pieces: Iterable[str]) -> SafeString:
    return SafeString("".join(pieces))


def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """What is false is left out; what is true stands without a value."""
    return joined(
        html(" {name}", name=name)
        if value is True
        else html(' {name}="{value}"', name=name, value=str(value))
        for name, value in attrs.items()
        if value is not False
    )


def box(widget: Widget) -> SafeString:
    """A box to type into, a hidden one, or one to tick."""
    value = widget["value"]
    return html(
        '<input type="{type}" name="{name}"{value}{attrs}>',
        type=widget["type"],
        name=widget["name"],
        value=NOTHING if value is None else html(' value="{value}"', value=str(value)),
        attrs=attributes(widget["attrs"]),
    )


def several_lines(widget: Widget) -> SafeString:
    return html(
        '<textarea name="{name}"{attrs}>\n{value}</textarea>',
        name=widget["name"],
        attrs=attributes(widget["attrs"]),
        value=widget["value"] or "",
    )


def drop_down(widget: Widget) -> SafeString:
    return html(
        '<select name="{name}"{attrs}>{options}</select>',
        name=widget["name"],
        attrs=attributes(widget["attrs"]),
        options=_grouped(widget, _option, '<optgroup label="{group}">{options}</optgroup>'),
    )


def _option(option: Widget) -> SafeString:
    return html(
        '<option value="{value}"{attrs}>{label}</option>',
        value=str(option["value"]),
        attrs=attributes(option["attrs"]),
        label=str(option["label"]),
    )


def list_of_boxes(widget: Widget) -> SafeString:
    """Boxes to tick, or of which one is chosen."""
    kept = {name: widget["attrs"].get(name) for name in ("id", "class")}
    return html(
        "<div{attrs}>{options}</div>",
        attrs=attributes({name: value for name, value in kept.items() if value}),
        options=_grouped(widget, _labelled, "<div><label>{group}</label>{options}</div>"),
    )


def _labelled(option: Widget) -> SafeString:
    ticked = box(option)
    if not option["wrap_label"]:
        return html("<div>{box}</div>", box=ticked)
    named = option["attrs"].get("id")
    return html(
        "<div><label{for_box}>{box} {label}</label></div>",
        for_box=html(' for="{named}"', named=named) if named else NOTHING,
        box=ticked,
        label=str(option["label"]),
    )


def _grouped(widget: Widget, write, pattern: str) -> SafeString:
    """The options in their groups; those without a group stand by themselves."""
    groups = []
    for group, options, _number in widget["optgroups"]:
        written = joined(write(option) for option in options)
        groups.append(html(pattern, group=str(group), options=written) if group else written)
    return joined(groups)


FOLDER = "django/forms/widgets"
WRITERS = {
    **{
        f"{FOLDER}/{kind}.html": box for kind in ("text", "hidden", "checkbox", "email", "password")
    },
    f"{FOLDER}/textarea.html": several_lines,
    f"{FOLDER}/select.html": drop_down,
    f"{FOLDER}/radio.html": list_of_boxes,
    f"{FOLDER}/checkbox_select.html": list_of_boxes,
}
