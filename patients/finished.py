"""HTML that is finished in Python, for tables of many rows: a template would place each string.

Like `format_html`, at half its cost: whatever is not marked as finished is escaped.
"""

import re
from functools import lru_cache
from html import escape
from itertools import chain
from string import Formatter

from django.utils.safestring import SafeString

NOTHING = SafeString("")
_needs_escaping = re.compile("[&<>\"']").search


def html(pattern: str, **words: str) -> SafeString:
    """The pattern with the words in their places: html("<b>{name}</b>", name=name)."""
    texts, names = _cut(pattern)
    finished = [
        text
        if isinstance(text := words[name], SafeString) or not _needs_escaping(text)
        else escape(text)
        for name in names
    ]
    return SafeString("".join(chain.from_iterable(zip(texts, (*finished, ""), strict=True))))


def placed(pattern: str, **words: str) -> str:
    """A pattern for `html` in which these words are in their places, and the others open still."""
    _texts, names = _cut(pattern)
    return html(pattern, **{name: SafeString(f"{{{name}}}") for name in names} | words)


@lru_cache(maxsize=256)
def _cut(pattern: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of a pattern, and the names of the places between them."""
    parts = list(Formatter().parse(pattern))
    names = tuple(name for _text, name, *_how in parts if name)
    return (*(text for text, *_named in parts), "")[: len(names) + 1], names
