"""HTML that is finished in Python, for tables of many rows: a template would place each string.

Like `format_html`, at half its cost: whatever is not marked as finished is escaped.
"""

import re
from html import escape

from django.utils.safestring import SafeString

NOTHING = SafeString("")
_needs_escaping = re.compile("[&<>\"']").search


def html(pattern: str, **words: str) -> SafeString:
    """The pattern with the words in their places: html("<b>{name}</b>", name=name)."""
    return SafeString(
        pattern.format_map(
            {
                name: escape(text)
                if _needs_escaping(text) and not isinstance(text, SafeString)
                else text
                for name, text in words.items()
            }
        )
    )
