"""Links in the cells of long lists, whose addresses are looked up once for each process."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString

from patients.finished import NOTHING, html

SOME = UUID(int=0)
ROW = "row-"
"""Before the uuid of a planned row, where it stands in place of a kind of step."""


def url_of(name: str, key: UUID) -> str:
    return _pattern(name, get_script_prefix()).replace(str(SOME), str(key))


@cache
def _pattern(name: str, _prefix: str) -> str:
    """The address of somebody's page of this name: looked up once."""
    return reverse(name, args=[SOME])


def link_to(url: str, text: str) -> SafeString:
    return html('<a href="{url}">{text}</a>', url=url, text=text) if text else NOTHING
