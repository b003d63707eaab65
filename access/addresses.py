"""Addresses of our pages: of what has an identity, and that which a request wants to go back to."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, reverse
from django.utils.http import url_has_allowed_host_and_scheme

_SOME = str(UUID(int=0))


def url_of(name: str, key: UUID) -> str:
    """As `reverse(name, args=[key])`, which looks through all our addresses each time."""
    return _pattern(name, get_script_prefix()).replace(_SOME, str(key))


@cache
def _pattern(name: str, _prefix: str) -> str:
    """The address of somebody's page of this name: looked up once in a process."""
    return reverse(name, args=[_SOME])


def of_ours(asked: str) -> str:
    """The address when it is one of this service, written from its root; "" for anything else."""
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else ""
