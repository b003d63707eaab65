"""Django's tags for words and `url`, built in: at less cost where they say the same each time.

They are some fifty of a page's tags, and to go through Django's own machinery for each took a
tenth of the time of making it.
"""

from typing import Any
from uuid import UUID

from django.template import Library
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.templatetags import i18n
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from access.addresses import url_of

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    node: i18n.TranslateNode = i18n.do_translate(parser, token)
    said = node.filter_expression
    is_constant = getattr(said.var, "literal", None) is not None and not said.filters
    is_plain = not node.asvar and node.message_context is None
    return Constant(node) if is_constant and is_plain else node


class Constant(Node):
    """A text of the template itself, looked up once in a language."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self.node = node
        self.said: dict[str | None, Any] = {}

    def render(self, context: Context) -> Any:
        language = get_language()
        if language not in self.said:
            self.said[language] = self.node.render(context)
        return self.said[language]


@register.tag("url")
def url(parser: Parser, token: Token) -> Node:
    node = django_url(parser, token)
    is_of_one = len(node.args) == 1 and not node.kwargs and not node.asvar
    return AddressOfOne(node) if is_of_one and not node.view_name.is_var else node


class AddressOfOne(Node):
    """The address of somebody's or something's page."""

    child_nodelists = ()

    def __init__(self, node: URLNode) -> None:
        self.node = node

    def render(self, context: Context) -> str:
        key = self.node.args[0].resolve(context)
        if not isinstance(key, UUID):
            return self.node.render(context)
        address = url_of(self.node.view_name.var, key)
        return conditional_escape(address) if context.autoescape else address
