"""Links in the cells of long lists."""

from django.utils.safestring import SafeString

from patients.finished import NOTHING, html

ROW = "row-"
"""Before the uuid of a planned row, where it stands in place of a kind of step."""


def link_to(url: str, text: str) -> SafeString:
    return html('<a href="{url}">{text}</a>', url=url, text=text) if text else NOTHING
