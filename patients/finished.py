"""HTML that is finished in Python, for tables of many rows: a template would place each string.

Like `format_html`, at half its cost: whatever is not marked as finished is escaped.
"""

from html import escape

from django.utils.safestring import SafeString

NOTHING = SafeString("")


def html(pattern: str, **words: str) -> SafeString:
    """The pattern with the words in their places: html("<b>{name}</b>", name=name)."""
    return SafeString(
        pattern.format_map(
            {
                name: text if isinstance(text, SafeString) else escape(text)
                for name, text in words.items()
            }
        )
    )
